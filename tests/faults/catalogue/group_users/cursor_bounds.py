"""Faults of the first page of a group's users, and of unknown cursors (MEM-07, MEM-08)."""

from collections.abc import Callable
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, refused, wrap
from tests.faults.operators.lists import no_users, pages, users_page
from tests.faults.patching import Exchange
from tests.faults.registry import Change, fault, faults

from audience_mock.store.members import Members, Page, PageQuery, _cursor

USERS = ops.LIST_USERS


def _first(page: Any) -> str:
    return _cursor(page.users[0])


faults(
    "MEM-07",
    has_prev_is_true=pages(lambda page: page.update(has_prev=True), USERS),
    has_prev_after_going_back=users_page(lambda p: p.back and p.users, prev_cursor=_first),
    has_prev_among_the_blacklisted=users_page(
        lambda p: p.query.blacklisted and p.users and not p.has_prev, prev_cursor=_first
    ),
    short_first_page_has_a_way_back=users_page(
        lambda p: p.back and 0 < len(p.users) < p.query.page_size, prev_cursor=_first
    ),
    whole_list_on_one_page=users_page(
        lambda p: not p.query.cursor and p.query.page_no == 1 and len(p.users) == p.query.page_size == len(p.ids),
        prev_cursor=_first,
    ),
)


@fault("MEM-07", answer, USERS, status=200)
def prev_cursor_on_the_first_page(exchange: Exchange) -> None:
    page = exchange.json["page"]
    if exchange.json["items"] and not page["has_prev"]:
        page["prev_cursor"] = _cursor(exchange.json["items"][0]["user_id"])


def _unknown_is_first(where: Callable[[PageQuery, Members], object]) -> Change:
    """Respond to an unknown cursor with the first page, where something holds."""

    def page(original: Any, self: Members, query: PageQuery) -> Page:
        is_unknown = query.cursor is not None and query.cursor not in self._places and ":" not in query.cursor
        found: Page = original(self, query._replace(cursor=None) if is_unknown and where(query, self) else query)
        return found

    return wrap(page, Members, "page")


faults(
    "MEM-08",
    unknown_cursor_is_the_first_page=_unknown_is_first(lambda query, members: True),
    unknown_among_the_blacklisted=_unknown_is_first(lambda query, members: query.blacklisted),
    unknown_going_back=_unknown_is_first(lambda query, members: query.direction == "prev"),
    beginning_of_a_cursor_will_do=_unknown_is_first(
        lambda query, members: any(user_id.startswith(str(query.cursor)) for user_id in members._ids)
    ),
    unknown_cursor_is_an_empty_page=answer(
        lambda x: x.answer(200, no_users()) if "cursor" in x.query else None, USERS, status=400
    ),
    unknown_cursor_is_404=refused(
        404, USERS, instead_of=400, where=lambda x: x.json["errors"][0]["field"] == "query.cursor"
    ),
)
