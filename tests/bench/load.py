"""Requests with `wrk`, and single ones by hand."""

import http.client
import itertools
import json
import os
import shutil
import socket
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.bench.scenarios import CONNECTIONS, Invalid, Scenario, new_definition

SCRIPT = Path(__file__).with_name("wrk.lua")
HOST = "127.0.0.1"
_prefixes = (f"s{time.time_ns() // 1000:x}-{number}-" for number in itertools.count())


@dataclass(frozen=True)
class Figures:
    """What one run of wrk saw; latencies in milliseconds, sizes in bytes with the headers."""

    per_second: float
    p50: float
    p99: float
    requests: int
    bytes_each: int

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def ensure_wrk() -> None:
    """Install wrk where it is missing and we may. Raises Invalid."""
    if shutil.which("wrk"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing wrk (apt-get install wrk) ...", flush=True)
        for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "wrk"]):
            subprocess.run(["apt-get", *arguments], check=False, stdout=subprocess.DEVNULL)
    if not shutil.which("wrk"):
        raise Invalid("the load generator wrk is not installed: apt-get install wrk (Debian, Ubuntu), brew install wrk")


def wrk_version() -> str:
    result = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False)
    return " ".join((result.stdout + result.stderr).split()[:2])


def fire(port: int, scenario: Scenario, seconds: float, pin: list[str]) -> Figures:
    """Load a server with 16 keep-alive connections.

    Args:
        port: of the server.
        scenario: the request.
        seconds: how long; wrk takes whole ones.
        pin: the command that binds the load to its core.

    Raises:
        Invalid: an answer had another status than 2xx, did not come, or came too late.
    """
    url = f"http://{HOST}:{port}{scenario.path}"
    command = [*pin, *wrk_command(seconds), url, "--", scenario.method, next(_prefixes)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Invalid(f"`{' '.join(command)}` failed: {(done.stderr or done.stdout).strip()}")
    result = json.loads(done.stdout.strip().splitlines()[-1])
    wrong = {key: result[key] for key in ("bad_status", "socket_errors", "timeouts") if result[key]}
    if wrong or not result["requests"]:
        raise Invalid(f"{result['requests']} answers to {scenario.method} {url}, of which {wrong or 'none'} count not")
    return Figures(
        per_second=result["requests"] / result["microseconds"] * 1e6,
        p50=result["p50"],
        p99=result["p99"],
        requests=result["requests"],
        bytes_each=round(result["bytes"] / result["requests"]),
    )


def wrk_command(seconds: float) -> list[str]:
    """The command without its target."""
    return ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "-s", str(SCRIPT)]


def send(port: int, method: str, path: str, body: Any = None, timeout: float = 30.0) -> tuple[int, bytes]:
    """One request on a connection of its own: status and body. Raises OSError and HTTPException."""
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout)
    try:
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, {"Content-Type": "application/json"} if content else {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def probe(port: int, scenario: Scenario) -> bytes:
    """The body of one answer. Raises Invalid for another status than the scenario's, or for no JSON."""
    body = new_definition(next(_prefixes)) if scenario.method == "POST" else None
    try:
        status, content = send(port, scenario.method, scenario.path, body)
        json.loads(content)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Invalid(f"{scenario.method} {scenario.path} got no JSON: {error}") from None
    if status != scenario.status:
        result = content[:300].decode(errors="replace")
        raise Invalid(f"{scenario.method} {scenario.path} answered {status}, not {scenario.status}: {result}")
    return content


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])
