"""The journal of a session: its newest requests and responses, within bounds of number and size.

Recording a request only keeps bytes and references; they are parsed when the journal is read.
"""

import asyncio
import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import chain, islice
from typing import Any, NamedTuple
from urllib.parse import quote, unquote
from weakref import WeakSet

MOST_ENTRIES = 2_000
"""Entries in the journal of one session."""
MOST_BYTES = 16 * 2**20
"""Bytes in the journal of one session."""
MOST_BYTES_OF_ALL = 256 * 2**20
"""Bytes in the journals of all sessions."""
LONGEST_BODY = 64 * 2**10
"""Bytes of a body that are kept."""
CONSOLE = b"x-mock-console"
"""The header of the console's own calls: they are recorded but not counted as calls of a frontend."""
OVERHEAD = 560
"""Bytes of an entry besides its texts, in the memory of the process."""

Headers = list[tuple[bytes, bytes]]


class Body(NamedTuple):
    """A body: its first 64 KiB, and its full size."""

    content: bytes
    size: int

    @property
    def is_cut(self) -> bool:
        return len(self.content) < self.size


class Record:
    """One request and its response, not parsed: thousands are kept, so it has few and small objects.

    Args:
        began: the time of the request, by the session's clock.
        scope: the ASGI scope.
        headers: the request headers, by lower-case name.
    """

    __slots__ = (
        "_answer",
        "_request",
        "_request_body",
        "_request_size",
        "_response_body",
        "_response_headers",
        "_response_size",
        "applied",
        "began",
        "body_unread",
        "duration",
        "from_console",
        "id",
        "is_whole",
        "method",
        "operation",
        "problem",
        "scheme",
        "server",
        "status",
        "version",
        "weight",
    )

    def __init__(self, began: datetime, scope: Any, headers: Mapping[bytes, bytes]) -> None:
        self.id = self.weight = 0
        self.began = began
        self.method: str = scope["method"]
        self.version: str = scope["http_version"]
        self.scheme: str = scope["scheme"]
        self.server: Any = scope.get("server")
        raw_path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
        self._request = b"\n".join(chain((raw_path, scope["query_string"]), *scope["headers"]))
        self._request_body = self._response_body = self._response_headers = b""
        self._request_size = self._response_size = 0
        self.from_console = CONSOLE in headers
        self.body_unread = b"content-length" in headers  # until a part of it arrives
        self.is_whole = False
        self.duration = 0.0
        self.status: int | None = None
        self.operation: str | None = None
        self.applied: list[str] | None = None
        self.problem: str | None = None
        self._answer: Any = None

    def on_request(self, message: Any) -> None:
        """Record an ASGI message from the client."""
        self.body_unread = False
        body = message.get("body")
        if body:
            self._request_body = _with(self._request_body, body)
            self._request_size += len(body)

    def on_response(self, message: Any) -> None:
        """Record an ASGI message to the client."""
        if message["type"] == "http.response.start":
            self._answer = message
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            body = message.get("body")
            if body:
                self._response_body = _with(self._response_body, body)
                self._response_size += len(body)
            self.is_whole = not message.get("more_body")

    def finish(self) -> None:
        """Finish the record. Until now, outer middleware may still have added response headers."""
        if self._answer is not None:
            self._response_headers = b"\n".join(chain(*self._answer.get("headers", ())))
            self._answer = None
        texts = len(self._request) + len(self._response_headers) + len(self._request_body) + len(self._response_body)
        self.weight = OVERHEAD + texts + texts // 8  # gaps between texts of different sizes

    def set_request_size(self, size: int) -> None:
        """Note that the request body had at least this many bytes, received or not."""
        self._request_size = max(self._request_size, size)

    def declared_size(self) -> int:
        """The request's Content-Length, 0 if it is not a number."""
        text = dict(self.headers).get(b"content-length", b"")
        return int(text) if text.isdigit() else 0

    @property
    def raw_path(self) -> str:
        """The path, percent-encoded."""
        return self._request.partition(b"\n")[0].partition(b"?")[0].decode("latin-1")

    @property
    def path(self) -> str:
        return unquote(self.raw_path)

    @property
    def query(self) -> str:
        return self._request.split(b"\n", 2)[1].decode("latin-1")

    @property
    def tenant(self) -> str | None:
        """COMPANY/APPLICATION, if the request was for an operation."""
        found = _TENANT.search(self.raw_path) if self.operation else None
        return "/".join(map(unquote, found.groups())) if found else None

    @property
    def request_body(self) -> Body:
        return Body(self._request_body, self._request_size)

    @property
    def response_body(self) -> Body:
        return Body(self._response_body, self._response_size)

    @property
    def headers(self) -> Headers:
        return _pairs(self._request.split(b"\n")[2:])

    @property
    def response_headers(self) -> Headers:
        return _pairs(self._response_headers.split(b"\n") if self._response_headers else [])


