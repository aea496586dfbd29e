"""How the text of a seed is read: JSON as JSON, anything else as YAML, both with the lines of what they hold."""

import functools
import json
import math
import re
from collections.abc import Iterator
from typing import Any

import orjson
import yaml

from audience_mock.errors import show
from audience_mock.seeds.problems import Lines, Mistake, SeedProblem, no_lines

MAX_DEPTH = 100
"""Levels of lists and objects; a value of the API has 64 at most."""
MAX_SIZE = 10_000_000
"""Values of a YAML seed after its aliases are resolved."""

_BOM = b"\xef\xbb\xbf"
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{},]|[^\s\[\]{},:"]+|:|\n', re.DOTALL)
_TAG = "tag:yaml.org,2002:"


class Place:
    """A value in the text: its line, and the places of what it holds, which are complete before the first search."""

    __slots__ = ("_lengths", "below", "column", "line")

    def __init__(self, line: int, column: int = 0) -> None:
        self.line = line
        self.column = column
        """Of the key in its line; 0 if it is not known."""
        self.below: dict[str, Place] = {}
        self._lengths: list[int] | None = None
        """The lengths of the keys, longest first."""

    def find(self, path: str) -> "Place":
        """The place of a path like "groups.0.name"; where the path ends early, of the last that exists."""
        place = self
        while path and (key := place._longest_key(path)) is not None:
            place, path = place.below[key], path[len(key) + 1 :]
        return place

    def _longest_key(self, path: str) -> str | None:
        """The longest key that a path begins with: a key may contain dots."""
        if self._lengths is None:
            self._lengths = sorted({len(key) for key in self.below}, reverse=True)
        ends = (length for length in self._lengths if path[length : length + 1] in {"", "."})
        return next((path[:end] for end in ends if path[:end] in self.below), None)


class SeedText:
    """A seed that was read from a text.

    Args:
        content: the data; None if the mistakes leave nothing to go on with.
        mistakes: what the text itself has wrong: keys that appear twice, values that JSON does not have.
        lines: finds the line of a path below "seed".
    """

    def __init__(self, content: Any, mistakes: list[Mistake], lines: Lines) -> None:
        self.content = content
        self.mistakes = mistakes
        self.lines = lines


def read_text(text: bytes, source: str, *, must_be_json: bool = False) -> SeedText:
    """Read a seed.

    Args:
        text: the content of the file.
        source: what it is, for messages, like "the seed shop.yaml".
        must_be_json: a text that begins like JSON is not tried as YAML.

    Raises:
        SeedProblem: it is neither JSON nor YAML.
    """
    text = text.removeprefix(_BOM)
    if text.lstrip()[:1] not in {b"{", b"["}:
        return _read_yaml(text, source)
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError as error:
        # Only what JSON has no place for may be YAML; a number or a text that JSON refuses stays a mistake.
        if must_be_json or not error.msg.startswith("unexpected"):
            raise _not_json(text, source, error) from None
        return _read_yaml(text, source)
    return _read_json(text.decode(), source)


# --- JSON -----------------------------------------------------------------------------------------------


def _not_json(text: bytes, source: str, error: orjson.JSONDecodeError) -> SeedProblem:
    if "depth" in error.msg:
        return _too_deep(source)
    try:
        text.decode()
    except UnicodeDecodeError as wrong:
        line = text.count(b"\n", 0, wrong.start) + 1
        return SeedProblem(f"{source} is not JSON, line {line}: it is not UTF-8; save it in UTF-8")
    return SeedProblem(f"{source} is not JSON, line {error.lineno}, column {error.colno}: {error.msg}")


def _too_deep(source: str) -> SeedProblem:
    return SeedProblem(f"{source} nests deeper than {MAX_DEPTH} levels; use flatter values")


def _read_json(text: str, source: str) -> SeedText:
    """Read a text that is valid JSON; unlike orjson, json keeps integers of more than 64 bits and shows every key."""
    has_doubles = False

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal has_doubles
        found = dict(pairs)
        has_doubles = has_doubles or len(found) < len(pairs)
        return found

    try:
        content = json.loads(text, object_pairs_hook=unique)
    except RecursionError:
        raise _too_deep(source) from None
    if _depth(content) > MAX_DEPTH:
        raise _too_deep(source)
    places = functools.cache(lambda: _json_places(text))  # read once, and only if something is wrong
    return SeedText(content, places()[1] if has_doubles else [], lambda path: places()[0].find(path).line)


def lines_of(text: bytes) -> Lines:
    """Finds the lines of a valid JSON text, which is read for the first line; a text of one line has none to name."""
    if b"\n" not in text.strip():
        return no_lines
    root = functools.cache(lambda: _json_places(text.decode())[0])
    return lambda path: root().find(path).line


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level and depth <= MAX_DEPTH:
        containers = [item for item in level if isinstance(item, dict | list)]
        level = [child for c in containers for child in (c.values() if isinstance(c, dict) else c)]
        depth += bool(containers)
    return depth


def _json_places(text: str) -> tuple[Place, list[Mistake]]:
    """The places of a valid JSON text, and its doubled keys. Slow: only for a text that has a mistake."""
    mistakes: list[Mistake] = []
    line, begin = 1, 0
    root = Place(line)
    stack: list[tuple[Place, bool]] = [(root, False)]
    key: str | None = None
    for match in _TOKEN.finditer(text):
        found = match[0]
        place, is_object = stack[-1]
        if found == "\n":
            line, begin = line + 1, match.end()
        elif found in {"}", "]"}:
            stack.pop()
        elif found in {",", ":"}:
            continue
        elif is_object and key is None:
            key = json.loads(found)
            child = Place(line, match.start() - begin + 1)
            if key in place.below:
                mistakes.append(_doubled(key, place.below[key], child))
            place.below[key] = child
        else:
            if key is not None:
                child = place.below[key]
            else:
                child = Place(line)
                place.below[str(len(place.below))] = child
            key = None
            if found in {"{", "["}:
                stack.append((child, found == "{"))
    return root.below.get("0", root), mistakes


def _doubled(key: str, first: Place, second: Place) -> Mistake:
    where = f"line {first.line} and line {second.line}"
    if first.line == second.line:
        where = f"line {first.line}, columns {first.column} and {second.column}"
    return Mistake(second.line, f"the key {show(key)} appears twice, in {where}; join the two blocks")


# --- YAML -----------------------------------------------------------------------------------------------


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Dates stay text, as in JSON."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != f"{_TAG}timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _read_yaml(text: bytes, source: str) -> SeedText:
    try:
        # libyaml composes nodes by recursion in C, which would end the process: the depth is checked before.
        if _yaml_depth(text) > MAX_DEPTH:
            raise _too_deep(source)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            places = _Places()
            root = places.walk(node) if node else Place(1)
            content = loader.construct_document(node) if node and places.are_usable else None
        finally:
            loader.dispose()
    except RecursionError:
        raise _too_deep(source) from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else _line_of(text, error)
        raise SeedProblem(f"{source} is not YAML{where}: {_reason(error)}") from None
    if _depth(content) > MAX_DEPTH:
        raise _too_deep(source)
    return SeedText(content, places.mistakes, lambda path: root.find(path).line)


def _reason(error: Exception) -> str:
    return getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)


