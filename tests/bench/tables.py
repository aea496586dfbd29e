"""The results as tables of text."""

from collections.abc import Sequence
from typing import Any

from tests.bench.figures import Spread, column, number, ratios, spread, times
from tests.bench.goals import Goal, rates
from tests.bench.scenarios import SCENARIOS
from tests.bench.speed import OWN, Row

Rows = list[list[str]]


def speed_table(rows: Sequence[Row]) -> Rows:
    """Medians of every server that ran."""
    names = [scenario.name for scenario in SCENARIOS]
    head = ["server", *(f"{name}/s" for name in names), *(f"p99 {name}" for name in names), "ready", "memory", "loaded"]
    return [head, *(_speeds(row, names) for row in rows if row.counts)]


def _speeds(row: Row, names: list[str]) -> list[str]:
    return [
        row.server.title,
        *(number(spread(rates(row, name)).median) for name in names),
        *(f"{number(spread(column(row.rounds[name], 'p99')).median)} ms" for name in names),
        f"{spread(row.ready).median:.2f} s",
        f"{row.memory['ready']:.0f} MB",
        f"{row.memory['loaded']:.0f} MB",
    ]


def ratio_table(rows: Sequence[Row]) -> Rows:
    """Ours over each other server, with the spread over the rounds."""
    ours = next((row for row in rows if row.server.name == OWN and row.counts), None)
    if ours is None:
        return []
    names = [scenario.name for scenario in SCENARIOS]
    table = [["ours over", *names]]
    for row in rows:
        if row.counts and row is not ours:
            found = [ratios(rates(ours, name), rates(row, name)) for name in names]
            table.append([row.server.title, *(times(one) for one in found)])
    return table


def absent(rows: Sequence[Row]) -> list[str]:
    """A line for every server without figures, which says why."""
    return [
        f"{row.server.title}: {'not run: ' + row.not_run if row.not_run else 'INVALID: ' + str(row.invalid)}"
        for row in rows
        if not row.counts
    ]


def published_speed(rows: Sequence[Row]) -> Rows:
    """The table of the README: medians, and ours over each."""
    ours = next((row for row in rows if row.server.name == OWN and row.counts), None)
    head = ["server", "does", *(scenario.name for scenario in SCENARIOS), "p99", "ready", "memory"]
    return [
        head,
        *(
            [f"{row.server.title} ({row.server.version()})", row.server.about, *_published(row, ours)]
            for row in rows
            if row.counts
        ),
    ]


def _published(row: Row, ours: Row | None) -> list[str]:
    cells = []
    for name, rounds in row.rounds.items():
        cell = number(spread(column(rounds, "per_second")).median)
        if ours is not None and row is not ours:
            cell += f" ({ratios(rates(ours, name), rates(row, name)).median:.2g}x)"
        cells.append(cell)
    worst = max(spread(column(rounds, "p99")).median for rounds in row.rounds.values())
    ready = f"{spread(row.ready).median:.2f} s"
    return [*cells, f"{number(worst)} ms", ready, f"{row.memory['ready']:.0f} MB"]


def scale_table(kind: str, part: dict[str, Any], touch: str) -> Rows:
    """Cost of each operation at each size, and the ratio of the largest to the smallest."""
    first = part[touch]
    head = [f"{kind}: {'a page' if touch == 'steady' else 'first page of a new filter'}"]
    head += [f"{size:,}" for size in part["sizes"]]
    table = [[*head, "ratio"]]
    for name, one in first.items():
        ratio = one["ratio"]
        shown = times(Spread(**ratio)) if ratio else "-"
        table.append([name, *(_micro(one["microseconds"].get(str(size))) for size in part["sizes"]), shown])
    return table


def published_scale(kind: str, part: dict[str, Any]) -> Rows:
    """The table of the README: both in one."""
    first = [[f"{name}, the first time", *cells] for name, *cells in scale_table(kind, part, "first")[1:]]
    return [*scale_table(kind, part, "steady"), *first]


def _micro(one: dict[str, float] | None) -> str:
    if one is None:
        return "-"
    value = one["median"]
    return f"{number(value)} µs" if value < 1000 else f"{number(value / 1000)} ms"


def goal_table(goals: Sequence[Goal]) -> Rows:
    """Each goal and what came of it."""
    return [["goal", "wanted", "measured", ""], *([g.title, g.wanted, g.figure, g.verdict] for g in goals)]
