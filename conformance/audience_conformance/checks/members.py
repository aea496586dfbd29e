"""MEM: the pages of a group's users."""

from collections.abc import Callable
from typing import Any

from audience_conformance.api import Api, JsonObject, csv_url
from audience_conformance.outcome import Lacking, expect, same, show
from audience_conformance.own_groups import create, group_body, read_group, read_groups, settled, steadily
from audience_conformance.registry import check
from audience_conformance.shapes import REFUSED
from audience_conformance.user_walks import (
    LARGEST_GROUP,
    OPERATION,
    Stop,
    contacts,
    file_group,
    follow,
    forward,
    given_group,
    parts,
    stop,
    visited,
)

PRIME, MULTIPLE, FEW = 37, 30, 12
"""Numbers of users in groups of ours: one that only 1 divides, one that many sizes divide, and one for a quick run."""
MOST_PAGES = 120
SMALL = 3
THOROUGH = 25
"""Examples of a profile that also tries pages of 1, 2 and 7."""
QUERIES: tuple[JsonObject, ...] = ({}, {"blacklisted_users": True})
Judge = Callable[[Api, str, list[str]], None]


def _given(api: Api, judge: Judge) -> None:
    """Judge the group that was given for reading."""
    group_id = given_group(api)
    steadily(lambda: judge(api, group_id, []))


def _own(api: Api, judge: Judge) -> None:
    """Judge groups of ours: of 37 users, of 30, of one; where no such file is read, the group of the given file."""
    numbers = (PRIME, MULTIPLE, 1) if api.effort.examples >= THOROUGH else (FEW, 1)
    files = [[api.fresh("u") for _ in range(number)] for number in numbers]
    try:
        groups = read_groups(api, *files)
    except Lacking:
        judge(api, file_group(api), [])
        return
    for group, users in zip(groups, files, strict=True):
        if not stop(api, group["_id"]).items:
            raise Lacking("a group whose users it lists (--group-id)")
        total = read_group(api, group).get("total_users")
        counted = isinstance(total, dict) and total.get("count") == len(users)
        judge(api, group["_id"], users if counted else [])


def _sizes(api: Api, number: int) -> list[int]:
    """Page sizes for so many users: small ones, one that divides it, and those around it."""
    divisor = max((size for size in range(2, 51) if number and number % size == 0 and size < number), default=1)
    sizes = {3, 10, divisor, number - 1, number, number + 1, 100}
    if api.effort.examples >= THOROUGH:
        sizes |= {1, 2, 7}
    return sorted(size for size in sizes if 1 <= size <= 100 and number <= size * MOST_PAGES)  # noqa: PLR2004


def _queries(api: Api, group_id: str, users: list[str]) -> list[JsonObject]:
    """What to walk with: users whom we made up have no contacts to search for; of others, a search that keeps some."""
    if users:
        return [*QUERIES]
    plain, _ = parts(api, group_id)
    kept = {
        char: sum(any(char in text.lower() for text in contacts(user)) for user in plain) for char in "0123456789aeinox"
    }
    half = min(kept, key=lambda char: abs(2 * kept[char] - len(plain)))
    return [*QUERIES, {"q": half}]


def _number(api: Api, group_id: str, **query: Any) -> int:
    return len(visited(forward(api, group_id, 100, most=LARGEST_GROUP, **query)))


# --- MEM-01 ---------------------------------------------------------------------------------------------


def _every_user_once(api: Api, group_id: str, users: list[str]) -> None:
    for query in _queries(api, group_id, users):
        sizes = _sizes(api, _number(api, group_id, **query))
        walks = {size: forward(api, group_id, size, **query) for size in sizes}
        every = set[str]().union(users if not query else [], *map(visited, walks.values()))
        for size, stops in walks.items():
            missing = sorted(every - set(visited(stops)))
            what = f"a walk with page_size {size} and {query}"
            expect(not missing, f"{what} to visit every user", f"not visited: {show(missing)}", operation=OPERATION)
            empty = [one.page for one in stops[1:] if not one.ids]
            expect(not empty, f"users behind every next_cursor of {what}", empty, operation=OPERATION)


