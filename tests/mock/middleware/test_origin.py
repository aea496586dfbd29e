"""No request leaves the origin of --proxy, and the way to it."""

import json
import re
import socket

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mock.conftest import BASE, MakeApi
from tests.mock.middleware.upstreams import RawServer, exchange, head_of, raw_server, response

from audience_mock.errors import Refusal
from audience_mock.middleware import upstream
from audience_mock.middleware.origin import proxy_for, target_problem
from audience_mock.testing import MockServer

TAGS = "/user_group/tags"


# --- targets ------------------------------------------------------------------------------------------


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


# --- the origin ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "http://127.1:1", "http://a.localhost:1"]
)
def test_this_machine_is_reached_directly(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _set_proxies(monkeypatch, "http://127.0.0.1:9")
    assert proxy_for(httpx.URL(origin)) is None


def test_a_name_of_this_machine_is_reached_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    _set_proxies(monkeypatch, "http://127.0.0.1:9")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [(0, 0, 0, "", ("::ffff:127.0.0.1", 0, 0, 0))])
    assert proxy_for(httpx.URL("http://shop.test")) is None


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
    assert proxy_for(httpx.URL("https://api.example")) is None
    assert proxy_for(httpx.URL("https://api.example.org")) is not None


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


@pytest.mark.parametrize("origin", [f"http://{'a' * 64}.example", "http://api.example:99999", "http://a#b"])
def test_what_no_request_can_be_sent_to_is_refused_at_start(origin: str) -> None:
    assert target_problem(origin)


def test_an_origin_with_a_password_is_refused_and_the_password_is_not_shown() -> None:
    problem = target_problem("http://user:geheim@api.example")
    assert problem
    assert "geheim" not in problem
