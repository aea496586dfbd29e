"""When the next request may be sent: the rate limit of the run, and that of a target which answers 429."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import MutableSequence
    from contextlib import AbstractContextManager
    from multiprocessing.context import BaseContext

SLOWEST = 0.2
"""Seconds between two requests at most: Retry-After says the rest."""
_FIRST = 0.005
_CALM = 20
"""After so many answers in a row the run becomes faster again."""


# What the processes of a run share: places in an array of numbers.
_GAP, _NEXT, _REFUSED_SINCE, _ANSWERED, _IN_A_ROW, _SIZE = range(6)


class Pace:
    """The pace of a run. Thread-safe, and shared by the processes that the context starts.

    Args:
        rate: requests a second; 0 for no limit.
        context: of these processes, None for none.
    """

    def __init__(self, rate: float, context: BaseContext | None = None) -> None:
        self._least = 1 / rate if rate else 0.0
        self._lock: AbstractContextManager[Any] = context.Lock() if context else threading.Lock()
        self._state: MutableSequence[float] = context.RawArray("d", _SIZE) if context else [0.0] * _SIZE
        self._state[_GAP] = self._least

    def turn(self) -> float:
        """Take the next turn: seconds from now."""
        state = self._state
        if not state[_GAP] and not state[_NEXT]:
            return 0.0
        with self._lock:
            now = time.monotonic()
            wait = max(0.0, state[_NEXT] - now)
            state[_NEXT] = now + wait + state[_GAP]
            return wait

    def slow_down(self, seconds: float) -> None:
        """Pause all requests for some seconds, and send them at half the pace from then on."""
        state = self._state
        with self._lock:
            now = time.monotonic()
            state[_REFUSED_SINCE] = state[_REFUSED_SINCE] or now
            state[_IN_A_ROW] = 0
            if now + seconds > state[_NEXT]:  # the first of several that are refused at once
                state[_GAP] = min(max(state[_GAP] * 2, _FIRST), max(SLOWEST, self._least))
                state[_NEXT] = now + seconds

    def answered(self) -> None:
        """Note an answer; after many in a row the run becomes faster again."""
        state = self._state
        if not state[_REFUSED_SINCE]:
            return
        with self._lock:
            state[_ANSWERED] += 1
            state[_IN_A_ROW] += 1
            if state[_IN_A_ROW] % _CALM == 0:
                state[_GAP] = max(self._least, state[_GAP] / 2)

    @property
    def suggestion(self) -> str:
        """The rate since the first refusal as a value of --rate-limit; "" if nothing was refused."""
        state = self._state
        if not state[_REFUSED_SINCE]:
            return ""
        a_minute = 60 * state[_ANSWERED] / max(time.monotonic() - state[_REFUSED_SINCE], 1.0)
        return f"{max(1, math.floor(a_minute))}/m"
