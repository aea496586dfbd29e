"""Work that was answered with 201 or 202 and is not done yet, in the order given.

It is part of the data: snapshots, exports and the state file have it, and what continues from them does it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["group file", "refresh", "bulk update"]


@dataclass(frozen=True)
class Work:
    """One piece of accepted work.

    Args:
        kind: the kind of its job.
        subject: the id of the group; for a bulk update the id of the job.
        file_url: the file of a bulk update; a group has its own.
        values: the values of a bulk update, by id of the definition.
    """

    kind: Kind
    subject: str
    file_url: str = ""
    values: dict[str, Any] = field(default_factory=dict)


class AcceptedWork:
    """The accepted work of one tenant."""

    def __init__(self) -> None:
        self._work: dict[int, Work] = {}
        self._reading: dict[str, int] = {}
        """Group -> the number of the newest reading of its file."""
        self._last = 0
        self.writes = 0

    def fork(self) -> "AcceptedWork":
        """An independent copy."""
        other = AcceptedWork()
        other._work, other._reading, other._last = dict(self._work), dict(self._reading), self._last
        return other

    def __iter__(self) -> Iterator[Work]:
        return iter(self._work.values())

    def add(self, work: Work) -> int:
        """Append work, and return its number; a new file of a group replaces the one that is not read yet."""
        self.writes += 1
        self._last += 1
        if work.kind == "group file":
            self._work.pop(self._reading.get(work.subject, 0), None)
            self._reading[work.subject] = self._last
        self._work[self._last] = work
        return self._last

    def done(self, number: int) -> None:
        """Remove work that has ended, or was replaced."""
        work = self._work.pop(number, None)
        if work is not None:
            self.writes += 1
            if self._reading.get(work.subject) == number:
                del self._reading[work.subject]

    def take(self) -> list[Work]:
        """Remove all work, to start it anew."""
        taken = list(self)
        self._work.clear()
        self._reading.clear()
        return taken
