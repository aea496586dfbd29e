"""Step: forward requests to a real server, and validate both sides (--proxy).

It comes after FaultInjection: a fault that makes the whole response needs no real server, and all others (delays,
dropped and truncated responses) alter its response.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audience_mock import errors
from audience_mock.contract.response_validator import ResponseValidator
from audience_mock.errors import Refusal, Violation
from audience_mock.middleware.connection import server_of, transport_of
from audience_mock.middleware.content_encoding import decoded
from audience_mock.middleware.json_request import judged, parse_json
from audience_mock.middleware.json_response import APPLIED
from audience_mock.middleware.request_headers import headers_of
from audience_mock.middleware.request_validation import VALIDATE_ONLY, receive_body
from audience_mock.middleware.routing import PATH_ARGUMENTS, UNROUTED, operation_id_of
from audience_mock.middleware.upstream import Answer, Upstream, target_of
from audience_mock.seeds.recording import Exchange, Recording
from audience_mock.session.fault_rules import WITHOUT_BODY

MAX_READ = 4 * 2**20
"""Bytes of a response that are kept to validate and record it; a larger one is only passed on."""


class Proxy:
    """Forward every API request, pass the response on as it arrives, and record where either one deviates.

    Args:
        app: the next step, which validates requests.
        upstream: the real server.
        validator: of responses.
        recording: of what passes; None for none.
    """

    def __init__(
        self, app: ASGIApp, upstream: Upstream, validator: ResponseValidator, recording: Recording | None = None
    ) -> None:
        self._app = app
        self._recording = recording
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
        body = bytes(await receive_body(receive, headers_of(scope).get(b"content-length", b"")))
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

        async def begin(message: Message) -> None:
            nonlocal is_begun
            is_begun = True
            await send(message)

        try:
            async with self._upstream.answer(scope["method"], target, scope["headers"], body) as answer:
                await self._pass_on(scope, answer, begin)
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
        has_body = scope["method"] != "HEAD" and answer.status not in WITHOUT_BODY
        if has_body and _length_of(answer) is None and scope["http_version"] == "1.0":
            answer = await _with_length(answer)
        start = {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
        _use_own_defaults(scope, answer)
        await send(start)
        kept, held, size = bytearray(), b"", 0
        length = _length_of(answer)
        async for part in answer.parts:
            size += len(part)
            if len(kept) <= MAX_READ:
                kept += part[: MAX_READ + 1 - len(kept)]
            if size == length:
                held = part
            else:
                await send({"type": "http.response.body", "body": part, "more_body": True})
        if scope["method"] != "HEAD":
            await self._read(scope, answer, bytes(kept))
        await send({"type": "http.response.body", "body": held})

    async def _read(self, scope: Scope, answer: Answer, body: bytes) -> None:
        """Validate and record a response; note what the contract does not allow, or that it cannot be read."""
        try:
            content = await _decoded(answer, body)
        except Refusal as refusal:
            reason = (
                f"larger than {MAX_READ // 2**20} MiB"
                if refusal.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
                else refusal.message
            )
            scope[APPLIED].append(
                f"proxied to {self._upstream.origin}: response neither validated nor recorded: {reason}"
            )
            return
        content_type = dict(answer.headers).get(b"content-type", b"").decode("latin-1")
        asked = (operation_id_of(scope), answer.status, content_type)
        found = await judged(content, lambda text: self._validator.violations(*asked, bytes(text)))
        scope[APPLIED] += [f"response deviates: {field}: {message}" for field, message in found]
        if self._recording is not None and (operation_id := operation_id_of(scope)):
            shown, problem = await judged(content, parse_json)
            if problem is None:
                query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
                self._recording.see(Exchange(operation_id, scope[PATH_ARGUMENTS], query, answer.status, shown))


async def _decoded(answer: Answer, body: bytes) -> bytes | bytearray:
    """The body as it was before it was encoded. Raises Refusal, 413 for one that is too large."""
    if len(body) > MAX_READ:
        raise errors.body_too_large(MAX_READ)
    return await decoded(body, dict(answer.headers).get(b"content-encoding"), MAX_READ)


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


async def _with_length(answer: Answer) -> Answer:
    """The same response, received to its end: HTTP/1.0 has no chunks, so its length must be known."""
    body = b"".join([part async for part in answer.parts])

    async def whole() -> AsyncIterator[bytes]:
        yield body

    return Answer(answer.status, [*answer.headers, (b"content-length", b"%d" % len(body))], whole())


def _use_own_defaults(scope: Scope, answer: Answer) -> None:
    """Keep the server from adding headers that the response has already: Date and Server."""
    server = server_of(scope)
    defaults: list[tuple[bytes, bytes]] | None = getattr(server, "default_headers", None)
    if defaults:
        has = {name for name, _ in answer.headers}
        server.default_headers = [(name, value) for name, value in defaults if name.lower() not in has]


def _close_connection(scope: Scope) -> None:
    """Close the client's connection, which shows that the response is incomplete."""
    transport = transport_of(scope)
    if transport is not None:
        transport.close()
