"""Step: find the session of a request."""

from collections.abc import Awaitable

from starlette.types import ASGIApp, Receive, Scope, Send

from audience_mock.errors import Refusal
from audience_mock.middleware.json_response import send_refusal
from audience_mock.middleware.request_headers import headers_of
from audience_mock.session.sessions import HEADER, SESSION, Sessions

_HEADER = HEADER.lower().encode()


def session_name(scope: Scope) -> str:
    """The session that the header names, in UTF-8 or else in Latin-1; empty for none."""
    name = headers_of(scope).get(_HEADER, b"")
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("latin-1")


class SessionLookup:
    """Put the session of a request into its scope."""

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        self._app = app
        self._sessions = sessions

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http":
            try:
                scope[SESSION] = self._sessions.get(session_name(scope))
            except Refusal as refusal:
                return send_refusal(send, refusal)
        return self._app(scope, receive, send)
