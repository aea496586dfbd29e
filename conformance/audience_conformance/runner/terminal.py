"""What the suite says at the end of a run of pytest, beside what pytest says."""

from typing import Any

import pytest

from audience_conformance.runner.message import format_finding
from audience_conformance.runner.preflight import CannotRun
from audience_conformance.runner.session import Session
from audience_conformance.runner.summarize import write_files


def print_summary(terminal: Any, config: pytest.Config) -> None:
    """Print the findings that do not fail the run, what a reader must know, and where the reports are."""
    session = next((plugin for plugin in config.pluginmanager.get_plugins() if isinstance(plugin, Session)), None)
    if session is None or session.summary is None:
        return
    summary = session.summary
    terminal.section("Audience contract")
    for result in summary.findings():
        if result.known or (result.level == "SHOULD" and not summary.strict):
            terminal.write_line(format_finding(result, session.settings))
            terminal.write_line("")
    must, should = (summary.counts(level) for level in ("MUST", "SHOULD"))
    for level, counts in (("MUST", must), ("SHOULD", should)):
        terminal.write_line(f"{level}: " + ", ".join(f"{number} {status}" for status, number in counts.items()))
    for line in [*summary.notes, *summary.stale, *_fixed(session), *(f"left behind: {line}" for line in summary.left)]:
        terminal.write_line(line)
    terminal.write_line(f"{summary.sent} requests to {summary.target}, profile {summary.profile}, seed {summary.seed}")
    try:
        for path in write_files(session.settings, summary):
            terminal.write_line(f"wrote {path}")
    except CannotRun as cannot_run:
        terminal.write_line(str(cannot_run), red=True)


def _fixed(session: Session) -> list[str]:
    summary = session.finish()
    return [
        f"{rule_id} holds, yet is listed as a known failure ({summary.known[rule_id]}): take it off the list."
        for rule_id in summary.fixed
    ]