def _line_of(text: bytes, error: Exception) -> str:
    position = getattr(error, "position", None)
    if position is None:
        return ""
    return ", line {}".format(text.count(b"\n", 0, position) + 1)


def _yaml_depth(text: bytes) -> int:
    depth = deepest = 0
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            deepest = max(deepest, depth)
            if deepest > MAX_DEPTH:
                break
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return deepest


class _Places:
    """Walks over the nodes of a YAML document: their places, and what JSON could not hold."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []
        self.are_usable = True
        self._seen: dict[int, tuple[Place, int]] = {}
        self._open: set[int] = set()

    def walk(self, node: yaml.Node) -> Place:
        place, size = self._walk(node)
        if size > MAX_SIZE:
            self._refuse(1, f"it has {size} values once its aliases are resolved; {MAX_SIZE} at most")
        return place

    def _refuse(self, line: int, message: str) -> None:
        self.mistakes.append(Mistake(line, message))
        self.are_usable = False

    def _walk(self, node: yaml.Node) -> tuple[Place, int]:
        known = self._seen.get(id(node))
        if known:
            return known
        place, size = Place(node.start_mark.line + 1), 1
        if id(node) in self._open:
            self._refuse(place.line, "an alias refers to what contains it; write the value out")
            return place, size
        self._open.add(id(node))
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            for key, value, where in self._pairs(node, place):
                below, below_size = self._walk(value)
                child = Place(*where)
                child.below = below.below
                place.below[key] = child
                size += below_size
        elif isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            for number, item in enumerate(node.value):
                place.below[str(number)], below_size = self._walk(item)
                size += below_size
        elif problem := _scalar_problem(node):
            self._refuse(place.line, problem)
        self._open.discard(id(node))
        self._seen[id(node)] = place, size
        return place, size

    def _pairs(self, node: yaml.MappingNode, place: Place) -> Iterator[tuple[str, yaml.Node, tuple[int, int]]]:
        """The keys of a mapping, values, lines and columns; keys of a merge (<<) stand where they come from."""
        firsts: dict[str, Place] = {}
        for key, value in node.value:
            line, column = key.start_mark.line + 1, key.start_mark.column + 1
            if key.tag == f"{_TAG}merge":
                for merged in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    for name, child in self._walk(merged)[0].below.items():
                        place.below.setdefault(name, child)
            elif not isinstance(key, yaml.ScalarNode) or key.tag != f"{_TAG}str":
                shown = show(key.value) if isinstance(key, yaml.ScalarNode) else "of a list or an object"
                self._refuse(line, f"the key {shown} is not text; put it in quotes")
            else:
                if key.value in firsts:
                    self.mistakes.append(_doubled(key.value, firsts[key.value], Place(line, column)))
                firsts.setdefault(key.value, Place(line, column))
                yield key.value, value, (line, column)


def _scalar_problem(node: yaml.Node) -> str | None:
    kind = node.tag.removeprefix(_TAG)
    if not isinstance(node, yaml.ScalarNode) or kind not in {"str", "null", "bool", "int", "float"}:
        return f"the value has the type {node.tag}, which JSON does not have; write text, a number, a list or an object"
    if kind in {"int", "float"} and not _is_finite(node):
        return f"the number {show(node.value)} is too large or none; send one below 1.8e308"
    return None


def _is_finite(node: yaml.ScalarNode) -> bool:
    constructor = yaml.constructor.SafeConstructor()
    try:
        is_int = node.tag.endswith("int")
        number = constructor.construct_yaml_int(node) if is_int else constructor.construct_yaml_float(node)
        return math.isfinite(number)
    except (OverflowError, ValueError):
        return False
