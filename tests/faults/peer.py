"""Stock Schemathesis, as well as it can be set up, on the same servers: what our suite is compared with."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.harness import Serving, changes, state

from audience_mock.contract.document import DOCUMENTED_TENANT, contract_path

CONFIG = f"""
continue-on-failure = true
[parameters]
"path.company_id" = "{DOCUMENTED_TENANT.company_id}"
"path.application_id" = "{DOCUMENTED_TENANT.application_id}"
[checks]
negative_data_rejection.expected-statuses = [400, 404, 405, 415]
"""
"""All checks and phases, the tenant that is served, and the statuses that our contract has for refusals."""
GRACE = 60.0
"""Seconds beyond its budget for loading the contract and for writing its report."""


@dataclass(frozen=True)
class PeerRun:
    """One run of Schemathesis.

    Args:
        failures: "type operation" of every failure that it reports.
        first: failure -> seconds from its first request to the report of it.
        requests: how many it sent.
        seconds: how long it ran, loading left out.
        changed: resources left behind, changed, lost.
    """

    failures: frozenset[str]
    first: dict[str, float]
    requests: int
    seconds: float
    changed: dict[str, int] = field(default_factory=dict)

    def kill(self, false_alarms: frozenset[str]) -> float | None:
        """When it reported what it does not report of the correct mock; None if it did not."""
        new = self.failures - false_alarms
        return min((self.first.get(failure, self.seconds) for failure in new), default=None)


def run_peer(mock: Serving, budget: float, chance: int) -> PeerRun:
    """Let Schemathesis test a mock for `budget` seconds."""
    before, requests = state(mock.backend), mock.mock.requests
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "schemathesis.toml").write_text(CONFIG)
        subprocess.run(
            [
                *(Path(sys.executable).with_name("schemathesis"), "--config-file", folder / "schemathesis.toml"),
                *("run", contract_path(), "--origin", mock.options.url, "--max-time", str(max(1, round(budget)))),
                *("--checks", "all", "--continue-on-failure", "--no-shrink", "--seed", str(chance)),
                *("--report", "ndjson", "--report-ndjson-path", folder / "events"),
            ],
            capture_output=True,
            check=False,
            timeout=budget + GRACE,
            cwd=folder,
        )
        lines = (folder / "events").read_text("utf-8").splitlines()
    first, seconds = _failures(lines)
    changed = changes(before, state(mock.backend))
    return PeerRun(frozenset(first), first, mock.mock.requests - requests, seconds, changed)


def _failures(lines: list[str]) -> tuple[dict[str, float], float]:
    """Failure -> when it was reported, and when the last event was, in seconds from the first phase on."""
    found: dict[str, float] = {}
    start = last = 0.0
    for line in lines:
        (kind, event), *_ = json.loads(line).items()
        moment = event.get("timestamp", 0.0)
        start = start or (moment if kind in {"PhaseStarted", "EngineStarted"} else 0.0)
        last = max(last, moment)
        if kind == "ScenarioFinished":
            for told in _told(event["recorder"]):
                found.setdefault(f"{told['type']} {told['operation']}", moment - start)
    return found, max(0.0, last - start)


def _told(recorder: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        check["failure_info"]["failure"]
        for checks in recorder.get("checks", {}).values()
        for check in checks
        if check.get("failure_info")
    ]
