"""Medians, spreads and ratios."""

from collections.abc import Sequence
from statistics import median
from typing import Any, NamedTuple


class Spread(NamedTuple):
    """The middle of several measurements, and how far they lie apart."""

    median: float
    low: float
    high: float

    def plain(self) -> dict[str, float]:
        return {name: round(value, 4) for name, value in self._asdict().items()}


def spread(numbers: Sequence[float]) -> Spread:
    """Of at least one number."""
    return Spread(median(numbers), min(numbers), max(numbers))


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Ours over theirs, round by round: what disturbs a round disturbs both sides of its ratio."""
    return spread([own / other for own, other in zip(ours, theirs, strict=True)])


def number(value: float) -> str:
    """As people write it: with no more digits than mean something."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 10 else f"{value:.1f}"


def multiple(value: float) -> str:
    """A ratio without its mark, as in 0.16 or 2,405."""
    return number(value) if value >= 10 else f"{value:.2f}"


def times(ratio: Spread) -> str:
    """A ratio with its spread, as in 3.10x (2.90 to 3.40)."""
    return f"{multiple(ratio.median)}x ({multiple(ratio.low)} to {multiple(ratio.high)})"


def aligned(rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Rows of cells as lines; the columns behind the first `left` are set to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  " + "  ".join(_cells(row, widths, left)).rstrip() for row in rows)


def _cells(row: Sequence[str], widths: Sequence[int], left: int) -> list[str]:
    pairs = enumerate(zip(row, widths, strict=True))
    return [cell.ljust(width) if n < left else cell.rjust(width) for n, (cell, width) in pairs]


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """The same as a table of Markdown."""
    head, *body = rows
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def column(rounds: Sequence[dict[str, Any]], key: str) -> list[float]:
    """One figure of every round."""
    return [float(one[key]) for one in rounds]
