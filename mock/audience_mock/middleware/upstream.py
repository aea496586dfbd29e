"""The connection to a real server: one origin, whatever a request asks for (--proxy).

A request's path and query are sent as they came and are never parsed as a part of a URL, so nothing in them can choose
another host. That is why this uses httpcore, which takes the parts of a URL, and not httpx.
"""

import asyncio
import re
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from typing import NamedTuple
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from audience_mock import errors
from audience_mock.errors import show
from audience_mock.loopback import is_loopback
from audience_mock.middleware.content_encoding import ENCODINGS

Headers = list[tuple[bytes, bytes]]

TIMEOUT = 60.0
"""Seconds that the real server has to begin its response, and between two parts of it."""
CONNECT_TIMEOUT = 10.0
"""Seconds to connect to it."""
_IDLE = 1.0
"""Seconds that a connection is kept: servers close theirs after a few, and a request on it would be lost."""

_HOP_BY_HOP = frozenset(
    {b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te"}
    | {b"trailer", b"transfer-encoding", b"upgrade", b"http2-settings"}
)
"""RFC 9110, 7.6.1; also those that the header Connection names."""
_OWN = (b"host", b"content-length", b"expect", b"prefer")
"""Headers of a request that are written anew, or are the mock's own, like those that begin with x-mock-."""
_OWN_COOKIES = re.compile(rb"mock-token *=")
_UNWRITABLE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
"""Characters that the header of a response cannot have; the server would fail."""
_WITHOUT_LENGTH = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
_TARGET = re.compile(rb"/[!-~]*")


class Answer(NamedTuple):
    """The begin of a response, and its body as it arrives."""

    status: int
    headers: Headers
    parts: AsyncIterator[bytes]


class Upstream:
    """The real server at an origin.

    A server on this machine is always reached directly; for any other, the environment may name a proxy (HTTP_PROXY,
    HTTPS_PROXY, NO_PROXY).

    Args:
        origin: http or https, host and port; see `target_problem`.
    """

    def __init__(self, origin: str) -> None:
        self.origin = origin.rstrip("/")
        self._url = httpx.URL(origin)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            proxy=_proxy_for(self._url),
            max_connections=None,
            keepalive_expiry=_IDLE,
        )

    @asynccontextmanager
    async def answer(self, method: str, target: bytes, headers: Headers, body: bytes) -> AsyncIterator[Answer]:
        """Send a request, and receive the begin of its response; the connection is given back at the end.

        Args:
            method: of the request.
            target: path and query, percent-encoded; see `target_of`.
            headers: as the client sent them.
            body: the whole body.

        Raises:
            Refusal: 502 if the server does not respond with HTTP, 504 if it takes too long, 400 for a header that
                cannot be sent on. Raised while the body arrives, it means that the body is incomplete.
        """
        url = httpcore.URL(scheme=self._url.raw_scheme, host=self._url.raw_host, port=self._url.port, target=target)
        sent = [(b"host", self._url.netloc), *request_headers(headers)]
        if body or method in {"POST", "PUT", "PATCH"}:
            sent.append((b"content-length", b"%d" % len(body)))
        timeout = {"connect": CONNECT_TIMEOUT, "read": TIMEOUT, "write": TIMEOUT, "pool": None}
        request = httpcore.Request(method, url, headers=sent, content=body, extensions={"timeout": timeout})
        with self._failures():
            async with asyncio.timeout(TIMEOUT):
                response = await self._pool.handle_async_request(request)
        parts = self._parts(response)
        try:
            if response.status < HTTPStatus.OK:
                raise errors.upstream_failed(self.origin, f"its status is {response.status}")
            yield Answer(response.status, response_headers(response.status, response.headers), parts)
        finally:
            await parts.aclose()
            await response.aclose()

    async def _parts(self, response: httpcore.Response) -> AsyncGenerator[bytes, None]:
        with self._failures():
            async for part in response.aiter_stream():
                yield part

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Turn the errors of a connection into refusals."""
        try:
            yield
        except (httpcore.TimeoutException, TimeoutError):
            raise errors.upstream_too_slow(self.origin) from None
        except httpcore.LocalProtocolError as error:
            raise errors.malformed_head(str(error), "") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError) as error:
            raise errors.upstream_failed(self.origin, str(error) or type(error).__name__) from None

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()


def target_of(raw_path: bytes, query: bytes) -> bytes:
    """The target to send to the real server. Raises Refusal 400 for one that is no path, like `*`."""
    target = raw_path.partition(b"?")[0] + (b"?" + query if query else b"")
    if not _TARGET.fullmatch(target):
        raise errors.malformed_target(target.decode("latin-1"))
    return target


def request_headers(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """The headers of a request that are for the real server.

    What steers the mock stays here. Of the encodings that the client accepts, those are left that the mock can
    decode: it validates the response.
    """
    for name, value in _end_to_end(headers):
        if name == b"accept-encoding":
            known = [one for one in value.split(b",") if _coding(one) in {*ENCODINGS, "identity"}]
            yield name, b",".join(known).strip() or b"identity"
        elif name == b"cookie":
            kept = [one for one in value.split(b";") if not _OWN_COOKIES.match(one.strip())]
            if kept:
                yield name, b";".join(kept).strip()
        elif name not in _OWN and not name.startswith(b"x-mock-"):
            yield name, value


def _coding(text: bytes) -> str:
    return text.partition(b";")[0].strip().lower().decode("latin-1")


def response_headers(status: int, headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The headers of a response that are for the client, with lower-case names.

    A page of the real server is shown in the mock's own origin, where the console is: no script of it may run there.
    """
    kept = [(name, value) for name, value in _end_to_end(headers) if not _UNWRITABLE.search(value)]
    is_chunked = any(name.lower() == b"transfer-encoding" for name, _ in headers)
    if is_chunked or status in _WITHOUT_LENGTH:
        kept = [(name, value) for name, value in kept if name != b"content-length"]
    kept = [(name, value) for name, value in kept if name != b"x-content-type-options"]
    return [*kept, (b"content-security-policy", b"sandbox"), (b"x-content-type-options", b"nosniff")]


