"""JSON responses, and the scope keys that describe a response."""

import json
from collections.abc import Awaitable
from typing import Any

import orjson
from starlette.responses import Response
from starlette.types import Send

from audience_mock.contract.response_validator import JSON
from audience_mock.errors import Refusal

CRASHED = "audience_mock.crashed"
"""Key of the ASGI scope: the response is a 500 that was logged already."""
APPLIED = "audience_mock.applied"
"""Key of the ASGI scope: the faults applied to the response, as texts; absent without faults."""
ADDED_HEADERS = "audience_mock.added_headers"
"""Key of the ASGI scope: the names of the headers that a fault rule adds to the response; absent without any."""
_CONTENT_TYPE = (b"content-type", JSON.encode())


def dump(body: Any) -> bytes:
    """`body` as JSON in UTF-8; integers may be larger than 64 bits."""
    try:
        return orjson.dumps(body)
    except TypeError:
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()


def json_response(status: int, body: Any) -> Response:
    return Response(dump(body), status, media_type=JSON)


async def send_json(send: Send, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
    """Send a response with `body` as JSON."""
    content = dump(body)
    raw = [(b"content-length", b"%d" % len(content)), _CONTENT_TYPE]
    if headers:
        raw += [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": content})


def send_refusal(send: Send, refusal: Refusal) -> Awaitable[None]:
    return send_json(send, refusal.status, refusal.body(), refusal.headers)
