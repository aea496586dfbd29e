"""The innermost application: the operation that a request is for, and what goes back where there was none.

Connexion would wrap each operation in decorators that read the request again and look at the function's signature,
for every request; its ExceptionMiddleware makes a Request and two closures for requests that raise nothing. Here
RequestValidation has left the arguments in the scope, and what an operation takes is known: these two stand in their
places, on the same seams (the application that ConnexionMiddleware wraps, and its list of middleware).
"""

import logging
from collections.abc import Callable
from typing import Any

from connexion.middleware.abstract import ROUTING_CONTEXT
from starlette.exceptions import HTTPException
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from audience_mock.errors import Refusal, unknown_path
from audience_mock.middleware import response_validation as responses
from audience_mock.middleware.request_validation import ARGUMENTS
from audience_mock.middleware.response_validation import CRASHED
from audience_mock.operations import OPERATIONS
from audience_mock.operations.context import Context
from audience_mock.session.sessions import SESSION

logger = logging.getLogger("audience_mock")


class Operations:
    """Call the operation that the request is for, and send what it answers.

    Args:
        lifespan: what is done when the server starts and stops, as Starlette takes it.
    """

    def __init__(self, lifespan: Callable[[Any], Any]) -> None:
        self._others = Router(lifespan=lifespan)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._others(scope, receive, send)
            return
        status, operation = OPERATIONS[scope["extensions"][ROUTING_CONTEXT]["operation_id"]]
        arguments: dict[str, Any] = scope[ARGUMENTS]
        backend = scope[SESSION].backend
        tenant = backend.world.tenant(arguments.pop("company_id"), arguments.pop("application_id"))
        body = await operation(Context(tenant, backend), **arguments)
        await responses.send_json(send, status, body)


class Errors:
    """Turn what is raised further in into an answer in the contract's shape.

    Args:
        app: what raises.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            if scope["type"] != "http":
                raise
            refusal = _refusal(scope, error)
            await responses.send_json(send, refusal.status, refusal.body(), refusal.headers)


def _refusal(scope: Scope, error: Exception) -> Refusal:
    """What is said of an error; a fault of ours goes to the log as well."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, HTTPException):  # of the pages beside the API
        refusal = unknown_path(scope["path"])
        if error.status_code != refusal.status:
            refusal = Refusal(error.status_code, f"{error.detail}: see /ui for what this server answers.")
        return refusal
    logger.error("%s %s: a fault of the mock", scope["method"], scope["path"], exc_info=error)
    scope[CRASHED] = True
    return Refusal(500, f"The mock itself failed ({type(error).__name__}); its log says how. Please report this.")
