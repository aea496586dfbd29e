"""Lists in numbered pages: the whole list, and lists that only the suite writes to."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from audience_conformance.checks.assertions import body, field, largest_page
from audience_conformance.checks.fixtures import session_fixture
from audience_conformance.checks.groups.helpers import group_body, retry, settled
from audience_conformance.checks.prerequisites import SOME_ITEMS, STABLE_LIST
from audience_conformance.client.api import DEFINITIONS, GROUPS, Api, JsonObject, seg, user_path, value_path
from audience_conformance.client.exchange import Answer
from audience_conformance.results.finding import Finding, Skip, expect, fail, same, show

LIST_DEFINITIONS, LIST_VALUES, LIST_GROUPS = LISTS = (
    "getUserAttributeDefinitions",
    "getUserAttributesForUser",
    "getUserGroups",
)
PATHS = {LIST_DEFINITIONS: DEFINITIONS, LIST_GROUPS: GROUPS}
WHOLE = tuple(f"{operation} whole" for operation in PATHS)
"""Cases of the lists as the target has them; a list of values needs a user, so it is always an own one."""
CASES = (*LISTS, *WHOLE)
ALL = " ".join(LISTS)
MOST_PAGES = 1000


class Page(NamedTuple):
    """One page: the ids of its items, the object `page` of the response, and the requested page_size and page_no."""

    operation: str
    ids: list[str]
    meta: JsonObject
    size: int
    number: int

    @property
    def total(self) -> int:
        """item_total, an integer (else FMT-02, FMT-12 if it is absent)."""
        total = field(self.meta, "item_total")
        if isinstance(total, bool) or not isinstance(total, int):
            fail("page.item_total to be an integer", self.meta, rule="FMT-02")
        return total


@dataclass(frozen=True)
class NumberedList:
    """A list to page through.

    Args:
        operation: its operationId.
        path: its path.
        query: the filter in every request.
        ids: the ids of the suite's items in it, in no order.
        private: has it no other items.
    """

    operation: str
    path: str
    query: JsonObject
    ids: tuple[str, ...] = ()
    private: bool = False

    def page(self, api: Api, number: int | None, size: int | None, **query: Any) -> Page:
        """One page (else FMT-01, FMT-02 or FMT-04)."""
        return self.parse(self.get(api, number, size, **query), number, size)

    def get(self, api: Api, number: int | None, size: int | None, **query: Any) -> Answer:
        return api.get(self.path, **{"page_no": number, "page_size": size, **self.query, **query})

    def parse(self, answer: Answer, number: int | None, size: int | None) -> Page:
        """The page in an answer (else FMT-01, FMT-02 or FMT-04)."""
        content = body(answer, operation=self.operation)
        items, meta = field(content, "items"), field(content, "page")
        name = "user_attribute_definition_id" if self.operation == LIST_VALUES else "_id"
        valid = isinstance(items, list) and all(isinstance(i, dict) and isinstance(i.get(name), str) for i in items)
        if not valid or not isinstance(meta, dict):
            fail(f"items with {name} each, and a page", str(answer), rule="FMT-02", operation=self.operation)
        return Page(self.operation, [item[name] for item in items], meta, size or 0, number or 0)

    def walk(self, api: Api, size: int, **query: Any) -> list[Page]:
        """The pages to the last one by item_total or by has_next, whichever is later."""
        pages = [self.page(api, 1, size, **query)]
        while len(pages) < MOST_PAGES:
            last = pages[-1]
            if not last.ids or not (last.meta.get("has_next") is True or last.number * size < last.total):
                break
            pages.append(self.page(api, last.number + 1, size, **query))
        return pages

    def sizes(self, number: int, largest: int) -> list[int]:
        """Page sizes up to the largest for a number of items: small ones, some that divide it, and those around it."""
        divisors = [size for size in range(2, number) if number % size == 0]
        sizes = {1, 2, 3, 10, *divisors[:1], *divisors[-1:], number - 1, number, number + 1, largest}
        most = MOST_PAGES if self.private else 12
        return sorted(size for size in sizes if 1 <= size <= largest and number <= size * most)


def visited(pages: list[Page]) -> list[str]:
    """The ids of the items on these pages, in order."""
    return [item_id for page in pages for item_id in page.ids]


def check_length(page: Page, _: int = 0) -> None:
    """At most page_size items are on a page (PAG-01)."""
    expected = f"at most {page.size} items on a page"
    actual = f"{len(page.ids)}: {show(page.ids)}"
    expect(len(page.ids) <= page.size, expected, actual, rule="PAG-01", operation=page.operation)


def check_position(page: Page, _: int = 0) -> None:
    """page.current and page.size are those of the request (PAG-03)."""
    what, more = f"of page {page.number} of size {page.size}", {"rule": "PAG-03", "operation": page.operation}
    same(field(page.meta, "current"), page.number, f"page.current {what}", **more)
    same(field(page.meta, "size"), page.size, f"page.size {what}", **more)


def check_neighbours(page: Page, total: int) -> None:
    """has_next and has_previous agree with the number of items in the list (PAG-04)."""
    what = f"of page {page.number} of size {page.size}, {total} items in all"
    more = {"rule": "PAG-04", "operation": page.operation}
    same(field(page.meta, "has_next"), page.number * page.size < total, f"page.has_next {what}", **more)
    same(field(page.meta, "has_previous"), page.number > 1, f"page.has_previous {what}", **more)


def skip_if_empty(api: Api, numbered_list: NumberedList) -> None:
    if not numbered_list.page(api, 1, 1).total:
        raise Skip(SOME_ITEMS)


class ListChanged(Finding):
    """Others changed a list while it was read."""


def stable(pages: list[Page]) -> list[Page]:
    """The pages, if all have the same item_total. Raises ListChanged."""
    totals = {page.total for page in pages}
    if len(totals) > 1:
        raise ListChanged("one item_total on all pages", show(sorted(totals)), rule="PAG-02")
    return pages


def retry_unless_private(numbered_list: NumberedList, attempt: Callable[[], None]) -> None:
    """Repeat an attempt on a list that others may change. Raises Skip where they never stop."""
    try:
        retry(attempt, 1 if numbered_list.private else 7)
    except ListChanged as changed:
        if numbered_list.private:
            raise
        raise Skip(STABLE_LIST) from changed


def fixture_list(api: Api, case: str, number: int) -> NumberedList:
    """As `make_list`, created once in a run, to be read only."""
    numbered_list = session_fixture(api, make_list, case, number)
    if numbered_list.private:
        api.cache.allow(quote(numbered_list.query["name"]) if numbered_list.query else numbered_list.path)
    return numbered_list


def make_list(api: Api, case: str, number: int) -> NumberedList:
    """The list of a case: the whole list, or one with this number of new items.

    The latter is private if the target's name filter works, else it is the whole list too.
    """
    operation = case.removesuffix(" whole")
    if case in WHOLE:
        return NumberedList(operation, PATHS[operation], {})
    if operation == LIST_VALUES:
        return _make_values(api, number)
    token = f"{api.unique('page')}."
    names = [f"{token}{place}" for place in range(number)]
    if operation == LIST_DEFINITIONS:
        created = [api.definition("number" if place % 2 else "string", name=name) for place, name in enumerate(names)]
    else:
        created = [
            api.group(**group_body(api, name=name, category="l2" if place % 2 else "l1"))
            for place, name in enumerate(names)
        ]
        for group in created:  # the filter by status keeps the same groups only after their files have been read
            settled(api, group)
    ids = tuple(item["_id"] for item in created)
    private = NumberedList(operation, PATHS[operation], {"name": token}, ids, private=True)
    return private if _is_private(api, private) else replace(private, query={}, private=False)


def _make_values(api: Api, number: int) -> NumberedList:
    """The values of a new user; another user has values of some of the same definitions."""
    user, other = api.unique("u"), api.unique("u")
    definitions = session_fixture(api, _make_definitions, number)
    for place, definition in enumerate(definitions):
        for user_id in (user, other)[: 2 if place % 5 == 0 else 1]:
            value = place if place % 2 else f"value {place}"
            answer = api.put(value_path(definition["_id"], user_id), {"attribute": {"value": value}})
            body(answer, operation="updateUserAttribute")
    ids = tuple(definition["_id"] for definition in definitions)
    return NumberedList(LIST_VALUES, user_path(user), {}, ids, private=True)


def _make_definitions(api: Api, number: int) -> list[JsonObject]:
    return [api.definition("number" if place % 2 else "string") for place in range(number)]


def make_empty_list(api: Api, operation: str) -> NumberedList:
    """A list without items."""
    if operation == LIST_VALUES:
        return NumberedList(operation, user_path(api.unique("u")), {}, private=True)
    query: JsonObject = {"slug": api.unique("s")} if operation == LIST_DEFINITIONS else {"category": "no such category"}
    return NumberedList(operation, PATHS[operation], query, private=True)


def half(api: Api, numbered_list: NumberedList) -> NumberedList | None:
    """Every second item of a private list, by a filter; None where the target's filter does not work."""
    if not numbered_list.private:
        return None
    query = {"category": "l2"} if numbered_list.operation == LIST_GROUPS else {"type": "number"}
    kept = replace(numbered_list, query={**numbered_list.query, **query}, ids=numbered_list.ids[1::2])
    return kept if _is_private(api, kept) else None


