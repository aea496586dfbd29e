"""The way to a server: a relay that limits, loses, delays and refuses requests, as gateways and proxies do."""

import functools
import http.client
import random
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.conformance.raw_server import Connection, raw_server

GATEWAY_PAGE = b"<html><h1>502 Bad Gateway</h1></html>"
EXPIRES_AFTER = 60
LIMIT = 40
"""Requests that are allowed in each LIMIT_SECONDS."""
LIMIT_SECONDS = 0.5


@dataclass
class Passing:
    """A request on its way.

    Args:
        number: how many requests came before it, on all connections.
        on_connection: how many came before it on its own.
        method: its method.
        forward: sends it to the server; gives status, headers and body.
        connection: to the client.
        chance: random choices.
        windows: the requests in each window of time, for limits.
    """

    number: int
    on_connection: int
    method: str
    forward: Callable[[], tuple[int, list[tuple[str, str]], bytes]]
    connection: Connection
    chance: random.Random
    windows: dict[int, int] = field(default_factory=dict)

    def answer(self, status: int, body: bytes, *headers: str) -> bool:
        self.connection.answer(status, body, *headers)
        return True

    def pass_on(self) -> bool:
        """Send the server's answer."""
        status, headers, body = self.forward()
        kept = [f"{name}: {value}" for name, value in headers if name.lower() in ("content-type", "allow", "date")]
        if self.method == "HEAD":
            self.connection.sock.sendall("\r\n".join([f"HTTP/1.1 {status} X", *kept, "", ""]).encode())
            return False
        return self.answer(status, body, *kept)


Road = Callable[[Passing], bool]
"""Answers a request; false closes its connection."""


def free(passing: Passing) -> bool:
    return passing.pass_on()


def limited(passing: Passing) -> bool:
    """A limit of requests, with Retry-After."""
    window = int(time.monotonic() / LIMIT_SECONDS)
    passing.windows[window] = passing.windows.get(window, 0) + 1
    if passing.windows[window] > LIMIT:
        return passing.answer(429, b"slow down", "Retry-After: 1", "Content-Type: text/plain")
    return passing.pass_on()


def gateway(passing: Passing) -> bool:
    """2 % of the requests get a 502; half of them have reached the server."""
    if passing.chance.random() >= 0.02:
        return passing.pass_on()
    if passing.chance.random() < 0.5:
        passing.forward()
    return passing.answer(502, GATEWAY_PAGE, "Content-Type: text/html")


def closed(passing: Passing) -> bool:
    """Kept-alive connections are closed without notice: the next request on them gets no answer."""
    if passing.on_connection and passing.chance.random() < 0.04:
        return False
    return passing.pass_on()


def expired(passing: Passing) -> bool:
    """The token expires."""
    if passing.number < EXPIRES_AFTER:
        return passing.pass_on()
    return passing.answer(
        401, b'{"success":false,"status_code":401,"message":"expired"}', "Content-Type: application/json"
    )


def drips(passing: Passing) -> bool:
    """1 % of the answers come a byte at a time, and never end in time."""
    if passing.chance.random() >= 0.01:
        return passing.pass_on()
    status, _, body = passing.forward()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body) + 99}\r\n\r\n"
    passing.connection.sock.sendall(head.encode())
    for byte in body + bytes(99):
        if passing.connection.stopped.wait(0.3):
            break
        passing.connection.sock.sendall(bytes([byte]))
    return False


Answer = tuple[int, list[tuple[str, str]], bytes]


def _forward(server: http.client.HTTPConnection, method: str, target: str, headers: list[str], body: bytes) -> Answer:
    server.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
    for line in headers:
        name, _, value = line.partition(":")
        server.putheader(name, value.strip().encode("latin-1"))
    server.endheaders(body or None)
    answer = server.getresponse()
    return answer.status, answer.getheaders(), answer.read()


@contextmanager
def relay(url: str, road: Road, chance: int = 0) -> Iterator[str]:
    """Pass requests on to a server over this road; the URL to send them to, the server's own for a free road."""
    if road is free:
        yield url
        return
    origin = urlsplit(url).netloc
    choices, windows = random.Random(chance), dict[int, int]()

    def serve(connection: Connection, received: list[str]) -> None:
        on_connection = 0
        with closing(http.client.HTTPConnection(origin, timeout=30)) as server:
            while text := connection.request():
                head, _, body = text.partition("\r\n\r\n")
                first, *headers = head.split("\r\n")
                method, target, _ = first.split(" ", 2)
                forward = functools.partial(_forward, server, method, target, headers, body.encode("latin-1"))
                passing = Passing(len(received), on_connection, method, forward, connection, choices, windows)
                received.append(method)
                on_connection += 1
                if not road(passing):
                    break

    with raw_server(serve) as server:
        yield server.url
