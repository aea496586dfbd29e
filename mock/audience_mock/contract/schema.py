"""Validation by the contract's schemas, and the messages of schema violations."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from audience_mock.contract.document import PATTERN_DESCRIPTION, JsonObject, json_schema
from audience_mock.errors import MAX_SHOWN, Violation, show

_TYPES = {
    "string": "a string",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_FORMATS = {
    "uri": "a URL, special characters percent-encoded",
    "date-time": "a date and time like 2024-05-01T09:30:00.000Z",
    "date": "a date like 2024-05-01",
}


class Schema:
    """One compiled schema of the contract.

    Args:
        schema: an OpenAPI 3.0 schema without `$ref`.
    """

    def __init__(self, schema: JsonObject) -> None:
        self._schema = json_schema(schema)
        self._validator = jsonschema_rs.Draft4Validator(self._schema, validate_formats=True)

    def violations(self, value: Any, field: str) -> list[Violation]:
        """All violations of the schema, each with its path below `field`; empty if `value` is valid."""
        if self._validator.is_valid(value):
            return []
        return list(self._explain(value, field))

    def _explain(self, value: Any, field: str) -> Iterator[Violation]:
        for error in self._validator.iter_errors(value):
            path = _join(field, error.instance_path)
            keyword = error.kind.name
            parent = self._at(error.schema_path[:-1])
            if keyword == "required":
                missing = str(error.kind.value)
                path = _join(path, [missing])
                expected = describe(parent.get("properties", {}).get(missing, {}))
                yield Violation(path, f"{path} is missing; send {expected}.")
            elif keyword == "additionalProperties":
                unknown = show(error.kind.value[0])
                yield Violation(path, f"{path} has the unknown {unknown}; use {', '.join(parent['properties'])}.")
            else:
                yield Violation(path, f"{path} is {show(error.instance)}; send {describe(parent)}.")

    def _at(self, path: list[str | int]) -> Any:
        node = self._schema
        for part in path:
            node = node[part]
        return node


def _join(field: str, path: list[str | int]) -> str:
    return ".".join([field, *map(str, path)])


def describe(schema: JsonObject) -> str:
    """A description of valid values, for messages: "a string of 1 to 255 characters"."""
    if "oneOf" in schema:
        return _listed([describe(member) for member in schema["oneOf"]])
    if "enum" in schema:
        options = [str(o) if isinstance(o, str) else show(o) for o in schema["enum"]]
        return options[0] if len(options) == 1 else f"one of {', '.join(options)}"
    types = schema.get("type", [])
    text = _listed([_TYPES[t] for t in ([types] if isinstance(types, str) else types)]) or "a value"
    if types == "array" and schema.get("items", {}).get("type"):
        text = f"a list of {describe(schema['items']).removeprefix('an ').removeprefix('a ')}s"
    if "pattern" in schema:
        text += f" ({schema.get(PATTERN_DESCRIPTION) or 'matching ' + _shortened(schema['pattern'])})"
    elif "format" in schema:
        text = _FORMATS.get(schema["format"], text)
    for low, high, unit in (("minLength", "maxLength", "characters"), ("minItems", "maxItems", "items")):
        if low in schema or high in schema:
            text += f" of {_bounds(schema.get(low), schema.get(high))} {unit}"
    if "minimum" in schema or "maximum" in schema:
        text += f", {_bounds(schema.get('minimum'), schema.get('maximum'))}"
    return text


def _shortened(pattern: str) -> str:
    return pattern if len(pattern) <= MAX_SHOWN else f"{pattern[:MAX_SHOWN]}…"


def _bounds(low: Any, high: Any) -> str:
    if high is None:
        return f"{low} or more"
    return f"at most {high}" if low is None else f"{low} to {high}"


def _listed(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
