"""What a finding shows of its requests: the deciding one and its answer first, then those that it depends on."""

import hashlib
import re
from typing import NamedTuple

from audience_conformance.reports.facts import MOST_SHOWN, shortened, visible
from audience_conformance.results.result import Result

SCRIPTS = "reproduce"
"""The folder of the scripts, beside the reports."""
MARK = "# Written by audience-conformance."
"""The second line of a script: no other file is ever deleted."""
_MOST_NAME = 150


class Part(NamedTuple):
    """A part of the evidence: what it is, and its lines; `code` says that they are lines for a shell."""

    title: str
    lines: list[str]
    code: bool


def evidence(result: Result, most: int = MOST_SHOWN) -> list[Part]:
    """Return the parts in the order in which they are read, safe to show; the answer has at most `most` characters."""
    curl = [visible(line) for line in result.curl]
    if result.status != "failed":
        return [Part("Requests", curl, code=True)] if curl else []
    first, rest = curl[:1], curl[1:]
    parts = [
        Part("Deciding request", first, code=True),
        Part("Its answer", shortened(result.answer, most).splitlines(), code=False),
        Part("It depends on, in order", rest, code=True),
        Part("Script", [f"sh {SCRIPTS}/{script_name(result)}"] if result.script else [], code=True),
    ]
    return [part for part in parts if part.lines]


def evidence_text(result: Result, most: int = MOST_SHOWN) -> str:
    """Return the evidence as lines of text."""
    return "\n".join(f"{part.title}:\n" + "\n".join(part.lines) for part in evidence(result, most))


def script_name(result: Result) -> str:
    """Return the file name of a finding's script, which is safe in any shell."""
    full = f"{result.rule}-{result.check}{f'-{result.case}' if result.case else ''}"
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", full)[:_MOST_NAME]
    return f"{name if name == full else f'{name}-{hashlib.sha256(full.encode()).hexdigest()[:8]}'}.sh"
