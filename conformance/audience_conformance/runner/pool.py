"""Runs checks in several processes: requests that do not depend on each other go out at the same time.

Each process has one connection and sends one request after the other. Where the system has fork, a process shares its
memory with the first one and starts within milliseconds; random choices and Hypothesis are its own.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
from collections import deque
from contextlib import closing
from itertools import count
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, NamedTuple

from audience_conformance.results.result import Result
from audience_conformance.runner.execute import new_result
from audience_conformance.runner.interrupts import SIGNALS
from audience_conformance.runner.units import Queue
from audience_conformance.runner.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from audience_conformance.client.pace import Pace
    from audience_conformance.runner.units import Item, Unit
    from audience_conformance.settings.settings import Settings

CAN_FORK = hasattr(os, "fork") and sys.platform != "darwin"
"""Does a process start within milliseconds; libraries of macOS may crash in a fork."""
CONTEXT: Any = multiprocessing.get_context("fork" if CAN_FORK else "spawn")


class WorkerInput(NamedTuple):
    """What a process needs.

    Args:
        settings: of the run.
        folder: for its resource log.
        deadline: the `time.time` after which no check starts any more, or None.
        pace: of all processes together.
        run_id: of the run: the first RUN_DIGITS of the id in all names of a process; the others are its number.
        number: of the process, from 0.
    """

    settings: Settings
    folder: Path
    deadline: float | None
    pace: Pace
    run_id: str
    number: int = 0

    def worker(self) -> Worker:
        # No name of a process is part of one of another, which a filter could find with it.
        run_id = f"{self.run_id}{self.number % 256:02x}"
        return Worker(self.settings, self.folder, self.deadline, self.pace, run_id)


class _Process:
    """A process, its place among those that run at the same time, and the items that it has to run."""

    def __init__(self, worker_input: WorkerInput, place: int, siblings: Iterable[Connection]) -> None:
        self.place = place
        self.pipe, other = CONTEXT.Pipe()
        inherited = [self.pipe, *siblings] if CAN_FORK else []
        arguments = (other, inherited, worker_input)
        self._process: BaseProcess = CONTEXT.Process(target=_serve, args=arguments, daemon=True)
        self.todo: deque[Item] = deque()
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS) if hasattr(signal, "pthread_sigmask") else None
        try:
            self._process.start()
        finally:
            if blocked is not None:
                signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        other.close()

    def give(self, unit: Unit) -> None:
        self.todo.extend(unit)
        self.pipe.send(unit)

    def why_it_died(self) -> str:
        self._process.join(1)
        return f"the process that ran the check ended with exit code {self._process.exitcode}"

    def end(self) -> None:
        """Let it end: it has nothing to do."""
        self.pipe.close()
        self._process.join()

    def kill(self) -> None:
        self._process.kill()
        self.end()


class Alone:
    """Runs checks in this process.

    Args:
        worker_input: what it needs.
        items: the checks with their cases.
    """

    def __init__(self, worker_input: WorkerInput, items: Iterable[Item]) -> None:
        self._input = worker_input
        self._left = deque(items)

    def results(self) -> Iterator[Result]:
        """The results as they come."""
        with closing(self._input.worker()) as worker:
            while self._left:
                yield worker.perform(*self._left.popleft())

    def close(self) -> list[Item]:
        """Run no further check; the items without a result."""
        left = list(self._left)
        self._left.clear()
        return left


class Pool:
    """Processes that run units of checks.

    Args:
        worker_input: what each of them needs.
        units: what they run, in this order.
        processes: how many there are.
    """

    def __init__(self, worker_input: WorkerInput, units: Iterable[Unit], processes: int) -> None:
        self._input = worker_input
        waiting = list(units)
        self._queue = Queue(waiting, processes)
        self._numbers = count()
        self._busy: dict[Connection, _Process] = {}
        gc.freeze()  # what exists now is not looked at again in any process, so that they go on sharing it
        for _ in range(min(processes, len(waiting))):
            self._start()
        gc.unfreeze()

    def results(self) -> Iterator[Result]:
        """The results as they come. A check whose process dies is an error, and is not run again."""
        while self._busy:
            for pipe in wait(list(self._busy)):
                assert isinstance(pipe, Connection)
                process = self._busy.get(pipe)
                if process is None:
                    break  # closed meanwhile
                try:
                    result = Result(**pipe.recv())
                except (EOFError, OSError):
                    yield self._lost(process)
                    continue
                process.todo.popleft()
                if not process.todo:
                    self._go_on(process)
                yield result

    def close(self) -> list[Item]:
        """End all processes at once; the items without a result. What they created is in the resource logs."""
        left = [item for process in self._busy.values() for item in process.todo]
        for process in self._busy.values():
            process.kill()
        self._busy.clear()
        return left + [item for unit in self._queue.clear() for item in unit]

    def _start(self) -> None:
        """Start a process, which has the place of one that has ended, if there is work for it."""
        places = {process.place for process in self._busy.values()}
        place = next(place for place in count() if place not in places)
        if unit := self._queue.take(place):
            process = _Process(self._input._replace(number=next(self._numbers)), place, self._busy)
            self._busy[process.pipe] = process
            process.give(unit)

    def _go_on(self, process: _Process) -> None:
        if unit := self._queue.take(process.place):
            process.give(unit)
        else:
            del self._busy[process.pipe]
            process.end()

    def _lost(self, process: _Process) -> Result:
        """The result of the check whose process died; another process runs what it had yet to do."""
        crashed = process.todo.popleft()
        why = process.why_it_died()
        del self._busy[process.pipe]
        process.end()
        if process.todo:
            self._queue.put_back(list(process.todo))
        self._start()
        return new_result(*crashed, "error", why)


def _serve(pipe: Connection, inherited: Iterable[Connection], worker_input: WorkerInput) -> None:
    """Run the units that come through the pipe, and send the results back, until it is closed.

    A process has copies of all that is open when it is forked: those of pipes would keep them open.
    """
    for other in inherited:
        other.close()
    for number in SIGNALS:  # they are the first process's
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    worker = worker_input.worker()
    try:
        while True:
            for check, case in pipe.recv():
                pipe.send(worker.perform(check, case).data())
    except (EOFError, OSError):
        pass  # the first process has ended, or has no more units
    finally:
        worker.close()
