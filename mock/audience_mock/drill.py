"""The auth drill: a mock that asks for a bearer token, so that a login can be built against it."""

import secrets

from starlette.types import ASGIApp, Receive, Scope, Send

from audience_mock import errors
from audience_mock.responses import APPLIED


class Drill:
    """Refuse every request to the API that does not bear the token.

    Args:
        app: the API.
        token: the one that is asked for.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            sent = dict(scope["headers"]).get(b"authorization")
            if sent is None or not secrets.compare_digest(sent, self._expected):
                scope[APPLIED] = ["--require-token"]
                raise errors.unauthorised(sent is not None)
        await self._app(scope, receive, send)
