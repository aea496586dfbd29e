"""Groups of users to judge the pages of: groups of our own and the one that was given, page sizes, and queries."""

from collections.abc import Callable, Sequence
from typing import Any

from audience_conformance.checks.assertions import LARGEST_PAGE, subset, thorough
from audience_conformance.checks.fixtures import session_fixture
from audience_conformance.checks.group_users.cursor_walk import (
    LARGEST_GROUP,
    contacts,
    file_group,
    forward,
    get_page,
    given_group,
    parts,
    visited,
)
from audience_conformance.checks.groups.helpers import read_group, read_groups, steadily
from audience_conformance.checks.prerequisites import GROUP_WITH_USERS
from audience_conformance.client.api import Api, JsonObject, users_path
from audience_conformance.results.finding import Skip

PRIME, MULTIPLE, LARGE, FEW = 37, 30, 205, 12
"""Numbers of users in groups of ours: one that only 1 divides, one that many sizes divide, one that the largest pages
do not hold, and one for a quick run."""
HOSTILE = (
    "a+b",
    "a b",
    "a%2Bb",
    "é☂",
    "at:x",
    "before:x",
    "after:x",
    "x",
    "0",
    "null",
    "next",
    "a&b=c#d",
    "A",
    "a",
    "1",
    "01",
)
"""Ids that a cursor may have trouble with."""
MOST_PAGES = 120
QUERIES: tuple[JsonObject, ...] = ({}, {"blacklisted_users": True})
Judge = Callable[[Api, str, list[str]], None]


def for_given_group(api: Api, judge: Judge) -> None:
    """Judge the group that was given for reading."""
    group_id = given_group(api)
    steadily(lambda: judge(api, group_id, []))


def for_own_groups(api: Api, judge: Judge) -> None:
    """Judge groups of ours, of many sizes; where no such file is read, the group of the given file."""
    groups = session_fixture(api, groups_of_ours, thorough(api))
    api.cache.allow(*(users_path(group_id) for group_id, _ in groups))
    for group_id, users in groups:
        judge(api, group_id, users)


def groups_of_ours(api: Api, thorough: bool) -> list[tuple[str, list[str]]]:
    """Groups that list users, each with those that it certainly has. Raises Skip."""
    numbers = (PRIME, MULTIPLE, LARGE, 1) if thorough else (FEW, 1)
    files = [[api.fresh("u") for _ in range(number)] for number in numbers]
    files.append([*HOSTILE, api.fresh("u")])
    try:
        groups = read_groups(api, *files)
    except Skip:
        return [(file_group(api), [])]
    found: list[tuple[str, list[str]]] = []
    for group, users in zip(groups, files, strict=True):
        total = read_group(api, group).get("total_users")
        counted = isinstance(total, dict) and total.get("count") == len(users)
        if get_page(api, group["_id"]).items or (found and counted):
            found.append((group["_id"], users if counted else []))
    if not found:
        raise Skip(GROUP_WITH_USERS)
    return found


def sizes_for(api: Api, number: int) -> Sequence[int]:
    """Page sizes for so many users: small ones, one that divides it, and those around it."""
    if not number:
        return [10]
    if number > LARGEST_PAGE:
        return [10, min(number // 3, LARGEST_PAGE), LARGEST_PAGE - 1, LARGEST_PAGE]
    divisor = max((size for size in range(2, 51) if number % size == 0 and size < number), default=1)
    sizes = {3, 10, divisor, number - 1, number, number + 1, LARGEST_PAGE}
    if thorough(api):
        sizes |= {1, 2, 7}
    return subset(api, sorted(size for size in sizes if 1 <= size <= LARGEST_PAGE and number <= size * MOST_PAGES))


def queries_for(api: Api, group_id: str, users: list[str]) -> list[JsonObject]:
    """What to walk with: users whom we made up have no contacts to search for; of others, a search that keeps some."""
    if users:
        return [*QUERIES]
    plain, _ = parts(api, group_id)
    kept = {
        char: sum(any(char in text.lower() for text in contacts(user)) for user in plain) for char in "0123456789aeinox"
    }
    half = min(kept, key=lambda char: abs(2 * kept[char] - len(plain)))
    return [*QUERIES, {"q": half}]


def number_of(api: Api, group_id: str, **query: Any) -> int:
    """How many users a query keeps."""
    return len(visited(forward(api, group_id, LARGEST_PAGE, most=LARGEST_GROUP, **query)))
