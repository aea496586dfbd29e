"""Pages of a group's users: by cursor, forward and back, and by page number."""

from http import HTTPStatus
from typing import Any, NamedTuple

from audience_conformance.checks.assertions import body, field, largest_page, succeeded
from audience_conformance.checks.groups.helpers import COMPLETED, create, group_body, settled
from audience_conformance.checks.prerequisites import GROUP_WITH_USERS, READABLE_FILE, USERS_FILE
from audience_conformance.client.api import Api, JsonObject, users_path
from audience_conformance.client.exchange import Answer
from audience_conformance.results.finding import Skip, expect, fail, show

OPERATION = "getUsersByByGroupId"
MANY_EMPTY = 20
"""A walk whose last pages, this many, are empty does not end."""
FEW = 3
"""The users of --group-id that an own group gets, with and without a blacklist."""
LARGEST_GROUP = 2000
"""The most users that the group --group-id may have."""


class UsersPage(NamedTuple):
    """One page of users: its items, and the object `page` of the response."""

    items: list[JsonObject]
    meta: JsonObject

    @property
    def ids(self) -> list[str]:
        return [item["user_id"] for item in self.items]


def get_page(api: Api, group_id: str, **query: Any) -> UsersPage:
    """One page of users (else FMT-01, FMT-02 or FMT-04)."""
    return _parse_page(api.get(users_path(group_id), **query))


def _parse_page(answer: Answer) -> UsersPage:
    content = body(answer, operation=OPERATION)
    users, meta = field(content, "items"), field(content, "page")
    valid = isinstance(users, list) and all(isinstance(i, dict) and isinstance(i.get("user_id"), str) for i in users)
    if not valid or not isinstance(meta, dict):
        fail("items with a user_id each, and a page", str(answer), rule="FMT-02", operation=OPERATION)
    return UsersPage(users, meta)


def forward(
    api: Api, group_id: str, size: int | None, *, rule: str = "MEM-01", most: int | None = None, **query: Any
) -> list[UsersPage]:
    """The pages from the first on, by next_cursor; see `follow`."""
    first = get_page(api, group_id, page_size=size, **query)
    return follow(api, group_id, first, "next", size, rule=rule, most=most, **query)


def follow(
    api: Api,
    group_id: str,
    start: UsersPage,
    direction: str,
    size: int | None,
    *,
    rule: str,
    most: int | None = None,
    may_refuse: bool = False,
    **query: Any,
) -> list[UsersPage]:
    """The pages from `start` on, by next_cursor or prev_cursor.

    A walk that visits a user twice or does not end is a finding of `rule`. Raises Skip after more than `most` users.
    Where the target `may_refuse` a cursor with 400, the walk ends there.
    """
    pages, seen = [start], set(start.ids)
    cursors: set[str] = set()
    what = f"of group {group_id} by {direction}_cursor, page_size {size}{f', {show(query)}' if query else ''}"
    expect(len(seen) == len(start.ids), f"every user once on a page {what}", start.ids, rule=rule)
    while (
        following := step(api, group_id, pages[-1], direction, size, rule=rule, may_refuse=may_refuse, **query)
    ) is not None:
        cursor = pages[-1].meta[f"{direction}_cursor"]
        expect(cursor not in cursors, f"another cursor on every page of a walk {what}", cursor, rule=rule)
        cursors.add(cursor)
        pages.append(following)
        ids = following.ids
        twice = [user_id for number, user_id in enumerate(ids) if user_id in seen or user_id in ids[:number]]
        expect(not twice, f"a walk {what} to visit every user once", f"visited twice: {show(twice)}", rule=rule)
        seen |= set(ids)
        last = pages[-MANY_EMPTY:]
        expect(any(page.ids for page in last), f"a walk {what} to end", f"{len(last)} empty pages in a row", rule=rule)
        if most is not None and len(seen) > most:
            raise Skip(f"{GROUP_WITH_USERS}, at most {most}")
    return pages


