"""Reads YAML or JSON text into plain JSON values with line numbers, from the events of a YAML parser.

No step is recursive, and nothing deeper than the limit is read: a hostile file is refused, not crashed on.
"""

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self, TypeAlias

import yaml

from audience_conformance.lint.show import type_of

# Limits that protect the checks from deep recursion and expanding aliases.
MOST_LEVELS = 100
MOST_VALUES = 1_000_000
MOST_BITS = 4096

# Id of a mapping or list -> the PyYAML mark of each of its keys or items.
Marks: TypeAlias = dict[int, dict[str | int, Any]]


class Line(int):
    """A line number (from 1) that knows the column (from 1)."""

    column: int

    def __new__(cls, line: int, column: int) -> Self:
        self = super().__new__(cls, line)
        self.column = column
        return self


def line_of(mark: Any) -> Line:
    return Line(mark.line + 1, mark.column + 1)


def line_after(text: str) -> Line:
    """Return the line and column that follow the beginning of a file."""
    return Line(text.count("\n") + 1, len(text) - text.rfind("\n"))


# A line, with its column, and a message.
Problem: TypeAlias = tuple[Line, str]

_MERGE = "tag:yaml.org,2002:merge"
_STRING = "tag:yaml.org,2002:str"

# Tabs that may stand between tokens.
_TABS = re.compile(r"""(^|[-:?,\[\]{}"'\s])\t""", re.MULTILINE)


class UnreadableError(Exception):
    """The file is not an OpenAPI 3.0 document; `line` is the line of the problem, with its column, if there is one."""

    def __init__(self, reason: str, line: Line | None = None) -> None:
        super().__init__(reason)
        self.line = line


@dataclass
class Values:
    """A text as data, with the mark where it starts and the marks of all keys and items."""

    data: Any = None
    start: Any = None  # None: the text is empty
    marks: Marks = field(default_factory=dict)
    repeated_keys: list[Problem] = field(default_factory=list)
    # Id of a mapping -> the keys that YAML reads as a number, a boolean or nothing, with their lines.
    non_text_keys: dict[int, dict[str, Line]] = field(default_factory=dict)


