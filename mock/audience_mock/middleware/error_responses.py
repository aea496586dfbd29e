"""Step: turn an exception of the steps below into a response in the contract's error shape."""

import logging

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from audience_mock.errors import Refusal, crashed, unknown_path
from audience_mock.middleware.json_response import CRASHED, send_refusal

logger = logging.getLogger("audience_mock")


REFUSAL = "audience_mock.refusal"
"""Key of the ASGI scope: the Refusal of a request whose body cannot be received; absent for all others."""


class ErrorResponses:
    """Turn an exception of the steps below into an error response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if REFUSAL in scope:
            await send_refusal(send, scope[REFUSAL])
            return
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            if scope["type"] != "http":
                raise
            await send_refusal(send, _refusal(scope, error))


def _refusal(scope: Scope, error: Exception) -> Refusal:
    """The refusal for an exception; a crash is logged too."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, HTTPException):  # from the pages of docs.py
        refusal = unknown_path(scope["path"])
        if error.status_code != refusal.status:
            refusal = Refusal(error.status_code, f"{error.detail}: see /ui for the paths of this server.")
        return refusal
    logger.error("%s %s: internal error in the mock", scope["method"], scope["path"], exc_info=error)
    scope[CRASHED] = True
    return crashed(error)
