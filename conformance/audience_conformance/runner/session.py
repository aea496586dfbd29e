"""A whole run as a pytest plugin: it starts, hands out what workers need, collects results, cleans up, and sums up.

It lives in the process that a person started; with `-n` the checks are performed in others, which know no more than
what is in `WorkerInput`.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from audience_conformance.results.result import Result, item_id, name_in
from audience_conformance.runner import local_mock
from audience_conformance.runner.execute import new_result
from audience_conformance.runner.preflight import CannotRun, reach
from audience_conformance.runner.resource_log import clean_up, pids_of
from audience_conformance.runner.summarize import Timing, nothing_to_check, summarize
from audience_conformance.settings.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from audience_conformance.checks.registry import Check
    from audience_conformance.results.summary import Summary

KEY = "audience_conformance"
"""Under this name results travel in reports, and settings to workers."""
_NOT_OURS = (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR)
"""Verdicts of pytest about itself; ours takes the place of any other."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class WorkerInput(NamedTuple):
    """What every worker is told: the settings, where its journal goes, and when no check starts any more."""

    settings: Settings
    folder: Path
    deadline: float | None

    def to_json(self) -> str:
        return json.dumps([self.settings.to_json(), str(self.folder), self.deadline])

    @classmethod
    def from_json(cls, text: str) -> WorkerInput:
        settings, folder, deadline = json.loads(text)
        return cls(Settings.from_json(settings), Path(folder), deadline)


WORKER_INPUT = pytest.StashKey[WorkerInput]()


def result_of(report: pytest.TestReport) -> tuple[Result, int] | None:
    """What a report of pytest says of a check: its result, and the number of requests sent."""
    for name, value in report.user_properties:
        if name == KEY and isinstance(value, dict):
            return Result(**value["result"]), value["sent"]
    return None


class Session:
    """One run.

    Args:
        settings: what it was told.
        watch: called with each result as it comes.
    """

    def __init__(self, settings: Settings, watch: Callable[[Result], None] = lambda _: None) -> None:
        self.settings = settings
        self.summary: Summary | None = None
        self.interrupted = False
        self.crash = ""
        self.items: dict[str, tuple[Check, str | None]] = {}
        self.watch = watch
        self._mock: local_mock.LocalMock | None = None
        self._folder: Path | None = None
        self._results: list[Result] = []
        self._sent = 0
        self._started = 0.0
        self._deadline: float | None = None
        self._finishing = False
        self._handlers: dict[signal.Signals, Any] = {}

    # --- start and end ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Start a mock where there is no URL, and see whether the target is there.

        Raises:
            CannotRun: there is nothing to check, or nobody answers.
            BadOption: an option cannot be used.
        """
        self._started = time.time()
        self._take_signals()
        self.items = {item_id(check.name, case, check.rules): (check, case) for check, case in self.settings.items()}
        if not self.items:
            raise CannotRun(nothing_to_check(self.settings))
        self._folder = Path(tempfile.mkdtemp(prefix="audience-conformance-"))
        if self.settings.url is None:
            self._mock = local_mock.start()
            self.settings = self._mock.fill(self.settings)
        self._sent += reach(self.settings)
        if self.settings.max_time is not None:
            self._deadline = self._started + self.settings.max_time

    def finish(self) -> Summary:
        """Delete what is left, stop the mock, and sum up; the second call gives the same summary."""
        if self.summary is not None:
            return self.summary
        self._finishing = True
        left: list[str] = []
        if self._folder is not None and self._folder.exists():
            if self.settings.url is not None and self.settings.writes:
                search = self.interrupted or any(result.status in ("failed", "error") for result in self._results)
                left, sent = clean_up(self.settings, self._folder, search=search)
                self._sent += sent
            shutil.rmtree(self._folder, ignore_errors=True)
        self.summary = self._summarize(left)
        self.close()
        return self.summary

    def close(self) -> None:
        """Stop the mock, and give the signals back."""
        self._finishing = True
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        if self._mock is not None:
            self._mock.stop()
            self._mock = None
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()

    def _summarize(self, left: list[str]) -> Summary:
        seconds = time.time() - self._started
        timing = Timing(self._started, seconds, self._sent)
        return summarize(self.settings, self._results, left, timing, interrupted=self.interrupted)

    # --- interrupts -------------------------------------------------------------------------------------

    def _take_signals(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                self._handlers.setdefault(number, signal.getsignal(number))
                signal.signal(number, self._interrupt)

    def _interrupt(self, *_: Any) -> None:
        """The first interrupt ends the run; none disturbs the cleaning up."""
        if self._finishing or self.interrupted:
            return
        self.interrupted = True
        raise KeyboardInterrupt

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        # pytest says so too where it stops by itself, after -x for instance.
        if not isinstance(excinfo.value, pytest.Session.Interrupted):
            self.interrupted = True
            if self._folder is not None:
                _stop_workers(self._folder)

    # --- pytest's hooks -------------------------------------------------------------------------------------

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        if session.config.option.collectonly:
            session.config.stash[WORKER_INPUT] = WorkerInput(self.settings, Path(), None)
            return
        if self._folder is None:
            try:
                self.start()
            except Exception as error:
                self.close()
                if isinstance(error, CannotRun):
                    pytest.exit(str(error), returncode=2)
                raise
        session.config.stash[WORKER_INPUT] = self._worker_input()

    def _worker_input(self) -> WorkerInput:
        assert self._folder is not None, "the run has started"
        return WorkerInput(self.settings, self._folder, self._deadline)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of pytest-xdist what it needs."""
        node.workerinput[KEY] = self._worker_input().to_json()

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> object:
        """Say to pytest-xdist who performs what."""
        from audience_conformance.runner.scheduling import GroupScheduler  # noqa: PLC0415 (pytest-xdist is loaded with -n only)

        return GroupScheduler(self.items, config, log)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        found = result_of(report) if report.when == "call" else None
        if found is None:
            if report.passed or report.skipped or (report.when == "teardown"):
                return
            found = self._crashed(report), 0
        result, sent = found
        self._results.append(result)
        self._sent += sent
        self.watch(result)

    def _crashed(self, report: pytest.TestReport) -> Result:
        """The result of a check whose worker died, or that did not come to be performed."""
        name = name_in(report.nodeid)
        if name in self.items:
            return new_result(*self.items[name], "error", str(report.longrepr))
        rule = next(iter(self.items.values()))[0].rules[0]
        return Result(rule, name, "", "error", actual=str(report.longrepr), rules=[rule])

    def pytest_internalerror(self, excrepr: object) -> None:
        self.crash = str(excrepr)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.crash = str(report.longrepr)

    @pytest.hookimpl(trylast=True)  # pytest-xdist ends its workers first
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self._folder is None:
            return
        summary = self.finish()
        if exitstatus not in _NOT_OURS and not self.crash:
            session.exitstatus = summary.exit_code

    def pytest_unconfigure(self) -> None:
        if self._folder is not None:
            self.finish()


def _stop_workers(folder: Path) -> None:
    """Interrupt the workers: pytest-xdist alone would wait until each has ended its check."""
    for pid in pids_of(folder):
        if pid != os.getpid():
            try:
                os.kill(pid, signal.SIGINT)
            except OSError:
                continue
