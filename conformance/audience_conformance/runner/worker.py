"""Runs the checks of one process."""

from __future__ import annotations

import os
import random
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis.configuration import set_hypothesis_home_dir

from audience_conformance.client.trouble import Unreachable
from audience_conformance.results.result import MORE_TIME, Result, item_id
from audience_conformance.runner.execute import Run, new_result
from audience_conformance.runner.message import scrub, scrubbed, secrets_of
from audience_conformance.runner.resource_log import ResourceLog

if TYPE_CHECKING:
    from audience_conformance.checks.registry import Check
    from audience_conformance.client.pace import Pace
    from audience_conformance.settings.settings import Settings


def _cache_folder() -> Path:
    """Where Hypothesis keeps what takes it seconds to compute; by default that is the working directory."""
    if named := os.environ.get("HYPOTHESIS_STORAGE_DIRECTORY"):
        return Path(named)
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 (Path.home may raise)
    base = Path(home) if os.path.isabs(home) else Path(tempfile.gettempdir())  # noqa: PTH117 (as above)
    return base / "audience-conformance" / "hypothesis"


class Worker:
    """Runs checks against one target.

    Args:
        settings: of the run.
        folder: for the resource log.
        deadline: `time.time` after which no check starts, or None.
        pace: of all processes of the run together.
        run_id: in all names that it makes; None for a new one.
    """

    def __init__(
        self, settings: Settings, folder: Path, deadline: float | None, pace: Pace, run_id: str | None = None
    ) -> None:
        set_hypothesis_home_dir(_cache_folder())
        self.settings = settings
        self._known = settings.known()
        self._skipped_rules = set(settings.skipped_rules())
        self._deadline = deadline
        self._run = Run(settings.options(), settings.profile, settings.seed, probes_lag=True, pace=pace)
        self._run.run_id = run_id or self._run.run_id
        self._log = ResourceLog(folder, self._run.run_id)
        self._run.ledger = self._log
        self._ended = ""

    def perform(self, check: Check, case: str | None) -> Result:
        """Run one check."""
        before = self._run.target.sent
        if self._deadline is not None and time.time() > self._deadline:
            return new_result(check, case, "skipped", MORE_TIME)
        if self._ended:
            result = new_result(check, case, "not judged", self._ended)
            result.ends_run = self._ended
            return result
        # Random choices depend on the seed and the item, not on the items before it.
        random.seed(f"{self.settings.seed} {item_id(check.name, case, check.rules)}")
        result = self._run.perform(check, case, self._deadline)
        self._note_trouble(result)
        # What the check could not delete is in the log, and tried once more at the end of the run.
        self._log.made.clear()
        result.sent = self._run.target.sent - before
        return self._apply_exceptions(scrubbed(result, self.settings, self._run.target.printed_values))

    def _apply_exceptions(self, result: Result) -> Result:
        """Mark a known failure; skip a finding of a rule that --skip-rules names."""
        if result.status != "failed":
            return result
        if result.rule in self._skipped_rules:
            reason = f"{result.rule} to hold, which is in --skip-rules"
            return replace(result, rule=result.rules[0], status="skipped", actual=reason)
        return replace(result, known=self._known.why(result))

    def _note_trouble(self, result: Result) -> None:
        """End the run if no further check can be judged."""
        if result.status == "not judged":
            result.ends_run = result.ends_run or self._no_answer()
        if result.ends_run:
            self._ended = result.ends_run = scrub(result.ends_run, secrets_of(self.settings))
            result.actual = self._ended

    def _no_answer(self) -> str:
        """Why the target as a whole does not answer, or ""."""
        try:
            self._run.target.probe()
        except Unreachable as unreachable:
            return f"the target no longer answers: {unreachable.why}"
        return ""

    def close(self) -> None:
        self._run.target.close()
        self._log.close()
