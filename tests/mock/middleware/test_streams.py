"""Responses of a real server that are passed on while they arrive."""

import socket
import threading

import pytest
from tests.mock.conftest import BASE, Api
from tests.mock.control.helpers import last
from tests.mock.middleware.upstreams import RawServer, exchange, head_of, response, wait_for_end

from audience_mock.middleware import proxy as proxy_step
from audience_mock.testing import MockServer

TAGS = "/user_group/tags"


def test_a_response_is_passed_on_while_it_arrives(fronted: tuple[MockServer, RawServer]) -> None:
    mock, real = fronted
    has_begun = threading.Event()

    def answer(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        assert has_begun.wait(30)
        connection.sendall(b"4\r\nlast\r\n0\r\n\r\n")

    real.answer = answer
    host, _, port = mock.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(f"GET {BASE}{TAGS} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        received = b""
        while b"first" not in received:
            received += connection.recv(65536)
        has_begun.set()
        while part := connection.recv(65536):
            received += part
    assert b"last" in received


def test_a_large_response_is_not_kept(through: Api, real: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy_step, "MAX_READ", 2**20)
    body = b'{"items":["' + b"a" * 2**21 + b'"]}'
    real.answer = response(body=body)
    assert through.get(TAGS).content == body
    texts = last(through)["applied"]
    assert [text for text in texts if "validated" in text] == [
        f"proxied to {real.origin}: response neither validated nor recorded: larger than 1 MiB"
    ]
    assert last(through)["outcome"] == "ok"


@pytest.mark.parametrize(
    "begin",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\n",
    ],
)
def test_a_response_that_is_cut_off_is_cut_off_for_the_client_too(
    fronted: tuple[MockServer, RawServer], begin: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    mock, real = fronted
    real.answer = begin
    received = exchange(mock.url, f"GET {BASE}{TAGS} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert b"only this" in received
    assert b"0\r\n\r\n" not in received
    assert caplog.records == []


def test_a_cut_off_response_whose_length_is_needed_is_502(fronted: tuple[MockServer, RawServer]) -> None:
    mock, real = fronted
    real.answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\n"
    received = exchange(mock.url, f"GET {BASE}{TAGS} HTTP/1.0\r\nHost: x\r\n\r\n".encode())
    assert received.startswith(b"HTTP/1.1 502 ")


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"])
def test_a_client_that_goes_ends_the_request_to_the_real_server(
    fronted: tuple[MockServer, RawServer], begin: bytes
) -> None:
    mock, real = fronted
    arrived, ended = threading.Event(), threading.Event()

    def answer(connection: socket.socket) -> None:
        connection.sendall(begin)
        arrived.set()
        wait_for_end(connection)
        ended.set()

    real.answer = answer
    host, _, port = mock.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(f"GET {BASE}{TAGS} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert arrived.wait(30)
    assert ended.wait(30)


def test_a_client_of_http_1_0_gets_the_length_instead_of_chunks(fronted: tuple[MockServer, RawServer]) -> None:
    mock, real = fronted
    real.answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n4\r\nlast\r\n0\r\n\r\n"
    received = exchange(mock.url, f"GET {BASE}{TAGS} HTTP/1.0\r\nHost: x\r\n\r\n".encode())
    assert dict(head_of(received)[1])[b"content-length"] == b"9"
    assert received.endswith(b"\r\n\r\nfirstlast")
