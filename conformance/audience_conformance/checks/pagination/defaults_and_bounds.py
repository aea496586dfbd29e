"""PAG: defaults, ends, filters and order of numbered pages."""

from dataclasses import replace
from functools import partial
from http import HTTPStatus

from audience_conformance.checks.assertions import body, field, largest_page, list_all, subset, thorough
from audience_conformance.checks.groups.helpers import CATEGORIES, settled, tags_of
from audience_conformance.checks.pagination.numbered_list import (
    ALL,
    CASES,
    LIST_DEFINITIONS,
    LIST_GROUPS,
    LIST_VALUES,
    LISTS,
    PATHS,
    WHOLE,
    ListChanged,
    NumberedList,
    add,
    fixture_list,
    make_empty_list,
    make_list,
    remove,
    retry_unless_private,
    skip_if_empty,
    stable,
    visited,
)
from audience_conformance.checks.prerequisites import SOME_ITEMS, STABLE_LIST
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, definition_path, user_path
from audience_conformance.results.finding import expect, same, show

MANY, FEW = 12, 6
DEFAULT = 10


@check("PAG-05", on=ALL, cases=CASES, read_only=WHOLE, needs=(STABLE_LIST,))
def without_parameters_it_is_page_1_of_size_10(api: Api, case: str) -> None:
    """Read an own list of 12 or the whole list without page_no, page_size, and both: page 1 of size 10."""
    numbered_list = fixture_list(api, case, MANY)
    more = {"operation": numbered_list.operation}

    def attempt() -> None:
        for number, size in ((None, None), (1, None), (None, DEFAULT), (2, None), (None, 3), (None, largest_page(api))):
            page = numbered_list.page(api, number, size)
            parameters = f"page_no {number or 'absent'} and page_size {size or 'absent'}"
            same(field(page.meta, "current"), number or 1, f"page.current with {parameters}", **more)
            same(field(page.meta, "size"), size or DEFAULT, f"page.size with {parameters}", **more)
            total = MANY if numbered_list.private else page.total
            rest = max(0, min(size or DEFAULT, total - ((number or 1) - 1) * (size or DEFAULT)))
            same(len(page.ids), rest, f"the number of items with {parameters}", **more)
        default, first = numbered_list.page(api, None, None), numbered_list.page(api, 1, DEFAULT)
        same(sorted(default.ids), sorted(first.ids), "the page without parameters", **more)

    retry_unless_private(numbered_list, attempt)


