"""The step that writes down what was asked and answered, whatever becomes of it."""

import asyncio
import contextlib
from collections.abc import Awaitable
from time import perf_counter

from connexion.middleware.abstract import ROUTING_CONTEXT
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audience_mock.middleware.json_response import APPLIED
from audience_mock.middleware.request_headers import headers_of
from audience_mock.session.journal import LONGEST_BODY, Record
from audience_mock.session.sessions import SESSION, Session

PATIENCE = 1.0
"""Seconds that an answer waits for a body that only the journal wants."""
TOO_LARGE = 413


class Recorder:
    """Keep each request and its answer in the journal of its session.

    An entry is there before the last of its answer is sent: who has the answer finds the entry.

    Args:
        app: the API.
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
            if record.lacks_body:
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
    """The answer did not need the body, but who reads the journal does; after the answer it cannot be had.

    One that is longer than is kept was refused for that, or is not worth the wait.
    """
    record.lacks_body = False
    declared = record.declared_size()
    wanted = declared if declared <= LONGEST_BODY and record.status != TOO_LARGE else 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while record.request_body.size < wanted:
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