_TENANT = re.compile("/company/([^/]+)/application/([^/]+)")


def _with(content: bytes, part: bytes) -> bytes:
    """A body with another part of it, cut at the longest size that is kept.

    It is a copy: a small body from orjson holds the kilobytes in which it was written.
    """
    if len(content) >= LONGEST_BODY:
        return content
    return b"".join((content, memoryview(part)[: LONGEST_BODY - len(content)]))


def _pairs(texts: list[bytes]) -> Headers:
    return list(zip(texts[::2], texts[1::2], strict=True))


class MemoryBudget:
    """The memory of all journals of a server together, limited to `most` bytes."""

    def __init__(self, most: int = MOST_BYTES_OF_ALL) -> None:
        self.most = most
        self.held = 0
        self.journals: WeakSet[Journal] = WeakSet()

    def enforce(self) -> None:
        """Drop the oldest quarter of the largest journal, again and again until the limit is kept."""
        while self.held > self.most:
            largest = max(self.journals, key=lambda journal: journal.held)
            largest.shrink(largest.held * 3 // 4)


class Journal:
    """One session's entries.

    Args:
        budget: shared with the journals of the other sessions.
    """

    def __init__(self, budget: MemoryBudget | None = None) -> None:
        self._records: deque[Record] = deque()
        self._watchers: set[asyncio.Event] = set()
        self._budget = budget or MemoryBudget()
        self._budget.journals.add(self)
        self.held = 0
        self.last = 0
        self.dropped = 0
        self.counts: Counter[tuple[str | None, int | None]] = Counter()
        self.is_closed = False

    def add(self, record: Record) -> None:
        """Add an entry and give it the next id. Drop the oldest entries if there are too many."""
        if self.is_closed:
            return
        self.last += 1
        record.id = self.last
        record.finish()
        self._records.append(record)
        self.held += record.weight
        self._budget.held += record.weight
        if not record.from_console:
            self.counts[record.operation, record.status] += 1
        if len(self._records) > MOST_ENTRIES or self.held > MOST_BYTES:
            self.shrink(MOST_BYTES)
        if self._budget.held > self._budget.most:
            self._budget.enforce()
        for news in self._watchers:
            news.set()

    def shrink(self, most: int) -> None:
        """Drop the oldest entries until at most `most` bytes and 2,000 entries are left."""
        while self._records and (self.held > most or len(self._records) > MOST_ENTRIES):
            weight = self._records.popleft().weight
            self.held -= weight
            self._budget.held -= weight
            self.dropped += 1

    def clear(self) -> None:
        """Drop all entries and counts; ids continue, so that a reader still knows which entries are new."""
        self._budget.held -= self.held
        self._records.clear()
        self.counts.clear()
        self.held = self.dropped = 0

    def close(self) -> None:
        """Drop everything and end the watchers, because the session ends."""
        self.clear()
        self.is_closed = True
        for news in self._watchers:
            news.set()

    def newest(self) -> Iterator[Record]:
        """All entries, newest first."""
        return reversed(self._records)

    def get(self, entry_id: int) -> Record | None:
        """One entry by id; ids have no gaps."""
        place = entry_id - (self._records[0].id if self._records else 0)
        return self._records[place] if 0 <= place < len(self._records) else None

    def after(self, entry_id: int, most: int) -> list[Record]:
        """The oldest `most` entries that are newer than this one, oldest first."""
        first = self._records[0].id if self._records else 0
        start = max(0, entry_id + 1 - first)
        return list(islice(self._records, start, start + most))

    @contextmanager
    def watched(self) -> Iterator[asyncio.Event]:
        """An event that is set with every new entry."""
        news = asyncio.Event()
        self._watchers.add(news)
        try:
            yield news
        finally:
            self._watchers.discard(news)
