"""Access to the control API: only from this machine, and from no other web page than the console and those allowed.

A page in a developer's browser can send requests to loopback. It cannot forge `Origin`, and `Host` shows a name that
was rebound to loopback.
"""

import re
import secrets
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import Message, Send

from audience_mock.errors import Refusal, show
from audience_mock.loopback import is_loopback

TOKEN_HEADER = "X-Mock-Token"  # noqa: S105 (the header's name)
TOKEN_COOKIE = "mock-token"  # noqa: S105 (the cookie's name)
HEALTH = "/__mock__/health"
"""The path that needs no token."""
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9._:-]+")


class Guard:
    """Refuses requests of other hosts and web pages, and requests without the token.

    Args:
        token: that every request but that of HEALTH needs; None for none, if the server is bound to loopback.
        origins: of other web pages that may use the control API, like http://localhost:5173.

    Raises:
        ValueError: a text of `origins` is no origin.
    """

    def __init__(self, token: str | None = None, origins: Iterable[str] = ()) -> None:
        self._token = token
        self.origins = frozenset(map(normal_origin, origins))

    def check(self, request: Request) -> None:
        """Raises Refusal 403 for a foreign Host or Origin, 401 without the token."""
        host = request.headers.get("host", "")
        if self._token is None and not _is_local(host):
            raise Refusal(403, f"The control API is not served for the host {show(host)}; use 127.0.0.1 or localhost.")
        origin = request.headers.get("origin")
        is_allowed = origin in self.origins
        if origin is not None and not is_allowed and _split(origin).netloc.lower() != host.lower():
            raise _foreign_page(show(origin))
        is_foreign = request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}
        if is_foreign and not is_allowed and not _is_navigation(request):
            raise _foreign_page("another site")
        if self._token is not None and request.scope["path"] != HEALTH and not self._has_token(request):
            raise Refusal(
                401,
                f"The control API needs the token of --control-token, or else the one that was printed at start; "
                f"send it as the header {TOKEN_HEADER}.",
            )

    def with_token_cookie(self, request: Request, send: Send) -> Send:
        """A `send` that sets the token as a cookie if it was sent in the query."""
        if self._token is None or "token" not in request.query_params:
            return send
        cookie = f"{TOKEN_COOKIE}={self._token}; Path=/__mock__; HttpOnly; SameSite=Strict"

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(raw=message["headers"]).append("set-cookie", cookie)
            await send(message)

        return send_with_cookie

    def _has_token(self, request: Request) -> bool:
        sent = (request.headers.get(TOKEN_HEADER), request.cookies.get(TOKEN_COOKIE), request.query_params.get("token"))
        return any(
            one is not None and secrets.compare_digest(one.encode(), (self._token or "").encode()) for one in sent
        )


def _foreign_page(site: str) -> Refusal:
    return Refusal(
        403,
        f"A page of {site} may not use the control API; use the console at /__mock__/, or start the mock with "
        "--control-origin and the origin of the page.",
    )


def normal_origin(text: str) -> str:
    """An origin as browsers send it. Raises ValueError for a text that is none."""
    parts = _split(text)
    try:
        port = parts.port
    except ValueError:
        port = -1
    host = parts.hostname or ""
    has_more = parts.path not in {"", "/"} or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in _PORTS or not _HOST.fullmatch(host) or port in {-1, 0} or has_more:
        raise ValueError(f"{show(text)} is not an origin; give scheme, host and port, like http://localhost:5173.")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" if port in {None, _PORTS[parts.scheme]} else f"{parts.scheme}://{shown}:{port}"


def _split(url: str) -> SplitResult:
    """The parts of a URL; empty ones for an invalid URL."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _is_navigation(request: Request) -> bool:
    """Did a person follow a link; the page then opens in its own window, which the other site cannot read."""
    kind = (request.method, request.headers.get("sec-fetch-mode"), request.headers.get("sec-fetch-dest"))
    return kind == ("GET", "navigate", "document")


def _is_local(host: str) -> bool:
    """Is a Host header a name that only this machine can have."""
    name = _split(f"//{host}").hostname or ""
    return name.endswith(".localhost") or is_loopback(name)
