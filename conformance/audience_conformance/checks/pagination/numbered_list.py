"""Lists in numbered pages: what a page tells, and lists of one's own that nobody else writes to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from audience_conformance.checks.assertions import LARGEST_PAGE, body
from audience_conformance.checks.assertions import field as part
from audience_conformance.checks.fixtures import session_fixture
from audience_conformance.checks.groups.helpers import group_body, settled, steadily
from audience_conformance.checks.prerequisites import STABLE_LIST
from audience_conformance.client.api import DEFINITIONS, GROUPS, Api, JsonObject, seg, user_path, value_path
from audience_conformance.client.target import Answer
from audience_conformance.results.finding import Finding, Skip, expect, fail

DEFINED, HELD, GROUPED = "getUserAttributeDefinitions", "getUserAttributesForUser", "getUserGroups"
LISTS = (DEFINED, HELD, GROUPED)
COMMON = (DEFINED, GROUPED)
"""The lists that can be read without making anything."""
PATHS = {DEFINED: DEFINITIONS, GROUPED: GROUPS}
MOST_PAGES = 1000


class Page(NamedTuple):
    """One page: what identifies its items, and what it tells of itself."""

    ids: list[str]
    told: JsonObject
    size: int
    number: int

    @property
    def total(self) -> int:
        """item_total, which must be a number to be reckoned with (else FMT-02)."""
        total = self.told.get("item_total")
        if isinstance(total, bool) or not isinstance(total, int):
            fail("page.item_total to be an integer", self.told, rule="FMT-02")
        return total


@dataclass(frozen=True)
class NumberedList:
    """A list to page through.

    Args:
        operation: its operationId.
        path: its path.
        query: the filter that goes with every request.
        ids: the items of ours in it, in no order.
        private: are these all that is in it.
    """

    operation: str
    path: str
    query: JsonObject = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    private: bool = False

    def page(self, api: Api, number: int | None, size: int | None, **more: Any) -> Page:
        """One page (else FMT-01, FMT-02 or FMT-04)."""
        return self.read(self.ask(api, number, size, **more), number, size)

    def ask(self, api: Api, number: int | None, size: int | None, **more: Any) -> Answer:
        """What is answered to the request for a page."""
        return api.get(self.path, **{"page_no": number, "page_size": size, **self.query, **more})

    def read(self, answer: Answer, number: int | None, size: int | None) -> Page:
        """The page in an answer (else FMT-01, FMT-02 or FMT-04)."""
        content = body(answer, operation=self.operation)
        items, told = part(content, "items"), part(content, "page")
        name = "user_attribute_definition_id" if self.operation == HELD else "_id"
        whole = isinstance(items, list) and all(isinstance(i, dict) and isinstance(i.get(name), str) for i in items)
        if not whole or not isinstance(told, dict):
            fail(f"items with {name} each, and a page", str(answer), rule="FMT-02", operation=self.operation)
        return Page([item[name] for item in items], told, size or 0, number or 0)

    def walk(self, api: Api, size: int, **more: Any) -> list[Page]:
        """The pages from the first to the last: to where item_total says, or has_next, whichever is later."""
        pages = [self.page(api, 1, size, **more)]
        while len(pages) < MOST_PAGES:
            last = pages[-1]
            if not last.ids or not (last.told.get("has_next") is True or last.number * size < last.total):
                break
            pages.append(self.page(api, last.number + 1, size, **more))
        return pages

    def sizes(self, number: int) -> list[int]:
        """Page sizes for so many items: small ones, those that divide it, and those around it."""
        divisors = [size for size in range(2, number) if number % size == 0]
        sizes = {1, 2, 3, 10, *divisors[:1], *divisors[-1:], number - 1, number, number + 1, LARGEST_PAGE}
        most = MOST_PAGES if self.private else 12
        return sorted(size for size in sizes if 1 <= size <= LARGEST_PAGE and number <= size * most)


def visited(pages: list[Page]) -> list[str]:
    return [item_id for page in pages for item_id in page.ids]


class ListChanged(Finding):
    """Others wrote while a list was read: it says nothing of the list."""


def stable(pages: list[Page]) -> list[Page]:
    """Pages that were read while the list stayed as long as it was. Raises ListChanged."""
    totals = {page.total for page in pages}
    if len(totals) > 1:
        raise ListChanged("one item_total on all pages", f"{sorted(totals)}", rule="PAG-02")
    return pages


def judged(numbered_list: NumberedList, look: Callable[[], None]) -> None:
    """Look at a private list; at another several times, and say so where it never stands still."""
    try:
        steadily(look, 1 if numbered_list.private else 7)
    except ListChanged as restless:
        if numbered_list.private:
            raise
        raise Skip(STABLE_LIST) from restless


def whole(operation: str) -> NumberedList:
    """The whole list, whoever wrote to it."""
    return NumberedList(operation, PATHS[operation])


def fixture_list(api: Api, operation: str, number: int) -> NumberedList:
    """As `make_list`, to be read only."""
    numbered_list = session_fixture(api, make_list, operation, number)
    if numbered_list.private:
        api.cache.allow(quote(numbered_list.query["name"]) if numbered_list.query else numbered_list.path)
    return numbered_list


def make_list(api: Api, operation: str, number: int) -> NumberedList:
    """A list with so many items of ours: private if the target's name filter can make it so, else the whole list."""
    if operation == HELD:
        return _values(api, number)
    token = f"{api.fresh('page')}."
    names = [f"{token}{place}" for place in range(number)]
    if operation == DEFINED:
        made = [api.definition("number" if place % 2 else "string", name=name) for place, name in enumerate(names)]
    else:
        made = [
            api.group(**{**group_body(api), "name": name, "category": "l2" if place % 2 else "l1"})
            for place, name in enumerate(names)
        ]
        for group in made:  # a list filtered by status stands still only when the files have been read
            settled(api, group)
    ids = tuple(one["_id"] for one in made)
    private = NumberedList(operation, PATHS[operation], {"name": token}, ids, private=True)
    return private if _is_private(api, private) else NumberedList(operation, PATHS[operation], {}, ids)


