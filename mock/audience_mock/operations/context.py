"""The context of an operation (tenant, jobs, files), and response bodies that several operations share.

The session provides jobs and files; operations know only the protocols here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any, NamedTuple, Protocol

from audience_mock.store.accepted import Work
from audience_mock.store.definitions import Definitions
from audience_mock.store.groups import Groups
from audience_mock.store.world import Tenant, World


class Files(Protocol):
    """Reads the file of a file_url."""

    async def read(self, file_url: str) -> dict[str, int]:
        """User id -> place in the file, counted from 0. Raises FileProblem."""


class Job(Protocol):
    """A background job, for the work that it runs."""

    def check(self) -> None:
        """Raise FileProblem if the control API has made the job fail."""

    def files(self, files: Files) -> Files:
        """The files for this job, without the rows that the control API has made fail."""


class Jobs(Protocol):
    """Runs work in the background, after the response."""

    def start(
        self,
        title: str,
        work: Callable[[Job], Awaitable[None]],
        *,
        kind: str,
        subject: str,
        job_id: str = "",
        targets: Collection[str] = (),
    ) -> object:
        """Queue `work`; jobs that write to the same targets do not overtake each other."""

    def seen(self, *subjects: str) -> None:
        """Count a read that shows these subjects, for jobs that wait for reads."""


class Context(NamedTuple):
    """The tenant of a request, and the session's jobs and files."""

    tenant: Tenant
    world: World
    jobs: Jobs
    files: Files

    def within(self, job: Job) -> "Context":
        """The context for the work of a job, which reads files as `Job.files` gives them."""
        return self._replace(files=job.files(self.files))

    def accept(
        self,
        work: Work,
        title: str,
        run: Callable[[Job], Awaitable[None]],
        *,
        job_id: str = "",
        targets: Collection[str] = (),
    ) -> None:
        """Start a job for accepted work, which stays part of the data until the job has ended.

        A job that is cancelled, by a reset or when the server stops, has not ended.
        """
        accepted = self.tenant.accepted
        number = accepted.add(work)

        async def run_to_end(job: Job) -> None:
            try:
                await run(job)
            except Exception:
                accepted.done(number)
                raise
            accepted.done(number)

        self.jobs.start(title, run_to_end, kind=work.kind, subject=work.subject, job_id=job_id, targets=targets)


def number_page(found: tuple[list[Any], int], page_no: int, page_size: int) -> dict[str, Any]:
    """The body of a page by number (documents: PageNumber), from its items and the total number of items."""
    items, total = found
    page = {
        "type": "number",
        "current": page_no,
        "size": page_size,
        "item_total": total,
        "has_next": page_no * page_size < total,
        "has_previous": page_no > 1,
    }
    return {"items": items, "page": page}


async def searched_page(records: Definitions | Groups, filters: dict[str, Any], page_no: int, page_size: int) -> Any:
    """A page by number of the records that match all filters; a long search yields to other requests."""
    for _ in records.search(filters):
        await asyncio.sleep(0)
    return number_page(records.page(filters, page_no, page_size), page_no, page_size)


def deleted(resource: str) -> dict[str, Any]:
    """The body of a delete (documents: DeleteDetail)."""
    return {"message": f"{resource} is deleted.", "success": True}
