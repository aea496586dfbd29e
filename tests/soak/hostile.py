"""Requests that a server must survive: each is refused, or harmless. None of them changes what a session holds."""

import gzip
import json
import random
from collections.abc import Iterable
from typing import Any

from tests.soak.model import BASE
from tests.soak.wire import Request

GUARDED_TENANT = "/service/platform/user/v1.0/company/559/application/64b000000000000000000002"
GUARDED_ID = "64f0000000000000000000aa"
SEED = {
    "559/64b000000000000000000002": {
        "definitions": [
            {
                "_id": GUARDED_ID,
                "name": "Guarded",
                "slug": "guarded",
                "type": "string",
                "validations": [{"type": "regex", "value": "^(a+)+$"}],
            }
        ]
    }
}
"""A definition whose validation takes a backtracking engine for ever; in an application of its own."""
REFUSED = frozenset(range(400, 500))
HARMLESS = frozenset(range(200, 500))
DEFINITION, GROUP, BULK = "/user_attribute/definition", "/user_group", "/user_attribute/bulk_update"
_JSON = ("Content-Type: application/json",)


def _request(
    about: str,
    method: str,
    path: str,
    content: bytes | None = None,
    headers: Iterable[str] = (),
    *,
    allowed: frozenset[int] = REFUSED,
    closes: bool = False,
    base: str = BASE,
) -> Request:
    length = () if content is None else (f"Content-Length: {len(content)}",)
    lines = (f"{method} {base}{path} HTTP/1.1", "Host: mock", *headers, *length, "", "")
    return Request(
        "\r\n".join(lines).encode("latin-1") + (content or b""), about, allowed, closes=closes, is_hostile=True
    )


def _bodies() -> Iterable[tuple[str, bytes]]:
    """Bodies that no creation takes."""
    yield "no JSON", b"{"
    yield "an empty body", b""
    yield "a text", b'"a"'
    yield "null", b"null"
    yield "a number that overflows", b'{"name": 1e999, "slug": -1e400}'
    yield "NaN", b'{"name": NaN}'
    yield "a lone surrogate", rb'{"name": "\ud800", "slug": "a\udc00"}'
    yield "10,000 levels", b"[" * 10_000
    yield "10,000 closed levels", b'{"name":' + b"[" * 10_000 + b"]" * 10_000 + b"}"
    yield "a BOM", b"\xef\xbb\xbf{}"
    yield "UTF-16", '{"name": "a"}'.encode("utf-16")
    yield "bytes that are not UTF-8", b'{"name": "\xff\xfe"}'
    yield "a key of 100,000 characters", json.dumps({"k" * 100_000: 1}).encode()
    yield "3,000 unknown properties", json.dumps({f"p{number}": number for number in range(3_000)}).encode()
    yield "a name of 300,000 characters", json.dumps({"name": "n" * 300_000, "slug": "s", "type": "string"}).encode()
    yield "wrong types", b'{"name": [], "slug": {}, "description": 1, "type": null, "category": 1, "file_url": []}'
    yield "a number of 5,000 digits", b'{"name": ' + b"9" * 5_000 + b"}"


def _bulk(items: list[Any]) -> bytes:
    return json.dumps({"file_url": "data:text/csv,user_id%0Anobody", "attributes": items}).encode()


def _refused_bodies() -> Iterable[Request]:
    for about, content in _bodies():
        for method, path in (("POST", DEFINITION), ("POST", GROUP), ("PATCH", BULK)):
            yield _request(about, method, path, content, _JSON)
    yield _request("101 bulk items", "PATCH", BULK, _bulk([{"key": "none", "value": 1}] * 101), _JSON)
    yield _request("an unknown bulk key", "PATCH", BULK, _bulk([{"key": "no-such-key", "value": 1}]), _JSON)
    yield _request("2,000 wrong bulk items", "PATCH", BULK, _bulk([{"key": 1, "value": None}] * 2_000), _JSON)
    yield _request("a text as a body", "POST", DEFINITION, b"name=a", ("Content-Type: text/plain",))
    yield _request("no content type", "POST", DEFINITION, b"{}")
    bomb = gzip.compress(bytes(2_000_000))
    yield _request("a gzip bomb", "POST", GROUP, bomb, (*_JSON, "Content-Encoding: gzip"))
    yield _request("gzip that is none", "POST", GROUP, b"{}", (*_JSON, "Content-Encoding: gzip"))
    yield _request("an unknown encoding", "POST", GROUP, b"{}", (*_JSON, "Content-Encoding: rot13"))
    for value in ("a" * 5_000 + "!", "a" * 40 + "!"):
        body = json.dumps({"attribute": {"value": value}}).encode()
        path = f"{DEFINITION}/{GUARDED_ID}/user/u"
        yield _request("a value against ^(a+)+$", "PUT", path, body, _JSON, base=GUARDED_TENANT)


