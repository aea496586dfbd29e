"""A whole run as a pytest plugin: it starts the run, collects the results, cleans up, and makes the summary.

With `-n` the checks run in worker processes, which get a `WorkerInput`.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from audience_conformance.client.har import read_entries
from audience_conformance.results.result import Result, item_id, name_in
from audience_conformance.runner import local_mock
from audience_conformance.runner.cleanup import clean_up
from audience_conformance.runner.execute import new_result
from audience_conformance.runner.interrupts import Handlers
from audience_conformance.runner.message import scrub, secrets_of
from audience_conformance.runner.plugin import KEY
from audience_conformance.runner.preflight import CannotRun, check_target
from audience_conformance.runner.resource_log import pids_of, read_logs
from audience_conformance.runner.summarize import note_of_leftovers, notes_of_kept, nothing_to_check, summarize
from audience_conformance.runner.worker import Worker
from audience_conformance.settings.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from audience_conformance.checks.registry import Check
    from audience_conformance.results.summary import Summary

_PYTEST_ERRORS = (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR)
"""Exit codes of pytest that the run's exit code does not replace."""


class WorkerInput(NamedTuple):
    """What a worker needs: the settings, the folder of the resource logs, and when no check starts any more."""

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


def result_of(report: pytest.TestReport) -> Result | None:
    """The result in a report of pytest."""
    return next((Result(**value) for name, value in report.user_properties if name == KEY), None)  # type: ignore[arg-type]


class Session:
    """One run.

    Args:
        settings: of the run.
        on_result: called with each result as it comes.
    """

    def __init__(self, settings: Settings, on_result: Callable[[Result], None] = lambda _: None) -> None:
        self.settings = settings
        self.summary: Summary | None = None
        self.interrupted = 0
        """The number of the signal that ended the run, 0 for none."""
        self.crash = ""
        self.items: dict[str, tuple[Check, str | None]] = {}
        self.on_result = on_result
        self._mock: local_mock.LocalMock | None = None
        self._folder: Path | None = None
        self._results: list[Result] = []
        self._sent = 0
        self._started = 0.0
        self._deadline: float | None = None
        self._finishing = False
        self._handlers: Handlers | None = None

    def start(self) -> None:
        """Start a mock if there is no URL, and check that the target answers.

        Raises:
            CannotRun: there is nothing to check, or the target does not answer.
        """
        self._started = time.time()
        self._handlers = self._handlers or Handlers(self._interrupt)
        self.items = {item_id(check.name, case, check.rules): (check, case) for check, case in self.settings.items()}
        if not self.items:
            raise CannotRun(nothing_to_check(self.settings))
        self._folder = Path(tempfile.mkdtemp(prefix="audience-conformance-"))
        if "har" in self.settings.report:
            (self._folder / "har").mkdir()
            self.settings = replace(self.settings, har_folder=str(self._folder / "har"))
        if self.settings.url is None:
            self._mock = local_mock.start()
            self.settings = self._mock.apply_to(self.settings)
        self._sent += check_target(self.settings)
        if self.settings.max_time is not None:
            self._deadline = self._started + self.settings.max_time

    def finish(self) -> Summary:
        """Delete what is left, stop the mock, and make the summary; a second call returns the same summary."""
        if self.summary is not None:
            return self.summary
        with suppress(KeyboardInterrupt):
            self._run_flaky_again()
        self._finishing = True
        left: list[str] = []
        cleans = self.settings.writes and not self.settings.keep
        if self._folder and self._folder.exists() and self.settings.url and cleans:
            search = bool(self.interrupted) or any(
                result.status in ("failed", "error", "not judged") or result.trouble for result in self._results
            )
            left, sent = clean_up(self.settings, self._folder, search=search)
            self._sent += sent
        self.summary = summarize(
            self.settings, self._results, left, self._started, self._sent, interrupted=self.interrupted
        )
        if self.settings.keep and self._folder and self._folder.exists():
            self.summary.notes += notes_of_kept(self.settings, *read_logs(self._folder))
        elif left and self._folder:
            self.summary.notes.append(note_of_leftovers(self.settings, read_logs(self._folder)[0]))
        if self.settings.har_folder:
            secrets = [json.dumps(secret)[1:-1] for secret in secrets_of(self.settings)]
            self.summary.exchanges = [scrub(entry, secrets) for entry in read_entries(Path(self.settings.har_folder))]
        self.close()
        return self.summary

    def _run_flaky_again(self) -> None:
        """Run each check alone whose finding is listed as flaky; the finding is accepted if the check passes now."""
        known = self.settings.known()
        flaky = [
            (place, result, entry)
            for place, result in enumerate(self._results)
            if result.known and (entry := known.entry(result)) and entry.flaky
        ]
        if not flaky or self.interrupted or self._finishing or self._folder is None:
            return
        with closing(Worker(self.settings, self._folder, self._deadline, 1)) as worker:
            for place, first, entry in flaky:
                again = worker.perform(*self.items[first.id])
                self._sent += again.sent
                accepted = replace(first, known=f"{entry.why}; flaky: it passed when it was run again alone")
                sent = first.sent + again.sent
                second = accepted if again.status == "passed" else replace(again, known="")
                self._results[place] = replace(second, sent=sent)

    def close(self) -> None:
        """Stop the mock, delete the folder, and restore the signal handlers."""
        self._finishing = True
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        if self._mock is not None:
            self._mock.stop()
            self._mock = None
        if self._handlers is not None:
            self._handlers.restore()
            self._handlers = None

    def _interrupt(self, number: int) -> None:
        """End the run at the first interrupt; never interrupt the clean-up."""
        if self._finishing or self.interrupted:
            return
        self.interrupted = number
        raise KeyboardInterrupt(number)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        # pytest calls this too when it stops by itself, after -x for instance.
        if not isinstance(excinfo.value, pytest.Session.Interrupted):
            self.interrupted = self.interrupted or signal.SIGINT
            if self._folder is not None:
                _stop_workers(self._folder)

    # --- hooks of pytest ------------------------------------------------------------------------------------

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
        node.workerinput[KEY] = self._worker_input().to_json()

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> object:
        from audience_conformance.runner.scheduling import GroupScheduler  # noqa: PLC0415 (pytest-xdist is loaded with -n only)

        return GroupScheduler(self.items, config, log)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        result = result_of(report) if report.when == "call" else None
        if result is None:
            if report.passed or report.skipped or report.when == "teardown":
                return
            result = self._crashed(report)
        self._results.append(result)
        self._sent += result.sent
        self.on_result(result)

    def _crashed(self, report: pytest.TestReport) -> Result:
        """The result of a check whose worker died, or that did not run."""
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
        if exitstatus not in _PYTEST_ERRORS and not self.crash:
            session.exitstatus = summary.exit_code

    def pytest_unconfigure(self) -> None:
        if self._folder is not None:
            self.finish()


def _stop_workers(folder: Path) -> None:
    """Interrupt the workers: pytest-xdist would wait until each has finished its check."""
    for pid in pids_of(folder):
        if pid != os.getpid():
            with suppress(OSError):
                os.kill(pid, signal.SIGINT)
