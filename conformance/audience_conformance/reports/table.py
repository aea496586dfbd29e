"""The tables and findings that a terminal or a CI log shows at the end of a run.

A line with text from the target always begins with our own text: a CI may read the start of a line as a command.
"""

from collections import Counter

from rich.console import Console
from rich.table import Table
from rich.text import Text

from audience_conformance.contract.document import operations
from audience_conformance.contract.rules import catalogue, group_titles
from audience_conformance.reports.facts import (
    COLUMNS,
    LATE,
    LEVELS,
    FindingGroup,
    Matrix,
    Tone,
    by_rule,
    count,
    matrix,
    reasons,
    replay,
    run_details,
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
"""Maximum findings shown of a rule."""
MOST_CURLS = 4
"""Maximum requests shown of a finding: the first ones."""
MOST_SHOWN = 600
"""Maximum characters shown of a value."""


def print_table(summary: Summary, console: Console) -> None:
    """Print the matrix, the counts, the skipped rules, every finding, and the verdict."""
    cells = matrix(summary)
    for level in LEVELS:
        _print(console, _operations(cells, level))
        console.print()
    _print(
        console,
        Text("passed/all, and the worst: F failed, K known, E error of the suite, S skipped, - not checked", "dim"),
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


def _print(console: Console, content: Table | Text) -> None:
    """Print without wrapping lines if there is no terminal, and without cutting text anywhere."""
    if isinstance(content, Table) and console.is_terminal:
        console.print(content)
    else:
        console.print(content, soft_wrap=True)


def _operations(cells: Matrix, level: str) -> Table:
    used = {rule.group for rule in catalogue().values() if rule.level == level}
    shown = [group for group in group_titles() if group in used]
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
    _print_labelled(console, "run", run_details(summary))
    for note in summary.notes:
        _print_labelled(console, "note", note)
    for reason, rules in skipped(summary).items():
        _print_labelled(console, "skipped", f"{', '.join(rules)}: needs {shortened(reason, MOST_SHOWN)}")
    for rule_id in catalogue():
        for reason in reasons(summary, rule_id):
            _print_labelled(console, "known", f"{rule_id}: {reason}")
    for url in summary.left:
        _print_labelled(console, "leftover", f"{url} (could not be deleted)")
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
    _print_labelled(console, "location", result.location)
    if result.status == "failed":
        _print_labelled(console, "expected", shortened(result.expected, MOST_SHOWN))
    late = f" ({LATE})" if result.overdue else ""
    # The end of a traceback names the error.
    actual = result.actual if result.status == "failed" else result.actual[-MOST_SHOWN:]
    _print_labelled(console, "actual" if result.status == "failed" else "error", shortened(actual, MOST_SHOWN) + late)
    for line in result.curl[:MOST_CURLS]:
        _print_labelled(console, "request", line)
    if more := result.curl[MOST_CURLS:]:
        _print_labelled(console, "", f"… and {count(len(more), 'more request')}: see the other reports")


def _print_labelled(console: Console, label: str, text: str) -> None:
    first, *rest = visible(text).splitlines() or [""]
    _print(console, Text.assemble((f"  {label:10}", "dim"), first))
    for line in rest:
        _print(console, Text.assemble(("            | ", "dim"), line))
