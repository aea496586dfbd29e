"""Raw connections to a mock, and the responses on them."""

import json
import socket
from typing import NamedTuple

import httpx
from tests.mock.conftest import BASE

from audience_mock.testing import MockServer

TAGS = f"{BASE}/user_group/tags".encode()
DEFINITIONS = f"{BASE}/user_attribute/definition".encode()
HOST = b"Host: localhost\r\n"
CHUNKED = b"POST " + DEFINITIONS + b" HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n"


class Answer(NamedTuple):
    """One response on a raw connection."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> str:
        return str(json.loads(self.body)["message"])


def connect(mock: MockServer) -> socket.socket:
    url = httpx.URL(mock.url)
    return socket.create_connection((url.host, url.port), timeout=10)


def received(connection: socket.socket) -> bytes:
    """Everything until the server closes the connection."""
    parts = []
    while part := connection.recv(2**16):
        parts.append(part)
    return b"".join(parts)


def answers(content: bytes) -> list[Answer]:
    """The responses in what was received; each has a Content-Length."""
    found = []
    while content:
        head, _, content = content.partition(b"\r\n\r\n")
        line, *fields = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}
        size = int(headers.get("content-length", 0))
        found.append(Answer(int(line.split()[1]), headers, content[:size]))
        content = content[size:]
    return found


def only_answer(connection: socket.socket, *parts: bytes) -> Answer:
    """The one response to a request, after which the server closes the connection."""
    for part in parts:
        connection.sendall(part)
    (answer,) = answers(received(connection))
    return answer


def refusal(answer: Answer, status: int) -> list[dict[str, str]]:
    """Check the contract's error shape, and return its errors."""
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["date"]
    body = json.loads(answer.body)
    assert (body["success"], body["status_code"]) == (False, status)
    assert body["message"]
    assert (status == 400) == ("errors" in body)
    errors: list[dict[str, str]] = body.get("errors", [])
    return errors
