"""Server processes: started on their core, waited for, measured, and always ended."""

import contextlib
import http.client
import os
import signal
import subprocess
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.bench.load import free_port, send
from tests.bench.scenarios import FOLDER, SCENARIOS, Invalid
from tests.bench.servers import Server

TIMEOUT = 60.0
"""Seconds in which a server has to answer its first request."""
_BETWEEN_TRIES = 0.005
_PAGE = os.sysconf("SC_PAGE_SIZE")
_SESSION = 3  # of the fields of /proc/PID/stat behind the name


class Cores(NamedTuple):
    """Where servers run and where the load comes from; None where there is but one core.

    Args:
        server: number of the servers' core.
        load: number of the load's.
    """

    server: int | None
    load: int | None

    @property
    def both(self) -> set[int]:
        """For the time in which neither server nor load is measured."""
        return {core for core in self if core is not None}

    def loading(self) -> list[str]:
        """The command that binds the load to its core."""
        return pin(self.load)


def pin(core: int | None) -> list[str]:
    """The command that binds what follows to a core."""
    return [] if core is None else ["taskset", "-c", str(core)]


def cores() -> Cores:
    """The last two that this process may use."""
    usable = sorted(os.sched_getaffinity(0))
    return Cores(usable[-1], usable[-2]) if len(usable) > 1 else Cores(None, None)


@contextlib.contextmanager
def beside_the_load(cores: Cores) -> Iterator[None]:
    """Keep this process, which polls and waits, off the servers' core."""
    usable = os.sched_getaffinity(0)
    if cores.load is not None:
        os.sched_setaffinity(0, {cores.load})
    try:
        yield
    finally:
        os.sched_setaffinity(0, usable)


class Running:
    """A server that runs, in a process group of its own.

    Args:
        server: what to start.
        cores: where.
    """

    def __init__(self, server: Server, cores: Cores) -> None:
        self.server = server
        self.port = free_port()
        self.log = FOLDER / "logs" / f"{server.name}.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        command = [*pin(cores.server), *server.command(self.port)]
        with self.log.open("wb") as log:
            self._started = time.monotonic()
            self._process = subprocess.Popen(
                command,
                cwd=server.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )

    def ready(self) -> float:
        """Wait for the first answer: seconds since the start. Raises Invalid."""
        read = SCENARIOS[0]
        while (seconds := time.monotonic() - self._started) < TIMEOUT:
            if self._process.poll() is not None:
                raise Invalid(
                    f"{self.server.name} ended with {self._process.returncode} at its start: {self.log_tail()}"
                )
            with contextlib.suppress(OSError, http.client.HTTPException):
                if send(self.port, read.method, read.path, timeout=5)[0] == read.status:
                    return time.monotonic() - self._started
            time.sleep(_BETWEEN_TRIES)
        raise Invalid(f"{self.server.name} did not answer {read.path} within {seconds:.0f} s: {self.log_tail()}")

    def log_tail(self) -> str:
        """The end of its error output."""
        return self.log.read_text("utf-8", errors="replace")[-600:].strip() or f"nothing in {self.log}"

    def peak(self) -> float:
        """The most resident memory that it has had, in MB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6

    def memory(self) -> float:
        """Resident memory with that of its children, in MB."""
        return resident(self._process.pid) / 1e6

    def ended(self) -> str:
        """How it ended; nothing where it runs."""
        code = self._process.poll()
        return "" if code is None else f" (the server had ended with {code}: {self.log_tail()})"

    def bind(self, numbers: Collection[int]) -> None:
        """Let all of its threads run on these cores from now on; no cores for where they may run already."""
        if not numbers:
            return
        for process in _processes():
            if _field(process, _SESSION) == self._process.pid:
                for thread in (process / "task").iterdir():
                    with contextlib.suppress(ProcessLookupError):
                        os.sched_setaffinity(int(thread.name), numbers)

    def pause(self) -> None:
        """Let it do nothing, so that it takes nothing from the others on its core."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it and all that it started."""
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def resident(session: int) -> int:
    """Resident bytes of all processes of a session."""
    return sum(_pages(process) for process in _processes() if _field(process, _SESSION) == session) * _PAGE


def _processes() -> list[Path]:
    return [entry for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def _field(process: Path, number: int) -> int | None:
    """A field of its stat; None where it has ended meanwhile."""
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[number])
    except OSError:
        return None


def _pages(process: Path) -> int:
    try:
        return int((process / "statm").read_text().split()[1])
    except OSError:
        return 0
