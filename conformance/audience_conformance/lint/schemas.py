"""Turns a schema of OpenAPI 3.0 into one of JSON Schema draft 4 that stands alone."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from audience_conformance.lint.document import Document
from audience_conformance.lint.references import Found, follow
from audience_conformance.lint.walk import Pointer, mapping, sequence

# What the two have in common; the rest of OpenAPI's keywords say nothing of a value.
_ALIKE = (
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maximum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "minimum",
    "minItems",
    "minLength",
    "minProperties",
    "multipleOf",
    "pattern",
    "uniqueItems",
)


class StandAlone(NamedTuple):
    """A draft 4 schema, and the pointers in the document of its numbered definitions."""

    schema: dict[str, Any]
    sources: list[Pointer]

    def pointer(self, path: Pointer) -> Pointer:
        """Place in the document of a place in the schema."""
        return (*self.sources[int(path[1])], *path[2:]) if path[:1] == ("definitions",) else self.sources[0]


def stand_alone(document: Document, schema: Found) -> StandAlone:
    """Convert a schema and all that it refers to; a reference that leads nowhere becomes a schema for anything."""
    found = [schema]
    numbers = {schema.pointer: 0}

    def refer(value: Any) -> dict[str, Any]:
        named = follow(document, value, ())
        if not named:
            return {}
        if named.pointer not in numbers:
            numbers[named.pointer] = len(found)
            found.append(named)
        return {"$ref": f"#/definitions/{numbers[named.pointer]}"}

    definitions: dict[str, Any] = {}
    for number, (_, value) in enumerate(found):  # refer() lengthens the list meanwhile
        definitions[str(number)] = _convert(value, refer)
    return StandAlone({"$ref": "#/definitions/0", "definitions": definitions}, [place for place, _ in found])


def _convert(schema: Any, refer: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    if not isinstance(schema, dict):
        return {}
    if "$ref" in schema:
        return refer(schema)
    converted = {key: schema[key] for key in _ALIKE if key in schema}
    if "type" in schema:
        # Only here: nullable widens the type that it stands beside, and says nothing without one.
        converted["type"] = [schema["type"], "null"] if schema.get("nullable") is True else schema["type"]
    if "enum" in schema:  # draft 4 wants its members distinct, OpenAPI does not
        converted["enum"] = list({json.dumps(member): member for member in sequence(schema["enum"])}.values())
    for key in ("items", "not"):
        if key in schema:
            converted[key] = _convert(schema[key], refer)
    for key in ("allOf", "anyOf", "oneOf"):
        if parts := sequence(schema.get(key)):
            converted[key] = [_convert(part, refer) for part in parts]
    converted |= _convert_object(schema, refer)
    return converted


def _convert_object(schema: dict[str, Any], refer: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    converted: dict[str, Any] = {}
    properties = mapping(schema.get("properties"))
    rest = schema.get("additionalProperties", True)
    if properties or rest is False:  # without `properties` jsonschema-rs does not say which one is too many
        converted["properties"] = {name: _convert(held, refer) for name, held in properties.items()}
    if rest is not True:
        converted["additionalProperties"] = rest is not False and _convert(rest, refer)
    # A readOnly property is required in answers only, a writeOnly one in requests only; examples may be of both.
    required = [
        name
        for name in sequence(schema.get("required"))
        if isinstance(name, str) and not _is_one_way(properties.get(name))
    ]
    if required:
        converted["required"] = list(dict.fromkeys(required))
    return converted


def _is_one_way(schema: Any) -> bool:
    return mapping(schema).get("readOnly") is True or mapping(schema).get("writeOnly") is True
