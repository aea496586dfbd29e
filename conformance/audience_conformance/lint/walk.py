"""The objects of an OpenAPI 3.0 document, found by its grammar.

Only the grammar can tell that a `$ref` in an example, or a property called `example`, is data.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

Pointer: TypeAlias = tuple[str | int, ...]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_PARAMETER = {"schema": "schema", "content.*": "media type", "examples.*": "example"}

# Kind of object -> its fields with objects: `field` has one object, `field[]` a list, `field.*` a map with any names;
# `*`: the object itself is such a map, except for its x- fields.
GRAMMAR: dict[str, dict[str, str]] = {
    "document": {"paths": "paths", "components": "components"},
    "components": {
        "schemas.*": "schema",
        "responses.*": "response",
        "parameters.*": "parameter",
        "examples.*": "example",
        "requestBodies.*": "request body",
        "headers.*": "header",
        "securitySchemes.*": "security scheme",
        "links.*": "link",
        "callbacks.*": "callback",
    },
    "paths": {"*": "path item"},
    "path item": {"parameters[]": "parameter", **dict.fromkeys(METHODS, "operation")},
    "operation": {
        "parameters[]": "parameter",
        "requestBody": "request body",
        "responses": "responses",
        "callbacks.*": "callback",
    },
    "callback": {"*": "path item"},
    "responses": {"*": "response"},
    "response": {"headers.*": "header", "content.*": "media type", "links.*": "link"},
    "request body": {"content.*": "media type"},
    "parameter": _PARAMETER,
    "header": _PARAMETER,
    "media type": {"schema": "schema", "examples.*": "example", "encoding.*": "encoding"},
    "encoding": {"headers.*": "header"},
    "schema": {
        "properties.*": "schema",
        "items": "schema",
        "additionalProperties": "schema",
        "allOf[]": "schema",
        "anyOf[]": "schema",
        "oneOf[]": "schema",
        "not": "schema",
    },
    "example": {},
    "link": {},
    "security scheme": {},
}


class Node(NamedTuple):
    """One object of the document; a `$ref` has the kind of its target."""

    kind: str
    pointer: Pointer
    value: dict[str, Any]


def walk(kind: str, pointer: Pointer, value: object) -> Iterator[Node]:
    """Yield the object and all objects below it that are mappings, in the order of the file."""
    if not isinstance(value, dict):
        return
    yield Node(kind, pointer, value)
    if "$ref" in value:
        return
    places = {field.rstrip(".*[]"): (field, child) for field, child in GRAMMAR[kind].items()}
    for key, content in value.items():
        if "" in places:  # the map itself
            if not key.startswith("x-"):
                yield from walk(places[""][1], (*pointer, key), content)
        elif key in places:
            field, child = places[key]
            for step, item in _objects(field, content):
                yield from walk(child, (*pointer, key, *step), item)


def _objects(field: str, content: object) -> Iterator[tuple[Pointer, object]]:
    if field.endswith("[]"):
        yield from (((index,), item) for index, item in enumerate(sequence(content)))
    elif field.endswith(".*"):
        yield from (((name,), item) for name, item in mapping(content).items())
    else:
        yield (), content


def mapping(value: object) -> dict[str, Any]:
    """Return the value if it is a mapping, else an empty one: the `openapi` check reports a wrong type."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[Any]:
    """Return the value if it is a list, else an empty one: the `openapi` check reports a wrong type."""
    return value if isinstance(value, list) else []


def string(value: object) -> str:
    """Return the value if it is a string, else an empty one: the `openapi` check reports a wrong type."""
    return value if isinstance(value, str) else ""
