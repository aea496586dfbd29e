"""Step: forward requests to a real server, and validate both sides (--proxy).

It comes after FaultInjection: a fault that makes the whole response needs no real server, and all others (delays,
dropped and truncated responses) alter its response.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audience_mock.contract.response_validator import ResponseValidator
from audience_mock.errors import Refusal, Violation
from audience_mock.middleware.content_encoding import decoded
from audience_mock.middleware.fault_injection import CONNECTION
from audience_mock.middleware.json_response import APPLIED
from audience_mock.middleware.request_headers import headers_of
from audience_mock.middleware.request_validation import VALIDATE_ONLY, receive_body
from audience_mock.middleware.routing import UNROUTED, operation_id_of
from audience_mock.middleware.upstream import Answer, Upstream, target_of, target_problem

__all__ = ("Proxy", "target_problem")

MAX_VALIDATED = 4 * 2**20
"""Bytes of a response that are kept to validate it; a larger one is only passed on."""
_LARGE = 2**18
"""Bytes from which on a response is validated in a thread, because other requests would wait."""


class Proxy:
    """Forward every API request, pass the response on as it arrives, and record where either one deviates.

    Args:
        app: the next step, which validates requests.
        upstream: the real server.
        validator: of responses.
    """

    def __init__(self, app: ASGIApp, upstream: Upstream, validator: ResponseValidator) -> None:
        self._app = app
        self._upstream = upstream
        self._validator = validator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            try:
                await self._app(scope, receive, send)
            finally:
                await self._upstream.close()
            return
        target = target_of(scope.get("raw_path") or scope["path"].encode(), scope["query_string"])
        body = await receive_body(receive, headers_of(scope).get(b"content-length", b""))
        applied = scope.setdefault(APPLIED, [])
        applied.append(f"proxied to {self._upstream.origin}")
        applied += await self._request_deviations(scope, body)
        await _unless_gone(receive, self._forward(scope, target, body, send))

    async def _request_deviations(self, scope: Scope, body: bytes) -> list[str]:
        """What the contract does not allow in a request."""

        async def replay() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def ignore(_: Message) -> None:
            pass

        refusal: Refusal | None = scope.get(UNROUTED)
        if refusal is None:
            scope[VALIDATE_ONLY] = True
            try:
                await self._app(scope, replay, ignore)
            except Refusal as found:
                refusal = found
        if refusal is None:
            return []
        violations = refusal.violations or [Violation("request", refusal.message)]
        return [f"request deviates ({refusal.status:d}): {field}: {message}" for field, message in violations]

    async def _forward(self, scope: Scope, target: bytes, body: bytes, send: Send) -> None:
        is_begun = False
        try:
            async with self._upstream.answer(scope["method"], target, scope["headers"], body) as answer:
                is_begun = True
                await self._pass_on(scope, answer, send)
        except Refusal as refusal:
            if not is_begun:
                raise
            scope[APPLIED].append(f"proxied to {self._upstream.origin}: incomplete response: {refusal.message}")
            _close_connection(scope)

    async def _pass_on(self, scope: Scope, answer: Answer, send: Send) -> None:
        """Send the response as it arrives.

        A part that completes the body is held back until the response has been validated: a client that has the whole
        response finds the result in the journal.
        """
        start = {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
        _use_own_defaults(scope, answer)
        await send(start)
        kept, held, size = bytearray(), b"", 0
        length = _length_of(answer)
        async for part in answer.parts:
            size += len(part)
            if len(kept) <= MAX_VALIDATED:
                kept += part[: MAX_VALIDATED + 1 - len(kept)]
            if size == length:
                held = part
            else:
                await send({"type": "http.response.body", "body": part, "more_body": True})
        if scope["method"] != "HEAD":
            scope[APPLIED] += await self._response_deviations(scope, answer, bytes(kept))
        await send({"type": "http.response.body", "body": held})

    async def _response_deviations(self, scope: Scope, answer: Answer, body: bytes) -> list[str]:
        """What the contract does not allow in a response; a note if it cannot be validated."""
        headers = dict(answer.headers)
        if len(body) > MAX_VALIDATED:
            return [self._not_validated(f"it has more than {MAX_VALIDATED // 2**20} MiB")]
        if encoding := headers.get(b"content-encoding"):
            try:
                body = await decoded(body, encoding.decode("latin-1"), MAX_VALIDATED)
            except Refusal as refusal:
                is_too_large = refusal.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
                reason = f"more than {MAX_VALIDATED // 2**20} MiB" if is_too_large else "it cannot be decoded"
                return [self._not_validated(f"{reason}, Content-Encoding: {encoding.decode('latin-1')}")]
        content_type = headers.get(b"content-type", b"").decode("latin-1")
        work = (operation_id_of(scope), answer.status, content_type, body)
        found = (
            await asyncio.to_thread(self._validator.violations, *work)
            if len(body) > _LARGE
            else self._validator.violations(*work)
        )
        return [f"response deviates: {field}: {message}" for field, message in found]

    def _not_validated(self, reason: str) -> str:
        return f"proxied to {self._upstream.origin}: response not validated: {reason}"


async def _unless_gone(receive: Receive, work: Coroutine[Any, Any, None]) -> None:
    """Do the work, but cancel it when the client goes."""
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        if not working.done():
            working.cancel()
        watching.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)
    with suppress(asyncio.CancelledError):
        working.result()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _length_of(answer: Answer) -> int | None:
    """The Content-Length of a response; None without one."""
    text = dict(answer.headers).get(b"content-length", b"")
    return int(text) if text.isdigit() else None


def _server_of(scope: Scope) -> Any:
    """The server's own object for a response; None in process."""
    held = scope.get(CONNECTION)
    return held() if held else None


def _use_own_defaults(scope: Scope, answer: Answer) -> None:
    """Keep the server from adding headers that the response has already: Date and Server."""
    server = _server_of(scope)
    defaults: list[tuple[bytes, bytes]] | None = getattr(server, "default_headers", None)
    if defaults:
        has = {name for name, _ in answer.headers}
        server.default_headers = [(name, value) for name, value in defaults if name.lower() not in has]


def _close_connection(scope: Scope) -> None:
    """Close the client's connection, which shows that the response is incomplete."""
    transport = getattr(_server_of(scope), "transport", None)
    if transport is not None:
        transport.close()
