"""More faults of CON, GET and ERR: requests at the same time, reading and error bodies."""

import asyncio
import itertools
from typing import Any

from tests.faults.patching import (
    BULK,
    CATEGORIES,
    CREATE_DEFINITION,
    CREATE_GROUP,
    DELETE_DEFINITION,
    GET_ATTRIBUTE,
    LIST_ATTRIBUTES,
    LIST_DEFINITIONS,
    LIST_USERS,
    PUT_ATTRIBUTE,
    UPDATE_DEFINITION,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault

from audience_mock.errors import Refusal
from audience_mock.operations.context import Context
from audience_mock.store.attributes import Attributes

# --- CON ------------------------------------------------------------------------------------------------


@fault("CON-01-a-delete-meanwhile-loses-a-creation", rule="CON-01", subtlety="subtle")
def a_delete_meanwhile_loses_a_creation(mock: Mock) -> None:
    """A delete writes back all definitions as they were when it began, so that creations meanwhile are lost."""

    async def delete(original: Any, at: Context, definition_id: str) -> Any:
        before = {record["_id"] for record in at.tenant.definitions._records}
        await asyncio.sleep(0.004)
        answer = await original(at, definition_id=definition_id)
        for record in list(at.tenant.definitions._records):
            if record["_id"] not in before:
                at.tenant.definitions._records.remove(record["_id"])
        return answer

    mock.operation(delete, DELETE_DEFINITION)


@fault("CON-01-many-groups-at-once-are-429", rule="CON-01", subtlety="subtle")
def many_at_once_are_refused(mock: Mock) -> None:
    """More than ten creations of groups at the same time are refused with 429."""
    running = 0

    async def create(original: Any, at: Context, body: Record) -> Any:
        nonlocal running
        running += 1
        try:
            if running > 10:
                raise Refusal(429, "Too many creations at the same time.")
            await asyncio.sleep(0.01)
            return await original(at, body=body)
        finally:
            running -= 1

    mock.operation(create, CREATE_GROUP)


@fault("CON-02-item-total-counts-both", rule="CON-02", subtlety="subtle")
def item_total_counts_both(mock: Mock) -> None:
    """Two first puts at the same time are counted as two values, of which one is listed."""
    counted: dict[str, int] = {}

    async def put(original: Any, at: Context, user_id: str, definition_id: str, body: Record) -> Any:
        is_new = definition_id not in at.tenant.attributes._by_user.get(user_id, {})
        await asyncio.sleep(0.003)
        raced = is_new and definition_id in at.tenant.attributes._by_user.get(user_id, {})
        counted[user_id] = counted.get(user_id, 0) + raced
        return await original(at, user_id=user_id, definition_id=definition_id, body=body)

    def hook(exchange: Exchange) -> None:
        exchange.json["page"]["item_total"] += counted.get(exchange.ids["user_id"], 0)

    mock.operation(put, PUT_ATTRIBUTE)
    mock.answer(hook, LIST_ATTRIBUTES, status=200)


@fault("CON-02-booleans-cancel-each-other", rule="CON-02", subtlety="subtle")
def booleans_become_null(mock: Mock) -> None:
    """Of two puts of a boolean at the same time, the later finds the value locked and stores null."""
    running: set[tuple[str, str]] = set()

    async def put(original: Any, at: Context, user_id: str, definition_id: str, body: Record) -> Any:
        key = (user_id, definition_id)
        busy = key in running
        running.add(key)
        await asyncio.sleep(0.003)
        running.discard(key)
        answer = await original(at, user_id=user_id, definition_id=definition_id, body=body)
        if busy and isinstance(answer["attribute"]["value"], bool):
            at.tenant.attributes._by_user[user_id][definition_id].value = None
        return answer

    mock.operation(put, PUT_ATTRIBUTE)


# --- GET ------------------------------------------------------------------------------------------------


@fault("GET-01-cursor-is-used-up", rule="GET-01", subtlety="subtle")
def cursor_is_used_up(mock: Mock) -> None:
    """A cursor leads to its page once: the second time the page is empty."""
    used: set[tuple[str, str]] = set()

    def hook(exchange: Exchange) -> None:
        if cursor := exchange.query.get("cursor"):
            key = (exchange.ids["group_id"], cursor + exchange.query.get("direction", "next"))
            if key in used:
                exchange.json["items"] = []
            used.add(key)

    mock.answer(hook, LIST_USERS, status=200)


@fault("GET-01-reading-a-list-turns-it", rule="GET-01", subtlety="subtle")
def reading_a_list_turns_it(mock: Mock) -> None:
    """Reading a value that is a list reverses what is stored."""

    def get(original: Any, self: Attributes, user_id: str, definition: Record) -> Any:
        record = original(self, user_id, definition)
        held = self._by_user[user_id][definition["_id"]]
        if isinstance(held.value, list):
            held.value = held.value[::-1]
        return record

    mock.wrap(Attributes, "get", get)


@fault("GET-01-listing-drops-nulls", rule="GET-01", subtlety="subtle")
def listing_drops_nulls_of_objects(mock: Mock) -> None:
    """Listing a user's values takes the nulls out of the objects that are stored."""

    def hook(exchange: Exchange) -> None:
        held = mock.tenant_of(exchange).attributes._by_user.get(exchange.ids["user_id"], {})
        for one in held.values():
            if isinstance(one.value, dict):
                one.value = {key: inner for key, inner in one.value.items() if inner is not None}

    mock.answer(hook, LIST_ATTRIBUTES, status=200)


@fault("GET-01-reading-categories-counts", rule="GET-01", subtlety="subtle")
def reading_categories_counts(mock: Mock) -> None:
    """Each reading of the categories adds one to their total_groups."""
    reads = itertools.count()

    def hook(exchange: Exchange) -> None:
        more = next(reads)
        for item in exchange.json["items"]:
            item["total_groups"] += more

    mock.answer(hook, CATEGORIES, status=200)


@fault("GET-01-fifth-read-forgets", rule="GET-01", subtlety="subtle")
def tenth_read_forgets_the_value(mock: Mock) -> None:
    """A value is forgotten when it was read by id five times, as from a cache that is too small."""
    reads: dict[tuple[str, str], int] = {}

    def hook(exchange: Exchange) -> None:
        key = (exchange.ids["user_id"], exchange.ids["definition_id"])
        reads[key] = reads.get(key, 0) + 1
        if reads[key] == 5:
            mock.tenant_of(exchange).attributes.delete(*key)

    mock.answer(hook, GET_ATTRIBUTE, status=200)


# --- ERR ------------------------------------------------------------------------------------------------


@fault("ERR-03-one-query-parameter-only", rule="ERR-03", subtlety="subtle")
def one_query_parameter_only(mock: Mock) -> None:
    """Of several wrong query parameters the first is listed."""

    def change(exchange: Exchange) -> None:
        errors = exchange.json.get("errors") or [{"field": ""}]
        if errors[0]["field"].startswith("query"):
            exchange.json["errors"] = errors[:1]

    mock.errors(change, 400)


@fault("ERR-03-first-missing-field-only", rule="ERR-03", subtlety="subtle")
def first_missing_field_only(mock: Mock) -> None:
    """Of several fields that a body lacks the first is listed."""

    def change(exchange: Exchange) -> None:
        if exchange.operation in {CREATE_DEFINITION, CREATE_GROUP, BULK} and exchange.body == {}:
            exchange.json["errors"] = exchange.json["errors"][:1]

    mock.errors(change, 400)


@fault("ERR-03-three-errors-at-most", rule="ERR-03", subtlety="subtle")
def three_errors_at_most(mock: Mock) -> None:
    """`errors` holds three at most."""

    def change(exchange: Exchange) -> None:
        exchange.json["errors"] = exchange.json.get("errors", [])[:3]

    mock.errors(change, 400)


@fault("ERR-02-success-is-a-text", rule="ERR-02", subtlety="subtle")
def success_is_a_text(mock: Mock) -> None:
    """`success` in the refusal of an update is the text false."""

    def change(exchange: Exchange) -> None:
        if exchange.operation == UPDATE_DEFINITION:
            exchange.json["success"] = "false"

    mock.errors(change)


@fault("ERR-01-message-is-a-blank", rule="ERR-01", subtlety="subtle")
def message_is_a_blank(mock: Mock) -> None:
    """The message of a wrong page_no is a blank."""

    def change(exchange: Exchange) -> None:
        if exchange.operation == LIST_DEFINITIONS and "page_no" in exchange.query:
            exchange.json["message"] = " "

    mock.errors(change, 400)
