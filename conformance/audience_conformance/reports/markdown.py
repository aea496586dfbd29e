"""The Markdown report, for the page of a GitHub Actions run: the verdict first, details folded.

Text from the target is shown only in fences and code spans, which it cannot break out of.
"""

import re

from audience_conformance.contract.rules import catalogue
from audience_conformance.reports.facts import (
    COLUMNS,
    LATE,
    LEVELS,
    FindingGroup,
    Tone,
    by_rule,
    count,
    one_line,
    reasons,
    replay,
    run_details,
    shortened,
    skipped,
    verdict,
    visible,
)
from audience_conformance.results.summary import Summary

SIGNS: dict[Tone, str] = {"good": "✅", "warning": "⚠️", "bad": "❌", "unknown": "❔"}

BROKEN = ("failed", "error", "known")

MOST = 900_000
"""Bytes: GitHub refuses a summary of more than 1 MiB."""
MOST_FINDINGS = 5
"""Maximum findings shown of a rule."""
MOST_SHOWN = 2_000
"""Maximum characters shown of a value."""


def report(summary: Summary) -> str:
    """Return a Markdown document."""
    tone, headline, details = verdict(summary)
    parts = [
        f"## {SIGNS[tone]} Audience contract: {headline}",
        f"{code(summary.target)}: {run_details(summary)}.",
        *map(escaped, details),
        *(f"> **Note:** {code(note)}" for note in summary.notes),
        _counts(summary),
        _broken(summary),
        *_skipped(summary),
        *_left(summary),
    ]
    text = "\n\n".join(filter(None, parts))
    omitted = []
    for rule_id, findings in by_rule(summary, "failed", "known", "error").items():
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
    rows = []
    for rule_id, status in summary.statuses().items():
        if status in BROKEN:
            rule = catalogue()[rule_id]
            why = f": {code('; '.join(reasons(summary, rule_id)), cell=True)}" if status == "known" else ""
            row = f"| **{rule_id}** | {rule.level} | {rule.sentence} | {status}{why} |"
            rows.append((BROKEN.index(status), row))
    rows.sort(key=lambda row: row[0])
    head = "| rule | level | requirement | status |\n|---|---|---|---|"
    return "\n".join([head, *(row for _, row in rows)]) if rows else ""


def _skipped(summary: Summary) -> list[str]:
    why = skipped(summary)
    if not why:
        return []
    lines = [f"- {', '.join(rules)}: needs {code(reason)}" for reason, rules in why.items()]
    return ["**Skipped: the target lacks a prerequisite**", "\n".join(lines)]


def _left(summary: Summary) -> list[str]:
    if not summary.left:
        return []
    return ["**Not deleted**", fence("\n".join(visible(url) for url in summary.left))]


def _section(summary: Summary, rule_id: str, findings: list[FindingGroup]) -> str:
    rule, status = catalogue()[rule_id], summary.status(rule_id)
    title = f"<summary><b>{rule_id}</b> {rule.level} {rule.sentence} ({status})</summary>"
    parts = ["<details>", title, *(_finding(finding) for finding in findings[:MOST_FINDINGS])]
    if more := findings[MOST_FINDINGS:]:
        parts.append(f"… and {count(len(more), 'more finding')}.")
    return "\n\n".join([*parts, "Replay:", fence(replay(summary, rule_id), "sh"), "</details>"])


def _finding(finding: FindingGroup) -> str:
    result = finding.result
    if result.status == "error":
        body = ["The suite itself failed:", fence(shortened(result.actual, MOST_SHOWN))]
    else:
        late = f" ({LATE})" if result.overdue else ""
        body = [
            "Expected:",
            fence(shortened(result.expected, MOST_SHOWN)),
            f"Actual{late}:",
            fence(shortened(result.actual, MOST_SHOWN)),
        ]
    requests = visible("\n".join(result.curl))
    return "\n\n".join(
        [
            f"**{code(finding.where)}**",
            f"Check: {code(result.location)}",
            *body,
            *(["Requests:", fence(requests, "sh")] if requests else []),
        ]
    )


def escaped(text: str) -> str:
    """Escape text so that Markdown shows it unchanged."""
    return re.sub(r"([\\`*_\[\]<>|&])", r"\\\1", " ".join(visible(text).split()))


def fence(text: str, language: str = "") -> str:
    """Return a fenced block whose fence is longer than any run of backticks in the text."""
    ticks = "`" * max(3, _longest_run(text) + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def code(text: str, *, cell: bool = False) -> str:
    """Return a code span on one line; in a table cell bars are escaped."""
    text = one_line(text, MOST_SHOWN)
    ticks = "`" * (_longest_run(text) + 1)
    # A blank at each end separates the ticks of the text from those of the span; it is not shown.
    span = f"{ticks} {text} {ticks}" if "`" in text else f"{ticks}{text}{ticks}"
    return span.replace("|", "\\|") if cell else span


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
