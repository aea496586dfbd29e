"""Step: check that every response keeps the contract (--check-responses)."""

import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audience_mock.contract.response_validator import ResponseValidator
from audience_mock.errors import Refusal, Violation
from audience_mock.middleware.docs import PAGE
from audience_mock.middleware.error_responses import REFUSAL
from audience_mock.middleware.json_response import APPLIED, CRASHED, send_refusal
from audience_mock.middleware.routing import operation_id_of

logger = logging.getLogger("audience_mock")


class ResponseValidation:
    """Replace a response that breaks the contract by a 500 that lists the deviations.

    Connexion's own response validation sees only the results of operations. This step surrounds all others, so that
    errors are checked too.
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

        async def send_checked(message: Message) -> None:
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
            operation_id = operation_id_of(scope)
            if violations := self._deviations(scope, operation_id, start, body):
                await _send_deviations(send, operation_id, violations)
            else:
                await send(start)
                await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, send_checked)

    def _deviations(self, scope: Scope, operation_id: str | None, start: Message, body: bytes) -> list[Violation]:
        status: int = start["status"]
        if PAGE in scope or CRASHED in scope or REFUSAL in scope:
            return []
        content_type = dict(start["headers"]).get(b"content-type", b"").decode("latin-1")
        return self._validator.violations(operation_id, status, content_type, body)


async def _send_deviations(send: Send, operation_id: str | None, violations: list[Violation]) -> None:
    name = operation_id or "no operation"
    text = "; ".join(f"{field}: {message}" for field, message in violations)
    logger.error("%s breaks the contract: %s", name, text)
    await send_refusal(send, Refusal(500, f"The mock's response to {name} breaks the contract: {text}", violations))
