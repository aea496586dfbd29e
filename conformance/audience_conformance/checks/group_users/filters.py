"""MEM: which users of a group q and blacklisted_users keep."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from audience_conformance.checks.assertions import subset, thorough
from audience_conformance.checks.group_users.cursor_walk import (
    OPERATION,
    all_members,
    contacts,
    file_group,
    forward,
    given_group,
    parts,
    visited,
)
from audience_conformance.checks.groups.helpers import read_groups, steadily
from audience_conformance.checks.prerequisites import BLACKLISTED_USERS, CONTACTS, DATA_FILES, GROUP_WITH_USERS
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject
from audience_conformance.results.finding import Skip, expect, same, show

SHORT = 3
MOST_SEARCHED, FEW_SEARCHED = 6, 2
"""Users from whose contacts parts to search for are taken; in a quick run."""
STRANGE = ("%", "_", ".*", "acs no one has this", "@@", "\\", "'", "*", "@", "0", "(", "[a")


def _with_code(user: JsonObject) -> list[str]:
    """Phone numbers behind their country code: whether q looks at these, nobody has said."""
    phones = user.get("phone_numbers")
    held = [item for item in phones if isinstance(item, dict)] if isinstance(phones, list) else []
    return [f"+{item.get('country_code')}{space}{item.get('phone')}" for item in held for space in ("", " ", "-")]


def _searches(users: list[JsonObject], most: int) -> Iterator[str]:
    """Whole contacts, their beginnings, middles and ends, in every case, and what nobody has."""
    described = [user for user in users if contacts(user)]
    for user in (*described[: most - 1], *described[-1:]):
        for text in contacts(user):
            third = max(len(text) // 3, 1)
            for part in {text, text[:SHORT], text[third : 2 * third], text[-SHORT:], text[1:-1]} - {""}:
                yield from {part, part.upper(), part.lower(), part.swapcase()}
            yield from (text[:2], text[-1:])
        for one, other in pairwise(contacts(user)):
            yield from (f"{one[-SHORT:]}{between}{other[:SHORT]}" for between in ("", " ", ",", ", ", "|"))
        yield user["user_id"]
    yield from STRANGE


def _judge_q(api: Api, group_id: str) -> None:
    plain, blacklisted = parts(api, group_id)
    if not any(map(contacts, plain)):
        raise Skip(CONTACTS)
    most = MOST_SEARCHED if thorough(api) else FEW_SEARCHED
    for q in subset(api, sorted({*_searches(plain, most), *_searches(blacklisted, FEW_SEARCHED)})):
        if q == q.strip():
            _judge_search(api, group_id, plain, q)
            _judge_search(api, group_id, blacklisted, q, blacklisted_users=True)


def _judge_search(api: Api, group_id: str, users: list[JsonObject], q: str, **query: Any) -> None:
    found = visited(forward(api, group_id, 100, q=q, **query))
    having = [user["user_id"] for user in users if any(q.lower() in text.lower() for text in contacts(user))]
    may = {user["user_id"] for user in users if _may_match(user, q)}
    missing, wrong = [u for u in having if u not in found], [u for u in found if u not in may]
    what = f"q={q!r} {query or ''} to keep"
    expect(not missing, f"{what} all users with it in an email or phone", f"missing: {missing}", operation=OPERATION)
    expect(not wrong, f"{what} no user without it in an email or phone", f"kept: {wrong}", operation=OPERATION)
    if 1 < len(found) <= 60 and (thorough(api) or len(q) == SHORT):  # noqa: PLR2004 (so many requests)
        small = visited(forward(api, group_id, max(1, len(found) // 4), q=q, **query))
        same(sorted(small), sorted(found), f"the users with q={q!r} in small pages", operation=OPERATION)


def _may_match(user: JsonObject, q: str) -> bool:
    return any(q.casefold() in text.casefold() for text in (*contacts(user), *_with_code(user)))


@check("MEM-05", on=OPERATION, read_only=True, needs=(GROUP_WITH_USERS, CONTACTS))
def q_searches_emails_and_phones(api: Api) -> None:
    """Search the group --group-id for whole contacts and parts of them in any case: all who have it, and no other."""
    group_id = given_group(api)
    steadily(lambda: _judge_q(api, group_id))


@check("MEM-05", on=OPERATION, needs=(GROUP_WITH_USERS, CONTACTS, DATA_FILES))
def q_searches_a_group_of_ours(api: Api) -> None:
    """Search a group of ours, of the users of --group-id or of the file --users-file-url, in the same way."""
    _judge_q(api, _own_of_known_users(api))


def _own_of_known_users(api: Api) -> str:
    if api.options.group_id is None:
        return file_group(api)
    plain, blacklisted = parts(api, given_group(api))
    group_id: str = read_groups(api, [user["user_id"] for user in (*plain, *blacklisted)])[0]["_id"]
    return group_id


def _judge_parts(api: Api, group_id: str, users: list[str]) -> None:
    list_all = visited(forward(api, group_id, 100, blacklisted_users=True))
    others = visited(forward(api, group_id, 100, blacklisted_users=False))
    absent = visited(forward(api, group_id, 100))
    both = sorted(set(list_all) & set(others))
    expect(not both, "no user to be both blacklisted and not", show(both), operation=OPERATION)
    same(sorted(absent), sorted(others), "the users without blacklisted_users, as with false,", operation=OPERATION)
    if users:
        lost = sorted(set(users) - set(list_all) - set(others))
        expect(not lost, "every user to be either blacklisted or not", f"neither: {show(lost)}", operation=OPERATION)
    if not list_all:
        raise Skip(BLACKLISTED_USERS)
    for size in sorted({*subset(api, (1, 2, 3, 7)), len(list_all), len(others)}):
        for blacklisted, known in ((True, list_all), (False, others)):
            if 0 < size <= 100 and len(known) <= size * 60:  # noqa: PLR2004 (so many requests)
                seen = visited(forward(api, group_id, size, blacklisted_users=blacklisted))
                what = f"the users with blacklisted_users={blacklisted} in pages of {size}"
                same(sorted(seen), sorted(known), what, operation=OPERATION)


@check("MEM-06", on=OPERATION, read_only=True, needs=(GROUP_WITH_USERS, BLACKLISTED_USERS))
def blacklisted_users_part_the_given_group(api: Api) -> None:
    """Read the group --group-id with blacklisted_users true, false and absent: no user in both, absent is false."""
    group_id = given_group(api)
    steadily(lambda: _judge_parts(api, group_id, all_members(api, group_id)))


@check("MEM-06", on=OPERATION, needs=(GROUP_WITH_USERS, BLACKLISTED_USERS, DATA_FILES))
def blacklisted_users_part_a_group_of_ours(api: Api) -> None:
    """Make a group of the users of --group-id, some blacklisted, and of others: true and false list all of its file."""
    if api.options.group_id is None:
        _judge_parts(api, file_group(api), [])
        return
    plain = [api.fresh("u") for _ in range(5)]
    known = all_members(api, given_group(api))
    users = [*plain[:2], *known[::2], *plain[2:4], *known[1::2], plain[4]]
    group = read_groups(api, users)[0]
    total = group.get("total_users")
    counted = isinstance(total, dict) and total.get("count") == len(users)
    _judge_parts(api, group["_id"], users if counted else known)
