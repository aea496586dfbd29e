"""What the suite says at the end of a run of pytest, beside what pytest says."""

from typing import Any

import pytest

from audience_conformance.runner.message import told
from audience_conformance.runner.preflight import Unable
from audience_conformance.runner.session import Suite
from audience_conformance.runner.summarize import write_files


def print_summary(terminal: Any, config: pytest.Config) -> None:
    """Print the findings that do not fail the run, what a reader must know, and where the reports are."""
    suite = next((plugin for plugin in config.pluginmanager.get_plugins() if isinstance(plugin, Suite)), None)
    if suite is None or suite.summary is None:
        return
    summary = suite.summary
    terminal.section("Audience contract")
    for result in summary.findings():
        if result.known or (result.level == "SHOULD" and not summary.strict):
            terminal.write_line(told(result, suite.settings))
            terminal.write_line("")
    must, should = (summary.counts(level) for level in ("MUST", "SHOULD"))
    for level, counts in (("MUST", must), ("SHOULD", should)):
        terminal.write_line(f"{level}: " + ", ".join(f"{number} {status}" for status, number in counts.items()))
    for line in [*summary.notes, *summary.stale, *_fixed(suite), *(f"left behind: {line}" for line in summary.left)]:
        terminal.write_line(line)
    terminal.write_line(f"{summary.sent} requests to {summary.target}, profile {summary.profile}, seed {summary.seed}")
    try:
        for path in write_files(suite.settings, summary):
            terminal.write_line(f"wrote {path}")
    except Unable as unable:
        terminal.write_line(str(unable), red=True)


def _fixed(suite: Suite) -> list[str]:
    summary = suite.finish()
    return [
        f"{rule_id} holds, yet is listed as a known failure ({summary.known[rule_id]}): take it off the list."
        for rule_id in summary.fixed
    ]
