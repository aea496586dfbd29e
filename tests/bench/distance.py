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

GOALS = {("smoke", 50): 30, ("standard", 50): 120, ("smoke", 200): 90, ("standard", 200): 360}
"""Profile and round trip in milliseconds -> seconds of a run at most."""
MAX_MEMORY = 500
"""Megabytes that the suite may take."""
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
        verdict: the last line but notes.
    """

    profile: str
    milliseconds: int
    seconds: float
    requests: int
    memory: float
    verdict: str

    def plain(self) -> dict[str, Any]:
        return asdict(self)


@contextlib.contextmanager
def delayed(port: int, milliseconds: float) -> Iterator[str]:
    """The URL of a relay to a port of this machine: what comes through it arrives half a round trip later."""
    loop = asyncio.new_event_loop()
    delay = milliseconds / 2000

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            while True:
                due, data = await queue.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                if not data:
                    break
                writer.write(data)
                await writer.drain()
            writer.close()

        delivery = asyncio.create_task(deliver())
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                queue.put_nowait((loop.time() + delay, data))
        queue.put_nowait((loop.time() + delay, b""))
        with contextlib.suppress(OSError):
            await delivery

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(2 * delay)  # a connection is made by a round trip
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pass_on(reader, to_writer), pass_on(to_reader, writer))

    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0))
    runner = threading.Thread(target=loop.run_forever, daemon=True)
    runner.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        runner.join()


def measure_distance(say: Callable[[str], None], profiles: list[str] = ["smoke", "standard"]) -> list[Distance]:
    """Run the suite for each goal."""
    found = []
    for profile, milliseconds in GOALS:
        if profile in profiles:
            one = _measure(profile, milliseconds)
            say(
                f"{profile} at {milliseconds} ms: {one.seconds:.0f} s, {one.requests} requests, {one.memory:.0f} MB: {one.verdict}"
            )
            found.append(one)
    return found


def _measure(profile: str, milliseconds: int) -> Distance:
    from audience_conformance.runner.local_seed import GROUP, LOCKED, OTHER_APPLICATION, VALIDATED, seed, users_file

    with MockServer(seed="documents") as mock, delayed(int(mock.url.rpartition(":")[2]), milliseconds) as url:
        started = time.monotonic()
        process = subprocess.Popen(
            [_COMMAND, "run", "--url", url, "--profile", profile, *sys.argv[3:]], stdout=subprocess.PIPE, text=True
        )
        peak = [0.0]
        watching = threading.Thread(target=_watch, args=(process, peak))
        watching.start()
        output = process.communicate()[0]
        seconds = time.monotonic() - started
        watching.join()
    counted = re.search(r"([\d,]+) requests in", output)
    if counted is None:
        raise Invalid(f"the suite did not run: {output[-600:]}")
    verdict = next(
        line for line in reversed(output.splitlines()) if re.match("Conforms|Does not|Partly|Not judged", line)
    )
    return Distance(profile, milliseconds, seconds, int(counted[1].replace(",", "")), peak[0], verdict)


def _watch(process: subprocess.Popen[str], peak: list[float]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], _memory(process.pid))
        time.sleep(0.25)


def _memory(pid: int) -> float:
    """Megabytes of a process and its children, shared memory once."""
    pids = [pid]
    with contextlib.suppress(OSError):
        pids += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    total = 0
    for one in pids:
        with contextlib.suppress(OSError):
            match = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{one}/smaps_rollup").read_text(), re.MULTILINE)
            total += int(match[1]) if match else 0
    return total / 1000


if __name__ == "__main__":
    print(_measure(sys.argv[1], int(sys.argv[2])))
