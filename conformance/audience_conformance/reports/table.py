"""What a terminal, or the log of a CI, shows at the end of a run.

Every line that holds text of the target begins with text of ours: a log may take a line's start for a command.
"""

from collections import Counter

from rich.console import Console
from rich.table import Table
from rich.text import Text

from audience_conformance.contract.document import operations
from audience_conformance.contract.rules import catalogue
from audience_conformance.reports.facts import (
    COLUMNS,
    LATE,
    LEVELS,
    FindingGroup,
    Matrix,
    Tone,
    by_rule,
    circumstances,
    count,
    curls,
    groups,
    matrix,
    reasons,
    replay,
    shortened,
    skipped,
    verdict,
    visible,
    worst,
)
from audience_conformance.results.summary import RuleStatus, Summary

LETTERS: dict[RuleStatus, str] = {
    "failed": "F",
    "error": "E",
    "known": "K",
    "skipped": "S",
    "not run": "-",
    "passed": " ",
}
STYLES: dict[RuleStatus, str] = {
    "failed": "bold red",
    "error": "bold magenta",
    "known": "yellow",
    "skipped": "cyan",
    "not run": "dim",
    "passed": "green",
}
TONES: dict[Tone, str] = {"good": "bold green", "warning": "bold yellow", "bad": "bold red", "unknown": "bold magenta"}

MOST_FINDINGS = 3
"""Findings of one rule that are shown."""
MOST_CURLS = 4
"""Requests of a finding that are shown: the first ones."""
MOST_SHOWN = 600
"""Characters of what the target did."""


def print_table(summary: Summary, console: Console) -> None:
    """Print the matrix, the counts, what was skipped and why, every finding, and the verdict."""
    cells = matrix(summary)
    for level in LEVELS:
        _print(console, _operations(cells, level))
        console.print()
    _print(
        console,
        Text("held/all, and the worst: F failed, K known, E error of the suite, S skipped, - not checked", "dim"),
    )
    console.print()
    _print(console, _counts(summary))
    console.print()
    _print_notes(summary, console)
    for status in ("known", "error", "failed"):
        for rule_id, findings in by_rule(summary, status).items():
            _print_rule(summary, console, rule_id, status, findings)
    tone, headline, details = verdict(summary)
    _print(console, Text(headline, TONES[tone]))
    for detail in details:
        _print(console, Text(detail))


def _print(console: Console, what: Table | Text) -> None:
    """Print without folding lines where nobody sets a width, and without cutting text anywhere."""
    if isinstance(what, Table) and console.is_terminal:
        console.print(what)
    else:
        console.print(what, soft_wrap=True)


def _operations(cells: Matrix, level: str) -> Table:
    rules = catalogue()
    shown = [group for group in groups() if any(rule.group == group and rule.level == level for rule in rules.values())]
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    table.add_column(level, no_wrap=True)
    for group in shown:
        table.add_column(group, justify="right", no_wrap=True)
    for operation_id in operations():
        row = [_cell(cells.get((operation_id, group), {}), level) for group in shown]
        table.add_row(Text(operation_id), *row)
    return table


def _cell(rules: dict[str, RuleStatus], level: str) -> Text:
    statuses = Counter(status for rule_id, status in rules.items() if catalogue()[rule_id].level == level)
    if not statuses:
        return Text("")
    if set(statuses) == {"not run"}:
        return Text("- ", STYLES["not run"])
    status = worst(statuses)
    return Text(f"{statuses['passed']}/{statuses.total()}{LETTERS[status]}", STYLES[status])


def _counts(summary: Summary) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("rules")
    for status in COLUMNS:
        table.add_column({"error": "errors"}.get(status, status), justify="right", no_wrap=True)
    for level in LEVELS:
        counts = summary.counts(level)
        row = [Text(str(counts[status]), STYLES[status] if counts[status] else "dim") for status in COLUMNS]
        table.add_row(level, *row)
    return table


def _print_notes(summary: Summary, console: Console) -> None:
    _print_labelled(console, "target", summary.target)
    _print_labelled(console, "run", circumstances(summary))
    for note in summary.notes:
        _print_labelled(console, "note", note)
    for reason, rules in skipped(summary).items():
        _print_labelled(console, "skipped", f"{', '.join(rules)}: needs {shortened(reason, MOST_SHOWN)}")
    for rule_id in catalogue():
        for reason in reasons(summary, rule_id):
            _print_labelled(console, "known", f"{rule_id}: {reason}")
    for url in summary.left:
        _print_labelled(console, "left", f"{url} (could not be deleted)")
    console.print()


def _print_rule(
    summary: Summary, console: Console, rule_id: str, status: RuleStatus, findings: list[FindingGroup]
) -> None:
    rule = catalogue()[rule_id]
    title = Text.assemble((f"{rule_id} {rule.level} {status}", STYLES[status]), f"  {rule.sentence}")
    _print(console, title)
    for finding in findings[:MOST_FINDINGS]:
        _print_finding(console, finding)
    if more := findings[MOST_FINDINGS:]:
        cases = "; ".join(finding.where for finding in more)
        _print_labelled(console, "more", shortened(f"{count(len(more), 'finding')}: {cases}", MOST_SHOWN))
    _print_labelled(console, "replay", replay(summary, rule_id))
    console.print()


def _print_finding(console: Console, finding: FindingGroup) -> None:
    result = finding.result
    _print_labelled(console, "check", finding.where)
    if result.status == "failed":
        _print_labelled(console, "expected", shortened(result.expected, MOST_SHOWN))
    late = f" ({LATE})" if result.overdue else ""
    # Of a traceback the end says what happened.
    actual = result.actual if result.status == "failed" else result.actual[-MOST_SHOWN:]
    _print_labelled(console, "actual" if result.status == "failed" else "error", shortened(actual, MOST_SHOWN) + late)
    lines = list(curls(result))
    for line in lines[:MOST_CURLS]:
        _print_labelled(console, "request", line)
    if more := lines[MOST_CURLS:]:
        _print_labelled(console, "", f"… and {count(len(more), 'more request')}: the other reports have them all")


def _print_labelled(console: Console, label: str, text: str) -> None:
    first, *rest = visible(text).splitlines() or [""]
    _print(console, Text.assemble((f"  {label:10}", "dim"), first))
    for line in rest:
        _print(console, Text.assemble(("            | ", "dim"), line))
