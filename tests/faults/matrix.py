"""Runs the suite on each fault: which checks fail, which rules they name, and how long that takes."""

import json
import logging
import multiprocessing
import os
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from tests.faults.harness import changes, checks_of, perform, serving, state
from tests.faults.peer import run_peer
from tests.faults.registry import all_faults

from audience_conformance.checks.registry import all_checks
from audience_conformance.results.result import Result

Job_ = TypeVar("Job_")
Row_ = TypeVar("Row_")


@dataclass
class Row:
    """The results of one fault.

    Args:
        id: the fault.
        findings: the rule that each failed check names, the check, and its case.
        errors: how many checks crashed.
        seconds: how long the run took.
        first: seconds to the first finding, or None.
        requests: how many were sent.
        changed: resources left behind, changed and lost, those by the fault itself included.
        peer: the same of Schemathesis, if it ran.
    """

    id: str
    findings: list[tuple[str, str, str]]
    errors: int
    seconds: float
    first: float | None
    requests: int
    changed: dict[str, int]
    peer: dict[str, Any] | None = None

    @property
    def rule(self) -> str:
        return self.id[:6]

    @property
    def rules(self) -> list[str]:
        """Every rule that a finding names."""
        return sorted({rule for rule, _, _ in self.findings})

    @property
    def by_owner(self) -> bool:
        return self.rule in self.rules

    @property
    def verdict(self) -> str:
        return "killed" if self.by_owner else "misnamed" if self.findings else "SURVIVES"


class Job(NamedTuple):
    """One run in a worker process.

    Args:
        fault: the fault's id, "" for the correct mock.
        profile: smoke, standard or deep.
        owner_only: run the owning rule's checks alone.
        false_alarms: the failures that Schemathesis reports on the correct mock; None to leave it out.
        budget: seconds for Schemathesis; 0 for as long as the suite took.
    """

    fault: str
    profile: str = "standard"
    owner_only: bool = False
    false_alarms: frozenset[str] | None = None
    budget: float = 0.0


def run(job: Job) -> Row:
    """Run one job in this process."""
    fault = next((one for one in all_faults() if one.id == job.fault), None)
    change = fault.change if fault else None
    checks = checks_of(fault.rule) if fault and job.owner_only else all_checks()
    with serving(change) as mock:
        before, started = state(mock.mock), time.monotonic()
        moments: list[float] = []

        def note(result: Result) -> None:
            if result.status == "failed":
                moments.append(round(time.monotonic() - started, 2))

        results, performed, _ = perform(mock.options, checks, job.profile, note=note)
        row = Row(
            job.fault,
            findings=[(one.rule, one.check, one.case) for one in results if one.status == "failed"],
            errors=sum(result.status == "error" for result in results),
            seconds=round(time.monotonic() - started, 2),
            first=moments[0] if moments else None,
            requests=performed.target.sent,
            changed=changes(before, state(mock.mock)),
        )
    if job.false_alarms is not None:
        with serving(change) as mock:
            found = run_peer(mock, job.budget or row.seconds, 1)
        row.peer = {**asdict(found), "first": found.first_new(job.false_alarms)}
        row.peer["failures"] = sorted(found.failures.keys() - job.false_alarms)
    return row


def in_processes(work: Callable[[Job_], Row_], jobs: Iterable[Job_], workers: int = 0) -> Iterator[Row_]:
    """Do the work in processes, one a core if `workers` is 0; results come as they are ready."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers or os.cpu_count() or 1, quiet, maxtasksperchild=20) as pool:
        yield from pool.imap_unordered(work, jobs)


def quiet() -> None:
    """Silence the logs and warnings of faulty files and jobs: they are intended."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")


def rows(jobs: list[Job], workers: int, folder: Path, *, resume: bool) -> Iterator[Row]:
    """Run jobs in processes and save each row in `folder`; with `resume`, read the rows that are there."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = [path for job in jobs if resume and (path := folder / f"{job.fault}.json").exists()]
    for path in kept:
        yield Row(**json.loads(path.read_text("utf-8")))
    done = {path.stem for path in kept}
    for row in in_processes(run, [job for job in jobs if job.fault not in done], workers):
        (folder / f"{row.id}.json").write_text(json.dumps(asdict(row)), "utf-8")
        yield row
