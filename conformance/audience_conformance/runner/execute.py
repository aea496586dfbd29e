"""One run: its checks one by one, and what each came to."""

import time
import traceback
import uuid
from typing import Any

from audience_conformance.checks.prerequisites import WRITE_PERMISSION
from audience_conformance.checks.registry import Check
from audience_conformance.client.api import Api, Budget
from audience_conformance.client.ledger import Ledger, delete_all
from audience_conformance.client.target import Exchange, Options, Target, Unreachable
from audience_conformance.results.finding import Finding, Skip
from audience_conformance.results.result import Result, Status

BUDGETS = {
    "smoke": (3, 10, 8),
    "standard": (25, 30, 20),
    "deep": (300, 60, 50),
}
"""Profile -> generated examples a property, steps of a state machine, requests at once."""
MAX_CURLS = 40
"""Lines of the sequence that a finding shows: the last ones."""


def new_result(check: Check, case: str | None, status: Status, actual: str = "") -> Result:
    """The result of a check, before there are findings."""
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
    """Performs checks against one target, and cleans up after them."""

    def __init__(self, options: Options, profile: str, seed: int) -> None:
        examples, steps, parallel = BUDGETS[profile]
        self.options = options
        self.profile = profile
        self.budget = Budget(examples, steps, parallel, seed)
        self.target = Target(options)
        self.ledger = Ledger()
        self.run_id = uuid.uuid4().hex[:8]
        self._shared: dict[Any, Any] = {}

    def perform(self, check: Check, case: str | None) -> Result:
        """Run one check. Never raises but for an interrupt."""
        api = Api(self.target, self.ledger, self.budget, self.run_id, self._shared)
        result = new_result(check, case, "passed")
        started = time.monotonic()
        try:
            self._call(check, case, api)
        except Finding as finding:
            self._note(result, finding, api)
        except Skip as lacking:
            result.status, result.actual = "skipped", str(lacking)
        except Unreachable as unreachable:
            result.status, result.actual = "error", f"the target did not answer: {unreachable}"
            result.curl = self._curl(api.trace.said)
        except Exception:  # noqa: BLE001 (a crash of ours is a result of its own)
            result.status, result.actual = "error", traceback.format_exc()
            result.curl = self._curl(api.trace.said)
        if result.status != "error":
            api.cleanup()
        result.seconds = round(time.monotonic() - started, 3)
        return result

    def _call(self, check: Check, case: str | None, api: Api) -> None:
        if check.writes(case) and not self.options.writes:
            raise Skip(WRITE_PERMISSION)
        check.function(api, *([case] if case is not None else []))

    def _note(self, result: Result, finding: Finding, api: Api) -> None:
        result.status = "failed"
        result.rule = finding.rule or result.rule
        result.expected, result.actual, result.overdue = finding.expected, finding.actual, finding.overdue
        result.operation = finding.operation or ""
        result.curl = self._curl(api.trace.said)

    def _curl(self, exchanges: list[Exchange]) -> list[str]:
        return [exchange.curl(self.target.secrets) for exchange in exchanges[-MAX_CURLS:]]

    def clean_up(self) -> list[str]:
        """Delete all that the run made; give what stays."""
        left = delete_all(self.target, self.ledger)
        self.target.close()
        return left
