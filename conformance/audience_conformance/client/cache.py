"""Answers to reading what does not change: what one check has read of it, the next need not ask for again."""

from typing import Any

from audience_conformance.client.target import Answer, Exchange, Trace


class ResponseCache:
    """What the checks of a run have read of things that nobody changes, for one check.

    A check gets from it what an earlier one has read; what it reads twice, it reads itself the second time: whether
    an answer stays the same is seen as ever, and a second look at what was found is a fresh one.

    Args:
        shared: what the checks of the run have in common.
    """

    def __init__(self, shared: dict[Any, Any]) -> None:
        self._shared = shared
        self._marks: list[str] = []
        self._read: set[str] = set()

    def of(self, *marks: str) -> None:
        """From now on, whatever URL holds one of these texts is of a thing that does not change."""
        self._marks += marks

    def recall(self, url: str, trace: Trace) -> Answer | None:
        """What an earlier check was answered here, where this one has not read it yet."""
        if not self._lasts(url) or url in self._read:
            return None
        self._read.add(url)
        known: Exchange | None = self._shared.get((ResponseCache, url))
        if known is None:
            return None
        trace.exchanges.append(known)
        return known.answer

    def keep(self, url: str, trace: Trace) -> None:
        """Keep what was answered last, for the checks to come."""
        if self._lasts(url) and trace.exchanges:
            self._shared[ResponseCache, url] = trace.exchanges[-1]

    def _lasts(self, url: str) -> bool:
        return any(mark in url for mark in self._marks)
