"""MEM: which users of a group the filters q and blacklisted_users keep."""

from collections.abc import Iterator
from itertools import cycle, pairwise
from typing import Any

from audience_conformance.checks.assertions import largest_page, subset, thorough
from audience_conformance.checks.group_users.cursor_walk import (
    OPERATION,
    all_members,
    contacts,
    file_group,
    forward,
    given_group,
    plain_and_blacklisted,
    visited,
)
from audience_conformance.checks.group_users.subjects import retry_given
from audience_conformance.checks.groups.helpers import CASES, GIVEN, OWN, groups_with_users, user_count
from audience_conformance.checks.prerequisites import (
    BLACKLISTED_USERS,
    CONTACTS,
    DATA_FILES,
    GROUP_WITH_USERS,
    for_case,
)
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject
from audience_conformance.results.finding import Skip, expect, same, show

SHORT = 3
MOST_SEARCHED, FEW_SEARCHED = 6, 2
"""The number of users whose contacts are searched for; in smoke."""
MOST_PAGES = 20
NO_CONTACTS = ("%", "_", ".*", "acs no one has this", "@@", "\\", "'", "*", "@", "0", "(", "[a")
"""Searches that a pattern would match, and that few or no contacts contain."""


@check(
    "MEM-05",
    on=OPERATION,
    cases=CASES,
    read_only=(GIVEN,),
    needs=(GROUP_WITH_USERS, CONTACTS, for_case(OWN, DATA_FILES)),
)
@retry_given
def q_searches_emails_and_phones(api: Api, case: str) -> None:
    """Search a group for contacts and parts of them, in any case: q keeps all users with it, and no other.

    Given: the group --group-id. Own: a new group with its users, or else with the file --users-file-url.
    """
    if case == GIVEN:
        group_id = given_group(api)
    elif api.options.group_id is None:
        group_id = file_group(api)
    else:
        known = plain_and_blacklisted(api, given_group(api))
        group_id = groups_with_users(api, [user["user_id"] for users in known for user in users])[0]["_id"]
    plain, blacklisted = plain_and_blacklisted(api, group_id)
    if not any(map(contacts, plain)):
        raise Skip(CONTACTS)
    most = MOST_SEARCHED if thorough(api) else FEW_SEARCHED
    for number, q in enumerate(subset(api, sorted({*_searches(plain, most), *_searches(blacklisted, FEW_SEARCHED)}))):
        if q == q.strip():
            _compare_search(api, group_id, plain, q)
            if number % 2 or _matching(blacklisted, q):
                _compare_search(api, group_id, blacklisted, q, blacklisted_users=True)


def _searches(users: list[JsonObject], most: int) -> Iterator[str]:
    """Contacts of users, their parts, in upper and lower case, across two contacts, and texts that no contact has."""
    cases = cycle((str.upper, str.lower, str.swapcase))
    reachable = [user for user in users if contacts(user)]
    for user in (*reachable[: most - 1], *reachable[-1:]):
        for text in contacts(user):
            third = max(len(text) // 3, 1)
            parts = (text, text[:SHORT], text[third : 2 * third], text[-SHORT:], text[1:-1])
            yield from (next(cases)(part) for part in parts if part)
            yield from (text, text[:2], text[-1:])
        for one, other in pairwise(contacts(user)):
            yield from (f"{one[-SHORT:]}{between}{other[:SHORT]}" for between in ("", " ", ",", ", ", "|"))
        yield user["user_id"]
    yield from NO_CONTACTS


def _compare_search(api: Api, group_id: str, users: list[JsonObject], q: str, **query: Any) -> None:
    """Compare the result of a search with the users whose contacts contain q; then read it in small pages."""
    kept = visited(forward(api, group_id, largest_page(api), q=q, **query))
    matching = _matching(users, q)
    allowed = {
        user["user_id"]
        for user in users
        if any(q.casefold() in text.casefold() for text in (*contacts(user), *_with_country_code(user)))
    }
    missing, wrong = [u for u in matching if u not in kept], [u for u in kept if u not in allowed]
    what = f"q={q!r} {show(query) if query else ''} to keep"
    expect(
        not missing, f"{what} all users with it in an email or phone", f"missing: {show(missing)}", operation=OPERATION
    )
    expect(not wrong, f"{what} no user without it in an email or phone", f"kept: {show(wrong)}", operation=OPERATION)
    if 1 < len(kept) <= MOST_PAGES and (thorough(api) or len(q) == SHORT):
        small = visited(forward(api, group_id, max(1, len(kept) // 4), q=q, **query))
        same(sorted(small), sorted(kept), f"the users with q={q!r} in small pages", operation=OPERATION)


def _matching(users: list[JsonObject], q: str) -> list[str]:
    """The ids of the users with q in an email or phone."""
    return [user["user_id"] for user in users if any(q.lower() in text.lower() for text in contacts(user))]


def _with_country_code(user: JsonObject) -> list[str]:
    """Phone numbers behind their country code: the documents do not say whether q searches them."""
    phones = user.get("phone_numbers")
    entries = [entry for entry in phones if isinstance(entry, dict)] if isinstance(phones, list) else []
    return [f"+{entry.get('country_code')}{space}{entry.get('phone')}" for entry in entries for space in ("", " ", "-")]


@check(
    "MEM-06",
    on=OPERATION,
    cases=CASES,
    read_only=(GIVEN,),
    needs=(GROUP_WITH_USERS, BLACKLISTED_USERS, for_case(OWN, DATA_FILES)),
)
@retry_given
def blacklisted_users_part_a_group_of_ours(api: Api, case: str) -> None:
    """Read a group with blacklisted_users true, false and absent: every user is in true or in false, absent is false.

    In pages of many sizes too. Given: the group --group-id. Own: a new group with its users and new ones between them,
    or else with the file --users-file-url.
    """
    group_id, users = _mixed_group(api, case)
    blacklisted = visited(forward(api, group_id, largest_page(api), blacklisted_users=True))
    others = visited(forward(api, group_id, largest_page(api), blacklisted_users=False))
    default = visited(forward(api, group_id, largest_page(api)))
    both = sorted(set(blacklisted) & set(others))
    expect(not both, "no user to be both blacklisted and not", show(both), operation=OPERATION)
    same(sorted(default), sorted(others), "the users without blacklisted_users, as with false,", operation=OPERATION)
    lost = sorted(set(users) - set(blacklisted) - set(others))
    expect(not lost, "every user to be either blacklisted or not", f"neither: {show(lost)}", operation=OPERATION)
    if not blacklisted:
        raise Skip(BLACKLISTED_USERS)
    for size in sorted({*subset(api, (3, 7, 1, 2)), len(blacklisted), len(others)}):
        for value, expected in ((True, blacklisted), (False, others)):
            if 0 < size <= largest_page(api) and len(expected) <= size * MOST_PAGES:
                small = visited(forward(api, group_id, size, blacklisted_users=value))
                what = f"the users with blacklisted_users={value} in pages of {size}"
                same(sorted(small), sorted(expected), what, operation=OPERATION)


def _mixed_group(api: Api, case: str) -> tuple[str, list[str]]:
    """A group with blacklisted users and others, and the users that it must have, as far as they are known."""
    if case != GIVEN and api.options.group_id is None:
        return file_group(api), []
    given = given_group(api)
    known = all_members(api, given)
    if case == GIVEN:
        return given, known
    new = [api.unique("u") for _ in range(5)]
    users = [*new[:2], *known[::2], *new[2:4], *known[1::2], new[4]]
    group = groups_with_users(api, users)[0]
    return group["_id"], users if user_count(group) == len(users) else known
