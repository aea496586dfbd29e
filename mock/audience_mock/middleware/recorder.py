"""Step: write every request and its response to the journal."""

import asyncio
import contextlib
from collections.abc import Awaitable
from http import HTTPStatus
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audience_mock.errors import Refusal
from audience_mock.middleware.framework import ROUTING_CONTEXT
from audience_mock.middleware.json_response import APPLIED
from audience_mock.middleware.request_headers import headers_of
from audience_mock.session.journal import LONGEST_BODY, Record
from audience_mock.session.sessions import SESSION, Session

BODY_TIMEOUT = 1.0
"""Seconds that a response waits for a request body that only the journal needs."""


class Recorder:
    """Add each request and its response to the journal of its session.

    The entry is added before the last part of the response is sent: a client that has the response finds the entry.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        session: Session = scope[SESSION]
        record = Record(session.clock.now(), scope, headers_of(scope))
        begun = perf_counter()

        async def on_request() -> Message:
            message = await receive()
            record.on_request(message)
            return message

        def on_response(message: Message) -> Awaitable[None]:
            record.on_response(message)
            if record.body_unread:
                return _respond_after_body(message, record, receive, send)
            if record.is_whole:
                _finish(record, session, scope, begun)
            return send(message)

        try:
            await self._app(scope, on_request, on_response)
        except BaseException as error:
            if not record.is_whole:
                record.problem = type(error).__name__
            raise
        finally:
            if not record.id:
                _finish(record, session, scope, begun)


async def _respond_after_body(message: Message, record: Record, receive: Receive, send: Send) -> None:
    """Receive the body, which the response did not need, before the response: afterwards it cannot be received.

    A body that is too large for the journal, or was refused as too large, is not received.
    """
    record.body_unread = False
    declared = record.declared_size()
    is_kept = declared <= LONGEST_BODY and record.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    with contextlib.suppress(TimeoutError, Refusal):
        async with asyncio.timeout(BODY_TIMEOUT):
            while is_kept and record.request_body.size < declared:
                received = await receive()
                record.on_request(received)
                if not received.get("more_body"):
                    break
    record.set_request_size(declared)
    await send(message)


def _finish(record: Record, session: Session, scope: Scope, begun: float) -> None:
    record.duration = perf_counter() - begun
    routed = scope.get("extensions", {}).get(ROUTING_CONTEXT)
    if routed:
        record.operation = routed["operation_id"]
    applied = scope.get(APPLIED)
    if applied:
        record.applied = applied
    session.journal.add(record)
