"""Whether the server runs: for scripts that wait for it, and for containers."""

from time import monotonic
from typing import Any

from audience_mock import __version__
from audience_mock.control.app import ControlRequest
from audience_mock.control.calls import Call
from audience_mock.control.schemas import ref


async def read_health(request: ControlRequest) -> Any:
    """Starts and uses no session, so that one can ask as often as one likes."""
    sessions = request.sessions
    return {
        "status": "ok",
        "version": __version__,
        "uptime": round(monotonic() - sessions.began, 1),
        "seed": sessions.source.seed,
        "sessions": sum(1 for _ in sessions),
    }


CALLS = (Call("GET", "/health", read_health, "Read whether the server runs; needs no token", answer=ref("Health")),)
