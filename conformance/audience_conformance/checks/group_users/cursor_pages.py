"""MEM: the pages of a group's users."""

from audience_conformance.checks.assertions import LARGEST_PAGE, subset
from audience_conformance.checks.group_users.cursor_walk import OPERATION, UsersPage, follow, forward, get_page, visited
from audience_conformance.checks.group_users.subjects import (
    for_given_group,
    for_own_groups,
    number_of,
    queries_for,
    sizes_for,
)
from audience_conformance.checks.groups.helpers import create, group_body, settled
from audience_conformance.checks.prerequisites import GROUP_WITH_USERS, GROUP_WITH_USERS_OR_FILE
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, csv_url
from audience_conformance.results.finding import expect, same, show

SMALL, MIDDLE = 3, 10
"""Page sizes from which, and to which, a walk also goes other ways."""


# --- MEM-01 ---------------------------------------------------------------------------------------------


def _every_user_once(api: Api, group_id: str, users: list[str]) -> None:
    for query in queries_for(api, group_id, users):
        sizes = sizes_for(api, number_of(api, group_id, **query))
        walks = {size: forward(api, group_id, size, **query) for size in sizes}
        every = set[str]().union(users if not query else [], *map(visited, walks.values()))
        for size, pages in walks.items():
            missing = sorted(every - set(visited(pages)))
            what = f"a walk with page_size {size} and {query}"
            expect(not missing, f"{what} to visit every user", f"not visited: {show(missing)}", operation=OPERATION)
            empty = [one.page for one in pages[1:] if not one.ids]
            expect(not empty, f"users behind every next_cursor of {what}", empty, operation=OPERATION)
        seen = visited(forward(api, group_id, None, **query))
        same(sorted(seen), sorted(every), f"the users of a walk without page_size, and {query},")
        for size in subset(api, [*walks])[-2:]:
            _other_size(api, group_id, walks[size], size, query)