def step(
    api: Api,
    group_id: str,
    page: UsersPage,
    direction: str,
    size: int | None,
    *,
    rule: str,
    may_refuse: bool = False,
    **query: Any,
) -> UsersPage | None:
    """The next page in a direction; more users than page_size are a finding of MEM-03.

    None at the end and, where the target `may_refuse` the cursor, after a 400.
    """
    meta = page.meta
    has, cursor = field(meta, f"has_{direction}"), field(meta, f"{direction}_cursor")
    expect(isinstance(has, bool), f"has_{direction} to be true or false", meta, rule="FMT-02")
    expected = f"{direction}_cursor to be null exactly where has_{direction} is false"
    expect(has is (cursor is not None), expected, meta, rule=rule)
    expect(cursor is None or isinstance(cursor, str), f"{direction}_cursor to be a text", meta, rule="FMT-02")
    if cursor is None:
        return None
    answer = api.get(users_path(group_id), page_size=size, cursor=cursor, direction=direction, **query)
    if may_refuse and answer.status == HTTPStatus.BAD_REQUEST:
        return None
    expected = f"a page at {direction}_cursor {cursor!r}, which the target has issued"
    following = _parse_page(succeeded(answer, expected, rule=rule, operation=OPERATION))
    if size is not None:
        expect(len(following.ids) <= size, f"at most {size} users on a page", show(following.ids), rule="MEM-03")
    return following


def visited(pages: list[UsersPage]) -> list[str]:
    """The ids of the users on these pages, in order."""
    return [user_id for page in pages for user_id in page.ids]


def all_members(api: Api, group_id: str, rule: str = "MEM-01") -> list[str]:
    """The ids of a group's users in the order of the list, the blacklisted users at the end."""
    plain = visited(forward(api, group_id, largest_page(api), rule=rule))
    blacklisted = visited(forward(api, group_id, largest_page(api), rule=rule, blacklisted_users=True))
    return [*plain, *(user_id for user_id in blacklisted if user_id not in plain)]


def plain_and_blacklisted(api: Api, group_id: str) -> tuple[list[JsonObject], list[JsonObject]]:
    """A group's users: those who are not blacklisted, and those who are. Raises Skip if the group is too large."""
    plain = forward(api, group_id, largest_page(api), most=LARGEST_GROUP)
    blacklisted = forward(api, group_id, largest_page(api), most=LARGEST_GROUP, blacklisted_users=True)
    return [user for page in plain for user in page.items], [user for page in blacklisted for user in page.items]


def contacts(user: JsonObject) -> list[str]:
    """A user's emails and phone numbers."""
    texts = []
    for entries, name in ((user.get("emails"), "email"), (user.get("phone_numbers"), "phone")):
        texts += [entry.get(name) for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return [text for text in texts if isinstance(text, str)]


def given_group(api: Api) -> str:
    """The id of the group --group-id, which nobody changes. Raises Skip without one."""
    if api.options.group_id is None:
        raise Skip(GROUP_WITH_USERS)
    api.cache.allow(users_path(api.options.group_id))
    return api.options.group_id


def some_given_users(api: Api) -> list[str]:
    """The ids of some users of the group --group-id, blacklisted ones among them; none without one."""
    if api.options.group_id is None:
        return []
    group_id = given_group(api)
    pages = (get_page(api, group_id), get_page(api, group_id, blacklisted_users=True))
    return [user_id for page in pages for user_id in page.ids[:FEW] if user_id.isalnum()]  # a CSV quotes others


def file_group(api: Api) -> str:
    """The id of a new group with the file --users-file-url. Raises Skip without one, or if it is not read."""
    if api.options.users_file_url is None:
        raise Skip(READABLE_FILE)
    group = create(api, group_body(api, file_url=api.options.users_file_url))
    if settled(api, group).get("status") != COMPLETED:
        raise Skip(USERS_FILE)
    group_id: str = group["_id"]
    return group_id
