"""Step: forward requests to a real server, and validate both sides (--proxy)."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audience_mock.contract.response_validator import ResponseValidator
from audience_mock.errors import Refusal, Violation, show
from audience_mock.middleware.docs import PAGE
from audience_mock.middleware.json_response import APPLIED, send_refusal
from audience_mock.middleware.request_headers import headers_of
from audience_mock.middleware.request_validation import VALIDATE_ONLY, receive_body
from audience_mock.middleware.routing import operation_id_of

TIMEOUT = 60.0
"""Seconds that the real server has to respond."""
_HOP_BY_HOP = frozenset(
    {b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer", b"upgrade"}
    | {b"transfer-encoding", b"host", b"content-length"}
)


class Proxy:
    """Forward every API request unchanged, return the response unchanged, and record where either one deviates.

    Args:
        app: the next steps, which validate requests and serve the pages of docs.py.
        target: the real server's origin.
        validator: of responses.
    """

    def __init__(self, app: ASGIApp, target: str, validator: ResponseValidator) -> None:
        self._app = app
        self._target = target.rstrip("/")
        self._validator = validator
        self._client = httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = bytes(await receive_body(receive, headers_of(scope).get(b"content-length", b"")))
        except Refusal as refusal:
            await send_refusal(send, refusal)
            return
        validated = await self._validate_request(scope, body)
        status: int = validated[0]["status"]
        operation_id = operation_id_of(scope)
        if PAGE in scope:
            for message in validated:
                await send(message)
            return
        applied = scope[APPLIED] = [f"proxied to {self._target}"]
        applied += [f"request deviates ({status}): {field}: {message}" for field, message in _violations(validated)]
        try:
            response, raw = await self._forward(scope, body)
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            await send_refusal(send, Refusal(502, f"{self._target} did not respond: {reason}; see --proxy."))
            return
        length = str(len(raw))
        if scope["method"] == "HEAD":
            length = response.headers.get("content-length", length)
        else:
            content_type = response.headers.get("content-type", "")
            found = self._validator.violations(operation_id, response.status_code, content_type, response.content)
            applied += [f"response deviates: {field}: {message}" for field, message in found]
        headers = [(name.lower(), value) for name, value in response.headers.raw if name.lower() not in _HOP_BY_HOP]
        headers.append((b"content-length", length.encode()))
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": raw})

    async def _validate_request(self, scope: Scope, body: bytes) -> list[Message]:
        """The mock's own response to the request: 204 if it is valid."""
        messages: list[Message] = []

        async def replay() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def collect(message: Message) -> None:
            messages.append(message)

        scope[VALIDATE_ONLY] = True
        await self._app(scope, replay, collect)
        return messages

    async def _forward(self, scope: Scope, body: bytes) -> tuple[httpx.Response, bytes]:
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        url = f"{self._target}{raw_path.decode('latin-1').partition('?')[0]}"
        if scope["query_string"]:
            url += f"?{scope['query_string'].decode('latin-1')}"
        headers = [(name, value) for name, value in scope["headers"] if name not in _HOP_BY_HOP]
        request = httpx.Request(scope["method"], url, headers=headers, content=body or None)
        response = await self._client.send(request, stream=True)
        try:
            raw = b"".join([part async for part in response.aiter_raw()])
        finally:
            await response.aclose()
        return httpx.Response(response.status_code, headers=response.headers, content=raw), raw


def _violations(messages: list[Message]) -> Iterator[tuple[str, str]]:
    """The violations in a response of the mock."""
    if messages[0]["status"] >= HTTPStatus.BAD_REQUEST:
        body: Any = json.loads(b"".join(message.get("body", b"") for message in messages[1:]))
        for violation in body.get("errors") or [{"field": "request", "message": body["message"]}]:
            yield Violation(**violation)


def target_problem(target: str) -> str | None:
    """Why `target` cannot be the real server's origin; None if it can."""
    try:
        url = httpx.URL(target)
    except httpx.InvalidURL as error:
        return f"{show(target)} is not a URL: {error}."
    if url.scheme not in {"http", "https"} or not url.host:
        return f"{show(target)} is not an http or https URL; give the server's origin, like https://api.example.com."
    if url.path not in {"", "/"} or url.query:
        return f"{show(target)} has a path or a query; give only the server's origin, like https://api.example.com."
    return None
