"""The clock of a session: real time, shifted, or frozen."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

from audience_mock.store.ids import real_time

LONGEST_WAIT = 24 * 3600.0
"""Seconds after which a sleeper checks the clock again in any case."""


class Clock:
    """The clock for `created_at`, `modified_at`, jobs and delays.

    Advancing it wakes the sleepers in the order of their ends.
    """

    def __init__(self) -> None:
        self._shift = timedelta()
        self._frozen_at: datetime | None = None
        self._sleepers: WeakKeyDictionary[asyncio.Event, datetime] = WeakKeyDictionary()
        """Event of a sleeper -> the end of its sleep."""

    def now(self) -> datetime:
        return self._frozen_at or real_time() + self._shift

    @property
    def is_frozen(self) -> bool:
        return self._frozen_at is not None

    @property
    def has_sleepers(self) -> bool:
        """Is anything sleeping by this clock."""
        return bool(self._sleepers)

    def freeze(self, moment: datetime | None = None) -> None:
        """Freeze the clock, now or at a moment."""
        self._frozen_at = (moment or self.now()).astimezone(UTC)
        self._wake()

    def set(self, moment: datetime) -> None:
        """Set the clock; a frozen clock stays frozen."""
        if self.is_frozen:
            self._frozen_at = moment.astimezone(UTC)
        else:
            self._shift = moment.astimezone(UTC) - real_time()
        self._wake()

    def advance(self, by: timedelta) -> None:
        self.set(self.now() + by)

    def run(self) -> None:
        """Unfreeze the clock; it continues from the moment it was frozen at."""
        if self._frozen_at is not None:
            self._shift = self._frozen_at - real_time()
            self._frozen_at = None
            self._wake()

    def reset(self) -> None:
        """Return to real time."""
        self._shift, self._frozen_at = timedelta(), None
        self._wake()

    async def sleep(
        self, seconds: float | None, awake: asyncio.Event | None = None, done: Callable[[], bool] = lambda: False
    ) -> None:
        """Wait until this many seconds have passed on this clock.

        Args:
            seconds: None for no limit.
            awake: set it to make the sleeper check `done` again.
            done: ends the wait early.
        """
        awake = awake or asyncio.Event()
        left = LONGEST_WAIT if seconds is None else seconds
        until = self._sleepers[awake] = self.now() + timedelta(seconds=left)
        try:
            while left > 0 and not done():
                awake.clear()
                is_real = not self.is_frozen and left <= LONGEST_WAIT
                try:
                    async with asyncio.timeout(left if is_real else LONGEST_WAIT):
                        await awake.wait()
                except TimeoutError:
                    if is_real and seconds is not None:
                        return
                if seconds is not None:
                    left = (until - self.now()).total_seconds()
        finally:
            self._sleepers.pop(awake, None)

    def _wake(self) -> None:
        """Wake all in the order of their ends, and those with one end in the order in which they came."""
        for awake in sorted(self._sleepers, key=self._sleepers.__getitem__):
            awake.set()


class Delays:
    """The delayed responses of a server. All delays end when it stops, also by a frozen clock; jobs go on waiting."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()
        self._ended = False

    async def wait(self, clock: Clock, seconds: float, is_over: Callable[[], bool], awake: asyncio.Event) -> None:
        """Wait until this many seconds have passed on a clock.

        Args:
            clock: a session's.
            seconds: the delay.
            is_over: ends the wait early.
            awake: set it to make the wait check `is_over` again.
        """
        self._waiting.add(awake)
        try:
            await clock.sleep(seconds, awake, lambda: self._ended or is_over())
        finally:
            self._waiting.discard(awake)

    def check(self) -> None:
        """Make every wait check whether it is over."""
        for awake in self._waiting:
            awake.set()

    def end(self) -> None:
        """End all delays, and those that are still to come."""
        self._ended = True
        self.check()
