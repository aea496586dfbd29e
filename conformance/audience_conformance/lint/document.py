"""Reads an OpenAPI file, YAML or JSON, into plain JSON values with line numbers."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from audience_conformance.lint.show import type_of
from audience_conformance.lint.values import (
    Line,
    Marks,
    Problem,
    UnreadableError,
    line_after,
    line_of,
    read_values,
)
from audience_conformance.lint.walk import Node, Pointer, walk

__all__ = ["Document", "Found", "Line", "Problem", "UnreadableError", "decode", "parse", "read"]


class Found(NamedTuple):
    """A value and its pointer."""

    pointer: Pointer
    value: Any


@dataclass(frozen=True, eq=False)
class Document:
    """An OpenAPI 3.0 file: its text, its data, and its objects with their kinds."""

    text: str
    data: dict[str, Any]
    nodes: list[Node]
    repeated_keys: list[Problem]
    non_text_keys: dict[int, dict[str, Line]]
    _start: Any
    _marks: Marks
    # What references.py has resolved: reference -> its target, and -> the end of its chain.
    targets: dict[str, Found | None] = field(default_factory=dict)
    chain_ends: dict[object, Any] = field(default_factory=dict)

    def line(self, pointer: Pointer) -> Line:
        """Return the line of a key or list item; if it does not exist, that of its parent."""
        mark = self._start
        value: Any = self.data
        for part in pointer:
            # jsonschema-rs reports the key "200" as the number 200.
            step = str(part) if isinstance(value, dict) else part
            marks = self._marks.get(id(value), {})
            if step not in marks:
                break
            mark, value = marks[step], value[step]
        return line_of(mark)


def read(path: Path) -> Document:
    """Read a file.

    Raises:
        UnreadableError: the file is missing, not UTF-8, not YAML or not OpenAPI 3.0.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableError(error.strerror or str(error)) from error
    return decode(raw)


def decode(raw: bytes) -> Document:
    """Parse the bytes of a file.

    Raises:
        UnreadableError: the bytes are not UTF-8, not YAML or not OpenAPI 3.0.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # Without the byte order mark, which the error does not count.
        read, byte = error.object[: error.start].decode(), error.object[error.start]
        raise UnreadableError(f"byte 0x{byte:02x} is not UTF-8; save the file as UTF-8", line_after(read)) from error
    return parse(text)


def parse(text: str) -> Document:
    """Parse the text of a file.

    Raises:
        UnreadableError: the text is not YAML or not OpenAPI 3.0.
    """
    as_json = _is_json(text)
    # JSON allows tabs between tokens, PyYAML does not. A JSON string cannot contain a raw tab.
    values = read_values(text.replace("\t", " ") if as_json else text, as_json=as_json)
    data = values.data
    if values.start is None:
        raise UnreadableError("the file is empty; an OpenAPI document is a mapping")
    if not isinstance(data, dict):
        raise UnreadableError(
            f"the top level is {type_of(data)}; an OpenAPI document is a mapping", line_of(values.start)
        )
    nodes = list(walk("document", (), data))
    document = Document(text, data, nodes, values.repeated_keys, values.non_text_keys, values.start, values.marks)
    version = data.get("openapi")
    if not isinstance(version, str) or not re.fullmatch(r"3\.0\.\d+(-.+)?", version):
        found = f"openapi is {json.dumps(version)}" if "openapi" in data else "there is no openapi field"
        raise UnreadableError(f'{found}; this linter reads OpenAPI 3.0, as "3.0.3"', document.line(("openapi",)))
    return document


def _is_json(text: str) -> bool:
    if not text.lstrip().startswith("{"):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
