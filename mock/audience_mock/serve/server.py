"""The uvicorn server of the mock."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from time import monotonic
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from audience_mock.serve.addresses import Addresses, addresses
from audience_mock.serve.protocol import Protocol, config
from audience_mock.serve.tuning import return_large_blocks, tune_latency
from audience_mock.session.sessions import Sessions

GRACE = 0.7
"""Seconds that open requests have to end when the server stops; then those that still wait for a body are refused."""
LAST_GRACE = 0.2
"""Seconds for the responses to these; then every connection is closed."""
_TICKS = 10
"""Ticks of uvicorn's main loop, 0.1 s each, between two checks of slow requests."""


class Server(uvicorn.Server):
    """A uvicorn server that refuses requests that arrive too slowly, and that stops within a second or so."""

    def __init__(self, app: ASGIApp, sessions: Sessions, **options: Any) -> None:
        super().__init__(config(app, **options))
        self._sessions = sessions

    async def on_tick(self, counter: int) -> bool:
        if counter % _TICKS == 0:
            now = monotonic()
            for connection in self._connections():
                connection.check_patience(now)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop within a second or so, whatever the open requests wait for.

        Delays end, event streams end, and running requests get their responses; a request whose body does not come is
        refused, and a client that does not read its response loses the rest of it.
        """
        self._sessions.close_streams()
        self._sessions.end_delays()
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in self._connections():
            connection.shutdown()
        if not await self._drained(GRACE):
            for connection in self._connections():
                connection.give_up()
        if not await self._drained(LAST_GRACE):
            for connection in self._connections():
                connection.transport.abort()
            for task in list(self.server_state.tasks):
                task.cancel()
            await self._drained(LAST_GRACE)
        await self.lifespan.shutdown()

    async def _drained(self, seconds: float) -> bool:
        """Have all connections and requests ended; waits for them for some seconds."""
        until = monotonic() + seconds
        while self.server_state.connections or self.server_state.tasks:
            if monotonic() > until:
                return False
            await asyncio.sleep(0.01)
        return True

    def _connections(self) -> list[Protocol]:
        return [one for one in self.server_state.connections if isinstance(one, Protocol)]


class CommandServer(Server):
    """The server of the command `audience-mock`: it prints a banner, made from its URLs, when it listens."""

    def __init__(
        self, app: ASGIApp, sessions: Sessions, banner: Callable[[Addresses], str], log_level: str, **options: Any
    ) -> None:
        super().__init__(app, sessions, log_level=log_level, access_log=log_level in {"info", "debug"}, **options)
        self._banner = banner

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        tune_latency()
        return_large_blocks()
        if self.started and sockets:
            say(self._banner(addresses(sockets[0], "https" if self.config.is_ssl else "http")))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        # Python would wait at its end for threads, which may still read a large file or look up a host.
        threads = asyncio.ensure_future(asyncio.get_running_loop().shutdown_default_executor())
        if not (await asyncio.wait([threads], timeout=LAST_GRACE))[0]:
            say("Stopped.")
            os._exit(0)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop with the first SIGINT or SIGTERM, end with the second, also after the loop.

        uvicorn would raise the signal again when it has stopped, so that SIGTERM would look like a crash.
        """
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self.handle_exit)
        yield

    def handle_exit(self, sig: int, _: FrameType | None) -> None:
        if self.should_exit:
            os._exit(128 + sig)
        self.should_exit = True


def say(text: str) -> None:
    """Print for people. A reader of only the first line, like `head -1`, or a full disk does not end the server."""
    try:
        print(text, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
