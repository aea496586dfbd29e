"""The tables and findings that a terminal or a CI log shows at the end of a run.

A line with text from the target always begins with our own text: a CI may read the start of a line as a command.
"""

import textwrap

from rich.console import Console
from rich.text import Text

from audience_conformance.contract.rules import catalogue
from audience_conformance.reports import facts
from audience_conformance.reports.basis import basis
from audience_conformance.reports.causes import Cause, causes
from audience_conformance.reports.facts import LEVELS, STATUSES, group_findings
from audience_conformance.reports.matrix import print_counts, print_matrix
from audience_conformance.results.summary import RuleStatus, Summary
from audience_conformance.results.verdict import count

TONES: dict[facts.Tone, str] = {
    "good": "bold green",
    "warning": "bold yellow",
    "bad": "bold red",
    "unknown": "bold magenta",
}

MOST_FINDINGS = 3
"""Maximum causes shown of a rule, each by one finding."""
MOST_CURLS = 4
"""Maximum requests shown of a finding: the deciding one, then those that it depends on."""
MOST_ALIKE = 300
"""Maximum characters of the list of findings with the same cause."""
MOST_SENTENCE = 90
"""Maximum characters of a rule's sentence in a list."""
MOST_SHOWN = 600
"""Maximum characters shown of a value."""


def print_table(summary: Summary, console: Console) -> None:
    """Print the matrix, the counts, the skipped rules, every finding, and the verdict."""
    print_matrix(summary, console)
    console.print()
    print_counts(summary, console)
    console.print()
    _print_notes(summary, console)
    statuses: tuple[RuleStatus, ...] = ("known", "error", "failed")
    for status in statuses:
        _print_findings(summary, console, status)
    tone, headline, details = facts.verdict(summary)
    _print(console, Text(headline, TONES[tone]))
    for detail in details:
        _print(console, Text(detail))


def _print(console: Console, content: Text) -> None:
    """Print without wrapping lines and without cutting text."""
    console.print(content, soft_wrap=True)


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


def _print_findings(summary: Summary, console: Console, status: RuleStatus) -> None:
    """Print a cause that breaks several rules once, and the other findings by rule; MUST rules last, at the verdict."""
    blocks: dict[str, list[Cause]] = {}
    for cause in causes(summary, status):
        rules = list(cause.rules)
        blocks.setdefault(rules[0] if len(rules) == 1 else cause.title, []).append(cause)
    for level in reversed(LEVELS):
        for found in blocks.values():
            if found[0].results[0].level == level and len(found[0].rules) > 1:
                _print_cause(summary, console, found[0], status)
            elif found[0].results[0].level == level:
                _print_rule(summary, console, found, status)


def _print_cause(summary: Summary, console: Console, cause: Cause, status: RuleStatus) -> None:
    _print(console, Text(cause.headline, STATUSES[status].style))
    for rule_id, number in cause.rules.items():
        rule = catalogue()[rule_id]
        sentence = textwrap.shorten(rule.sentence, MOST_SENTENCE, placeholder=" …")
        _print_labelled(console, rule_id, f"{rule.level:6} {number:3}  {sentence}")
    _print_finding(console, group_findings(cause.results)[0], "such as")
    _print_labelled(console, "replay", facts.replay(summary, cause.results[0].rule))
    console.print()


def _print_rule(summary: Summary, console: Console, found: list[Cause], status: RuleStatus) -> None:
    rule = catalogue()[found[0].results[0].rule]
    title = (f"{rule.id} {rule.level} {status}", STATUSES[status].style)
    _print(console, Text.assemble(title, f"  {rule.sentence}"))
    for cause in found[:MOST_FINDINGS]:
        first, *alike = group_findings(cause.results)
        _print_finding(console, first)
        if alike:
            text = f"{count(len(alike), 'finding')}: {'; '.join(finding.where for finding in alike)}"
            _print_labelled(console, "alike", facts.shortened(text, MOST_ALIKE))
    if more := [finding for cause in found[MOST_FINDINGS:] for finding in group_findings(cause.results)]:
        text = f"{count(len(more), 'finding')}: {'; '.join(finding.where for finding in more)}"
        _print_labelled(console, "more", facts.shortened(text, MOST_SHOWN))
    _print_labelled(console, "replay", facts.replay(summary, rule.id))
    console.print()


def _print_finding(console: Console, finding: facts.FindingGroup, label: str = "check") -> None:
    result = finding.result
    _print_labelled(console, label, f"{finding.where} ({result.location})" if result.location else finding.where)
    if result.status == "error":
        # The end of a traceback names the error.
        _print_labelled(console, "error", facts.shortened(result.actual[-MOST_SHOWN:], MOST_SHOWN))
    else:
        _print_labelled(console, "expected", facts.shortened(result.expected, MOST_SHOWN))
        late = f" ({facts.remark(result)})" if facts.remark(result) else ""
        _print_labelled(console, "actual", facts.shortened(result.actual, MOST_SHOWN) + late)
        _print_labelled(console, "rests on", basis(result))
    deciding, *before = result.curl or [""]
    if deciding:
        _print_labelled(console, "request" if result.status == "error" else "deciding", deciding)
    if result.answer and facts.shortened(result.answer, MOST_SHOWN) not in facts.shortened(result.actual, MOST_SHOWN):
        _print_labelled(console, "answer", facts.shortened(result.answer, MOST_SHOWN))
    for line in before[: MOST_CURLS - 1]:
        _print_labelled(console, "request" if result.status == "error" else "after", line)
    if more := before[MOST_CURLS - 1 :]:
        _print_labelled(console, "", f"… and {count(len(more), 'more request')}: see the other reports")


def _print_labelled(console: Console, label: str, text: str) -> None:
    first, *rest = facts.visible(text).splitlines() or [""]
    _print(console, Text.assemble((f"  {label:10}", "dim"), first))
    for line in rest:
        _print(console, Text.assemble(("            | ", "dim"), line))
