"""PAG: the items and the metadata of numbered pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from audience_conformance.checks.assertions import LARGEST_PAGE, field, largest_page, subset
from audience_conformance.checks.fixtures import session_fixture
from audience_conformance.checks.pagination.numbered_list import (
    ALL,
    CASES,
    LISTS,
    WHOLE,
    NumberedList,
    Page,
    add,
    check_length,
    check_neighbours,
    check_position,
    empty_pages,
    fixture_list,
    half,
    make_empty_list,
    make_list,
    past_the_end,
    remove,
    retry_unless_private,
    skip_if_empty,
    stable,
    visited,
)
from audience_conformance.checks.prerequisites import SOME_ITEMS, STABLE_LIST
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api
from audience_conformance.results.finding import Skip, expect, same, show

MANY, FEW = 12, 6
"""Numbers of items that many page sizes divide: more than a default page holds, and one for lists that change."""
NEEDS = (SOME_ITEMS, STABLE_LIST)
CheckPage = Callable[[Page, int], None]
"""Called with a page, and the number of items in the list."""
CheckPages = Callable[[NumberedList, list[Page]], None]


@check("PAG-01", on=ALL, cases=CASES, read_only=WHOLE, needs=NEEDS)
def a_page_holds_at_most_page_size(api: Api, case: str) -> None:
    """Read an own list, filtered too, or the whole list in pages of many sizes: a page has at most page_size items."""
    _check_each_page(api, case, check_length)


@check("PAG-03", on=ALL, cases=CASES, read_only=WHOLE, needs=NEEDS)
def current_and_size_say_which_page_it_is(api: Api, case: str) -> None:
    """Read an own list or the whole list in pages of many sizes: page.current is page_no, page.size is page_size.

    Own lists also filtered, past the end, and empty.
    """
    _check_each_page(api, case, check_position)


@check("PAG-04", on=ALL, cases=CASES, read_only=WHOLE, needs=NEEDS)
def has_next_and_has_previous_are_exact(api: Api, case: str) -> None:
    """Read an own list or the whole list in pages of many sizes: has_next and has_previous agree with its length.

    Own lists also with a full last page, filtered, past the end, and empty.
    """
    _check_each_page(api, case, check_neighbours)


def _check_each_page(api: Api, case: str, check_page: CheckPage) -> None:
    numbered_list = fixture_list(api, case, MANY)
    if case in WHOLE:
        _check_some_pages(api, numbered_list, check_page)
        return

    def check_pages(numbered_list: NumberedList, pages: list[Page]) -> None:
        total = len(numbered_list.ids) if numbered_list.private else len(visited(pages))
        for page in (*pages, *past_the_end(api, numbered_list, pages[0].size)):
            check_page(page, total)

    _check_each_size(api, numbered_list, check_pages)
    _check_filtered(api, numbered_list, check_pages)
    for page in empty_pages(api, case):
        check_page(page, 0)


def _check_some_pages(api: Api, numbered_list: NumberedList, check_page: CheckPage) -> None:
    """Check first and last pages of the whole list one by one: it holds of each page whatever others write."""
    api.cache.allow(f"{numbered_list.path}?page_no=")
    total = numbered_list.page(api, 1, 1).total
    if not total:
        raise Skip(SOME_ITEMS)
    for size in subset(api, (1, 2, 3, 10, max(1, total // 2), total, total + 1, largest_page(api))):
        for number in (1, 2, 3, -(-total // size)):
            if size <= largest_page(api) and size * (number - 1) < total:
                page = numbered_list.page(api, number, size)
                check_page(page, page.total)


def _check_each_size(api: Api, numbered_list: NumberedList, check_pages: CheckPages) -> None:
    """Check the pages of a list, read in pages of many sizes."""

    def attempt(size: int) -> None:
        check_pages(numbered_list, stable(numbered_list.walk(api, size)))

    number = len(numbered_list.ids) if numbered_list.private else numbered_list.page(api, 1, 1).total
    for size in subset(api, numbered_list.sizes(number, largest_page(api))):
        retry_unless_private(numbered_list, partial(attempt, size))


def _check_filtered(api: Api, numbered_list: NumberedList, check_pages: CheckPages) -> None:
    """Check the pages of every second item of an own list, by a filter."""
    kept = half(api, numbered_list)
    if kept is not None:
        for size in subset(api, (1, 2, len(kept.ids) - 1, len(kept.ids))):
            check_pages(kept, stable(kept.walk(api, size)))


@check("PAG-02", on=ALL, cases=CASES, read_only=WHOLE, needs=NEEDS)
def the_pages_together_hold_every_item_once(api: Api, case: str) -> None:
    """Read an own list or the whole list in pages of many sizes: every item once, as many as item_total says.

    Own lists also filtered, past the end, after some items were deleted, and empty.
    """
    numbered_list = fixture_list(api, case, MANY)
    if case in WHOLE:
        skip_if_empty(api, numbered_list)
    _check_each_size(api, numbered_list, _check_complete)
    if case in WHOLE:
        return
    _check_filtered(api, numbered_list, _check_complete)
    for page in past_the_end(api, numbered_list, 5):
        total = field(page.meta, "item_total")
        same(total, len(numbered_list.ids), "item_total of a page past the end", operation=case)
    changing = make_list(api, case, FEW)
    ids = list(changing.ids)
    for number in (len(ids) // 2, 0, -1):
        remove(api, changing, ids.pop(number))
    _check_each_size(api, replace(changing, ids=tuple(ids)), _check_complete)
    for page in empty_pages(api, case):
        _check_complete(make_empty_list(api, case), [page])


@check("PAG-02", "PAG-01", "PAG-03", "PAG-04", on=ALL, cases=LISTS, generates=True, needs=(STABLE_LIST,))
def a_largest_page_and_one_more_item(api: Api, operation: str) -> None:
    """Read a list of 100 items in pages of 100 and 50, add one, and read it in pages of 100, 51 and 50."""

    def check_pages(numbered_list: NumberedList, size: int) -> None:
        pages = stable(numbered_list.walk(api, size))
        _check_complete(numbered_list, pages)
        _check_meta(pages)

    largest = largest_page(api)
    hundred = session_fixture(api, make_list, operation, LARGEST_PAGE)
    for size in (largest, largest // 2):
        retry_unless_private(hundred, partial(check_pages, hundred, size))
    with _one_more(api, hundred) as more:
        for size in (largest, largest // 2 + 1, largest // 2):
            retry_unless_private(more, partial(check_pages, more, size))


@check("PAG-04", "PAG-01", "PAG-03", on=ALL, cases=LISTS, generates=True, needs=(STABLE_LIST,))
def a_largest_page_knows_its_neighbours(api: Api, operation: str) -> None:
    """Read lists of 100 and 101 items in pages of 100: has_next, has_previous, current and size are exact."""

    def check_pages(numbered_list: NumberedList) -> None:
        _check_meta(stable(numbered_list.walk(api, largest_page(api))))

    hundred = session_fixture(api, make_list, operation, LARGEST_PAGE)
    retry_unless_private(hundred, partial(check_pages, hundred))
    with _one_more(api, hundred) as more:
        retry_unless_private(more, partial(check_pages, more))


@contextmanager
def _one_more(api: Api, numbered_list: NumberedList) -> Iterator[NumberedList]:
    """A list that others read too, with an item more for a while."""
    item_id = add(api, numbered_list)
    try:
        yield replace(numbered_list, ids=(*numbered_list.ids, item_id))
    finally:
        remove(api, numbered_list, item_id)


def _check_complete(numbered_list: NumberedList, pages: list[Page]) -> None:
    """Every item of the list is on the pages, once, and item_total is their number."""
    ids, size = visited(pages), pages[0].size
    more = {"operation": numbered_list.operation}
    twice = sorted({item_id for item_id in ids if ids.count(item_id) > 1})
    expect(not twice, f"every item once in all pages of {size}", f"more than once: {show(twice)}", **more)
    missing = sorted(set(numbered_list.ids) - set(ids))
    expect(not missing, f"every item in the pages of {size}", f"missing: {show(missing)}", **more)
    other = sorted(set(ids) - set(numbered_list.ids)) if numbered_list.private else []
    expect(not other, f"no other item in the pages of {size}", f"besides: {show(other)}", **more)
    for page in pages:
        same(field(page.meta, "item_total"), len(ids), f"item_total of page {page.number} of size {size}", **more)


def _check_meta(pages: list[Page]) -> None:
    for page in pages:
        for check_page in (check_length, check_position, check_neighbours):
            check_page(page, pages[0].total)
