"""A run as pytest shows it: pytest collects and selects the checks, the run performs them, each result is a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audience_conformance.reports.facts import visible
from audience_conformance.results.result import Result, fails_run, name_in
from audience_conformance.runner.message import format_finding
from audience_conformance.runner.plugin import KEY
from audience_conformance.runner.preflight import CannotRun
from audience_conformance.runner.terminal import print_summary
from audience_conformance.settings.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Generator

    from audience_conformance.runner.session import Session

_MODULE = Path(__file__).parents[1] / "test_rules.py"
SETTINGS = pytest.StashKey[Settings]()
"""The settings of the run, whose checks pytest collects."""
_PYTEST_ERRORS = (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR)
"""Exit codes of pytest that the run's exit code does not replace."""


class Front:
    """The hooks of pytest for one run.

    Args:
        session: the run.
    """

    def __init__(self, session: Session) -> None:
        self._run = session
        self._others_failed = False

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        if not session.config.option.collectonly:
            try:
                self._run.start()
            except CannotRun as error:
                pytest.exit(str(error), returncode=2)
        session.config.stash[SETTINGS] = self._run.settings

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Let pytest run the tests of others, if there are any; then perform the checks."""
        if session.config.option.collectonly:
            return (yield)
        items = {name_in(item.nodeid): item for item in session.items if item.path.samefile(_MODULE)}
        session.items[:] = [item for item in session.items if item not in items.values()]
        done = yield
        self._others_failed = session.testsfailed > 0

        def report(result: Result) -> None:
            _report(items[result.id], result, strict=self._run.settings.strict)
            if session.shouldfail or session.shouldstop:
                raise session.Failed(session.shouldfail or session.shouldstop)

        self._run.on_result = report
        self._run.launch(items)
        self._run.perform()
        if self._run.interrupted:
            raise KeyboardInterrupt
        return done

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.CollectReport | pytest.TestReport) -> Any:
        if isinstance(report, pytest.TestReport) and report.when == "call":
            status = next((value for name, value in report.user_properties if name == KEY), None)
            if status in ("error", "not judged"):
                return ("error", "E", "ERROR") if status == "error" else ("error", "N", "NOT JUDGED")
        return None

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self._run.has_started:
            summary = self._run.finish()
            if exitstatus not in _PYTEST_ERRORS:
                session.exitstatus = summary.exit_code or (exitstatus if self._others_failed else 0)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._run.summary is not None:
            print_summary(terminalreporter, self._run)

    def pytest_unconfigure(self) -> None:
        self._run.close()


def _report(item: pytest.Item, result: Result, *, strict: bool) -> None:
    """Tell pytest a result; a finding that does not fail the run is xfailed."""
    hook, place = item.ihook, {"nodeid": item.nodeid, "location": item.location}
    hook.pytest_runtest_logstart(**place)
    for when in ("setup", "call", "teardown"):
        report = pytest.TestReport(item.nodeid, item.location, {item.name: 1}, "passed", None, when)
        if when == "call":
            report.user_properties.append((KEY, result.status))
            report.duration = result.seconds
            _fill(report, item, result, strict=strict)
        hook.pytest_runtest_logreport(report=report)
    hook.pytest_runtest_logfinish(**place)


def _fill(report: pytest.TestReport, item: pytest.Item, result: Result, *, strict: bool) -> None:
    """Put the outcome of a result into a report."""
    if result.status == "passed":
        return
    path, line, _ = item.location
    report.outcome = "skipped"
    if result.status == "skipped":
        report.longrepr = (path, line or 0, f"Skipped: {visible(f'needs {result.actual}')}")
        return
    report.longrepr = format_finding(result, item.config.stash[SETTINGS])
    if fails_run(result, strict=strict):
        report.outcome = "failed"
    else:
        report.wasxfail = result.known or f"a SHOULD rule: {result.requirement}"
