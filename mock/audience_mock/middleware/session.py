"""Finds the session that a request names."""

from collections.abc import Awaitable

from starlette.types import ASGIApp, Receive, Scope, Send

from audience_mock.errors import Refusal
from audience_mock.middleware.json_response import send_json
from audience_mock.middleware.request_headers import headers_of
from audience_mock.session.sessions import HEADER, SESSION, Sessions


class SessionLookup:
    """Put the session that a request names into its scope.

    Args:
        app: what needs it.
        sessions: of the server.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        self._app = app
        self._sessions = sessions

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http":
            name = headers_of(scope).get(_HEADER)
            try:
                scope[SESSION] = self._sessions.get(name.decode("latin-1") if name else None)
            except Refusal as refusal:
                return send_json(send, refusal.status, refusal.body())
        return self._app(scope, receive, send)


_HEADER = HEADER.lower().encode()
