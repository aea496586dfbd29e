"""A cache of the responses to GET requests whose resources do not change during a run."""

from typing import Any

from audience_conformance.client.exchange import Answer, Exchange, Trace


class ResponseCache:
    """The responses that earlier checks of the run received, for one check.

    Only the first request of a check to a URL is answered from the cache. The next one is sent, so that the check
    still sees whether the response stays the same.

    Args:
        shared: the store that all checks of the run share.
    """

    def __init__(self, shared: dict[Any, Any]) -> None:
        self._shared = shared
        self._cacheable: list[str] = []
        self._requested: set[str] = set()

    def allow(self, *parts: str) -> None:
        """Cache every URL that contains one of these texts."""
        self._cacheable += parts

    def get(self, url: str, trace: Trace) -> Answer | None:
        """The cached response, if the check has not requested this URL yet; its exchange is added to the trace."""
        if not self._is_cacheable(url) or url in self._requested:
            return None
        self._requested.add(url)
        exchange: Exchange | None = self._shared.get((ResponseCache, url))
        if exchange is None:
            return None
        trace.exchanges.append(exchange)
        return exchange.answer

    def store(self, url: str, trace: Trace) -> None:
        """Keep the last exchange of the trace for later checks."""
        if self._is_cacheable(url) and trace.exchanges:
            self._shared[ResponseCache, url] = trace.exchanges[-1]

    def _is_cacheable(self, url: str) -> bool:
        return any(part in url for part in self._cacheable)
