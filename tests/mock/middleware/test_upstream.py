"""What is sent to the real server behind --proxy and what comes back, byte by byte."""

import gzip
import json
import re
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mock.conftest import BASE, DEFAULTS, Api, MakeApi
from tests.mock.control.helpers import CONTROL, last
from tests.mock.middleware.upstreams import RawServer, raw_server, response

from audience_mock.app import Options
from audience_mock.errors import Refusal
from audience_mock.middleware import proxy as proxy_step
from audience_mock.middleware import upstream
from audience_mock.middleware.upstream import target_problem
from audience_mock.testing import MockServer

TAGS = "/user_group/tags"


@pytest.fixture(scope="module")
def started() -> Iterator[tuple[RawServer, Api]]:
    """One real server and the mock in front of it for all tests: to start them takes longer than most tests."""
    with raw_server(response()) as server:
        api = Api(Options(**{**DEFAULTS, "proxy": server.origin}))
        yield server, api
        api.close()


@pytest.fixture
def real(started: tuple[RawServer, Api]) -> RawServer:
    """A real server that has received nothing."""
    server, _ = started
    server.answer = response()
    server.requests.clear()
    return server


@pytest.fixture
def through(started: tuple[RawServer, Api], real: RawServer) -> Api:
    """The mock in front of the real server, after a reset."""
    _, api = started
    api.post(f"{CONTROL}/reset")
    return api


def exchange(url: str, request: bytes) -> bytes:
    """What a server answers to these bytes, until it closes the connection."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(request)
        received = b""
        while part := connection.recv(65536):
            received += part
    return received


def head_of(received: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The status line and the headers of a response."""
    line, *fields = received.partition(b"\r\n\r\n")[0].split(b"\r\n")
    pairs = [field.split(b":", 1) for field in fields]
    return line, [(name.lower(), value.strip()) for name, value in pairs]


# --- steering --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefer", "status"), [("code=503", 503), ("dynamic=true", 200), ("example=documents", 200), ("code=204", 204)]
)
def test_a_forced_response_needs_no_real_server(through: Api, real: RawServer, prefer: str, status: int) -> None:
    answer = through.request("GET", TAGS, headers={"Prefer": prefer})
    assert (answer.status_code, answer.headers["Preference-Applied"]) == (status, prefer)
    assert real.requests == []
    assert last(through)["outcome"] == "forced"


def test_a_rule_forces_a_response(through: Api, real: RawServer) -> None:
    through.post(f"{CONTROL}/faults", {"operation": "getUserGroupTags", "status": 503, "times": 1})
    assert [through.get(TAGS).status_code for _ in range(2)] == [503, 200]
    assert len(real.requests) == 1


def test_a_rule_forces_a_response_on_a_path_that_is_no_operation(through: Api, real: RawServer) -> None:
    through.post(f"{CONTROL}/faults", {"path": "/nope", "status": 503})
    assert through.get("/nope").status_code == 503
    assert real.requests == []


@pytest.mark.parametrize("prefer", ["code=200", "dynamic=true", "example=documents"])
def test_what_cannot_be_forced_on_such_a_path_is_refused(through: Api, real: RawServer, prefer: str) -> None:
    answer = through.request("GET", "/nope", headers={"Prefer": prefer})
    assert answer.status_code == 400
    assert "no operation of the contract" in answer.json()["message"]
    assert real.requests == []


def test_a_delay_delays_and_the_answer_is_the_real_servers(through: Api) -> None:
    answer = through.request("GET", TAGS, headers={"Prefer": "delay=1"})
    assert (answer.json(), answer.headers["Preference-Applied"]) == ({"items": ["a"]}, "delay=1")
    entry = last(through)
    assert entry["outcome"] == "ok"
    assert "Prefer: delay=1" in entry["applied"]


def test_the_body_of_a_delayed_request_arrives(through: Api, real: RawServer) -> None:
    through.request("POST", "/user_group", json={"name": "x"}, headers={"Prefer": "delay=1"})
    assert real.requests[0].endswith(b'{"name":"x"}')


@pytest.mark.parametrize("kind", ["malformed", "half"])
def test_a_response_of_the_real_server_is_truncated(real: RawServer, kind: str) -> None:
    with MockServer(seed="empty", proxy=real.origin) as mock:
        request = f"GET {BASE}{TAGS} HTTP/1.1\r\nHost: x\r\nPrefer: fault={kind}\r\nConnection: close\r\n\r\n"
        received = exchange(mock.url, request.encode())
    assert received.partition(b"\r\n\r\n")[2] == b'{"items"'[:7]
    assert len(real.requests) == 1


def test_a_wrong_preference_is_refused(through: Api, real: RawServer) -> None:
    assert through.request("GET", TAGS, headers={"Prefer": "code=9"}).status_code == 400
    assert real.requests == []


def test_a_request_without_the_required_token_is_not_sent_on(make_api: MakeApi, real: RawServer) -> None:
    api = make_api(proxy=real.origin, bearer="secret")
    assert api.get(TAGS).status_code == 401
    assert real.requests == []


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


TARGETS = [
    "*@127.0.0.1:{port}/x",
    "*",
    "http://127.0.0.1:{port}/x",
    "http://u:p@127.0.0.1:{port}/x?y=1",
    "//127.0.0.1:{port}/x",
    "/\\127.0.0.1:{port}/x",
    "/@127.0.0.1:{port}/x",
    "/..//127.0.0.1:{port}/x",
    "/%2F127.0.0.1:{port}/x",
    "/x%0d%0aHost:%20127.0.0.1:{port}",
    "/x?u=http://127.0.0.1:{port}/",
    "/x?@127.0.0.1:{port}/",
    "/x#@127.0.0.1:{port}/",
    "/%23@127.0.0.1:{port}/",
    ":{port}/x",
    "@127.0.0.1:{port}/x",
    ".127.0.0.1:{port}/x",
]


