"""Faults of numbered pages: their items, current, size and neighbours (PAG-01, PAG-03, PAG-04)."""

from collections.abc import Callable
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, operation
from tests.faults.operators.lists import EVERYTHING, cut, pages, repage
from tests.faults.patching import Exchange, Record
from tests.faults.registry import Change, faults


def _not_cut(operation_id: str, where: Callable[[Record], object]) -> Change:
    """Show all on page 1, where something holds of the filters."""

    async def faulty(original: Any, at: Any, page_no: int, page_size: int, **filters: Any) -> Any:
        found = await original(at, page_no=page_no, page_size=page_size, **filters)
        if where(filters) and page_no == 1:
            found["items"] = (await original(at, page_no=1, page_size=EVERYTHING, **filters))["items"]
        return found

    return operation(faulty, operation_id)


faults(
    "PAG-01",
    one_more=repage(lambda every, no, size: every[(no - 1) * size : no * size + 1], *ops.LISTS),
    page_of_one_holds_two=repage(lambda every, no, size: cut(every, no, max(size, 2)), ops.LIST_GROUPS),
    page_2_holds_the_rest=repage(
        lambda every, no, size: every[size:] if no == 2 else cut(every, no, size), ops.LIST_GROUPS
    ),
    all_values_at_once=repage(lambda every, no, size: every if no == 1 else [], ops.LIST_ATTRIBUTES),
    values_of_a_type_are_not_cut=_not_cut(ops.LIST_ATTRIBUTES, lambda filters: filters.get("type")),
    filtered_is_not_cut=_not_cut(
        ops.LIST_DEFINITIONS, lambda filters: any(value is not None for value in filters.values())
    ),
)


def _page(change: Callable[[Exchange], Record], *operation_ids: str) -> Change:
    """Change `page` by what the exchange says."""
    return answer(lambda x: x.json["page"].update(change(x)), *(operation_ids or ops.LISTS), status=200)


faults(
    "PAG-03",
    current_from_0=pages(lambda page: page.update(current=page["current"] - 1)),
    current_is_1=pages(lambda page: page.update(current=1), ops.LIST_ATTRIBUTES),
    current_stays_at_the_last=pages(
        lambda p: p.update(current=max(1, min(p["current"], -(-p["item_total"] // p["size"]))))
    ),
    current_of_a_page_of_one=pages(
        lambda p: p.update(current=p["current"] - 1) if p["size"] == 1 and p["current"] > 1 else None
    ),
    size_is_what_is_there=_page(lambda x: {"size": len(x.json["items"])}),
    size_of_a_filtered_list=_page(lambda x: {"size": 10} if "type" in x.query else {}, ops.LIST_ATTRIBUTES),
)


def _next_of_all_groups(exchange: Exchange) -> Record:
    page = exchange.json["page"]
    return {"has_next": page["current"] * page["size"] < len(exchange.tenant.groups._records)}


faults(
    "PAG-04",
    has_next_on_full_last_page=_page(lambda x: {"has_next": len(x.json["items"]) == x.json["page"]["size"]}),
    has_next_past_the_end=pages(
        lambda p: p.update(has_next=True) if 0 < p["item_total"] <= (p["current"] - 1) * p["size"] else None
    ),
    has_next_is_false_for_values=pages(lambda page: page.update(has_next=False), ops.LIST_ATTRIBUTES),
    has_next_of_a_type=_page(
        lambda x: {"has_next": True} if "type" in x.query and x.json["items"] else {}, ops.LIST_DEFINITIONS
    ),
    has_next_of_the_unfiltered=_page(_next_of_all_groups, ops.LIST_GROUPS),
    last_single_item_is_missed=pages(lambda p: p.update(has_next=p["current"] * p["size"] < p["item_total"] - 1)),
    a_hundred_is_the_end=pages(lambda page: page.update(has_next=page["has_next"] and page["size"] < 100)),
    has_previous_is_true=pages(lambda page: page.update(has_previous=True)),
    has_previous_from_page_3=pages(lambda page: page.update(has_previous=page["current"] > 2)),
    nothing_before_nothing=_page(lambda x: {} if x.json["items"] else {"has_previous": False}),
)
