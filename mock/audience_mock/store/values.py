"""Validation of a value against its definition: the type and each of the validations."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from audience_mock.errors import show
from audience_mock.patterns import LONGEST, found, is_regex

Record = dict[str, Any]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_date(value: Any) -> bool:
    return isinstance(value, str) and _DATE.fullmatch(value) is not None and _parsed(date, value) is not None


def _is_datetime(value: Any) -> bool:
    return isinstance(value, str) and _DATE_TIME.fullmatch(value) is not None and instant(value) is not None


def _parsed(kind: type[date] | type[datetime], text: str) -> Any:
    try:
        return kind.fromisoformat(text)
    except ValueError:
        return None


def instant(text: str) -> Any:
    """Parse RFC 3339, None if it is none; Python alone rejects lower case, more than six decimals and a leap second."""
    text = re.sub(r"(\.\d{6})\d+", r"\1", text.upper())
    return _parsed(datetime, re.sub(r":60(?=[.Z+-])", ":59", text))


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


TYPES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "string": (lambda value: isinstance(value, str), "a string"),
    "number": (_is_number, "a number"),
    "boolean": (lambda value: isinstance(value, bool), "true or false"),
    "date": (_is_date, "a date like 2024-05-01"),
    "datetime": (_is_datetime, "a date and time with a zone, like 2024-05-01T09:30:00.000Z"),
    "list": (_is_list, "a list of strings"),
    "object": (lambda value: isinstance(value, dict), "an object"),
}
"""A definition's type -> (is the value valid, description of valid values)."""


def _is_bound(value: Any) -> bool:
    return _is_number(value) or (isinstance(value, str) and instant(value) is not None)


def _order(value: Any, bound: Any) -> int | None:
    """Compare: -1, 0 or 1 if `value` is less than, equal to or greater than `bound`; None if not comparable."""
    if _is_number(value) and _is_number(bound):
        pair = (value, bound)
    elif isinstance(value, str) and isinstance(bound, str):
        pair = (instant(value), instant(bound))
        if None in pair:
            return None
        pair = tuple(moment if moment.tzinfo else moment.replace(tzinfo=UTC) for moment in pair)
    else:
        return None
    return int(pair[0] > pair[1]) - int(pair[0] < pair[1])


def _length(value: Any) -> int | None:
    return len(value) if isinstance(value, str | list) else None


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else value if _is_list(value) else []


def _equal(one: Any, other: Any) -> bool:
    """Equality of JSON values: 1 equals 1.0, true does not equal 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    return bool(one == other)


def _within(value: Any, options: Any) -> bool:
    """Is the value, or every item of a list, one of the options."""

    def listed(item: Any) -> bool:
        return any(_equal(item, option) for option in options)

    return listed(value) or (isinstance(value, list) and all(map(listed, value)))


class Validation(NamedTuple):
    """One kind of validation.

    Args:
        passes: is a value valid, given the validation's own value; true if the validation does not apply to it.
        expected: description of valid values, with a placeholder for the validation's value.
        accepts: can this be the validation's own value.
        wanted: description of such values.
    """

    passes: Callable[[Any, Any], bool]
    expected: str
    accepts: Callable[[Any], bool]
    wanted: str


_BOUND = "a number, or a date and time"
VALIDATIONS: dict[str, Validation] = {
    "min": Validation(lambda value, bound: (_order(value, bound) or 0) >= 0, "no less than {}", _is_bound, _BOUND),
    "max": Validation(lambda value, bound: (_order(value, bound) or 0) <= 0, "no more than {}", _is_bound, _BOUND),
    "min_length": Validation(
        lambda value, bound: (n := _length(value)) is None or n >= bound,
        "a length of {} or more",
        _is_number,
        "a number",
    ),
    "max_length": Validation(
        lambda value, bound: (n := _length(value)) is None or n <= bound,
        "a length of at most {}",
        _is_number,
        "a number",
    ),
    "regex": Validation(
        lambda value, pattern: all(found(pattern, text) for text in _texts(value)),
        "text that matches {}",
        lambda value: isinstance(value, str) and is_regex(value),
        f"a regular expression (ECMA-262, at most {LONGEST} characters, no lookaround and no backreference)",
    ),
    "one_of": Validation(_within, "one of {}", lambda value: isinstance(value, list), "a list"),
}


def expected_value(definition: Record, value: Any) -> str | None:
    """Validate a value: None if it is valid, else a description of valid values."""
    is_valid, expected = TYPES[definition["type"]]
    if not is_valid(value):
        return expected
    for validation in definition["validations"]:
        kind = VALIDATIONS[validation["type"]]
        if not kind.passes(value, validation["value"]):
            return kind.expected.format(show(validation["value"]))
    return None
