"""The auth drill: a mock that asks for a bearer token, so that a login can be built against it."""

import secrets

from starlette.types import ASGIApp, Receive, Scope, Send

from audience_mock import errors
from audience_mock.middleware.json_response import APPLIED
from audience_mock.middleware.request_headers import headers_of


class BearerAuth:
    """Refuse every request to the API that does not bear the token.

    Args:
        app: the API.
        token: the one that is asked for.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            sent: bytes = headers_of(scope).get(b"authorization", b"")
            kind, _, token = sent.partition(b" ")
            if kind.lower() != b"bearer" or not secrets.compare_digest(token.strip(), self._token):
                scope[APPLIED] = ["--require-token"]
                raise errors.unauthorised(bool(sent))
        await self._app(scope, receive, send)
