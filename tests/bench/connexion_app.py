"""Connexion as its documents show it, over the same fragment of the contract, with canned answers."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import yaml
from connexion import AsyncApp
from connexion.options import SwaggerUIOptions
from connexion.resolver import Resolver
from tests.bench.scenarios import CANNED, FOLDER

_canned = json.loads(CANNED.read_bytes())


async def _read(definition_id: str, **_: Any) -> Any:
    return _canned["read"], 200


async def _list(**_: Any) -> Any:
    return _canned["list"], 200


async def _create(body: Any, **_: Any) -> Any:
    return _canned["create"], 201


_HANDLERS: dict[str, Callable[..., Awaitable[Any]]] = {
    "getUserAttributeDefinitionById": _read,
    "getUserAttributeDefinitions": _list,
    "createUserAttributeDefinition": _create,
}


def plain() -> AsyncApp:
    """It validates requests, which is its default."""
    return _app(validate_responses=False)


def checking() -> AsyncApp:
    """It validates its own answers too."""
    return _app(validate_responses=True)


def _app(*, validate_responses: bool) -> AsyncApp:
    app = AsyncApp(__name__, swagger_ui_options=SwaggerUIOptions(swagger_ui=False))
    contract = yaml.safe_load((FOLDER / "fragment.yaml").read_bytes())
    app.add_api(contract, resolver=Resolver(_HANDLERS.__getitem__), validate_responses=validate_responses)
    return app
