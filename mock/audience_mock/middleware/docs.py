"""Step: the documentation pages: Swagger UI at /ui, the contract at /openapi.json and /openapi.yaml."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import orjson
import yaml
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from audience_mock import errors
from audience_mock.contract.document import JsonObject
from audience_mock.contract.renderings import open_tenants

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Audience API (mock)</title>
<link rel="stylesheet" href="/ui/swagger-ui.css">
<link rel="icon" href="/ui/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/ui/swagger-ui-bundle.js"></script>
<script>
SwaggerUIBundle({url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, tryItOutEnabled: true,
  displayRequestDuration: true, defaultModelsExpandDepth: 0});
</script>
</body>
</html>
"""


PAGE = "audience_mock.page"
"""Key of the ASGI scope: the request is for one of these pages, which are no part of the contract."""
OPEN = "open"
"""Value of the query parameter `tenants`: any company and application."""
_SWAGGER_UI = Path(__file__).parents[1] / "swagger_ui"
_METHODS = ("GET", "HEAD")
_PATHS = frozenset({"", "/", "/ui", "/openapi.json", "/openapi.yaml"})


class Docs:
    """Answer /, /ui, /openapi.json and /openapi.yaml; pass everything else on.

    Connexion would serve them under the API's base path and rewrite `servers`; people look for them at the root.

    Args:
        app: the next step.
        contract: the contract as it is served.
    """

    def __init__(self, app: ASGIApp, contract: JsonObject) -> None:
        self._app = app
        self._contract = contract
        self._texts: dict[tuple[str, bool], bytes] = {}
        self._router = Router(
            [
                Route("/", lambda _: RedirectResponse("/ui/")),
                Route("/ui", lambda _: RedirectResponse("/ui/")),
                Route("/ui/", lambda _: HTMLResponse(_PAGE)),
                Mount("/ui", StaticFiles(directory=_SWAGGER_UI)),
                Route("/openapi.json", self._json),
                Route("/openapi.yaml", self._yaml),
            ],
            redirect_slashes=False,
        )

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "http" or scope["path"].partition("/ui/")[0] not in _PATHS:
            return self._app(scope, receive, send)
        scope[PAGE] = True
        if scope["method"] not in _METHODS:
            raise errors.method_not_allowed(scope["method"], scope["path"], _METHODS)
        return self._router(scope, receive, send)

    async def _json(self, request: Request) -> Response:
        return Response(await self._text(request, _as_json), media_type="application/json")

    async def _yaml(self, request: Request) -> Response:
        return Response(await self._text(request, _as_yaml), media_type="application/yaml")

    async def _text(self, request: Request, write: Callable[[JsonObject], bytes]) -> bytes:
        """The rendering that the query names, written once. Raises Refusal 400 for an unknown one."""
        for value in (values := request.query_params.getlist("tenants")):
            if value != OPEN:
                raise errors.unknown_rendering(value, OPEN)
        key = (write.__name__, bool(values))
        if key not in self._texts:  # written in a thread: as YAML that takes a tenth of a second
            contract = open_tenants(self._contract) if values else self._contract
            self._texts[key] = await asyncio.to_thread(write, contract)
        return self._texts[key]


def _as_json(contract: JsonObject) -> bytes:
    return orjson.dumps(contract, option=orjson.OPT_INDENT_2)


def _as_yaml(contract: JsonObject) -> bytes:
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(contract, Dumper=dumper, sort_keys=False, allow_unicode=True, width=110)
    return text.encode()
