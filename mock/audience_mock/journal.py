"""What a session was asked, and what it answered: the newest of it, within bounds.

While a request is served, only bytes and references are kept; all reading is done when somebody looks.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import chain, islice
from typing import Any
from weakref import WeakSet

MOST_ENTRIES = 2_000
"""Entries of one session."""
MOST_BYTES = 16 * 2**20
"""Bytes of one session's entries."""
ROOM = 256 * 2**20
"""Bytes of all sessions' entries."""
LONGEST_BODY = 64 * 2**10
"""Bytes of a body that are kept."""
CONSOLE = b"x-mock-console\n"
"""The header with which the console marks its own calls: they are shown, but not what a frontend has exercised."""
OVERHEAD = 1_000
"""Bytes that an entry takes beside its texts: measured with tracemalloc."""

Headers = list[tuple[bytes, bytes]]


class Body:
    """One body: its first 64 KiB, and how long it was."""

    __slots__ = ("content", "size")

    def __init__(self) -> None:
        self.content: bytes | bytearray = b""
        self.size = 0

    def take(self, part: bytes) -> None:
        """Keep what there is still room for."""
        if not self.size:
            self.content = bytes(part[:LONGEST_BODY])
        elif len(self.content) < LONGEST_BODY:
            if isinstance(self.content, bytes):
                self.content = bytearray(self.content)
            self.content += part[: LONGEST_BODY - len(self.content)]
        self.size += len(part)

    @property
    def is_cut(self) -> bool:
        return len(self.content) < self.size


class Record:
    """One request and its answer, unread.

    Args:
        began: when it arrived, by the session's clock.
        scope: of ASGI, before the request was served.
    """

    __slots__ = (
        "_answer",
        "_answer_headers",
        "_headers",
        "answered",
        "applied",
        "asked",
        "began",
        "duration",
        "host",
        "id",
        "is_consoles",
        "is_whole",
        "lacks_body",
        "method",
        "operation",
        "path",
        "problem",
        "query",
        "raw_path",
        "status",
        "tenant",
        "version",
    )

    def __init__(self, began: datetime, scope: Any) -> None:
        self.id = 0
        self.began = began
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.raw_path: bytes | None = scope.get("raw_path")
        self.query: bytes = scope["query_string"]
        self.version: str = scope["http_version"]
        self.host: tuple[str, Any] = (scope["scheme"], scope.get("server"))
        self.asked = Body()
        self.answered = Body()
        self.is_whole = False
        self.duration = 0.0
        self.status: int | None = None
        self.operation: str | None = None
        self.tenant: tuple[str, str] | None = None
        self.applied: list[str] | None = None
        self.problem: str | None = None
        self._headers = _packed(scope["headers"])
        self.is_consoles = CONSOLE in self._headers
        self.lacks_body = b"content-length\n" in self._headers  # as long as none of it was heard
        self._answer: Any = None
        self._answer_headers = b""

    def hear(self, message: Any) -> None:
        """Take note of a message of ASGI that came from the client."""
        self.lacks_body = False
        body = message.get("body")
        if body:
            self.asked.take(body)

    def tell(self, message: Any) -> None:
        """Take note of a message of ASGI that goes to the client."""
        if message["type"] == "http.response.start":
            self._answer = message
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            body = message.get("body")
            if body:
                self.answered.take(body)
            self.is_whole = not message.get("more_body")

    def seal(self) -> None:
        """There is no more to come. Before this, what is further out may still add headers to the answer."""
        if self._answer is not None:
            self._answer_headers = _packed(self._answer.get("headers", ()))
            self._answer = None

    def declared_size(self) -> int:
        """What its header says, 0 if that is no number."""
        text = dict(self.headers).get(b"content-length", b"")
        return int(text) if text.isdigit() else 0

    @property
    def headers(self) -> Headers:
        return _unpacked(self._headers)

    @property
    def answer_headers(self) -> Headers:
        return _unpacked(self._answer_headers)

    def weight(self) -> int:
        """About how many bytes it takes."""
        texts = len(self._headers) + len(self._answer_headers) + len(self.path) + len(self.query)
        return OVERHEAD + texts + len(self.asked.content) + len(self.answered.content)


def _packed(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Headers as one text: of many small things, a garbage collector and a cache have more to do."""
    return b"\n".join(chain.from_iterable(headers))


def _unpacked(packed: bytes) -> Headers:
    texts = packed.split(b"\n") if packed else []
    return list(zip(texts[::2], texts[1::2], strict=False))


class Room:
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
        room: shared with the other sessions' journals.
    """

    def __init__(self, room: Room | None = None) -> None:
        self._records: deque[tuple[Record, int]] = deque()
        self._watchers: set[asyncio.Event] = set()
        self._room = room or Room()
        self._room.journals.add(self)
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
        record.seal()
        weight = record.weight()
        self._records.append((record, weight))
        self.held += weight
        self._room.held += weight
        if not record.is_consoles:
            self.counts[record.operation, record.status] += 1
        if len(self._records) > MOST_ENTRIES or self.held > MOST_BYTES:
            self.shrink(MOST_BYTES)
        if self._room.held > self._room.most:
            self._room.make()
        for news in self._watchers:
            news.set()

    def shrink(self, most: int) -> None:
        """Drop the oldest until no more than so many bytes are held, and no more than 2,000 entries."""
        while self._records and (self.held > most or len(self._records) > MOST_ENTRIES):
            _, weight = self._records.popleft()
            self.held -= weight
            self._room.held -= weight
            self.dropped += 1

    def clear(self) -> None:
        """Forget all entries and counts; ids go on, so that who has seen some still knows what is new."""
        self._room.held -= self.held
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
        return (record for record, _ in reversed(self._records))

    def get(self, entry_id: int) -> Record | None:
        """One entry; their ids have no gaps."""
        place = entry_id - (self._records[0][0].id if self._records else 0)
        return self._records[place][0] if 0 <= place < len(self._records) else None

    def after(self, entry_id: int, most: int) -> list[Record]:
        """The first few entries that are newer than this one, oldest first."""
        first = self._records[0][0].id if self._records else 0
        start = max(0, entry_id + 1 - first)
        return [record for record, _ in islice(self._records, start, start + most)]

    @contextmanager
    def watched(self) -> Iterator[asyncio.Event]:
        """An event that is set whenever there is something new."""
        news = asyncio.Event()
        self._watchers.add(news)
        try:
            yield news
        finally:
            self._watchers.discard(news)
