"""What is sent to the real server behind --proxy and what comes back, byte by byte."""

import gzip

import pytest
from tests.mock.conftest import BASE, Api
from tests.mock.control.helpers import last
from tests.mock.middleware.upstreams import RawServer, exchange, head_of, response, wait_for_end

from audience_mock.middleware import upstream
from audience_mock.testing import MockServer

TAGS = "/user_group/tags"


# --- requests --------------------------------------------------------------------------------------------


def test_what_steers_the_mock_and_what_is_for_one_connection_stays_here(through: Api, real: RawServer) -> None:
    headers = [
        ("Prefer", "delay=0, return=minimal"),
        ("X-Mock-Session", "s"),
        ("X-Mock-Token", "secret-token"),
        ("X-Mock-Console", "1"),
        ("Cookie", "a=1; mock-token=secret-token; b=2"),
        ("Connection", "x-hop, keep-alive"),
        ("X-Hop", "1"),
        ("TE", "trailers"),
        ("Proxy-Connection", "keep-alive"),
        ("Proxy-Authorization", "Basic x"),
        ("Keep-Alive", "timeout=5"),
        ("Upgrade", "h2c"),
        ("Expect", "100-continue"),
        ("X-Own", "1"),
    ]
    through.request("GET", TAGS, headers=headers)
    _, sent = head_of(real.requests[0])
    names = {name for name, _ in sent}
    assert names == {b"host", b"cookie", b"x-own", b"accept", b"accept-encoding", b"user-agent"}
    assert dict(sent)[b"cookie"] == b"a=1; b=2"
    assert b"secret-token" not in real.requests[0]


def test_a_cookie_that_is_the_mocks_own_leaves_no_header(through: Api, real: RawServer) -> None:
    through.request("GET", TAGS, headers={"Cookie": "mock-token=x"})
    assert b"cookie" not in real.requests[0].lower()


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [("br, gzip;q=0.5, zstd", b"gzip;q=0.5"), ("br", b"identity"), ("*", b"identity"), ("gzip, deflate", None)],
)
def test_only_encodings_that_the_mock_reads_are_accepted(
    through: Api, real: RawServer, accepted: str, sent: bytes | None
) -> None:
    through.request("GET", TAGS, headers={"Accept-Encoding": accepted})
    assert dict(head_of(real.requests[0])[1])[b"accept-encoding"] == (sent or accepted.encode())


# --- responses -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 203, 206, 226, 299, 304, 399, 402, 420, 499, 511, 599, 600, 777, 999])
def test_any_status_passes(fronted: tuple[MockServer, RawServer], status: int) -> None:
    mock, real = fronted
    body = b"" if status == 304 else b"{}"
    real.answer = response(f"{status} Own words", body=body)
    received = exchange(mock.url, f"GET {BASE}{TAGS} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert received.startswith(b"HTTP/1.1 %d " % status)
    assert received.endswith(b"\r\n\r\n" + body)


@pytest.mark.parametrize("status", ["103 Early Hints", "100 Continue", "104 Upload Resumption Supported"])
def test_what_comes_before_a_response_is_left_out(through: Api, real: RawServer, status: str) -> None:
    real.answer = f"HTTP/1.1 {status}\r\nLink: </x>\r\n\r\n".encode() + response()
    assert through.get(TAGS).json() == {"items": ["a"]}


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_response_is_502_in_the_contracts_shape(through: Api, real: RawServer, answer: bytes) -> None:
    real.answer = answer
    received = through.get(TAGS)
    assert received.status_code == 502
    assert received.json()["status_code"] == 502
    assert real.origin in received.json()["message"]
    assert last(through)["outcome"] == "failed"


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (b"HTTP/1.1 it's\r\n\r\n", 'illegal status line: "HTTP/1.1 it\'s"; see --proxy.'),
        (b'HTTP/1.1 200 OK\r\n"\xe9\r\n\r\n', 'illegal header line: "\\"é"; see --proxy.'),
        (b"", "Server disconnected without sending a response; see --proxy."),
    ],
)
def test_what_is_no_response_is_shown_without_the_notation_of_python(
    through: Api, real: RawServer, answer: bytes, shown: str
) -> None:
    real.answer = answer
    assert through.get(TAGS).json()["message"] == f"{real.origin} did not respond as HTTP: {shown}"


def test_a_server_that_does_not_respond_is_504(through: Api, real: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstream, "TIMEOUT", 0.05)
    real.answer = wait_for_end
    received = through.get(TAGS)
    assert (received.status_code, received.json()["status_code"]) == (504, 504)
    assert real.origin in received.json()["message"]


def test_date_and_server_are_the_real_servers_and_come_once(fronted: tuple[MockServer, RawServer]) -> None:
    mock, real = fronted
    date = b"Wed, 01 May 2024 09:30:00 GMT"
    real.answer = response(200, f"Date: {date.decode()}", "Server: own/1")
    _, headers = head_of(exchange(mock.url, f"GET {BASE}{TAGS} HTTP/1.0\r\nHost: x\r\n\r\n".encode()))
    assert [value for name, value in headers if name == b"date"] == [date]
    assert [value for name, value in headers if name == b"server"] == [b"own/1"]


def test_without_them_the_mocks_come_once(fronted: tuple[MockServer, RawServer]) -> None:
    mock, real = fronted
    real.answer = response()
    _, headers = head_of(exchange(mock.url, f"GET {BASE}{TAGS} HTTP/1.0\r\nHost: x\r\n\r\n".encode()))
    names = [name for name, _ in headers]
    assert (names.count(b"date"), names.count(b"server")) == (1, 1)


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", ""])
def test_no_page_of_the_real_server_runs_in_the_consoles_origin(through: Api, real: RawServer, media_type: str) -> None:
    real.answer = response(
        200, f"Content-Type: {media_type}", "Content-Security-Policy: script-src *", "X-Content-Type-Options: no",
        body=b"<script>fetch('/__mock__/state')</script>",
    )  # fmt: skip
    headers = through.get("/nope").headers
    assert "sandbox" in headers.get_list("Content-Security-Policy", split_commas=True)
    assert headers.get_list("X-Content-Type-Options") == ["nosniff"]


def test_headers_for_one_connection_and_unwritable_ones_are_left_out(through: Api, real: RawServer) -> None:
    real.answer = response(200, "Connection: x-hop", "X-Hop: 1", "Keep-Alive: timeout=5", "X-Bad: a\x01b", "X-Own: 1")
    headers = through.get(TAGS).headers
    assert {"x-hop", "keep-alive", "x-bad", "connection"} & set(headers) == set()
    assert headers["X-Own"] == "1"


def test_the_length_of_a_head_is_kept(through: Api, real: RawServer) -> None:
    real.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\nContent-Type: application/json\r\n\r\n"
    answer = through.request("HEAD", TAGS)
    assert (answer.headers["Content-Length"], answer.content) == ("1234", b"")


def test_an_encoded_response_is_passed_on_as_it_is_and_validated(through: Api, real: RawServer) -> None:
    real.answer = response(200, "Content-Encoding: gzip", body=gzip.compress(b'{"items":[5]}'))
    assert through.get(TAGS).json() == {"items": [5]}
    assert any(text.startswith("response deviates: body.items.0") for text in last(through)["applied"])


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_a_response_that_cannot_be_decoded_is_passed_on_and_noted(
    fronted: tuple[MockServer, RawServer], encoding: str
) -> None:
    mock, real = fronted
    real.answer = response(200, f"Content-Encoding: {encoding}", body=b"not so encoded")
    received = exchange(mock.url, f"GET {BASE}{TAGS} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.endswith(b"not so encoded")
