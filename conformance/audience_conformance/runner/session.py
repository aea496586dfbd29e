"""A whole run: it starts, performs the checks in one process or several, cleans up, and makes the summary."""

from __future__ import annotations

import json
import math
import shutil
import signal
import tempfile
import time
import uuid
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from audience_conformance.checks.protocol import schemathesis_bridge
from audience_conformance.client.har import read_entries
from audience_conformance.client.pace import Pace
from audience_conformance.results.result import Result, fails_run, item_id
from audience_conformance.runner import local_mock
from audience_conformance.runner.cleanup import clean_up
from audience_conformance.runner.execute import new_result
from audience_conformance.runner.interrupts import Handlers
from audience_conformance.runner.message import scrub, secrets_of
from audience_conformance.runner.pool import CONTEXT, Alone, Pool, WorkerInput
from audience_conformance.runner.preflight import CannotRun, check_target
from audience_conformance.runner.resource_log import RUN_DIGITS, read_logs
from audience_conformance.runner.shards import of_shard
from audience_conformance.runner.summarize import note_of_leftovers, notes_of_kept, nothing_to_check, summarize
from audience_conformance.runner.trouble_watch import TroubleWatch
from audience_conformance.runner.units import split, uses_schemathesis

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator

    from audience_conformance.checks.registry import Check
    from audience_conformance.results.summary import Summary
    from audience_conformance.runner.units import Item
    from audience_conformance.settings.settings import Settings


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
        self.items: dict[str, Item] = {}
        self.on_result = on_result
        self._mock: local_mock.LocalMock | None = None
        self._folder: Path | None = None
        self._runner: Alone | Pool | None = None
        self._results: list[Result] = []
        self._sent = 0
        self._latency = 0.0
        is_alone = settings.connections_at(math.inf) == 1
        self._pace = Pace(settings.rate or 0.0, None if is_alone else CONTEXT)
        self._started = 0.0
        self._deadline: float | None = None
        self._finishing = False
        self._run_id = uuid.uuid4().hex[:RUN_DIGITS]
        self._handlers: Handlers | None = None

    @property
    def has_started(self) -> bool:
        return self._folder is not None

    def start(self) -> None:
        """Start a mock if there is no URL, and check that the target answers.

        Raises:
            CannotRun: there is nothing to check, or the target does not answer.
        """
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        self._started = time.time()
        self._handlers = self._handlers or Handlers(self._interrupt)
        items = of_shard(self.settings)
        self.items = {item_id(check.name, case, check.rules): (check, case) for check, case in items}
        if not self.items and not self.settings.shard:
            raise CannotRun(nothing_to_check(self.settings))
        self._folder = Path(tempfile.mkdtemp(prefix="audience-conformance-"))
        if "har" in self.settings.report:
            (self._folder / "har").mkdir()
            self.settings = replace(self.settings, har_folder=str(self._folder / "har"))
        if self.settings.url is None:
            self._mock = local_mock.start()
            self.settings = self._mock.apply_to(self.settings)
        before = time.monotonic()
        self._sent += check_target(self.settings, self._pace)
        self._latency = (time.monotonic() - before) / self._sent
        if self.settings.max_time is not None:
            self._deadline = self._started + self.settings.max_time

    def launch(self, names: Collection[str] | None = None) -> None:
        """Start what runs the checks, all or those with these names.

        It comes before any thread: a process that is forked beside a thread may find locks that nobody opens.
        """
        items = [item for name, item in self.items.items() if names is None or name in names]
        connections = self.settings.connections_at(self._latency)
        units = split(items, self.settings.profile, connections)
        connections = min(connections, len(units))
        if connections > 1:
            if sum(uses_schemathesis(unit) for unit in units) > 1:
                schemathesis_bridge.prepare((self.settings.company, self.settings.application))
            self._runner = Pool(self._worker_input(), units, connections)
        else:
            self._runner = Alone(self._worker_input(), items)

    def perform(self) -> None:
        """Run the checks until one ends the run, or an interrupt comes."""
        try:
            with closing(self._results_as_they_come()) as results:
                for result in results:
                    self._results.append(result)
                    self._sent += result.sent
                    self.on_result(result)
        except KeyboardInterrupt:
            self.interrupted = self.interrupted or signal.SIGINT
        except Exception:
            self.finish()
            raise

    def _results_as_they_come(self) -> Generator[Result]:
        """The results; the end of the run gives the checks without one a result too."""
        assert self._runner, "it has been launched"
        watch = TroubleWatch(secrets_of(self.settings))
        with closing(self._runner):
            for result in self._runner.results():
                watch.note(result)
                yield result
                if result.ends_run:
                    yield from (not_judged(*item, result.ends_run) for item in self._runner.close())
                elif self.settings.fail_fast and fails_run(result, strict=self.settings.strict):
                    return

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
            left, sent = clean_up(self.settings, self._folder, self._pace, search=search)
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
        with closing(self._worker_input().worker()) as worker:
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
        if self._runner is not None:
            self._runner.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
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

    def _worker_input(self) -> WorkerInput:
        """What a process needs."""
        assert self._folder is not None, "the run has started"
        return WorkerInput(self.settings, self._folder, self._deadline, self._pace, self._run_id)


def not_judged(check: Check, case: str | None, why: str) -> Result:
    """The result of a check that the end of the run forestalled."""
    return replace(new_result(check, case, "not judged", why), ends_run=why)
