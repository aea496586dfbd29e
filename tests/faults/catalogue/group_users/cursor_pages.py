"""Faults of the size of pages of users, and of pages by number (MEM-03, MEM-04)."""

from collections.abc import Callable

from tests.faults import operations as ops
from tests.faults.operators.http import ignored
from tests.faults.operators.lists import UsersPage, users_page
from tests.faults.registry import Change, faults


def _one_more(where: Callable[[UsersPage], object]) -> Change:
    """Show also the user who was read to find out whether there is a next page."""
    return users_page(lambda p: p.has_next and where(p), user_ids=lambda p: [*p.users, p.ids[p.end]])


def _all_at_once(where: Callable[[UsersPage], object]) -> Change:
    return users_page(where, user_ids=lambda p: p.ids)


faults(
    "MEM-03",
    page_size_is_ignored=ignored("page_size", ops.LIST_USERS),
    peeked_user_is_shown=_one_more(lambda p: True),
    one_more_under_a_cursor=_one_more(lambda p: p.query.cursor),
    a_hundred_and_one=_one_more(lambda p: p.query.page_size == 100),
    all_blacklisted_at_once=_all_at_once(lambda p: p.query.blacklisted and p.ids),
    search_is_not_cut=_all_at_once(lambda p: p.query.q and not p.query.cursor),
    two_at_least=users_page(
        lambda p: p.query.page_size == 1 and p.query.direction == "prev" and p.has_prev,
        user_ids=lambda p: [p.ids[p.begin - 1], *p.users],
    ),
)


def _start(p: UsersPage) -> int:
    return (p.query.page_no - 1) * p.query.page_size


def _by_number(
    start: Callable[[UsersPage], int] = _start, order: Callable[[UsersPage], list[str]] = lambda p: p.ids
) -> Change:
    """Cut pages by number from `order(page)`, beginning with `start(page)`."""
    return users_page(
        lambda p: p.query.cursor is None, user_ids=lambda p: order(p)[start(p) : start(p) + p.query.page_size]
    )


faults(
    "MEM-04",
    page_no_is_an_offset=_by_number(lambda p: p.query.page_no - 1),
    page_2_begins_one_late=_by_number(lambda p: _start(p) + (p.query.page_no > 1)),
    page_no_stops_at_3=_by_number(lambda p: (min(p.query.page_no, 3) - 1) * p.query.page_size),
    numbers_end_at_a_hundred=_by_number(order=lambda p: p.ids[:100]),
    sorted_by_id=_by_number(order=lambda p: sorted(p.ids) if p.query.page_no > 1 else p.ids),
    search_by_number_is_another=_by_number(
        order=lambda p: sorted(p.ids) if p.query.q and p.query.page_no > 1 else p.ids
    ),
)
