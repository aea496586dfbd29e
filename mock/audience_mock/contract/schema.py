"""Validation by the contract's schemas, and the messages of schema violations."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import Any

import jsonschema_rs

from audience_mock.contract.document import PATTERN_DESCRIPTION, JsonObject, json_schema
from audience_mock.errors import MAX_JUDGED, MAX_SHOWN, Violation, show
from audience_mock.patterns import LINEAR

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


_CHOICES = ("oneOf", "anyOf")
_WHOLE = ("allOf", "not", "uniqueItems", "minProperties", "maxProperties", "patternProperties", "dependencies")
"""Keywords that are judged with all that is below them."""
_LONG = 10_000
"""Characters of a text of which only the begin is judged to say what is wrong with it."""


class Schema:
    """One schema of the contract, compiled when it is first used: a start needs few of them.

    Args:
        schema: an OpenAPI 3.0 schema without `$ref`.
    """

    def __init__(self, schema: JsonObject) -> None:
        self._schema = schema

    @cached_property
    def _node(self) -> "_Node":
        return _Node(json_schema(self._schema))

    def is_valid(self, value: Any) -> bool:
        """Has the value no violation; much quicker than to describe them."""
        return bool(self._node.validator.is_valid(value))

    def violations(self, value: Any, field: str) -> list[Violation]:
        """The violations of the schema, each with its path below `field`; empty if `value` is valid.

        Judging stops after MAX_JUDGED, and does not look at what is too much in a list that is too long.
        """
        if self._node.validator.is_valid(value):
            return []
        return list(islice(self._node.explain(value, field), MAX_JUDGED))


def _compiled(schema: Any) -> Any:
    return jsonschema_rs.Draft4Validator(schema, validate_formats=True, pattern_options=LINEAR)


class _Node:
    """A schema, and those of what is below it.

    jsonschema-rs finds all errors before it returns the first, and copies the value of each: with a large request that
    takes minutes and gigabytes. So it judges level by level: a value without what is below it, then its parts.
    """

    def __init__(self, schema: Any) -> None:
        self._schema = schema
        self.validator = _compiled(schema)

    @cached_property
    def _own(self) -> Any:
        """Validates a value without what is below it; see `_without_parts`."""
        own = {name: value for name, value in self._schema.items() if name not in _CHOICES}
        if "properties" in own:
            own["properties"] = {name: {} for name in own["properties"]}
        own |= {name: {} for name in ("items", "additionalProperties") if isinstance(own.get(name), dict)}
        return _compiled(own)

    @cached_property
    def _choices(self) -> list["_Node"]:
        return [_Node({name: self._schema[name]}) for name in _CHOICES if name in self._schema]

    @cached_property
    def _properties(self) -> dict[str, "_Node"]:
        return {name: _Node(schema) for name, schema in self._schema.get("properties", {}).items()}

    @cached_property
    def _items(self) -> "_Node | None":
        return self._below("items")

    @cached_property
    def _others(self) -> "_Node | None":
        """Of the properties that are not named."""
        return self._below("additionalProperties")

    def _below(self, keyword: str) -> "_Node | None":
        schema = self._schema.get(keyword)
        return _Node(schema) if isinstance(schema, dict) else None

    def explain(self, value: Any, field: str) -> Iterator[Violation]:
        """The violations of a value, found one by one."""
        if any(name in self._schema for name in _WHOLE):
            yield from self._described(self.validator.iter_errors(value), value, field)
            return
        if isinstance(value, str) and len(value) > _LONG:
            yield from self._of_long_text(value, field)
            return
        yield from self._described(self._own.iter_errors(self._without_parts(value)), value, field)
        for choice in self._choices:
            if not choice.validator.is_valid(value):
                yield self._unfit(value, field)
        for name, node, part in self._parts(value):
            if not node.validator.is_valid(part):
                yield from node.explain(part, f"{field}.{name}")

    def _of_long_text(self, value: str, field: str) -> Iterator[Violation]:
        """Those of its begin, or that it is wrong: jsonschema-rs copies and escapes the whole text for each."""
        found = list(self._described(self._own.iter_errors(value[:_LONG]), value, field))
        yield from found or [self._unfit(value, field)]

    def _without_parts(self, value: Any) -> Any:
        """A small value with the same violations of its own."""
        if isinstance(value, list):
            return [None] * min(len(value), self._schema.get("maxItems", len(value)) + 1)
        if isinstance(value, dict):
            named = self._schema.get("properties", {})
            known = {name: None for name in (*named, *self._schema.get("required", ())) if name in value}
            unknown = next((name for name in value if name not in named), None)
            return known if unknown is None else {unknown: None, **known}
        return value

    def _parts(self, value: Any) -> Iterator[tuple[str | int, "_Node", Any]]:
        if isinstance(value, list) and self._items:
            for place, item in enumerate(islice(value, self._schema.get("maxItems"))):
                yield place, self._items, item
        elif isinstance(value, dict):
            for name, part in value.items():
                node = self._properties.get(name, self._others)
                if node:
                    yield name, node, part

    def _described(self, errors: Iterable[Any], value: Any, field: str) -> Iterator[Violation]:
        for error in errors:
            parent = self._at(error.schema_path[:-1])
            path = _join(field, error.instance_path)
            if error.kind.name == "required":
                missing = str(error.kind.value)
                path = _join(path, [missing])
                expected = describe(parent.get("properties", {}).get(missing, {}))
                yield Violation(path, f"{path} is missing; send {expected}.")
            elif error.kind.name == "additionalProperties":
                unknown = show(error.kind.value[0])
                yield Violation(path, f"{path} has the unknown {unknown}; use {', '.join(parent['properties'])}.")
            else:
                found = error.instance if error.instance_path else value
                yield Violation(path, f"{path} is {show(found)}; send {describe(parent)}.")

    def _unfit(self, value: Any, field: str) -> Violation:
        return Violation(field, f"{field} is {show(value)}; send {describe(self._schema)}.")

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
        return schema.get(PATTERN_DESCRIPTION) or _listed([describe(member) for member in schema["oneOf"]])
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
