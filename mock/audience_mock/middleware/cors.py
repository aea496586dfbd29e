"""CORS: any page may use the API, with credentials too.

Requests that name an origin are Starlette's business. It would treat the others alike, at a cost that tells in each
of them; all they need is a `Vary`, so that a cache does not hand one origin's answer to another.
"""

from collections.abc import Awaitable

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audience_mock.middleware.request_headers import headers_of

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
EXPOSED_HEADERS = ("Allow", "Content-Length", "Date", "Preference-Applied", "Retry-After", "WWW-Authenticate")
"""Response headers that a page of another origin may read."""


_VARY = (b"vary", b"Origin")


class Cors:
    """Starlette's CORSMiddleware for requests that name an origin; a `Vary` for the others.

    Args:
        app: the API.
    """

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
            return self._cors(scope, receive, send)

        def varying(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), _VARY]
            return send(message)

        return self._app(scope, receive, varying)
