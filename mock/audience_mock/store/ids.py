"""The ids and times of new records.

The parts of a world share this, and not the world itself: a world that is replaced is then freed at once, without a
search for cycles.
"""

import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

from audience_mock.store.collection import LAST_NUMBER

Clock = Callable[[], datetime]
_GENERATED_ID = re.compile("65[0-9a-f]{22}")
_LARGEST = 2**40
"""Ids of a seed with a larger number are not of the sequence; they only look like it."""


class IdSource:
    """Gives new records their ids and times.

    Args:
        clock: the source of `created_at` and `modified_at`.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.last = 0
        """The number of the last id of the sequence."""
        self._reserved: set[str] = set()
        """Changed only while a seed is loaded, before any fork: forks share it."""

    def fork(self, clock: Clock | None = None) -> "IdSource":
        """An independent copy, with its own clock if one is given."""
        other = IdSource(clock or self.clock)
        other.last, other._reserved = self.last, self._reserved
        return other

    def new_id(self) -> str:
        """A new id of 24 hex digits; the sequence is the same in every run."""
        while True:
            self.last = self.last % LAST_NUMBER + 1
            new_id = f"65{self.last:022x}"
            if new_id not in self._reserved:
                return new_id

    def reserve(self, reserved: str) -> None:
        """Exclude an id of a seed from the sequence."""
        self._reserved.add(reserved)

    @property
    def reserved(self) -> Collection[str]:
        """The ids of the seed."""
        return self._reserved

    def continue_after(self, number: int) -> None:
        """Continue the sequence after this number: the ids of deleted records are not reused."""
        self.last = max(self.last, number)

    def now(self, after: str = "") -> str:
        """The time as RFC 3339 in UTC with milliseconds, at least one millisecond later than `after`."""
        stamp = timestamp(self.clock())
        if stamp <= after:
            stamp = timestamp(datetime.fromisoformat(after) + timedelta(milliseconds=1))
        return stamp


def real_time() -> datetime:
    return datetime.now(UTC)


def number_of_id(text: str) -> int:
    """The number of an id of the sequence; 0 for any other id."""
    number = int.from_bytes(bytes.fromhex(text[2:]), "big") if _GENERATED_ID.fullmatch(text) else 0
    return number if number <= _LARGEST else 0


def timestamp(moment: datetime) -> str:
    in_utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{in_utc.isoformat(timespec='milliseconds')[:-6]}Z"