def _end_to_end(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The headers without those for a single connection."""
    pairs = [(name.lower(), value) for name, value in headers]
    named = {option.strip().lower() for name, value in pairs if name == b"connection" for option in value.split(b",")}
    return [(name, value) for name, value in pairs if name not in _HOP_BY_HOP and name not in named]


# --- the origin -----------------------------------------------------------------------------------------


def target_problem(target: str) -> str | None:
    """Why `target` cannot be the real server's origin; None if it can."""
    try:
        url = httpx.URL(target)
    except httpx.InvalidURL as error:
        return f"{show(target)} is not a URL: {error}."
    if url.scheme not in {"http", "https"} or not url.host:
        return f"{show(target)} is not an http or https URL; give the server's origin, like https://api.example.com."
    if url.path not in {"", "/"} or url.query or url.fragment:
        return f"{show(target)} has a path or a query; give only the server's origin, like https://api.example.com."
    if url.userinfo:
        return "The URL has a user name or a password; give only the server's origin, and send Authorization."
    try:
        _proxy_for(url)
    except ValueError as error:
        return str(error)
    return None


def _proxy_for(url: httpx.URL) -> httpcore.Proxy | None:
    """The environment's proxy for a server; none for one on this machine. Raises ValueError for an unusable one."""
    proxies = getproxies()
    found = proxies.get(url.scheme) or proxies.get("all")
    if not found or is_this_machine(url.host) or proxy_bypass(url.netloc.decode("ascii")):
        return None
    proxy = httpx.Proxy(found if "://" in found else f"http://{found}") if _is_http(found) else None
    if proxy is None:
        raise ValueError(
            f"The environment names the proxy {show(found)} for {url.host}; only http and https proxies can be used: "
            "set HTTPS_PROXY to one, or NO_PROXY to the host."
        )
    address = httpcore.URL(scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=b"/")
    return httpcore.Proxy(address, auth=proxy.raw_auth)


def _is_http(proxy: str) -> bool:
    return "://" not in proxy or proxy.partition("://")[0].lower() in {"http", "https"}


def is_this_machine(host: str) -> bool:
    """Does a URL's host name this machine, in any notation of an address."""
    name = host.rstrip(".").lower()
    if name.endswith(".localhost") or is_loopback(name.removeprefix("::ffff:")):
        return True
    try:
        packed = socket.inet_aton(name)  # also 127.1 and 0x7f000001
    except OSError:
        return name in {"::", "localhost"}
    return packed[0] in {0, 127}
