"""The console: the web page at /__mock__/, static files that load nothing from other servers."""

import functools
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.responses import RedirectResponse, Response

from audience_mock import errors
from audience_mock.control.app import PREFIX, ControlRequest
from audience_mock.control.calls import Call

FOLDER = Path(__file__).resolve().parents[1] / "console"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
"""Media types of the console's files; files of other types are not served."""
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@functools.cache
def files() -> dict[str, bytes]:
    """The content of each file of the console by name."""
    return {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix in TYPES}


def _file_response(name: str) -> Response:
    return Response(files()[name], media_type=TYPES[Path(name).suffix], headers=HEADERS)


async def show_console(request: ControlRequest) -> Any:
    """Redirects to the same address without the token, because people copy addresses; the guard sets it as a cookie."""
    if "token" not in request.request.query_params:
        return _file_response("index.html")
    others = request.request.url.remove_query_params("token").query
    return RedirectResponse(f"{PREFIX}/{f'?{others}' if others else ''}", HTTPStatus.SEE_OTHER)


async def find_console(request: ControlRequest) -> Any:
    query = request.request.url.query
    return RedirectResponse(f"{PREFIX}/{f'?{query}' if query else ''}")


async def read_console_file(request: ControlRequest) -> Any:
    name = request.path("name")
    if name not in files():
        raise errors.unknown_control_path(request.request.url.path)
    return _file_response(name)


CALLS = (
    Call("GET", "", find_console, "Redirect to the console", status=307),
    Call("GET", "/", show_console, "Show the console", answer={"type": "string"}, media="text/html", redirect=303),
    Call(
        "GET",
        "/console/{name}",
        read_console_file,
        "Get a file of the console",
        answer={"type": "string", "format": "binary"},
        media="*/*",
        refusals=(404,),
    ),
)
