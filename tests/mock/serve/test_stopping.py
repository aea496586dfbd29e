"""How the command `audience-mock` stops: real processes, whatever is in flight."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from tests.mock.command import COMMAND, serving
from tests.mock.conftest import BASE
from tests.mock.helpers import a_definition, a_group

from audience_mock.serve.server import say
from audience_mock.testing import MockServer

TAGS = f"{BASE}/user_group/tags"
LIMIT = 2.0
"""Seconds within which the command promises to end."""
SLACK = 3.0
"""More seconds for a busy machine; what holds a server up holds it for half a minute or for ever."""

Flight = Callable[[socket.socket], None]


def connect(url: str) -> socket.socket:
    host, port = url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=20)


def settle(url: str) -> None:
    """Wait until the server has read what was sent to it before."""
    with connect(url) as connection:
        connection.sendall(b"GET /__mock__/clock HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(2**16).startswith(b"HTTP/1.1 200 ")


def stopped(process: subprocess.Popen[str], name: int = signal.SIGTERM) -> str:
    """Stop it, and return its stderr."""
    begun = time.monotonic()
    process.send_signal(name)
    out, err = process.communicate(timeout=60)
    assert time.monotonic() - begun < LIMIT + SLACK
    assert process.returncode == 0, err
    assert "Stopped." in out
    return err


def _send(*lines: str, body: bytes = b"") -> Flight:
    return lambda connection: connection.sendall("\r\n".join([*lines, "Host: localhost", "", ""]).encode() + body)


def _unread_stream(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    _send("GET /__mock__/journal/stream HTTP/1.1")(connection)


def _unread_responses(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(0.2)
    request = b"GET /ui/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with contextlib.suppress(TimeoutError):
        connection.sendall(request * 200)  # as much as goes in


IN_FLIGHT: dict[str, Flight] = {
    "nothing": lambda _: None,
    "a delay": _send(f"GET {TAGS} HTTP/1.1", "Prefer: delay=30000"),
    "delays one after the other": lambda c: c.sendall(
        f"GET {TAGS} HTTP/1.1\r\nHost: localhost\r\nPrefer: delay=30000\r\n\r\n".encode() * 5
    ),
    "a body that does not come": _send(f"POST {BASE}/user_group HTTP/1.1", "Content-Length: 100"),
    "half a body": _send(f"POST {BASE}/user_group HTTP/1.1", "Content-Length: 100", body=b"{"),
    "a delayed body that does not come": _send(
        f"POST {BASE}/user_group HTTP/1.1", "Content-Length: 100", "Prefer: delay=30000"
    ),
    "half a head": lambda c: c.sendall(f"GET {TAGS} HTT".encode()),
    "an event stream": _send("GET /__mock__/journal/stream HTTP/1.1"),
    "an event stream that is not read": _unread_stream,
    "responses that are not read": _unread_responses,
}


def test_sigterm_ends_it_whatever_is_in_flight() -> None:
    with serving() as (url, _, process), ExitStack() as connections:
        for begin in IN_FLIGHT.values():
            begin(connections.enter_context(connect(url)))
        settle(url)
        assert stopped(process) == ""


@pytest.mark.skipif(shutil.which("unshare") is None or os.geteuid() != 0, reason="needs unshare and root")
def test_docker_stop_ends_it() -> None:
    """The first process of a container gets no signal that it does not handle."""
    with (
        serving(prefix=("unshare", "--pid", "--fork", "--kill-child")) as (url, _, process),
        connect(url) as connection,
    ):
        IN_FLIGHT["a delay"](connection)
        settle(url)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        begun = time.monotonic()
        os.kill(int(children[0]), signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 0
        assert time.monotonic() - begun < LIMIT + SLACK


@pytest.mark.parametrize("by", ["header", "rule"])
def test_a_delay_is_cut_and_answered_also_by_a_frozen_clock(by: str) -> None:
    with serving() as (url, _, process), connect(url) as connection:
        if by == "rule":
            httpx.post(f"{url}/__mock__/clock", json={"freeze": True}).raise_for_status()
            httpx.post(f"{url}/__mock__/faults", json={"delay": 3_000_000}).raise_for_status()
        _send(f"GET {TAGS} HTTP/1.1", "Prefer: delay=30000" if by == "header" else "Accept: */*")(connection)
        settle(url)
        assert stopped(process, signal.SIGINT) == ""
        answer = connection.recv(2**16)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"connection: close\r\n" in answer


def test_a_request_whose_body_does_not_come_is_told_that_the_server_stops() -> None:
    with serving() as (url, _, process), connect(url) as connection:
        IN_FLIGHT["half a body"](connection)
        settle(url)
        stopped(process)
        head, _, body = connection.recv(2**16).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503 ")
        assert json.loads(body)["status_code"] == 503


def test_a_request_that_is_arriving_is_still_answered() -> None:
    with serving() as (url, _, process), connect(url) as connection:
        body = json.dumps(a_definition()).encode()
        _send(
            f"POST {BASE}/user_attribute/definition HTTP/1.1",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            body=body[:5],
        )(connection)
        settle(url)
        threading.Timer(0.2, connection.sendall, (body[5:],)).start()
        stopped(process)
        assert connection.recv(2**16).startswith(b"HTTP/1.1 201 ")


def test_the_state_is_written_and_jobs_are_kept_although_requests_are_in_flight(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with serving("--state", str(state), "--job-delay", "3600") as (url, _, process), connect(url) as connection:
        IN_FLIGHT["half a body"](connection)
        group = httpx.post(f"{url}{BASE}/user_group", json=a_group(["ada"])).json()
        stopped(process)
    (tenant,) = json.loads(state.read_text()).values()
    (kept,) = [one for one in tenant["groups"] if one["_id"] == group["_id"]]
    assert kept["file_url"] == group["file_url"]
    assert kept["status"] == group["status"] == "pending"


def test_a_thread_that_waits_for_ever_does_not_hold_it_up(tmp_path: Path) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text("{}")
    with serving("--seed", str(seed)) as (url, _, process), connect(url) as connection:
        seed.unlink()
        os.mkfifo(seed)
        _send("POST /__mock__/reset HTTP/1.1")(connection)
        writer = _opened_for_writing(seed)  # nothing is ever written
        assert stopped(process) == ""
        os.close(writer)


def _opened_for_writing(fifo: Path) -> int:
    """Open it as soon as someone reads from it."""
    for _ in range(1_000):
        with contextlib.suppress(OSError):
            return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
        time.sleep(0.01)
    raise AssertionError("nobody reads")


@pytest.mark.parametrize(("first", "second"), [(signal.SIGINT, signal.SIGINT), (signal.SIGTERM, signal.SIGTERM)])
def test_a_second_signal_ends_it_at_once(first: int, second: int) -> None:
    with serving() as (url, _, process), connect(url) as connection:
        IN_FLIGHT["half a body"](connection)
        settle(url)
        process.send_signal(first)
        time.sleep(0.2)
        process.send_signal(second)
        _, err = process.communicate(timeout=20)
        assert process.returncode == 128 + second
        assert err == ""


@pytest.mark.parametrize("reader", ["head -1", "true"])
def test_a_reader_that_goes_leaves_the_server_running_without_a_traceback(reader: str) -> None:
    url = f"http://127.0.0.1:{_free_port()}"
    server = f"{COMMAND} --port {url.rpartition(':')[2]} --seed documents & echo $! >&3; wait $!; echo $? >&3"
    read, write = os.pipe()
    shell = subprocess.Popen(
        ["bash", "-c", f"exec 3>&{write}; {{ {server}; }} | {{ {reader} >&2; exec <&-; echo gone >&3; }}"],
        pass_fds=[write],
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(write)
    with os.fdopen(read) as said:
        pid, _ = sorted([said.readline(), said.readline()])
        while _is_refused(url):
            time.sleep(0.02)
        settle(url)
        os.kill(int(pid), signal.SIGTERM)
        assert said.readline() == "0\n"
    _, err = shell.communicate(timeout=20)
    assert "Traceback" not in err
    assert "Error" not in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_for_what_it_prints_does_not_end_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        say("Audience API mock")
        say("Stopped.")
        assert os.path.samestat(os.fstat(full.fileno()), Path(os.devnull).stat())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def _is_refused(url: str) -> bool:
    try:
        connect(url).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_client_that_has_gone_ends_its_delay() -> None:
    with MockServer(seed="documents") as mock:
        for count in (1, 3):
            with connect(mock.url) as connection:
                request = f"GET {TAGS} HTTP/1.1\r\nHost: localhost\r\nPrefer: delay=30000\r\n\r\n".encode()
                connection.sendall(request * count)
                settle(mock.url)
        entries: list[object] = []
        until = time.monotonic() + 10
        while len(entries) < 2 and time.monotonic() < until:
            time.sleep(0.05)
            entries = httpx.get(f"{mock.url}/__mock__/journal").json()["items"]
        assert len(entries) == 2


def test_a_delay_does_not_lose_a_body_that_comes_meanwhile() -> None:
    with MockServer(seed="documents") as mock, connect(mock.url) as connection:
        body = json.dumps(a_group(f"user-{number}" for number in range(30_000))).encode()
        _send(
            f"POST {BASE}/user_group HTTP/1.1",
            "Content-Type: application/json",
            "Prefer: delay=200",
            f"Content-Length: {len(body)}",
            body=body[:1000],
        )(connection)
        settle(mock.url)
        connection.sendall(body[1000:-10])
        time.sleep(0.3)
        connection.sendall(body[-10:])
        assert connection.recv(2**16).startswith(b"HTTP/1.1 201 ")
