"""Faults of defaults, bounds, totals under filters, and the order of pages (PAG-05 to PAG-09)."""

import itertools
from collections.abc import Callable
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, default, operation, parameter, refused
from tests.faults.operators.lists import PAGING, Items, cut, filters, repage
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import Change, fault, faults, operator

faults(
    "PAG-05",
    twenty_by_default=default("page_size", "20", *ops.LISTS),
    values_all_by_default=default("page_size", "100", ops.LIST_ATTRIBUTES),
    a_hundred_beside_page_no=default("page_size", "100", ops.LIST_GROUPS, where=lambda x: "page_no" in x.query),
    size_alone_is_page_2=default("page_no", "2", ops.LIST_DEFINITIONS, where=lambda x: "page_size" in x.query),
    page_2_by_default=default("page_no", "2", ops.LIST_GROUPS, where=lambda x: not x.query.keys() & PAGING),
)


def _is_page(exchange: Exchange, number: int, total: int) -> bool:
    page = exchange.json["page"]
    return bool(page["current"] == number and page["item_total"] == total)


faults(
    "PAG-06",
    past_the_end_is_404=refused(
        404, *ops.LISTS, instead_of=200, where=lambda x: not x.json["items"] and x.json["page"]["current"] > 1
    ),
    empty_list_is_404=refused(404, ops.LIST_ATTRIBUTES, instead_of=200, where=lambda x: _is_page(x, 2, 0)),
    far_past_the_end_is_400=refused(
        400, ops.LIST_GROUPS, instead_of=200, where=lambda x: x.json["page"]["current"] > 99
    ),
    past_the_end_is_the_last=repage(
        lambda every, no, size: cut(every, min(no, max(1, -(-len(every) // size))), size), ops.LIST_DEFINITIONS
    ),
    just_past_the_end_of_values=repage(
        lambda every, no, size: cut(every, no, size) or (every[:size] if (no - 1) * size == len(every) else []),
        ops.LIST_ATTRIBUTES,
    ),
    offset_of_32_bits=repage(
        lambda every, no, size: every[(no - 1) * size % 2**31 :][:size] if no > 1000 else cut(every, no, size),
        ops.LIST_DEFINITIONS,
    ),
)


def _total_of(operation_id: str, kept: Callable[[Record], Record]) -> Change:
    """Count as item_total the items that `kept(filters)` keeps."""

    async def faulty(original: Any, at: Any, page_no: int, page_size: int, **filters: Any) -> Any:
        found = await original(at, page_no=page_no, page_size=page_size, **filters)
        every = await original(at, page_no=1, page_size=1, **kept(filters))
        found["page"]["item_total"] = every["page"]["item_total"]
        return found

    return operation(faulty, operation_id)


def _but(filters: Record, *names: str) -> Record:
    """The filters without these."""
    return {name: value for name, value in filters.items() if name not in names}


def _type_only(filters: Record) -> Record:
    return {**filters, "name": None} if filters.get("type") and filters.get("name") else filters


faults(
    "PAG-07",
    total_of_all_definitions=_total_of(ops.LIST_DEFINITIONS, lambda filters: {}),
    total_of_all_values=_total_of(ops.LIST_ATTRIBUTES, lambda filters: {"user_id": filters["user_id"]}),
    total_ignores_the_name_of_groups=_total_of(ops.LIST_GROUPS, lambda filters: _but(filters, "name")),
    total_ignores_customer_editable=_total_of(ops.LIST_DEFINITIONS, lambda filters: _but(filters, "customer_editable")),
    false_is_not_counted=_total_of(
        ops.LIST_DEFINITIONS, lambda filters: {k: v for k, v in filters.items() if v is not False}
    ),
    second_filter_is_not_counted=_total_of(ops.LIST_ATTRIBUTES, _type_only),
    nothing_found_counts_all=answer(
        lambda x: x.json["page"]["item_total"] or x.json["page"].update(item_total=len(list(x.tenant.groups._records))),
        ops.LIST_GROUPS,
        status=200,
    ),
)


@fault("PAG-07")
def count_outlives_a_delete(mock: Mock) -> None:
    """item_total of groups under filters is cached until a group is created."""
    counted: dict[Any, int] = {}
    mock.answer(lambda x: counted.clear(), ops.CREATE_GROUP, status=201)

    def hook(exchange: Exchange) -> None:
        if key := filters(exchange):
            page = exchange.json["page"]
            page["item_total"] = counted.setdefault(key, page["item_total"])

    mock.answer(hook, ops.LIST_GROUPS, status=200)


def _at_least_1(text: str) -> str:
    return "1" if text.lstrip("-").isdecimal() and int(text) < 1 else text


@fault("PAG-08", parameter, "page_size", ops.LIST_ATTRIBUTES)
def negative_size_of_values(text: str) -> str:
    return text.removeprefix("-")


faults(
    "PAG-08",
    page_0_is_page_1=parameter(_at_least_1, "page_no", *ops.LISTS),
    page_0_beside_a_size=parameter(
        lambda text: "1" if text == "0" else text,
        "page_no",
        ops.LIST_DEFINITIONS,
        where=lambda x: "page_size" in x.query,
    ),
    size_0_is_1=parameter(_at_least_1, "page_size", ops.LIST_GROUPS),
    filtered_is_not_judged=parameter(
        lambda text: None if int(text) < 1 else text, "page_size", ops.LIST_GROUPS, where=lambda x: "type" in x.query
    ),
)


@operator
def _alternating(mock: Mock, change: Callable[[Items, int, int], Items], operation_id: str) -> None:
    """Cut every second page by `change(all, page_no, page_size)`."""
    turns = itertools.cycle([cut, change])

    def cut_in_turn(every: Items, no: int, size: int) -> Items:
        return next(turns)(every, no, size)

    repage(cut_in_turn, operation_id)(mock)


def _last_two_swapped(every: Items, no: int, size: int) -> Items:
    found = cut(every, no, size)
    return [*found[:-2], *found[-2:][::-1]]


faults(
    "PAG-09",
    order_turns=_alternating(lambda every, no, size: cut(every[::-1], no, size), ops.LIST_GROUPS),
    order_on_the_page_turns=_alternating(_last_two_swapped, ops.LIST_ATTRIBUTES),
)


@fault("PAG-09")
def last_page_turns(mock: Mock) -> None:
    """Every second page of definitions after the first is reversed."""
    turns = itertools.cycle([1, -1])
    repage(lambda every, no, size: cut(every, no, size)[:: next(turns) if no > 1 else 1], ops.LIST_DEFINITIONS)(mock)


@fault("PAG-09")
def filtered_order_turns(mock: Mock) -> None:
    """Every second list of a category is reversed."""
    turns = itertools.cycle([1, -1])

    async def faulty(original: Any, at: Any, page_no: int, page_size: int, **filters: Any) -> Any:
        found = await original(at, page_no=page_no, page_size=page_size, **filters)
        if filters.get("category"):
            found["items"] = found["items"][:: next(turns)]
        return found

    mock.operation(faulty, ops.LIST_GROUPS)


@fault("PAG-09")
def definitions_in_any_order(mock: Mock) -> None:
    """The list of definitions begins at another place with every request."""
    turns = itertools.count(1)

    def turned(every: Items, no: int, size: int) -> Items:
        start = next(turns) % len(every) if every else 0
        return cut(every[start:] + every[:start], no, size)

    repage(turned, ops.LIST_DEFINITIONS)(mock)
