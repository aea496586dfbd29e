"""What a check needs from a target, read from its own code: every `Skip("…")` that it can come to."""

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

from audience_conformance.checks.registry import Check
from audience_conformance.client.api import Api
from audience_conformance.results.finding import Skip

_PACKAGE = __name__.partition(".")[0]


def needs(check: Check) -> list[str]:
    """What the target must have or allow for this check to be performed, in words."""
    leave = ["leave to write: a target on this machine, or --write"] if check.writes else []
    return list(dict.fromkeys([*leave, *_lacks(check.function, set())]))


def _lacks(function: Callable[..., Any], seen: set[object]) -> Iterator[str]:
    """The messages of Lacking in a function, and in those of this package that it names."""
    if function in seen:
        return
    seen.add(function)
    for node in ast.walk(_tree(function)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == Skip.__name__:
            yield from _text(node.args[0]) if node.args else ()
        for named in _named(node, function):
            yield from _lacks(named, seen)


@functools.cache
def _tree(function: Callable[..., Any]) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


def _text(message: ast.expr) -> Iterator[str]:
    """A message, with … for what is told of one target; none if it begins with that."""
    parts = message.values if isinstance(message, ast.JoinedStr) else [message]
    if isinstance(parts[0], ast.Constant):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)


def _named(node: ast.AST, function: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """The functions of this package that a node refers to: by their name, by a module's, or as a part of Api."""
    found: Any = None
    names = getattr(inspect.unwrap(function), "__globals__", {})
    if isinstance(node, ast.Name):
        found = names.get(node.id)
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        owner = Api if node.value.id == "api" else names.get(node.value.id)
        found = inspect.getattr_static(owner, node.attr, None)
    if isinstance(found, property):
        found = found.fget
    if isinstance(found, FunctionType) and found.__module__.partition(".")[0] == _PACKAGE:
        yield found
