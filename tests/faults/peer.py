"""Stock Schemathesis on the same servers, set up as well as it can be: the tool that our suite is compared with."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.faults.harness import Serving, changes, state

from audience_conformance.contract.location import contract_path
from audience_mock.contract.document import DOCUMENTED_TENANT

CONFIG = f"""
continue-on-failure = true
[parameters]
"path.company_id" = "{DOCUMENTED_TENANT.company_id}"
"path.application_id" = "{DOCUMENTED_TENANT.application_id}"
[checks]
negative_data_rejection.expected-statuses = [400, 404, 405, 415]
"""
"""The served tenant, and the statuses with which the contract refuses; all checks and phases are on."""
GRACE = 60.0
"""Seconds beyond its budget for loading the contract and for writing its report."""


@dataclass(frozen=True)
class PeerRun:
    """One run of Schemathesis.

    Args:
        failures: "type operation" -> seconds from the first phase to its report.
        requests: how many it sent.
        seconds: how long it ran, loading left out.
        changed: resources left behind, changed, lost.
    """

    failures: dict[str, float]
    requests: int
    seconds: float
    changed: dict[str, int]

    def first_new(self, false_alarms: frozenset[str]) -> float | None:
        """Seconds to the first failure that is not reported of the correct mock, or None."""
        return min((at for failure, at in self.failures.items() if failure not in false_alarms), default=None)


def run_peer(serving: Serving, budget: float, chance: int) -> PeerRun:
    """Let Schemathesis test a mock for `budget` seconds."""
    mock = serving.mock
    before, requests = state(mock), mock.requests
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "schemathesis.toml").write_text(CONFIG)
        subprocess.run(
            [
                *(Path(sys.executable).with_name("schemathesis"), "--config-file", folder / "schemathesis.toml"),
                *("run", contract_path(), "--origin", serving.options.url, "--max-time", str(max(1, round(budget)))),
                *("--checks", "all", "--continue-on-failure", "--no-shrink", "--seed", str(chance)),
                *("--report", "ndjson", "--report-ndjson-path", folder / "events"),
            ],
            capture_output=True,
            check=False,
            timeout=budget + GRACE,
            cwd=folder,
        )
        failures, seconds = _failures((folder / "events").read_text("utf-8").splitlines())
    return PeerRun(failures, mock.requests - requests, seconds, changes(before, state(mock)))


def _failures(lines: list[str]) -> tuple[dict[str, float], float]:
    """Failure -> seconds to its report, and seconds to the last event, both from the first phase on."""
    found: dict[str, float] = {}
    start = last = 0.0
    for line in lines:
        (kind, event), *_ = json.loads(line).items()
        moment = event.get("timestamp", 0.0)
        start = start or (moment if kind in {"PhaseStarted", "EngineStarted"} else 0.0)
        last = max(last, moment)
        recorded = event["recorder"].get("checks", {}).values() if kind == "ScenarioFinished" else ()
        for check in (check for checks in recorded for check in checks if check.get("failure_info")):
            failure = check["failure_info"]["failure"]
            found.setdefault(f"{failure['type']} {failure['operation']}", round(moment - start, 2))
    return found, round(max(0.0, last - start), 2)
