"""Many attempts at one property: what failed last is the finding, and shrinking it comes to an end."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hypothesis import reject

from audience_conformance.client.target import Exchange, Trace, Unreachable
from audience_conformance.results.finding import Finding, Skip


class Shrinker:
    """Watches the attempts that Hypothesis makes at one property.

    Hypothesis shrinks what fails for minutes, and calls a failure flaky that does not come again, as some of a
    server's do not. Here shrinking has a time, and the last failure, the smallest so far, counts either way.

    Args:
        trace: where the requests are recorded; it is left as it was when the last failure came.
        seconds: how long to go on after the first failure.
    """

    def __init__(self, trace: Trace, seconds: float) -> None:
        self._trace = trace
        self._seconds = seconds
        self._until: float | None = None
        self._last: tuple[Exception, list[Exchange]] | None = None

    def begin(self) -> None:
        """Start one attempt, or end it at once where there was enough shrinking."""
        if self._until is not None and time.monotonic() > self._until:
            reject()
        self._trace.restart()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note a failure of the attempt."""
        try:
            yield
        except (Finding, Skip, Unreachable) as failure:
            self._last = failure, list(self._trace.exchanges)
            self._until = self._until or time.monotonic() + self._seconds
            raise

    def run(self, tried: Callable[[], None]) -> None:
        """Make the attempts; raises the last failure."""
        try:
            tried()
        except Exception:
            if self._last is None:
                raise
        if self._last is not None:
            failure, said = self._last
            self._trace.exchanges[:] = said
            raise failure.with_traceback(None) from None
