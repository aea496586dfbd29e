"""One request to an ASGI application in this process."""

from typing import Any

_HEADERS = [(b"host", b"127.0.0.1:4010"), (b"accept", b"*/*"), (b"user-agent", b"bench")]


async def call(app: Any, method: str, target: str, body: bytes = b"") -> tuple[int, bytes]:
    """Status and body of the answer; `target` is the path with the query."""
    path, _, query = target.partition("?")
    headers = list(_HEADERS)
    if body:
        headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 4010),
        "state": {},
        "extensions": {},
    }
    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)
