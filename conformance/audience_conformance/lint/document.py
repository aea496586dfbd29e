"""Reads an OpenAPI file, YAML or JSON, into plain JSON values with line numbers."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from audience_conformance.lint.walk import Node, Pointer, walk

# Limits that protect the checks from deep recursion and expanding aliases.
MOST_LEVELS = 100
MOST_VALUES = 1_000_000
MOST_BITS = 4096

Lines: TypeAlias = dict[int, dict[str | int, int]]

# A line number and a message.
Problem: TypeAlias = tuple[int, str]


class UnreadableError(Exception):
    """The file is not an OpenAPI 3.0 document; `line` is the line of the problem, if there is one."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True, eq=False)
class Document:
    """An OpenAPI 3.0 file: its text, its data, and its objects with their kinds."""

    text: str
    data: dict[str, Any]
    nodes: list[Node]
    repeated_keys: list[Problem]
    _start: int
    _lines: Lines

    def line(self, pointer: Pointer) -> int:
        """Return the line (from 1) of a key or list item; if it does not exist, the line of its nearest parent."""
        line = self._start
        value: Any = self.data
        for part in pointer:
            # jsonschema-rs reports the key "200" as the number 200.
            step = str(part) if isinstance(value, dict) else part
            lines = self._lines.get(id(value), {})
            if step not in lines:
                break
            line, value = lines[step], value[step]
        return line


def read(path: Path) -> Document:
    """Read a file.

    Raises:
        UnreadableError: the file is missing, not UTF-8, not YAML or not OpenAPI 3.0.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableError(error.strerror or str(error)) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UnreadableError(f"byte 0x{raw[error.start]:02x} is not UTF-8; save the file as UTF-8", line) from error
    return parse(text)


def parse(text: str) -> Document:
    """Parse the text of a file.

    Raises:
        UnreadableError: the text is not YAML or not OpenAPI 3.0.
    """
    as_json = _is_json(text)
    # JSON allows tabs between tokens, PyYAML does not. A JSON string cannot contain a raw tab.
    node = _compose(text.replace("\t", " ") if as_json else text)
    if node is None:
        raise UnreadableError("the file is empty; an OpenAPI document is a mapping")
    reader = _Reader(as_json)
    data = reader.value(node)
    start = node.start_mark.line + 1
    if not isinstance(data, dict):
        raise UnreadableError(f"the top level is {_kind(data)}; an OpenAPI document is a mapping", start)
    document = Document(text, data, list(walk("document", (), data)), reader.repeated_keys, start, reader.lines)
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


class _Loader(yaml.SafeLoader):
    """Reads dates, and the `=` that no PyYAML constructor supports, as strings, like JSON."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # a class attribute of PyYAML's
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value")
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _compose(text: str) -> yaml.Node | None:
    try:
        # The pure Python parser: the C one overflows its stack on deep nesting.
        node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UnreadableError(f"not YAML: {error.problem}", mark.line + 1 if mark else None) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UnreadableError(f"not YAML: character {error.character:#06x} is not allowed", line) from error
    except RecursionError as error:
        raise UnreadableError(f"nested deeper than {MOST_LEVELS} levels") from error
    return node


@dataclass
class _Reader:
    """Converts PyYAML's nodes to JSON values and records the line of every key and item."""

    as_json: bool
    lines: Lines = field(default_factory=dict)
    repeated_keys: list[Problem] = field(default_factory=list)
    _scalars: yaml.constructor.SafeConstructor = field(default_factory=yaml.constructor.SafeConstructor)
    # Node id -> its value, and its number of levels and of values with all aliases expanded.
    _done: dict[int, tuple[Any, int, int]] = field(default_factory=dict)
    _begun: set[int] = field(default_factory=set)

    def value(self, node: yaml.Node) -> Any:
        if id(node) not in self._done:
            if id(node) in self._begun:
                raise UnreadableError("an alias contains itself", _line(node))
            self._begun.add(id(node))
            self._done[id(node)] = self._build(node)
        return self._done[id(node)][0]

    def _build(self, node: yaml.Node) -> tuple[Any, int, int]:
        value: Any
        if isinstance(node, yaml.MappingNode):
            value, children = self._mapping(node), [child for _, child in node.value]
        elif isinstance(node, yaml.SequenceNode):
            value, children = [self.value(child) for child in node.value], node.value
            self.lines[id(value)] = {index: _line(child) for index, child in enumerate(children)}
        else:
            return self._scalar(node), 0, 1
        levels = 1 + max((self._done[id(child)][1] for child in children), default=0)
        values = 1 + sum(self._done[id(child)][2] for child in children)
        if levels > MOST_LEVELS:
            raise UnreadableError(f"nested deeper than {MOST_LEVELS} levels", _line(node))
        if values > MOST_VALUES:
            raise UnreadableError(f"more than {MOST_VALUES} values after expanding aliases", _line(node))
        return value, levels, values

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Any]:
        value: dict[str, Any] = {}
        lines: dict[str | int, int] = {}
        merged: list[Any] = []
        for key_node, child in node.value:
            item = self.value(child)
            if not isinstance(key_node, yaml.ScalarNode):
                raise UnreadableError("a key must be a plain word, not a list or a mapping", _line(key_node))
            key = _text(key_node, key_node.value)  # as written: 200 and on are the keys "200" and "on"
            if key_node.tag == "tag:yaml.org,2002:merge":
                merged += item if isinstance(item, list) else [item]
                continue
            if key in value:
                text = f"the key {json.dumps(key)} is already on line {lines[key]}; delete one of them"
                self.repeated_keys.append((_line(key_node), text))
            value[key], lines[key] = item, _line(key_node)
        for source in merged:
            if not isinstance(source, dict):
                raise UnreadableError(f"a merge key << takes a mapping, not {_kind(source)}", _line(node))
            for key in [key for key in source if key not in value]:
                value[key], lines[key] = source[key], self.lines[id(source)][key]
        self.lines[id(value)] = lines
        return value

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            if self.as_json and isinstance(node, yaml.ScalarNode) and node.style is None:
                value = json.loads(node.value)
            else:
                value = self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError, LookupError, OverflowError) as error:
            raise UnreadableError(f"{json.dumps(node.value)} is not a {node.tag}", _line(node)) from error
        if isinstance(value, str):
            return _text(node, value)
        if value is not None and not isinstance(value, bool | int | float):
            raise UnreadableError(f"a value with the tag {node.tag} cannot be JSON", _line(node))
        if isinstance(value, int) and value.bit_length() > MOST_BITS:
            raise UnreadableError(f"a number of more than {MOST_BITS} bits", _line(node))
        return value


def _text(node: yaml.Node, text: str) -> str:
    """Join surrogate pairs: JSON escapes a character beyond U+FFFF as two halves, and YAML keeps them apart."""
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError as error:
        raise UnreadableError("half of a surrogate pair is not a character", _line(node)) from error


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _kind(value: object) -> str:
    names = {dict: "a mapping", list: "a list", str: "a string", type(None): "nothing"}
    return names.get(type(value), "a number or a boolean")
