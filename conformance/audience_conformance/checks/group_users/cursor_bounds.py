"""MEM: the first page of a group's users, and cursors that the target has not issued."""

from http import HTTPStatus

from audience_conformance.checks.assertions import field, largest_page, subset
from audience_conformance.checks.group_users.cursor_walk import OPERATION, UsersPage, forward, get_page, visited
from audience_conformance.checks.group_users.subjects import NEEDS, groups, queries_for, retry_given, sizes_for
from audience_conformance.checks.groups.helpers import CASES, GIVEN, OWN, create, group_body
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, csv_url, users_path
from audience_conformance.results.finding import expect, same, show


@check("MEM-07", on=OPERATION, cases=CASES, read_only=(GIVEN,), needs=NEEDS)
@retry_given
def the_first_page_of_users_has_none_before_it(api: Api, case: str) -> None:
    """Read the first page of own groups or of --group-id: has_prev is false and prev_cursor null.

    With many page sizes and queries, also where a walk by prev_cursor leads to it, and in a group without users.
    """
    for group_id, users in groups(api, case):
        sizes = sizes_for(api, group_id)
        queries = queries_for(api, group_id, users)
        for query in (*queries, {"q": "no user has this"}, {"page_no": 1}, {"direction": "next"}):
            for size in sizes:
                _is_first(get_page(api, group_id, page_size=size, **query))
        for size in sizes:
            ahead = forward(api, group_id, size)
            _is_first_by_prev_cursor(api, group_id, ahead, size)
        _is_first(get_page(api, group_id))
    if case == OWN:
        _is_first(get_page(api, create(api, group_body(api, file_url=csv_url([])))["_id"]))


def _is_first_by_prev_cursor(api: Api, group_id: str, ahead: list[UsersPage], size: int) -> None:
    """Walk back page by page; then read the second page's prev_cursor with a larger page_size."""
    page = ahead[-1]
    for _ in ahead[1:]:
        if isinstance(cursor := page.meta.get("prev_cursor"), str):
            page = get_page(api, group_id, page_size=size, cursor=cursor, direction="prev")
    if page.ids == ahead[0].ids:
        _is_first(page)
    for second in ahead[1:2]:
        if isinstance(cursor := second.meta.get("prev_cursor"), str):
            larger = min(2 * size + 1, largest_page(api))
            page = get_page(api, group_id, page_size=larger, cursor=cursor, direction="prev")
            if page.ids == ahead[0].ids:
                _is_first(page)


def _is_first(page: UsersPage) -> None:
    same(field(page.meta, "has_prev"), False, "has_prev of the first page", operation=OPERATION)
    same(field(page.meta, "prev_cursor"), None, "prev_cursor of the first page", operation=OPERATION)


UNKNOWN_CURSORS = (
    "no such cursor",
    "ffffffffffffffffffffffff",
    "00000000-0000-4000-8000-000000000000",
    "ünbekannt-☂",
    "x" * 300,
)
LONG = 8
"""A longer cursor is no plain number: with one character more or less it is a cursor that was never issued."""


@check("MEM-08", on=OPERATION, cases=CASES, read_only=(GIVEN,), needs=NEEDS)
@retry_given
def an_unknown_cursor_is_refused(api: Api, case: str) -> None:
    """Read own groups or --group-id at cursors that the target has not issued, in both directions: 400."""
    queries: tuple[JsonObject, ...] = (
        {},
        {"direction": "next"},
        {"direction": "prev", "page_size": 2},
        {"page_no": 2, "q": "a"},
        {"blacklisted_users": True},
    )
    for group_id, _ in groups(api, case):
        issued = get_page(api, group_id, page_size=2).meta.get("next_cursor")
        altered = [f"{issued}x", f"x{issued}", issued[:-1]] if isinstance(issued, str) and len(issued) > LONG else []
        users = visited(forward(api, group_id, largest_page(api)))
        altered = [cursor for cursor in altered if cursor not in users]
        for cursor in subset(api, [*UNKNOWN_CURSORS, api.unique("u"), *altered]):
            for query in subset(api, queries):
                answer = api.get(users_path(group_id), cursor=cursor, **query)
                expected = f"400 for the unknown cursor {cursor!r} with {show(query)}"
                expect(answer.status == HTTPStatus.BAD_REQUEST, expected, str(answer), operation=OPERATION)
