"""The lock of a state file: two servers that keep one file would overwrite each other's data."""

import contextlib
import hashlib
import os
import re
import stat
import sys
from pathlib import Path

from audience_mock.seeds import SeedProblem

if sys.platform != "win32":
    import fcntl


_LONGEST = 200
"""Bytes of a file's name to which an ending can be added: file systems allow 255, or a few less."""


class StateLock:
    """An advisory lock on a state file, which ends with the process at the latest.

    The lock is on a file beside it, because each write replaces the state file; it holds the number of the process.
    A state file that is a mount of its own is written in place, and its folder may be another one in each container:
    it is locked itself, too.

    Args:
        path: the state file.

    Raises:
        SeedProblem: another server has the file, or it is no regular file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._target = Path(os.path.realpath(path))
        self._beside = self._target.with_name(f"{hidden_name(self._target)}.lock")
        self._files: list[int] = []
        self._owns_beside = False
        if not _may_be_file(self._target):
            raise SeedProblem(f"the state file {path} is not a regular file; name another with --state")
        if sys.platform != "win32":
            try:
                self._lock()
            except SeedProblem:
                self.release()
                raise

    def _lock(self) -> None:
        try:
            self._lock_beside()
        except OSError:  # the folder cannot be written to; it is told when the state cannot be written
            self._lock_target()
        else:
            _remove_leftovers(self._target)
            if is_mount(self._target):
                self._lock_target()

    def _lock_beside(self) -> None:
        while True:
            file = os.open(self._beside, os.O_RDWR | os.O_CREAT, 0o644)
            self._files.append(file)
            self._take(file)
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file), self._beside.stat()):
                    break
            self._files.remove(file)  # its holder has removed it in between
            os.close(file)
        self._owns_beside = True
        os.ftruncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)

    def _lock_target(self) -> None:
        with contextlib.suppress(OSError):
            file = os.open(self._target, os.O_RDONLY)
            self._files.append(file)
            self._take(file)

    def _take(self, file: int) -> None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SeedProblem(
                f"the state file {self._path} is in use by {self._holder()}; stop it, or give this server another file"
            ) from None

    def _holder(self) -> str:
        with contextlib.suppress(OSError):
            if found := re.match("[0-9]+", self._beside.read_text("ascii", "replace")):
                return f"another server, process {found[0]}"
        return "another server"

    def release(self) -> None:
        """Give the file free."""
        files, self._files = self._files, []
        if self._owns_beside:
            self._owns_beside = False
            with contextlib.suppress(OSError):
                self._beside.unlink()
        for file in files:
            os.close(file)

    def __del__(self) -> None:
        self.release()


def hidden_name(file: Path) -> str:
    """The begin of the names of hidden files beside a file: its own name, or a hash of one that is too long."""
    name = os.fsencode(file.name)
    return f".{file.name}" if len(name) <= _LONGEST else f".{hashlib.sha256(name).hexdigest()}"


def _may_be_file(path: Path) -> bool:
    """Is it a regular file, or nothing that can be seen yet; what else is wrong is told when it is read."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return True


def is_mount(file: Path) -> bool:
    """Is this file itself mounted, as with `docker run -v FILE:FILE`."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
    except OSError:
        return False
    # Blanks and backslashes in a path are written as octal escapes.
    shown = re.sub(r"[\\ \t\n]", lambda match: f"\\{ord(match[0]):03o}", str(file))
    return any(line.split(" ")[4] == shown for line in mounts.splitlines())


def _remove_leftovers(target: Path) -> None:
    """Remove the incomplete files of servers that were killed while they wrote."""
    part = re.compile(rf"{re.escape(hidden_name(target))}\.[0-9]+\.part")
    for file in target.parent.iterdir():
        if part.fullmatch(file.name):
            with contextlib.suppress(OSError):
                file.unlink()
