"""Step: call the operation of a request and send its result. The last step.

Connexion would wrap each operation in decorators that parse the request again and inspect the function's signature,
for every request. Its ExceptionMiddleware builds a Request and two closures for requests that raise nothing. Here
RequestValidation has put the arguments into the scope already. Dispatch and ErrorResponses replace both at the same
places: the application that ConnexionMiddleware wraps, and its list of middleware.
"""

from collections.abc import Callable
from typing import Any

from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from audience_mock.middleware.framework import ROUTING_CONTEXT
from audience_mock.middleware.json_response import send_json
from audience_mock.middleware.request_validation import ARGUMENTS
from audience_mock.operations import OPERATIONS
from audience_mock.session.sessions import SESSION


class Dispatch:
    """Call the operation of the request and send its result; run the server's lifespan."""

    def __init__(self, lifespan: Callable[[Any], Any]) -> None:
        self._router = Router(lifespan=lifespan)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._router(scope, receive, send)
            return
        status, operation = OPERATIONS[scope["extensions"][ROUTING_CONTEXT]["operation_id"]]
        arguments: dict[str, Any] = scope[ARGUMENTS]
        backend = scope[SESSION].backend
        tenant = backend.world.tenant(arguments.pop("company_id"), arguments.pop("application_id"))
        body = await operation(backend.context(tenant), **arguments)
        await send_json(send, status, body)
