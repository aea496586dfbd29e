"""A clean document to put faults into, and what the linter finds in the result."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from audience_conformance.lint import checks, document

CLEAN = (Path(__file__).parent / "clean.yaml").read_text(encoding="utf-8")


@pytest.fixture
def clean() -> str:
    return CLEAN


@pytest.fixture
def seed() -> Callable[[str, str], str]:
    """Put `new` in the place of `old`, which stands in the clean document once."""

    def put(old: str, new: str) -> str:
        assert CLEAN.count(old) == 1, f"{old!r} stands {CLEAN.count(old)} times in clean.yaml"
        return CLEAN.replace(old, new)

    return put


@pytest.fixture
def found() -> Callable[[str], list[tuple[int, str]]]:
    """Line and check of every finding in a text."""
    return lambda text: [(line, check) for line, check, _ in checks.lint(document.parse(text))]


@pytest.fixture
def marked() -> Callable[[str], list[tuple[int, str]]]:
    """Line and check of every comment `# <- check` in a text: the findings that it must have, and no other."""
    return lambda text: [
        (number, check)
        for number, line in enumerate(text.splitlines(), start=1)
        for check in re.findall(r"# <- ([a-z-]+)$", line)
    ]


@pytest.fixture
def messages() -> Callable[[str], list[str]]:
    return lambda text: [message for _, _, message in checks.lint(document.parse(text))]
