"""The file of `--record`: what has passed to and from a real server, as a seed."""

import asyncio
import logging
from pathlib import Path

from audience_mock.seeds.recording import Recording, json_of
from audience_mock.seeds.seeding import Seed
from audience_mock.session.file_writer import FileWriter

logger = logging.getLogger("audience_mock.record")

PAUSE = 2.0
"""Seconds between two checks for changes."""


class RecordingFile:
    """Writes a recording to a file after changes; the file is complete at any moment.

    Args:
        path: the file; what was in it is replaced once something has passed.
        recording: what has passed.
    """

    def __init__(self, path: Path, recording: Recording) -> None:
        self._writer = FileWriter(path, logger, "nothing is recorded")
        self._recording = recording
        self._written = 0

    async def keep(self) -> None:
        """Write on every change, until cancelled; then once more if needed."""
        writing: asyncio.Future[None] | None = None
        try:
            while True:
                await asyncio.sleep(PAUSE)
                if self._recording.writes != self._written:
                    seed, writes = self._recording.seed(), self._recording.writes
                    writing = asyncio.ensure_future(asyncio.to_thread(self._replace, seed, writes))
                    await asyncio.shield(writing)
        finally:
            if writing:  # the thread goes on writing, and must not write over what follows
                await writing
            if self._recording.writes != self._written:
                self._replace(self._recording.seed(), self._recording.writes)

    def _replace(self, seed: Seed, writes: int) -> None:
        content = list(json_of(seed))
        if self._writer.write(lambda: content):
            self._written = writes
