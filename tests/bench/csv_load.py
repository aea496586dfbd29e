"""The loading of a large CSV through the API, and how long other requests wait meanwhile."""

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any

from tests.bench.figures import spread
from tests.bench.load import HOST, free_port, send
from tests.bench.processes import Cores, Running
from tests.bench.scenarios import API, DEFINITIONS, FOLDER, Invalid
from tests.bench.servers import SERVERS

TIMEOUT = 120.0
"""Seconds in which a file has to be loaded."""
BEFORE = 1.0
"""Seconds in which the others are timed without a load, to know what the machine itself costs."""
_PAUSE = 0.001
_OTHERS = (
    f"{API}/user_group/64f111111111111111111111",
    f"{API}/user_group/64f111111111111111111111/users?page_size=10",
    f"{DEFINITIONS}?page_size=10",
)


def measure_csv(rows: int, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Load a CSV as a file on loopback and as a data: URL; seconds, and the longest wait of another request in ms.

    Nothing is bound to a core: so a user starts it.

    Raises:
        Invalid: it was not loaded, or another request was not answered with 200.
    """
    folder = FOLDER / "files"
    folder.mkdir(parents=True, exist_ok=True)
    text = "user_id\n" + "\n".join(f"u{number}" for number in range(rows))
    (folder / "users.csv").write_text(text)
    found: dict[str, list[dict[str, float]]] = {"from a file": [], "inline": []}
    server = Running(next(server for server in SERVERS if server.name == "ours"), Cores(None, None))
    try:
        server.ready()
        with _files(folder) as url:
            urls = {"from a file": url, "inline": "data:text/csv," + text.replace("\n", "%0A")}
            for number in range(rounds):
                for name, file_url in urls.items():
                    one = _load(server.port, file_url, rows)
                    found[name].append(one)
                    say(
                        f"{rows:,} rows {name}, load {number + 1} of {rounds}: {one['seconds']:.1f} s, "
                        f"longest wait {one['longest_wait_ms']:.0f} ms (before {one['before_ms']:.0f} ms)"
                    )
    finally:
        server.stop()
    keys = ("seconds", "longest_wait_ms", "before_ms", "requests")
    return {
        name: {"rows": rows, **{key: spread([one[key] for one in loads]).plain() for key in keys}}
        for name, loads in found.items()
    }


@contextmanager
def _files(folder: Any) -> Iterator[str]:
    """A web server of its own process, so that it takes nothing from the one that waits."""
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", HOST, "--directory", str(folder)]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        for _ in range(200):
            try:
                send(port, "HEAD", "/users.csv")
                break
            except OSError:
                time.sleep(0.05)
        yield f"http://{HOST}:{port}/users.csv"
    finally:
        process.kill()
        process.wait()


def _load(port: int, file_url: str, rows: int) -> dict[str, float]:
    """One load; the group is deleted after it."""
    group = {"name": "Big", "description": "A large file", "category": "l1", "file_url": file_url}
    body = json.dumps(group).encode()
    others = Others(port)
    before = others.during(after(BEFORE))
    answer: dict[str, Any] = {}
    started = time.monotonic()
    creation = threading.Thread(target=_create, args=(port, body, answer), daemon=True)
    creation.start()
    waits = others.during(lambda: not creation.is_alive())
    group_id = answer.get("_id")
    if group_id is None:
        raise Invalid(f"the group of a large file was not created: {answer}")
    status: dict[str, Any] = {}

    def is_read() -> bool:
        if time.monotonic() - started > TIMEOUT:
            raise Invalid(f"a CSV of {rows:,} rows was not loaded within {TIMEOUT:.0f} s")
        status.update(others.get(f"{API}/user_group/{group_id}"))
        return bool(status["status"] != "pending")

    waits += others.during(is_read)
    seconds = time.monotonic() - started
    waits += others.during(after(BEFORE))
    count = status["total_users"]["count"]
    if count != rows:
        raise Invalid(f"a CSV of {rows:,} rows gave a group {status['status']} with {count:,} users")
    send(port, "DELETE", f"{API}/user_group/{group_id}")
    others.close()
    return {
        "seconds": seconds,
        "longest_wait_ms": max(waits) * 1000,
        "before_ms": max(before) * 1000,
        "requests": len(waits),
    }


def after(seconds: float) -> Callable[[], bool]:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() >= until


def _create(port: int, body: bytes, answer: dict[str, Any]) -> None:
    connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT)
    try:
        connection.request("POST", f"{API}/user_group", body, {"Content-Type": "application/json"})
        answer |= json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException) as error:
        answer["error"] = str(error)
    finally:
        connection.close()


class Others:
    """Requests of somebody else, one after the other on a connection of their own."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT)
        self._paths = cycle(_OTHERS)
        self._last = 0.0

    def get(self, path: str) -> dict[str, Any]:
        """The answer, whose time is remembered. Raises Invalid for any but a 200."""
        started = time.monotonic()
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        content = answer.read()
        self._last = time.monotonic() - started
        if answer.status != 200:
            raise Invalid(f"GET {path} answered {answer.status} while a file was loaded: {content[:200]!r}")
        return dict(json.loads(content))

    def during(self, is_over: Callable[[], bool]) -> list[float]:
        """Seconds of each request until it is over."""
        waits = []
        while True:
            over = is_over()
            waits.append(self._last)
            if over:
                return waits
            self.get(next(self._paths))
            waits.append(self._last)
            time.sleep(_PAUSE)

    def close(self) -> None:
        self._connection.close()
