"""The process that serves the mock."""

import gc
import socket
import sys
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from audience_mock.serve.transport import config
from audience_mock.session.sessions import Sessions


class Server(uvicorn.Server):
    """A uvicorn server that prints a banner once it listens.

    Args:
        app: to be served.
        sessions: behind it.
        banner: what is printed, made from the URL that it listens at.
        log_level: of uvicorn.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions, banner: Callable[[str], str], log_level: str) -> None:
        self._sessions = sessions
        self._banner = banner
        super().__init__(config(app, log_level=log_level, access_log=log_level in {"info", "debug"}))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._sessions.close_streams()  # uvicorn waits for streams of events, which do not end by themselves
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        _be_steady()
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            print(self._banner(f"http://{f'[{host}]' if ':' in host else host}:{port}"), flush=True)


def _be_steady() -> None:
    """Let no request wait for long: what is there now stays, so the garbage collector need not look through it again.

    Of what comes later it looks through the young: records have no cycles, and all of a million take seconds. A thread
    that reads a file gives way more often than after Python's 5 ms.
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 1_000)
    gc.enable()
    sys.setswitchinterval(0.0005)
