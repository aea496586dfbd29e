"""What checks of groups share: groups of one's own, waiting for their files, and looking twice as others write."""

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from audience_conformance.checks.assertions import body, field, record
from audience_conformance.checks.prerequisites import GROUP_WITH_USERS_OR_FILE
from audience_conformance.client.api import GROUPS, Api, JsonObject, group_path, poll, seg
from audience_conformance.results.finding import Finding, Overdue, Skip, expect, fail

CATEGORIES = ("l1", "l2", "l3")
CREATED_WITH = ("name", "description", "category", "file_url")
LASTING = ("_id", "uid", "name", "description", "file_url", "application_id", "type", "category", "tags", "is_active")
"""What of a group no job of the server's touches."""
COMPLETED, FAILED, PENDING = "completed", "failed", "pending"

_SLOW = "groups stay pending longer than --async-timeout"
"""Key of what the checks of a run share: after one wait for nothing, no check waits again."""


def group_body(api: Api, **fields: Any) -> JsonObject:
    """A valid body of a creation."""
    return {
        "name": api.fresh("Group "),
        "description": "Made by the conformance suite",
        "category": "l1",
        "file_url": file_of([api.fresh("u")]),
        **fields,
    }


def file_of(user_ids: list[str]) -> str:
    """A small file in a form that no other helper makes: what is stored must be this text, to the letter."""
    return "data:text/csv;charset=utf-8,user_id%0D%0A" + "".join(f"{seg(user_id)}%0d%0a" for user_id in user_ids)


def create(api: Api, sent: JsonObject, **more: Any) -> JsonObject:
    """Create a group from a valid body; a refusal is FMT-01's."""
    created = body(api.post(GROUPS, sent, **more), operation="createUserGroup")
    expect(isinstance(created.get("_id"), str), "a created group with an _id", created, rule="FMT-02")
    return created


def read_group(api: Api, group: JsonObject, **more: Any) -> JsonObject:
    """The group as it stands; one that is not found is of the rule that `more` names."""
    answer = api.get(group_path(group["_id"]))
    expect(answer.status == HTTPStatus.OK, "the group to be found by its _id", str(answer), **more)
    return record(answer)


def settled(api: Api, group: JsonObject) -> JsonObject:
    """The group when its file has been read; as it stands if that does not come."""
    try:
        return wait(api, group, lambda seen: seen.get("status") != PENDING)
    except Overdue:
        api.shared[_SLOW] = True
        return read_group(api, group)


def wait(api: Api, group: JsonObject, holds: Callable[[JsonObject], bool]) -> JsonObject:
    """The group once something holds of it. Raises Overdue, at once where an earlier wait was in vain."""
    if _SLOW in api.shared:
        seen = read_group(api, group)
        if not holds(seen):
            raise Overdue("the group's file to be read", str(seen))
        return seen
    found: JsonObject = api.eventually(lambda: read_group(api, group), holds, "the group's file to be read")
    return found


def read_groups(api: Api, *files: list[str]) -> list[JsonObject]:
    """Groups of these users, read by the target. Raises Skip where it does not read them."""
    made = [api.group(user_ids) for user_ids in files]
    seen = [settled(api, group) for group in made]
    if not all(group.get("status") == COMPLETED for group in seen):
        raise Skip(GROUP_WITH_USERS_OR_FILE)
    return [{**group, "_id": one["_id"]} for group, one in zip(seen, made, strict=True)]


def uid_of(group: JsonObject) -> float:
    """The group's uid, a number (else FMT-02)."""
    uid = group.get("uid")
    if isinstance(uid, bool) or not isinstance(uid, int | float):
        fail("a group with a number as its uid", group, rule="FMT-02")
    return uid


def ids_of(groups: Iterable[JsonObject]) -> set[str]:
    """The ids of groups, whatever else a list may hold in their place."""
    return {group["_id"] for group in groups if isinstance(group.get("_id"), str)}


def tags_of(group: JsonObject) -> list[str]:
    tags = group.get("tags")
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def categorised(api: Api) -> dict[str, list[JsonObject]]:
    """The groups under each category (else FMT-01, FMT-02 or FMT-04)."""
    answer = api.get(f"{GROUPS}/categorised")
    under = field(body(answer, operation="getCategorisedUserGroups"), "user_groups")
    lists = list(under.values()) if isinstance(under, dict) else [None]
    if not all(isinstance(held, list) and all(isinstance(item, dict) for item in held) for held in lists):
        fail("user_groups to be lists of groups by category", str(answer), rule="FMT-02")
    found: dict[str, list[JsonObject]] = under
    return found


def steadily(look: Callable[[], None], tries: int = 5) -> None:
    """Look again where something was found: others may have written between two requests."""
    for left in reversed(range(tries)):
        try:
            look()
        except Finding:
            if not left:
                raise
            time.sleep(0.02 * (tries - left) ** 2)
        else:
            return


def comes(look: Callable[[], bool], seconds: float = 2.0) -> bool:
    """Does it come to hold in this time?"""
    return poll(look, bool, seconds)[1]


def synchronise(api: Api) -> None:
    """Let the jobs that the target has begun come to their end: a group made now is read after them, most likely."""
    last = api.group([api.fresh("u")])
    comes(lambda: read_group(api, last).get("status") != PENDING, 0.1 if _SLOW in api.shared else 3.0)
