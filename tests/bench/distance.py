"""How long the suite takes for a distant target: a mock behind a relay that delays every byte."""

import asyncio
import contextlib
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.bench.scenarios import Invalid

from audience_mock.testing import MockServer

SECONDS = {("smoke", 50): 30, ("standard", 50): 120, ("smoke", 200): 90, ("standard", 200): 360}
"""Profile and round trip in milliseconds -> seconds of a run at most."""
MAX_MEMORY = 500
"""Megabytes that the suite may take."""
_BETWEEN_LOOKS = 0.25
_CHUNK = 65536
_COMMAND = Path(sys.executable).with_name("audience-conformance")


@dataclass(frozen=True)
class Distance:
    """One run of the suite.

    Args:
        profile: of the suite.
        milliseconds: of a round trip, beside what the target itself takes.
        seconds: of the whole command.
        requests: that it sent.
        memory: the most megabytes of all its processes together, shared memory once.
    """

    profile: str
    milliseconds: int
    seconds: float
    requests: int
    memory: float

    def plain(self) -> dict[str, Any]:
        return asdict(self)


@contextlib.contextmanager
def delayed(port: int, milliseconds: float) -> Iterator[str]:
    """The URL of a relay to a port of this machine: what comes through it arrives half a round trip later."""
    relay = _Relay(port, milliseconds / 2000)
    thread = threading.Thread(target=lambda: asyncio.run(relay.serve()))
    thread.start()
    relay.listens.wait()
    try:
        yield f"http://127.0.0.1:{relay.port}"
    finally:
        relay.stop()
        thread.join()


class _Relay:
    """Passes bytes on, each `delay` seconds after it came."""

    def __init__(self, target: int, delay: float) -> None:
        self._target = target
        self._delay = delay
        self.port = 0
        self.listens = threading.Event()

    async def serve(self) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self.listens.set()
        await self._stopped.wait()
        server.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(2 * self._delay)  # a connection is made by a round trip
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            await asyncio.gather(self._pass_on(reader, to_writer), self._pass_on(to_reader, writer))
        finally:
            writer.close()
            to_writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivery = asyncio.create_task(self._deliver(queue, writer))
        data = b"-"
        with contextlib.suppress(OSError):
            while data:
                data = await reader.read(_CHUNK)
                queue.put_nowait((self._loop.time() + self._delay, data))
        if data:
            queue.put_nowait((self._loop.time(), b""))
        await delivery

    async def _deliver(self, queue: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        while True:
            due, data = await queue.get()
            await asyncio.sleep(max(0.0, due - self._loop.time()))
            if not data:
                break
            writer.write(data)
        with contextlib.suppress(OSError):
            writer.write_eof()


def measure_distance(say: Callable[[str], None]) -> list[Distance]:
    """Run the suite for each goal, against a mock of its own."""
    found = []
    for profile, milliseconds in SECONDS:
        with (
            MockServer(seed="documents") as mock,
            delayed(int(mock.url.rpartition(":")[2]), milliseconds) as url,
        ):
            one = _run(url, profile, milliseconds)
        say(f"{profile} at {milliseconds} ms: {one.seconds:.0f} s, {one.requests} requests, {one.memory:.0f} MB")
        found.append(one)
    return found


def _run(url: str, profile: str, milliseconds: int) -> Distance:
    started = time.monotonic()
    command = [str(_COMMAND), "run", "--url", url, "--profile", profile]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        peak = [0.0]
        watching = threading.Thread(target=_watch, args=(process, peak))
        watching.start()
        output = process.communicate()[0]
        seconds = time.monotonic() - started
        watching.join()
    counted = re.search(r"([\d,]+) requests in", output)
    if counted is None or process.returncode:
        raise Invalid(f"the suite exited with {process.returncode}: {output[-600:]}")
    return Distance(profile, milliseconds, seconds, int(counted[1].replace(",", "")), peak[0])


def _watch(process: subprocess.Popen[str], peak: list[float]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], memory(process.pid))
        time.sleep(_BETWEEN_LOOKS)


def memory(pid: int) -> float:
    """Megabytes of a process and its children, shared memory once; 0 for one that has ended."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    with contextlib.suppress(OSError):
        return sum(map(_share, [pid, *map(int, children.read_text().split())])) / 1000
    return 0.0


def _share(pid: int) -> int:
    """Kilobytes of a process; of memory that others have too, its part."""
    with contextlib.suppress(OSError):
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        return int(found[1]) if found else 0
    return 0