def read_values(text: str, *, as_json: bool) -> Values:
    """Read a text.

    Raises:
        UnreadableError: the text is not YAML, or is beyond a limit.
    """
    # The C parser is ten times faster. It accepts tabs that PyYAML refuses, knows no surrogate pairs, and its messages
    # are poorer: the other parser decides in these cases.
    # A PyYAML that was built without libyaml has only the other.
    parser = getattr(yaml, "CSafeLoader", None)
    if parser and ("\t" not in text or not _TABS.search(text)):
        with contextlib.suppress(yaml.YAMLError):
            return _Builder(as_json).build(_events(parser(text)))
    try:
        return _Builder(as_json).build(_events(yaml.SafeLoader(text)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UnreadableError(f"not YAML: {error.problem}", line_of(mark) if mark else None) from error
    except yaml.reader.ReaderError as error:
        problem = f"not YAML: character {error.character:#06x} is not allowed"
        raise UnreadableError(problem, line_after(text[: error.position])) from error


def _events(parser: Any) -> Iterator[Any]:
    while True:
        event = parser.get_event()
        yield event
        if isinstance(event, yaml.StreamEndEvent):
            return


class _Resolver(yaml.SafeLoader):
    """Reads dates, and the `=` that no PyYAML constructor supports, as strings, like JSON."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # a class attribute of PyYAML's
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value")
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


@dataclass(slots=True)
class _Item:
    """A value that is read; the numbers of its levels and values count all aliases expanded."""

    value: Any
    mark: Any
    levels: int = 0
    values: int = 1
    text: str | None = None  # a scalar as written, for use as a key
    is_text: bool = True
    is_merge: bool = False

    @property
    def line(self) -> Line:
        return line_of(self.mark)


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end is not read yet."""

    value: dict[str, Any] | list[Any]
    mark: Any
    anchor: str | None
    marks: dict[str | int, Any] = field(default_factory=dict)
    key: _Item | None = None
    merged: list[Any] = field(default_factory=list)
    non_text: dict[str, Line] = field(default_factory=dict)
    levels: int = 0
    values: int = 1


@dataclass
class _Builder:
    """Builds the values from events; `_anchors` has None for an anchor whose value is not complete."""

    as_json: bool
    read: Values = field(default_factory=Values)
    _open: list[_Open] = field(default_factory=list)
    _anchors: dict[str, _Item | None] = field(default_factory=dict)
    _tags: dict[str, str] = field(default_factory=dict)
    _yaml: Any = field(default_factory=lambda: _Resolver(""))

    def build(self, events: Iterator[Any]) -> Values:
        for event in events:
            if isinstance(event, yaml.ScalarEvent):
                self._add(self._named(event, self._scalar(event)))
            elif isinstance(event, yaml.CollectionStartEvent):
                self._begin(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._add(self._end())
            elif isinstance(event, yaml.AliasEvent):
                self._add(self._alias(event))
            elif isinstance(event, yaml.DocumentStartEvent) and self.read.start is not None:
                raise UnreadableError("not YAML: but found another document", _line(event))
        return self.read

    def _begin(self, event: Any) -> None:
        if self._awaits_key():
            raise UnreadableError("a key must be a plain word, not a list or a mapping", _line(event))
        if len(self._open) == MOST_LEVELS:
            raise UnreadableError(f"nested deeper than {MOST_LEVELS} levels", _line(event))
        self._named(event, None)
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        self._open.append(_Open({} if is_mapping else [], event.start_mark, event.anchor))

    def _named(self, event: Any, item: _Item | None) -> Any:
        """Record the item, or None for one that is incomplete, under the event's anchor."""
        if event.anchor is not None:
            if event.anchor in self._anchors:
                raise UnreadableError(f"not YAML: the anchor {event.anchor} is already used", _line(event))
            self._anchors[event.anchor] = item
        return item

    def _end(self) -> _Item:
        closed = self._open.pop()
        if isinstance(closed.value, dict):
            self._merge(closed, closed.value)
            # The id may be that of a mapping that a repeated key replaced.
            self.read.non_text_keys.pop(id(closed.value), None)
            if closed.non_text:
                self.read.non_text_keys[id(closed.value)] = closed.non_text
        self.read.marks[id(closed.value)] = closed.marks
        item = _Item(closed.value, closed.mark, closed.levels + 1, closed.values)
        if item.levels > MOST_LEVELS:
            raise UnreadableError(f"nested deeper than {MOST_LEVELS} levels", item.line)
        if item.values > MOST_VALUES:
            raise UnreadableError(f"more than {MOST_VALUES} values after expanding aliases", item.line)
        if closed.anchor is not None:
            self._anchors[closed.anchor] = item
        return item

    def _alias(self, event: Any) -> _Item:
        if event.anchor not in self._anchors:
            raise UnreadableError(f"not YAML: found undefined alias '{event.anchor}'", _line(event))
        item = self._anchors[event.anchor]
        if item is None:
            raise UnreadableError("an alias contains itself", _line(event))
        return _Item(item.value, event.start_mark, item.levels, item.values, item.text, item.is_text, item.is_merge)

    def _add(self, item: _Item) -> None:
        """Add a value to the mapping or list that is open."""
        if not self._open:
            self.read.data, self.read.start = item.value, item.mark
            return
        parent = self._open[-1]
        if isinstance(parent.value, dict) and parent.key is None:
            if item.text is None:
                raise UnreadableError("a key must be a plain word, not a list or a mapping", item.line)
            parent.key = item
            return
        parent.levels = max(parent.levels, item.levels)
        parent.values += item.values
        if isinstance(parent.value, list):
            parent.marks[len(parent.value)] = item.mark
            parent.value.append(item.value)
        elif parent.key is not None:
            self._set(parent, parent.value, parent.key, item.value)
            parent.key = None

    def _set(self, parent: _Open, mapping: dict[str, Any], key: _Item, value: Any) -> None:
        if key.is_merge:
            parent.merged += value if isinstance(value, list) else [value]
            return
        name = str(key.text)  # as written: 200 and on are the keys "200" and "on"
        if name in mapping:
            text = f"the key {json.dumps(name)} is already on line {line_of(parent.marks[name])}; delete one of them"
            self.read.repeated_keys.append((key.line, text))
        if not key.is_text:
            parent.non_text[name] = key.line
        mapping[name], parent.marks[name] = value, key.mark

    def _merge(self, parent: _Open, mapping: dict[str, Any]) -> None:
        for source in parent.merged:
            if not isinstance(source, dict):
                raise UnreadableError(f"a merge key << takes a mapping, not {type_of(source)}", line_of(parent.mark))
            for key in [key for key in source if key not in mapping]:
                mapping[key], parent.marks[key] = source[key], self.read.marks[id(source)][key]
                if key in self.read.non_text_keys.get(id(source), {}):
                    parent.non_text[key] = line_of(parent.marks[key])

    def _scalar(self, event: Any) -> _Item:
        text, mark = _joined(event), event.start_mark
        if event.tag not in (None, "!"):
            tag = event.tag
        elif not event.implicit[0]:
            return _Item(text, mark, text=text)
        else:
            tag = self._tags.get(text)
            if tag is None:
                tag = self._tags[text] = self._yaml.resolve(yaml.ScalarNode, text, event.implicit)
        is_merge = tag == _MERGE
        # A key counts as it is written, whatever its tag.
        is_value = event.anchor is not None or not self._awaits_key()
        # JSON has numbers that YAML reads as texts, such as 1e3.
        is_other = tag not in (_MERGE, _STRING) or (self.as_json and not event.style)
        value = self._value(tag, event) if is_value and is_other else text
        return _Item(value, mark, text=text, is_text=is_merge or tag == _STRING, is_merge=is_merge)

    def _awaits_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._open[-1].key is None

    def _value(self, tag: str, event: Any) -> Any:
        """Return the value of a scalar that is not a plain text."""
        line = _line(event)
        try:
            if self.as_json and not event.style:
                value = json.loads(event.value)
            else:
                value = self._yaml.construct_object(yaml.ScalarNode(tag, event.value))
        except (yaml.YAMLError, ValueError, LookupError, OverflowError) as error:
            raise UnreadableError(f"{json.dumps(event.value)} is not a {tag}", line) from error
        if value is not None and not isinstance(value, str | bool | int | float):
            raise UnreadableError(f"a value with the tag {tag} cannot be JSON", line)
        if isinstance(value, int) and value.bit_length() > MOST_BITS:
            raise UnreadableError(f"a number of more than {MOST_BITS} bits", line)
        return value


def _joined(event: Any) -> str:
    """Join surrogate pairs: JSON escapes a character beyond U+FFFF as two halves, and YAML keeps them apart."""
    text: str = event.value
    if text.isascii():
        return text
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError as error:
        raise UnreadableError("half of a surrogate pair is not a character", _line(event)) from error


def _line(event: Any) -> Line:
    return line_of(event.start_mark)
