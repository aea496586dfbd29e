"""The whole suite on every fault: which rules break, and how long that takes."""

import json
import logging
import multiprocessing
import os
import time
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.registry import all_faults

from audience_conformance.results.result import Result


@dataclass
class Row:
    """What came of one fault.

    Args:
        id: the fault.
        rules: every rule that a finding names.
        errors: how many checks crashed.
        seconds: how long the run took.
        first: seconds to the first finding, or None.
        requests: how many were sent.
        changed: resources left behind, changed, lost, with the fault's own doing in it.
        peer: the same of Schemathesis, if it was asked.
    """

    id: str
    rule: str
    subtlety: str
    about: str
    rules: list[str]
    errors: int
    seconds: float
    first: float | None
    requests: int
    changed: dict[str, int] = field(default_factory=dict)
    peer: dict[str, Any] | None = None

    @property
    def killed(self) -> bool:
        return bool(self.rules)

    @property
    def by_owner(self) -> bool:
        return self.rule in self.rules


@dataclass(frozen=True)
class Job:
    """What a worker is asked to do.

    Args:
        fault: the fault's id, "" for the correct mock.
        profile: smoke, standard or deep.
        owner_only: run the owning rule's checks alone.
        peer: let Schemathesis run for as long.
        false_alarms: what Schemathesis reports on the correct mock.
        budget: seconds for Schemathesis; 0 for as long as ours took.
    """

    fault: str
    profile: str = "standard"
    owner_only: bool = False
    peer: bool = False
    false_alarms: frozenset[str] = frozenset()
    budget: float = 0.0


def perform_job(job: Job) -> Row:
    """One fault, in this process."""
    quiet()
    from tests.faults.harness import changes, checks_of, perform, serving, state  # noqa: PLC0415

    from audience_conformance.checks.registry import all_checks  # noqa: PLC0415 (a worker imports late)

    fault = {one.id: one for one in all_faults()}[job.fault]
    with serving(fault.seed, **fault.options) as mock:
        before, started = state(mock.backend), time.monotonic()
        moments: list[float] = []

        def note(result: Result) -> bool:
            if result.status == "failed":
                moments.append(time.monotonic() - started)
            return False

        results, run, _ = perform(
            mock.options,
            checks_of(fault.rule) if job.owner_only else all_checks(),
            job.profile,
            until=note,
        )
        seconds = time.monotonic() - started
        row = Row(
            *(fault.id, fault.rule, fault.subtlety, fault.about),
            rules=sorted({result.rule for result in results if result.status == "failed"}),
            errors=sum(result.status == "error" for result in results),
            seconds=round(seconds, 2),
            first=round(moments[0], 2) if moments else None,
            requests=run.target.sent,
            changed=changes(before, state(mock.backend)),
        )
    if job.peer:
        row.peer = _peer(job, job.budget or seconds)
    return row


def _peer(job: Job, budget: float) -> dict[str, Any]:
    from tests.faults.harness import serving  # noqa: PLC0415
    from tests.faults.peer import run_peer  # noqa: PLC0415

    fault = {one.id: one for one in all_faults()}[job.fault]
    with serving(fault.seed, **fault.options) as mock:
        found = run_peer(mock, budget, 1)
    first = found.kill(job.false_alarms)
    return {
        "killed": first is not None,
        "first": None if first is None else round(first, 2),
        "new": sorted(found.failures - job.false_alarms),
        "requests": found.requests,
        "seconds": round(found.seconds, 2),
        "changed": found.changed,
    }


def peer_baseline(budget: float, seeds: int = 3) -> tuple[frozenset[str], list[dict[str, Any]]]:
    """What Schemathesis reports of the correct mock in as many runs, and the runs."""
    quiet()
    from tests.faults.harness import serving  # noqa: PLC0415
    from tests.faults.peer import run_peer  # noqa: PLC0415

    alarms: frozenset[str] = frozenset()
    runs = []
    for chance in range(1, seeds + 1):
        with serving() as mock:
            found = run_peer(mock, budget, chance)
        alarms |= found.failures
        runs.append({"alarms": sorted(found.failures), "requests": found.requests, "changed": found.changed})
    return alarms, runs


def own_baseline(profile: str) -> dict[str, Any]:
    """The same of our suite: findings on the correct mock, requests, resources left or changed."""
    quiet()
    from tests.faults.harness import changes, perform, serving, state  # noqa: PLC0415

    from audience_conformance.checks.registry import all_checks  # noqa: PLC0415

    with serving() as mock:
        before, started = state(mock.backend), time.monotonic()
        results, run, left = perform(mock.options, all_checks(), profile)
        return {
            "alarms": sorted(f"{one.rule} {one.id}" for one in results if one.status in {"failed", "error"}),
            "requests": run.target.sent,
            "changed": changes(before, state(mock.backend)),
            "left": left,
            "seconds": round(time.monotonic() - started, 2),
        }


def quiet() -> None:
    """Say nothing of what faulty files and jobs log; it is part of the trial."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")


def rows(jobs: list[Job], workers: int, folder: Path, *, resume: bool) -> Iterator[Row]:
    """Perform jobs in processes, and keep each row in `folder` as it comes; with `resume`, take what is there."""
    folder.mkdir(parents=True, exist_ok=True)
    todo = []
    for job in jobs:
        kept = folder / f"{job.fault}.json"
        if resume and kept.exists():
            yield Row(**json.loads(kept.read_text("utf-8")))
        else:
            todo.append(job)
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers or os.cpu_count() or 1, maxtasksperchild=20) as pool:
        for row in pool.imap_unordered(perform_job, todo):
            (folder / f"{row.id}.json").write_text(json.dumps(asdict(row)), "utf-8")
            yield row
