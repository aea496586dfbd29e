"""Servers behind a mock with --proxy that answer with any bytes."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


class RawServer:
    """A server that answers every request with the same bytes, and keeps what it received.

    Args:
        answer: the bytes of the response, or what to do with the connection instead.
    """

    def __init__(self, answer: bytes | Callable[[socket.socket], None]) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._respond, args=(connection,), daemon=True).start()

    def _respond(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(30)
            received = b""
            while not _is_whole(received):
                part = connection.recv(65536)
                if not part:
                    return
                received += part
            self.requests.append(received)
            if callable(self.answer):
                self.answer(connection)
            else:
                connection.sendall(self.answer)

    def close(self) -> None:
        self._listener.close()


def _is_whole(received: bytes) -> bool:
    head, end, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"\ncontent-length: ([0-9]+)", head)
    return bool(end) and len(body) >= int(length[1] if length else 0)


@contextmanager
def raw_server(answer: bytes | Callable[[socket.socket], None]) -> Iterator[RawServer]:
    """A RawServer until the end of the block."""
    server = RawServer(answer)
    try:
        yield server
    finally:
        server.close()


def response(status: int | str = 200, *headers: str, body: bytes = b'{"items":["a"]}') -> bytes:
    """A response of HTTP/1.1, after which the connection is closed."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    if not any(line.lower().startswith("content-type") for line in headers):
        lines.append("Content-Type: application/json")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def wait_for_end(connection: socket.socket) -> None:
    """Wait until the other side closes a connection."""
    while connection.recv(65536):
        pass


def exchange(url: str, request: bytes) -> bytes:
    """What a server answers to these bytes, until it closes the connection."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(request)
        received = b""
        while part := connection.recv(65536):
            received += part
    return received


def head_of(received: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The status line and the headers of a response."""
    line, *fields = received.partition(b"\r\n\r\n")[0].split(b"\r\n")
    pairs = [field.split(b":", 1) for field in fields]
    return line, [(name.lower(), value.strip()) for name, value in pairs]
