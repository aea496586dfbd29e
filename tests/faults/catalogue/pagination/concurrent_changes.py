"""Faults of reading all pages of a list, also while it changes (PAG-02)."""

import copy
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer
from tests.faults.operators.lists import Items, cut, filters, pages, repage
from tests.faults.patching import Exchange, Mock
from tests.faults.registry import fault, faults, operator


@operator
def _cached_until(mock: Mock, operation_id: str) -> None:
    """Cache the pages of groups until an operation succeeds."""
    cached: dict[Any, Any] = {}
    mock.answer(lambda x: cached.clear() if x.status < 300 else None, operation_id)

    def hook(exchange: Exchange) -> None:
        key = (filters(exchange), exchange.json["page"]["current"], exchange.json["page"]["size"])
        exchange.json.update(copy.deepcopy(cached.setdefault(key, copy.deepcopy(exchange.json))))

    mock.answer(hook, ops.LIST_GROUPS, status=200)


faults(
    "PAG-02",
    item_total_of_the_page=answer(
        lambda x: x.json["page"].update(item_total=len(x.json["items"])), *ops.LISTS, status=200
    ),
    item_total_counts_pages=pages(lambda p: p.update(item_total=-(-p["item_total"] // p["size"])), ops.LIST_ATTRIBUTES),
    total_is_0_past_the_end=answer(
        lambda x: x.json["items"] or x.json["page"].update(item_total=0), *ops.LISTS, status=200
    ),
    total_is_a_hundred_at_most=pages(lambda page: page.update(item_total=min(100, page["item_total"]))),
    pages_overlap=repage(
        lambda every, no, size: every[max(0, (no - 1) * size - (no > 1)) : no * size - (no > 1)], *ops.LISTS
    ),
    full_last_page_loses_one=repage(
        lambda every, no, size: cut(every, no, size)[: size - 1 if no * size == len(every) else size], *ops.LISTS
    ),
    last_on_a_page_of_a_hundred=repage(
        lambda every, no, size: cut(every, no, size)[: 99 if size == 100 else size], ops.LIST_ATTRIBUTES
    ),
    page_3_is_page_2=repage(lambda every, no, size: cut(every, 2 if no == 3 else no, size), ops.LIST_GROUPS),
    first_page_is_the_newest=repage(
        lambda every, no, size: every[::-1][:size] if no == 1 else cut(every, no, size), ops.LIST_DEFINITIONS
    ),
    pages_outlive_a_delete=_cached_until(ops.CREATE_GROUP),
    pages_outlive_a_creation=_cached_until(ops.DELETE_GROUP),
)


@fault("PAG-02")
def total_is_counted_on_page_1(mock: Mock) -> None:
    counted: dict[Any, int] = {}

    def hook(exchange: Exchange) -> None:
        page, key = exchange.json["page"], (exchange.path, filters(exchange))
        if page["current"] == 1:
            counted[key] = page["item_total"]
        page["item_total"] = counted.get(key, page["item_total"])

    mock.answer(hook, *ops.LISTS, status=200)


@fault("PAG-02")
def new_ones_push_others_off(mock: Mock) -> None:
    """After a definition was created, the next page after the first begins one item late."""
    late: list[int] = []
    mock.answer(lambda _: late.append(1) if not late else None, ops.CREATE_DEFINITION, status=201)

    def shifted(every: Items, no: int, size: int) -> Items:
        return every[(no - 1) * size + (late.pop() if no > 1 and late else 0) : no * size]

    repage(shifted, ops.LIST_DEFINITIONS)(mock)
