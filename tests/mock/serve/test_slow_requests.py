"""Raw connections: requests that come too slowly, or not at all."""

import json
import select
import socket
import time

import pytest
from tests.mock.helpers import a_definition
from tests.mock.serve.raw_requests import (
    CHUNKED,
    DEFINITIONS,
    HOST,
    TAGS,
    answers,
    only_answer,
    received,
    refusal,
)

from audience_mock.serve import protocol, server


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience ends soon, and is looked at often."""
    assert protocol.PATIENCE == 30
    monkeypatch.setattr(server, "_TICKS", 1)
    monkeypatch.setattr(protocol, "PATIENCE", 0.2)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "begin",
    [
        b"GET " + TAGS + b" HTTP/1.1\r\nHost: loc",
        b"GE",
        b"BRE",
        b"POST " + DEFINITIONS + b" HTTP/1.1\r\n" + HOST + b'Content-Length: 100\r\n\r\n{"name"',
        CHUNKED + b"\r\n5\r\nab",
        b"POST /__mock__/clock HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\n\r\n{",
    ],
)
def test_half_a_request_is_408_when_the_rest_does_not_come(connection: socket.socket, begin: bytes) -> None:
    refusal(only_answer(connection, begin), 408)


@pytest.mark.usefixtures("impatient")
def test_a_connection_without_a_request_is_closed(connection: socket.socket) -> None:
    assert received(connection) == b""


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("line", [b"\r\n", b"\n", b"\r\n\r\n"])
@pytest.mark.parametrize("before", [b"", b"GET " + TAGS + b" HTTP/1.1\r\n" + HOST + b"\r\n"])
def test_a_connection_with_only_empty_lines_is_closed(connection: socket.socket, before: bytes, line: bytes) -> None:
    """After a request too; one that sends them faster than patience ends was open for ever."""
    connection.sendall(before)
    connection.setblocking(False)
    content, until = b"", time.monotonic() + 4
    while time.monotonic() < until:
        try:
            connection.sendall(line)
            part = connection.recv(2**16)
        except BlockingIOError:
            time.sleep(0.01)
        except OSError:  # it was closed while a line was on its way
            break
        else:
            if not part:
                break
            content += part
    else:
        pytest.fail("the connection is open after 20 times its patience")
    assert [answer.status for answer in answers(content)] == [200] * bool(before)


@pytest.mark.usefixtures("impatient")
def test_a_delayed_response_is_not_a_slow_request(connection: socket.socket) -> None:
    request = b"GET " + TAGS + b" HTTP/1.1\r\nPrefer: delay=600\r\nConnection: close\r\n" + HOST + b"\r\n"
    assert only_answer(connection, request).status == 200


@pytest.mark.usefixtures("impatient")
def test_a_body_that_goes_on_coming_is_waited_for(monkeypatch: pytest.MonkeyPatch, connection: socket.socket) -> None:
    monkeypatch.setattr(protocol, "PATIENCE", 1.2)
    monkeypatch.setattr(protocol, "LEAST_RATE", 10)
    body = json.dumps(a_definition("slow")).encode()
    connection.sendall(
        b"POST %s HTTP/1.1\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        % (DEFINITIONS, HOST, len(body))
    )
    for start in range(0, len(body), len(body) // 8):
        connection.sendall(body[start : start + len(body) // 8])
        time.sleep(0.15)
    assert connection.recv(2**16).startswith(b"HTTP/1.1 201 ")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("framing", [b"Content-Length: 1000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n3e8\r\n"])
def test_a_body_that_comes_byte_by_byte_is_408_in_the_end(connection: socket.socket, framing: bytes) -> None:
    connection.sendall(b"POST " + DEFINITIONS + b" HTTP/1.1\r\n" + HOST + framing)
    for _ in range(100):
        connection.sendall(b" ")
        if select.select([connection], [], [], 0.05)[0]:
            break
    refusal(answers(connection.recv(2**16))[0], 408)
