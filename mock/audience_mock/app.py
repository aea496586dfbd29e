"""The wiring: openapi.yaml -> Connexion -> operations -> store."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from connexion import AsyncApp
from connexion.middleware.context import ContextMiddleware
from connexion.middleware.exceptions import ExceptionMiddleware
from connexion.middleware.lifespan import LifespanMiddleware
from connexion.resolver import Resolver
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from audience_mock import responses
from audience_mock.contract import JsonObject
from audience_mock.control import CALLS
from audience_mock.control.app import Control, InSession
from audience_mock.control.calls import routes
from audience_mock.control.guard import Guard
from audience_mock.docs import Docs
from audience_mock.operations import OPERATIONS
from audience_mock.operations.context import Context
from audience_mock.responses import ResponseCheck
from audience_mock.routing import Routing
from audience_mock.sessions import SESSION, Sessions
from audience_mock.validation import RequestValidation

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
EXPOSED_HEADERS = ("Allow", "Content-Length", "Date")
"""Response headers that a page of another origin may read."""


def create_app(
    contract: JsonObject, sessions: Sessions, *, check_responses: bool = False, token: str | None = None
) -> AsyncApp:
    """An ASGI application that serves the contract, and the control API beside it.

    Args:
        contract: the OpenAPI document as `load_contract` gives it.
        sessions: the stores and backgrounds that operations work on.
        check_responses: validate every answer against the contract; one that deviates becomes a 500.
        token: what the control API asks for; None where only this machine can reach the server.
    """
    app = AsyncApp(
        __name__,
        middlewares=_middlewares(contract, sessions, check_responses=check_responses, token=token),
        lifespan=_lifespan(sessions),
    )
    for kind, handler in responses.HANDLERS.items():
        app.add_error_handler(kind, handler)
    app.add_api(contract, resolver=Resolver(_handler))
    return app


def _middlewares(
    contract: JsonObject, sessions: Sessions, *, check_responses: bool, token: str | None
) -> list[Callable[[ASGIApp], ASGIApp]]:
    """From the outermost in. Security and response validation of Connexion have nothing to do here."""

    def cors(app: ASGIApp) -> ASGIApp:
        return CORSMiddleware(
            app,
            allow_origins=["*"],
            allow_methods=METHODS,
            allow_headers=["*"],
            allow_credentials=True,
            allow_private_network=True,
            expose_headers=EXPOSED_HEADERS,
        )

    return [
        lambda app: Control(app, routes(CALLS, sessions), Guard(token)),
        cors,
        lambda app: InSession(app, sessions),
        *([ResponseCheck] if check_responses else []),
        ExceptionMiddleware,
        lambda app: Docs(app, contract),
        Routing,
        RequestValidation,
        LifespanMiddleware,
        ContextMiddleware,
    ]


def _handler(operation_id: str) -> Callable[..., Awaitable[Response]]:
    """What Connexion calls for an operation; `arguments` is what RequestValidation has left in its context."""
    status, operation = OPERATIONS[operation_id]

    async def handle(arguments: dict[str, Any]) -> Response:
        backend = arguments.pop(SESSION).backend
        tenant = backend.world.tenant(arguments.pop("company_id"), arguments.pop("application_id"))
        return responses.answer(status, await operation(Context(tenant, backend), **arguments))

    return handle


def _lifespan(sessions: Sessions) -> Callable[[Any], Any]:
    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        yield
        await sessions.stop()

    return lifespan
