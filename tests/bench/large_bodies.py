"""Large request bodies: how long other requests wait meanwhile, and what they take in memory."""

import http.client
import threading
from collections.abc import Callable
from typing import Any

from tests.bench.csv_load import BEFORE, TIMEOUT, Others, after
from tests.bench.load import HOST
from tests.bench.processes import Cores, Running
from tests.bench.scenarios import API
from tests.bench.servers import SERVERS

SIZE = 60 * 2**20
_BULK, _GROUP = "/user_attribute/bulk_update", "/user_group"


def _list(item: bytes) -> bytes:
    return b'{"attributes":[' + b",".join([item] * (SIZE // (len(item) + 1))) + b"]}"


def _text(start: bytes, rest: bytes) -> bytes:
    return b'{"name":"n","description":"d","category":"l1","file_url":"' + start + rest * (SIZE // len(rest)) + b'"}'


BODIES: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "objects": ("PATCH", _BULK, lambda: _list(b'{"key":"a","value":1}')),
    "empty lists": ("PATCH", _BULK, lambda: _list(b"[]")),
    "short texts": ("PATCH", _BULK, lambda: _list(b'"a"')),
    "no JSON": ("PATCH", _BULK, lambda: b'""' * (SIZE // 2)),
    "one text": ("POST", _GROUP, lambda: _text(b"", b"a")),
    "one text of escapes": ("POST", _GROUP, lambda: _text(b"", rb"\"")),
    "a data: URL with a space": ("POST", _GROUP, lambda: _text(b"data:text/csv,user_id ", b"%0Auser")),
}
"""Name -> method, path and body; all are refused."""


def measure_bodies(say: Callable[[str], None]) -> dict[str, Any]:
    """The longest wait of another request in ms, and how many times its size a body takes; a new server for each."""
    found = {}
    for name, (method, path, make) in BODIES.items():
        server = Running(next(server for server in SERVERS if server.name == "ours"), Cores(None, None))
        try:
            server.ready()
            found[name] = _send(server, method, path, make())
        finally:
            server.stop()
        one = found[name]
        say(
            f"{SIZE // 2**20} MiB of {name}: longest wait {one['longest_wait_ms']:.0f} ms "
            f"(before {one['before_ms']:.0f} ms), {one['times_its_size']:.1f} times its size, {one['status']:.0f}"
        )
    return found


def _send(server: Running, method: str, path: str, body: bytes) -> dict[str, float]:
    others = Others(server.port)
    before = others.during(after(BEFORE))
    memory = server.peak()
    statuses: list[int] = []
    sending = threading.Thread(target=_request, args=(server.port, method, path, body, statuses), daemon=True)
    sending.start()
    waits = others.during(lambda: not sending.is_alive())
    waits += others.during(after(BEFORE))
    others.close()
    return {
        "longest_wait_ms": max(waits) * 1000,
        "before_ms": max(before) * 1000,
        "times_its_size": (server.peak() - memory) * 1e6 / len(body),
        "status": statuses[0] if statuses else 0,
    }


def _request(port: int, method: str, path: str, body: bytes, statuses: list[int]) -> None:
    connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT)
    try:
        connection.request(method, API + path, body, {"Content-Type": "application/json"})
        statuses.append(connection.getresponse().status)
    finally:
        connection.close()
