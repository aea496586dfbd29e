"""Verify requests: which journal entries match an expectation, and how the nearest others differ."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from audience_mock import errors
from audience_mock.control import redaction
from audience_mock.control.app import ControlRequest
from audience_mock.control.calls import Json
from audience_mock.control.journal_entries import (
    content_of,
    header_pairs,
    joined,
    map_in_batches,
    query_of,
)
from audience_mock.errors import Violation, show
from audience_mock.operations import OPERATIONS
from audience_mock.patterns import LONGEST, fits_glob
from audience_mock.session.journal import Record

MAX_NEAREST = 3
"""Entries that are listed as nearest."""
MAX_CANDIDATES = 50
"""Entries whose bodies are compared to find the nearest."""
MAX_LISTED = 20
"""Differences of one entry, and ids of matching entries."""
MAX_SHOWN = 200
"""Characters of a value in a message."""

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
            "maxLength": LONGEST,
            "description": "the full path, or its end from a slash on; * and {names} match any text",
        },
        "query": {"type": "object", "description": "parameters of the request; it may have others"},
        "body": {"description": "JSON; objects in the request may have more fields, lists must have the same length"},
        "headers": {"type": "object", "additionalProperties": {"type": "string"}},
        "times": {
            "description": "number of requests, exact or from min to max; by default at least one",
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
    """`ok` counts only the entries in the journal: `dropped` is the number of the others."""
    expected, journal = request.content, request.session.journal
    least, most = _times(expected.get("times", {"min": 1}))
    compared = await map_in_batches(
        journal.newest(), lambda record: (record, list(_envelope_differences(record, expected)))
    )
    candidates = [record for record, differences in compared if not differences]
    bodies = await map_in_batches(candidates, lambda record: _body_differences(record, expected))
    matching = [record for record, differences in zip(candidates, bodies, strict=True) if not differences]
    matched = len(matching)
    return {
        "ok": matched >= least and (most is None or matched <= most),
        "matched": matched,
        "expected": {"min": least, "max": most},
        "ids": [record.id for record in matching[:MAX_LISTED]],
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
    """The entries with the fewest differences; entries of another operation or path come last."""
    compared = sorted(compared, key=lambda pair: _distance(pair[0], pair[1], expected))[:MAX_CANDIDATES]
    complete = [(record, [*outside, *_body_differences(record, expected)]) for record, outside in compared]
    complete = sorted((pair for pair in complete if pair[1]), key=lambda pair: _distance(pair[0], pair[1], expected))
    return [
        {"id": record.id, "differences": [one._asdict() for one in differences[:MAX_LISTED]]}
        for record, differences in complete[:MAX_NEAREST]
    ]


def _distance(record: Record, differences: list[Violation], expected: Json) -> tuple[int, int]:
    """The sort key of an entry: fewer differences first, then newer ones."""
    fields = {difference.field for difference in differences}
    distance = len(differences) + 100 * ("operation" in fields) + 30 * ("method" in fields)
    if "path" in fields:
        pairs = zip_longest(reversed(expected["path"].split("/")), reversed(record.path.split("/")))
        distance += 100 + sum(expected is not None and expected != found for expected, found in pairs)
    return distance, -record.id


# --- differences ----------------------------------------------------------------------------------------


def _envelope_differences(record: Record, expected: Json) -> Iterator[Violation]:
    """All differences except those of the body."""
    if "operation" in expected and expected["operation"] != record.operation:
        yield _differs("operation", record.operation, expected["operation"])
    if "method" in expected and expected["method"].upper() != record.method:
        yield _differs("method", record.method, expected["method"].upper())
    if "path" in expected and not path_matches(record.path, expected["path"]):
        yield _differs("path", record.path, expected["path"])
    if expected.get("query"):
        yield from _query_differences(query_of(record, secret=True), expected["query"])
    if expected.get("headers"):
        yield from _header_differences(record, expected["headers"])


def path_matches(path: str, expected: str) -> bool:
    """Is the path the expected one, or does it end with it."""
    parts = ["*" if part.startswith("{") and part.endswith("}") else part for part in expected.split("/")]
    pattern = "/".join(parts)
    return fits_glob(path, f"*{pattern}" if pattern.startswith("/") else pattern)


def _query_differences(found: Json, expected: Json) -> Iterator[Violation]:
    for name, value in expected.items():
        wanted = [_text(one) for one in value] if isinstance(value, list) else _text(value)
        if name not in found:
            yield _missing(f"query.{name}", wanted)
        elif found[name] != wanted:
            yield _differs(f"query.{name}", found[name], wanted)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else show(value)


def _header_differences(record: Record, expected: dict[str, str]) -> Iterator[Violation]:
    found = joined(header_pairs(record.headers, secret=True))
    for name, value in expected.items():
        key = name.lower()
        if key not in found:
            yield _missing(f"header.{name}", value)
        elif found[key] != value:
            yield _differs(f"header.{name}", found[key], value)


def _body_differences(record: Record, expected: Json) -> list[Violation]:
    if "body" not in expected:
        return []
    if record.request_body.is_cut:
        message = f"body has {record.request_body.size} bytes: too long for the journal, so it cannot be compared."
        return [Violation("body", message)]
    content = content_of(record.request_body, record.headers)
    if content.encoding is None:
        return [_missing("body", expected["body"])]
    return list(_value_differences(content.value, expected["body"], "body"))


def _value_differences(found: Any, expected: Any, field: str) -> Iterator[Violation]:
    """The differences that keep `expected` from being a part of `found`."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name, value in expected.items():
            if name in found:
                yield from _value_differences(found[name], value, f"{field}.{name}")
            else:
                yield _missing(f"{field}.{name}", value)
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            message = f"{field} has {len(found)} items, expected {len(expected)}."
            yield Violation(field, message)
        else:
            for place, value in enumerate(expected):
                yield from _value_differences(found[place], value, f"{field}.{place}")
    elif isinstance(expected, bool) != isinstance(found, bool) or expected != found:
        yield _differs(field, found, expected)


def _differs(field: str, found: Any, expected: Any) -> Violation:
    return Violation(
        field, f"{field} is {show(_shown(field, found), MAX_SHOWN)}, expected {show(expected, MAX_SHOWN)}."
    )


def _shown(field: str, found: Any) -> Any:
    """A value without secrets: of the path, header.NAME, query.NAME, or body and the names below it."""
    place, _, name = field.partition(".")
    if place == "header":
        return redaction.header(name, str(found))
    if place == "query":
        return redaction.REDACTED if redaction.is_secret(name) else redaction.value(found)
    if place == "path":
        return redaction.path(str(found))
    if any(map(redaction.is_secret_field, name.split("."))):
        return redaction.REDACTED
    return redaction.value(found)


def _missing(field: str, expected: Any) -> Violation:
    return Violation(field, f"{field} is missing, expected {show(expected, MAX_SHOWN)}.")
