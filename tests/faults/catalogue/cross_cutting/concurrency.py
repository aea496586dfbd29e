"""Faults of requests at the same time (CON-01 to CON-03)."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import operation
from tests.faults.operators.lists import listed_as
from tests.faults.patching import Mock, Record
from tests.faults.registry import Change, fault, faults, operator

from audience_mock.errors import Refusal
from audience_mock.operations.context import Context
from audience_mock.store.groups import Groups

A_WHILE = 0.1
"""Seconds between a read and a write of the database."""


@operator
def _at_most(
    mock: Mock, most: int, status: int, *operation_ids: str, key: Callable[[Record], Hashable] = lambda _: None
) -> None:
    """Refuse a request while so many others run with the same `key(arguments)`."""
    running: Counter[Hashable] = Counter()

    async def faulty(original: Any, at: Context, **arguments: Any) -> Any:
        if running[key(arguments)] >= most:
            raise Refusal(status, "Too many requests at the same time.")
        running[key(arguments)] += 1
        try:
            await asyncio.sleep(A_WHILE * 2)
            return await original(at, **arguments)
        finally:
            running[key(arguments)] -= 1

    mock.operation(faulty, *operation_ids)


def _written_back(operation_id: str, store: Callable[[Context], Any], delete: Callable[[Any, str], None]) -> Change:
    """Write back a whole collection as it was some time before: records that others created are lost."""

    async def create(original: Any, at: Context, **arguments: Any) -> Any:
        known = {record["_id"] for record in store(at)._records}
        await asyncio.sleep(A_WHILE)
        for record in list(store(at)._records):
            if record["_id"] not in known:
                delete(store(at), record["_id"])
        return await original(at, **arguments)

    return operation(create, operation_id)


faults(
    "CON-01",
    definitions_are_lost=_written_back(
        ops.CREATE_DEFINITION,
        lambda at: at.tenant.definitions,
        lambda store, record_id: store._records.remove(record_id),
    ),
    groups_are_lost=_written_back(
        ops.CREATE_GROUP, lambda at: at.tenant.groups, lambda store, record_id: store.delete(record_id)
    ),
    a_delete_meanwhile_loses_a_creation=_written_back(
        ops.DELETE_DEFINITION,
        lambda at: at.tenant.definitions,
        lambda store, record_id: store._records.remove(record_id),
    ),
    busy_is_409=_at_most(1, 409, ops.CREATE_DEFINITION, ops.CREATE_GROUP),
    many_groups_at_once_are_409=_at_most(10, 409, ops.CREATE_GROUP),
)


@fault("CON-01", operation, ops.CREATE_GROUP)
async def uid_taken_twice(original: Any, at: Context, body: Record) -> Any:
    last = at.tenant.groups._last_uid
    await asyncio.sleep(A_WHILE)
    at.tenant.groups._last_uid = last
    return await original(at, body=body)


@fault("CON-01", operation, ops.CREATE_DEFINITION)
async def id_of_the_time(original: Any, at: Context, body: Record) -> Any:
    new_id = f"66{int(asyncio.get_running_loop().time() * 10):022x}"
    record = await original(at, body=body)
    collection = at.tenant.definitions._records
    others = (one for one in collection if one["_id"] != record["_id"])
    if any(one["created_at"][:21] == record["created_at"][:21] for one in others):
        collection.remove(record["_id"])
        record = {**record, "_id": new_id}
        collection.add(record)
    return record


def _slow_put(finish: Callable[[Context, tuple[str, str], Any, Any, Callable[[], Awaitable[Record]]], Any]) -> Change:
    """Read a value, wait, and `finish(context, key, value read, value now, the correct put)`."""

    async def put(original: Any, at: Context, user_id: str, definition_id: str, body: Record) -> Any:
        values = at.tenant.attributes._by_user
        read = values.get(user_id, {}).get(definition_id)
        await asyncio.sleep(A_WHILE)
        now = values.get(user_id, {}).get(definition_id)

        def correct() -> Any:
            return original(at, user_id=user_id, definition_id=definition_id, body=body)

        return await finish(at, (user_id, definition_id), read, now, correct)

    return operation(put, ops.PUT_ATTRIBUTE)


faults(
    "CON-02",
    conflict_is_409=_at_most(
        1, 409, ops.PUT_ATTRIBUTE, key=lambda arguments: (arguments["user_id"], arguments["definition_id"])
    ),
)


@fault("CON-02")
def two_attributes(mock: Mock) -> None:
    doubles: list[tuple[Any, Record]] = []

    async def finish(at: Context, key: Any, read: Any, now: Any, put: Any) -> Record:
        record: Record = await put()
        if now is not None and read is None:
            doubles.append((at.tenant, {**record, "_id": at.world.ids.new_id()}))
        return record

    _slow_put(finish)(mock)
    listed_as(
        lambda every, at, user_id, _: (
            every + [record for tenant, record in doubles if tenant is at.tenant and record["user_id"] == user_id]
        )
    )(mock)


@fault("CON-02", _slow_put)
async def conflict_restores_the_old(at: Context, key: tuple[str, str], read: Any, now: Any, put: Any) -> Record:
    """Puts at the same time are answered with 201, and the value before them is restored."""
    record: Record = await put()
    if now is not read and read is None:
        at.tenant.attributes.delete(*key)
    elif now is not read:
        at.tenant.attributes._by_user[key[0]][key[1]] = read
    return record


@fault("CON-02", _slow_put)
async def two_first_puts_crash(at: Context, key: tuple[str, str], read: Any, now: Any, put: Any) -> Record:
    if read is None and now is not None:
        raise Refusal(500, "duplicate key value violates unique constraint")
    record: Record = await put()
    return record


@fault("CON-02")
def item_total_counts_both(mock: Mock) -> None:
    counted: Counter[str] = Counter()

    async def finish(at: Context, key: tuple[str, str], read: Any, now: Any, put: Any) -> Any:
        counted[key[0]] += read is None and now is not None
        return await put()

    _slow_put(finish)(mock)
    mock.answer(
        lambda x: x.json["page"].update(item_total=x.json["page"]["item_total"] + counted[x.ids["user_id"]]),
        ops.LIST_ATTRIBUTES,
        status=200,
    )


@fault("CON-02")
def booleans_cancel_each_other(mock: Mock) -> None:
    """Of two puts of a boolean at the same time, the later stores null."""
    running: set[tuple[str, str]] = set()

    async def put(original: Any, at: Context, user_id: str, definition_id: str, body: Record) -> Any:
        key = (user_id, definition_id)
        is_busy = key in running
        running.add(key)
        await asyncio.sleep(A_WHILE)
        running.discard(key)
        answer = await original(at, user_id=user_id, definition_id=definition_id, body=body)
        if is_busy and isinstance(answer["attribute"]["value"], bool):
            at.tenant.attributes._by_user[user_id][definition_id].value = None
        return answer

    mock.operation(put, ops.PUT_ATTRIBUTE)


def _written_whole(operation_id: str, store: Callable[[Context], Any], *fields: str) -> Change:
    """Read a record some time before it is written, and write it whole: `fields` that others changed are as before."""

    async def update(original: Any, at: Context, body: Record, **ids: str) -> Any:
        (record_id,) = ids.values()
        old = store(at).get(record_id)
        await asyncio.sleep(A_WHILE)
        new = await original(at, body=body, **ids)
        new = {**new, **{name: old[name] for name in fields if name not in body}}
        store(at)._records.replace(new)
        return new

    return operation(update, operation_id)


def _definitions(at: Context) -> Any:
    return at.tenant.definitions


def _groups(at: Context) -> Any:
    return at.tenant.groups


def _subject(arguments: Record) -> Hashable:
    return arguments.get("definition_id") or arguments.get("group_id")


faults(
    "CON-03",
    definition_is_written_whole=_written_whole(
        ops.UPDATE_DEFINITION, _definitions, "name", "description", "type", "customer_editable"
    ),
    flag_of_a_definition_is_lost=_written_whole(ops.UPDATE_DEFINITION, _definitions, "customer_editable"),
    type_of_a_definition_is_lost=_written_whole(ops.UPDATE_DEFINITION, _definitions, "type"),
    group_is_written_whole=_written_whole(ops.PATCH_GROUP, _groups, "name", "description", "file_url"),
    file_url_of_a_group_is_lost=_written_whole(ops.PATCH_GROUP, _groups, "file_url"),
    busy_definition_is_409=_at_most(1, 409, ops.UPDATE_DEFINITION, key=_subject),
    busy_group_is_409=_at_most(2, 409, ops.PATCH_GROUP, key=_subject),
)


@operator
def _job_writes_whole(mock: Mock, begin: str, end: str) -> None:
    """A job of a group writes name and description back as they were when it was begun."""
    old: dict[str, Record] = {}

    def beginning(original: Any, self: Groups, group_id: str, *arguments: Any) -> Any:
        old[group_id] = self.get(group_id)
        return original(self, group_id, *arguments)

    def ending(original: Any, self: Groups, group_id: str, *arguments: Any) -> Any:
        original(self, group_id, *arguments)
        if group_id in self._records and group_id in old:
            texts = {name: old[group_id][name] for name in ("name", "description")}
            self._records.replace({**self.get(group_id), **texts})

    mock.wrap(beginning, Groups, begin)
    mock.wrap(ending, Groups, end)


faults("CON-03", file_that_is_read_restores_the_name=_job_writes_whole("begin_reading", "complete"))


@fault("CON-03", operation, ops.REFRESH)
async def refresh_restores_the_name(original: Any, at: Context, group_id: str) -> Any:
    """A refresh writes the group as it was some time before."""
    old = at.tenant.groups.get(group_id)
    await asyncio.sleep(A_WHILE)
    if group_id in at.tenant.groups:
        texts = {name: old[name] for name in ("name", "description")}
        at.tenant.groups._records.replace({**at.tenant.groups.get(group_id), **texts})
    return await original(at, group_id=group_id)


@fault("CON-03", operation, ops.PUT_ATTRIBUTE)
async def values_of_a_user_are_written_whole(original: Any, at: Context, **arguments: Any) -> Any:
    """The values of a user are one document, which is read some time before it is written."""
    user_id = arguments["user_id"]
    old = dict(at.tenant.attributes._by_user.get(user_id, {}))
    await asyncio.sleep(A_WHILE)
    answer = await original(at, **arguments)
    for definition_id in list(at.tenant.attributes._by_user[user_id]):
        if definition_id not in old and definition_id != arguments["definition_id"]:
            at.tenant.attributes.delete(user_id, definition_id)
    return answer


@fault("CON-03")
def first_values_of_a_user_make_two_users(mock: Mock) -> None:
    """Of two first values at the same time, the later is refused: the user exists already."""
    running: Counter[str] = Counter()

    async def put(original: Any, at: Context, **arguments: Any) -> Any:
        user_id = arguments["user_id"]
        is_new = user_id not in at.tenant.attributes._by_user
        running[user_id] += 1
        await asyncio.sleep(A_WHILE / 2)
        running[user_id] -= 1
        if is_new and running[user_id]:
            raise Refusal(500, "duplicate key value violates unique constraint")
        return await original(at, **arguments)

    mock.operation(put, ops.PUT_ATTRIBUTE)