@pytest.fixture(scope="module")
def canary() -> Iterator[RawServer]:
    """A server that no request may reach."""
    with raw_server(response()) as server:
        yield server


@pytest.fixture(scope="module")
def fronted() -> Iterator[tuple[MockServer, RawServer]]:
    """A mock on a port, in front of a real server."""
    with raw_server(response()) as server, MockServer(seed="empty", proxy=server.origin) as mock:
        yield mock, server


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_target_leaves_the_origin(
    fronted: tuple[MockServer, RawServer], canary: RawServer, target: str, method: str
) -> None:
    mock, real = fronted
    aimed = target.format(port=canary.port)
    before = len(real.requests)
    line, _ = head_of(exchange(mock.url, f"{method} {aimed} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()))
    assert line.split()[1] in {b"200", b"400", b"404"}
    assert canary.requests == []
    for request in real.requests[before:]:
        assert request.startswith(f"{method} /".encode())
        assert dict(head_of(request)[1])[b"host"] == real.origin.removeprefix("http://").encode()


def test_a_target_that_is_no_path_is_refused(fronted: tuple[MockServer, RawServer]) -> None:
    received = exchange(fronted[0].url, b"GET *@127.0.0.1:1/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 400 ")
    assert "*@127.0.0.1:1/x" in json.loads(received.partition(b"\r\n\r\n")[2])["message"]


PIECES = st.sampled_from(
    [
        "/",
        "//",
        "\\",
        "@",
        ":",
        "*",
        "?",
        "#",
        "%2f",
        "%40",
        "%0d%0a",
        "%",
        "..",
        "\r",
        "\n",
        " ",
        "\0",
        "é",
        "http:",
        "x",
    ]
    + ["127.0.0.1:{port}"] * 5
)


@given(st.lists(PIECES, max_size=7).map("".join))
@settings(max_examples=60, deadline=None)
def test_no_target_at_all_leaves_the_origin(
    fronted: tuple[MockServer, RawServer], canary: RawServer, target: str
) -> None:
    mock, real = fronted
    before = len(real.requests)
    line = f"GET {target.replace('{port}', str(canary.port))} HTTP/1.1\r\n"
    exchange(mock.url, f"{line}Host: x\r\nConnection: close\r\n\r\n".encode())
    assert canary.requests == []
    for request in real.requests[before:]:
        assert re.match(rb"GET /[!-~]* HTTP/1.1\r\n", request)
        assert dict(head_of(request)[1])[b"host"] == real.origin.removeprefix("http://").encode()


@given(st.lists(PIECES, max_size=6).map("".join), st.binary(max_size=4))
def test_a_target_is_sent_as_it_is_or_refused(text: str, query: bytes) -> None:
    raw_path = text.encode()
    whole = raw_path.partition(b"?")[0] + (b"?" + query if query else b"")
    if re.fullmatch(rb"/[!-~]*", whole):
        assert upstream.target_of(raw_path, query) == whole
    else:
        with pytest.raises(Refusal):
            upstream.target_of(raw_path, query)


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


def test_a_server_that_does_not_respond_is_504(through: Api, real: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstream, "TIMEOUT", 0.05)
    real.answer = _wait_for_end
    received = through.get(TAGS)
    assert (received.status_code, received.json()["status_code"]) == (504, 504)
    assert real.origin in received.json()["message"]


def _wait_for_end(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


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


# --- streams ---------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"])
def test_a_client_that_goes_ends_the_request_to_the_real_server(
    fronted: tuple[MockServer, RawServer], begin: bytes
) -> None:
    mock, real = fronted
    arrived, ended = threading.Event(), threading.Event()

    def answer(connection: socket.socket) -> None:
        connection.sendall(begin)
        arrived.set()
        _wait_for_end(connection)
        ended.set()

    real.answer = answer
    host, _, port = mock.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(f"GET {BASE}{TAGS} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert arrived.wait(30)
    assert ended.wait(30)


# --- the origin ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "http://127.1:1", "http://a.localhost:1"]
)
def test_this_machine_is_reached_directly(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _set_proxies(monkeypatch, "http://127.0.0.1:9")
    assert upstream._proxy_for(httpx.URL(origin)) is None


def test_no_request_to_this_machine_reaches_the_environments_proxy(
    make_api: MakeApi, real: RawServer, canary: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_proxies(monkeypatch, canary.origin)
    assert make_api(proxy=real.origin).get(TAGS).json() == {"items": ["a"]}
    assert canary.requests == []


def test_any_other_server_is_reached_through_it(make_api: MakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(response()) as outward:
        _set_proxies(monkeypatch, outward.origin)
        assert make_api(proxy="http://api.example").get(TAGS).json() == {"items": ["a"]}
    assert outward.requests[0].startswith(f"GET http://api.example{BASE}{TAGS} HTTP/1.1\r\n".encode())


def test_a_host_of_no_proxy_is_reached_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    _set_proxies(monkeypatch, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "api.example")
    assert upstream._proxy_for(httpx.URL("https://api.example")) is None
    assert upstream._proxy_for(httpx.URL("https://api.example.org")) is not None


def test_a_proxy_that_cannot_be_used_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    _set_proxies(monkeypatch, "socks5://127.0.0.1:9")
    assert "socks5://127.0.0.1:9" in str(target_problem("https://api.example"))
    assert target_problem("http://127.0.0.1:1") is None


def _set_proxies(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.setenv(name, url)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_an_origin_with_a_password_is_refused_and_the_password_is_not_shown() -> None:
    problem = target_problem("http://user:geheim@api.example")
    assert problem
    assert "geheim" not in problem
