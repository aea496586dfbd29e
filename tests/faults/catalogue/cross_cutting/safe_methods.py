"""Faults of reads that write (GET-01)."""

import itertools
from collections import Counter
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, wrap
from tests.faults.operators.store import overwritten
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import fault, faults

from audience_mock.store.attributes import Attributes

faults(
    "GET-01",
    reading_a_definition_touches_it=answer(
        lambda x: x.overwrite(modified_at=x.world.ids.now(x.stored["modified_at"])), ops.GET_DEFINITION, status=200
    ),
    reading_a_group_counts=answer(lambda x: x.overwrite(__v=x.stored["__v"] + 1), ops.GET_GROUP, status=200),
    listing_users_sets_the_count=answer(
        lambda x: x.overwrite(total_users={**x.stored["total_users"], "count": len(x.json["items"])}),
        ops.LIST_USERS,
        status=200,
    ),
    reading_an_absent_value_stores_it=answer(
        lambda x: x.put(x.stored["default_value"]) if x.stored else None, ops.GET_ATTRIBUTE, status=404
    ),
)


@fault("GET-01", answer, ops.LIST_DEFINITIONS, status=200)
def listing_moves_modified_at(exchange: Exchange) -> None:
    """Listing definitions with a filter moves modified_at of those found."""
    for record in exchange.json["items"] if exchange.query.keys() - {"page_no", "page_size"} else ():
        overwritten(exchange.collection, record["_id"], modified_at=exchange.world.ids.now(record["modified_at"]))


@fault("GET-01", answer, ops.CATEGORISED, status=200)
def categorised_counts_reads(exchange: Exchange) -> None:
    for record in list(exchange.tenant.groups._records):
        overwritten(exchange.tenant.groups._records, record["_id"], __v=record["__v"] + 1)


@fault("GET-01", wrap, Attributes, "get")
def reading_a_list_turns_it(original: Any, self: Attributes, user_id: str, definition: Record) -> Any:
    record = original(self, user_id, definition)
    held = self._by_user[user_id][definition["_id"]]
    if isinstance(held.value, list):
        held.value = held.value[::-1]
    return record


@fault("GET-01", answer, ops.LIST_ATTRIBUTES, status=200)
def listing_values_marks_them(exchange: Exchange) -> None:
    for held in exchange.user_values.values():
        held.updated_by = "reader"


@fault("GET-01", answer, ops.LIST_ATTRIBUTES, status=200)
def listing_drops_nulls(exchange: Exchange) -> None:
    for held in exchange.user_values.values():
        if isinstance(held.value, dict):
            held.value = {key: inner for key, inner in held.value.items() if inner is not None}


@fault("GET-01")
def cursor_is_used_up(mock: Mock) -> None:
    """The second time, a cursor leads to an empty page."""
    used: set[tuple[str, ...]] = set()

    def hook(exchange: Exchange) -> None:
        if cursor := exchange.query.get("cursor"):
            key = (exchange.record_id, cursor, exchange.query.get("direction", "next"))
            if key in used:
                exchange.json["items"] = []
            used.add(key)

    mock.answer(hook, ops.LIST_USERS, status=200)


@fault("GET-01")
def reading_categories_counts(mock: Mock) -> None:
    """Each read of the categories adds one to their total_groups."""
    reads = itertools.count()

    def hook(exchange: Exchange) -> None:
        more = next(reads)
        for item in exchange.json["items"]:
            item["total_groups"] += more

    mock.answer(hook, ops.CATEGORIES, status=200)


@fault("GET-01")
def fifth_read_forgets(mock: Mock) -> None:
    reads: Counter[tuple[str, str]] = Counter()

    def hook(exchange: Exchange) -> None:
        reads[exchange.value_key] += 1
        if reads[exchange.value_key] == 5:
            exchange.delete_value()

    mock.answer(hook, ops.GET_ATTRIBUTE, status=200)
