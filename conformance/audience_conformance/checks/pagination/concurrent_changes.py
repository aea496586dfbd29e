"""PAG: numbered pages of a list that others add to and take from between two requests."""

from collections.abc import Callable

from audience_conformance.checks.pagination.numbered_list import (
    LISTS,
    MOST_PAGES,
    NumberedList,
    Page,
    add,
    make_list,
    remove,
    visited,
)
from audience_conformance.checks.prerequisites import NAME_FILTER
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api
from audience_conformance.results.finding import Skip, expect, same, show

NUMBER, SIZE = 9, 2
ALL = " ".join(LISTS)
Between = Callable[[NumberedList, list[str]], None]
"""What is done between two pages, told of the items that are there, which it keeps up to date."""


@check("PAG-02", "PAG-01", "PAG-03", "PAG-04", on=ALL, cases=LISTS, needs=(NAME_FILTER,))
def pages_hold_while_items_come_and_go(api: Api, operation: str) -> None:
    """Read a list of ours page by page while items are added, taken off, and both: what each page tells is true then.

    While items only come, none that was there all the time is passed over; while they only go, none comes twice.
    """
    numbered_list = make_list(api, operation, NUMBER)
    if not numbered_list.private:
        raise Skip(NAME_FILTER)
    there = list(numbered_list.ids)

    def comes(numbered_list: NumberedList, there: list[str]) -> None:
        there.append(add(api, numbered_list))

    def goes(numbered_list: NumberedList, there: list[str]) -> None:
        remove(api, numbered_list, there.pop(len(there) // 2))

    def both(numbered_list: NumberedList, there: list[str]) -> None:
        goes(numbered_list, there)
        comes(numbered_list, there)

    for between in (comes, goes, both):
        first, before = list(there), _order(api, numbered_list)
        pages = _walk(api, numbered_list, there, between)
        after = _order(api, numbered_list)
        lasting = [item for item in first if item in there]
        same(sorted(after), sorted(there), "the list after items have come and gone", operation=operation)
        if [item for item in before if item in lasting] != [item for item in after if item in lasting]:
            continue  # the order, which PAG-09 judges, is not kept: a page by number says nothing of the next
        seen = visited(pages)
        missed = [item for item in lasting if item not in seen]
        twice = sorted({item for item in seen if seen.count(item) > 1})
        if between is comes:
            expect(not missed, "every item that was there all the time, while others come", f"missed: {show(missed)}")
        if between is goes:
            expect(not twice, "no item twice in all pages, while others go", f"twice: {show(twice)}")


def _order(api: Api, numbered_list: NumberedList) -> list[str]:
    return visited(numbered_list.walk(api, 100))


def _walk(api: Api, numbered_list: NumberedList, there: list[str], between: Between) -> list[Page]:
    """The pages one by one; three times something is done between two of them."""
    pages: list[Page] = []
    for number in range(1, MOST_PAGES):
        page = numbered_list.page(api, number, SIZE)
        pages.append(page)
        _true(numbered_list, page, there)
        if number * SIZE >= len(there):
            break
        if number <= 3:  # noqa: PLR2004 (so many changes)
            between(numbered_list, there)
    return pages


def _true(numbered_list: NumberedList, page: Page, there: list[str]) -> None:
    """What a page tells and holds is true of the list as it is now."""
    what, more = (
        f"of page {page.number} of size {SIZE}, of {len(there)} items now",
        {"operation": numbered_list.operation},
    )
    expect(len(page.ids) <= SIZE, f"at most {SIZE} items on a page", page.ids, rule="PAG-01", **more)
    expect(len({*page.ids}) == len(page.ids), "every item once on a page", page.ids, **more)
    gone = sorted({*page.ids} - {*there})
    expect(not gone, f"only items that are there {what}", show(gone), **more)
    same(page.told.get("item_total"), len(there), f"item_total {what}", **more)
    same(page.told.get("has_next"), page.number * SIZE < len(there), f"has_next {what}", rule="PAG-04", **more)
    same([page.told.get("current"), page.told.get("size")], [page.number, SIZE], "current and size", rule="PAG-03")
    held = min(SIZE, max(0, len(there) - (page.number - 1) * SIZE))
    same(len(page.ids), held, f"the number of items {what}", **more)
