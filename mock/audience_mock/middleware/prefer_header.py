"""What a request asks of its answer: the header Prefer (RFC 7240), with the preferences that mocks understand."""

import re
from dataclasses import dataclass

from audience_mock import errors
from audience_mock.errors import Violation

APPLIED_HEADER = b"preference-applied"
KINDS = ("drop", "half", "malformed")
"""How an answer can be spoilt: not sent, half sent, no JSON."""
MOST_DELAY = 3_600_000
"""Milliseconds."""


@dataclass(frozen=True)
class Preferences:
    """What a request prefers.

    Args:
        code: the status of the answer.
        example: the name of one of the contract's examples, for its body.
        dynamic: a made-up body that fits the schema.
        delay: seconds before the answer.
        fault: how the answer is spoilt, one of KINDS.
        applied: the preferences as they were written.
    """

    code: int | None = None
    example: str | None = None
    dynamic: bool = False
    delay: float = 0.0
    fault: str | None = None
    applied: tuple[str, ...] = ()


def preferences(headers: list[tuple[bytes, bytes]]) -> Preferences:
    """Read the Prefer headers of a request; a preference that is unknown is ignored, as RFC 7240 asks.

    Raises:
        Refusal: 400 for a value that a known one cannot have.
    """
    found: dict[str, str] = {}
    for name, value in headers:
        if name == b"prefer":
            for key, text in _pairs(value.decode("latin-1")):
                found.setdefault(key, text)
    if not found:
        return NONE
    violations = [
        Violation("header.Prefer", problem) for key, text in found.items() if (problem := _problem(key, text))
    ]
    if violations:
        raise errors.invalid(violations)
    return Preferences(
        code=int(found["code"]) if "code" in found else None,
        example=found.get("example"),
        dynamic=found.get("dynamic") == "true",
        delay=int(found.get("delay", 0)) / 1000,
        fault=found.get("fault"),
        applied=tuple(f"{key}={text}" for key, text in found.items()),
    )


NONE = Preferences()
_KNOWN = ("code", "example", "dynamic", "delay", "fault")


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs = []
    for part in re.split(r"[,;](?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", text):
        key, _, value = part.partition("=")
        key = key.strip().lower()
        if key in _KNOWN:
            pairs.append((key, value.strip().strip('"')))
    return pairs


def _problem(key: str, text: str) -> str | None:
    if key == "code" and not re.fullmatch("[2-5][0-9][0-9]", text):
        return f"Prefer: code={text} is no status; send one from 200 to 599."
    if key == "delay" and not (re.fullmatch("[0-9]{1,7}", text) and int(text) <= MOST_DELAY):
        return f"Prefer: delay={text} is no delay; send whole milliseconds, {MOST_DELAY} at the most."
    if key == "dynamic" and text not in {"true", "false"}:
        return f"Prefer: dynamic={text} is neither true nor false."
    if key == "fault" and text not in KINDS:
        return f"Prefer: fault={text} is unknown; send one of {', '.join(KINDS)}."
    if key == "example" and not text:
        return "Prefer: example= names no example of the contract."
    return None
