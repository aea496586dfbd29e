"""One pipelined HTTP/1.1 connection: many requests are sent at once, their answers are read in order."""

import asyncio
import contextlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

HANG = 60.0
"""Seconds without an answer after which a request counts as hanging."""
Expected = dict[Any, Any]
"""Values of a JSON body by the path that leads to them: `{("page", "size"): 10}`."""
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


class Hang(Exception):
    """A request got no answer."""


@dataclass(frozen=True)
class Request:
    """One request as bytes, and what may come back.

    Args:
        text: the whole request.
        about: what it is, for people.
        statuses: the statuses that are right.
        expected: what the model expects in the body; nothing of a hostile request.
        closes: it spoils the connection; it is sent last.
        is_hostile: a server must survive it, and what it holds stays the same.
        on_answer: called with the body of a right answer.
    """

    text: bytes
    about: str
    statuses: frozenset[int]
    expected: Expected = field(default_factory=dict)
    closes: bool = False
    is_hostile: bool = False
    on_answer: Callable[["Answer"], None] | None = None


@dataclass(frozen=True)
class Answer:
    """A status and a body."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


class Connection:
    """A connection that is opened again when it has ended."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def send(self, requests: Sequence[Request]) -> list[Answer]:
        """Send all requests in one piece and read their answers.

        Raises:
            Hang: an answer did not come within `HANG` seconds, or the connection ended before it.
        """
        if self._reader is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**24)
        writing = asyncio.create_task(self._write(b"".join(request.text for request in requests)))
        answers = []
        for number, request in enumerate(requests):
            try:
                answer, closed = await asyncio.wait_for(self._read(request.text.startswith(b"HEAD ")), HANG)
            except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
                self.close()
                sent = "; ".join(one.about for one in requests[max(0, number - 2) : number + 1])
                raise Hang(f"no answer to the last of: {sent} ({type(error).__name__})") from error
            answers.append(answer)
            if closed:
                self.close()
                if number + 1 < len(requests):
                    raise Hang(f"the server closed the connection after: {request.about}")
        await asyncio.wait([writing])
        if requests[-1].closes:
            self.close()
        return answers

    async def _write(self, text: bytes) -> None:
        assert self._writer
        self._writer.write(text)
        with contextlib.suppress(OSError):  # the server has answered early and closed: the answer says why
            await self._writer.drain()

    async def _read(self, is_head: bool) -> tuple[Answer, bool]:
        assert self._reader
        head = await self._reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        if status == 100:
            return await self._read(is_head)
        length = _LENGTH.search(head)
        body = await self._reader.readexactly(int(length[1])) if length and not is_head else b""
        return Answer(status, body), bool(_CLOSE.search(head))

    def close(self) -> None:
        """End the connection; the next request opens another one."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None
