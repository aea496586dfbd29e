"""The mistakes of a seed, and how they are listed."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from audience_mock.errors import MAX_JUDGED

MOST = 100
"""Mistakes that a message lists."""

Lines = Callable[[str], int | None]
"""The path of a value, as in messages -> its line; None if it is not known."""


class SeedProblem(Exception):
    """A seed that cannot be used; the message names the file, the place and the fix, without a full stop at its end."""


class Mistake(NamedTuple):
    """One mistake of a seed.

    Args:
        line: where it is; None if it is not known.
        message: names the wrong value and the fix.
    """

    line: int | None
    message: str

    def __str__(self) -> str:
        text = self.message.removesuffix(".")
        return text if self.line is None else f"line {self.line}: {text}"


def no_lines(_: str) -> None:
    """The lines of a seed that no file has."""


def broken(source: str, mistakes: Collection[Mistake]) -> SeedProblem:
    """The problem of a seed with these mistakes.

    Args:
        source: what is wrong, like "the seed shop.yaml".
        mistakes: at least one.
    """
    ordered = sorted(dict.fromkeys(mistakes), key=lambda mistake: mistake.line or 0)
    if len(ordered) == 1:
        return SeedProblem(f"{source} breaks the contract: {ordered[0]}")
    listed = "".join(f"\n  {mistake}" for mistake in ordered[:MOST])
    at_least = "at least " if len(mistakes) >= MAX_JUDGED else ""
    more = f"\n  and {at_least}{len(ordered) - MOST} more" if len(ordered) > MOST else ""
    return SeedProblem(f"{source} breaks the contract in {at_least}{len(ordered)} places:{listed}{more}")
