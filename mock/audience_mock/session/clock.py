"""The time that a session lives in: real, shifted, or standing still until it is put forward."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from weakref import WeakSet

from audience_mock.store.world import real_time

LONGEST_WAIT = 24 * 3600.0
"""Seconds after which a sleeper looks at the clock again, whatever happens."""


class Clock:
    """What `created_at`, `modified_at`, jobs and delays go by.

    Whoever sleeps by it wakes as soon as it has been put forward far enough, however long that takes in reality.
    """

    def __init__(self) -> None:
        self._shift = timedelta()
        self._standing: datetime | None = None
        self._sleepers: WeakSet[asyncio.Event] = WeakSet()

    def now(self) -> datetime:
        """The time, in UTC."""
        return self._standing or real_time() + self._shift

    @property
    def is_frozen(self) -> bool:
        return self._standing is not None

    @property
    def has_sleepers(self) -> bool:
        """Does anybody wait by it."""
        return bool(self._sleepers)

    def freeze(self, moment: datetime | None = None) -> None:
        """Let it stand still, now or at a moment."""
        self._standing = (moment or self.now()).astimezone(UTC)
        self._wake()

    def set(self, moment: datetime) -> None:
        """Put it to a moment; it runs on from there, or stands there if it stood."""
        if self.is_frozen:
            self._standing = moment.astimezone(UTC)
        else:
            self._shift = moment.astimezone(UTC) - real_time()
        self._wake()

    def advance(self, by: timedelta) -> None:
        """Put it forward."""
        self.set(self.now() + by)

    def run(self) -> None:
        """Let it run on from where it stands."""
        if self._standing is not None:
            self._shift = self._standing - real_time()
            self._standing = None
            self._wake()

    def reset(self) -> None:
        """Real time again."""
        self._shift, self._standing = timedelta(), None
        self._wake()

    async def sleep(
        self, seconds: float | None, awake: asyncio.Event | None = None, done: Callable[[], bool] = lambda: False
    ) -> None:
        """Wait until so many seconds have passed on this clock.

        Args:
            seconds: None for ever.
            awake: set it to make the sleeper look at `done` again.
            done: ends the wait early.
        """
        awake = awake or asyncio.Event()
        self._sleepers.add(awake)
        left = LONGEST_WAIT if seconds is None else seconds
        until = self.now() + timedelta(seconds=left)
        while left > 0 and not done():
            awake.clear()
            passes = not self.is_frozen and left <= LONGEST_WAIT
            try:
                async with asyncio.timeout(left if passes else LONGEST_WAIT):
                    await awake.wait()
            except TimeoutError:
                if passes and seconds is not None:
                    return
            if seconds is not None:
                left = (until - self.now()).total_seconds()

    def _wake(self) -> None:
        for awake in self._sleepers:
            awake.set()
