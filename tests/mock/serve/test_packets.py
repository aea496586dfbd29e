"""Requests are read alike, however the network cuts them into packets."""

import asyncio
import json
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from audience_mock.middleware.error_responses import ErrorResponses
from audience_mock.middleware.json_response import send_json
from audience_mock.serve.protocol import Protocol, config

GOOD = {
    "no body": b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n",
    "an empty line before it": b"\r\n\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n",
    "a length": b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\nab\r\n\r\nBREW \n",
    "blanks around a length": b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: \t2 \t\r\n\r\nab",
    "no content": b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "chunks": b"POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\na\r\n\r\nb\r\n0\r\n\r\n",
    "a trailer": b"PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\r\na\r\n0\r\nX-T: a\r\n\r\n",
    "an offer": b"POST /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nab",
    "an unknown method": b"BREW /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab",
    "the begin of a known method": b"PUTS /a HTTP/1.1\r\nHost: a\r\n\r\n",
    "an unknown method and an offer": b"BREW /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
}
BAD = {
    "no method": b"G@T /a HTTP/1.1\r\n\r\n",
    "a letter that is not ASCII": b"GET /Caf\xe9 HTTP/1.1\r\n\r\n",
    "a bad header of an unknown method": b"BREW /a HTTP/1.1\r\nHost\r\n\r\n",
    "a bad header": b"GET /a HTTP/1.1\r\nHost\r\n\r\n",
    "a large head": b"GET /a HTTP/1.1\r\nX-Filler: %s\r\n\r\n" % (b"a" * 66_000),
    "a long target": b"GET /%s HTTP/1.1\r\n\r\n" % (b"a" * 17_000),
    "CONNECT": b"CONNECT a:1 HTTP/1.1\r\n\r\n",
    "no host": b"GET /a HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /a HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    "a bad chunk": b"POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
}


class Wire(asyncio.Transport):
    """The network: keeps what the server writes."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_shut = False

    def write(self, data: Any) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self.is_shut

    def close(self) -> None:
        self.is_shut = True

    abort = write_eof = close

    def can_write_eof(self) -> bool:
        return True

    def pause_reading(self) -> None:
        """All that a test sends comes."""

    resume_reading = pause_reading


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    await send_json(send, 200, [scope["method"], scope["path"], body.decode()])


def answers(packets: Iterable[bytes]) -> list[tuple[int, Any]]:
    """Status and body of each response to what is sent on one connection."""

    async def exchange() -> bytes:
        state = ServerState()
        protocol, wire = Protocol(config(ErrorResponses(echo), log_config=None), state, {}), Wire()
        protocol.connection_made(wire)
        for packet in packets:
            protocol.data_received(packet)
        while state.tasks:
            await asyncio.wait(state.tasks)
        await asyncio.sleep(0)  # the buffered transport writes
        protocol.connection_lost(None)
        return wire.written

    found, content = [], asyncio.run(exchange())
    while content:
        head, _, content = content.partition(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length: ")[2].split()[0])
        found.append((int(head.split()[1]), json.loads(content[:size])))
        content = content[size:]
    return found


def cut(content: bytes, places: Iterable[int]) -> list[bytes]:
    bounds = [0, *sorted(place % len(content) for place in places), len(content)]
    return [content[start:end] for start, end in pairwise(bounds) if start < end]


ALONE = {name: answers([request]) for name, request in {**GOOD, **BAD}.items()}


@pytest.mark.parametrize(
    ("name", "method", "body"),
    [
        ("a length", "POST", "ab\r\n\r\nBREW \n"),
        ("blanks around a length", "POST", "ab"),
        ("chunks", "POST", "a\r\n\r\nb"),
        ("an offer", "POST", "ab"),
        ("an unknown method", "BREW", "ab"),
        ("the begin of a known method", "PUTS", ""),
    ],
)
def test_a_request_is_read(name: str, method: str, body: str) -> None:
    assert ALONE[name] == [(200, [method, "/a", body])]


@pytest.mark.parametrize(
    ("name", "status"), [*zip(BAD, (400, 400, 400, 400, 431, 414, 405, 400, 400, 400), strict=True)]
)
def test_a_bad_request_is_refused(name: str, status: int) -> None:
    assert [answer[0] for answer in ALONE[name]] == [status]


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from(sorted(GOOD)), max_size=4),
    st.sampled_from([None, *BAD]),
    st.lists(st.integers(0, 700) | st.integers(0, 100_000), max_size=8),
)
def test_it_does_not_matter_where_packets_end(names: list[str], last: str | None, places: list[int]) -> None:
    content = b"".join(map(GOOD.__getitem__, names)) + (BAD[last] if last else b"")
    check(answers(cut(content, places) if content else []), names, last)


def check(found: list[tuple[int, Any]], names: list[str], last: str | None) -> None:
    """The text about a bad request depends on how much of it has arrived."""
    assert found[: len(names)] == [answer for name in names for answer in ALONE[name]]
    assert [answer[0] for answer in found[len(names) :]] == ([ALONE[last][0][0]] if last else [])


def test_packets_may_have_one_byte() -> None:
    for last in ("a bad header of an unknown method", "a bad chunk"):
        content = b"".join(GOOD.values()) + BAD[last]
        check(answers(bytes([byte]) for byte in content), list(GOOD), last)


def test_blanks_around_a_length_hide_no_request_behind_the_body() -> None:
    names = ["blanks around a length", "an unknown method"]
    check(answers([b"".join(map(GOOD.__getitem__, names))]), names, None)


def test_a_thousand_offers_in_one_packet_are_a_thousand_requests() -> None:
    assert answers([GOOD["an offer"] * 1_000]) == ALONE["an offer"] * 1_000
