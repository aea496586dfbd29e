"""When the next request may be sent: the rate limit of the run, and that of a target which answers 429."""

import math
import threading
import time

SLOWEST = 0.2
"""Seconds between two requests at most: Retry-After says the rest."""
_FIRST = 0.005
_CALM = 20
"""After so many answers in a row the run becomes faster again."""


class Pace:
    """The pace of a run. Thread-safe.

    Args:
        rate: requests a second; 0 for no limit.
    """

    def __init__(self, rate: float) -> None:
        self._least = 1 / rate if rate else 0.0
        self._gap = self._least
        self._next = 0.0
        self._lock = threading.Lock()
        self._refused_since: float | None = None
        self._answered = self._in_a_row = 0

    def turn(self) -> float:
        """Take the next turn: seconds from now."""
        if not self._gap and not self._next:
            return 0.0
        with self._lock:
            now = time.monotonic()
            wait = max(0.0, self._next - now)
            self._next = now + wait + self._gap
            return wait

    def slow_down(self, seconds: float) -> None:
        """Pause all requests for some seconds, and send them at half the pace from then on."""
        with self._lock:
            now = time.monotonic()
            if self._refused_since is None:
                self._refused_since = now
            self._in_a_row = 0
            if now + seconds > self._next:  # the first of several that are refused at once
                self._gap = min(max(self._gap * 2, _FIRST), max(SLOWEST, self._least))
                self._next = now + seconds

    def answered(self) -> None:
        """Note an answer; after many in a row the run becomes faster again."""
        if self._refused_since is None:
            return
        with self._lock:
            self._answered += 1
            self._in_a_row += 1
            if self._in_a_row % _CALM == 0:
                self._gap = max(self._least, self._gap / 2)

    @property
    def suggestion(self) -> str:
        """The rate since the first refusal as a value of --rate-limit; "" if nothing was refused."""
        if self._refused_since is None:
            return ""
        a_minute = 60 * self._answered / max(time.monotonic() - self._refused_since, 1.0)
        return f"{max(1, math.floor(a_minute))}/m"
