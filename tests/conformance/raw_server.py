"""A server of bare sockets: it misbehaves in ways that an HTTP library does not allow."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Connection:
    """One connection to the server.

    Args:
        sock: its socket.
        number: how many connections came before it.
        stopped: set when the test ends.
    """

    sock: socket.socket
    number: int
    stopped: threading.Event
    _rest: bytes = b""

    def request(self) -> str:
        """Read one request: its head and body as text; "" when the client has closed."""
        data = self._rest
        while b"\r\n\r\n" not in data:
            if not (chunk := self.sock.recv(65536)):
                return ""
            data += chunk
        head, _, rest = data.partition(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        while len(rest) < length:
            rest += self.sock.recv(65536)
        self._rest = rest[length:]
        return (head + b"\r\n\r\n" + rest[:length]).decode("latin-1")

    def answer(self, status: int, body: bytes = b"{}", *headers: str) -> None:
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers]
        self.sock.sendall("\r\n".join([*lines, "", ""]).encode() + body)


@dataclass
class Server:
    """Its origin, and the requests that it has read, by the parts that `serve` notes."""

    url: str
    received: list[str] = field(default_factory=list)


@contextmanager
def raw_server(serve: Callable[[Connection, list[str]], None]) -> Iterator[Server]:
    """Serve each connection with `serve(connection, received)` in a thread of its own, until the end of the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()
    server = Server(f"http://127.0.0.1:{listener.getsockname()[1]}")
    threads: list[threading.Thread] = []
    sockets: list[socket.socket] = []

    def accept() -> None:
        while not stopped.is_set():
            with suppress(OSError):
                sock, _ = listener.accept()
                sockets.append(sock)
                thread = threading.Thread(target=work, args=(sock, len(threads)), daemon=True)
                threads.append(thread)
                thread.start()

    def work(sock: socket.socket, number: int) -> None:
        with sock, suppress(OSError):
            serve(Connection(sock, number, stopped), server.received)

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield server
    finally:
        stopped.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for sock in sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        accepting.join(5)
