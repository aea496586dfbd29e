"""Raw connections: requests that are no good HTTP, too large, or offer another protocol."""

import json
import re
import socket
import time
from typing import Any

import httpx
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

from audience_mock.testing import MockServer

MALFORMED = {
    "a letter that is not ASCII in the query": b"GET " + TAGS + "?name=Café".encode() + b" HTTP/1.1\r\n" + HOST,
    "a letter that is not ASCII in the path": b"GET /Caf\xe9 HTTP/1.1\r\n" + HOST,
    "a blank in the target": b"GET " + TAGS + b"?name=a b HTTP/1.1\r\n" + HOST,
    "a target that is no URL": b"GET tags HTTP/1.1\r\n" + HOST,
    "a target without an end of its host": b"GET http://[::1 HTTP/1.1\r\n" + HOST,
    "an unknown version": b"GET / HTTP/3.0\r\n" + HOST,
    "no version": b"GET / http\r\n" + HOST,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n",
    "a letter that no method has": b"G@T / HTTP/1.1\r\n" + HOST,
    "a method without an end": b"A" * 100 + b" / HTTP/1.1\r\n" + HOST,
    "a header without a colon": b"GET / HTTP/1.1\r\nHost\r\n",
    "a blank in a header's name": b"GET / HTTP/1.1\r\nHost name: a\r\n",
    "a header that begins with a blank": b"GET / HTTP/1.1\r\n Host: a\r\n",
    "a zero byte in a header": b"GET / HTTP/1.1\r\nHost: a\0b\r\n",
    "a Content-Length in words": b"POST / HTTP/1.1\r\nContent-Length: two\r\n",
    "a negative Content-Length": b"POST / HTTP/1.1\r\nContent-Length: -2\r\n",
    "two Content-Lengths": b"POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n",
    "both ways to say a length": b"POST / HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_request_that_is_no_http_is_a_400_in_the_error_shape(connection: socket.socket, name: str) -> None:
    answer = only_answer(connection, MALFORMED[name] + b"\r\n")
    assert [error["field"] for error in refusal(answer, 400)] == ["request"]
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("name", [name for name, head in MALFORMED.items() if head.startswith(b"GET ")])
def test_a_refusal_of_head_has_no_body(connection: socket.socket, name: str) -> None:
    connection.sendall(MALFORMED[name].replace(b"GET ", b"HEAD ", 1) + b"\r\n")
    head, _, body = received(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert body == b""


@pytest.mark.parametrize(
    ("rest", "status"),
    [(b"?a=" + b"b" * 17_000, b"414"), (b" HTTP/1.1\r\nA: " + b"b" * 70_000, b"431")],
)
def test_a_refusal_of_a_large_head_of_head_has_no_body(connection: socket.socket, rest: bytes, status: bytes) -> None:
    connection.sendall(b"HEAD " + TAGS + rest)
    head, _, body = received(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %s " % status)
    assert body == b""


def test_after_head_a_malformed_request_of_another_method_has_a_body(connection: socket.socket) -> None:
    connection.sendall(b"HEAD " + TAGS + b" HTTP/1.1\r\n" + HOST + b"\r\n" + MALFORMED["a header without a colon"])
    first, refused = received(connection).split(b"HTTP/1.1 ")[1:]
    assert first.startswith(b"200 ")
    assert first.endswith(b"\r\n\r\n")
    refusal(answers(b"HTTP/1.1 " + refused)[0], 400)


def test_an_unknown_transfer_encoding_is_a_400(connection: socket.socket) -> None:
    request = b"POST " + DEFINITIONS + b" HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n\r\n"
    answer = only_answer(connection, request)
    assert [error["field"] for error in refusal(answer, 400)] == ["body"]
    assert "Transfer-Encoding" in answer.message


def test_the_target_that_is_not_ascii_is_named(connection: socket.socket) -> None:
    answer = only_answer(connection, MALFORMED["a letter that is not ASCII in the query"] + b"\r\n")
    assert "Café" in answer.message
    assert "%C3%A9" in answer.message


@pytest.mark.parametrize(
    "body", [b"zz\r\n", b"-1\r\n", b"1\r\nab\r\n0\r\n\r\n", b"ffffffffffffffffffff\r\n", b"\r\n", b"2 \0\r\n{}\r\n"]
)
@pytest.mark.parametrize("apart", [False, True])
def test_a_bad_chunk_is_a_400_in_the_error_shape(connection: socket.socket, body: bytes, *, apart: bool) -> None:
    connection.sendall(CHUNKED + (b"\r\n" if apart else b"\r\n" + body))
    if apart:
        time.sleep(0.05)  # the request has begun by then
    answer = only_answer(connection, body if apart else b"")
    assert [error["field"] for error in refusal(answer, 400)] == ["body"]


def test_a_bad_chunk_is_in_the_journal(mock: MockServer, connection: socket.socket) -> None:
    only_answer(connection, CHUNKED + b"X-Probe: a bad chunk\r\n\r\nzz\r\n")
    entries = httpx.get(f"{mock.url}/__mock__/journal").json()["items"]
    assert any("a bad chunk" in json.dumps(entry) and entry["response"]["status"] == 400 for entry in entries)


def test_a_page_of_another_origin_may_read_the_refusal(connection: socket.socket) -> None:
    answer = only_answer(connection, b"GET / HTTP/1.1\r\nOrigin: http://shop.example\r\nAccept: */*\r\nHost\r\n\r\n")
    refusal(answer, 400)
    assert answer.headers["access-control-allow-origin"] == "http://shop.example"


@pytest.mark.parametrize("method", [b"BREW", b"get", b"B", b"DESCRIBE", b"SETUP", b"PURGE", b"QUERY", b"POSTS", b"GE"])
@pytest.mark.parametrize("apart", [0, 1, 3])
def test_an_unknown_method_is_405_with_allow(connection: socket.socket, method: bytes, apart: int) -> None:
    request = method + b" " + TAGS + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\nContent-Length: 2\r\n\r\nab"
    connection.sendall(request[:apart])
    time.sleep(0.03 if apart else 0)
    answer = only_answer(connection, request[apart:])
    refusal(answer, 405)
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.message.startswith(f"{method.decode()} is not allowed on ")


def test_an_unknown_method_on_an_unknown_path_is_404(connection: socket.socket) -> None:
    refusal(only_answer(connection, b"BREW /coffee HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n"), 404)


def test_connect_is_405(connection: socket.socket) -> None:
    answer = only_answer(connection, b"CONNECT example.com:443 HTTP/1.1\r\n\r\n")
    refusal(answer, 405)
    assert "GET" in answer.headers["allow"]


def test_the_connection_goes_on_after_an_unknown_method(connection: socket.socket) -> None:
    connection.sendall(b"BREW " + TAGS + b" HTTP/1.1\r\n" + HOST + b"\r\n")
    assert connection.recv(2**16).startswith(b"HTTP/1.1 405 ")
    answer = only_answer(connection, b"GET " + TAGS + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    assert answer.status == 200


@pytest.mark.parametrize(
    ("last", "status"),
    [
        (b"GET /Caf\xe9 HTTP/1.1\r\n\r\n", 400),
        (b"G@T\r\n\r\n", 400),
        (b"BREW / HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n", 405),
    ],
)
def test_a_bad_request_is_answered_after_those_before_it(connection: socket.socket, last: bytes, status: int) -> None:
    slow = b"GET " + TAGS + b" HTTP/1.1\r\nPrefer: delay=100\r\n" + HOST + b"\r\n"
    quick = b"GET " + TAGS + b" HTTP/1.1\r\n" + HOST + b"\r\n"
    connection.sendall(slow + quick + last)
    found = answers(received(connection))
    assert [answer.status for answer in found] == [200, 200, status]
    refusal(found[-1], status)


def test_blanks_around_a_header_are_no_part_of_it(mock: MockServer, connection: socket.socket) -> None:
    request = b"GET " + TAGS + b" HTTP/1.1\r\nX-Mock-Session: \tblank \t \r\nConnection: close\r\n" + HOST + b"\r\n"
    assert only_answer(connection, request).status == 200
    assert "blank" in [one["name"] for one in httpx.get(f"{mock.url}/__mock__/sessions").json()["items"]]


# --- limits -----------------------------------------------------------------------------------------


def head(size: int, count: int = 1) -> bytes:
    lines = b"".join(b"X-Filler-%d: %s\r\n" % (number, b"a" * (size // count)) for number in range(count))
    return b"GET " + TAGS + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n" + lines + b"\r\n"


@pytest.mark.parametrize("count", [1, 1000])
@pytest.mark.parametrize("piece", [2**20, 1000])
def test_headers_of_more_than_64_kib_are_431(connection: socket.socket, count: int, piece: int) -> None:
    request = head(70_000, count)
    parts = [request[start : start + piece] for start in range(0, len(request), piece)]
    refusal(only_answer(connection, *parts), 431)


def test_headers_of_60_kib_are_read(connection: socket.socket) -> None:
    assert only_answer(connection, head(60_000)).status == 200


def test_headers_without_an_end_are_431_before_they_end(connection: socket.socket) -> None:
    refusal(only_answer(connection, head(70_000)[:-2]), 431)


@pytest.mark.parametrize("end", [b" HTTP/1.1\r\n" + HOST + b"\r\n", b""])
def test_a_target_of_more_than_16_kib_is_414(connection: socket.socket, end: bytes) -> None:
    refusal(only_answer(connection, b"GET " + TAGS + b"?a=" + b"b" * 17_000 + end), 414)


def test_a_target_of_15_kib_is_read(connection: socket.socket) -> None:
    rest = b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    assert only_answer(connection, b"GET " + TAGS + b"?a=" + b"b" * 15_000 + rest).status == 200


@pytest.mark.parametrize("rest", [b"1;%s\r\n", b"2\r\n{}\r\n0\r\nX-Trailer: %s\r\n\r\n"])
def test_chunk_extensions_and_trailers_have_the_same_limit(connection: socket.socket, rest: bytes) -> None:
    connection.sendall(CHUNKED + b"\r\n")
    time.sleep(0.05)
    before, after = rest.split(b"%s")
    refusal(only_answer(connection, before, b"a" * 600_000, after), 431)


def test_a_trailer_is_not_a_header(connection: socket.socket) -> None:
    body = json.dumps(a_definition("trailer")).encode()
    chunks = b"%x\r\n%s\r\n0\r\nContent-Type: text/csv\r\nX-Mock-Session: other\r\n\r\n" % (len(body), body)
    connection.sendall(CHUNKED + b"\r\n" + chunks)
    assert connection.recv(2**16).startswith(b"HTTP/1.1 201 ")


# --- the host ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("begin", [b"GET " + TAGS, b"BREW /"])
@pytest.mark.parametrize(
    ("hosts", "version", "words"),
    [
        ((), b"1.1", "no Host header"),
        ((b"localhost", b"localhost"), b"1.1", "2 Host headers"),
        ((b"a", b"b", b"c"), b"1.0", "3 Host headers"),
        ((b"local host",), b"1.1", "local host"),
        ((b"localhost:port",), b"1.1", "localhost:port"),
        ((b"user@localhost",), b"1.1", "user@localhost"),
        ((b"localhost/path",), b"1.0", "localhost/path"),
        ((b"[::1",), b"1.1", "[::1"),
        ((b"caf\xe9",), b"1.1", "caf\xe9"),
    ],
)
def test_a_request_has_one_host(
    connection: socket.socket, begin: bytes, hosts: tuple[bytes, ...], version: bytes, words: str
) -> None:
    """RFC 9112, 3.2."""
    lines = b"".join(b"HOST: %s\r\n" % host for host in hosts)
    answer = only_answer(connection, begin + b" HTTP/" + version + b"\r\n" + lines + b"\r\n")
    assert [error["field"] for error in refusal(answer, 400)] == ["header.Host"]
    assert words in answer.message


@pytest.mark.parametrize(
    "host", [b"", b"localhost", b"LOCALHOST:80", b"a_b.example:", b"[::1]:4010", b"127.0.0.1", b"%41"]
)
def test_a_host_that_is_one_is_taken(connection: socket.socket, host: bytes) -> None:
    request = b"GET " + TAGS + b" HTTP/1.1\r\nConnection: close\r\nHost: " + host + b"\r\n\r\n"
    assert only_answer(connection, request).status == 200


def test_an_older_version_needs_no_host(connection: socket.socket) -> None:
    assert only_answer(connection, b"GET " + TAGS + b" HTTP/1.0\r\n\r\n").status == 200


def test_the_body_of_a_request_without_a_host_is_no_request(connection: socket.socket) -> None:
    inner = b"GET " + TAGS + b" HTTP/1.1\r\n" + HOST + b"\r\n"
    head = b"POST " + DEFINITIONS + b" HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(inner)
    refusal(only_answer(connection, head + inner), 400)


# --- other protocols --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "offer",
    [
        b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n",
        b"Connection: Upgrade\r\nUpgrade: websocket\r\n",
        b"Upgrade: TLS/1.2, h2c\r\nConnection: keep-alive, upgrade\r\n",
    ],
)
@pytest.mark.parametrize("apart", [False, True])
def test_an_offer_of_another_protocol_is_ignored(
    mock: MockServer, connection: socket.socket, caplog: pytest.LogCaptureFixture, offer: bytes, *, apart: bool
) -> None:
    slug = re.sub("[^a-z0-9]", "", offer.decode().lower()) + str(apart).lower()
    body = json.dumps(a_definition(slug[-200:])).encode()
    request = b"POST %s HTTP/1.1\r\n%s%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
    sent = request % (DEFINITIONS, HOST, offer, len(body), body)
    cut = len(sent) - len(body) + 5 if apart else len(sent)
    connection.sendall(sent[:cut])
    time.sleep(0.03 if apart else 0)
    connection.sendall(sent[cut:])
    first = connection.recv(2**16)
    assert first.startswith(b"HTTP/1.1 201 ")
    assert json.loads(first.partition(b"\r\n\r\n")[2])["slug"] == slug[-200:]
    assert only_answer(connection, head(10)).status == 200
    assert not caplog.records


def test_the_server_is_as_well_as_before(mock: MockServer) -> None:
    created: Any = httpx.post(f"{mock.api_url}/user_attribute/definition", json=a_definition("after-all"))
    assert created.status_code == 201
