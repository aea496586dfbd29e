"""How answers are written, and the check that they keep the contract."""

import logging

from connexion.middleware.abstract import ROUTING_CONTEXT
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audience_mock.contract.response_validator import ResponseValidator
from audience_mock.errors import Refusal, Violation
from audience_mock.middleware.json_response import APPLIED, CRASHED, answer

logger = logging.getLogger("audience_mock")


# --- the check --------------------------------------------------------------------------------------


class ResponseValidation:
    """Hold every answer against the contract; one that deviates is replaced by a 500 that says how.

    Connexion's own response validation sees only what operations return; this stands outside of everything,
    so that errors are checked too.
    """

    def __init__(self, app: ASGIApp, validator: ResponseValidator) -> None:
        self.app = app
        self._validator = validator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start: Message = {}
        body = b""

        async def hold(message: Message) -> None:
            nonlocal start, body
            if APPLIED in scope:
                await send(message)
                return
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body", False):
                return
            deviations = self._deviations(scope, start, body)
            if deviations:
                await self._complain(scope, receive, send, deviations)
            else:
                await send(start)
                await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, hold)

    def _deviations(self, scope: Scope, start: Message, body: bytes) -> list[Violation]:
        status: int = start["status"]
        operation_id = scope.get("extensions", {}).get(ROUTING_CONTEXT, {}).get("operation_id")
        if CRASHED in scope or (operation_id is None and status < 400):  # noqa: PLR2004 (the pages of docs.py)
            return []
        content_type = dict(start["headers"]).get(b"content-type", b"").decode("latin-1")
        return self._validator.deviations(operation_id, status, content_type, body)

    async def _complain(self, scope: Scope, receive: Receive, send: Send, deviations: list[Violation]) -> None:
        operation_id = scope.get("extensions", {}).get(ROUTING_CONTEXT, {}).get("operation_id", "no operation")
        told = "; ".join(f"{field}: {message}" for field, message in deviations)
        logger.error("%s breaks the contract: %s", operation_id, told)
        refusal = Refusal(500, f"The mock's answer to {operation_id} breaks the contract: {told}", deviations)
        await answer(500, refusal.body())(scope, receive, send)
