"""The console: one page at /__mock__/ for people, plain files that need no network but this server."""

import functools
from pathlib import Path
from typing import Any

from starlette.responses import RedirectResponse, Response

from audience_mock import errors
from audience_mock.control.app import PREFIX, ControlRequest
from audience_mock.control.calls import Call

FOLDER = Path(__file__).resolve().parents[1] / "console"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
"""Media types of the console's files; a file of any other kind is not served."""
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@functools.cache
def files() -> dict[str, bytes]:
    """Every file of the console, by name."""
    return {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix in TYPES}


def _served(name: str) -> Response:
    return Response(files()[name], media_type=TYPES[Path(name).suffix], headers=HEADERS)


async def show_console(request: ControlRequest) -> Any:
    """A token goes from the address, which people copy: the guard has the browser remember it."""
    if request.query("token") is None:
        return _served("index.html")
    others = request.request.url.remove_query_params("token").query
    return RedirectResponse(f"{PREFIX}/{f'?{others}' if others else ''}", 303)


async def find_console(request: ControlRequest) -> Any:
    query = request.request.url.query
    return RedirectResponse(f"{PREFIX}/{f'?{query}' if query else ''}")


async def read_console_file(request: ControlRequest) -> Any:
    name = request.path("name")
    if name not in files():
        raise errors.unknown_control_path(request.request.url.path)
    return _served(name)


CALLS = (
    Call("GET", "", find_console, "Go to the console", status=307),
    Call("GET", "/", show_console, "Show the console"),
    Call("GET", "/console/{name}", read_console_file, "Read a file of the console"),
)
