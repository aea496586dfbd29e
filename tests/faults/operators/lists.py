"""Kinds of fault in lists: filters, totals and pages."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, operation, wrap
from tests.faults.patching import Exchange, Record
from tests.faults.registry import Change

from audience_mock.operations.context import number_page
from audience_mock.store.members import Members, Page, PageQuery

EVERYTHING = 10**9
"""A page size that holds all."""
PAGING = {"page_no", "page_size"}
Items = list[Record]


def refilter(operation_id: str, name: str, keeps: Callable[[Record, Any], bool]) -> Change:
    """Filter a list by `keeps(record, argument)`."""

    async def faulty(original: Any, at: Any, page_no: int, page_size: int, **filters: Any) -> Any:
        argument = filters.pop(name, None)
        if argument is None:
            return await original(at, page_no=page_no, page_size=page_size, **filters)
        every = await original(at, page_no=1, page_size=EVERYTHING, **filters)
        return cut_page([record for record in every["items"] if keeps(record, argument)], page_no, page_size)

    return operation(faulty, operation_id)


def filters(exchange: Exchange) -> tuple[tuple[str, str], ...]:
    """The filters of a list."""
    return tuple(sorted((name, text) for name, text in exchange.query.items() if name not in PAGING))


def like(text: str, pattern: str) -> bool:
    """Match SQL's LIKE '%pattern%', in which % and _ are wild."""
    parts = [".*" if c == "%" else "." if c == "_" else re.escape(c) for c in pattern]
    return re.search("".join(parts), text, re.IGNORECASE | re.DOTALL) is not None


def pages(change: Callable[[Record], Any], *operation_ids: str) -> Change:
    """Change `page` in the responses of lists."""
    return answer(lambda x: change(x.json["page"]), *(operation_ids or ops.LISTS), status=200)


def cut(every: Items, page_no: int, size: int) -> Items:
    return every[(page_no - 1) * size : page_no * size]


def cut_page(every: Items, page_no: int, size: int) -> Record:
    """One numbered page of all."""
    return number_page((cut(every, page_no, size), len(every)), page_no, size)


def repage(
    cut_items: Callable[[Items, int, int], Sequence[Record]],
    *operation_ids: str,
    keeps: Callable[[Any, Record], bool] = lambda _, __: True,
) -> Change:
    """Put `cut_items(all that the filters keep, page_no, page_size)` on a page of these lists."""

    async def faulty(original: Any, at: Any, page_no: int, page_size: int, **filters: Any) -> Any:
        every = (await original(at, page_no=1, page_size=EVERYTHING, **filters))["items"]
        kept = [record for record in every if keeps(at, record)]
        return number_page((list(cut_items(kept, page_no, page_size)), len(kept)), page_no, page_size)

    return operation(faulty, *operation_ids)


def relist(keeps: Callable[[Any, Record], bool], *operation_ids: str) -> Change:
    """List and count only the records for which `keeps(context, record)`."""
    return repage(cut, *operation_ids, keeps=keeps)


def listed_as(change: Callable[[Items, Any, str, Record], Items]) -> Change:
    """List `change(all values of a user, context, user id, filters)`."""

    async def faulty(original: Any, at: Any, user_id: str, page_no: int, page_size: int, **filters: Any) -> Any:
        every = (await original(at, user_id=user_id, page_no=1, page_size=EVERYTHING, **filters))["items"]
        return cut_page(change(every, at, user_id, filters), page_no, page_size)

    return operation(faulty, ops.LIST_ATTRIBUTES)


def no_users(size: int = 10) -> Record:
    """An empty page of a group's users."""
    page = {"type": "cursor", "current": 1, "size": size, "has_next": False, "has_prev": False}
    return {"items": [], "page": {**page, "next_cursor": None, "prev_cursor": None}}


@dataclass(frozen=True)
class UsersPage:
    """The correct page of a group's users, its query, and all ids that the filters keep."""

    found: Page
    query: PageQuery
    ids: list[str]

    @property
    def users(self) -> list[str]:
        return list(self.found.user_ids)

    @property
    def begin(self) -> int:
        """The place of the first user among all ids."""
        return self.ids.index(self.users[0])

    @property
    def end(self) -> int:
        """The place after the last user."""
        return self.ids.index(self.users[-1]) + 1

    @property
    def has_next(self) -> bool:
        """Are there users here, and a page after this one."""
        return bool(self.users) and self.found.next_cursor is not None

    @property
    def has_prev(self) -> bool:
        """Are there users here, and a page before this one."""
        return bool(self.users) and self.found.prev_cursor is not None

    @property
    def back(self) -> bool:
        """Is this the page before a cursor."""
        return self.query.cursor is not None and self.query.direction == "prev"


def users_page(where: Callable[[UsersPage], object], **changes: Any) -> Change:
    """Change user_ids, next_cursor or prev_cursor of a page, each by a value or a function of the page."""

    def page(original: Any, self: Any, query: PageQuery) -> Page:
        correct = UsersPage(original(self, query), query, [self._ids[place] for place in self._select(query)])
        if not where(correct):
            return correct.found
        values = {name: value(correct) if callable(value) else value for name, value in changes.items()}
        return correct.found._replace(**values)

    return wrap(page, Members, "page")
