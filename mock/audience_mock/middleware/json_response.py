"""Answers in JSON."""

import json
from typing import Any

import orjson
from starlette.responses import Response
from starlette.types import Send

from audience_mock.contract.response_validator import JSON

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
