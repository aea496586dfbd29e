"""Keep-alive connections to the target: through which proxy, with which certificates, and for how long.

urllib3 needs about half the time of richer clients for a request, and a run consists of requests.
"""

import http.client
import io
import os
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

import certifi
import urllib3
from urllib3 import BaseHTTPResponse, PoolManager, ProxyManager, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, InsecureRequestWarning
from urllib3.util import create_urllib3_context, make_headers

MAX_OPEN = 32
"""Connections that stay open: as many as the most requests that are sent at once."""
MAX_ANSWER = 32 * 1024 * 1024
"""Bytes of the largest answer that is read, after decoding."""
NONE = "none"
"""The value of --proxy that means no proxy."""
_HINTS = range(HTTPStatus.PROCESSING, HTTPStatus.OK)
"""Statuses that announce an answer; http.client knows only the first, 100."""
CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
"""Environment variables that name the certificates to trust, the first one first."""


class ConnectionSettingError(Exception):
    """A proxy or a certificate cannot be used; the message names the option or variable, and the fix."""


class TooLarge(Exception):
    """An answer has more than MAX_ANSWER bytes."""


@dataclass(frozen=True)
class Route:
    """How connections are made.

    Args:
        timeout: seconds for a whole request: connecting, sending, and reading the answer.
        proxy: the URL of a proxy, "none", or None for what the environment says.
        tls_verify: "false", the path of the certificates to trust, or None for what the environment says.
        client_cert: the path of a client certificate with its key, or "certificate,key".
    """

    timeout: float
    proxy: str | None = None
    tls_verify: str | None = None
    client_cert: str | None = None


@dataclass(frozen=True)
class Proxy:
    """A proxy, and the option or environment variable that named it."""

    url: str
    named_by: str

    @property
    def address(self) -> str:
        """Its URL without user and password."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    @property
    def headers(self) -> dict[str, str]:
        """The header with user and password, if the URL has them."""
        parts = urlsplit(self.url)
        if parts.username is None:
            return {}
        return dict(make_headers(proxy_basic_auth=f"{unquote(parts.username)}:{unquote(parts.password or '')}"))

    def __str__(self) -> str:
        return f"the proxy {self.address} ({self.named_by})"


def proxy_to(url: str, route: Route) -> Proxy | None:
    """The proxy for a URL. A loopback address is reached directly, unless --proxy names a proxy."""
    if route.proxy:
        return None if route.proxy.lower() == NONE else _checked(Proxy(route.proxy, "--proxy"))
    parts = urlsplit(url)
    if is_loopback(url) or proxy_bypass_environment(parts.netloc):
        return None
    for name in (f"{parts.scheme}_proxy", "all_proxy"):
        # A web server puts the header `Proxy` of its client into HTTP_PROXY.
        names = [name] if name == "http_proxy" and "REQUEST_METHOD" in os.environ else [name, name.upper()]
        named = next((known for known in names if known in os.environ), None)
        if named and os.environ[named]:
            # Many environments name a proxy as host and port only.
            value = os.environ[named]
            return _checked(Proxy(value if "//" in value else f"http://{value}", named))
    return None


def _checked(proxy: Proxy) -> Proxy:
    scheme = urlsplit(proxy.url).scheme.lower()
    if scheme not in ("http", "https"):
        kind = "a SOCKS proxy" if scheme.startswith("socks") else "a proxy of an unknown kind"
        raise ConnectionSettingError(
            f"{proxy.named_by} names {kind}, {proxy.address}, which is not supported; "
            "give an HTTP proxy as --proxy http://HOST:PORT, or --proxy none"
        )
    return proxy


def is_loopback(url: str) -> bool:
    """Is the URL's host this machine, by its name alone."""
    host = (urlsplit(url).hostname or "").lower().rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


# --- certificates -----------------------------------------------------------------------------------------


def _tls(route: Route) -> ssl.SSLContext:
    """The certificates to trust, and the client certificate."""
    context = create_urllib3_context()
    if (route.tls_verify or "").lower() == "false":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        urllib3.disable_warnings(InsecureRequestWarning)
    else:
        context.verify_mode = ssl.CERT_REQUIRED
        variable = next((name for name in CERTIFICATE_VARIABLES if os.environ.get(name)), "")
        path = route.tls_verify or os.environ.get(variable) or certifi.where()
        named_by = "--tls-verify" if route.tls_verify else variable
        try:
            context.load_verify_locations(**{"capath" if Path(path).is_dir() else "cafile": path})
        except OSError as error:
            fix = "name a PEM file of certificates, or --tls-verify false"
            raise ConnectionSettingError(f"{named_by}: {path} cannot be used: {error}; {fix}") from None
    if route.client_cert:
        certificate, _, key = route.client_cert.partition(",")
        try:
            context.load_cert_chain(certificate, key or None, password="")
        except OSError as error:
            fix = "name a PEM file with certificate and key without a password, or CERTIFICATE,KEY"
            raise ConnectionSettingError(f"--client-cert: {route.client_cert} cannot be used: {error}; {fix}") from None
    return context


# --- connections ------------------------------------------------------------------------------------------


