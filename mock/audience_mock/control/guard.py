"""Who may use the control API: this machine, and no web page but its own.

A page in a developer's browser can send requests to loopback. It cannot forge `Origin`, and a name that was rebound
to loopback is seen in `Host`.
"""

import ipaddress
import secrets
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import Message, Send

from audience_mock.errors import Refusal, show

TOKEN_HEADER = "X-Mock-Token"  # noqa: S105 (the header's name)
TOKEN_COOKIE = "mock-token"  # noqa: S105 (the cookie's name)


class Guard:
    """Refuses what may come from a web page that is not ours.

    Args:
        token: to be sent with every request; None where the server is bound to loopback.
    """

    def __init__(self, token: str | None = None) -> None:
        self._token = token

    def check(self, request: Request) -> None:
        """Raises Refusal 403 for a foreign Host or Origin, 401 without the token."""
        host = request.headers.get("host", "")
        if self._token is None and not _is_near(host):
            raise Refusal(403, f"The control API is not served for the host {show(host)}; use 127.0.0.1 or localhost.")
        origin = request.headers.get("origin")
        if origin is not None and _split(origin).netloc.lower() != host.lower():
            raise Refusal(
                403, f"A page of {show(origin)} may not use the control API; only the console at /__mock__/ may."
            )
        if request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"} and not _is_a_visit(request):
            raise Refusal(
                403, "A page of another site may not use the control API; only the console at /__mock__/ may."
            )
        if self._token is not None and not self._has_token(request):
            raise Refusal(401, f"Send the token that was printed at start as the header {TOKEN_HEADER}.")

    def remembering(self, request: Request, send: Send) -> Send:
        """A `send` that lets the browser of somebody who came with the token remember it."""
        if self._token is None or "token" not in request.query_params:
            return send
        cookie = f"{TOKEN_COOKIE}={self._token}; Path=/__mock__; HttpOnly; SameSite=Strict"

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(raw=message["headers"]).append("set-cookie", cookie)
            await send(message)

        return told

    def _has_token(self, request: Request) -> bool:
        sent = (request.headers.get(TOKEN_HEADER), request.cookies.get(TOKEN_COOKIE), request.query_params.get("token"))
        return any(
            one is not None and secrets.compare_digest(one.encode(), (self._token or "").encode()) for one in sent
        )


def _split(url: str) -> SplitResult:
    """The parts of a URL; of one that cannot be, none."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _is_a_visit(request: Request) -> bool:
    """Does a person follow a link to us; the page then has a window of its own, and the other site sees none of it."""
    asked = (request.method, request.headers.get("sec-fetch-mode"), request.headers.get("sec-fetch-dest"))
    return asked == ("GET", "navigate", "document")


def _is_near(host: str) -> bool:
    """Is it a name that no other machine can have."""
    name = _split(f"//{host}").hostname or ""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
