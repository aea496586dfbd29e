"""Turns what is raised further in into an answer in the contract's error shape."""

import logging

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from audience_mock.errors import Refusal, unknown_path
from audience_mock.middleware.json_response import CRASHED, send_json

logger = logging.getLogger("audience_mock")


class ErrorResponses:
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
            await send_json(send, refusal.status, refusal.body(), refusal.headers)


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
