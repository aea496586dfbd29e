"""The source of every keyword of openapi.yaml, as the `x-source` fields give it."""

from collections.abc import Iterator
from enum import Enum
from typing import Any, TypeAlias

Pointer: TypeAlias = tuple[str | int, ...]

FIELD = "x-source"
SOURCES = ("documents", "sdk", "decision")

# The documents print these of every field and parameter; an x-source can say otherwise.
_PRINTED_OF_SCHEMAS = frozenset({"type", "properties", "items", "nullable"})
_PRINTED_OF_PARAMETERS = frozenset({"in", "name"})

# They tell generators how wide a number is; the documents print none of them.
_FORMATS_OF_NUMBERS = frozenset({"int32", "int64", "float", "double"})

# The values of these keys are data of the API, where x-source has no meaning.
_DATA = frozenset({"default", "enum", "example", "examples"})

# The keys of these maps, and of those in components, are names: one may be called x-source, or default.
_MAPS_OF_NAMES = frozenset({"properties", "headers", "content", "encoding", "links", "callbacks", "variables"})


class _Keys(Enum):
    """What the keys of an object are."""

    FIELDS = 1
    NAMES = 2
    CODES = 3
    """Response codes, default too, beside x- fields."""


def source_of(document: dict[str, Any], pointer: Pointer, keyword: str) -> str | None:
    """Return the source of a keyword of the object at the pointer (keys and list indexes), or None.

    The nearest x-source that covers the keyword counts: first that of the object, then those of the objects around it,
    outwards. A word covers its whole object, a map the keys that it names and all below them.

    Raises:
        LookupError: the document has nothing at the pointer.
    """
    path = list(_path(document, pointer))
    owner = path.pop()
    for value, key in ((owner, keyword), *zip(reversed(path), reversed(pointer), strict=True)):
        source = _covering(value, key)
        if source:
            return source
    return "documents" if _is_printed(owner, keyword) else "decision" if _is_format_of_numbers(owner, keyword) else None


def sourced_objects(document: dict[str, Any]) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """Yield every object that has an x-source, with its pointer, in the order of the file."""
    waiting: list[tuple[Pointer, Any, _Keys]] = [((), document, _Keys.FIELDS)]
    while waiting:
        pointer, value, keys = waiting.pop()
        if isinstance(value, list):
            children: list[tuple[str | int, Any]] = list(enumerate(value))
        elif isinstance(value, dict):
            if FIELD in value and keys is not _Keys.NAMES:
                yield pointer, value
            children = [(key, child) for key, child in value.items() if not _is_data(key, keys)]
        else:
            continue
        waiting += [
            ((*pointer, key), child, _keys_of((*pointer, key), keys))
            for key, child in reversed(children)
            if isinstance(child, dict | list)
        ]


def _path(document: Any, pointer: Pointer) -> Iterator[Any]:
    """Yield the values from the document to the one at the pointer.

    A mapping of names appears as an empty one: its keys are no keywords.
    """
    value, keys = document, _Keys.FIELDS
    for depth, step in enumerate(pointer):
        yield {} if keys is _Keys.NAMES else value
        children = dict(enumerate(value)) if isinstance(value, list) else value if isinstance(value, dict) else {}
        if step not in children:
            place = "/".join(map(str, pointer[: depth + 1]))
            raise LookupError(f"the document has nothing at {place}; correct the pointer")
        value = children[step]
        keys = _keys_of(pointer[: depth + 1], keys)
    yield {} if keys is _Keys.NAMES else value


def _keys_of(pointer: Pointer, parent: _Keys) -> _Keys:
    """What the keys of the object at the pointer are; `parent`: those of the object around it."""
    *around, key = pointer
    if parent is _Keys.NAMES:
        return _Keys.FIELDS
    if around == ["components"] or key in _MAPS_OF_NAMES:
        return _Keys.NAMES
    return _Keys.CODES if key == "responses" else _Keys.FIELDS


def _is_data(key: str, keys: _Keys) -> bool:
    if keys is _Keys.NAMES:
        return False
    return key.startswith("x-") or (key in _DATA and keys is _Keys.FIELDS)


def _covering(value: Any, key: str | int) -> str | None:
    """Return the source that the object's own x-source gives to the key."""
    source = value.get(FIELD) if isinstance(value, dict) else None
    if isinstance(source, dict):
        # The documents print "Enum" and neither its members nor which of them is the default.
        source = source.get(key) or (source.get("enum") if key == "default" else None)
    return source if isinstance(source, str) else None


def _is_printed(value: Any, keyword: str) -> bool:
    if not isinstance(value, dict):
        return False
    if "in" in value:
        return keyword in _PRINTED_OF_PARAMETERS
    return keyword in _PRINTED_OF_SCHEMAS or (keyword == "format" and value.get(keyword) == "date-time")


def _is_format_of_numbers(value: Any, keyword: str) -> bool:
    return keyword == "format" and isinstance(value, dict) and str(value.get(keyword)) in _FORMATS_OF_NUMBERS
