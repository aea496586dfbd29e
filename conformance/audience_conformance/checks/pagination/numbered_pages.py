"""PAG: numbered pages, which together are the list."""

from collections.abc import Callable

from audience_conformance.checks.assertions import LARGEST_PAGE, subset, thorough
from audience_conformance.checks.pagination.numbered_list import (
    COMMON,
    LISTS,
    NumberedList,
    Page,
    beyond,
    empty_pages,
    fixture_list,
    half,
    judged,
    make_empty_list,
    make_list,
    remove,
    stable,
    visited,
    whole,
)
from audience_conformance.checks.prerequisites import SOME_ITEMS, STABLE_LIST
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api
from audience_conformance.results.finding import Skip, expect, same, show

MANY, FEW = 12, 6
"""Numbers that many sizes divide: more than a page holds by default, and one for a quick run."""
VERY_MANY = 101
"""One more than a page can hold."""
ALL = " ".join(LISTS)
BOTH = " ".join(COMMON)
Judge = Callable[[Api, NumberedList, list[Page]], None]


def _many(api: Api) -> int:
    return MANY if thorough(api) else FEW


def _each_size(api: Api, numbered_list: NumberedList, judge: Judge) -> None:
    """Judge the pages of a list, read in pages of many sizes."""
    number = len(numbered_list.ids) if numbered_list.private else numbered_list.page(api, 1, 1).total
    for size in subset(api, numbered_list.sizes(number)):
        judged(numbered_list, lambda size=size: judge(api, numbered_list, stable(numbered_list.walk(api, size))))  # type: ignore[misc]


def _filtered(api: Api, numbered_list: NumberedList, judge: Judge) -> None:
    """Judge the pages of every second item of the list, which a filter keeps."""
    kept = half(api, numbered_list)
    if kept is not None:
        for size in subset(api, (1, 2, len(kept.ids) - 1, len(kept.ids))):
            judge(api, kept, stable(kept.walk(api, size)))


