"""Faults of CON and GET: requests at the same time, and reading that writes."""

import asyncio
from typing import Any

from tests.faults.helpers import listed_as, overwritten
from tests.faults.patching import (
    CATEGORISED,
    CREATE_DEFINITION,
    CREATE_GROUP,
    GET_ATTRIBUTE,
    GET_DEFINITION,
    GET_GROUP,
    LIST_ATTRIBUTES,
    LIST_DEFINITIONS,
    LIST_USERS,
    PUT_ATTRIBUTE,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault

from audience_mock.errors import Refusal

A_WHILE = 0.005
"""Seconds between reading and writing: what a database takes."""

# --- CON-01 -------------------------------------------------------------------------------------------


@fault("CON-01-uid-taken-twice", rule="CON-01", subtlety="subtle")
def uid_taken_twice(mock: Mock) -> None:
    """The next uid is read, and written a while later: two creations at the same time get the same."""

    async def create(original: Any, at: Any, body: Record) -> Any:
        last = at.tenant.groups._last_uid
        await asyncio.sleep(A_WHILE)
        at.tenant.groups._last_uid = last
        return await original(at, body=body)

    mock.operation(create, CREATE_GROUP)


def _overwriting(mock: Mock, operation_id: str, collection_of: Any) -> None:
    """The whole collection is read, and written back a while later with the new record: others' are lost."""

    async def create(original: Any, at: Any, body: Record) -> Any:
        collection = collection_of(at.tenant)
        known = {record["_id"] for record in collection}
        await asyncio.sleep(A_WHILE)
        for record in list(collection):
            if record["_id"] not in known:
                collection.remove(record["_id"])
        return await original(at, body=body)

    mock.operation(create, operation_id)


@fault("CON-01-definitions-are-lost", rule="CON-01", subtlety="subtle")
def definitions_are_lost(mock: Mock) -> None:
    """Of definitions that are created at the same time, the last stays."""
    _overwriting(mock, CREATE_DEFINITION, lambda tenant: tenant.definitions._records)


@fault("CON-01-groups-are-lost", rule="CON-01", subtlety="subtle")
def groups_are_lost(mock: Mock) -> None:
    """Of groups that are created at the same time, the last stays."""

    async def create(original: Any, at: Any, body: Record) -> Any:
        groups = at.tenant.groups
        known = {record["_id"] for record in groups._records}
        await asyncio.sleep(A_WHILE)
        for record in list(groups._records):
            if record["_id"] not in known:
                groups.delete(record["_id"])
        return await original(at, body=body)

    mock.operation(create, CREATE_GROUP)


@fault("CON-01-busy-is-409", rule="CON-01", subtlety="plausible")
def busy_is_409(mock: Mock) -> None:
    """A creation while another goes on is refused with 409."""
    busy: list[bool] = []

    async def create(original: Any, at: Any, body: Record) -> Any:
        if busy:
            raise Refusal(409, "Another creation is going on; try again.")
        busy.append(True)
        try:
            await asyncio.sleep(A_WHILE)
            return await original(at, body=body)
        finally:
            busy.clear()

    mock.operation(create, CREATE_DEFINITION, CREATE_GROUP)


@fault("CON-01-id-of-the-time", rule="CON-01", subtlety="subtle")
def id_of_the_time(mock: Mock) -> None:
    """A definition's id is the time in tenths of a second: creations at the same time share it."""

    async def create(original: Any, at: Any, body: Record) -> Any:
        tenth = int(asyncio.get_running_loop().time() * 10)
        record = await original(at, body=body)
        collection, old_id = at.tenant.definitions._records, record["_id"]
        new_id = f"66{tenth:022x}"
        if any(one["created_at"][:21] == record["created_at"][:21] and one["_id"] != old_id for one in collection):
            collection.remove(old_id)
            collection.add({**record, "_id": new_id})
            return {**record, "_id": new_id}
        return record

    mock.operation(create, CREATE_DEFINITION)


# --- CON-02 -------------------------------------------------------------------------------------------


@fault("CON-02-two-attributes", rule="CON-02", subtlety="subtle")
def two_attributes(mock: Mock) -> None:
    """Whether there is a value is looked up, and one is added a while later: two puts add two."""
    doubles: dict[tuple[str, str, str], list[Record]] = {}

    async def put(original: Any, at: Any, user_id: str, definition_id: str, body: Record) -> Any:
        held = at.tenant.attributes._by_user.get(user_id, {})
        was_there = definition_id in held
        await asyncio.sleep(A_WHILE)
        now = at.tenant.attributes._by_user.get(user_id, {}).get(definition_id)
        record = await original(at, user_id=user_id, definition_id=definition_id, body=body)
        if now is not None and not was_there:
            key = (str(at.tenant.name), user_id, definition_id)
            doubles.setdefault(key, []).append({**record, "_id": at.world.new_id()})
        return record

    def change(every: list[Record], asked: tuple[Any, str, Any]) -> list[Record]:
        name = str(asked[0].tenant.name)
        return [
            one for r in every for one in (r, *doubles.get((name, r["user_id"], r["user_attribute_definition_id"]), ()))
        ]

    mock.operation(put, PUT_ATTRIBUTE)
    listed_as(mock, change)


@fault("CON-02-conflict-is-409", rule="CON-02", subtlety="plausible")
def conflict_is_409(mock: Mock) -> None:
    """A put while another put of the same attribute goes on is refused with 409."""
    busy: set[tuple[str, str]] = set()

    async def put(original: Any, at: Any, user_id: str, definition_id: str, body: Record) -> Any:
        if (user_id, definition_id) in busy:
            raise Refusal(409, "Another put is going on; try again.")
        busy.add((user_id, definition_id))
        try:
            await asyncio.sleep(A_WHILE)
            return await original(at, user_id=user_id, definition_id=definition_id, body=body)
        finally:
            busy.discard((user_id, definition_id))

    mock.operation(put, PUT_ATTRIBUTE)


@fault("CON-02-conflict-restores-the-old", rule="CON-02", subtlety="subtle")
def conflict_restores_the_old(mock: Mock) -> None:
    """Puts at the same time cancel each other: what was there before is restored, and all answer 201."""

    async def put(original: Any, at: Any, user_id: str, definition_id: str, body: Record) -> Any:
        values = at.tenant.attributes._by_user
        old = values.get(user_id, {}).get(definition_id)
        await asyncio.sleep(A_WHILE)
        conflict = values.get(user_id, {}).get(definition_id) is not old
        record = await original(at, user_id=user_id, definition_id=definition_id, body=body)
        if conflict:
            if old is None:
                at.tenant.attributes.delete(user_id, definition_id)
            else:
                values[user_id][definition_id] = old
        return record

    mock.operation(put, PUT_ATTRIBUTE)


@fault("CON-02-two-first-puts-crash", rule="CON-02", subtlety="plausible")
def two_first_puts_crash(mock: Mock) -> None:
    """Two first puts of an attribute at the same time break a unique index: one is 500."""

    async def put(original: Any, at: Any, user_id: str, definition_id: str, body: Record) -> Any:
        values = at.tenant.attributes._by_user
        was_there = definition_id in values.get(user_id, {})
        await asyncio.sleep(A_WHILE)
        if not was_there and definition_id in values.get(user_id, {}):
            raise Refusal(500, "duplicate key value violates unique constraint")
        return await original(at, user_id=user_id, definition_id=definition_id, body=body)

    mock.operation(put, PUT_ATTRIBUTE)


# --- GET-01 -------------------------------------------------------------------------------------------


@fault("GET-01-reading-a-definition-touches-it", rule="GET-01", subtlety="obvious")
def reading_a_definition_touches_it(mock: Mock) -> None:
    """Reading a definition moves its modified_at."""

    def hook(exchange: Exchange) -> None:
        collection, record_id = mock.tenant_of(exchange).definitions._records, exchange.ids["definition_id"]
        now = mock.backend.world.now(collection.get(record_id)["modified_at"])
        overwritten(collection, record_id, modified_at=now)

    mock.answer(hook, GET_DEFINITION, status=200)


@fault("GET-01-reading-a-group-counts", rule="GET-01", subtlety="plausible")
def reading_a_group_counts(mock: Mock) -> None:
    """Reading a group raises its __v."""

    def hook(exchange: Exchange) -> None:
        collection, group_id = mock.tenant_of(exchange).groups._records, exchange.ids["group_id"]
        overwritten(collection, group_id, __v=collection.get(group_id)["__v"] + 1)

    mock.answer(hook, GET_GROUP, status=200)


@fault("GET-01-listing-users-sets-the-count", rule="GET-01", subtlety="subtle")
def listing_users_sets_the_count(mock: Mock) -> None:
    """Listing a group's users sets total_users to the size of that page."""

    def hook(exchange: Exchange) -> None:
        collection, group_id = mock.tenant_of(exchange).groups._records, exchange.ids["group_id"]
        total = {**collection.get(group_id)["total_users"], "count": len(exchange.json["items"])}
        overwritten(collection, group_id, total_users=total)

    mock.answer(hook, LIST_USERS, status=200)


@fault("GET-01-reading-an-absent-value-stores-it", rule="GET-01", subtlety="plausible")
def reading_an_absent_value_stores_it(mock: Mock) -> None:
    """Reading a value that is not there is 404, and stores the definition's default for the user."""

    def hook(exchange: Exchange) -> None:
        tenant, ids = mock.tenant_of(exchange), exchange.ids
        if ids["definition_id"] in tenant.definitions:
            definition = tenant.definitions.get(ids["definition_id"])
            tenant.attributes.put(ids["user_id"], definition, definition["default_value"])

    mock.answer(hook, GET_ATTRIBUTE, status=404)


@fault("GET-01-listing-values-marks-them", rule="GET-01", subtlety="subtle")
def listing_values_marks_them(mock: Mock) -> None:
    """Listing a user's values sets their updated_by."""

    def hook(exchange: Exchange) -> None:
        for held in mock.tenant_of(exchange).attributes._by_user.get(exchange.ids["user_id"], {}).values():
            held.updated_by = "reader"

    mock.answer(hook, LIST_ATTRIBUTES, status=200)


@fault("GET-01-listing-moves-modified-at", rule="GET-01", subtlety="subtle")
def listing_moves_modified_at(mock: Mock) -> None:
    """Listing definitions with a filter moves modified_at of those that are found."""

    def hook(exchange: Exchange) -> None:
        if exchange.query.keys() - {"page_no", "page_size"}:
            collection = mock.tenant_of(exchange).definitions._records
            for record in exchange.json["items"]:
                overwritten(collection, record["_id"], modified_at=mock.backend.world.now(record["modified_at"]))

    mock.answer(hook, LIST_DEFINITIONS, status=200)


@fault("GET-01-categorised-counts-reads", rule="GET-01", subtlety="subtle")
def categorised_counts_reads(mock: Mock) -> None:
    """The categorised list raises __v of every group in it."""

    def hook(exchange: Exchange) -> None:
        collection = mock.tenant_of(exchange).groups._records
        for record in list(collection):
            overwritten(collection, record["_id"], __v=record["__v"] + 1)

    mock.answer(hook, CATEGORISED, status=200)