class _Timed(io.RawIOBase):
    """Reads from a socket until a deadline: a timeout of the socket alone is one for each byte.

    Args:
        source: the socket's own reader.
        sock: the socket.
        seconds: from now to the deadline; None for none.
    """

    def __init__(self, source: io.RawIOBase, sock: socket.socket, seconds: float | None) -> None:
        super().__init__()
        self._source = source
        self._sock = sock
        self._deadline = None if seconds is None else time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._deadline is not None:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(left)
        return self._source.readinto(buffer)

    def close(self) -> None:
        self._source.close()
        super().close()


class _Now(threading.local):
    """The request that this thread sends.

    Args:
        keep: may its connection be used again.
        before: the request before it on its connection, "" on a new one.
    """

    keep = True
    before = ""


_now = _Now()


class _Response(http.client.HTTPResponse):
    """A response that must be complete before its connection's timeout ends.

    After a server error its connection is not used again: some servers close it then, without saying so.
    """

    def __init__(self, sock: socket.socket, *args: Any, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self.fp = io.BufferedReader(_Timed(self.fp.detach(), sock, sock.gettimeout()))

    def _read_status(self) -> tuple[str, int, str]:
        """The status line of the answer, behind those of hints such as 103 Early Hints (RFC 9110, 15.2)."""
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if status not in _HINTS:
                return version, status, reason
            http.client.parse_headers(self.fp)

    def begin(self) -> None:
        super().begin()
        if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR or not _now.keep:
            self.will_close = True


class _Remembering:
    """A connection that remembers its last request."""

    sock: Any
    _last = ""

    def request(self, method: str, url: str, *args: Any, **more: Any) -> None:
        _now.before = "" if self.sock is None else self._last
        self._last = f"{method} {url}"
        super().request(method, url, *args, **more)  # type: ignore[misc]


class _Http(_Remembering, HTTPConnection):
    response_class = _Response


class _Https(_Remembering, HTTPSConnection):
    response_class = _Response


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class Connections:
    """The connections to the host of one URL.

    Raises:
        ConnectionSettingError: the proxy or the certificates cannot be used.
    """

    def __init__(self, url: str, route: Route) -> None:
        self.proxy = proxy_to(url, route)
        """The proxy that requests go through, or None."""
        self.keep_alive = True
        """May a connection be used again."""
        self._timeout = route.timeout
        more: dict[str, Any] = {"maxsize": MAX_OPEN}
        if urlsplit(url).scheme == "https" or (self.proxy and self.proxy.address.startswith("https:")):
            more["ssl_context"] = _tls(route)
        if self.proxy:
            tls = more.get("ssl_context")
            self._pools: PoolManager = ProxyManager(
                self.proxy.url, proxy_headers=self.proxy.headers, proxy_ssl_context=tls, **more
            )
        else:
            self._pools = PoolManager(**more)
        self._pools.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Any = None,
        body: bytes | None = None,
        timeout: float | None = None,
    ) -> tuple[BaseHTTPResponse, bytes]:
        """Send a request; return the response and its decoded body.

        Raises:
            HTTPError: there is no response, or it is not complete within `timeout` seconds.
            TooLarge: the body has more than MAX_ANSWER bytes.
        """
        _now.keep, _now.before = self.keep_alive, ""
        response = self._pools.urlopen(
            method,
            url,
            body=body,
            headers=headers,
            redirect=False,
            retries=False,
            preload_content=False,
            timeout=Timeout(total=timeout or self._timeout),
        )
        try:
            return response, _content(response)
        except BaseException:
            response.close()
            raise

    @property
    def before(self) -> str:
        """The request before this thread's last one on the same connection, "" if the connection was new."""
        return _now.before

    def clear(self) -> None:
        """Close the connections that wait for a request."""
        self._pools.clear()


def _content(response: BaseHTTPResponse) -> bytes:
    """The decoded body. Raises TooLarge."""
    length = response.length_remaining
    if length is not None and length <= MAX_ANSWER and "content-encoding" not in response.headers:
        return response.read()
    content = response.read(MAX_ANSWER + 1)
    if len(content) > MAX_ANSWER:
        raise TooLarge
    return content


def reason(error: HTTPError) -> str:
    """Why a request got no response: the message of the innermost error."""
    inner = [argument for argument in error.args if isinstance(argument, Exception)]
    cause = error.__cause__ or (inner[-1] if inner else None)
    return str(cause or error) or type(error).__name__


def advice(why: str) -> str:
    """The options that mend an error of certificates or of a proxy's password; "" for any other error."""
    if "407" in why:
        return "give the proxy's user and password, as --proxy http://USER:PASSWORD@HOST:PORT"
    if "CERTIFICATE_VERIFY_FAILED" in why:
        variables = " or ".join(CERTIFICATE_VARIABLES)
        return f"name the certificates to trust as --tls-verify PATH or in {variables}, or give --tls-verify false"
    if "CERTIFICATE_REQUIRED" in why.upper().replace(" ", "_") or "HANDSHAKE_FAILURE" in why.upper().replace(" ", "_"):
        return "the server may want a client certificate: --client-cert PATH"
    return ""
