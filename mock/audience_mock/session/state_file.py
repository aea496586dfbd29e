"""The state file (`--state`): keeps the default session's data and accepted work across restarts."""

import asyncio
import contextlib
import errno
import logging
import os
import stat
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from audience_mock.seeds.exporting import json_lines
from audience_mock.session.sessions import DEFAULT, Sessions
from audience_mock.session.state_lock import StateLock, hidden_name
from audience_mock.store.world import World

logger = logging.getLogger("audience_mock.state")

PAUSE = 0.25
"""Seconds between two checks for changes."""


class StateFile:
    """Writes the default session's world to a file after changes; the file is complete at any moment.

    Args:
        path: the file; it has the format of `GET /__mock__/state`.
        sessions: the server's sessions.
        lock: the lock on the file; released at the end.
    """

    def __init__(self, path: Path, sessions: Sessions, lock: StateLock | None = None) -> None:
        self._path = path
        self._sessions = sessions
        self._lock = lock
        # The world itself, not its id: a later world may have the id of one that is gone.
        self._written = self._version() if _size(path) else None
        self._problem = ""
        self._writing = threading.Lock()
        self._has_ended = False

    def _world(self) -> World:
        return next(iter(self._sessions)).backend.world

    def _version(self) -> tuple[World, int]:
        world = self._world()
        return world, world.writes

    async def keep(self) -> None:
        """Start what the file has accepted; write on every change, until cancelled; then once more if needed."""
        self._sessions.get(DEFAULT)
        try:
            while True:
                await asyncio.sleep(PAUSE)
                if self._version() != self._written or _size(self._path) is None:
                    # A fork does not change while it is written, in a thread of its own.
                    await asyncio.to_thread(self._write, self._world().fork(), self._version())
        finally:
            with self._writing:  # a thread may be writing still; one that has not begun must not write any more
                self._has_ended = True
            if self._version() != self._written:
                self._replace(self._world(), self._version())
            if self._lock:
                self._lock.release()

    def _write(self, world: World, version: tuple[World, int]) -> None:
        with self._writing:
            if not self._has_ended:
                self._replace(world, version)

    def _replace(self, world: World, version: tuple[World, int]) -> None:
        try:
            replace(self._path, lambda: json_lines(world))
            self._written, self._problem = version, ""
        except OSError as error:
            if self._problem != str(error):  # tried again at every check, logged once
                logger.error("cannot write %s: %s; the state is not kept", self._path, error.strerror)  # noqa: TRY400
            self._problem = str(error)


def _size(path: Path) -> int | None:
    """Bytes of a file; None if there is none that can be seen."""
    try:
        return path.stat().st_size
    except OSError:
        return None


_IN_PLACE = {errno.EBUSY, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG}
"""Errors of a replacement that leave a way: a mounted file, a folder that allows no other file."""


def replace(path: Path, pieces: Callable[[], Iterable[bytes]]) -> None:
    """Replace the content of a file at once. A symlink, the file's mode and its owner stay.

    A file is written in place if it is mounted, has a second name, or its folder or owner allows no replacement.

    Raises:
        OSError: it cannot be written; then it is as it was, unless it had to be written in place.
    """
    target = Path(os.path.realpath(path))
    part = target.with_name(f"{hidden_name(target)}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.writelines(pieces())
            may_replace = _as_before(target, file.fileno())
        if may_replace:
            part.replace(target)
            return
    except OSError as error:
        if error.errno not in _IN_PLACE or not target.exists():
            raise
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    with target.open("r+b") as file:
        file.writelines(pieces())
        file.truncate()


def _as_before(target: Path, part: int) -> bool:
    """Give the new file the mode and the owner of the old one; False if that is not possible."""
    try:
        old = target.stat()
    except FileNotFoundError:
        return True
    new = os.fstat(part)
    if old.st_nlink > 1:
        return False
    if sys.platform != "win32":
        if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
            os.fchown(part, old.st_uid, old.st_gid)
        os.fchmod(part, stat.S_IMODE(old.st_mode))
    return True
