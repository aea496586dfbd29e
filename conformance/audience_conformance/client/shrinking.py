"""Tests with generated examples: the last failure is the finding, and shrinking takes a limited time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hypothesis import reject

from audience_conformance.client.exchange import Exchange, Trace
from audience_conformance.client.trouble import Unreachable
from audience_conformance.results.finding import Finding, Skip


class Shrinker:
    """Observes the examples of one Hypothesis test.

    Hypothesis may shrink a failure for minutes, and reports a failure that does not repeat as flaky. Some failures of a
    server do not repeat. Therefore shrinking stops after some seconds, and the last failure counts in any case.

    Args:
        trace: records the requests; at the end it has those of the last failure.
        seconds: how long to shrink after the first failure.
    """

    def __init__(self, trace: Trace, seconds: float) -> None:
        self._trace = trace
        self._seconds = seconds
        self._deadline: float | None = None
        self._last: tuple[Exception, list[Exchange]] | None = None

    def begin(self) -> None:
        """Start an example, or reject it if the time for shrinking is over."""
        if self._deadline is not None and time.monotonic() > self._deadline:
            reject()
        self._trace.restart()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note a failure of the example."""
        try:
            yield
        except (Finding, Skip, Unreachable) as failure:
            self._last = failure, list(self._trace.exchanges)
            self._deadline = self._deadline or time.monotonic() + self._seconds
            raise

    def run(self, test: Callable[[], None]) -> None:
        """Run the Hypothesis test; raise its last failure."""
        try:
            test()
        except Exception:
            if self._last is None:
                raise
        if self._last is not None:
            failure, exchanges = self._last
            self._trace.exchanges[:] = exchanges
            raise failure.with_traceback(None) from None
