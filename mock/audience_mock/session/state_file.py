"""The state file (`--state`): keeps the default session's data across restarts."""

import asyncio
import contextlib
import json
import logging
import os
from pathlib import Path

from audience_mock.seeds.exporting import exported
from audience_mock.session.sessions import DEFAULT, Sessions
from audience_mock.store.world import World

logger = logging.getLogger("audience_mock.state")

PAUSE = 0.25
"""Seconds between two checks for changes."""


class StateFile:
    """Writes the default session's world to a file after changes; the file is complete at any moment.

    Args:
        path: the file; it has the format of `GET /__mock__/state`.
        sessions: the server's sessions.
    """

    def __init__(self, path: Path, sessions: Sessions) -> None:
        self._path = path
        self._sessions = sessions
        # The world itself, not its id: a later world may have the id of one that is gone.
        self._written = self._version()
        self._problem = ""

    def _world(self) -> World:
        return self._sessions.get(DEFAULT).backend.world

    def _version(self) -> tuple[World, int]:
        world = self._world()
        return world, world.writes

    async def keep(self) -> None:
        """Write on every change, until cancelled; then once more if something has changed."""
        try:
            while True:
                await asyncio.sleep(PAUSE)
                if self._version() != self._written or not self._path.exists():
                    # A fork does not change while it is written, in a thread of its own.
                    await asyncio.to_thread(self._write, self._world().fork(), self._version())
        finally:
            if self._version() != self._written:
                self._write(self._world(), self._version())

    def _write(self, world: World, version: tuple[World, int]) -> None:
        part = self._path.with_name(f".{self._path.name}.{os.getpid()}.part")
        try:
            part.write_text(json.dumps(exported(world), ensure_ascii=False, indent=1), encoding="utf-8")
            part.replace(self._path)
            self._written, self._problem = version, ""
        except OSError as error:
            if self._problem != str(error):  # tried again at every check, logged once
                logger.error("cannot write %s: %s; the state is not kept", self._path, error.strerror)  # noqa: TRY400
            self._problem = str(error)
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
