"""The lines that GitHub Actions shows as annotations of a run, at the contract's lines: `::error …::…`."""

import os
from pathlib import Path

from audience_conformance.contract.location import contract_path
from audience_conformance.reports import facts
from audience_conformance.reports.basis import operation_line, rule_line
from audience_conformance.results.result import Result
from audience_conformance.results.summary import Summary
from audience_conformance.results.verdict import EXIT_BROKEN, EXIT_OK

MOST = 10
"""GitHub shows so many errors and so many warnings of a step."""
MOST_SHOWN = 500


def annotations(summary: Summary) -> list[str]:
    """A line for each broken rule and for what else fails the run, if it runs in GitHub Actions."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return []
    found: dict[str, list[str]] = {"error": [], "warning": []}
    if summary.exit_code not in (EXIT_OK, EXIT_BROKEN):
        found["error"].append(_line("error", facts.verdict(summary).headline, ""))
    found["error"] += [_line("error", line, "") for line in summary.outdated]
    for rule_id, alike in facts.by_rule(summary, "failed").items():
        first = alike[0]
        kind = "error" if first.level == "MUST" or summary.strict else "warning"
        title = f"{rule_id} {first.level}: {first.requirement}"
        found[kind].append(_line(kind, _message(summary, alike), _place(first, title)))
    return [line for lines in found.values() for line in _capped(lines)]


def _message(summary: Summary, alike: list[Result]) -> str:
    first = alike[0]
    lines = [
        f"Expected: {facts.shortened(first.expected, MOST_SHOWN)}",
        f"Actual: {facts.shortened(first.actual, MOST_SHOWN)}",
        f"Findings of this rule: {len(alike)}",
        f"Replay: {facts.replay(summary, first.rule)}",
    ]
    return "\n".join(lines)


def _capped(lines: list[str]) -> list[str]:
    """At most as many lines as GitHub shows, the last of which says how many there are."""
    if len(lines) <= MOST:
        return lines
    kind = lines[0].removeprefix("::").split(":")[0].split(" ")[0]
    missing = len(lines) - MOST + 1
    return [*lines[: MOST - 1], _line(kind, f"… and {missing} more, in the table and the reports of this run", "")]


def _line(kind: str, message: str, properties: str) -> str:
    text = _escaped(facts.visible(message))
    return f"::{kind}{f' {properties}' if properties else ''}::{text}"


def _place(result: Result, title: str) -> str:
    """The properties of an annotation: its title, and the file and line if openapi.yaml is in the workspace."""
    properties = {"title": title}
    workspace, path = Path(os.environ.get("GITHUB_WORKSPACE") or os.devnull), contract_path().resolve()
    if path.is_relative_to(workspace.resolve()):
        line = operation_line(result.operation) or rule_line(result.rule)
        properties = {"file": path.relative_to(workspace.resolve()).as_posix(), "line": str(line), **properties}
    return ",".join(f"{name}={_escaped_property(value)}" for name, value in properties.items())


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(facts.visible(text)).replace(":", "%3A").replace(",", "%2C")
