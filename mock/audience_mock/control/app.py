"""The control API's place in the server: in front of the API, and beside it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from audience_mock import errors
from audience_mock.control.guard import Guard
from audience_mock.errors import Refusal
from audience_mock.middleware.fault_injection import CONNECTION, connection_of
from audience_mock.middleware.json_response import answer
from audience_mock.middleware.request_validation import MAX_DEPTH, parse_json
from audience_mock.session.sessions import HEADER, Session, Sessions

PREFIX = "/__mock__"
AROUND_A_VALUE = 8
"""Levels that an export, or an entry of the journal, may have around a body of the API."""


class Control:
    """Answer what begins with /__mock__, and pass everything else on.

    Args:
        app: the API.
        routes: what the control API answers, below its prefix.
        guard: who may ask.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute], guard: Guard) -> None:
        self._app = app
        self._guard = guard
        handlers: dict[Any, Callable[[Request, Any], Any]] = {Refusal: _refused, 404: _unknown, 405: _not_allowed}
        self._control = Starlette(routes=routes, exception_handlers=handlers)
        self._control.router.redirect_slashes = False

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        scope[CONNECTION] = connection_of(send)
        path: str = scope.get("path", "")
        if scope["type"] == "http" and path.startswith(PREFIX) and path[len(PREFIX) :][:1] in {"", "/"}:
            return self._steered(scope, receive, send)
        return self._app(scope, receive, send)

    async def _steered(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._guard.check(Request(scope))
        except Refusal as refusal:
            await answer(refusal.status, refusal.body())(scope, receive, send)
            return
        await self._control(scope, receive, self._guard.remembering(Request(scope), send))


def _refused(_: Request, refusal: Refusal) -> Response:
    response = answer(refusal.status, refusal.body())
    response.headers.update(refusal.headers)
    return response


def _unknown(request: Request, _: Any) -> Response:
    return _refused(request, errors.unknown_control_path(request.url.path))


def _not_allowed(request: Request, _: Any) -> Response:
    """Every method of the path counts: Starlette's own answer names those of its first route."""
    fitting = [route for route in request.app.routes if route.matches(request.scope)[0] is Match.PARTIAL]
    allowed = sorted({method for route in fitting for method in route.methods})
    return _refused(request, errors.method_not_allowed(request.method, request.url.path, allowed))


# --- what handlers of the control API share -------------------------------------------------------------


class ControlRequest:
    """A request to the control API, and the session that it is about."""

    def __init__(self, request: Request, sessions: Sessions) -> None:
        self.request = request
        self.sessions = sessions
        self.content: dict[str, Any] = {}

    @property
    def session(self) -> Session:
        """The session that the header names, or the parameter `session`."""
        return self.sessions.get(self.request.headers.get(HEADER) or self.request.query_params.get("session"))

    def path(self, name: str) -> str:
        return str(self.request.path_params[name])

    def query(self, name: str) -> str | None:
        return self.request.query_params.get(name)

    async def body(self) -> dict[str, Any]:
        """The request's body, an object; an empty one if there is none. Raises Refusal 400."""
        content = await self.request.body()
        if not content:
            return {}
        body, problem = parse_json(content, MAX_DEPTH + AROUND_A_VALUE)
        if problem:
            raise errors.invalid([problem])
        if not isinstance(body, dict):
            raise errors.one("body", "The body is not an object; send a JSON object.")
        return body
