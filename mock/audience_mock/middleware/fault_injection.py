"""Step: inject the fault that the header Prefer or a fault rule of the session asks for.

It comes after routing, because a rule can name an operation, and before validation, because a fault does not depend
on a valid request.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audience_mock.contract.examples import Examples
from audience_mock.errors import Refusal
from audience_mock.middleware.connection import transport_of
from audience_mock.middleware.content_encoding import decoded
from audience_mock.middleware.framework import ROUTING_CONTEXT
from audience_mock.middleware.json_request import Body, judged, parse_json
from audience_mock.middleware.json_response import ADDED_HEADERS, APPLIED, json_response
from audience_mock.middleware.prefer_header import NONE, Preferences, preferences
from audience_mock.middleware.request_headers import headers_of
from audience_mock.middleware.request_validation import MAX_BODY, receive_body
from audience_mock.middleware.routing import PATH_ARGUMENTS
from audience_mock.session.fault_requests import NO_BODY, FaultRequest
from audience_mock.session.fault_rules import WITHOUT_BODY, Firing, Json
from audience_mock.session.sessions import SESSION, Session

MAX_HALVED = 2**20
"""Bytes of a body after which it is truncated; only a real server behind --proxy sends more."""


class FaultInjection:
    """Replace, delay, truncate or drop a response on demand."""

    def __init__(self, app: ASGIApp, examples: Examples) -> None:
        self._app = app
        self._examples = examples

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "http":
            return self._app(scope, receive, send)
        prefer = preferences(scope["headers"]) if b"prefer" in headers_of(scope) else NONE
        faults = scope[SESSION].faults
        if not faults:
            return (
                self._inject(prefer, None, scope, receive, send) if prefer.applied else self._app(scope, receive, send)
            )
        request = _request(scope)
        if faults.read_body(request):
            return self._inject_by_body(prefer, request, scope, receive, send)
        return self._inject(prefer, _firing(request, scope), scope, receive, send)

    async def _inject_by_body(
        self, prefer: Preferences, request: FaultRequest, scope: Scope, receive: Receive, send: Send
    ) -> None:
        content = await receive_body(receive, request.headers.get(b"content-length", b""))
        request = request._replace(body=await _json(content, request.headers))
        await self._inject(prefer, _firing(request, scope), scope, _replayed(content, receive), send)

    def _inject(
        self, prefer: Preferences, firing: Firing | None, scope: Scope, receive: Receive, send: Send
    ) -> Awaitable[None]:
        if firing is None and not prefer.applied:
            return self._app(scope, receive, send)
        scope[APPLIED] = [f"Prefer: {text}" for text in prefer.applied]
        if firing:
            scope[APPLIED].append(str(firing))
        return self._respond(prefer, firing, scope, receive, send)

    async def _respond(
        self, prefer: Preferences, firing: Firing | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        session: Session = scope[SESSION]
        effect = firing.effect if firing else {}
        kind = prefer.fault or effect.get("kind")
        if delay := prefer.delay + (firing.delay() if firing else 0.0):
            receive = await _delayed(session, delay / 1000, receive)
        if kind == "drop":
            await _drop(scope, receive)
            return
        forced = self._forced(prefer, effect, scope["extensions"][ROUTING_CONTEXT]["operation_id"])
        headers = firing.headers(session.clock.now()) if firing else {}
        if headers:
            scope[ADDED_HEADERS] = tuple(headers)
        if prefer.applied:
            headers["Preference-Applied"] = ", ".join(prefer.applied)
        altered_send = _AlteredResponse(send, headers, kind, scope)
        if forced is None:
            await self._app(scope, receive, altered_send)
        elif forced[0] in WITHOUT_BODY:
            start = {"type": "http.response.start", "status": forced[0], "headers": []}
            await altered_send(start)
            await altered_send({"type": "http.response.body"})
        else:
            await json_response(*forced)(scope, receive, altered_send)

    def _forced(self, prefer: Preferences, effect: Json, operation_id: str) -> tuple[int, Any] | None:
        """Status and body of a forced response; None to let the mock respond."""
        examples = self._examples
        status = prefer.code or effect.get("status") or (HTTPStatus.TOO_MANY_REQUESTS if "rate" in effect else None)
        example = prefer.example or effect.get("example")
        if status is None and example is None and not prefer.dynamic and "body" not in effect:
            return None
        status = status or examples.success(operation_id)
        if status in WITHOUT_BODY:
            return status, None
        if "body" in effect and prefer.code is None:
            return status, effect["body"]
        seed = random.randrange(2**32) if prefer.dynamic else None  # noqa: S311 (no secret)
        return status, examples.body(operation_id, status, example=example, seed=seed)


def _request(scope: Scope) -> FaultRequest:
    return FaultRequest(
        scope["method"],
        _paths(scope),
        scope["extensions"][ROUTING_CONTEXT]["operation_id"],
        scope[PATH_ARGUMENTS],
        parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True),
        headers_of(scope),
    )


def _firing(request: FaultRequest, scope: Scope) -> Firing | None:
    session: Session = scope[SESSION]
    return session.faults.match(request, session.clock.now())


async def _json(content: Body, headers: Mapping[bytes, bytes]) -> Any:
    """The parsed body of a request; NO_BODY for one that is not JSON, which its operation refuses."""
    try:
        content = await decoded(content, headers.get(b"content-encoding"), MAX_BODY)
    except Refusal:
        return NO_BODY
    body, problem = await judged(content, parse_json) if content else (NO_BODY, None)
    return NO_BODY if problem else body


def _replayed(content: Body, receive: Receive) -> Receive:
    """A `receive` for a body that was read already."""
    unread: deque[Message] = deque([{"type": "http.request", "body": content, "more_body": False}])

    async def replay() -> Message:
        return unread.popleft() if unread else await receive()

    return replay


async def _delayed(session: Session, seconds: float, receive: Receive) -> Receive:
    """Wait, while the client and the session are there. Returns a `receive` for the body, which arrives meanwhile."""
    awake = asyncio.Event()
    client = _WaitingClient(receive, awake)
    watching = asyncio.create_task(client.watch())
    try:
        await session.delays.wait(session.clock, seconds, lambda: client.has_gone or session.has_ended, awake)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    return client.receive


class _WaitingClient:
    """The client of a delayed response: keeps the body that it sends, and notices when it goes."""

    def __init__(self, receive: Receive, awake: asyncio.Event) -> None:
        self._receive = receive
        self._awake = awake
        self._messages: deque[Message] = deque()
        self._refusal: Refusal | None = None
        self.has_gone = False

    async def watch(self) -> None:
        """Receive until the client goes, or has sent more than a body may have."""
        size = 0
        try:
            while size <= MAX_BODY and not self.has_gone:
                message = await self._receive()
                self._messages.append(message)
                self.has_gone = message["type"] == "http.disconnect"
                size += len(message.get("body", b""))
        except Refusal as refusal:
            self._refusal, self.has_gone = refusal, True
        self._awake.set()

    async def receive(self) -> Message:
        if self._messages:
            return self._messages.popleft()
        if self._refusal:
            raise self._refusal
        return await self._receive()


def _paths(scope: Scope) -> tuple[str, str]:
    """The full path, and the path below the application."""
    path: str = scope["path"]
    return path, f"/{path.partition('/application/')[2].partition('/')[2]}"


async def _drop(scope: Scope, receive: Receive) -> None:
    """Close the connection without a response, and wait until it is closed."""
    transport = transport_of(scope)
    if transport is None:
        raise Refusal(500, "fault=drop has no connection to close: this mock runs without a port; start a server.")
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


class _AlteredResponse:
    """A `send` that adds headers and, for the kinds half and malformed, truncates the body."""

    def __init__(self, send: Send, headers: dict[str, str], kind: str | None, scope: Scope) -> None:
        self._send = send
        self._headers = headers
        self._kind = kind
        self._scope = scope
        self._start: Message = {}
        self._body = bytearray()
        self._is_sent = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(raw=message.setdefault("headers", [])).update(self._headers)
            self._start = message
            if self._kind is None:
                await self._send(message)
        elif self._kind is None:
            await self._send(message)
        elif not self._is_sent:
            self._body += message.get("body", b"")
            if not message.get("more_body", False) or len(self._body) > MAX_HALVED:
                self._is_sent = True
                await self._send_half()

    async def _send_half(self) -> None:
        half = bytes(self._body[: len(self._body) // 2])
        if self._kind == "malformed":
            if self._start["status"] not in WITHOUT_BODY:
                MutableHeaders(raw=self._start["headers"])["content-length"] = str(len(half))
            await self._send(self._start)
            await self._send({"type": "http.response.body", "body": half})
            return
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": half, "more_body": True})
        transport = transport_of(self._scope)
        if transport is not None:
            await asyncio.sleep(0.05)  # let the written data leave before the connection is closed
            transport.close()