@check("MEM-01", on=OPERATION)
def next_cursors_visit_every_user_once(api: Api) -> None:
    """Walk by next_cursor through groups of ours with many page sizes: each user once, then has_next false and null."""
    _own(api, _every_user_once)
    empty = create(api, group_body(api, file_url=csv_url([])))
    for group in (empty, settled(api, empty)):
        same(visited(forward(api, group["_id"], 10)), [], "the users of a group without any")


@check("MEM-01", on=OPERATION, writes=False)
def next_cursors_visit_every_user_of_the_given_group_once(api: Api) -> None:
    """Walk by next_cursor through the group --group-id with many page sizes, with q and blacklisted_users too."""
    _given(api, _every_user_once)


# --- MEM-02 ---------------------------------------------------------------------------------------------


def _back(api: Api, group_id: str, users: list[str]) -> None:
    for query in _queries(api, group_id, users):
        for size in _sizes(api, _number(api, group_id, **query)):
            ahead = forward(api, group_id, size, **query)
            back = follow(api, group_id, ahead[-1], "prev", size, rule="MEM-02", **query)
            pages, reverse = [one.ids for one in ahead], [one.ids for one in back]
            same(reverse, pages[::-1], f"the pages by prev_cursor from the end, page_size {size} and {query},")
            if size < SMALL:
                continue
            again = follow(api, group_id, back[-1], "next", size, rule="MEM-01", **query)
            same(
                [one.ids for one in again], pages, "the pages by next_cursor from the first page that was gone back to"
            )


@check("MEM-02", "MEM-01", on=OPERATION)
def prev_cursors_visit_the_same_pages_in_reverse(api: Api) -> None:
    """Walk through groups of ours to the end, back by prev_cursor, and on again, with many page sizes."""
    _own(api, _back)


@check("MEM-02", "MEM-01", on=OPERATION, writes=False)
def prev_cursors_visit_the_pages_of_the_given_group_in_reverse(api: Api) -> None:
    """Walk through the group --group-id to the end, back, and on again, with q and blacklisted_users too."""
    _given(api, _back)


# --- MEM-03 ---------------------------------------------------------------------------------------------


def _at_most(api: Api, group_id: str, users: list[str]) -> None:
    for query in _queries(api, group_id, users):
        for size in _sizes(api, _number(api, group_id, **query)):
            first = stop(api, group_id, page_size=size, **query)
            expect(len(first.ids) <= size, f"at most {size} users on a page", show(first.ids), operation=OPERATION)
            ahead = forward(api, group_id, size, **query)
            back = follow(api, group_id, ahead[-1], "prev", size, rule="MEM-02", **query)
            numbered = [stop(api, group_id, page_size=size, page_no=number, **query) for number in (1, 2, len(ahead))]
            for one in (*ahead, *back, *numbered):
                expect(len(one.ids) <= size, f"at most {size} users on a page", show(one.ids), operation=OPERATION)
        plain = stop(api, group_id, **query)
        told = plain.page.get("size")
        if isinstance(told, int):
            expect(len(plain.ids) <= told, f"at most {told} users, as page.size says", plain.ids, operation=OPERATION)


@check("MEM-03", on=OPERATION)
def a_page_of_users_holds_at_most_page_size(api: Api) -> None:
    """Count the users on every page of groups of ours: forward, back and by number, with many page sizes."""
    _own(api, _at_most)


@check("MEM-03", on=OPERATION, writes=False)
def a_page_of_the_given_group_holds_at_most_page_size(api: Api) -> None:
    """Count the users on every page of the group --group-id, with q and blacklisted_users too."""
    _given(api, _at_most)


# --- MEM-04 ---------------------------------------------------------------------------------------------


def _by_number(api: Api, group_id: str, users: list[str]) -> None:
    for query in _queries(api, group_id, users):
        for size in _sizes(api, _number(api, group_id, **query)):
            ahead = [one.ids for one in forward(api, group_id, size, **query)]
            numbers = range(1, len(ahead) + 1)
            numbered = [stop(api, group_id, page_size=size, page_no=number, **query) for number in numbers]
            what = f"with page_size {size} and {query}"
            same([one.ids for one in numbered], ahead, f"the pages by page_no {what}")
            beyond = stop(api, group_id, page_size=size, page_no=len(ahead) + 1, **query)
            same(beyond.ids, [], f"the users of the page after the last {what}")
            _mixed(api, group_id, numbered, size, query)


