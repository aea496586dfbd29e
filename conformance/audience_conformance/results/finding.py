"""The outcomes of a check: it returns if the rule holds, or raises one of these.

A finding means that the target is wrong, a skip that a prerequisite is missing; any other exception is an internal
error in the suite.
"""

import json
import re
from typing import Any, NoReturn

from audience_conformance.contract.sources import Pointer

MAX_SHOWN = 2000
"""Maximum number of characters of a value in a finding."""

_STATUSES = re.compile(r"[1-5]\d\d(?:(?:, | or )[1-5]\d\d)* for ")


class Finding(AssertionError):
    """The target breaks a rule.

    Args:
        expected: the requirement.
        actual: what the target did.
        rule: the rule, if it is not the check's first.
        operation: the operationId at fault, if there is one.
        rests_on: the pointer of the keyword of openapi.yaml that was broken, if it was one.
        values: the actual value and the expected one, where the finding is that they differ.
        statuses: the expected statuses, as 404 or 2??; by default those that `expected` begins with ("400 or 404 for").
    """

    overdue = False

    def __init__(
        self,
        expected: str,
        actual: str,
        *,
        rule: str | None = None,
        operation: str | None = None,
        rests_on: Pointer = (),
        values: tuple[Any, Any] | None = None,
        statuses: tuple[str, ...] = (),
    ) -> None:
        super().__init__(f"expected {expected}; actual: {actual}")
        self.expected = expected
        self.actual = actual
        self.rule = rule
        self.operation = operation
        self.rests_on = rests_on
        self.values = values
        match = _STATUSES.match(expected)
        self.statuses = statuses or (tuple(re.findall(r"\d{3}", match[0])) if match else ())


class Overdue(Finding):
    """An asynchronous effect did not happen in time: it may be late, not wrong."""

    overdue = True


class Skip(Exception):
    """A prerequisite is missing; the message names it, as "a locked definition (--locked-definition)"."""


def show(value: Any) -> str:
    """The value as JSON, truncated."""
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return cut(text, MAX_SHOWN)


def cut(text: str, most: int) -> str:
    """A text of at most `most` characters, and how many are missing."""
    missing = len(text) - most
    return text if missing <= 0 else f"{text[:most]}… ({missing:,} more character{'' if missing == 1 else 's'})"


def fail(expected: str, actual: Any, **more: Any) -> NoReturn:
    """Report a finding; an `actual` that is not a text is shown as JSON."""
    raise Finding(expected, actual if isinstance(actual, str) else show(actual), **more)


def expect(holds: bool, expected: str, actual: Any, **more: Any) -> None:
    """Report a finding unless `holds`."""
    if not holds:
        fail(expected, actual, **more)


def same(actual: Any, expected: Any, what: str, **more: Any) -> None:
    """Report a finding unless two JSON values are equal."""
    if not equal(actual, expected):
        shown = show(actual) if isinstance(actual, str) and not isinstance(expected, str) else actual
        fail(f"{what} to be {show(expected)}", shown, values=(actual, expected), **more)


def equal(one: Any, other: Any) -> bool:
    """Equality of JSON values, in which 1 equals 1.0 but not true."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(one == other)
