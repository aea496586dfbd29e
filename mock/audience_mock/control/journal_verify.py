"""Was this called with …: which entries a description fits, and what keeps the nearest others from it."""

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from audience_mock import errors
from audience_mock.control.app import ControlRequest
from audience_mock.control.calls import Json
from audience_mock.control.journal_entries import (
    REDACTED,
    SECRET_HEADERS,
    content_of,
    each,
    header_pairs,
    joined,
    query_of,
)
from audience_mock.errors import Violation, show
from audience_mock.operations import OPERATIONS
from audience_mock.session.journal import Record

NEAREST = 3
"""Entries that are shown where something is missing."""
CANDIDATES = 50
"""Entries whose bodies are read for that."""
MOST_SHOWN = 20
"""Differences of one entry, and ids of entries that fit."""
LONGEST = 200
"""Characters of a value that a difference repeats."""

_COUNT: Json = {"type": "integer", "minimum": 0}
EXPECTATION: Json = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "operation": {"enum": list(OPERATIONS), "description": "the operationId"},
        "method": {"type": "string", "minLength": 1},
        "path": {
            "type": "string",
            "minLength": 1,
            "description": "whole, or the end of it from a slash on; * and {names} stand for anything",
        },
        "query": {"type": "object", "description": "parameters that it has, among others"},
        "body": {"description": "JSON: objects may have more fields than these, lists are as long as these"},
        "headers": {"type": "object", "additionalProperties": {"type": "string"}},
        "times": {
            "description": "how often, exactly or from min to max; at least once if it is not said",
            "oneOf": [
                _COUNT,
                {
                    "type": "object",
                    "additionalProperties": False,
                    "minProperties": 1,
                    "properties": {"min": _COUNT, "max": _COUNT},
                },
            ],
        },
    },
}


async def verify_calls(request: ControlRequest) -> Any:
    """`ok` is about the entries that are still held: `dropped` says how many are not."""
    expected, journal = request.content, request.session.journal
    least, most = _times(expected.get("times", {"min": 1}))
    compared = await each(journal.newest(), lambda record: (record, list(_outside(record, expected))))
    fitting = [record for record, differences in compared if not differences]
    bodies = await each(fitting, lambda record: _about_body(record, expected))
    near = [record for record, differences in zip(fitting, bodies, strict=True) if not differences]
    matched = len(near)
    return {
        "ok": matched >= least and (most is None or matched <= most),
        "matched": matched,
        "expected": {"min": least, "max": most},
        "ids": [record.id for record in near[:MOST_SHOWN]],
        "nearest": _nearest(compared, expected) if matched < least else [],
        "dropped": journal.dropped,
    }


def _times(expected: Any) -> tuple[int, int | None]:
    if isinstance(expected, int):
        return expected, expected
    least, most = expected.get("min", 0), expected.get("max")
    if most is not None and least > most:
        raise errors.one("body.times", f"body.times has min {least} above max {most}; send a min of at most {most}.")
    return least, most


def _nearest(compared: list[tuple[Record, list[Violation]]], expected: Json) -> list[Json]:
    """The entries with the fewest differences, those of another operation or path after all others."""
    compared = sorted(compared, key=lambda pair: _distance(pair[0], pair[1], expected))[:CANDIDATES]
    full = [(record, [*outside, *_about_body(record, expected)]) for record, outside in compared]
    full = sorted((pair for pair in full if pair[1]), key=lambda pair: _distance(pair[0], pair[1], expected))
    return [
        {"id": record.id, "differences": [one._asdict() for one in differences[:MOST_SHOWN]]}
        for record, differences in full[:NEAREST]
    ]


def _distance(record: Record, differences: list[Violation], expected: Json) -> tuple[int, int]:
    """How far off an entry is, and which of two is newer."""
    fields = {difference.field for difference in differences}
    distance = len(differences) + 100 * ("operation" in fields) + 30 * ("method" in fields)
    if "path" in fields:
        pairs = zip_longest(reversed(expected["path"].split("/")), reversed(record.path.split("/")))
        distance += 100 + sum(expected is not None and expected != found for expected, found in pairs)
    return distance, -record.id


# --- what differs ---------------------------------------------------------------------------------------


def _outside(record: Record, expected: Json) -> Iterator[Violation]:
    """All that differs but for the body."""
    if "operation" in expected and expected["operation"] != record.operation:
        yield _differs("operation", record.operation, expected["operation"])
    if "method" in expected and expected["method"].upper() != record.method:
        yield _differs("method", record.method, expected["method"].upper())
    if "path" in expected and not path_fits(record.path, expected["path"]):
        yield _differs("path", record.path, expected["path"])
    if expected.get("query"):
        yield from _about_query(query_of(record), expected["query"])
    if expected.get("headers"):
        yield from _about_headers(record, expected["headers"])


def path_fits(path: str, expected: str) -> bool:
    """Is a path the expected one, or does it end so."""
    parts = ["*" if part.startswith("{") and part.endswith("}") else part for part in expected.split("/")]
    pattern = "/".join(parts)
    return is_like(path, pattern) or (pattern.startswith("/") and is_like(path, f"*{pattern}"))


def is_like(text: str, pattern: str) -> bool:
    """Is it the pattern, in which * stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None


def _about_query(found: Json, expected: Json) -> Iterator[Violation]:
    for name, value in expected.items():
        wanted = [_text(one) for one in value] if isinstance(value, list) else _text(value)
        if name not in found:
            yield _missing(f"query.{name}", wanted)
        elif found[name] != wanted:
            yield _differs(f"query.{name}", found[name], wanted)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else show(value)


def _about_headers(record: Record, expected: dict[str, str]) -> Iterator[Violation]:
    found = joined(header_pairs(record.headers, secret=True))
    for name, value in expected.items():
        key = name.lower()
        if key not in found:
            yield _missing(f"header.{name}", value)
        elif found[key] != value:
            yield _differs(f"header.{name}", REDACTED if key in SECRET_HEADERS else found[key], value)


def _about_body(record: Record, expected: Json) -> list[Violation]:
    if "body" not in expected:
        return []
    if record.request_body.is_cut:
        return [
            Violation(
                "body", f"body has {record.request_body.size} bytes: too long to be kept, so it cannot be compared."
            )
        ]
    content = content_of(record.request_body, record.headers)
    if content.encoding is None:
        return [_missing("body", expected["body"])]
    return list(_inside(content.value, expected["body"], "body"))


def _inside(found: Any, expected: Any, field: str) -> Iterator[Violation]:
    """What keeps `expected` from being a part of `found`."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name, value in expected.items():
            if name in found:
                yield from _inside(found[name], value, f"{field}.{name}")
            else:
                yield _missing(f"{field}.{name}", value)
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            message = f"{field} has {len(found)} items, expected {len(expected)}."
            yield Violation(field, message)
        else:
            for place, value in enumerate(expected):
                yield from _inside(found[place], value, f"{field}.{place}")
    elif isinstance(expected, bool) != isinstance(found, bool) or expected != found:
        yield _differs(field, found, expected)


def _differs(field: str, found: Any, expected: Any) -> Violation:
    return Violation(field, f"{field} is {show(found, LONGEST)}, expected {show(expected, LONGEST)}.")


def _missing(field: str, expected: Any) -> Violation:
    return Violation(field, f"{field} is missing, expected {show(expected, LONGEST)}.")
