"""What a check can come to: nothing (it holds), or one of these.

A finding says that the target is wrong, a lack that the target does not offer what the check needs; any other
exception is a fault of the suite.
"""

import json
from typing import Any, NoReturn

MAX_SHOWN = 2000
"""Characters of an expected or actual value that a finding repeats."""


class Finding(AssertionError):
    """The target breaks a rule.

    Args:
        expected: what the rule asks for here.
        actual: what the target did.
        rule: the rule, where it is not the one that the check names first.
        operation: the operationId that is at fault, where one is.
    """

    overdue = False

    def __init__(self, expected: str, actual: str, *, rule: str | None = None, operation: str | None = None) -> None:
        super().__init__(f"expected {expected}; actual: {actual}")
        self.expected = expected
        self.actual = actual
        self.rule = rule
        self.operation = operation


class Overdue(Finding):
    """An asynchronous effect had not come when the time for it was up: late, perhaps not wrong."""

    overdue = True


class Skip(Exception):
    """The target lacks what a check needs; the message says what: "a locked definition (--locked-definition)"."""


def show(value: Any) -> str:
    """`value` as JSON, cut to a length that a person reads."""
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def fail(expected: str, actual: Any, **more: Any) -> NoReturn:
    """Report a finding; an `actual` that is no text is shown as JSON."""
    raise Finding(expected, actual if isinstance(actual, str) else show(actual), **more)


def expect(holds: bool, expected: str, actual: Any, **more: Any) -> None:
    """Report a finding unless `holds`."""
    if not holds:
        fail(expected, actual, **more)


def same(actual: Any, expected: Any, what: str, **more: Any) -> None:
    """Report a finding unless two JSON values are equal; true is not 1."""
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
