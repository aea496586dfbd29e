"""Runs one check and makes its result."""

import time
import traceback
import uuid
from dataclasses import replace
from math import inf
from typing import Any

from audience_conformance.checks.prerequisites import WRITE_PERMISSION
from audience_conformance.checks.registry import Check
from audience_conformance.client.api import GROUPS, LAST_WRITE, Api, Budget
from audience_conformance.client.exchange import Exchange
from audience_conformance.client.ledger import Ledger
from audience_conformance.client.pace import Pace
from audience_conformance.client.target import Options, Target
from audience_conformance.client.trouble import Unreachable
from audience_conformance.reproduce.quoting import Origin
from audience_conformance.reproduce.shell import script
from audience_conformance.reproduce.slicing import evidence
from audience_conformance.results.finding import Finding, Skip
from audience_conformance.results.result import Result, Status
from audience_conformance.runner.consistency import MAX_RERUN, LagProbe
from audience_conformance.runner.levels import name_decision

BUDGETS = {
    "smoke": (3, 10, 8),
    "standard": (25, 30, 20),
    "deep": (300, 60, 50),
}
"""Profile -> generated examples per property, steps of a state machine, concurrent requests."""
MAX_CURLS = 40
"""The most requests shown of a finding: the deciding one, and the last of those before."""
TIMES_RUN = 5
"""A check that trouble on the way has stopped is run again: each run of a check makes what it needs."""


def new_result(check: Check, case: str | None, status: Status, actual: str = "") -> Result:
    """The result of a check without findings."""
    return Result(
        check.rules[0],
        check.name,
        case or "",
        status,
        actual=actual,
        operations=list(check.operations),
        rules=list(check.rules),
        location=check.location,
    )


class Run:
    """Runs checks against one target.

    Args:
        options: of the target.
        profile: smoke, standard or deep.
        seed: of all random choices.
        probes_lag: find out whether a finding would vanish if reads waited for writes.
        pace: shared with the other processes of a run; None for one of its own.
    """

    def __init__(
        self, options: Options, profile: str, seed: int, *, probes_lag: bool = False, pace: Pace | None = None
    ) -> None:
        examples, steps, parallel = BUDGETS[profile]
        self.options = options
        self.budget = Budget(examples, steps, parallel, seed)
        self.target = Target(options, pace)
        self.ledger = Ledger()
        self.run_id = uuid.uuid4().hex[:8]
        self._shared: dict[Any, Any] = {}
        self._data_urls: bool | None = None
        self._lag_probe = LagProbe(self.target) if probes_lag else None

    def perform(self, check: Check, case: str | None, deadline: float | None = None) -> Result:
        """Run one check and delete what it created. Raises nothing but an interrupt.

        Args:
            check: the check.
            case: its case, None for a check without cases.
            deadline: the `time.time` at which it is interrupted, None for never.
        """
        if check.writes(case) and not self.options.writes:
            return new_result(check, case, "skipped", WRITE_PERMISSION)
        started = time.monotonic()
        for times_left in reversed(range(TIMES_RUN)):
            self.target.believes = not times_left
            self.target.deadline = deadline
            result, passing = self._try(check, case)
            if not passing or not self.target.answers():
                break
        if result.seen_after and not self._vanishes(check, case, result.seen_after, deadline):
            result.seen_after = 0.0
        result.seconds = round(time.monotonic() - started, 3)
        result.trouble = self.target.take_trouble()
        return result

    def _vanishes(self, check: Check, case: str | None, lag: float, deadline: float | None) -> bool:
        """Does a check find nothing if its reads wait for this lag."""
        assert self._lag_probe, "it has found the lag"
        if self._lag_probe.is_sure:
            return True
        options, started = self.target.options, time.monotonic()
        self.target.options = replace(options, consistency=2 * lag)
        self.target.deadline = min(deadline or inf, time.time() + MAX_RERUN)
        try:
            vanished = self._try(check, case)[0].status == "passed"
        finally:
            self.target.options = options
        self._lag_probe.note(time.monotonic() - started, vanished=vanished)
        return vanished

    def _try(self, check: Check, case: str | None) -> tuple[Result, bool]:
        """Run one check once; say whether trouble stopped it that may not come again."""
        passing = False
        api = Api(self.target, self.ledger, self.budget, self.run_id, self._shared)
        result = new_result(check, case, "passed")
        try:
            check.function(api, *([case] if case is not None else []))
        except Finding as finding:
            result.status = "failed"
            result.rule = finding.rule or result.rule
            result.rests_on = list(finding.rests_on)
            name_decision(result, finding, api.trace.exchanges, self.options.base_url, self._takes_data_urls)
            result.expected, result.actual, result.overdue = finding.expected, finding.actual, finding.overdue
            result.operation = finding.operation or ""
            if self._lag_probe:
                lag = self._lag_probe.lag(api.trace.sequence, self._shared.get(LAST_WRITE))
                result.seen_after = round(lag, 1) or (0.1 if lag else 0.0)
            self._show(result, finding, api.trace.sequence)
        except Skip as skip:
            result.status, result.actual = "skipped", str(skip)
        except Unreachable as unreachable:
            result.status, result.actual, passing = "not judged", unreachable.kind, unreachable.passing
            result.ends_run = unreachable.why if unreachable.fatal else ""
        except Exception:  # noqa: BLE001 (an internal error is a result too)
            result.status, result.actual = "error", traceback.format_exc()
        if result.status == "error":
            result.curl = [exchange.curl(self.target.secrets) for exchange in api.trace.sequence[-MAX_CURLS:]]
        self.target.deadline = None
        if result.status == "failed" and self.options.keep:
            api.keep()
        elif not result.ends_run:
            api.cleanup()
        return result, passing

    def _takes_data_urls(self) -> bool:
        """Does the target take a plain group whose file is in its URL; asked once."""
        if self._data_urls is None:
            trial = Api(self.target, self.ledger, self.budget, self.run_id, self._shared)
            try:
                self._data_urls = trial.post(GROUPS, trial.group_body()).ok
            except Unreachable:
                return True
            finally:
                trial.cleanup()
        return self._data_urls

    def _show(self, result: Result, finding: Finding, exchanges: list[Exchange]) -> None:
        """Put what reproduces a finding into its result."""
        rests_on = evidence(exchanges, finding)
        if rests_on is None:
            return
        secrets = self.target.secrets
        shown = [rests_on.deciding, *rests_on.before[-MAX_CURLS + 1 :]]
        result.curl = [exchange.curl(secrets) for exchange in shown]
        result.answer = str(rests_on.deciding.answer)
        origin = Origin(self.options.base_url, self.run_id, secrets, self.options.async_timeout)
        result.script = script(result, finding, rests_on, origin)
