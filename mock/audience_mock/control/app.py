"""The control API as an ASGI application in front of the API, and the requests of its handlers."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from audience_mock import errors
from audience_mock.control.guard import Guard
from audience_mock.errors import Refusal
from audience_mock.middleware.connection import keep_server
from audience_mock.middleware.content_encoding import decoded
from audience_mock.middleware.cors import EXPOSED_HEADERS, METHODS
from audience_mock.middleware.error_responses import REFUSAL
from audience_mock.middleware.json_request import MAX_DEPTH, judged, parse_json
from audience_mock.middleware.json_response import json_response, send_refusal
from audience_mock.middleware.request_headers import headers_of
from audience_mock.middleware.request_validation import MAX_BODY, receive_body
from audience_mock.middleware.routing import check_path
from audience_mock.middleware.session import session_name
from audience_mock.session.sessions import Session, Sessions

PREFIX = "/__mock__"
WRAPPER_DEPTH = 8
"""Levels that an export or a journal entry may add around a body of the API."""


class Control:
    """Answer paths under /__mock__, and pass everything else on."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute], guard: Guard) -> None:
        self._app = app
        self._guard = guard
        self._for_pages = CORSMiddleware(
            self._respond,
            allow_origins=sorted(guard.origins),
            allow_methods=METHODS,
            allow_headers=["*"],
            allow_credentials=True,
            allow_private_network=True,
            expose_headers=(*EXPOSED_HEADERS, "Content-Disposition"),
        )
        handlers: dict[Any, Callable[[Request, Any], Any]] = {
            Refusal: _refused,
            HTTPStatus.NOT_FOUND: _unknown,
            HTTPStatus.METHOD_NOT_ALLOWED: _not_allowed,
        }
        self._control = Starlette(routes=routes, exception_handlers=handlers)
        self._control.router.redirect_slashes = False

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        keep_server(scope, send)
        path: str = scope.get("path", "")
        if scope["type"] == "http" and path.startswith(PREFIX) and path[len(PREFIX) :][:1] in {"", "/"}:
            origin = headers_of(scope).get(b"origin", b"").decode("latin-1")
            respond = self._for_pages if origin in self._guard.origins else self._respond
            return respond(scope, receive, send)
        return self._app(scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        if REFUSAL in scope:
            await send_refusal(send, scope[REFUSAL])
            return
        try:
            self._guard.check(Request(scope))
            check_path(scope)
        except Refusal as refusal:
            await send_refusal(send, refusal)
            return
        await self._control(scope, receive, self._guard.with_token_cookie(Request(scope), send))


def _refused(_: Request, refusal: Refusal) -> Response:
    response = json_response(refusal.status, refusal.body())
    response.headers.update(refusal.headers)
    return response


def _unknown(request: Request, _: Any) -> Response:
    return _refused(request, errors.unknown_control_path(request.url.path))


def _not_allowed(request: Request, _: Any) -> Response:
    """405 with the methods of all routes of the path; Starlette names only those of the first."""
    fitting = [route for route in request.app.routes if route.matches(request.scope)[0] is Match.PARTIAL]
    allowed = sorted({method for route in fitting for method in route.methods})
    return _refused(request, errors.method_not_allowed(request.method, request.url.path, allowed))


# --- requests -------------------------------------------------------------------------------------------


class ControlRequest:
    """A request to the control API: its session, its valid query parameters and its valid body."""

    def __init__(self, request: Request, sessions: Sessions) -> None:
        self.request = request
        self.sessions = sessions
        self.query: dict[str, Any] = {}
        self.text = b""
        """The decoded body."""
        self.content: dict[str, Any] = {}

    @property
    def session(self) -> Session:
        """The session of the header, or else of the query parameter `session`."""
        return self.sessions.get(session_name(self.request.scope) or self.request.query_params.get("session"))

    def path(self, name: str) -> str:
        return str(self.request.path_params[name])

    async def received(self) -> bytes | bytearray:
        """The body as it was sent. Raises Refusal 413, or 400 if it was cut off."""
        return await receive_body(self.request.receive, headers_of(self.request.scope).get(b"content-length", b""))

    async def body(self, max_parts: int) -> dict[str, Any]:
        """The body, which must be an object; an empty object for no body.

        Args:
            max_parts: strings, commas and brackets that it may have.

        Raises:
            Refusal: 400, 413, 415.
        """
        encoding = headers_of(self.request.scope).get(b"content-encoding")
        self.text = content = bytes(await decoded(await self.received(), encoding, MAX_BODY))
        if not content:
            return {}
        max_depth = MAX_DEPTH + WRAPPER_DEPTH
        body, problem = await judged(content, lambda text: parse_json(text, max_depth, max_parts))
        if problem:
            raise errors.invalid([problem])
        if not isinstance(body, dict):
            raise errors.one("body", "The body is not an object; send a JSON object.")
        return body