def _is_private(api: Api, numbered_list: NumberedList) -> bool:
    """Does the list's filter, which the target may not support, keep the suite's items and no other?"""
    try:
        ids = visited(numbered_list.walk(api, largest_page(api)))
    except Finding:
        return False
    return set(ids) == set(numbered_list.ids)


def past_the_end(api: Api, numbered_list: NumberedList, size: int) -> list[Page]:
    """A page past the end of a private list; none where it has items or is rejected, which PAG-06 checks."""
    number = len(numbered_list.ids) // size + 2
    answer = numbered_list.get(api, number, size)
    page = numbered_list.parse(answer, number, size) if numbered_list.private and answer.ok else None
    return [page] if page is not None and not page.ids else []


def empty_pages(api: Api, operation: str) -> list[Page]:
    """The first page of a list without items; none where its filter keeps some, which another rule checks."""
    page = make_empty_list(api, operation).page(api, 1, 10)
    return [] if page.ids else [page]


def add(api: Api, numbered_list: NumberedList) -> str:
    """Add an item to a private list, and return its id."""
    name = f"{numbered_list.query.get('name', '')}{api.unique()}"
    if numbered_list.operation == LIST_GROUPS:
        return str(api.group(**group_body(api, name=name))["_id"])
    if numbered_list.operation == LIST_DEFINITIONS:
        return str(api.definition(name=name)["_id"])
    definition_id = str(api.definition()["_id"])
    body(api.put(_value_path(numbered_list, definition_id), {"attribute": {"value": name}}))
    return definition_id


def remove(api: Api, numbered_list: NumberedList, item_id: str) -> None:
    """Delete an own item of a list."""
    if numbered_list.operation == LIST_VALUES:
        answer = api.delete(_value_path(numbered_list, item_id))
    else:
        answer = api.delete(f"{numbered_list.path}/{seg(item_id)}")
    expect(answer.ok, "a delete to succeed", str(answer), rule="FMT-01")


def _value_path(values: NumberedList, definition_id: str) -> str:
    return value_path(definition_id, unquote(values.path.rsplit("/", 1)[-1]))
