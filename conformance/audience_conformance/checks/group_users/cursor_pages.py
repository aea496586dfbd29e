"""MEM: the pages of a group's users."""

from audience_conformance.checks.assertions import largest_page, subset
from audience_conformance.checks.group_users.cursor_walk import OPERATION, UsersPage, follow, forward, get_page, visited
from audience_conformance.checks.group_users.subjects import NEEDS, groups, queries_for, retry_given, sizes_for, walks
from audience_conformance.checks.groups.helpers import CASES, GIVEN, OWN, create, group_body, settled
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, csv_url
from audience_conformance.results.finding import expect, same, show

SMALL, MIDDLE = 3, 10
"""The least page size with which a walk also goes forward again; the most with which it goes back in other sizes."""


@check("MEM-01", on=OPERATION, cases=CASES, read_only=(GIVEN,), needs=NEEDS)
@retry_given
def next_cursors_visit_every_user_once(api: Api, case: str) -> None:
    """Walk by next_cursor through own groups or --group-id, with many page sizes, with q and blacklisted_users.

    A walk visits every user once, has no empty page behind a next_cursor, and ends with has_next false and a null
    cursor; from its middle it goes on in pages of another size. A walk over a group without users visits nobody.
    """
    for group_id, known in groups(api, case):
        for query in queries_for(api, group_id, known):
            sizes = sizes_for(api, group_id, **query)
            by_size = {size: forward(api, group_id, size, **query) for size in sizes}
            users = set(known if not query else []).union(*map(visited, by_size.values()))
            for size, pages in by_size.items():
                missing = sorted(users - set(visited(pages)))
                what = f"a walk with page_size {size} and {show(query)}"
                expect(not missing, f"{what} to visit every user", f"not visited: {show(missing)}", operation=OPERATION)
                empty = [page.meta for page in pages[1:] if not page.ids]
                expect(not empty, f"users behind every next_cursor of {what}", empty, operation=OPERATION)
            default = visited(forward(api, group_id, None, **query))
            same(sorted(default), sorted(users), f"the users of a walk without page_size, and {show(query)},")
            for size in subset(api, [*by_size])[-2:]:
                _change_size(api, group_id, by_size[size], size, query)
    if case == OWN:
        empty_group = create(api, group_body(api, file_url=csv_url([])))
        for group in (empty_group, settled(api, empty_group)):
            same(visited(forward(api, group["_id"], 10)), [], "the users of a group without any")


def _change_size(api: Api, group_id: str, pages: list[UsersPage], size: int, query: JsonObject) -> None:
    """Walk on from the middle in pages of another size."""
    middle = len(pages) // 2
    for other in {size + 1, max(1, size // 2)} - {largest_page(api) + 1}:
        rest = follow(api, group_id, pages[middle], "next", other, rule="MEM-01", **query)
        what = f"the users behind page {middle + 1} of size {size}, in pages of {other} with {show(query)},"
        same(visited(rest[1:]), visited(pages[middle + 1 :]), what, operation=OPERATION)


@check("MEM-02", "MEM-01", on=OPERATION, cases=CASES, read_only=(GIVEN,), needs=NEEDS)
@retry_given
def prev_cursors_visit_the_same_pages_in_reverse(api: Api, case: str) -> None:
    """Walk through own groups or --group-id to the end, back by prev_cursor, and forward again.

    With many page sizes, with q and blacklisted_users: the same pages in reverse order. A walk back in pages of another
    size, from the middle and from the end, visits the same users.
    """
    for group_id, query, sizes in walks(api, case):
        for size in sizes:
            ahead = forward(api, group_id, size, **query)
            back = follow(api, group_id, ahead[-1], "prev", size, rule="MEM-02", **query)
            pages = [page.ids for page in ahead]
            what = f"the pages by prev_cursor from the end, page_size {size} and {show(query)},"
            same([page.ids for page in back], pages[::-1], what)
            if size <= MIDDLE:
                for start, other in ((len(ahead) // 2, size + 1), (len(ahead) - 1, 2 * size + 1)):
                    rest = follow(api, group_id, ahead[start], "prev", other, rule="MEM-02", **query)
                    what = f"the users before page {start + 1} of size {size}, in pages of {other} with {show(query)},"
                    same(visited(rest[:0:-1]), visited(ahead[:start]), what, operation=OPERATION)
            if size >= SMALL:
                again = follow(api, group_id, back[-1], "next", size, rule="MEM-01", **query)
                what = "the pages by next_cursor from the first page, reached by prev_cursor,"
                same([page.ids for page in again], pages, what)


@check("MEM-03", on=OPERATION, cases=CASES, read_only=(GIVEN,), needs=NEEDS)
@retry_given
def a_page_of_users_holds_at_most_page_size(api: Api, case: str) -> None:
    """Count the users on every page of own groups or of --group-id: at most page_size, or page.size by default.

    By cursor forward and back, and by page_no, with many page sizes, with q and blacklisted_users.
    """
    for group_id, query, sizes in walks(api, case):
        for size in sizes:
            first = get_page(api, group_id, page_size=size, **query)
            expect(len(first.ids) <= size, f"at most {size} users on a page", show(first.ids), operation=OPERATION)
            ahead = forward(api, group_id, size, **query)
            back = follow(api, group_id, ahead[-1], "prev", size, rule="MEM-02", **query)
            numbers = (1, 2, len(ahead))
            numbered = [get_page(api, group_id, page_size=size, page_no=number, **query) for number in numbers]
            for page in (*ahead, *back, *numbered):
                expect(len(page.ids) <= size, f"at most {size} users on a page", show(page.ids), operation=OPERATION)
        default = get_page(api, group_id, **query)
        default_size = default.meta.get("size")
        if isinstance(default_size, int):
            what = f"at most {default_size} users, the page.size of the response"
            expect(len(default.ids) <= default_size, what, default.ids, operation=OPERATION)


@check("MEM-04", on=OPERATION, cases=CASES, read_only=(GIVEN,), needs=NEEDS)
@retry_given
def pages_by_number_are_the_pages_by_cursor(api: Api, case: str) -> None:
    """Read own groups or --group-id by page_no and by cursor: the same pages, and none after the last.

    With many page sizes, with q and blacklisted_users. From a page by page_no, cursors lead forward and back; without
    direction, a next_cursor leads forward.
    """
    for group_id, query, sizes in walks(api, case):
        for size in sizes:
            ahead = [page.ids for page in forward(api, group_id, size, **query)]
            numbers = range(1, len(ahead) + 1)
            numbered = [get_page(api, group_id, page_size=size, page_no=number, **query) for number in numbers]
            what = f"with page_size {size} and {show(query)}"
            ids = [page.ids for page in numbered]
            same(ids, ahead, f"the pages by page_no {what}")
            after = get_page(api, group_id, page_size=size, page_no=len(ahead) + 1, **query)
            same(after.ids, [], f"the users of the page after the last {what}")
            middle = len(numbered) // 2
            for direction, expected in (("next", ids[middle:]), ("prev", ids[middle::-1])):
                pages = follow(api, group_id, numbered[middle], direction, size, rule="MEM-04", **query)
                same([page.ids for page in pages], expected, f"the pages by {direction}_cursor from page {middle + 1}")
            if (cursor := numbered[0].meta.get("next_cursor")) is not None:
                second = get_page(api, group_id, page_size=size, cursor=cursor, **query)
                same(second.ids, ids[1], "the users of the page at next_cursor without direction")