@check("PAG-06", on=ALL, cases=CASES, read_only=WHOLE)
def a_page_past_the_end_is_empty(api: Api, case: str) -> None:
    """Read pages near and far past the end of an own list, far past that of the whole list, and of an empty list.

    200 without items, has_next false.
    """
    numbered_list = fixture_list(api, case, MANY)
    total = numbered_list.page(api, 1, 1).total
    for size in subset(api, (1, 2, 3, DEFAULT, max(1, total), largest_page(api))):
        last = -(-total // size)
        near = (last + 1, last + 2, last + 50) if numbered_list.private else ()
        for number in (*near, last + 1000, 2**31, 2**31 // size + 1, 2**32 // size + 1):
            _check_empty(api, numbered_list, max(number, 2), min(size, largest_page(api)))
    if case not in WHOLE:
        empty = make_empty_list(api, case)
        for number in (1, 2):
            _check_empty(api, empty, number, DEFAULT)


def _check_empty(api: Api, numbered_list: NumberedList, number: int, size: int) -> None:
    answer = numbered_list.get(api, number, size)
    more = {"operation": numbered_list.operation}
    expect(answer.status == HTTPStatus.OK, f"200 for page {number} of size {size}, past the end", str(answer), **more)
    page = numbered_list.parse(answer, number, size)
    same(page.ids, [], f"the items of page {number} of size {size}, past the end,", **more)
    same(field(page.meta, "has_next"), False, "has_next of a page past the end", **more)


@check("PAG-07", on=ALL, cases=CASES, read_only=WHOLE, needs=(SOME_ITEMS, STABLE_LIST))
def item_total_counts_what_the_filters_keep(api: Api, case: str) -> None:
    """Read an own list or the whole list with one filter and two: item_total is the number of items in all pages.

    An own list again after an item was deleted, and after one was added.
    """
    numbered_list = make_list(api, case, FEW)
    if case in WHOLE:
        skip_if_empty(api, numbered_list)
    if case == LIST_DEFINITIONS:
        for number in (1, 4):
            answer = api.put(definition_path(numbered_list.ids[number]), {"customer_editable": True})
            body(answer, operation="updateUserAttributeDefinition")
    queries = _filters(api, numbered_list)
    for query in subset(api, queries):
        _check_total(api, numbered_list, query)
    if case in WHOLE:
        return
    queries = list(subset(api, [query for query in queries if not query.get("slug")])[:FEW])
    remove(api, numbered_list, numbered_list.ids[-1])
    fewer = replace(numbered_list, ids=numbered_list.ids[:-1])
    for query in queries:  # the target must not return a number from its cache
        _check_total(api, fewer, query, sizes=())
    more = replace(numbered_list, ids=(*fewer.ids, add(api, numbered_list)))
    if case == LIST_GROUPS:  # the filter by status keeps the same groups only after their files have been read
        settled(api, {"_id": more.ids[-1]})
    for query in queries:
        _check_total(api, more, query, sizes=())


def _check_total(
    api: Api, numbered_list: NumberedList, query: JsonObject, sizes: tuple[int, ...] = (2, DEFAULT)
) -> None:
    """item_total is the number of items that a filter keeps: on one page of all, and on the ends of smaller pages."""

    def attempt() -> None:
        pages = stable(numbered_list.walk(api, largest_page(api), **query))
        kept = len(set(visited(pages)))
        for size in sizes[: len(sizes) if thorough(api) else 1]:
            last = max(1, -(-kept // size))
            ends = [numbered_list.page(api, number, size, **query) for number in sorted({1, last, last + 1})]
            pages += [page for page in ends if page.ids or page.number <= last]
        for page in stable(pages):
            what = f"item_total of page {page.number} of size {page.size} with {show(query)}"
            same(field(page.meta, "item_total"), kept, what, operation=numbered_list.operation)

    retry_unless_private(numbered_list, attempt)


TYPES: tuple[JsonObject, ...] = ({"type": "number"}, {"type": "string"}, {"type": "no such type"})


def _filters(api: Api, numbered_list: NumberedList) -> list[JsonObject]:
    """Every filter of a list, with values that its items have and with others; some filters in pairs."""
    if numbered_list.operation == LIST_VALUES:
        name = body(api.get(definition_path(numbered_list.ids[0]))).get("name")
        return [*TYPES, {}, {"name": name}, {"name": "no such name"}, {"name": name, "type": "string"}]
    ids = numbered_list.ids
    items = [item for item in list_all(api, numbered_list.path) if not ids or item.get("_id") in ids]
    item = items[:3][-1] if items else {}
    if numbered_list.operation == LIST_DEFINITIONS:
        flags = ("customer_editable", "encrypted", "pinned", "is_locked")
        queries = [*TYPES, {"slug": item.get("slug")}, {"slug": api.unique("s")}, {"name": item.get("name")}]
        queries += [{flag: value} for flag in flags for value in (True, False)]
        queries += [{}, {"type": "string", "name": item.get("name")}, {"name": "no such name"}]
        return [*queries, {"type": "number", "customer_editable": False}, {"customer_editable": True, "pinned": False}]
    queries = [{}, *({"category": category} for category in (*CATEGORIES, "no such category"))]
    queries += [{"status": status} for status in ("completed", "failed", "no such status")]
    queries += [{"type": "file"}, {"type": "no such type"}, {"group_uid": item.get("uid")}, {"name": item.get("name")}]
    queries += [
        {"category": "l1", "type": "file"},
        {"tags": "no-such-tag"},
        {"category": "l2", "name": item.get("name")},
    ]
    queries += [{"status": "completed", "category": "l1"}, {"status": "completed", "type": "file"}]
    tags = sorted({tag for group in list_all(api, numbered_list.path) for tag in tags_of(group)})
    return [*queries, *({"tags": tag} for tag in tags[:3]), *([{"tags": ",".join(tags[:3])}] if tags else [])]


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
    """Send page_no and page_size 0, -1 and -100, alone, together, and with valid parameters: 400."""
    path = user_path(api.unique("u")) if operation == LIST_VALUES else PATHS[operation]
    for query in (BELOW[0], *subset(api, BELOW[1:])):
        answer = api.get(path, **query)
        expect(answer.status == HTTPStatus.BAD_REQUEST, f"400 for {show(query)}", str(answer), operation=operation)


@check("PAG-09", on=ALL, cases=CASES, read_only=WHOLE, needs=(SOME_ITEMS, STABLE_LIST))
def the_same_request_gives_the_same_order(api: Api, case: str) -> None:
    """Read each page of an own list or of the whole list three times: the same items in the same order.

    An own list also filtered, and in pages of other sizes.
    """
    numbered_list = fixture_list(api, case, MANY)
    queries: list[JsonObject] = [{}]
    if case in WHOLE:
        skip_if_empty(api, numbered_list)
    else:
        queries.append({"category": "l1"} if case == LIST_GROUPS else {"type": "number"})
    for query in queries:
        retry_unless_private(numbered_list, partial(_compare_order, api, numbered_list, query))
    if numbered_list.private:
        ids = numbered_list.page(api, 1, largest_page(api)).ids
        for size in subset(api, numbered_list.sizes(MANY, largest_page(api))):
            same(visited(numbered_list.walk(api, size)), ids, f"the order in pages of {size}", operation=case)


def _compare_order(api: Api, numbered_list: NumberedList, query: JsonObject) -> None:
    total = numbered_list.page(api, 1, 1, **query).total
    for size in (largest_page(api), DEFAULT, 3):  # where others write, most can be compared on the largest
        for number in sorted({1, 2, -(-total // size)}):
            if number and (number - 1) * size < total:
                first = numbered_list.page(api, number, size, **query).ids
                for _ in range(2 if thorough(api) else 1):
                    again = numbered_list.page(api, number, size, **query).ids
                    what = f"page {number} of size {size} with {show(query) if query else 'no filter'}, read again,"
                    _check_same(numbered_list, again, first, what)


def _check_same(numbered_list: NumberedList, again: list[str], first: list[str], what: str) -> None:
    """Report a finding if a page is another; where others write too, if items that both have stand in another order."""
    on_both = {*again} & {*first}
    if numbered_list.private or len(on_both) == len(first) == len(again):
        same(again, first, what, operation=numbered_list.operation)
    in_order = [item_id for item_id in first if item_id in on_both]
    what_stays = f"the items that stay on {what}"
    same([one for one in again if one in on_both], in_order, what_stays, operation=numbered_list.operation)
    if again != first:
        raise ListChanged(f"the same items on {what}", show(again), operation=numbered_list.operation)
