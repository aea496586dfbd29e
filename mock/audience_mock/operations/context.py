"""What an operation works with, and the shapes that several operations answer in."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from audience_mock.session.jobs import Job, JobFiles, Jobs
from audience_mock.session.user_files import Files
from audience_mock.store.definitions import Definitions
from audience_mock.store.groups import Groups
from audience_mock.store.world import Tenant, World


@dataclass
class Backend:
    """What all operations of one session share. Its world may be exchanged for another."""

    world: World
    jobs: Jobs
    files: Files


@dataclass(frozen=True)
class Context:
    """What one request works on: its tenant, and the background."""

    tenant: Tenant
    backend: Backend

    def within(self, job: Job) -> "Context":
        """The same for the work of a job: what it reads fails where the job was told to fail."""
        return Context(self.tenant, replace(self.backend, files=JobFiles(job, self.backend.files)))


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
