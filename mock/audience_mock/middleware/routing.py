"""Step: find the operation of a request.

Connexion's own RoutingMiddleware matches in file order with Starlette's router and differs from the contract in four
ways: a parameter matches a method that the literal path does not have (DELETE /user_group/tags would delete the group
"tags"), `Allow` names the methods of one route only, a trailing slash is redirected, and an encoded slash in an id
splits the path. This step has the same interface.
"""

from collections.abc import Awaitable
from typing import Any, NamedTuple
from urllib.parse import unquote, unquote_to_bytes

from starlette.types import ASGIApp, Receive, Scope, Send

from audience_mock import errors
from audience_mock.errors import Refusal
from audience_mock.middleware.cache import store
from audience_mock.middleware.framework import METHODS, ROUTING_CONTEXT, Specification, SpecMiddleware

PATH_ARGUMENTS = "audience_mock.path"
"""Key of the ASGI scope: the decoded path parameters by name."""
UNROUTED = "audience_mock.unrouted"
"""Key of the ASGI scope: the Refusal of a request that is passed on without an operation (--proxy)."""


def operation_id_of(scope: Scope) -> str | None:
    """The operation of a request that passed Routing."""
    operation_id: str | None = scope.get("extensions", {}).get(ROUTING_CONTEXT, {}).get("operation_id")
    return operation_id


def check_path(scope: Scope) -> None:
    """Raises Refusal 400 for a path whose bytes are not UTF-8: decoded leniently, two of them could be the same."""
    raw_path: bytes = scope.get("raw_path") or b""
    if b"%" in raw_path:
        for segment in raw_path.partition(b"?")[0].split(b"/"):
            try:
                unquote_to_bytes(segment).decode()
            except UnicodeDecodeError:
                raise errors.invalid([errors.not_utf8("path", segment.decode("latin-1"))]) from None


class _Leaf(NamedTuple):
    names: tuple[str, ...]
    operations: dict[str, dict[str, Any]]  # method -> Connexion's routing context
    allowed: tuple[str, ...]


_Found = tuple[_Leaf, dict[str, str]]


class _Node:
    """A path segment: its literal children, its parameter child, and the operations that end here."""

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.leaf: _Leaf | None = None


class Routing(SpecMiddleware):  # type: ignore[misc]
    """Put the operationId and the path parameters of each request into its scope.

    Args:
        app: the next step.
        passes_unknown: pass a request on that has no operation, instead of refusing it.

    Raises:
        Refusal: 404 for an unknown path, 405 for a method that the path does not have.
    """

    def __init__(self, app: ASGIApp, *, passes_unknown: bool = False) -> None:
        self.app = app
        self._passes_unknown = passes_unknown
        self._root = _Node()
        self._known: dict[bytes, _Found] = {}
        self._base_path = ""

    def add_api(self, specification: Specification, base_path: str | None = None, **_: Any) -> None:
        self._base_path = base_path if base_path is not None else specification.base_path
        for template, item in specification["paths"].items():
            self._add(f"{self._base_path}{template}", item)

    def _add(self, template: str, item: dict[str, Any]) -> None:
        node, names = self._root, []
        for segment in template.split("/")[1:]:
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(segment, _Node())
        operations = {
            m.upper(): {"api_base_path": self._base_path, "operation_id": o["operationId"]}
            for m, o in item.items()
            if m in METHODS
        }
        if "GET" in operations:
            operations.setdefault("HEAD", operations["GET"])
        node.leaf = _Leaf(tuple(names), operations, tuple(sorted(operations)))

    def _find(self, path: str) -> _Found | None:
        """Walk the tree along an undecoded path, a literal segment before a parameter."""
        node, values = self._root, []
        for segment in path.split("/")[1:]:
            text = unquote(segment) if "%" in segment else segment
            literal = node.literals.get(text)
            if literal is not None:
                node = literal
            elif node.parameter is not None and segment:
                node = node.parameter
                values.append(text)
            else:
                return None
        return (node.leaf, dict(zip(node.leaf.names, values, strict=True))) if node.leaf else None

    def _look_up(self, raw_path: bytes) -> _Found | None:
        found = self._find(raw_path.decode("latin-1").partition("?")[0])
        if found:
            store(self._known, raw_path, found)
        return found

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "http":
            return self.app(scope, receive, send)
        try:
            operation, arguments = self._route(scope)
        except Refusal as refusal:
            if not self._passes_unknown:
                raise
            scope[UNROUTED] = refusal
            operation, arguments = {"operation_id": None}, {}
        scope[PATH_ARGUMENTS] = arguments
        scope.setdefault("extensions", {})[ROUTING_CONTEXT] = operation
        return self.app(scope, receive, send)

    def _route(self, scope: Scope) -> tuple[dict[str, Any], dict[str, str]]:
        """The routing context of a request, and its path parameters."""
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        found = self._known.get(raw_path)
        if found is None:
            check_path(scope)
            found = self._look_up(raw_path)
        if found is None:
            raise errors.unknown_path(scope["path"])
        leaf, arguments = found
        operation = leaf.operations.get(scope["method"])
        if operation is None:
            raise errors.method_not_allowed(scope["method"], scope["path"], leaf.allowed)
        return operation, arguments
