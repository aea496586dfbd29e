"""How a response is written to its connection: in one piece, and so that the client receives all of it.

uvicorn writes the head and the body of a response one after the other: one more system call and packet for each.
"""

import asyncio
from typing import Any

LINGER = 1.0
"""Seconds that a client may go on sending after the response to a request that was refused."""


class BufferedTransport:
    """A transport that joins all writes of one iteration of the event loop."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._buffer: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._buffer:
            self._loop.call_soon(self._flush)
        self._buffer.append(data)

    def _flush(self) -> None:
        if self._buffer:
            parts, self._buffer = self._buffer, []
            self._transport.write(b"".join(parts))

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def end(self) -> None:
        """Send what was written, and end this direction."""
        self._flush()
        if self._transport.can_write_eof():
            self._transport.write_eof()


class GentleTransport:
    """A transport whose `close` ends the response and lets the client finish sending.

    The kernel would answer what the client still sends with a reset, and the client would lose the response.
    """

    def __init__(self, transport: BufferedTransport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def close(self) -> None:
        if not self._transport.is_closing():
            self._transport.end()
            self._loop.call_later(LINGER, self._transport.close)
