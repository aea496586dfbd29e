"""Helpers of the checks of groups: create groups, wait for their files, try again where others may have written."""

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from audience_conformance.checks.assertions import body, field, record
from audience_conformance.checks.limits import fit
from audience_conformance.checks.prerequisites import READABLE_FILE
from audience_conformance.client.api import GROUPS, Api, JsonObject, group_path, poll
from audience_conformance.client.exchange import Answer
from audience_conformance.results.finding import Finding, Skip, expect, fail

OWN, GIVEN = CASES = ("own", "given")
"""Cases of a check: what the suite creates, and what the target has."""
CATEGORIES = ("l1", "l2", "l3")
TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=255)
CREATED_WITH = ("name", "description", "category", "file_url")
LASTING = ("_id", "uid", "name", "description", "file_url", "application_id", "type", "category", "tags", "is_active")
"""The fields of a group that no background job of the server changes."""
UNREADABLE = "data:text/csv,no_such_column%0A1"
"""A file_url without the column user_id: status becomes failed."""
COMPLETED, FAILED, PENDING = "completed", "failed", "pending"

PAUSE = 0.02
"""Seconds before the second try of `retry`; the pause before try n + 1 is n² times as long."""

_SLOW = "groups stay pending longer than --async-timeout"
"""Key in api.shared: set after one wait without result; from then on no check waits again."""


def group_body(api: Api, **fields: Any) -> JsonObject:
    """A valid body for POST /user_group that the target takes."""
    body = {
        "name": api.unique("Group "),
        "description": "Made by the conformance suite",
        "category": "l1",
        "file_url": file_of([api.unique("u")]),
        **fields,
    }
    return fit(api, body, GROUPS)


def file_of(user_ids: list[str]) -> str:
    """A small CSV as data: URL, unusually spelled (CRLF, lower-case escapes): the target must store it unchanged."""
    return "data:text/csv;charset=utf-8,user_id%0D%0A" + "".join(
        f"{quote(user_id, safe='')}%0d%0a" for user_id in user_ids
    )


def create(api: Api, sent: JsonObject, **more: Any) -> JsonObject:
    """Create a group from a valid body; a rejection is a finding of FMT-01."""
    created = body(api.post(GROUPS, sent, **more), operation="createUserGroup")
    expect(isinstance(created.get("_id"), str), "a created group with an _id", created, rule="FMT-02")
    return created


def read_group(api: Api, group: JsonObject, **more: Any) -> JsonObject:
    """The group, read by its id; if it is not found, a finding of the rule in `more`."""
    return record(answer_of_group(api, group, **more))


def answer_of_group(api: Api, group: JsonObject, **more: Any) -> Answer:
    """The response that has the group; if it is not found, a finding of the rule in `more`."""
    answer = api.get(group_path(group["_id"]))
    expect(answer.status == HTTPStatus.OK, "the group to be found by its _id", str(answer), **more)
    return answer


def refresh(api: Api, group_id: str) -> None:
    """Request a refresh of a group; if it is refused, a finding of GRP-20."""
    answer = api.post(f"{group_path(group_id)}/refresh")
    expect(answer.status in {HTTPStatus.OK, HTTPStatus.ACCEPTED}, "202 for a refresh", str(answer), rule="GRP-20")


def settled(api: Api, group: JsonObject) -> JsonObject:
    """The group when the target has read its file; still pending after --async-timeout."""
    seconds = 0 if _SLOW in api.shared else api.options.async_timeout
    read, done = poll(lambda: read_group(api, group), lambda read: read.get("status") != PENDING, seconds)
    if not done:
        api.shared[_SLOW] = True
    return read


def groups_with_users(api: Api, *files: list[str]) -> list[JsonObject]:
    """New groups of these users, whose files the target has read. Raises Skip where it does not read them."""
    created = [api.group(user_ids) for user_ids in files]
    read = [settled(api, group) for group in created]
    if not all(group.get("status") == COMPLETED for group in read):
        raise Skip(READABLE_FILE)
    return [{**group, "_id": one["_id"]} for group, one in zip(read, created, strict=True)]


def uid_of(group: JsonObject) -> float:
    """The group's uid, a number (else FMT-02)."""
    uid = group.get("uid")
    if isinstance(uid, bool) or not isinstance(uid, int | float):
        fail("a group with a number as its uid", group, rule="FMT-02")
    return uid


def user_count(group: JsonObject) -> Any:
    """total_users.count, None where it is absent."""
    total = group.get("total_users")
    return total.get("count") if isinstance(total, dict) else None


def ids_of(groups: Iterable[JsonObject]) -> set[str]:
    """The ids of groups; an entry without a valid id is left out."""
    return {group["_id"] for group in groups if isinstance(group.get("_id"), str)}


def tags_of(group: JsonObject) -> list[str]:
    tags = group.get("tags")
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def categorised(api: Api) -> dict[str, list[JsonObject]]:
    """The groups of the categorised list, by category (else FMT-01, FMT-04 or FMT-12)."""
    answer = api.get(f"{GROUPS}/categorised")
    by_category = field(body(answer, operation="getCategorisedUserGroups"), "user_groups")
    lists = list(by_category.values()) if isinstance(by_category, dict) else [None]
    if not all(isinstance(groups, list) and all(isinstance(item, dict) for item in groups) for groups in lists):
        fail("user_groups to be lists of groups by category", str(answer), rule="FMT-12")
    valid: dict[str, list[JsonObject]] = by_category
    return valid


def retry(attempt: Callable[[], None], tries: int = 5) -> None:
    """Repeat an attempt that ends in a finding: others may have written between two requests."""
    for left in reversed(range(tries)):
        try:
            attempt()
        except Finding:
            if not left:
                raise
            time.sleep(PAUSE * (tries - left) ** 2)
        else:
            return


def becomes_true(holds: Callable[[], bool], seconds: float = 2.0) -> bool:
    """Does a condition become true within this time?"""
    return poll(holds, bool, seconds)[1]


def synchronise(api: Api) -> None:
    """Wait for the background jobs that the target has begun: a group created now is most likely read after them."""
    last = api.group([api.unique("u")])
    becomes_true(lambda: read_group(api, last).get("status") != PENDING, 0.1 if _SLOW in api.shared else 3.0)