def half(api: Api, numbered_list: NumberedList) -> NumberedList | None:
    """Every second item of a private list, by a filter; none where the target does not filter so."""
    query = {"category": "l2"} if numbered_list.operation == GROUPED else {"type": "number"}
    kept = NumberedList(
        numbered_list.operation,
        numbered_list.path,
        {**numbered_list.query, **query},
        numbered_list.ids[1::2],
        private=True,
    )
    return kept if numbered_list.private and _is_private(api, kept) else None


def beyond(api: Api, numbered_list: NumberedList, size: int) -> list[Page]:
    """A page past the end of a private list, where there is such a page and it holds nothing."""
    number = len(numbered_list.ids) // size + 2
    answer = numbered_list.ask(api, number, size)
    page = numbered_list.read(answer, number, size) if numbered_list.private and answer.ok else None
    return [page] if page is not None and not page.ids else []


def add(api: Api, numbered_list: NumberedList) -> str:
    """Put one item more into a private list, and give what identifies it."""
    name = f"{numbered_list.query.get('name', '')}{api.fresh()}"
    if numbered_list.operation == GROUPED:
        return str(api.group(**{**group_body(api), "name": name})["_id"])
    if numbered_list.operation == DEFINED:
        return str(api.definition(name=name)["_id"])
    definition_id, user_id = str(api.definition()["_id"]), numbered_list.path.rsplit("/", 1)[-1]
    body(api.put(value_path(definition_id, unquote(user_id)), {"attribute": {"value": name}}))
    return definition_id


def _is_private(api: Api, numbered_list: NumberedList) -> bool:
    """Does the name filter, which nobody must have, keep ours and no other?"""
    try:
        found = visited(numbered_list.walk(api, LARGEST_PAGE))
    except Finding:
        return False
    return set(found) == set(numbered_list.ids)


def _values(api: Api, number: int) -> NumberedList:
    """The values of a user whom we made up, beside another's of the same definitions."""
    user, other = api.fresh("u"), api.fresh("u")
    made = [api.definition("number" if place % 2 else "string") for place in range(number)]
    for place, definition in enumerate(made):
        for user_id in (user, other)[: 2 if place % 5 == 0 else 1]:
            value = place if place % 2 else f"value {place}"
            answer = api.put(value_path(definition["_id"], user_id), {"attribute": {"value": value}})
            body(answer, operation="updateUserAttribute")
    return NumberedList(HELD, user_path(user), {}, tuple(one["_id"] for one in made), private=True)


def make_empty_list(api: Api, operation: str) -> NumberedList:
    """A list without items."""
    if operation == HELD:
        return NumberedList(operation, user_path(api.fresh("u")), private=True)
    query: JsonObject = {"slug": api.fresh("s")} if operation == DEFINED else {"category": "no such category"}
    return NumberedList(operation, PATHS[operation], query, private=True)


def empty_pages(api: Api, operation: str) -> list[Page]:
    """The first page of a list without items; none where its filter keeps some, which is another rule's finding."""
    page = make_empty_list(api, operation).page(api, 1, 10)
    return [] if page.ids else [page]


def remove(api: Api, numbered_list: NumberedList, item_id: str) -> None:
    """Take one item of ours off a list."""
    if numbered_list.operation == HELD:
        user_id = numbered_list.path.rsplit("/", 1)[-1]
        answer = api.delete(f"{DEFINITIONS}/{seg(item_id)}/user/{user_id}")
    else:
        answer = api.delete(f"{numbered_list.path}/{seg(item_id)}")
    expect(answer.ok, "a delete to succeed", str(answer), rule="FMT-01")
