"""Operations 11 to 20: user groups, their users, and the jobs that read their files."""

import asyncio
from typing import Any

from audience_mock.errors import FileProblem
from audience_mock.operations.context import Context, Job, deleted, searched_page
from audience_mock.store.accepted import Work
from audience_mock.store.members import PageQuery


async def list_tags(at: Context) -> Any:
    return {"items": at.tenant.groups.tags()}


async def list_categories(at: Context, category: str | None = None) -> Any:
    return {"items": at.tenant.groups.categories(category)}


async def list_by_category(at: Context) -> Any:
    found = at.tenant.groups.categorised()
    at.jobs.seen(*(group["_id"] for groups in found.values() for group in groups))
    return {"user_groups": found}


async def list_groups(at: Context, page_no: int, page_size: int, **filters: Any) -> Any:
    found = await searched_page(at.tenant.groups, filters, page_no, page_size)
    at.jobs.seen(*(group["_id"] for group in found["items"]))
    return found


async def create_group(at: Context, body: dict[str, Any]) -> Any:
    group = at.tenant.groups.create(body)
    _read_file(at, group)
    return group


async def get_group(at: Context, group_id: str) -> Any:
    group = at.tenant.groups.get(group_id)
    at.jobs.seen(group_id)
    return group


async def patch_group(at: Context, group_id: str, body: dict[str, Any]) -> Any:
    group = at.tenant.groups.patch(group_id, body)
    if "file_url" in body:
        _read_file(at, group)
    return group


def _read_file(at: Context, group: dict[str, Any]) -> None:
    """Start the job that reads the group's file and replaces its users."""
    groups, group_id = at.tenant.groups, group["_id"]
    reading = groups.begin_reading(group_id)

    async def work(job: Job) -> None:
        try:
            places = await at.within(job).files.read(group["file_url"])
        except FileProblem:
            if groups.is_current(group_id, reading):
                groups.fail(group_id)
            raise
        if groups.is_current(group_id, reading):
            members = await asyncio.to_thread(groups.members(group_id).with_file, places)
        if groups.is_current(group_id, reading):
            groups.complete(group_id, members)

    at.accept(Work("group file", group_id), f"Reading the file of the group {group_id}", work)


def restart(at: Context, work: Work) -> None:
    """Start again what was accepted for a group; nothing if the group has been deleted."""
    if work.subject in at.tenant.groups:
        if work.kind == "refresh":
            _count(at, work.subject)
        else:
            _read_file(at, at.tenant.groups.get(work.subject))


async def delete_group(at: Context, group_id: str) -> Any:
    at.tenant.groups.delete(group_id)
    return deleted(f"The user group {group_id}")


async def list_users(
    at: Context,
    group_id: str,
    page_no: int,
    page_size: int,
    direction: str,
    q: str | None = None,
    cursor: str | None = None,
    blacklisted_users: bool = False,
) -> Any:
    members = at.tenant.groups.members(group_id)
    query = PageQuery(q, blacklisted_users, cursor, direction, page_no, page_size)
    for _ in members.search(query):
        await asyncio.sleep(0)
    found = members.page(query)
    at.jobs.seen(group_id)
    page = {
        "type": "cursor",
        "current": found.current,
        "size": page_size,
        "has_next": found.next_cursor is not None,
        "has_prev": found.prev_cursor is not None,
        "next_cursor": found.next_cursor,
        "prev_cursor": found.prev_cursor,
    }
    return {"items": [at.tenant.users.summary(user_id) for user_id in found.user_ids], "page": page}


async def refresh(at: Context, group_id: str) -> Any:
    group = at.tenant.groups.get(group_id)
    _count(at, group_id)
    return {"message": f"The users of the group {group_id} are being counted.", "uid": group["uid"]}


def _count(at: Context, group_id: str) -> None:
    """Start the job that counts the group's users."""

    async def work(job: Job) -> None:
        job.check()
        at.tenant.groups.refresh(group_id)

    at.accept(Work("refresh", group_id), f"Refresh of the group {group_id}", work)
