"""Converts a schema of OpenAPI 3.0 to a self-contained one of JSON Schema draft 4."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from audience_conformance.lint.document import Document, Found
from audience_conformance.lint.references import MOST_REFERENCES, follow
from audience_conformance.lint.walk import Pointer, mapping, sequence

# Keywords of both; OpenAPI's other keywords do not constrain a value.
_COMMON_KEYWORDS = (
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


class TooDeepError(Exception):
    """The schema refers to others through too many references, one inside the other."""


class StandAlone(NamedTuple):
    """A draft 4 schema, and the pointers of its numbered definitions in the document."""

    schema: dict[str, Any]
    sources: list[Pointer]

    def pointer(self, path: Pointer) -> Pointer:
        """Map a pointer in the schema to one in the document."""
        return (*self.sources[int(path[1])], *path[2:]) if path[:1] == ("definitions",) else self.sources[0]


def stand_alone(document: Document, schema: Found) -> StandAlone:
    """Convert a schema and all schemas that it refers to; a broken reference accepts every value.

    Raises:
        TooDeepError: the validator, which is recursive, could overflow its stack.
    """
    found = [schema]
    numbers = {schema.pointer: 0}
    depths = [0]
    number = 0

    def refer(value: Any) -> dict[str, Any]:
        target = follow(document, value, ())
        if not target:
            return {}
        if target.pointer not in numbers:
            numbers[target.pointer] = len(found)
            found.append(target)
            depths.append(depths[number] + 1)
            if depths[-1] > MOST_REFERENCES:
                raise TooDeepError
        return {"$ref": f"#/definitions/{numbers[target.pointer]}"}

    definitions: dict[str, Any] = {}
    for number, (_, value) in enumerate(found):  # refer() appends to the list meanwhile
        definitions[str(number)] = _convert(value, refer)
    return StandAlone({"$ref": "#/definitions/0", "definitions": definitions}, [place for place, _ in found])


def _convert(schema: Any, refer: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    if not isinstance(schema, dict):
        return {}
    if "$ref" in schema:
        return refer(schema)
    converted = {key: schema[key] for key in _COMMON_KEYWORDS if key in schema}
    if "type" in schema:
        # nullable extends the type beside it, and has no effect without one.
        converted["type"] = [schema["type"], "null"] if schema.get("nullable") is True else schema["type"]
    if "enum" in schema:  # draft 4 requires distinct members, OpenAPI does not
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
    if properties or rest is False:  # without `properties` jsonschema-rs does not name the extra one
        converted["properties"] = {name: _convert(value, refer) for name, value in properties.items()}
    if rest is not True:
        converted["additionalProperties"] = rest is not False and _convert(rest, refer)
    # A readOnly property is required only in responses, a writeOnly one only in requests; an example may be either.
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