def _other_size(api: Api, group_id: str, ahead: list[UsersPage], size: int, query: JsonObject) -> None:
    """From the middle of a walk, on in pages of another size."""
    middle = len(ahead) // 2
    for other in {size + 1, max(1, size // 2)}:
        if other <= LARGEST_PAGE:
            on = follow(api, group_id, ahead[middle], "next", other, rule="MEM-01", **query)
            what = f"the users behind page {middle + 1} of size {size}, in pages of {other} with {query},"
            same(visited(on[1:]), visited(ahead[middle + 1 :]), what, operation=OPERATION)


@check("MEM-01", on=OPERATION, needs=(GROUP_WITH_USERS_OR_FILE,))
def next_cursors_visit_every_user_once(api: Api) -> None:
    """Walk by next_cursor through groups of ours with many page sizes: each user once, then has_next false and null."""
    for_own_groups(api, _every_user_once)
    empty = create(api, group_body(api, file_url=csv_url([])))
    for group in (empty, settled(api, empty)):
        same(visited(forward(api, group["_id"], 10)), [], "the users of a group without any")


@check("MEM-01", on=OPERATION, read_only=True, needs=(GROUP_WITH_USERS,))
def next_cursors_visit_every_user_of_the_given_group_once(api: Api) -> None:
    """Walk by next_cursor through the group --group-id with many page sizes, with q and blacklisted_users too."""
    for_given_group(api, _every_user_once)


# --- MEM-02 ---------------------------------------------------------------------------------------------


def _back(api: Api, group_id: str, users: list[str]) -> None:
    for query in queries_for(api, group_id, users):
        for size in sizes_for(api, number_of(api, group_id, **query)):
            ahead = forward(api, group_id, size, **query)
            back = follow(api, group_id, ahead[-1], "prev", size, rule="MEM-02", **query)
            pages, reverse = [one.ids for one in ahead], [one.ids for one in back]
            same(reverse, pages[::-1], f"the pages by prev_cursor from the end, page_size {size} and {query},")
            if size <= MIDDLE:
                _back_in_other_pages(api, group_id, ahead, size, query)
            if size < SMALL:
                continue
            again = follow(api, group_id, back[-1], "next", size, rule="MEM-01", **query)
            same(
                [one.ids for one in again], pages, "the pages by next_cursor from the first page that was gone back to"
            )


def _back_in_other_pages(api: Api, group_id: str, ahead: list[UsersPage], size: int, query: JsonObject) -> None:
    """From the middle and from the end of a walk, back in pages of another size, which do not come out even."""
    for start, other in ((len(ahead) // 2, size + 1), (len(ahead) - 1, 2 * size + 1)):
        back = follow(api, group_id, ahead[start], "prev", other, rule="MEM-02", **query)
        what = f"the users before page {start + 1} of size {size}, back in pages of {other} with {query},"
        same(visited(back[:0:-1]), visited(ahead[:start]), what, operation=OPERATION)


@check("MEM-02", "MEM-01", on=OPERATION, needs=(GROUP_WITH_USERS_OR_FILE,))
def prev_cursors_visit_the_same_pages_in_reverse(api: Api) -> None:
    """Walk through groups of ours to the end, back by prev_cursor, and on again, with many page sizes."""
    for_own_groups(api, _back)


@check("MEM-02", "MEM-01", on=OPERATION, read_only=True, needs=(GROUP_WITH_USERS,))
def prev_cursors_visit_the_pages_of_the_given_group_in_reverse(api: Api) -> None:
    """Walk through the group --group-id to the end, back, and on again, with q and blacklisted_users too."""
    for_given_group(api, _back)


# --- MEM-03 ---------------------------------------------------------------------------------------------


def _at_most(api: Api, group_id: str, users: list[str]) -> None:
    for query in queries_for(api, group_id, users):
        for size in sizes_for(api, number_of(api, group_id, **query)):
            first = get_page(api, group_id, page_size=size, **query)
            expect(len(first.ids) <= size, f"at most {size} users on a page", show(first.ids), operation=OPERATION)
            ahead = forward(api, group_id, size, **query)
            back = follow(api, group_id, ahead[-1], "prev", size, rule="MEM-02", **query)
            numbered = [
                get_page(api, group_id, page_size=size, page_no=number, **query) for number in (1, 2, len(ahead))
            ]
            for one in (*ahead, *back, *numbered):
                expect(len(one.ids) <= size, f"at most {size} users on a page", show(one.ids), operation=OPERATION)
        plain = get_page(api, group_id, **query)
        told = plain.page.get("size")
        if isinstance(told, int):
            expect(len(plain.ids) <= told, f"at most {told} users, as page.size says", plain.ids, operation=OPERATION)


@check("MEM-03", on=OPERATION, needs=(GROUP_WITH_USERS_OR_FILE,))
def a_page_of_users_holds_at_most_page_size(api: Api) -> None:
    """Count the users on every page of groups of ours: forward, back and by number, with many page sizes."""
    for_own_groups(api, _at_most)


@check("MEM-03", on=OPERATION, read_only=True, needs=(GROUP_WITH_USERS,))
def a_page_of_the_given_group_holds_at_most_page_size(api: Api) -> None:
    """Count the users on every page of the group --group-id, with q and blacklisted_users too."""
    for_given_group(api, _at_most)


# --- MEM-04 ---------------------------------------------------------------------------------------------


def _by_number(api: Api, group_id: str, users: list[str]) -> None:
    for query in queries_for(api, group_id, users):
        for size in sizes_for(api, number_of(api, group_id, **query)):
            ahead = [one.ids for one in forward(api, group_id, size, **query)]
            numbers = range(1, len(ahead) + 1)
            numbered = [get_page(api, group_id, page_size=size, page_no=number, **query) for number in numbers]
            what = f"with page_size {size} and {query}"
            same([one.ids for one in numbered], ahead, f"the pages by page_no {what}")
            beyond = get_page(api, group_id, page_size=size, page_no=len(ahead) + 1, **query)
            same(beyond.ids, [], f"the users of the page after the last {what}")
            _mixed(api, group_id, numbered, size, query)


def _mixed(api: Api, group_id: str, numbered: list[UsersPage], size: int, query: JsonObject) -> None:
    """From a page that was reached by number, cursors lead on; and direction is next unless it is given."""
    middle = len(numbered) // 2
    start = numbered[middle]
    ahead = follow(api, group_id, start, "next", size, rule="MEM-04", **query)
    same([one.ids for one in ahead], [one.ids for one in numbered[middle:]], f"the pages on from page_no {middle + 1}")
    back = follow(api, group_id, start, "prev", size, rule="MEM-04", **query)
    same([one.ids for one in back], [one.ids for one in numbered[middle::-1]], f"the pages before page_no {middle + 1}")
    if (cursor := numbered[0].page.get("next_cursor")) is not None:
        undirected = get_page(api, group_id, page_size=size, cursor=cursor, **query)
        same(undirected.ids, numbered[1].ids, "the page at next_cursor without a direction")


@check("MEM-04", on=OPERATION, needs=(GROUP_WITH_USERS_OR_FILE,))
def pages_by_number_are_the_pages_by_cursor(api: Api) -> None:
    """Read groups of ours page by page_no and page by cursor, change from one to the other, with many page sizes."""
    for_own_groups(api, _by_number)


@check("MEM-04", on=OPERATION, read_only=True, needs=(GROUP_WITH_USERS,))
def pages_of_the_given_group_by_number_are_those_by_cursor(api: Api) -> None:
    """Read the group --group-id page by page_no and page by cursor, with q and blacklisted_users too."""
    for_given_group(api, _by_number)
