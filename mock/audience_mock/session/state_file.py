"""The state file (`--state`): keeps the default session's data and accepted work across restarts."""

import asyncio
import logging
import threading
from pathlib import Path

from audience_mock.seeds.exporting import json_lines
from audience_mock.session.file_writer import FileWriter
from audience_mock.session.sessions import DEFAULT, Sessions
from audience_mock.session.state_lock import StateLock
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
        self._writer = FileWriter(path, logger, "the state is not kept")
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
        if self._writer.write(lambda: json_lines(world)):
            self._written = version


def _size(path: Path) -> int | None:
    """Bytes of a file; None if there is none that can be seen."""
    try:
        return path.stat().st_size
    except OSError:
        return None
