"""PAG: defaults, ends, filters and order of numbered pages."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from audience_conformance.checks.assertions import LARGEST_PAGE, body, list_all, subset, thorough
from audience_conformance.checks.groups.helpers import CATEGORIES, settled, tags_of
from audience_conformance.checks.pagination.numbered_list import (
    COMMON,
    DEFINED,
    GROUPED,
    HELD,
    LISTS,
    NumberedList,
    add,
    fixture_list,
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
from audience_conformance.client.api import Api, JsonObject, definition_path
from audience_conformance.results.finding import Skip, expect, same

MANY = 12
DEFAULT, FEW = 10, 6
ALL = " ".join(LISTS)
BOTH = " ".join(COMMON)


# --- PAG-05 ---------------------------------------------------------------------------------------------


def _defaults(api: Api, numbered_list: NumberedList, total: int | None = None) -> None:
    for number, size in ((None, None), (1, None), (None, DEFAULT), (2, None), (None, 3), (None, LARGEST_PAGE)):
        page = numbered_list.page(api, number, size)
        asked = f"page_no {number or 'absent'} and page_size {size or 'absent'}"
        more = {"operation": numbered_list.operation}
        same(page.told.get("current"), number or 1, f"page.current with {asked}", **more)
        same(page.told.get("size"), size or DEFAULT, f"page.size with {asked}", **more)
        items = page.total if total is None else total
        there = max(0, min(size or DEFAULT, items - ((number or 1) - 1) * (size or DEFAULT)))
        same(len(page.ids), there, f"the number of items with {asked}", **more)
    absent, first = numbered_list.page(api, None, None), numbered_list.page(api, 1, DEFAULT)
    same(sorted(absent.ids), sorted(first.ids), "the page without parameters", operation=numbered_list.operation)


@check("PAG-05", on=ALL, cases=LISTS, needs=(STABLE_LIST,))
def without_parameters_it_is_page_1_of_size_10(api: Api, operation: str) -> None:
    """Make a list of 12 and leave out page_no, page_size, and both."""
    numbered_list = fixture_list(api, operation, MANY)
    judged(numbered_list, lambda: _defaults(api, numbered_list, MANY if numbered_list.private else None))


@check("PAG-05", on=BOTH, cases=COMMON, read_only=True, needs=(STABLE_LIST,))
def without_parameters_the_whole_list_is_page_1_of_size_10(api: Api, operation: str) -> None:
    """Read the list as it is without page_no, page_size, and both."""
    numbered_list = whole(operation)
    judged(numbered_list, lambda: _defaults(api, numbered_list))


# --- PAG-06 ---------------------------------------------------------------------------------------------


def _beyond(api: Api, numbered_list: NumberedList) -> None:
    total = numbered_list.page(api, 1, 1).total
    for size in subset(api, (1, 2, 3, DEFAULT, max(1, total), LARGEST_PAGE)):
        last = -(-total // size)
        near = (last + 1, last + 2, last + 50) if numbered_list.private else ()
        for number in (*near, last + 1000, 2**31, 2**31 // size + 1, 2**32 // size + 1):
            _is_empty(api, numbered_list, max(number, 2), min(size, LARGEST_PAGE))


def _is_empty(api: Api, numbered_list: NumberedList, number: int, size: int) -> None:
    answer = numbered_list.ask(api, number, size)
    more = {"operation": numbered_list.operation}
    expect(answer.status == HTTPStatus.OK, f"200 for page {number} of size {size}, past the end", str(answer), **more)
    page = numbered_list.read(answer, number, size)
    same(page.ids, [], f"the items of page {number} of size {size}, past the end,", **more)
    same(page.told.get("has_next"), False, "has_next of a page past the end", **more)


@check("PAG-06", on=ALL, cases=LISTS)
def a_page_past_the_end_is_empty(api: Api, operation: str) -> None:
    """Make a list and ask for pages past its end, near and far; and for the pages of an empty list."""
    numbered_list = fixture_list(api, operation, MANY)
    _beyond(api, numbered_list)
    empty = make_empty_list(api, operation)
    for number in (1, 2):
        _is_empty(api, empty, number, DEFAULT)


@check("PAG-06", on=BOTH, cases=COMMON, read_only=True)
def a_page_past_the_end_of_the_whole_list_is_empty(api: Api, operation: str) -> None:
    """Ask the list as it is for pages far past its end."""
    _beyond(api, whole(operation))


# --- PAG-07 ---------------------------------------------------------------------------------------------


def _counted(api: Api, numbered_list: NumberedList, query: JsonObject) -> None:
    """Whatever the filter keeps, item_total is the number of it, on each page of each size."""

    def look() -> None:
        kept = len(set(visited(stable(numbered_list.walk(api, LARGEST_PAGE, **query)))))
        sizes = (1, 2, 3, DEFAULT, kept) if numbered_list.private or kept <= MANY else (DEFAULT, kept // 2)
        fitting = sorted({size for size in sizes if 1 <= size <= LARGEST_PAGE and kept <= 12 * size})
        for size in subset(api, fitting)[-2 if not thorough(api) else 0 :]:
            beyond = numbered_list.page(api, -(-kept // size) + 1, size, **query)
            for page in stable([*numbered_list.walk(api, size, **query), *([beyond] if not beyond.ids else [])]):
                what = f"item_total of page {page.number} of size {size} with {query}"
                same(page.told.get("item_total"), kept, what, operation=numbered_list.operation)

    judged(numbered_list, look)


@check("PAG-07", on=ALL, cases=LISTS, needs=(STABLE_LIST,))
def item_total_counts_what_the_filters_keep(api: Api, operation: str) -> None:
    """Make a list and filter it in every way, one filter and two: item_total is the number of what is listed."""
    numbered_list = make_list(api, operation, MANY)
    if operation == DEFINED:
        for number in (1, 4):
            answer = api.put(definition_path(numbered_list.ids[number]), {"customer_editable": True})
            body(answer, operation="updateUserAttributeDefinition")
    for query in subset(api, _filters(api, numbered_list)):
        _counted(api, numbered_list, query)
    asked = subset(api, [query for query in _filters(api, numbered_list) if not query.get("slug")])[:FEW]
    remove(api, numbered_list, numbered_list.ids[-1])
    fewer = replace(numbered_list, ids=numbered_list.ids[:-1])
    for query in asked:  # what was counted before must not be told again
        _counted(api, fewer, query)
    more = replace(numbered_list, ids=(*fewer.ids, add(api, numbered_list)))
    if operation == GROUPED:  # filtered by status, the list stands still only when its file has been read
        settled(api, {"_id": more.ids[-1]})
    for query in asked:
        _counted(api, more, query)


@check("PAG-07", on=BOTH, cases=COMMON, read_only=True, needs=(SOME_ITEMS, STABLE_LIST))
def item_total_counts_what_the_filters_keep_of_the_whole_list(api: Api, operation: str) -> None:
    """Filter the list as it is in every way: item_total is the number of what is listed."""
    numbered_list = whole(operation)
    if not numbered_list.page(api, 1, 1).total:
        raise Skip(SOME_ITEMS)
    for query in subset(api, _filters(api, numbered_list)):
        _counted(api, numbered_list, query)


TYPES: tuple[JsonObject, ...] = ({"type": "number"}, {"type": "string"}, {"type": "no such type"})


def _filters(api: Api, numbered_list: NumberedList) -> list[JsonObject]:
    """Every filter of a list with values that occur, and with some that do not."""
    if numbered_list.operation == HELD:
        name = body(api.get(definition_path(numbered_list.ids[0]))).get("name")
        return [*TYPES, {}, {"name": name}, {"name": "no such name"}, {"name": name, "type": "string"}]
    found = [
        item
        for item in list_all(api, numbered_list.path)
        if not numbered_list.ids or item.get("_id") in numbered_list.ids
    ][:3]
    one = found[-1] if found else {}
    if numbered_list.operation == DEFINED:
        flags = ("customer_editable", "encrypted", "pinned", "is_locked")
        queries = [*TYPES, {"slug": one.get("slug")}, {"slug": api.fresh("s")}, {"name": one.get("name")}]
        queries += [{flag: value} for flag in flags for value in (True, False)]
        queries += [{}, {"type": "string", "name": one.get("name")}, {"name": "no such name"}]
        return [*queries, {"type": "number", "customer_editable": False}, {"customer_editable": True, "pinned": False}]
    queries = [{}, *({"category": category} for category in (*CATEGORIES, "no such category"))]
    queries += [{"status": status} for status in ("completed", "failed", "no such status")]
    queries += [{"type": "file"}, {"type": "no such type"}, {"group_uid": one.get("uid")}, {"name": one.get("name")}]
    queries += [
        {"category": "l1", "type": "file"},
        {"tags": "no-such-tag"},
        {"category": "l2", "name": one.get("name")},
    ]
    queries += [{"status": "completed", "category": "l1"}, {"status": "completed", "type": "file"}]
    tags = sorted({tag for item in list_all(api, numbered_list.path) for tag in tags_of(item)})
    return [*queries, *({"tags": tag} for tag in tags[:3]), *([{"tags": ",".join(tags[:3])}] if tags else [])]


# --- PAG-08 ---------------------------------------------------------------------------------------------

BELOW: tuple[JsonObject, ...] = tuple(
    query
    for value in (0, -1, -100)
    for query in (
        {"page_no": value},
        {"page_size": value},
        {"page_no": value, "page_size": 5},
        {"page_no": 2, "page_size": value},
        {"page_no": value, "page_size": value},
        {"page_size": value, "type": "string"},
    )
)


@check("PAG-08", on=ALL, cases=LISTS, read_only=True)
def a_page_below_1_is_refused(api: Api, operation: str) -> None:
    """Ask for page_no and page_size 0, -1 and -100, alone, together, and beside others."""
    path = f"/user_attribute/user/{api.fresh('u')}" if operation == HELD else whole(operation).path
    for query in subset(api, BELOW):
        answer = api.get(path, **query)
        expect(answer.status == HTTPStatus.BAD_REQUEST, f"400 for {query}", str(answer), operation=operation)


# --- PAG-09 ---------------------------------------------------------------------------------------------


def _same_order(api: Api, numbered_list: NumberedList, **query: Any) -> None:
    total = numbered_list.page(api, 1, 1, **query).total
    often = 3 if thorough(api) else 2
    for size in (3, DEFAULT, LARGEST_PAGE):
        for number in sorted({1, 2, -(-total // size)}):
            if number and (number - 1) * size < total:
                seen = [numbered_list.page(api, number, size, **query).ids for _ in range(often)]
                what = f"page {number} of size {size} with {query or 'no filter'}, asked for again,"
                for other in seen[1:]:
                    same(other, seen[0], what, operation=numbered_list.operation)


@check("PAG-09", on=ALL, cases=LISTS, needs=(STABLE_LIST,))
def the_same_request_gives_the_same_order(api: Api, operation: str) -> None:
    """Make a list and ask for each page three times, with filters and without; pages of other sizes agree too."""
    numbered_list = fixture_list(api, operation, MANY)
    queries: list[JsonObject] = [{}, {"category": "l1"} if operation == GROUPED else {"type": "number"}]
    for query in queries:
        judged(numbered_list, lambda query=query: _same_order(api, numbered_list, **query))  # type: ignore[misc]
    if numbered_list.private:
        whole_page = numbered_list.page(api, 1, LARGEST_PAGE).ids
        for size in subset(api, numbered_list.sizes(MANY)):
            same(
                visited(numbered_list.walk(api, size)), whole_page, f"the order in pages of {size}", operation=operation
            )


@check("PAG-09", on=BOTH, cases=COMMON, read_only=True, needs=(SOME_ITEMS, STABLE_LIST))
def the_same_request_gives_the_whole_list_in_the_same_order(api: Api, operation: str) -> None:
    """Ask the list as it is for pages three times."""
    numbered_list = whole(operation)
    if not numbered_list.page(api, 1, 1).total:
        raise Skip(SOME_ITEMS)
    judged(numbered_list, lambda: _same_order(api, numbered_list))