def _refused_targets() -> Iterable[Request]:
    for query in ("page_no=0", "page_no=-1", "page_no=abc", "page_no=%D9%A5", "page_size=101", "page_size=1e2"):
        for path in (DEFINITION, GROUP, "/user_attribute/user/u"):
            yield _request(query, "GET", f"{path}?{query}")
    yield _request("a page beyond int64", "GET", f"{GROUP}?page_no={10**30}")
    yield _request("an unknown path", "GET", "/nothing/here")
    yield _request("a path above", "GET", "/../../../../../etc/passwd")
    yield _request("an unserved company", "GET", GROUP, base=BASE.replace("559", "560"))
    yield _request("a path byte that is not UTF-8", "GET", "/user_attribute/user/%FE")
    for about, key in (("an unknown id", "0" * 24), ("a strange id", "%00%2e%2e%2f"), ("a long id", "x" * 2_000)):
        yield _request(about, "GET", f"{DEFINITION}/{key}")
        yield _request(about, "DELETE", f"{GROUP}/{key}")
        yield _request(about, "POST", f"{GROUP}/{key}/refresh")
    for method in ("PATCH", "PUT", "TRACE", "PROPFIND"):
        yield _request(f"the method {method}", method, GROUP)
    yield _request("a method nobody has", "DELETE", f"{GROUP}/tags")


def _harmless() -> Iterable[Request]:
    for query in (
        "page_no=1000000000",
        "name=" + "n" * 8_000,
        "name=%00",
        "type=a&type=b",
        "?&&=&a",
        "tags=" + "," * 5_000,
    ):
        for path in (DEFINITION, GROUP):
            yield _request(query[:40], "GET", f"{path}?{query}", allowed=HARMLESS)
    yield _request("20,000 commas in Prefer", "GET", GROUP, headers=("Prefer: " + "," * 20_000,), allowed=HARMLESS)
    yield _request("an odd Prefer", "GET", GROUP, headers=("Prefer: code=999, delay=-1",), allowed=HARMLESS)
    upgrade = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__")
    yield _request("an h2c offer", "GET", GROUP, headers=upgrade, allowed=frozenset({200}))
    yield _request("an odd session name", "GET", GROUP, headers=("X-Mock-Session: ../../etc/\xe9",), allowed=HARMLESS)
    yield _request("HEAD", "HEAD", GROUP, allowed=HARMLESS)
    yield _request("OPTIONS", "OPTIONS", GROUP, headers=("Origin: https://evil.example",), allowed=HARMLESS)
    yield _request("Expect", "POST", GROUP, b"{}", (*_JSON, "Expect: 100-continue"), allowed=REFUSED)


def _last_of_their_connection() -> Iterable[Request]:
    yield _request("a target of 20,000 bytes", "GET", "/" + "t" * 20_000, closes=True)
    yield _request("a header of 70,000 bytes", "GET", GROUP, headers=("X-Long: " + "h" * 70_000,), closes=True)
    yield _request("2,000 headers", "GET", GROUP, headers=[f"X-{n}: {'v' * 40}" for n in range(2_000)], closes=True)
    yield _request("an unknown method", "BREW", GROUP, closes=True)
    yield _request("a raw byte in the target", "GET", f"{GROUP}?name=Caf\xe9", closes=True)
    chunked = (*_JSON, "Transfer-Encoding: chunked")
    bad = _request("a bad chunk size", "POST", GROUP, headers=chunked, closes=True)
    yield Request(bad.text + b"zz\r\n{}\r\n0\r\n\r\n", bad.about, bad.statuses, closes=True, is_hostile=True)
    yield Request(b"nonsense\r\n\r\n", "no request", REFUSED, closes=True, is_hostile=True)
    yield Request(
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        "TLS to a plain port",
        REFUSED,
        closes=True,
        is_hostile=True,
    )
    length = (*_JSON, "Content-Length: 5", "Content-Length: 6")
    yield _request("two lengths", "POST", GROUP, headers=length, closes=True)
    yield _request(
        "a body of 100 MB announced", "POST", GROUP, headers=(*_JSON, "Content-Length: 104857600"), closes=True
    )


class Hostile:
    """Random hostile requests of a session."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._kinds = [list(_refused_bodies()), list(_refused_targets()), list(_harmless())]
        self._last = list(_last_of_their_connection())

    def step(self) -> Request:
        """A request after which the connection goes on."""
        return self.random.choice(self.random.choice(self._kinds))

    def last(self) -> Request:
        """A request that may end the connection."""
        return self.random.choice(self._last)

    def every(self) -> list[Request]:
        """All requests after which the connection goes on."""
        return [request for kind in self._kinds for request in kind]

    def every_last(self) -> list[Request]:
        """All requests that may end the connection."""
        return self._last
