"""The suite's part of the terminal summary of pytest."""

from typing import Any

from audience_conformance.reports.facts import verdict, visible
from audience_conformance.reports.github import annotations
from audience_conformance.runner.message import format_finding
from audience_conformance.runner.preflight import CannotRun
from audience_conformance.runner.session import Session
from audience_conformance.runner.summarize import write_files


def print_summary(terminal: Any, session: Session) -> None:
    """Print the findings that do not fail the run, the notes, and the paths of the reports."""
    summary = session.finish()
    terminal.section("Audience contract")
    for result in summary.findings():
        if result.known or (result.level == "SHOULD" and not summary.strict):
            terminal.write_line(format_finding(result, session.settings))
            terminal.write_line("")
    for level in ("MUST", "SHOULD"):
        counts = summary.counts(level).items()
        terminal.write_line(f"{level}: " + ", ".join(f"{number} {status}" for status, number in counts))
    for line in [*summary.notes, *summary.outdated, *(f"not deleted: {line}" for line in summary.left)]:
        terminal.write_line(visible(line))
    terminal.write_line(f"{summary.sent} requests to {summary.target}, profile {summary.profile}, seed {summary.seed}")
    terminal.write_line(verdict(summary).headline)
    for line in annotations(summary):
        terminal.write_line(line)
    try:
        for path in write_files(session.settings, summary):
            terminal.write_line(f"wrote {path}")
    except CannotRun as error:
        terminal.write_line(visible(str(error)), red=True)
