"""Step: refuse requests without the bearer token of --require-token. A client can be built against it."""

import secrets

from starlette.types import ASGIApp, Receive, Scope, Send

from audience_mock import errors
from audience_mock.middleware.json_response import APPLIED
from audience_mock.middleware.request_headers import headers_of


class BearerAuth:
    """Refuse every API request without the token."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            authorization: bytes = headers_of(scope).get(b"authorization", b"")
            scheme, _, token = authorization.partition(b" ")
            if scheme.lower() != b"bearer" or not secrets.compare_digest(token.strip(), self._token):
                scope[APPLIED] = ["--require-token"]
                raise errors.unauthorised(bool(authorization))
        await self._app(scope, receive, send)
