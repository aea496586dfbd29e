"""Background jobs: work that continues after the response (reading a file, bulk update, refresh)."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from audience_mock.errors import FileProblem
from audience_mock.operations import context as operations
from audience_mock.session.clock import Clock

logger = logging.getLogger("audience_mock.jobs")

MAX_JOBS = 1_000
"""Jobs that are kept; the oldest ended ones are dropped first."""

Status = Literal["waiting", "running", "completed", "failed"]


@dataclass(frozen=True)
class Progression:
    """When a job runs.

    Args:
        seconds: after its request, by the session's clock; None: only when it is advanced.
        reads: the job is advanced when its subject has been read this many times.
    """

    seconds: float | None = 0.0
    reads: int | None = None


@dataclass(slots=True)
class Job:
    """One job. A thousand ended ones are kept for each session, so it is small.

    Args:
        id: the id of the job.
        kind: "group file", "refresh", "bulk update".
        subject: the id of its group; for a bulk update the job's own id.
        title: a description for people.
        progression: when it runs.
        created_at: the time of its request.
    """

    id: str
    kind: str
    subject: str
    title: str
    progression: Progression
    created_at: datetime
    status: Status = "waiting"
    ended_at: datetime | None = None
    reads: int = 0
    fails: bool = False
    failing_rows: frozenset[int] = frozenset()
    problem: str | None = None
    released: bool = False
    targets: frozenset[str] = frozenset()
    awake: asyncio.Event | None = None
    """Set to check again whether it is due; only while it waits."""

    def is_due(self, now: datetime) -> bool:
        """Is its time over, or was it advanced."""
        seconds = self.progression.seconds
        return self.released or (seconds is not None and self.created_at + timedelta(seconds=seconds) <= now)

    @property
    def has_ended(self) -> bool:
        return self.status in {"completed", "failed"}

    def check(self) -> None:
        """Raise FileProblem if the control API has made this job fail."""
        if self.fails:
            raise FileProblem(f"The job {self.id} is set to fail.")

    def files(self, files: operations.Files) -> operations.Files:
        """The files as this job reads them, without its failing rows."""
        return JobFiles(self, files)

    def as_dict(self) -> dict[str, Any]:
        """The job as plain data; times stay datetimes."""
        fields = ("id", "kind", "subject", "title", "status", "reads", "created_at", "ended_at", "fails", "problem")
        return {
            **{name: getattr(self, name) for name in fields},
            "progression": {"seconds": self.progression.seconds, "reads": self.progression.reads},
            "failing_rows": sorted(self.failing_rows),
        }


class JobFiles:
    """The files as a job reads them: without its failing rows, and none if the whole job is to fail."""

    def __init__(self, job: Job, files: operations.Files) -> None:
        self._job = job
        self._files = files

    async def read(self, file_url: str) -> dict[str, int]:
        self._job.check()
        places = await self._files.read(file_url)
        if self._job.failing_rows:
            kept = [user_id for user_id, place in places.items() if place + 1 not in self._job.failing_rows]
            places = {user_id: place for place, user_id in enumerate(kept)}
        return places


Work = Callable[[Job], Awaitable[None]]


class Jobs:
    """The background jobs of a session.

    Args:
        delay: seconds between the response and the work.
        clock: the session's clock.
    """

    def __init__(self, delay: float, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.progression = Progression(delay)
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._running: dict[asyncio.Task[None], Job] = {}
        self._last = 0
        self._has_ended = False

    def start(
        self,
        title: str,
        work: Work,
        *,
        kind: str = "",
        subject: str = "",
        job_id: str = "",
        targets: Collection[str] = (),
    ) -> Job:
        """Run `work` when it is due; a failure is logged with `title` and has no other effect.

        A job waits for those that run already and write to one of its `targets`. One of a session that has ended
        does not run.
        """
        self._last += 1
        job = Job(job_id or f"job-{self._last}", kind, subject, title, self.progression, self.clock.now())
        if targets:
            job.targets = frozenset(targets)
        self._jobs.pop(job.id, None)  # ids of bulk updates begin anew with new data
        self._jobs[job.id] = job
        if self._has_ended:
            return job
        task = asyncio.create_task(self._run(job, work))
        self._running[task] = job
        task.add_done_callback(self._running.pop)
        return job

    async def _run(self, job: Job, work: Work) -> None:
        if job.progression.seconds == 0:
            await asyncio.sleep(0)
        else:
            job.awake = asyncio.Event()
            await self.clock.sleep(job.progression.seconds, job.awake, lambda: job.released)
            job.awake = None
        ahead = [
            task
            for task, other in self._running.items()
            if other.status == "running" and not job.targets.isdisjoint(other.targets)
        ]
        job.status = "running"
        if ahead:
            await asyncio.wait(ahead)
        try:
            await work(job)
        except FileProblem as problem:
            self._end(job, str(problem))
            logger.warning("%s failed: %s", job.title, problem)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self._end(job, f"{type(error).__name__}: internal error in the mock")
            logger.exception("%s failed: internal error in the mock", job.title)
        else:
            self._end(job, None)

    def _end(self, job: Job, problem: str | None) -> None:
        job.status, job.problem = ("failed" if problem else "completed"), problem
        job.ended_at = self.clock.now()
        ended = [one.id for one in self._jobs.values() if one.has_ended] if len(self._jobs) > MAX_JOBS else []
        for job_id in ended[: len(self._jobs) - MAX_JOBS]:
            del self._jobs[job_id]

    def list(self) -> list[Job]:
        """All jobs that are kept, newest first."""
        return list(reversed(self._jobs.values()))

    def get(self, job_id: str) -> Job | None:
        return self._jobs.get(job_id)

    def seen(self, *subjects: str) -> None:
        """Count a read that shows these subjects; their jobs that waited for this read run."""
        shown = set(subjects) if self._running else ()
        for job in self._running.values():
            if job.subject in shown and job.status == "waiting" and job.progression.reads is not None:
                job.reads += 1
                if job.reads >= job.progression.reads:
                    self.advance(job)

    @staticmethod
    def advance(job: Job) -> None:
        """Run a waiting job now."""
        job.released = True
        if job.awake:
            job.awake.set()

    async def wait_for_due(self, patience: float) -> None:
        """Wait until every job that is due has ended, or `patience` seconds have passed."""
        due = [task for task, job in self._running.items() if job.is_due(self.clock.now())]
        if due:
            await asyncio.wait(due, timeout=patience)

    async def settled(self) -> None:
        """Wait until no job is running."""
        while self._running:
            await asyncio.wait(self._running)

    async def stop(self) -> None:
        """Cancel all jobs."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def clear(self) -> None:
        """Cancel all jobs without waiting, and drop them."""
        for task in self._running:
            task.cancel()
        self._jobs.clear()
        self._last = 0

    def end(self) -> None:
        """Cancel all jobs without waiting, and run none any more: their session has ended."""
        self._has_ended = True
        self.clear()

    def after_reset(self, clock: Clock) -> "Jobs":
        """The jobs of new data: with this progression and this list, in which those that have not ended are failed."""
        new = Jobs(0, clock)
        new.progression, new._last = self.progression, self._last
        new._jobs.update(self._jobs)
        for job in self._running.values():
            if not job.has_ended:
                new._end(job, "Its data was reset before it ran.")
        return new
