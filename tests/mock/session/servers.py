"""Server processes for tests of what outlives them."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

START = "import audience_mock.cli as c; c.main()"


@contextmanager
def started(*arguments: str, end: signal.Signals = signal.SIGTERM) -> Iterator[tuple[str, str]]:
    """A server process: its URL, and its output at start; `end` is sent at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", START, "--port", "0", "--seed", "documents", "--job-delay", "0", *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        while not lines[-1].startswith("Ctrl-C"):
            lines.append(process.stdout.readline())
            assert lines[-1], lines
        yield lines[0].split()[-1], "".join(lines)
    finally:
        process.send_signal(end)
        process.communicate(timeout=20)
