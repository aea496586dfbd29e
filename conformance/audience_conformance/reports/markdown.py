"""The Markdown report, for the page of a GitHub Actions run: the verdict first, details folded.

Text from the target is shown only in fences and code spans, which it cannot break out of.
"""

import re

from audience_conformance.contract.rules import catalogue
from audience_conformance.reports import facts
from audience_conformance.reports.basis import basis
from audience_conformance.reports.causes import Cause, common_causes, group_causes
from audience_conformance.reports.evidence import evidence
from audience_conformance.reports.facts import COLUMNS, LEVELS
from audience_conformance.results.result import Result
from audience_conformance.results.summary import Summary
from audience_conformance.results.verdict import count

SIGNS: dict[facts.Tone, str] = {"good": "✅", "warning": "⚠️", "bad": "❌", "unknown": "❔"}

BROKEN = ("failed", "error", "known")

MOST = 900_000
"""Bytes: GitHub refuses a summary of more than 1 MiB."""
MOST_FINDINGS = 5
"""Maximum causes shown of a rule, each by one finding."""


def report(summary: Summary) -> str:
    """Return a Markdown document."""
    tone, headline, details = facts.verdict(summary)
    parts = [
        f"## {SIGNS[tone]} Audience contract: {headline}",
        f"{code(summary.target)}: {facts.run_details(summary)}.",
        *map(escaped, details),
        *(f"> **Note:** {code(note)}" for note in summary.notes),
        _counts(summary),
        _common_causes(summary),
        _broken(summary),
    ]
    if skipped := facts.skipped(summary):
        lines = [f"- {', '.join(rules)}: needs {code(reason)}" for reason, rules in skipped.items()]
        parts += ["**Skipped: the target lacks a prerequisite**", "\n".join(lines)]
    if stopped := facts.not_judged(summary):
        lines = [f"- {', '.join(rules)}: {code(trouble)}" for trouble, rules in stopped.items()]
        parts += ["**Not judged: trouble on the way to the target**", "\n".join(lines)]
    if summary.left:
        parts += ["**Not deleted**", fence("\n".join(map(facts.visible, summary.left)))]
    text = "\n\n".join(filter(None, parts))
    omitted = []
    for rule_id, findings in facts.by_rule(summary, "failed", "known", "error").items():
        section = _section(summary, rule_id, findings)
        if len((text + section).encode()) > MOST:
            omitted.append(rule_id)
        else:
            text += f"\n\n{section}"
    if omitted:
        text += f"\n\nToo long to show here: {', '.join(omitted)}; see the other reports."
    return f"{text}\n"


def _counts(summary: Summary) -> str:
    rows = ["| | " + " | ".join(COLUMNS) + " |", "|---|" + "--:|" * len(COLUMNS)]
    for level in LEVELS:
        counts = summary.counts(level)
        rows.append(f"| **{level}** | " + " | ".join(str(counts[status]) for status in COLUMNS) + " |")
    return "\n".join(rows)


def _broken(summary: Summary) -> str:
    rows = ["| rule | level | requirement | status |", "|---|---|---|---|"]
    for status in BROKEN:
        for rule in catalogue().values():
            if summary.status(rule.id) == status:
                why = f": {code('; '.join(facts.reasons(summary, rule.id)), cell=True)}" if status == "known" else ""
                rows.append(f"| **{rule.id}** | {rule.level} | {rule.sentence} | {status}{why} |")
    return "\n".join(rows) if rows[2:] else ""


def _common_causes(summary: Summary) -> str:
    lines = [
        f"- {code(cause.headline)}: {', '.join(f'{rule} ({number})' for rule, number in cause.rules.items())}"
        for cause in common_causes(summary)
    ]
    return "\n".join(["**Findings with one cause**\n", *lines]) if lines else ""


def _section(summary: Summary, rule_id: str, findings: list[Result]) -> str:
    rule, status = catalogue()[rule_id], summary.status(rule_id)
    title = f"<summary><b>{rule_id}</b> {rule.level} {rule.sentence} ({status})</summary>"
    found = group_causes(findings)
    parts = ["<details>", title, *map(_cause, found[:MOST_FINDINGS])]
    if more := [result for cause in found[MOST_FINDINGS:] for result in cause.results]:
        parts.append(f"… and {count(len(more), 'more finding')}.")
    return "\n\n".join([*parts, "Replay:", fence(facts.replay(summary, rule_id), "sh"), "</details>"])


def _cause(cause: Cause) -> str:
    """The first finding of a cause, and where else it is."""
    first, *alike = facts.group_findings(cause.results)
    more = "; ".join(finding.where for finding in alike)
    return "\n\n".join([_finding(first), *([f"The same at {code(more)}."] if more else [])])


def _finding(finding: facts.FindingGroup) -> str:
    result = finding.result
    parts = [f"**{code(finding.where)}**"]
    if result.location:
        parts.append(f"Check: {code(result.location)}")
    actual = fence(facts.shortened(result.actual, facts.MOST_SHOWN))
    if result.status == "error":
        parts += ["The suite itself failed:", actual]
    else:
        late = f" ({facts.remark(result)})" if facts.remark(result) else ""
        parts += ["Expected:", fence(facts.shortened(result.expected, facts.MOST_SHOWN)), f"Actual{late}:", actual]
        parts.append(f"Rests on {basis(result)}.")
    for part in evidence(result):
        parts += [f"{part.title}:", fence("\n".join(part.lines), "sh" if part.code else "")]
    return "\n\n".join(parts)


def escaped(text: str) -> str:
    """Escape text so that Markdown shows it unchanged."""
    return re.sub(r"([\\`*_\[\]<>|&])", r"\\\1", " ".join(facts.visible(text).split()))


def fence(text: str, language: str = "") -> str:
    """Return a fenced block whose fence is longer than any run of backticks in the text."""
    ticks = "`" * max(3, _longest_run(text) + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def code(text: str, *, cell: bool = False) -> str:
    """Return a code span on one line; in a table cell bars are escaped."""
    text = facts.one_line(text, facts.MOST_SHOWN)
    ticks = "`" * (_longest_run(text) + 1)
    # A blank at each end separates the ticks of the text from those of the span; it is not shown.
    span = f"{ticks} {text} {ticks}" if "`" in text else f"{ticks}{text}{ticks}"
    return span.replace("|", "\\|") if cell else span


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