def _first_pages(api: Api, numbered_list: NumberedList, judge: Callable[[Page], None]) -> None:
    """Judge some pages of a long list one by one: what each says of itself holds whatever others write."""
    api.cache.allow(f"{numbered_list.path}?page_no=")
    total = numbered_list.page(api, 1, 1).total
    if not total:
        raise Skip(SOME_ITEMS)
    for size in subset(api, (1, 2, 3, 10, max(1, total // 2), total, total + 1, LARGEST_PAGE)):
        for number in (1, 2, 3, -(-total // size)):
            if size <= LARGEST_PAGE and size * (number - 1) < total:
                judge(numbered_list.page(api, number, size))


# --- PAG-01 ---------------------------------------------------------------------------------------------


def _at_most(page: Page) -> None:
    expect(len(page.ids) <= page.size, f"at most {page.size} items on a page", f"{len(page.ids)}: {show(page.ids)}")


@check("PAG-01", on=ALL, cases=LISTS, needs=(STABLE_LIST,))
def a_page_holds_at_most_page_size(api: Api, operation: str) -> None:
    """Make a list and read it in pages of many sizes: no page holds more items."""
    numbered_list = fixture_list(api, operation, _many(api))
    for walk in (_each_size, _filtered):
        walk(api, numbered_list, lambda _api, _shelf, pages: _all(_at_most, pages))


@check("PAG-01", on=BOTH, cases=COMMON, read_only=True, needs=(SOME_ITEMS,))
def a_page_of_the_whole_list_holds_at_most_page_size(api: Api, operation: str) -> None:
    """Read the list as it is in pages of many sizes: no page holds more items."""
    _first_pages(api, whole(operation), _at_most)


def _all(judge: Callable[[Page], None], pages: list[Page]) -> None:
    for page in pages:
        judge(page)


# --- PAG-02 ---------------------------------------------------------------------------------------------


def _together(api: Api, numbered_list: NumberedList, pages: list[Page]) -> None:
    del api
    seen, size = visited(pages), pages[0].size
    twice = sorted({item_id for item_id in seen if seen.count(item_id) > 1})
    more = {"operation": numbered_list.operation}
    expect(not twice, f"every item once in all pages of {size}", f"more than once: {show(twice)}", **more)
    missing = sorted(set(numbered_list.ids) - set(seen))
    expect(not missing, f"every item in the pages of {size}", f"missing: {show(missing)}", **more)
    strange = sorted(set(seen) - set(numbered_list.ids)) if numbered_list.private else []
    expect(not strange, f"no other item in the pages of {size}", f"besides: {show(strange)}", **more)
    for page in pages:
        same(page.told.get("item_total"), len(seen), f"item_total of page {page.number} of size {size}", **more)


@check("PAG-02", on=ALL, cases=LISTS, needs=(STABLE_LIST,))
def the_pages_together_hold_every_item_once(api: Api, operation: str) -> None:
    """Make a list, read it in pages of many sizes, also after some items were deleted, and when it is empty."""
    numbered_list = make_list(api, operation, _many(api))
    for walk in (_each_size, _filtered):
        walk(api, numbered_list, _together)
    for page in beyond(api, numbered_list, 5):
        same(
            page.told.get("item_total"),
            len(numbered_list.ids),
            "item_total of a page past the end",
            operation=operation,
        )
    ids = list(numbered_list.ids)
    for number in (len(ids) // 2, 0, -1):
        remove(api, numbered_list, ids.pop(number))
    _each_size(
        api,
        NumberedList(operation, numbered_list.path, numbered_list.query, tuple(ids), numbered_list.private),
        _together,
    )
    for page in empty_pages(api, operation):
        _together(api, make_empty_list(api, operation), [page])


@check("PAG-02", "PAG-01", "PAG-03", "PAG-04", on=ALL, cases=LISTS, generates=True, needs=(STABLE_LIST,))
def a_largest_page_and_one_more_item(api: Api, operation: str) -> None:
    """Make a list of 101 items and read it in pages of 100, 51 and 50; and when one of them is gone."""
    numbered_list = make_list(api, operation, VERY_MANY)
    for size in (LARGEST_PAGE, VERY_MANY // 2 + 1, VERY_MANY // 2):
        judged(numbered_list, lambda size=size: _largest(api, numbered_list, size))  # type: ignore[misc]
    remove(api, numbered_list, numbered_list.ids[-1])
    hundred = NumberedList(
        operation, numbered_list.path, numbered_list.query, numbered_list.ids[:-1], numbered_list.private
    )
    for size in (LARGEST_PAGE, LARGEST_PAGE // 2):
        judged(hundred, lambda size=size: _largest(api, hundred, size))  # type: ignore[misc]


@check("PAG-04", "PAG-01", "PAG-03", on=ALL, cases=LISTS, generates=True, needs=(STABLE_LIST,))
def a_largest_page_knows_its_neighbours(api: Api, operation: str) -> None:
    """Make a list of 101 items and read it in pages of 100."""
    numbered_list = make_list(api, operation, VERY_MANY)
    judged(numbered_list, lambda: _told(stable(numbered_list.walk(api, LARGEST_PAGE)), LARGEST_PAGE))


def _largest(api: Api, numbered_list: NumberedList, size: int) -> None:
    pages = stable(numbered_list.walk(api, size))
    _together(api, numbered_list, pages)
    _told(pages, size)


def _told(pages: list[Page], size: int) -> None:
    """What each page tells of itself; each finding is of its own rule."""
    for page in pages:
        expect(len(page.ids) <= size, f"at most {size} items on a page", str(len(page.ids)), rule="PAG-01")
        same([page.told.get("current"), page.told.get("size")], [page.number, size], "current and size", rule="PAG-03")
        same(page.told.get("has_next"), page.number * size < pages[0].total, "has_next", rule="PAG-04")
        same(page.told.get("has_previous"), page.number > 1, "has_previous", rule="PAG-04")


@check("PAG-02", on=BOTH, cases=COMMON, read_only=True, needs=(SOME_ITEMS, STABLE_LIST))
def the_pages_of_the_whole_list_hold_every_item_once(api: Api, operation: str) -> None:
    """Read the list as it is in pages of several sizes: no item twice, and as many as item_total says."""
    numbered_list = whole(operation)
    if not numbered_list.page(api, 1, 1).total:
        raise Skip(SOME_ITEMS)
    _each_size(api, numbered_list, _together)


# --- PAG-03 ---------------------------------------------------------------------------------------------


def _which(page: Page) -> None:
    same(page.told.get("current"), page.number, f"page.current of page {page.number} of size {page.size}")
    same(page.told.get("size"), page.size, f"page.size of page {page.number} of size {page.size}")


@check("PAG-03", on=ALL, cases=LISTS, needs=(STABLE_LIST,))
def current_and_size_say_which_page_it_is(api: Api, operation: str) -> None:
    """Make a list and read it in pages of many sizes: current is page_no, size is page_size, on an empty list too."""
    numbered_list = fixture_list(api, operation, _many(api))
    for walk in (_each_size, _filtered):
        walk(api, numbered_list, lambda _api, _shelf, pages: _all(_which, pages))
    _all(_which, beyond(api, numbered_list, 5))
    _all(_which, empty_pages(api, operation))


@check("PAG-03", on=BOTH, cases=COMMON, read_only=True, needs=(SOME_ITEMS,))
def current_and_size_say_which_page_of_the_whole_list_it_is(api: Api, operation: str) -> None:
    """Read the list as it is in pages of many sizes: current is page_no, size is page_size."""
    _first_pages(api, whole(operation), _which)


# --- PAG-04 ---------------------------------------------------------------------------------------------


def _neighbours(page: Page, total: int) -> None:
    what = f"of page {page.number} of size {page.size}, {total} items in all"
    same(page.told.get("has_next"), page.number * page.size < total, f"page.has_next {what}")
    same(page.told.get("has_previous"), page.number > 1, f"page.has_previous {what}")


@check("PAG-04", on=ALL, cases=LISTS, needs=(STABLE_LIST,))
def has_next_and_has_previous_are_exact(api: Api, operation: str) -> None:
    """Make a list and read it in pages of many sizes, full last pages among them, and beyond the last, and none."""
    numbered_list = fixture_list(api, operation, _many(api))

    def judge(api: Api, numbered_list: NumberedList, pages: list[Page]) -> None:
        total = len(numbered_list.ids) if numbered_list.private else len(visited(pages))
        for page in pages:
            _neighbours(page, total)
        for page in beyond(api, numbered_list, pages[0].size):
            _neighbours(page, total)

    for walk in (_each_size, _filtered):
        walk(api, numbered_list, judge)
    for page in empty_pages(api, operation):
        _neighbours(page, 0)


@check("PAG-04", on=BOTH, cases=COMMON, read_only=True, needs=(SOME_ITEMS,))
def has_next_and_has_previous_of_the_whole_list_are_exact(api: Api, operation: str) -> None:
    """Read the list as it is in pages of many sizes: has_next and has_previous agree with item_total."""
    _first_pages(api, whole(operation), lambda page: _neighbours(page, page.total))
