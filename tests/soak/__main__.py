"""`make soak`: many requests at once, half of them hostile, against one mock; then its state is compared with a model.

It exits with 1 if an answer was a 5xx or not the expected one, if a request hung, if the memory grew after the first
tenth, or if the state differs from the model at the end.
"""

import asyncio
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import click
from tests.soak.hostile import SEED, Hostile
from tests.soak.model import Model, difference
from tests.soak.wire import Answer, Connection, Hang, Request

BATCH = 40
"""Requests that are sent in one piece."""
SHOWN = 20
"""Failures that are printed."""
GROWTH = 1.1
"""The memory at the end may be this many times that after the first tenth."""


@dataclass
class Soak:
    """What was seen so far.

    Args:
        requests: how many to send.
        pid: of the server, whose memory is measured.
    """

    requests: int
    pid: int
    sent: int = 0
    hostile: int = 0
    hangs: int = 0
    server_errors: int = 0
    failures: list[str] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)

    def judge(self, request: Request, answer: Answer, problem: str | None) -> None:
        """Count an answer, and keep what is wrong with it."""
        self.sent += 1
        self.hostile += request.is_hostile
        self.server_errors += answer.status >= 500
        if problem:
            self.failures.append(problem)

    def measure(self) -> None:
        """Note the server's memory, in MiB, and how much of the soak is done."""
        resident = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.pid}/status").read_text("utf-8"))
        assert resident
        self.memory.append((self.sent / self.requests, int(resident[1]) / 1024))

    @property
    def growth(self) -> float:
        """The memory of the last tenth, relative to that of the second tenth; medians, since a large body is a peak."""
        early = [size for part, size in self.memory if 0.1 <= part <= 0.2]
        late = [size for part, size in self.memory if part >= 0.9]
        return median(late) / median(early) if early and late else 1.0


async def drive(soak: Soak, port: int, models: list[Model], seed: int) -> None:
    """Send the requests of one connection: of its sessions in turn, one half hostile."""
    connection, hostile = Connection(port), Hostile(seed)
    choice = random.Random(seed)
    while soak.sent < soak.requests and soak.hangs == 0:
        batch = [choice.choice(models).step() if choice.random() < 0.5 else hostile.step() for _ in range(BATCH)]
        if choice.random() < 0.5:
            batch.append(hostile.last())
        await perform(soak, connection, batch)
    connection.close()


async def perform(soak: Soak, connection: Connection, batch: list[Request]) -> None:
    """Send requests in one piece, and judge every answer."""
    try:
        answers = await connection.send(batch)
    except Hang as hang:
        soak.hangs += 1
        soak.failures.append(str(hang))
        return
    for request, answer in zip(batch, answers, strict=True):
        problem = difference(request, answer)
        soak.judge(request, answer, problem)
        if request.on_answer and not problem:
            request.on_answer(answer)


async def watch(soak: Soak) -> None:
    """Measure the memory every half second, and print how far it is."""
    printed = 0.0
    while True:
        soak.measure()
        part, size = soak.memory[-1]
        if part >= printed:
            print(f"{part:6.1%}  {soak.sent:>9,} requests  {size:7.1f} MiB", flush=True)
            printed += 0.1
        await asyncio.sleep(0.5)


async def run(soak: Soak, port: int, sessions: int, connections: int, seed: int, wait: float = 2.0) -> None:
    """Send everything, wait some seconds for the jobs, and compare the state of every session with its model."""
    models = [Model(f"soak-{number}", seed * 1_000 + number) for number in range(sessions)]
    watching = asyncio.create_task(watch(soak))
    await asyncio.gather(
        *(drive(soak, port, models[at::connections], seed * 1_000 + at) for at in range(min(connections, sessions)))
    )
    soak.measure()
    watching.cancel()
    await asyncio.sleep(wait)
    connection = Connection(port)
    for model in models if not soak.hangs else ():
        await perform(soak, connection, model.final_reads())
    connection.close()


@contextmanager
def served(seed_file: Path) -> Iterator[tuple[int, int]]:
    """A mock in a process of its own: its port and process id."""
    mock = Path(sys.executable).with_name("audience-mock")
    command = [str(mock), "--port", "0", "--seed", str(seed_file), "--job-delay", "0.05"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            port = next(int(found[1]) for line in process.stdout if (found := re.search(r"127\.0\.0\.1:(\d+)", line)))
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(10)


@click.command()
@click.option("--requests", default=1_000_000, show_default=True, type=click.IntRange(min=1))
@click.option("--sessions", default=20, show_default=True, type=click.IntRange(min=1))
@click.option("--connections", default=6, show_default=True, type=click.IntRange(min=1))
@click.option("--seed", default=1, show_default=True, help="Of the random choices.")
def main(requests: int, sessions: int, connections: int, seed: int) -> None:
    """Soak the mock and compare its state with a model."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        seed_file = Path(folder, "seed.json")
        seed_file.write_text(json.dumps(SEED), "utf-8")
        with served(seed_file) as (port, pid):
            soak = Soak(requests, pid)
            asyncio.run(run(soak, port, sessions, connections, seed))
    seconds = time.monotonic() - began
    for line in soak.failures[:SHOWN]:
        print(f"FAILED {line}")
    print(
        f"{soak.sent:,} requests ({soak.hostile / max(1, soak.sent):.0%} hostile) in {seconds:.0f} s, "
        f"{sessions} sessions, {connections} pipelined connections: {soak.server_errors} unasked 5xx, "
        f"{soak.hangs} hangs, {len(soak.failures)} wrong answers or differences from the model, "
        f"memory {soak.growth:.2f} times that after the first tenth ({max(size for _, size in soak.memory):.0f} MiB)"
    )
    sys.exit(bool(soak.failures or soak.server_errors or soak.hangs or soak.growth > GROWTH))


if __name__ == "__main__":
    main()
