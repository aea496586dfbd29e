"""The Markdown report, for the page of a GitHub Actions run: the verdict first, details folded.

What a target sent stands in fences and code spans only, which it cannot break out of.
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
    circumstances,
    count,
    curls,
    one_line,
    reasons,
    replay,
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
"""Findings of one rule that are shown."""
MOST_SHOWN = 2_000
"""Characters of what the target did."""


def report(summary: Summary) -> str:
    """A Markdown document."""
    tone, headline, details = verdict(summary)
    parts = [
        f"## {SIGNS[tone]} Audience contract: {headline}",
        f"{code(summary.target)}: {circumstances(summary)}.",
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
        text += f"\n\nToo long to show here: {', '.join(omitted)}; the other reports have it all."
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
    return ["**Skipped, for want of something in the target**", "\n".join(lines)]


def _left(summary: Summary) -> list[str]:
    if not summary.left:
        return []
    return ["**Left behind: it could not be deleted**", fence("\n".join(visible(url) for url in summary.left))]


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
        said = ["The suite itself failed:", fence(shortened(result.actual, MOST_SHOWN))]
    else:
        late = f" ({LATE})" if result.overdue else ""
        said = [
            "Expected:",
            fence(shortened(result.expected, MOST_SHOWN)),
            f"Actual{late}:",
            fence(shortened(result.actual, MOST_SHOWN)),
        ]
    requests = "\n".join(curls(result))
    return "\n\n".join(
        [f"**{code(finding.where)}**", *said, *(["Requests:", fence(requests, "sh")] if requests else [])]
    )


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_\[\]<>|&])", r"\\\1", " ".join(visible(text).split()))


def fence(text: str, language: str = "") -> str:
    """A fenced block whose fence is longer than any run of backticks in it."""
    ticks = "`" * max(3, _longest_run(text) + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def code(text: str, *, cell: bool = False) -> str:
    """A code span on one line; in a table's cell a bar is escaped."""
    text = one_line(text, MOST_SHOWN)
    ticks = "`" * (_longest_run(text) + 1)
    # A blank inside each end parts the ticks of the text from those of the span, and is not shown.
    span = f"{ticks} {text} {ticks}" if "`" in text else f"{ticks}{text}{ticks}"
    return span.replace("|", "\\|") if cell else span


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
