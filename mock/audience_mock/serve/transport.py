"""How answers get onto the wire: head and body of one go out together.

uvicorn writes them one after the other, which costs a system call and a packet more for each answer.
"""

import asyncio
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class _Joining:
    """A transport that writes once for all that it is given in one turn of the event loop.

    Args:
        transport: the connection's own.
        loop: whose turns they are.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._held:
            self._loop.call_soon(self._flush)
        self._held.append(data)

    def _flush(self) -> None:
        if self._held:
            held, self._held = self._held, []
            self._transport.write(b"".join(held))

    def close(self) -> None:
        self._flush()
        self._transport.close()


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol, over a transport that joins what is written."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(_Joining(transport, self.loop))  # type: ignore[arg-type]


def config(app: ASGIApp, **told: Any) -> uvicorn.Config:
    """How uvicorn serves a mock: without what it would do for each request that a mock has no use for.

    Args:
        app: the mock.
        told: what else uvicorn is told.
    """
    return uvicorn.Config(app, http=Protocol, ws="none", proxy_headers=False, lifespan="on", **told)
