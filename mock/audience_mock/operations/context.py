"""What an operation works with, and the shapes that several operations answer in."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol

from audience_mock.store.definitions import Definitions
from audience_mock.store.groups import Groups
from audience_mock.store.world import Tenant, World


class Files(Protocol):
    """Reads the files behind file_url."""

    async def read(self, file_url: str) -> dict[str, int]:
        """User id -> place, counted from 0. Raises FileProblem."""


class Job(Protocol):
    """A background job, as its own work sees it."""

    def check(self) -> None:
        """Raises FileProblem where the job was told to fail."""

    def files(self, files: Files) -> Files:
        """The files as this job reads them: without the rows that were told to fail."""


class Jobs(Protocol):
    """Runs work after its request was answered."""

    def start(
        self, title: str, work: Callable[[Job], Awaitable[None]], *, kind: str, subject: str, job_id: str = ""
    ) -> object:
        """Queue `work`."""

    def seen(self, subject: str) -> None:
        """Note that the subject of some jobs was read."""


class Context(NamedTuple):
    """What one request works on: its tenant, and the background."""

    tenant: Tenant
    world: World
    jobs: Jobs
    files: Files

    def within(self, job: Job) -> "Context":
        """The same for the work of a job: what it reads fails where the job was told to fail."""
        return self._replace(files=job.files(self.files))


def number_page(found: tuple[list[Any], int], page_no: int, page_size: int) -> dict[str, Any]:
    """A page by number (documents: PageNumber) from its items and the number of all items."""
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
    """A page by number of the records that all filters keep; a search among many lets other requests in."""
    for _ in records.search(filters):
        await asyncio.sleep(0)
    return number_page(records.page(filters, page_no, page_size), page_no, page_size)


def deleted(what: str) -> dict[str, Any]:
    """The answer of a delete (documents: DeleteDetail)."""
    return {"message": f"{what} is deleted.", "success": True}
