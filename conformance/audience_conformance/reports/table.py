"""The tables and findings that a terminal or a CI log shows at the end of a run.

A line with text from the target always begins with our own text: a CI may read the start of a line as a command.
"""

from collections import Counter

from rich.console import Console
from rich.table import Table
from rich.text import Text

from audience_conformance.contract.document import operations
from audience_conformance.contract.rules import catalogue, group_titles
from audience_conformance.reports import facts
from audience_conformance.reports.basis import basis
from audience_conformance.reports.facts import COLUMNS, LEVELS, STATUSES
from audience_conformance.results.summary import RuleStatus, Summary
from audience_conformance.results.verdict import count

TONES: dict[facts.Tone, str] = {
    "good": "bold green",
    "warning": "bold yellow",
    "bad": "bold red",
    "unknown": "bold magenta",
}

MOST_FINDINGS = 3
"""Maximum findings shown of a rule."""
MOST_CURLS = 4
"""Maximum requests shown of a finding: the first ones."""
MOST_SHOWN = 600
"""Maximum characters shown of a value."""


def print_table(summary: Summary, console: Console) -> None:
    """Print the matrix, the counts, the skipped rules, every finding, and the verdict."""
    cells = facts.matrix(summary)
    for level in LEVELS:
        _print(console, _operations(cells, level))
        console.print()
    legend = (
        "passed/all, and the worst: F failed, K known, E error of the suite, N not judged, S skipped, - not checked"
    )
    _print(console, Text(legend, "dim"))
    console.print()
    _print(console, _counts(summary))
    console.print()
    _print_notes(summary, console)
    for status in ("known", "error", "failed"):
        for rule_id, findings in facts.by_rule(summary, status).items():
            _print_rule(summary, console, rule_id, status, findings)
    tone, headline, details = facts.verdict(summary)
    _print(console, Text(headline, TONES[tone]))
    for detail in details:
        _print(console, Text(detail))


def _print(console: Console, content: Table | Text) -> None:
    """Print without wrapping lines if there is no terminal, and without cutting text anywhere."""
    console.print(content, soft_wrap=not (isinstance(content, Table) and console.is_terminal))


def _operations(cells: facts.Matrix, level: str) -> Table:
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


def _print_notes(summary: Summary, console: Console) -> None:
    _print_labelled(console, "target", summary.target)
    _print_labelled(console, "run", facts.run_details(summary))
    for note in summary.notes:
        _print_labelled(console, "note", note)
    for reason, rules in facts.skipped(summary).items():
        _print_labelled(console, "skipped", f"{', '.join(rules)}: needs {facts.shortened(reason, MOST_SHOWN)}")
    for trouble, rules in facts.not_judged(summary).items():
        if trouble == summary.ended:
            continue  # the verdict says it
        _print_labelled(console, "trouble", f"{', '.join(rules)}: not judged, {facts.shortened(trouble, MOST_SHOWN)}")
    for rule_id in catalogue():
        for reason in facts.reasons(summary, rule_id):
            _print_labelled(console, "known", f"{rule_id}: {reason}")
    for url in summary.left:
        _print_labelled(console, "leftover", f"{url} (could not be deleted)")
    console.print()


def _print_rule(
    summary: Summary, console: Console, rule_id: str, status: RuleStatus, findings: list[facts.FindingGroup]
) -> None:
    rule = catalogue()[rule_id]
    title = (f"{rule_id} {rule.level} {status}", STATUSES[status].style)
    _print(console, Text.assemble(title, f"  {rule.sentence}"))
    for finding in findings[:MOST_FINDINGS]:
        _print_finding(console, finding)
    if more := findings[MOST_FINDINGS:]:
        text = f"{count(len(more), 'finding')}: {'; '.join(finding.where for finding in more)}"
        _print_labelled(console, "more", facts.shortened(text, MOST_SHOWN))
    _print_labelled(console, "replay", facts.replay(summary, rule_id))
    console.print()


def _print_finding(console: Console, finding: facts.FindingGroup) -> None:
    result = finding.result
    _print_labelled(console, "check", finding.where)
    if result.location:
        _print_labelled(console, "location", result.location)
    if result.status == "error":
        # The end of a traceback names the error.
        _print_labelled(console, "error", facts.shortened(result.actual[-MOST_SHOWN:], MOST_SHOWN))
    else:
        _print_labelled(console, "expected", facts.shortened(result.expected, MOST_SHOWN))
        late = f" ({facts.LATE})" if result.overdue else ""
        _print_labelled(console, "actual", facts.shortened(result.actual, MOST_SHOWN) + late)
        _print_labelled(console, "rests on", basis(result))
    for line in result.curl[:MOST_CURLS]:
        _print_labelled(console, "request", line)
    if more := result.curl[MOST_CURLS:]:
        _print_labelled(console, "", f"… and {count(len(more), 'more request')}: see the other reports")


def _print_labelled(console: Console, label: str, text: str) -> None:
    first, *rest = facts.visible(text).splitlines() or [""]
    _print(console, Text.assemble((f"  {label:10}", "dim"), first))
    for line in rest:
        _print(console, Text.assemble(("            | ", "dim"), line))
