"""Parse the request header Prefer (RFC 7240) with the preferences of mock servers."""

import re
from dataclasses import dataclass

from audience_mock import errors
from audience_mock.errors import Violation
from audience_mock.session.fault_rules import KINDS, MAX_DELAY


@dataclass(frozen=True)
class Preferences:
    """The preferences of a request.

    Args:
        code: status of the response.
        example: name of one of the contract's examples, for the body.
        dynamic: generate a body from the schema.
        delay: milliseconds before the response.
        fault: one of KINDS.
        applied: the preferences as sent.
    """

    code: int | None = None
    example: str | None = None
    dynamic: bool = False
    delay: int = 0
    fault: str | None = None
    applied: tuple[str, ...] = ()


def preferences(headers: list[tuple[bytes, bytes]]) -> Preferences:
    """Parse the Prefer headers of a request; unknown preferences are ignored (RFC 7240).

    Raises:
        Refusal: 400 for an invalid value.
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
        delay=int(found.get("delay", 0)),
        fault=found.get("fault"),
        applied=tuple(f"{key}={text}" for key, text in found.items()),
    )


NONE = Preferences()
_PART = re.compile(r"""(?:[^,;"]++|"[^"]*+"?)++""")
"""What is between two separators that are not in quotes; possessive, so that no text is read twice."""
_KNOWN = ("code", "example", "dynamic", "delay", "fault")


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs = []
    for part in _PART.findall(text):
        key, _, value = part.partition("=")
        key = key.strip().lower()
        if key in _KNOWN:
            pairs.append((key, value.strip().strip('"')))
    return pairs


def _problem(key: str, text: str) -> str | None:
    if key == "code" and not re.fullmatch("[2-5][0-9][0-9]", text):
        return f"Prefer: code={text} is not a status; send one from 200 to 599."
    if key == "delay" and not (re.fullmatch("[0-9]{1,7}", text) and int(text) <= MAX_DELAY):
        return f"Prefer: delay={text} is not a delay; send whole milliseconds, at most {MAX_DELAY}."
    if key == "dynamic" and text not in {"true", "false"}:
        return f"Prefer: dynamic={text} is neither true nor false."
    if key == "fault" and text not in KINDS:
        return f"Prefer: fault={text} is unknown; send one of {', '.join(KINDS)}."
    if key == "example" and not text:
        return "Prefer: example= has no name; send the name of an example of the contract."
    return None
