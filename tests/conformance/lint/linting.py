"""A clean document to put faults into, and the findings of the linter in the result."""

import re
from pathlib import Path

from audience_conformance.lint import checks, document

CLEAN = (Path(__file__).parent / "clean.yaml").read_text(encoding="utf-8")


def seed(old: str, new: str) -> str:
    """Replace `old`, which must be in the clean document once."""
    assert CLEAN.count(old) == 1, f"{old!r} is {CLEAN.count(old)} times in clean.yaml"
    return CLEAN.replace(old, new)


def before(line: str, new: str) -> tuple[str, str]:
    """Arguments of `seed` that insert text before a line."""
    return f"{line}\n", f"{new}{line}\n"


def after(line: str, new: str) -> tuple[str, str]:
    """Arguments of `seed` that insert text after a line."""
    return f"{line}\n", f"{line}\n{new}"


def found(text: str) -> list[tuple[int, str]]:
    """Line and check of every finding in a text."""
    return [(line, check) for line, _, check, _ in checks.lint(document.parse(text))]


def marked(text: str) -> list[tuple[int, str]]:
    """Line and check of every comment `# <- check` in a text: the expected findings."""
    return [
        (number, check)
        for number, line in enumerate(text.splitlines(), start=1)
        for check in re.findall(r"# <- ([a-z-]+)$", line)
    ]


def messages(text: str) -> list[str]:
    return [message for *_, message in checks.lint(document.parse(text))]


def assert_marked(old: str, new: str) -> None:
    """Assert that the linter finds exactly the marked faults in the changed document."""
    text = seed(old, new)
    assert found(text) == marked(text) != []
