"""Would a finding vanish if its reads came later: targets whose reads lag behind their writes are told so.

A finding after a write reads again for a while. If an answer changes although nothing was written meanwhile, the check
is run once more with waits (--consistency); if it finds nothing then, the finding is marked.
"""

import time
from collections.abc import Iterable

from audience_conformance.client.exchange import Exchange
from audience_conformance.client.target import Target
from audience_conformance.client.trouble import OutOfTime, Unreachable

MAX_LAG = 1.0
"""Seconds after the last write for which an answer may change."""
PAUSE = 0.05
MAX_READS = 3
"""The last reads after the last write: one of them is the one that was wrong."""
MAX_WASTED = 10.0
"""Seconds after which a run whose findings do not vanish waits for no further one."""
MAX_CONFIRMED = 3
"""Findings whose checks are run again; of further ones a changed answer is enough."""
MAX_RERUN = 20.0
"""Seconds that a check may take when it is run again."""


class LagProbe:
    """Tells findings of a lag from others; it spends a limited time on a target without one.

    Args:
        target: the server.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._wasted = 0.0
        self._confirmed = 0

    @property
    def is_sure(self) -> bool:
        """Is the target known to lag."""
        return self._confirmed >= MAX_CONFIRMED

    def lag(self, exchanges: list[Exchange], last_write: float | None) -> float:
        """The seconds between the last write and a change of what was read after it, 0 if nothing changes.

        Args:
            exchanges: the requests of the check, in order.
            last_write: when the last write was answered, by the monotonic clock; None if there was none.
        """
        reads = _reads_after_write(exchanges)
        if last_write is None or not reads or self._wasted > MAX_WASTED:
            return 0.0
        started = time.monotonic()
        try:
            while not (changed := self._changed(reads)) and time.monotonic() < last_write + MAX_LAG:
                time.sleep(PAUSE)
        except (Unreachable, OutOfTime):
            changed = False
        if changed:
            return time.monotonic() - last_write
        self._wasted += time.monotonic() - started
        return 0.0

    def note(self, seconds: float, *, vanished: bool) -> None:
        """Note that a check was run again, for so many seconds."""
        if vanished:
            self._confirmed += 1
        else:
            self._wasted += seconds

    def _changed(self, reads: Iterable[Exchange]) -> bool:
        return any(_differs(read, self._target) for read in reads)


def _reads_after_write(exchanges: list[Exchange]) -> list[Exchange]:
    """The last different reads after the last write, if there was one."""
    reads: dict[str, Exchange] = {}
    for exchange in reversed(exchanges):
        if exchange.method != "GET":
            return list(reads.values())[:MAX_READS]
        if exchange.answer is not None:
            reads.setdefault(exchange.url, exchange)
    return []


def _differs(read: Exchange, target: Target) -> bool:
    again = target.send("GET", read.url, {}, None, None)
    return read.answer is None or (again.status, again.content) != (read.answer.status, read.answer.content)
