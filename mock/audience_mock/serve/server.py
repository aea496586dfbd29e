"""The uvicorn server of the mock."""

import gc
import socket
import sys
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from audience_mock.serve.transport import config
from audience_mock.session.sessions import Sessions


class Server(uvicorn.Server):
    """A uvicorn server that ends the journal's event streams when it stops."""

    def __init__(self, app: ASGIApp, sessions: Sessions, **options: Any) -> None:
        super().__init__(config(app, **options))
        self._sessions = sessions

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._sessions.close_streams()  # uvicorn waits for them, and they do not end by themselves
        await super().shutdown(sockets)


class CommandServer(Server):
    """The server of the command `audience-mock`: it prints a banner, made from its URL, when it listens."""

    def __init__(self, app: ASGIApp, sessions: Sessions, banner: Callable[[str], str], log_level: str) -> None:
        super().__init__(app, sessions, log_level=log_level, access_log=log_level in {"info", "debug"})
        self._banner = banner

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        _tune_latency()
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            print(self._banner(f"http://{f'[{host}]' if ':' in host else host}:{port}"), flush=True)


def _tune_latency() -> None:
    """Avoid long pauses: the garbage collector skips all objects that exist now, and rarely scans the old ones.

    Records have no cycles, and a full scan of a million takes seconds. A thread that reads a file gives way more often
    than after Python's 5 ms.
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 1_000)
    gc.enable()
    sys.setswitchinterval(0.0005)
