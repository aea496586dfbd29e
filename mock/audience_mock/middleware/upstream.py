"""The connection to a real server: one origin, whatever a request asks for (--proxy).

A request's path and query are sent as they came and are never parsed as a part of a URL, so nothing in them can choose
another host. That is why this uses httpcore, which takes the parts of a URL, and not httpx.
"""

import asyncio
import re
from ast import literal_eval
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from typing import NamedTuple

import httpcore
import httpx

from audience_mock import errors
from audience_mock.errors import show
from audience_mock.middleware.content_encoding import ENCODINGS
from audience_mock.middleware.origin import proxy_for
from audience_mock.session.fault_rules import WITHOUT_BODY

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
        origin: http or https, host and port; see `origin.py`.
    """

    def __init__(self, origin: str) -> None:
        self.origin = origin.rstrip("/")
        self._url = httpx.URL(origin)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context() if self._url.scheme == "https" else None,
            proxy=proxy_for(self._url),
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
            raise errors.malformed_head(_reason(error), "") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError) as error:
            raise errors.upstream_failed(self.origin, _reason(error)) from None

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()


_BYTES = re.compile(r"""\b(?:bytearray\()?(b'(?:[^'\\]|\\.)*'|b"(?:[^"\\]|\\.)*")\)?""")
_INTERNAL = re.compile(r"^\[Errno -?\d+\] | \(_ssl\.c:\d+\)")


def _reason(error: Exception) -> str:
    """What an error says, without Python's notation."""
    text = _BYTES.sub(lambda found: show(literal_eval(found[1]).decode("latin-1")), str(error))
    return _INTERNAL.sub("", text).removesuffix(".") or type(error).__name__


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
    if is_chunked or status in WITHOUT_BODY:
        kept = [(name, value) for name, value in kept if name != b"content-length"]
    kept = [(name, value) for name, value in kept if name != b"x-content-type-options"]
    return [*kept, (b"content-security-policy", b"sandbox"), (b"x-content-type-options", b"nosniff")]


def _end_to_end(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The headers without those for a single connection."""
    pairs = [(name.lower(), value) for name, value in headers]
    named = {option.strip().lower() for name, value in pairs if name == b"connection" for option in value.split(b",")}
    return [(name, value) for name, value in pairs if name not in _HOP_BY_HOP and name not in named]
