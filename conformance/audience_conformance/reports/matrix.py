"""The matrix of operations and rule groups, and the counts of rules, in a terminal of any width.

They are tables where these fit; in a narrower terminal, each row is a heading with its cells below it. Where rules are
broken or not judged, only those operations have a row.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from audience_conformance.contract.document import operations
from audience_conformance.contract.rules import catalogue, group_titles
from audience_conformance.reports import facts
from audience_conformance.reports.facts import COLUMNS, LEVELS, STATUSES
from audience_conformance.results.summary import RuleStatus, Summary
from audience_conformance.results.verdict import count

_TOLD = {"failed", "known", "error", "not judged"}
"""Statuses that give an operation a row."""
LEGEND = "passed/all, and the worst: F failed, K known, E error of the suite, N not judged, S skipped, - not checked"


def print_matrix(summary: Summary, console: Console) -> None:
    """Print a matrix for MUST and one for SHOULD, and their legend."""
    cells = facts.matrix(summary)
    told = {level: _told(cells, level) for level in LEVELS}
    for level in LEVELS:
        rows = told[level] if any(told.values()) else list(operations())
        table = _operations(cells, level, rows)
        if not rows:
            console.print(Text.assemble((level, "bold"), ": no rule is broken"), soft_wrap=True)
        elif _fits(table, console):
            _print(console, table)
        else:
            _print_stacked(cells, level, rows, console)
        if rows and (others := len(operations()) - len(rows)):
            text = Text(f"and {count(others, 'operation')} at which none is broken", "dim")
            console.print(text, soft_wrap=not console.is_terminal)
        console.print()
    console.print(Text(LEGEND, "dim"), soft_wrap=not console.is_terminal)


def _told(cells: facts.Matrix, level: str) -> list[str]:
    """The operations at which a rule of this level is broken or not judged."""
    return [
        operation_id
        for operation_id in operations()
        if any(
            status in _TOLD and catalogue()[rule_id].level == level
            for group in _groups(level)
            for rule_id, status in cells.get((operation_id, group), {}).items()
        )
    ]


def print_counts(summary: Summary, console: Console) -> None:
    """Print how many rules have each status."""
    table = _counts(summary)
    if _fits(table, console):
        _print(console, table)
        return
    for level in LEVELS:
        counts = [(summary.counts(level)[status], status) for status in COLUMNS]
        shown = (Text(f"{number} {status}", STATUSES[status].style) for number, status in counts if number)
        _print_lines(console, f"{level:6}", shown)


def _fits(table: Table, console: Console) -> bool:
    return Measurement.get(console, console.options.update(max_width=1000), table).maximum <= console.width


def _print(console: Console, table: Table) -> None:
    """Print without wrapping lines if there is no terminal."""
    console.print(table, soft_wrap=not console.is_terminal)


def _print_stacked(cells: facts.Matrix, level: str, rows: Iterable[str], console: Console) -> None:
    console.print(Text(level, "bold"))
    for operation_id in rows:
        console.print(Text(operation_id), soft_wrap=True)
        found = ((group, _cell(cells.get((operation_id, group), {}), level)) for group in _groups(level))
        _print_lines(console, " ", (Text.assemble(f"{group} ", cell) for group, cell in found if cell.plain))


def _print_lines(console: Console, start: str, texts: Iterable[Text]) -> None:
    """Print texts one after the other, as many in a line as fit."""
    for line in _lines(texts, console.width - len(start) - 1):
        console.print(Text.assemble(f"{start} ", Text("  ").join(line)), soft_wrap=True)


def _lines(texts: Iterable[Text], width: int) -> Iterator[list[Text]]:
    line: list[Text] = []
    for text in texts:
        if line and sum(len(other) + 2 for other in line) + len(text) > width:
            yield line
            line = []
        line.append(text)
    if line:
        yield line


def _groups(level: str) -> list[str]:
    used = {rule.group for rule in catalogue().values() if rule.level == level}
    return [group for group in group_titles() if group in used]


def _operations(cells: facts.Matrix, level: str, rows: Iterable[str]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    table.add_column(level, no_wrap=True)
    for group in _groups(level):
        table.add_column(group, justify="right", no_wrap=True)
    for operation_id in rows:
        row = [_cell(cells.get((operation_id, group), {}), level) for group in _groups(level)]
        table.add_row(Text(operation_id), *row)
    return table


def _cell(rules: dict[str, RuleStatus], level: str) -> Text:
    statuses = Counter(status for rule_id, status in rules.items() if catalogue()[rule_id].level == level)
    if not statuses:
        return Text("")
    look = STATUSES[facts.worst(statuses)]
    if set(statuses) == {"not run"}:
        return Text("- ", look.style)
    return Text(f"{statuses['passed']}/{statuses.total()}{look.letter}", look.style)


def _counts(summary: Summary) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("rules")
    for status in COLUMNS:
        table.add_column({"error": "errors"}.get(status, status), justify="right", no_wrap=True)
    for level in LEVELS:
        counts = summary.counts(level)
        row = [Text(str(counts[status]), STATUSES[status].style if counts[status] else "dim") for status in COLUMNS]
        table.add_row(level, *row)
    return table