def _mixed(api: Api, group_id: str, numbered: list[Stop], size: int, query: JsonObject) -> None:
    """From a page that was reached by number, cursors lead on; and direction is next unless it is given."""
    middle = len(numbered) // 2
    start = numbered[middle]
    ahead = follow(api, group_id, start, "next", size, rule="MEM-04", **query)
    same([one.ids for one in ahead], [one.ids for one in numbered[middle:]], f"the pages on from page_no {middle + 1}")
    back = follow(api, group_id, start, "prev", size, rule="MEM-04", **query)
    same([one.ids for one in back], [one.ids for one in numbered[middle::-1]], f"the pages before page_no {middle + 1}")
    if (cursor := numbered[0].page.get("next_cursor")) is not None:
        undirected = stop(api, group_id, page_size=size, cursor=cursor, **query)
        same(undirected.ids, numbered[1].ids, "the page at next_cursor without a direction")


@check("MEM-04", on=OPERATION)
def pages_by_number_are_the_pages_by_cursor(api: Api) -> None:
    """Read groups of ours page by page_no and page by cursor, change from one to the other, with many page sizes."""
    _own(api, _by_number)


@check("MEM-04", on=OPERATION, writes=False)
def pages_of_the_given_group_by_number_are_those_by_cursor(api: Api) -> None:
    """Read the group --group-id page by page_no and page by cursor, with q and blacklisted_users too."""
    _given(api, _by_number)


# --- MEM-07 and MEM-08 ----------------------------------------------------------------------------------


def _first(api: Api, group_id: str, users: list[str]) -> None:
    number = _number(api, group_id)
    queries = _queries(api, group_id, users)
    for query in (*queries, {"q": "no user has this"}, {"page_no": 1}, {"direction": "next"}):
        for size in _sizes(api, number):
            _no_way_back(stop(api, group_id, page_size=size, **query))
    for size in _sizes(api, number):
        ahead = forward(api, group_id, size)
        one = ahead[-1]
        for _ in ahead[1:]:
            if isinstance(cursor := one.page.get("prev_cursor"), str):
                one = stop(api, group_id, page_size=size, cursor=cursor, direction="prev")
        if one.ids == ahead[0].ids:
            _no_way_back(one)
    _no_way_back(stop(api, group_id))


def _no_way_back(one: Stop) -> None:
    same(one.page.get("has_prev"), False, "has_prev of the first page", operation=OPERATION)
    same(one.page.get("prev_cursor", ...), None, "prev_cursor of the first page", operation=OPERATION)


@check("MEM-07", on=OPERATION)
def the_first_page_of_users_has_none_before_it(api: Api) -> None:
    """Read the first page of groups of ours with many sizes and queries, and reach it by prev_cursor; empty too."""
    _own(api, _first)
    _no_way_back(stop(api, create(api, group_body(api, file_url=csv_url([])))["_id"]))


@check("MEM-07", on=OPERATION, writes=False)
def the_first_page_of_the_given_group_has_none_before_it(api: Api) -> None:
    """Read the first page of the group --group-id with many sizes and queries, and reach it by prev_cursor."""
    _given(api, _first)


STRANGE = (
    "no such cursor",
    "ffffffffffffffffffffffff",
    "00000000-0000-4000-8000-000000000000",
    "ünbekannt-☂",
    "x" * 300,
)


def _refused(api: Api, group_id: str, users: list[str]) -> None:
    del users
    for cursor in (*STRANGE, api.fresh("u")):
        for query in ({}, {"direction": "next"}, {"direction": "prev", "page_size": 2}, {"page_no": 2, "q": "a"}):
            answer = api.get(f"/user_group/{group_id}/users", cursor=cursor, **query)
            wanted = f"400 for the unknown cursor {cursor!r}"
            expect(answer.status == REFUSED, wanted, str(answer), operation=OPERATION)


@check("MEM-08", on=OPERATION)
def an_unknown_cursor_is_refused(api: Api) -> None:
    """Ask groups of ours for pages at cursors that nobody has issued, in both directions."""
    _own(api, _refused)


@check("MEM-08", on=OPERATION, writes=False)
def an_unknown_cursor_of_the_given_group_is_refused(api: Api) -> None:
    """Ask the group --group-id for pages at cursors that nobody has issued, in both directions."""
    _given(api, _refused)
