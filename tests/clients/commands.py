"""Commands of other programs: run, logged, and reported in full where they fail."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
CACHE = ROOT / ".cache" / "clients"
PYTHON = CACHE / "python" / "bin"
NODE = CACHE / "node_modules"
JAVA = ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Short runs: the second compiler would cost more time than it saves."""

_TIMEOUT = 300.0
_LINES = 40
_DEBIAN = {"java": "default-jre-headless", "go": "golang-go", "node": "nodejs", "npm": "npm"}


class Failed(Exception):
    """A peer did not do what it has to; the message says what and shows the end of its output."""


def run(command: Sequence[str | Path], folder: Path, **environment: str) -> str:
    """Run a command in a folder and return what it prints.

    Raises:
        Failed: it is not installed, ended with an error, or did not end.
    """
    name = str(command[0])
    if shutil.which(name) is None:
        package = _DEBIAN.get(name)
        hint = f"apt-get install {package}" if package else "remove .cache/clients and run make clients again"
        raise Failed(f"{name} is not on this machine: {hint}")
    line = " ".join(str(word) for word in command)
    try:
        ended = subprocess.run(
            [str(word) for word in command],
            cwd=folder,
            env={**os.environ, "NO_COLOR": "1", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise Failed(f"No end after {_TIMEOUT:.0f} s: {line}") from late
    with (folder / "log.txt").open("a", encoding="utf-8") as log:
        log.write(f"$ {line}\n{ended.stdout}\n")
    if ended.returncode:
        end = "\n".join(ended.stdout.splitlines()[-_LINES:])
        raise Failed(f"Exit code {ended.returncode} of: {line}\n{end}")
    return ended.stdout
