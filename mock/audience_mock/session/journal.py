"""What a session was asked, and what it answered: the newest of it, within bounds.

While a request is served, only bytes and references are kept; all reading is done when somebody looks.
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
"""Entries of one session."""
MOST_BYTES = 16 * 2**20
"""Bytes of one session's entries."""
ROOM = 256 * 2**20
"""Bytes of all sessions' entries."""
LONGEST_BODY = 64 * 2**10
"""Bytes of a body that are kept."""
CONSOLE = b"x-mock-console"
"""The header with which the console marks its own calls: they are shown, but not what a frontend has exercised."""
OVERHEAD = 1_000
"""Bytes that an entry counts for beside its texts: twice the 480 that tracemalloc shows, to be on the safe side."""

Headers = list[tuple[bytes, bytes]]


class Body(NamedTuple):
    """One body: its first 64 KiB, and how long it was."""

    content: bytes
    size: int

    @property
    def is_cut(self) -> bool:
        return len(self.content) < self.size


class Record:
    """One request and its answer, unread: few and small objects, for thousands are held.

    Args:
        began: when it arrived, by the session's clock.
        scope: of ASGI, before the request was served.
        headers: of the request, by lower-case name.
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
        "duration",
        "id",
        "is_consoles",
        "is_whole",
        "lacks_body",
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
        self.is_consoles = CONSOLE in headers
        self.lacks_body = b"content-length" in headers  # as long as none of it was heard
        self.is_whole = False
        self.duration = 0.0
        self.status: int | None = None
        self.operation: str | None = None
        self.applied: list[str] | None = None
        self.problem: str | None = None
        self._answer: Any = None

    def on_request(self, message: Any) -> None:
        """Take note of a message of ASGI that came from the client."""
        self.lacks_body = False
        body = message.get("body")
        if body:
            self._request_body = _with(self._request_body, body)
            self._request_size += len(body)

    def on_response(self, message: Any) -> None:
        """Take note of a message of ASGI that goes to the client."""
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
        """There is no more to come. Before this, what is further out may still add headers to the answer."""
        if self._answer is not None:
            self._response_headers = b"\n".join(chain(*self._answer.get("headers", ())))
            self._answer = None
        texts = len(self._request) + len(self._response_headers) + len(self._request_body) + len(self._response_body)
        self.weight = OVERHEAD + texts

    def set_request_size(self, size: int) -> None:
        """Its body was at least so many bytes long, heard or not."""
        self._request_size = max(self._request_size, size)

    def declared_size(self) -> int:
        """What its header says, 0 if that is no number."""
        text = dict(self.headers).get(b"content-length", b"")
        return int(text) if text.isdigit() else 0

    @property
    def raw_path(self) -> str:
        """As it was sent."""
        return self._request.partition(b"\n")[0].partition(b"?")[0].decode("latin-1")

    @property
    def path(self) -> str:
        """Decoded."""
        return unquote(self.raw_path)

    @property
    def query(self) -> str:
        return self._request.split(b"\n", 2)[1].decode("latin-1")

    @property
    def tenant(self) -> str | None:
        """COMPANY/APPLICATION, where it was a request for an operation."""
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
    """What is kept of a body that goes on."""
    if len(content) >= LONGEST_BODY:
        return content
    return content + part[: LONGEST_BODY - len(content)]


def _pairs(texts: list[bytes]) -> Headers:
    return list(zip(texts[::2], texts[1::2], strict=True))


class MemoryBudget:
    """What all journals of a server take together; the largest makes room where there is none.

    Args:
        most: bytes.
    """

    def __init__(self, most: int = ROOM) -> None:
        self.most = most
        self.held = 0
        self.journals: WeakSet[Journal] = WeakSet()

    def make(self) -> None:
        """Drop the older quarter of the largest journal, until there is room."""
        while self.held > self.most:
            largest = max(self.journals, key=lambda journal: journal.held)
            largest.shrink(largest.held * 3 // 4)


class Journal:
    """One session's entries.

    Args:
        budget: shared with the other sessions' journals.
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
        """Keep an entry; its id is the next. The oldest go where there are too many."""
        if self.is_closed:
            return
        self.last += 1
        record.id = self.last
        record.finish()
        self._records.append(record)
        self.held += record.weight
        self._budget.held += record.weight
        if not record.is_consoles:
            self.counts[record.operation, record.status] += 1
        if len(self._records) > MOST_ENTRIES or self.held > MOST_BYTES:
            self.shrink(MOST_BYTES)
        if self._budget.held > self._budget.most:
            self._budget.make()
        for news in self._watchers:
            news.set()

    def shrink(self, most: int) -> None:
        """Drop the oldest until no more than so many bytes are held, and no more than 2,000 entries."""
        while self._records and (self.held > most or len(self._records) > MOST_ENTRIES):
            weight = self._records.popleft().weight
            self.held -= weight
            self._budget.held -= weight
            self.dropped += 1

    def clear(self) -> None:
        """Forget all entries and counts; ids go on, so that who has seen some still knows what is new."""
        self._budget.held -= self.held
        self._records.clear()
        self.counts.clear()
        self.held = self.dropped = 0

    def close(self) -> None:
        """Its session ends: forget all, and let those go who watch."""
        self.clear()
        self.is_closed = True
        for news in self._watchers:
            news.set()

    def newest(self) -> Iterator[Record]:
        """Every entry, newest first."""
        return reversed(self._records)

    def get(self, entry_id: int) -> Record | None:
        """One entry; their ids have no gaps."""
        place = entry_id - (self._records[0].id if self._records else 0)
        return self._records[place] if 0 <= place < len(self._records) else None

    def after(self, entry_id: int, most: int) -> list[Record]:
        """The first few entries that are newer than this one, oldest first."""
        first = self._records[0].id if self._records else 0
        start = max(0, entry_id + 1 - first)
        return list(islice(self._records, start, start + most))

    @contextmanager
    def watched(self) -> Iterator[asyncio.Event]:
        """An event that is set whenever there is something new."""
        news = asyncio.Event()
        self._watchers.add(news)
        try:
            yield news
        finally:
            self._watchers.discard(news)
