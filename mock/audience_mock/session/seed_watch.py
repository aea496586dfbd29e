"""`--watch`: sessions get the new data of the seed's file when it has changed."""

import asyncio
import logging

from audience_mock.seeds import SeedProblem
from audience_mock.session.seed_source import version_of
from audience_mock.session.sessions import Sessions

logger = logging.getLogger("audience_mock.seed")

PAUSE = 0.25
"""Seconds between two checks for changes."""


class SeedWatch:
    """Reads the seed's file after each change, and replaces the data of the sessions that were started from it.

    Journal, fault rules, clock and job progression stay; so does the data of a session that was reset to another seed
    or to a snapshot, or that has imported data, and that of the default session if a state file keeps it.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def watch(self) -> None:
        """Check again and again, until cancelled."""
        source = self._sessions.source
        seen, done, changed = version_of(source.seed), source.world, True
        while True:
            await asyncio.sleep(PAUSE)
            last, seen = seen, version_of(source.seed)
            if seen != last:
                changed = True
                continue  # an editor may still be writing
            if changed:  # read once for each change
                changed = False
                try:
                    await source.refresh()
                except SeedProblem as problem:
                    logger.warning("%s; all sessions keep their data", problem)
            if source.world is not done:
                done = source.world
                self._reseed()

    def _reseed(self) -> None:
        source = self._sessions.source
        number = self._sessions.reseed()
        counts = source.world.counts().values()
        held = (_count(sum(one[part] for one in counts), part[:-1]) for part in ("definitions", "values", "groups"))
        has = "has" if number == 1 else "have"
        logger.info(
            "the seed %s has changed: %s %s its data now (%s)%s",
            source.seed,
            _count(number, "session"),
            has,
            ", ".join(held),
            "; the default session has it after a reset, because of --state" if self._sessions.is_kept else "",
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
