"""Runs the checks of one worker process."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from audience_conformance.client.ledger import MAX_UNANSWERED
from audience_conformance.results.result import Result, item_id
from audience_conformance.runner.execute import NO_ANSWER, Run, new_result
from audience_conformance.runner.message import scrubbed
from audience_conformance.runner.preflight import CannotRun, check_target
from audience_conformance.runner.resource_log import ResourceLog

if TYPE_CHECKING:
    from pathlib import Path

    from audience_conformance.checks.registry import Check
    from audience_conformance.settings.settings import Settings


class Worker:
    """Runs checks against one target.

    Args:
        settings: of the run.
        folder: for the resource log.
        deadline: `time.time` after which no check starts, or None.
        workers: the number of workers, which share the rate limit.
    """

    def __init__(self, settings: Settings, folder: Path, deadline: float | None, workers: int) -> None:
        self.settings = settings
        self._known = settings.known()
        self._skipped_rules = set(settings.skipped_rules())
        self._deadline = deadline
        self._run = Run(settings.options(workers), settings.profile, settings.seed)
        self._log = ResourceLog(folder, self._run.run_id)
        self._run.ledger = self._log
        self._unanswered = 0

    def perform(self, check: Check, case: str | None) -> Result:
        """Run one check."""
        before = self._run.target.sent
        if self._deadline is not None and time.time() > self._deadline:
            return new_result(check, case, "skipped", "more time (--max-time)")
        if self._unanswered >= MAX_UNANSWERED and not self._target_answers():
            return new_result(check, case, "error", "the target has stopped answering: not tried")
        # Random choices depend on the seed and the item, not on the items before it.
        random.seed(f"{self.settings.seed} {item_id(check.name, case, check.rules)}")
        result = self._run.perform(check, case)
        no_answer = result.status == "error" and result.actual.startswith(NO_ANSWER)
        self._unanswered = self._unanswered + 1 if no_answer else 0
        # What the check could not delete is in the log, and tried once more at the end of the run.
        self._log.made.clear()
        result.sent = self._run.target.sent - before
        return self._apply_exceptions(scrubbed(result, self.settings))

    def _apply_exceptions(self, result: Result) -> Result:
        """Mark a known failure; skip a finding of a rule that --skip-rules names."""
        if result.status != "failed":
            return result
        if result.rule in self._skipped_rules:
            reason = f"{result.rule} to hold, which is in --skip-rules"
            return replace(result, rule=result.rules[0], status="skipped", actual=reason)
        return replace(result, known=self._known.why(result))

    def _target_answers(self) -> bool:
        """The target as a whole answers, although several checks in a row got no answer."""
        try:
            check_target(self.settings)
        except CannotRun:
            return False
        self._unanswered = 0
        return True

    def close(self) -> None:
        self._run.target.close()
        self._log.close()
