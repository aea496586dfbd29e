"""Faults of PAG-07 to PAG-09: totals under filters, pages below 1, and the order of pages."""

import itertools
from typing import Any

from tests.faults.catalogue.pag import Items, cut
from tests.faults.helpers import repage
from tests.faults.patching import LIST_ATTRIBUTES, LIST_DEFINITIONS, LIST_GROUPS, LISTS, Exchange, Mock
from tests.faults.registry import fault

from audience_mock.operations.context import number_page

# --- PAG-07, PAG-08, PAG-09 ---------------------------------------------------------------------------


def _unfiltered_total(mock: Mock, operation_id: str, *names: str) -> None:
    """item_total ignores the filters of these names (all, if none)."""

    async def faulty(original: Any, at: Any, page_no: int, page_size: int, **asked: Any) -> Any:
        found = await original(at, page_no=page_no, page_size=page_size, **asked)
        kept = {k: v for k, v in asked.items() if k == "user_id" or (names and k not in names)}
        every = await original(at, page_no=1, page_size=1, **kept)
        return number_page((found["items"], every["page"]["item_total"]), page_no, page_size)

    mock.operation(faulty, operation_id)


@fault("PAG-07-total-of-all-definitions", rule="PAG-07", subtlety="plausible")
def total_of_all_definitions(mock: Mock) -> None:
    """item_total counts all definitions, whatever the filters."""
    _unfiltered_total(mock, LIST_DEFINITIONS)


@fault("PAG-07-total-ignores-the-name-of-groups", rule="PAG-07", subtlety="subtle")
def total_ignores_the_name_of_groups(mock: Mock) -> None:
    """item_total of groups ignores the name filter."""
    _unfiltered_total(mock, LIST_GROUPS, "name")


@fault("PAG-07-total-of-all-values", rule="PAG-07", subtlety="subtle")
def total_of_all_values(mock: Mock) -> None:
    """item_total counts all values of a user, whatever the filters."""
    _unfiltered_total(mock, LIST_ATTRIBUTES)


@fault("PAG-07-total-ignores-customer-editable", rule="PAG-07", subtlety="subtle")
def total_ignores_flags(mock: Mock) -> None:
    """item_total of definitions ignores the filter customer_editable."""
    _unfiltered_total(mock, LIST_DEFINITIONS, "customer_editable")


def _lifted(mock: Mock, name: str, *operation_ids: str) -> None:
    """A number below 1 is taken for 1."""

    def hook(exchange: Exchange) -> None:
        text = exchange.query.get(name, "1")
        if text.lstrip("-").isdecimal() and int(text) < 1:
            exchange.query[name] = "1"

    mock.request(hook, *operation_ids)


@fault("PAG-08-page-0-is-page-1", rule="PAG-08", subtlety="plausible")
def page_0_is_page_1(mock: Mock) -> None:
    """A page_no below 1 is taken for 1."""
    _lifted(mock, "page_no", *LISTS)


@fault("PAG-08-size-0-is-1", rule="PAG-08", subtlety="plausible")
def size_0_is_1(mock: Mock) -> None:
    """A page_size below 1 is taken for 1, in the list of groups."""
    _lifted(mock, "page_size", LIST_GROUPS)


@fault("PAG-08-negative-size-of-values", rule="PAG-08", subtlety="subtle")
def negative_size_of_values(mock: Mock) -> None:
    """A negative page_size of a user's values loses its sign."""

    def hook(exchange: Exchange) -> None:
        if exchange.query.get("page_size", "").startswith("-"):
            exchange.query["page_size"] = exchange.query["page_size"].removeprefix("-")

    mock.request(hook, LIST_ATTRIBUTES)


@fault("PAG-09-order-turns", rule="PAG-09", subtlety="plausible")
def order_turns(mock: Mock) -> None:
    """Every second list of groups is the newest first."""
    turns = itertools.cycle([False, True])
    repage(mock, lambda every, no, size: cut(every[::-1] if next(turns) else every, no, size), LIST_GROUPS)


@fault("PAG-09-order-on-the-page-turns", rule="PAG-09", subtlety="subtle")
def order_on_the_page_turns(mock: Mock) -> None:
    """Of a user's values, the last two on a page change places with every request."""
    turns = itertools.cycle([False, True])

    def swapped(every: Items, no: int, size: int) -> Items:
        found = cut(every, no, size)
        return [*found[:-2], *found[-2:][::-1]] if next(turns) else found

    repage(mock, swapped, LIST_ATTRIBUTES)


@fault("PAG-09-definitions-in-any-order", rule="PAG-09", subtlety="obvious")
def definitions_in_any_order(mock: Mock) -> None:
    """The list of definitions begins at another place with every request."""
    turns = itertools.count(1)

    def turned(every: Items, no: int, size: int) -> Items:
        start = next(turns) % len(every) if every else 0
        return cut(every[start:] + every[:start], no, size)

    repage(mock, turned, LIST_DEFINITIONS)
