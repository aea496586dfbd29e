"""How answers are written, and the check that they keep the contract."""

import json
import logging
from typing import Any

import orjson
from connexion.middleware.abstract import ROUTING_CONTEXT
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audience_mock.contract.response_validator import JSON, Judge
from audience_mock.errors import Refusal, Violation

logger = logging.getLogger("audience_mock")

CRASHED = "audience_mock.crashed"
"""Key of the ASGI scope: the answer is a 500 that has been told of already."""
APPLIED = "audience_mock.applied"
"""Key of the ASGI scope: what was done to an answer that was to be spoilt, as texts; there only if something was."""


def dump(body: Any) -> bytes:
    """`body` as JSON in UTF-8; whole numbers beyond 64 bits too."""
    try:
        return orjson.dumps(body)
    except TypeError:
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()


def answer(status: int, body: Any) -> Response:
    return Response(dump(body), status, media_type=JSON)


async def send_json(send: Send, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
    """Send an answer whose body is `body` as JSON."""
    content = dump(body)
    raw = [(b"content-length", b"%d" % len(content)), _CONTENT_TYPE]
    if headers:
        raw += [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": content})


_CONTENT_TYPE = (b"content-type", JSON.encode())


# --- the check --------------------------------------------------------------------------------------


class ResponseCheck:
    """Hold every answer against the contract; one that deviates is replaced by a 500 that says how.

    Connexion's own response validation sees only what operations return; this stands outside of everything,
    so that errors are checked too.
    """

    def __init__(self, app: ASGIApp, judge: Judge) -> None:
        self.app = app
        self._judge = judge

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
        return self._judge.deviations(operation_id, status, content_type, body)

    async def _complain(self, scope: Scope, receive: Receive, send: Send, deviations: list[Violation]) -> None:
        operation_id = scope.get("extensions", {}).get(ROUTING_CONTEXT, {}).get("operation_id", "no operation")
        told = "; ".join(f"{field}: {message}" for field, message in deviations)
        logger.error("%s breaks the contract: %s", operation_id, told)
        refusal = Refusal(500, f"The mock's answer to {operation_id} breaks the contract: {told}", deviations)
        await answer(500, refusal.body())(scope, receive, send)
