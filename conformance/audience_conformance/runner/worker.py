"""One worker's side of a run: performs checks, and deletes at once what each made."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from audience_conformance.client.ledger import MOST_SILENCES, delete_all
from audience_conformance.results.result import Result, item_id
from audience_conformance.runner.execute import Run, new_result
from audience_conformance.runner.message import scrubbed
from audience_conformance.runner.preflight import CannotRun, reach
from audience_conformance.runner.resource_log import ResourceLog

if TYPE_CHECKING:
    from pathlib import Path

    from audience_conformance.checks.registry import Check
    from audience_conformance.settings.settings import Settings


class Worker:
    """Performs checks against one target.

    Args:
        settings: of the run.
        folder: for the journal.
        deadline: when no check starts any more (`time.time`), None for never.
        workers: how many there are: they share the rate.
    """

    def __init__(self, settings: Settings, folder: Path, deadline: float | None, workers: int) -> None:
        self.settings = settings
        self._known = settings.known()
        self._left_out = set(settings.skip_ids())
        self._deadline = deadline
        self._run = Run(settings.options(workers), settings.profile, settings.seed)
        self._log = ResourceLog(folder, self._run.run_id)
        self._run.ledger = self._log
        self._silent = 0

    def perform(self, check: Check, case: str | None) -> tuple[Result, int]:
        """Perform one check; give what it came to, and how many requests were sent for it."""
        before = self._run.target.sent
        if self._deadline is not None and time.time() > self._deadline:
            return new_result(check, case, "skipped", "more time (--max-time)"), 0
        if self._silent >= MOST_SILENCES and not self._answers():
            return new_result(check, case, "error", "the target has stopped answering: not tried"), 0
        # Whatever takes chance from Python's own generator is the same in every run of this seed, whatever ran before.
        random.seed(f"{self.settings.seed} {item_id(check.name, case, check.rules)}")
        result = self._run.perform(check, case)
        self._silent = self._silent + 1 if result.status == "error" and "did not answer" in result.actual else 0
        self._cleanup()
        result.sent = self._run.target.sent - before
        return self._judged(scrubbed(result, self.settings)), result.sent

    def _judged(self, result: Result) -> Result:
        if result.status != "failed":
            return result
        if result.rule in self._left_out:
            lacks = f"{result.rule} to hold, which is left out"
            return replace(result, rule=result.rules[0], status="skipped", actual=lacks)
        return replace(result, known=self._known.why(result))

    def _answers(self) -> bool:
        """Is the target there at all: some checks in a row got no answer, perhaps from one operation only."""
        try:
            reach(self.settings)
        except CannotRun:
            return False
        self._silent = 0
        return True

    def _cleanup(self) -> None:
        """Delete what the check made. What stays is tried once more at the end of the run, by the journal.

        So is what was made to last: deleted there.
        """
        delete_all(self._run.target, self._log, spare=self._log.lasting)
        self._log.made.clear()

    def close(self) -> None:
        self._run.target.close()
        self._log.close()
