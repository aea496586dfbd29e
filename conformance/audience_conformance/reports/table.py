"""The tables and findings that a terminal or a CI log shows at the end of a run.

A line with text from the target always begins with our own text: a CI may read the start of a line as a command.
"""

import textwrap
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from audience_conformance.contract.rules import catalogue
from audience_conformance.reports import facts
from audience_conformance.reports.basis import basis
from audience_conformance.reports.causes import Cause, causes, merge_answers
from audience_conformance.reports.facts import LEVELS, STATUSES, group_findings, shortened
from audience_conformance.reports.matrix import print_counts, print_matrix
from audience_conformance.results.summary import RuleStatus, Summary
from audience_conformance.results.verdict import count

TONES: dict[facts.Tone, str] = {
    "good": "bold green",
    "warning": "bold yellow",
    "bad": "bold red",
    "unknown": "bold magenta",
}

MANY_CAUSES = 12
"""From so many causes on, each is shown by its deciding request only, and values are cut to `MOST_SHOWN_OF_MANY`."""
MOST_SHOWN_OF_MANY = 200
MOST_FINDINGS = 3
"""Maximum causes shown of a rule, each by one finding."""
MOST_CURLS = 4
"""Maximum requests shown of a finding: the deciding one, then those that it depends on."""
MOST_ALIKE = 300
"""Maximum characters of the list of findings with the same cause."""
MOST_RULES = 8
"""From so many rules on, a cause lists only their ids."""
MOST_NAMED = 3
"""Maximum rules named in the command that checks them again."""
MOST_SENTENCE = 72
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
    blocks = {status: _blocks(summary, status) for status in statuses}
    findings = _Findings(console, are_many=sum(map(len, blocks.values())) >= MANY_CAUSES)
    for status in statuses:
        findings.print_all(blocks[status], status)
    if any(blocks.values()):
        every = [cause for found in blocks.values() for block in found for cause in block]
        rules = list(dict.fromkeys(rule for cause in every for rule in cause.rules))
        named = ",".join(rules) if len(rules) <= MOST_NAMED else "RULE"
        _print_labelled(console, "replay", facts.replay(summary, named))
        _print_labelled(console, "in full", "the reports have every finding with all its requests (--report html,json)")
        console.print()
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
        _print_labelled(console, "skipped", f"{', '.join(rules)}: needs {shortened(reason, MOST_SHOWN)}")
    for trouble, rules in facts.not_judged(summary).items():
        if trouble == summary.ended:
            continue  # the verdict says it
        _print_labelled(console, "trouble", f"{', '.join(rules)}: not judged, {shortened(trouble, MOST_SHOWN)}")
    for rule_id in catalogue():
        for reason in facts.reasons(summary, rule_id):
            _print_labelled(console, "known", f"{rule_id}: {reason}")
    for url in summary.left:
        _print_labelled(console, "leftover", f"{url} (could not be deleted)")
    console.print()


def _blocks(summary: Summary, status: RuleStatus) -> list[list[Cause]]:
    """The causes, those of one rule together; those that break several rules alone; MUST rules last, at the verdict."""
    blocks: dict[str, list[Cause]] = {}
    for cause in merge_answers(causes(summary, status)):
        rules = list(cause.rules)
        blocks.setdefault(rules[0] if len(rules) == 1 else cause.title, []).append(cause)
    return [found for level in reversed(LEVELS) for found in blocks.values() if found[0].results[0].level == level]


class _Findings:
    """Prints findings: a cause that breaks several rules once, the others by rule."""

    def __init__(self, console: Console, *, are_many: bool) -> None:
        self._console = console
        self._most_shown = MOST_SHOWN_OF_MANY if are_many else MOST_SHOWN
        self._most_findings = 1 if are_many else MOST_FINDINGS
        self._most_curls = 1 if are_many else MOST_CURLS

    def print_all(self, blocks: Iterable[list[Cause]], status: RuleStatus) -> None:
        for found in blocks:
            if len(found[0].rules) > 1:
                self._print_cause(found[0], status)
            else:
                self._print_rule(found, status)
            self._console.print()

    def _print_cause(self, cause: Cause, status: RuleStatus) -> None:
        _print(self._console, Text(cause.headline, STATUSES[status].style))
        if len(cause.rules) < MOST_RULES:
            for rule_id, number in cause.rules.items():
                rule = catalogue()[rule_id]
                sentence = textwrap.shorten(rule.sentence, MOST_SENTENCE, placeholder=" …")
                _print_labelled(self._console, rule_id, f"{rule.level:6} {number:3}  {sentence}")
        else:
            for level in LEVELS:
                shown = [f"{one} ({number})" for one, number in cause.rules.items() if catalogue()[one].level == level]
                if shown:
                    _print_labelled(self._console, level, ", ".join(shown))
        self._print_finding(group_findings(cause.results)[0], "such as", most_curls=1)

    def _print_rule(self, found: list[Cause], status: RuleStatus) -> None:
        rule = catalogue()[found[0].results[0].rule]
        title = (f"{rule.id} {rule.level} {status}", STATUSES[status].style)
        _print(self._console, Text.assemble(title, f"  {rule.sentence}"))
        for cause in found[: self._most_findings]:
            first, *alike = group_findings(cause.results)
            self._print_finding(first, most_curls=self._most_curls)
            if alike:
                text = f"{count(len(alike), 'finding')}: {'; '.join(finding.where for finding in alike)}"
                _print_labelled(self._console, "alike", shortened(text, MOST_ALIKE))
        if more := [finding for cause in found[self._most_findings :] for finding in group_findings(cause.results)]:
            text = f"{count(len(more), 'finding')}: {'; '.join(finding.where for finding in more)}"
            _print_labelled(self._console, "more", shortened(text, self._most_shown))

    def _print_finding(self, finding: facts.FindingGroup, label: str = "check", *, most_curls: int) -> None:
        result, console, most = finding.result, self._console, self._most_shown
        _print_labelled(console, label, f"{finding.where} ({result.location})" if result.location else finding.where)
        if result.status == "error":
            # The end of a traceback names the error.
            _print_labelled(console, "error", shortened(result.actual[-MOST_SHOWN:], MOST_SHOWN))
        else:
            _print_labelled(console, "expected", shortened(result.expected, most))
            late = f" ({facts.remark(result)})" if facts.remark(result) else ""
            _print_labelled(console, "actual", shortened(result.actual, most) + late)
            _print_labelled(console, "rests on", basis(result))
        deciding, *before = result.curl or [""]
        if deciding:
            _print_labelled(console, "request" if result.status == "error" else "deciding", deciding)
        if result.answer and shortened(result.answer, MOST_SHOWN) not in shortened(result.actual, MOST_SHOWN):
            _print_labelled(console, "answer", shortened(result.answer, most))
        for line in before[: most_curls - 1]:
            _print_labelled(console, "request" if result.status == "error" else "after", line)
        if more := before[most_curls - 1 :]:
            _print_labelled(console, "", f"… and {count(len(more), 'more request')}: see the other reports")


def _print_labelled(console: Console, label: str, text: str) -> None:
    first, *rest = facts.visible(text).splitlines() or [""]
    _print(console, Text.assemble((f"  {label:10}", "dim"), first))
    for line in rest:
        _print(console, Text.assemble(("            | ", "dim"), line))
