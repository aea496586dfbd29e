"""The mock in front of a real server: requests go on to it, and both sides are held against the contract."""

import json
from typing import Any

import httpx
from connexion.middleware.abstract import ROUTING_CONTEXT
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audience_mock import errors
from audience_mock.contract.response_validator import ResponseValidator
from audience_mock.errors import Refusal, Violation, show
from audience_mock.middleware.json_response import APPLIED, answer
from audience_mock.middleware.request_validation import JUDGED, MAX_BODY

TIME_LIMIT = 60.0
"""Seconds that the real server has."""
_BAD_GATEWAY = 502
_HOP_BY_HOP = frozenset(
    {b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer", b"upgrade"}
    | {b"transfer-encoding", b"host", b"content-length"}
)


class Proxy:
    """Send every request to the API on, unchanged; give its answer back, unchanged; note where either deviates.

    Args:
        app: the mock, which judges requests but does not serve them.
        target: the real server's origin.
        validator: of answers.
    """

    def __init__(self, app: ASGIApp, target: str, validator: ResponseValidator) -> None:
        self._app = app
        self._target = target.rstrip("/")
        self._validator = validator
        self._client = httpx.AsyncClient(timeout=TIME_LIMIT, follow_redirects=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await _whole(receive)
        except Refusal as too_large:
            await answer(too_large.status, too_large.body())(scope, receive, send)
            return
        if body is None:
            return
        status, problems, own = await self._request_judged(scope, body)
        if own is not None:
            for message in own:
                await send(message)
            return
        applied = scope[APPLIED] = [f"proxied to {self._target}"]
        applied += [f"request deviates ({status}): {field}: {message}" for field, message in problems]
        try:
            response, raw = await self._forward(scope, body)
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            refusal = Refusal(_BAD_GATEWAY, f"{self._target} did not answer: {reason}; see --proxy.")
            await answer(_BAD_GATEWAY, refusal.body())(scope, receive, send)
            return
        operation_id = scope.get("extensions", {}).get(ROUTING_CONTEXT, {}).get("operation_id")
        served = response.headers.get("content-type", "")
        if scope["method"] != "HEAD":
            found = self._validator.deviations(operation_id, response.status_code, served, response.content)
            applied += [f"answer deviates: {field}: {message}" for field, message in found]
        headers = [(name.lower(), value) for name, value in response.headers.raw if name.lower() not in _HOP_BY_HOP]
        length = response.headers.get("content-length", str(len(raw)))
        headers.append((b"content-length", length.encode() if scope["method"] == "HEAD" else str(len(raw)).encode()))
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": raw})

    async def _request_judged(self, scope: Scope, body: bytes) -> tuple[int, list[Violation], list[Message] | None]:
        """The status with which the mock would refuse a request, and why; the mock's own pages are its own to serve."""
        messages: list[Message] = []

        async def replay() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def note(message: Message) -> None:
            messages.append(message)

        scope[JUDGED] = True
        await self._app(scope, replay, note)
        status: int = messages[0]["status"]
        is_api = scope.get("extensions", {}).get(ROUTING_CONTEXT) is not None
        if not is_api and status < 400:  # noqa: PLR2004
            return status, [], messages
        if status < 400:  # noqa: PLR2004
            return status, [], None
        told: Any = json.loads(b"".join(message.get("body", b"") for message in messages[1:]))
        listed = [Violation(item["field"], item["message"]) for item in told.get("errors", [])]
        return status, listed or [Violation("request", told["message"])], None

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


async def _whole(receive: Receive) -> bytes | None:
    """The body of a request; None where it was cut off.

    Raises:
        Refusal: 413 for one that is too large.
    """
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        size += len(part)
        parts.append(part)
        if size > MAX_BODY:
            raise errors.body_too_large(MAX_BODY)
        if not message.get("more_body", False):
            return b"".join(parts)


def target_problem(target: str) -> str | None:
    """Why this cannot be the real server; None if it can."""
    try:
        url = httpx.URL(target)
    except httpx.InvalidURL as error:
        return f"{show(target)} is no URL: {error}."
    if url.scheme not in {"http", "https"} or not url.host:
        return f"{show(target)} is no http or https URL; give the server's origin, like https://api.example.com."
    if url.path not in {"", "/"} or url.query:
        return f"{show(target)} has a path; give the server's origin alone: the paths are those of the API."
    return None
