"""The wiring: openapi.yaml -> Connexion -> operations -> store."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from connexion.middleware import ConnexionMiddleware
from connexion.resolver import Resolver
from starlette.types import ASGIApp

from audience_mock.contract.document import JsonObject
from audience_mock.contract.examples import Samples
from audience_mock.contract.response_validator import Judge
from audience_mock.control import CALLS
from audience_mock.control.app import Control
from audience_mock.control.calls import routes
from audience_mock.control.guard import Guard
from audience_mock.middleware.bearer_auth import Drill
from audience_mock.middleware.cors import CrossOrigin
from audience_mock.middleware.dispatch import Operations
from audience_mock.middleware.docs import Docs
from audience_mock.middleware.errors import Errors
from audience_mock.middleware.fault_injection import Forcing
from audience_mock.middleware.proxy import Proxy
from audience_mock.middleware.recorder import Recording
from audience_mock.middleware.request_validation import RequestValidation
from audience_mock.middleware.response_validation import ResponseCheck
from audience_mock.middleware.routing import Routing
from audience_mock.middleware.session import InSession
from audience_mock.operations import OPERATIONS
from audience_mock.session.sessions import Sessions
from audience_mock.session.state_file import StateFile


def create_app(
    contract: JsonObject,
    sessions: Sessions,
    *,
    check_responses: bool = False,
    token: str | None = None,
    bearer: str | None = None,
    state_file: StateFile | None = None,
    proxy: str | None = None,
) -> ConnexionMiddleware:
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
    app = ConnexionMiddleware(
        Operations(_lifespan(sessions, state_file)),
        import_name=__name__,
        middlewares=_middlewares(
            contract, sessions, check_responses=check_responses, token=token, bearer=bearer, proxy=proxy
        ),
    )
    app.add_api(contract, resolver=Resolver(lambda operation_id: OPERATIONS[operation_id][1]))
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
    """From the outermost in."""
    judging: list[Callable[[ASGIApp], ASGIApp]] = []
    if proxy:
        judging = [lambda app: Proxy(app, proxy, Judge(contract))]
    elif check_responses:
        judging = [lambda app: ResponseCheck(app, Judge(contract))]
    return [
        lambda app: Control(app, routes(CALLS, sessions), Guard(token)),
        CrossOrigin,
        lambda app: InSession(app, sessions),
        Recording,
        *judging,
        Errors,
        lambda app: Docs(app, contract),
        *([lambda app: Drill(app, bearer)] if bearer else []),
        Routing,
        lambda app: Forcing(app, Samples(contract)),
        RequestValidation,
    ]


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
