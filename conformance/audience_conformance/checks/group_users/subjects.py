"""The groups, page sizes and queries that the checks of a group's users try."""

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any

from audience_conformance.checks.assertions import largest_page, subset, thorough
from audience_conformance.checks.fixtures import session_fixture
from audience_conformance.checks.group_users.cursor_walk import (
    LARGEST_GROUP,
    contacts,
    file_group,
    forward,
    get_page,
    given_group,
    plain_and_blacklisted,
    visited,
)
from audience_conformance.checks.groups.helpers import GIVEN, OWN, groups_with_users, read_group, retry, user_count
from audience_conformance.checks.prerequisites import GROUP_WITH_USERS, READABLE_FILE, for_case
from audience_conformance.client.api import Api, JsonObject, users_path
from audience_conformance.results.finding import Skip

NEEDS = (for_case(OWN, READABLE_FILE), for_case(GIVEN, GROUP_WITH_USERS))
PRIME, MULTIPLE, LARGE, FEW = 37, 30, 205, 12
"""Sizes of own groups: no page size divides it, many do, more than two of the largest pages, and one for smoke."""
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
"""User ids that may break a cursor."""
MOST_PAGES = 20
"""Of a walk: groups with few users are read in pages of one too."""


def retry_given(function: Callable[[Api, str], None]) -> Callable[[Api, str], None]:
    """Run a check of the group --group-id again after a finding: others may change the blacklist meanwhile."""

    @wraps(function)
    def retried(api: Api, case: str) -> None:
        retry(lambda: function(api, case), 5 if case == GIVEN else 1)

    return retried


def groups(api: Api, case: str) -> list[tuple[str, list[str]]]:
    """The ids of the case's groups, each with the users that it must have, as far as they are known."""
    if case == GIVEN:
        return [(given_group(api), [])]
    own = session_fixture(api, own_groups)
    api.cache.allow(*(users_path(group_id) for group_id, _ in own))
    return own


def own_groups(api: Api) -> list[tuple[str, list[str]]]:
    """New groups of many sizes; if the server reads no data: files, one with --users-file-url. Raises Skip."""
    numbers = (PRIME, MULTIPLE, LARGE, 1) if thorough(api) else (FEW, 1)
    files = [[api.unique("u") for _ in range(number)] for number in numbers]
    files.append([*HOSTILE, api.unique("u")])
    try:
        created = groups_with_users(api, *files)
    except Skip:
        return [(file_group(api), [])]
    listing: list[tuple[str, list[str]]] = []
    for group, users in zip(created, files, strict=True):
        counted = user_count(read_group(api, group)) == len(users)
        if get_page(api, group["_id"]).items or (listing and counted):
            listing.append((group["_id"], users if counted else []))
    if not listing:
        raise Skip(GROUP_WITH_USERS)
    return listing


def walks(api: Api, case: str) -> Iterator[tuple[str, JsonObject, Sequence[int]]]:
    """Each group of the case with each query, and page sizes for the number of users that the query keeps."""
    for group_id, users in groups(api, case):
        for query in queries_for(api, group_id, users):
            yield group_id, query, sizes_for(api, group_id, **query)


def sizes_for(api: Api, group_id: str, **query: Any) -> Sequence[int]:
    """Page sizes for the number of users that a query keeps: small ones, a divisor of it, and those around it."""
    number = len(visited(forward(api, group_id, largest_page(api), most=LARGEST_GROUP, **query)))
    if not number:
        return [10]
    if number > largest_page(api):
        return [10, min(number // 3, largest_page(api)), largest_page(api) - 1, largest_page(api)]
    divisor = max((size for size in range(2, 51) if number % size == 0 and size < number), default=1)
    sizes = {3, 10, divisor, number - 1, number, number + 1, largest_page(api)}
    if thorough(api):
        sizes |= {1, 2, 7}
    return subset(api, sorted(size for size in sizes if 1 <= size <= largest_page(api) and number <= size * MOST_PAGES))


def queries_for(api: Api, group_id: str, users: list[str]) -> list[JsonObject]:
    """No filter, blacklisted_users, and a q that keeps about half; users that the suite invents have no contacts."""
    queries: list[JsonObject] = [{}, {"blacklisted_users": True}]
    if users:
        return queries
    plain, _ = plain_and_blacklisted(api, group_id)
    matches = {
        char: sum(any(char in text.lower() for text in contacts(user)) for user in plain) for char in "0123456789aeinox"
    }
    return [*queries, {"q": min(matches, key=lambda char: abs(2 * matches[char] - len(plain)))}]
