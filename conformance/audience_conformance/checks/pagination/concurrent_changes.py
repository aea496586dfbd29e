"""PAG: numbered pages of a list to which items are added, and from which they are deleted, between two requests."""

from collections.abc import Callable

from audience_conformance.checks.assertions import field, largest_page
from audience_conformance.checks.pagination.numbered_list import (
    ALL,
    LISTS,
    MOST_PAGES,
    NumberedList,
    Page,
    add,
    check_length,
    check_neighbours,
    check_position,
    make_list,
    remove,
    visited,
)
from audience_conformance.checks.prerequisites import NAME_FILTER
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api
from audience_conformance.results.finding import Skip, expect, same, show

NUMBER, SIZE, MOST_CHANGES = 9, 2, 3


@check("PAG-02", "PAG-01", "PAG-03", "PAG-04", on=ALL, cases=LISTS, needs=(NAME_FILTER,))
def pages_hold_while_items_come_and_go(api: Api, operation: str) -> None:
    """Read an own list page by page while items are added, deleted, and both: each page is true of the list then.

    While items are only added, no item that was in the list all the time is missed; while they are only deleted, none
    is on two pages.
    """
    numbered_list = make_list(api, operation, NUMBER)
    if not numbered_list.private:
        raise Skip(NAME_FILTER)
    current = list(numbered_list.ids)

    def add_one() -> None:
        current.append(add(api, numbered_list))

    def delete_one() -> None:
        remove(api, numbered_list, current.pop(len(current) // 2))

    def delete_and_add() -> None:
        delete_one()
        add_one()

    for change in (add_one, delete_one, delete_and_add):
        first, before = list(current), visited(numbered_list.walk(api, largest_page(api)))
        ids = visited(_walk(api, numbered_list, current, change))
        after = visited(numbered_list.walk(api, largest_page(api)))
        lasting = [item for item in first if item in current]
        same(sorted(after), sorted(current), "the list after items were added and deleted", operation=operation)
        if [item for item in before if item in lasting] != [item for item in after if item in lasting]:
            continue  # the order changed, which PAG-09 checks: then pages by number may overlap
        missed = [item for item in lasting if item not in ids]
        twice = sorted({item for item in ids if ids.count(item) > 1})
        if change is add_one:
            expect(not missed, "every item that was in the list while others were added", f"missed: {show(missed)}")
        if change is delete_one:
            expect(not twice, "no item twice in all pages while others were deleted", f"twice: {show(twice)}")


def _walk(api: Api, numbered_list: NumberedList, current: list[str], change: Callable[[], None]) -> list[Page]:
    """The pages one by one; the list changes after each of the first."""
    pages: list[Page] = []
    for number in range(1, MOST_PAGES):
        page = numbered_list.page(api, number, SIZE)
        pages.append(page)
        _check_page(page, current)
        if number * SIZE >= len(current):
            break
        if number <= MOST_CHANGES:
            change()
    return pages


def _check_page(page: Page, current: list[str]) -> None:
    """The items and the metadata of a page are true of the list as it is now."""
    what = f"of page {page.number} of size {SIZE}, of {len(current)} items now"
    more = {"operation": page.operation}
    check_length(page)
    expect(len({*page.ids}) == len(page.ids), "every item once on a page", page.ids, **more)
    deleted = sorted({*page.ids} - {*current})
    expect(not deleted, f"only items of the list {what}", show(deleted), **more)
    same(field(page.meta, "item_total"), len(current), f"item_total {what}", **more)
    check_neighbours(page, len(current))
    check_position(page)
    expected = min(SIZE, max(0, len(current) - (page.number - 1) * SIZE))
    same(len(page.ids), expected, f"the number of items {what}", **more)
