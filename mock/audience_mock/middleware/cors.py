"""Step: CORS headers. Any page may use the API, also with credentials.

Starlette's middleware handles requests with an Origin. It would slow down the others, which only need a `Vary`: a
cache must not use the response to one origin for another.
"""

from collections.abc import Awaitable

from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audience_mock.middleware.json_response import ADDED_HEADERS
from audience_mock.middleware.request_headers import headers_of

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
EXPOSED_HEADERS = ("Allow", "Content-Length", "Date", "Preference-Applied", "Retry-After", "WWW-Authenticate")
"""Response headers that a page of another origin may read."""
_VARY = (b"vary", b"Origin")


class Cors:
    """Starlette's CORSMiddleware for requests with an Origin; a `Vary` for the others."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._cors = CORSMiddleware(
            app,
            allow_origins=["*"],
            allow_methods=METHODS,
            allow_headers=["*"],
            allow_credentials=True,
            allow_private_network=True,
            expose_headers=EXPOSED_HEADERS,
        )

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "http":
            return self._app(scope, receive, send)
        if b"origin" in headers_of(scope):
            return self._cors(scope, receive, _exposing(scope, send))

        def send_with_vary(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), _VARY]
            return send(message)

        return self._app(scope, receive, send_with_vary)


def _exposing(scope: Scope, send: Send) -> Send:
    """A `send` that lets the page read the headers that a fault rule added, too."""

    def send_exposing(message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start" and ADDED_HEADERS in scope:
            exposed = ", ".join(dict.fromkeys((*EXPOSED_HEADERS, *scope[ADDED_HEADERS])))
            MutableHeaders(raw=message["headers"])["Access-Control-Expose-Headers"] = exposed
        return send(message)

    return send_exposing
