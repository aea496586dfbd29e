"""Formats values and messages for one line."""

import json
from typing import Any

MOST_OF_A_VALUE = 60
MOST_OF_A_MESSAGE = 300


# JSON types in the words of YAML.
TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
_NAMES = {dict: "object", list: "array", str: "string", int: "integer", float: "number", bool: "boolean"}


def type_of(value: object) -> str:
    """Return the type of a JSON value, in the words of TYPES."""
    return TYPES[_NAMES.get(type(value), "null")]


def show(value: Any) -> str:
    """Return a value as JSON, shortened."""
    return _shorten(json.dumps(value, ensure_ascii=False), MOST_OF_A_VALUE)


def one_line(message: str) -> str:
    """Return a message without line breaks and control characters, shortened."""
    plain = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in " ".join(message.split()))
    return _shorten(plain, MOST_OF_A_MESSAGE)


def _shorten(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
