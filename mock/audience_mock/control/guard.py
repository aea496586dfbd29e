"""Access to the control API: only from this machine, and from no other web page than the console.

A page in a developer's browser can send requests to loopback. It cannot forge `Origin`, and `Host` shows a name that
was rebound to loopback.
"""

import secrets
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import Message, Send

from audience_mock.errors import Refusal, show
from audience_mock.loopback import is_loopback

TOKEN_HEADER = "X-Mock-Token"  # noqa: S105 (the header's name)
TOKEN_COOKIE = "mock-token"  # noqa: S105 (the cookie's name)


class Guard:
    """Refuses requests of other hosts and web pages, and requests without the token.

    Args:
        token: that every request needs; None if the server is bound to loopback.
    """

    def __init__(self, token: str | None = None) -> None:
        self._token = token

    def check(self, request: Request) -> None:
        """Raises Refusal 403 for a foreign Host or Origin, 401 without the token."""
        host = request.headers.get("host", "")
        if self._token is None and not _is_local(host):
            raise Refusal(403, f"The control API is not served for the host {show(host)}; use 127.0.0.1 or localhost.")
        origin = request.headers.get("origin")
        if origin is not None and _split(origin).netloc.lower() != host.lower():
            raise _foreign_page(show(origin))
        if request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"} and not _is_navigation(request):
            raise _foreign_page("another site")
        if self._token is not None and not self._has_token(request):
            raise Refusal(401, f"Send the token that was printed at start as the header {TOKEN_HEADER}.")

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
    return Refusal(403, f"A page of {site} may not use the control API; only the console at /__mock__/ may.")


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
