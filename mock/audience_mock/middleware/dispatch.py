"""The innermost application: calls the operation of a request, and sends its answer.

Connexion would wrap each operation in decorators that read the request again and look at the function's signature,
for every request; its ExceptionMiddleware makes a Request and two closures for requests that raise nothing. Here
RequestValidation has left the arguments in the scope, and what an operation takes is known: these two stand in their
places, on the same seams (the application that ConnexionMiddleware wraps, and its list of middleware).
"""

from collections.abc import Callable
from typing import Any

from connexion.middleware.abstract import ROUTING_CONTEXT
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from audience_mock.middleware.json_response import send_json
from audience_mock.middleware.request_validation import ARGUMENTS
from audience_mock.operations import OPERATIONS
from audience_mock.session.sessions import SESSION


class Dispatch:
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
        body = await operation(backend.context(tenant), **arguments)
        await send_json(send, status, body)
