"""The command `audience-mock` as a process."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

COMMAND = str(Path(sys.executable).with_name("audience-mock"))


class Running(NamedTuple):
    """A running mock: its URL, the lines of its banner, its process."""

    url: str
    lines: list[str]
    process: subprocess.Popen[str]


@contextmanager
def serving(*options: str, prefix: tuple[str, ...] = (), end: signal.Signals = signal.SIGKILL) -> Iterator[Running]:
    """A mock with the documents' seed on a free port; `end` is sent at the end."""
    process = subprocess.Popen(
        [*prefix, COMMAND, "--port", "0", "--seed", "documents", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if line.startswith("Ctrl-C"):
                break
        assert lines, process.communicate()[1]
        yield Running(lines[0].split()[-1], lines, process)
    finally:
        process.send_signal(end)
        try:
            process.communicate(timeout=20)
        finally:
            process.kill()
