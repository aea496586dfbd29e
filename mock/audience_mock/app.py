"""The wiring: openapi.yaml -> Connexion -> operations -> store."""

import asyncio
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
from audience_mock.drill import Drill
from audience_mock.forcing import Forcing
from audience_mock.judge import Judge
from audience_mock.operations import OPERATIONS
from audience_mock.operations.context import Context
from audience_mock.proxy import Proxy
from audience_mock.recording import Recording
from audience_mock.responses import ResponseCheck
from audience_mock.routing import Routing
from audience_mock.samples import Samples
from audience_mock.sessions import SESSION, Sessions
from audience_mock.state_file import StateFile
from audience_mock.validation import RequestValidation

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
EXPOSED_HEADERS = ("Allow", "Content-Length", "Date", "Preference-Applied", "Retry-After", "WWW-Authenticate")
"""Response headers that a page of another origin may read."""


def create_app(
    contract: JsonObject,
    sessions: Sessions,
    *,
    check_responses: bool = False,
    token: str | None = None,
    bearer: str | None = None,
    state_file: StateFile | None = None,
    proxy: str | None = None,
) -> AsyncApp:
    """An ASGI application that serves the contract, and the control API beside it.

    Args:
        contract: the OpenAPI document as `load_contract` gives it.
        sessions: the stores and backgrounds that operations work on.
        check_responses: validate every answer against the contract; one that deviates becomes a 500.
        token: what the control API asks for; None where only this machine can reach the server.
        bearer: the token that every request to the API has to bear; None for no drill.
        state_file: what keeps the state across restarts.
        proxy: the origin of a real server to send requests on to.
    """
    app = AsyncApp(
        __name__,
        middlewares=_middlewares(
            contract, sessions, check_responses=check_responses, token=token, bearer=bearer, proxy=proxy
        ),
        lifespan=_lifespan(sessions, state_file),
    )
    for kind, handler in responses.HANDLERS.items():
        app.add_error_handler(kind, handler)
    app.add_api(contract, resolver=Resolver(_handler))
    return app


def _middlewares(
    contract: JsonObject,
    sessions: Sessions,
    *,
    check_responses: bool,
    token: str | None,
    bearer: str | None,
    proxy: str | None,
) -> list[Callable[[ASGIApp], ASGIApp]]:
    """From the outermost in. Security and response validation of Connexion have nothing to do here."""
    samples, judge = Samples(contract), Judge(contract)

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
        Recording,
        *([lambda app: Proxy(app, proxy, judge)] if proxy else []),
        *([lambda app: ResponseCheck(app, judge)] if check_responses and not proxy else []),
        ExceptionMiddleware,
        lambda app: Docs(app, contract),
        *([lambda app: Drill(app, bearer)] if bearer else []),
        Routing,
        lambda app: Forcing(app, samples),
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


def _lifespan(sessions: Sessions, state_file: StateFile | None) -> Callable[[Any], Any]:
    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        keeping = asyncio.create_task(state_file.keep()) if state_file else None
        yield
        await sessions.stop()
        if keeping:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    return lifespan
