"""The floor: an ASGI application that answers what ours answers, and does nothing else."""

import json
from typing import Any

from tests.bench.scenarios import CANNED, DEFINITIONS

_canned = {
    name: json.dumps(body, separators=(",", ":")).encode() for name, body in json.loads(CANNED.read_bytes()).items()
}


def _start(status: int, body: bytes) -> dict[str, Any]:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    return {"type": "http.response.start", "status": status, "headers": headers}


_READ, _LIST, _CREATE = (
    (_start(status, _canned[name]), {"type": "http.response.body", "body": _canned[name]})
    for name, status in (("read", 200), ("list", 200), ("create", 201))
)


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer; a body that comes is read, as any server has to."""
    if scope["method"] == "POST":
        while (await receive()).get("more_body"):
            pass
        start, body = _CREATE
    else:
        start, body = _LIST if scope["path"] == DEFINITIONS else _READ
    await send(start)
    await send(body)
