"""The outcomes of a check: it returns if the rule holds, or raises one of these.

A finding means that the target is wrong, a skip that a prerequisite is missing; any other exception is an internal
error in the suite.
"""

import json
from typing import Any, NoReturn

from audience_conformance.contract.sources import Pointer

MAX_SHOWN = 2000
"""Maximum number of characters of a value in a finding."""


class Finding(AssertionError):
    """The target breaks a rule.

    Args:
        expected: the requirement.
        actual: what the target did.
        rule: the rule, if it is not the check's first.
        operation: the operationId at fault, if there is one.
        rests_on: the pointer of the keyword of openapi.yaml that was broken, if it was one.
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
    ) -> None:
        super().__init__(f"expected {expected}; actual: {actual}")
        self.expected = expected
        self.actual = actual
        self.rule = rule
        self.operation = operation
        self.rests_on = rests_on


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
        fail(f"{what} to be {show(expected)}", actual, **more)


def equal(one: Any, other: Any) -> bool:
    """Equality of JSON values, in which 1 equals 1.0 but not true."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(one == other)
