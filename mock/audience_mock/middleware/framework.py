"""What the mock uses of Connexion, imported without what a server never needs.

Connexion imports `requests` for specifications at URLs, and httpx imports its command line where rich is installed, as
it is beside the suite: a fifth of the imports' time there, a fourteenth with the mock alone.
"""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


class _StandIn(ModuleType):
    """Imports the module that it stands for when something of it is used."""

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def _without(deferred: str, absent: str) -> Iterator[None]:
    """Import other modules as if one were not there, and with a stand-in for one, unless they are imported already."""
    modules: dict[str, Any] = sys.modules  # None as a module: it cannot be imported
    instead = {deferred: _StandIn(deferred), absent: None}
    mine = {name: module for name, module in instead.items() if name not in modules}
    modules.update(mine)
    try:
        yield
    finally:
        for name, module in mine.items():
            if modules.get(name) is module:
                modules.pop(name, None)


with _without("requests", "httpx._main"):
    from connexion.http_facts import METHODS
    from connexion.middleware import ConnexionMiddleware
    from connexion.middleware.abstract import ROUTING_CONTEXT, RoutedAPI, RoutedMiddleware, SpecMiddleware
    from connexion.middleware.main import API
    from connexion.operations import AbstractOperation
    from connexion.resolver import Resolver
    from connexion.spec import OpenAPISpecification, Specification

__all__ = [
    "API",
    "METHODS",
    "ROUTING_CONTEXT",
    "AbstractOperation",
    "ConnexionMiddleware",
    "OpenAPISpecification",
    "Resolver",
    "RoutedAPI",
    "RoutedMiddleware",
    "SpecMiddleware",
    "Specification",
]
