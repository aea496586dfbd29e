"""Walks over the users of a group: by cursor, forward and back, and by page number."""

from typing import Any, NamedTuple

from audience_conformance.checks.assertions import LARGEST_PAGE, body, field, succeeded
from audience_conformance.checks.groups.helpers import COMPLETED, create, group_body, settled
from audience_conformance.checks.prerequisites import GROUP_WITH_USERS, GROUP_WITH_USERS_OR_FILE, USERS_FILE
from audience_conformance.client.api import Api, JsonObject, users_path
from audience_conformance.client.target import Answer
from audience_conformance.results.finding import Skip, expect, fail, show

OPERATION = "getUsersByByGroupId"
MANY_EMPTY = 20
"""Empty pages in a row after which a walk does not end."""
LARGEST_GROUP = 2000
"""Users of a group that was given for reading, at the most."""


class UsersPage(NamedTuple):
    """One page of a walk: its users, and what it tells of itself."""

    items: list[JsonObject]
    page: JsonObject

    @property
    def ids(self) -> list[str]:
        return [item["user_id"] for item in self.items]


def get_page(api: Api, group_id: str, **query: Any) -> UsersPage:
    """One page of users (else FMT-01, FMT-02 or FMT-04)."""
    return parse_page(api.get(users_path(group_id), **query))


def parse_page(answer: Answer) -> UsersPage:
    """The page in an answer (else FMT-01, FMT-02 or FMT-04)."""
    told = body(answer, operation=OPERATION)
    found, page = field(told, "items"), field(told, "page")
    whole = isinstance(found, list) and all(isinstance(i, dict) and isinstance(i.get("user_id"), str) for i in found)
    if not whole or not isinstance(page, dict):
        fail("items with a user_id each, and a page", str(answer), rule="FMT-02", operation=OPERATION)
    return UsersPage(found, page)


def forward(
    api: Api, group_id: str, size: int | None, *, rule: str = "MEM-01", most: int | None = None, **query: Any
) -> list[UsersPage]:
    """The pages from the first on, by next_cursor; a walk that visits a user twice or does not end is a finding."""
    return follow(
        api, group_id, get_page(api, group_id, page_size=size, **query), "next", size, rule=rule, most=most, **query
    )


def follow(
    api: Api,
    group_id: str,
    start: UsersPage,
    direction: str,
    size: int | None,
    *,
    rule: str,
    most: int | None = None,
    **query: Any,
) -> list[UsersPage]:
    """The pages from `start` on, by next_cursor or prev_cursor, of this size or of the size by default."""
    pages, seen = [start], set(start.ids)
    what = f"of group {group_id} by {direction}_cursor, page_size {size}{f', {query}' if query else ''}"
    expect(len(seen) == len(start.ids), f"every user once on a page {what}", start.ids, rule=rule)
    while (following := step(api, group_id, pages[-1], direction, size, rule=rule, **query)) is not None:
        pages.append(following)
        cursor = pages[-2].page.get(f"{direction}_cursor")
        expect(
            not any(earlier.page.get(f"{direction}_cursor") == cursor for earlier in pages[:-2]),
            f"a walk {what} to get on",
            cursor,
            rule=rule,
        )
        ids = following.ids
        twice = [user_id for number, user_id in enumerate(ids) if user_id in seen or user_id in ids[:number]]
        expect(not twice, f"a walk {what} to visit every user once", f"visited twice: {twice}", rule=rule)
        seen |= set(ids)
        empty = not any(stop_.ids for stop_ in pages[-MANY_EMPTY:])
        expect(not empty, f"a walk {what} to end", f"{MANY_EMPTY} empty pages in a row", rule=rule)
        if most is not None and len(seen) > most:
            raise Skip(f"{GROUP_WITH_USERS}, at most {most}")
    return pages


def step(
    api: Api, group_id: str, at: UsersPage, direction: str, size: int | None, *, rule: str, **query: Any
) -> UsersPage | None:
    """The page beside this one, None where there is none; more users than page_size are MEM-03's."""
    cursor = _cursor(at, direction, rule)
    if cursor is None:
        return None
    path = users_path(group_id)
    answer = api.get(path, page_size=size, cursor=cursor, direction=direction, **query)
    what = f"a page at {direction}_cursor {cursor!r}, which the target has issued"
    one = parse_page(succeeded(answer, what, rule=rule, operation=OPERATION))
    if size is not None:
        expect(len(one.ids) <= size, f"at most {size} users on a page", show(one.ids), rule="MEM-03")
    return one


def _cursor(one: UsersPage, direction: str, rule: str) -> str | None:
    """The cursor to the next page in this direction, which is null exactly where there is none."""
    has, cursor = one.page.get(f"has_{direction}"), one.page.get(f"{direction}_cursor")
    expect(isinstance(has, bool), f"has_{direction} to be true or false", one.page, rule="FMT-02")
    said = f"{direction}_cursor to be null exactly where has_{direction} is false"
    expect(has is (cursor is not None), said, one.page, rule=rule)
    expect(cursor is None or isinstance(cursor, str), f"{direction}_cursor to be a text", one.page, rule="FMT-02")
    return cursor


def visited(pages: list[UsersPage]) -> list[str]:
    """The users of all these pages, in their order."""
    return [user_id for one in pages for user_id in one.ids]


def all_members(api: Api, group_id: str, rule: str = "MEM-01") -> list[str]:
    """The users of a group, in the list's order, the blacklisted ones at the end."""
    found = visited(forward(api, group_id, LARGEST_PAGE, rule=rule))
    blacklisted = visited(forward(api, group_id, LARGEST_PAGE, rule=rule, blacklisted_users=True))
    return [*found, *(user_id for user_id in blacklisted if user_id not in found)]


def contacts(user: JsonObject) -> list[str]:
    """A user's emails and phone numbers."""
    texts = []
    for held, name in ((user.get("emails"), "email"), (user.get("phone_numbers"), "phone")):
        texts += [item.get(name) for item in held if isinstance(item, dict)] if isinstance(held, list) else []
    return [text for text in texts if isinstance(text, str)]


def given_group(api: Api) -> str:
    """The group that was given for reading, which nobody changes. Raises Skip without one."""
    if api.options.group_id is None:
        raise Skip(GROUP_WITH_USERS)
    api.cache.allow(users_path(api.options.group_id))
    return api.options.group_id


def file_group(api: Api) -> str:
    """A group of ours, of the file that was given. Raises Skip without one, or where it is not read."""
    if api.options.users_file_url is None:
        raise Skip(GROUP_WITH_USERS_OR_FILE)
    group = create(api, group_body(api, file_url=api.options.users_file_url))
    if settled(api, group).get("status") != COMPLETED:
        raise Skip(USERS_FILE)
    group_id: str = group["_id"]
    return group_id


def parts(api: Api, group_id: str) -> tuple[list[JsonObject], list[JsonObject]]:
    """The users of a group: those who are not blacklisted, and those who are."""
    queries: tuple[dict[str, Any], ...] = ({}, {"blacklisted_users": True})
    plain, list_all = (
        [item for one in forward(api, group_id, LARGEST_PAGE, most=LARGEST_GROUP, **query) for item in one.items]
        for query in queries
    )
    return plain, list_all
