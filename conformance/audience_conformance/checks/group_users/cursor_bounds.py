"""MEM: the first page of a group's users, and cursors that nobody has issued."""

from http import HTTPStatus

from audience_conformance.checks.assertions import LARGEST_PAGE, subset
from audience_conformance.checks.group_users.cursor_walk import OPERATION, UsersPage, forward, get_page
from audience_conformance.checks.group_users.subjects import (
    for_given_group,
    for_own_groups,
    number_of,
    queries_for,
    sizes_for,
)
from audience_conformance.checks.groups.helpers import create, group_body
from audience_conformance.checks.prerequisites import GROUP_WITH_USERS, GROUP_WITH_USERS_OR_FILE
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, csv_url, users_path
from audience_conformance.results.finding import expect, same

# --- MEM-07 ---------------------------------------------------------------------------------------------


def _first(api: Api, group_id: str, users: list[str]) -> None:
    number = number_of(api, group_id)
    queries = queries_for(api, group_id, users)
    for query in (*queries, {"q": "no user has this"}, {"page_no": 1}, {"direction": "next"}):
        for size in sizes_for(api, number):
            _no_way_back(get_page(api, group_id, page_size=size, **query))
    for size in sizes_for(api, number):
        ahead = forward(api, group_id, size)
        one = ahead[-1]
        for _ in ahead[1:]:
            if isinstance(cursor := one.page.get("prev_cursor"), str):
                one = get_page(api, group_id, page_size=size, cursor=cursor, direction="prev")
        if one.ids == ahead[0].ids:
            _no_way_back(one)
        second = ahead[1:2]
        if second and isinstance(second[0].page.get("prev_cursor"), str):
            larger = min(2 * size + 1, LARGEST_PAGE)
            at = {"cursor": second[0].page["prev_cursor"], "direction": "prev"}
            one = get_page(api, group_id, page_size=larger, **at)
            if one.ids == ahead[0].ids:
                _no_way_back(one)
    _no_way_back(get_page(api, group_id))


def _no_way_back(one: UsersPage) -> None:
    same(one.page.get("has_prev"), False, "has_prev of the first page", operation=OPERATION)
    same(one.page.get("prev_cursor", ...), None, "prev_cursor of the first page", operation=OPERATION)


@check("MEM-07", on=OPERATION, needs=(GROUP_WITH_USERS_OR_FILE,))
def the_first_page_of_users_has_none_before_it(api: Api) -> None:
    """Read the first page of groups of ours with many sizes and queries, and reach it by prev_cursor; empty too."""
    for_own_groups(api, _first)
    _no_way_back(get_page(api, create(api, group_body(api, file_url=csv_url([])))["_id"]))


@check("MEM-07", on=OPERATION, read_only=True, needs=(GROUP_WITH_USERS,))
def the_first_page_of_the_given_group_has_none_before_it(api: Api) -> None:
    """Read the first page of the group --group-id with many sizes and queries, and reach it by prev_cursor."""
    for_given_group(api, _first)


# --- MEM-08 ---------------------------------------------------------------------------------------------

STRANGE = (
    "no such cursor",
    "ffffffffffffffffffffffff",
    "00000000-0000-4000-8000-000000000000",
    "ünbekannt-☂",
    "x" * 300,
)
LONG = 8
"""Characters of a cursor that is no number: one more or less makes it another that was never issued."""


def _refused(api: Api, group_id: str, users: list[str]) -> None:
    del users
    first = get_page(api, group_id, page_size=2)
    issued = first.page.get("next_cursor")
    altered = [f"{issued}x", f"x{issued}", issued[:-1]] if isinstance(issued, str) and len(issued) > LONG else []
    known = {user_id for one in forward(api, group_id, LARGEST_PAGE) for user_id in one.ids}
    for cursor in subset(api, [*STRANGE, api.fresh("u"), *(text for text in altered if text not in known)]):
        queries: tuple[JsonObject, ...] = (
            {},
            {"direction": "next"},
            {"direction": "prev", "page_size": 2},
            {"page_no": 2, "q": "a"},
        )
        for query in subset(api, (*queries, {"blacklisted_users": True})):
            answer = api.get(users_path(group_id), cursor=cursor, **query)
            wanted = f"400 for the unknown cursor {cursor!r} with {query}"
            expect(answer.status == HTTPStatus.BAD_REQUEST, wanted, str(answer), operation=OPERATION)


@check("MEM-08", on=OPERATION, needs=(GROUP_WITH_USERS_OR_FILE,))
def an_unknown_cursor_is_refused(api: Api) -> None:
    """Ask groups of ours for pages at cursors that nobody has issued, in both directions."""
    for_own_groups(api, _refused)


@check("MEM-08", on=OPERATION, read_only=True, needs=(GROUP_WITH_USERS,))
def an_unknown_cursor_of_the_given_group_is_refused(api: Api) -> None:
    """Ask the group --group-id for pages at cursors that nobody has issued, in both directions."""
    for_given_group(api, _refused)
