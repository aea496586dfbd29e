"""Kinds of fault in the store: creations, updates, deletes and values."""

import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.faults.operators.http import answer, wrap
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import Change, operator

from audience_mock.errors import Refusal
from audience_mock.store.attributes import Attributes
from audience_mock.store.collection import Collection
from audience_mock.store.groups import Groups
from audience_mock.store.ids import timestamp


def without(record: Record, *names: str) -> Record:
    return {name: value for name, value in record.items() if name not in names}


def stored(owner: type, **changes: Callable[[Any], Any]) -> Change:
    """Let `owner.create` store `change(value)` for these fields."""
    return stored_as(lambda body: {**body, **{name: change(body[name]) for name, change in changes.items()}}, owner)


def stored_as(change: Callable[[Record], Record], owner: type) -> Change:
    """Let `owner.create` store `change(body)`."""
    return wrap(lambda create, self, body: create(self, change(body)), owner, "create")


def after_create(change: Callable[[Any, Record], Record], owner: type) -> Change:
    """Write and return `change(store, record)` over a created record."""

    def create(original: Any, self: Any, body: Record) -> Any:
        record = original(self, body)
        record.update(change(self, record))
        return record

    return wrap(create, owner, "create")


def written_with(change: Callable[[Any, str, Record], Record], owner: type, method: str) -> Change:
    """Update or patch with `change(store, id, body)`."""
    return wrap(
        lambda write, self, record_id, body: write(self, record_id, change(self, record_id, body)), owner, method
    )


def _is_name_of_another(store: Any, record_id: str, name: object) -> bool:
    return any(r["name"] == name and r["_id"] != record_id for r in store._records)


def taken_name_stays(owner: type, method: str) -> Change:
    """Leave the name where another record has the new one."""
    return written_with(
        lambda store, i, body: without(body, "name") if _is_name_of_another(store, i, body.get("name")) else body,
        owner,
        method,
    )


def after_write(change: Callable[[Record, Record, Record], Record], owner: type, method: str) -> Change:
    """Write and return `change(old, new, body)` over the result of an update or a patch."""

    def write(original: Any, self: Any, record_id: str, body: Record) -> Any:
        old = self._records.get(record_id)
        new = original(self, record_id, body)
        if new is not old:
            new = {**new, **change(old, new, body)}
            self._records.replace(new)
        return new

    return wrap(write, owner, method)


def spreads(field: str, where: Callable[[Record, Record, Record], bool], owner: type, method: str) -> Change:
    """Write an updated field also to every other record for which `where(other, old, new)`."""

    def write(original: Any, self: Any, record_id: str, body: Record) -> Any:
        old = self._records.get(record_id)
        new = original(self, record_id, body)
        for other in list(self._records) if field in body else ():
            if other["_id"] != record_id and where(other, old, new):
                self._records.replace({**other, field: body[field]})
        return new

    return wrap(write, owner, method)


def an_hour_before(text: str) -> str:
    return timestamp(datetime.fromisoformat(text) - timedelta(hours=1))


def first_values(mock: Mock, field: str, owner: type, method: str) -> dict[str, Any]:
    """The values of a field before its first update or patch, by id."""
    first: dict[str, Any] = {}

    def write(original: Any, self: Any, record_id: str, body: Record) -> Any:
        old = self._records.get(record_id)
        new = original(self, record_id, body)
        first.setdefault(record_id, old[field])
        return new

    mock.wrap(write, owner, method)
    return first


@operator
def shows_first(mock: Mock, field: str, owner: type, method: str, *operation_ids: str) -> None:
    """Show the value that a field was created with, whatever was written since."""
    first = first_values(mock, field, owner, method)
    mock.records(lambda r: r.update({field: first.get(r["_id"], r[field])}), *operation_ids)


def graves(mock: Mock, owner: type) -> dict[str, Record]:
    """The definitions or groups that are deleted from now on, by id."""
    found: dict[str, Record] = {}

    def delete(original: Any, self: Any, record_id: str) -> None:
        record = self._records.get(record_id)
        original(self, record_id)
        found[record_id] = record

    mock.wrap(delete, owner, "delete")
    return found


@operator
def still_listed(mock: Mock, where: Callable[[Exchange, Record], object], owner: type, operation_id: str) -> None:
    """Show deleted records at the end of a list, where something holds of the request and the record."""
    gone = graves(mock, owner)

    def hook(exchange: Exchange) -> None:
        found, page = [record for record in gone.values() if where(exchange, record)], exchange.json["page"]
        if found and not page["has_next"]:
            exchange.json["items"] += found[: page["size"] - len(exchange.json["items"])]
            page["item_total"] += len(found)

    mock.answer(hook, operation_id, status=200)


@operator
def deleted_answer(mock: Mock, change: Callable[[Exchange, Record], Any], owner: type, operation_id: str) -> None:
    """Change the 404 where the record in the path was deleted."""
    gone = graves(mock, owner)
    mock.answer(lambda x: change(x, gone[x.record_id]) if x.record_id in gone else None, operation_id, status=404)


@operator
def never_made_is_deleted(mock: Mock, owner: type, operation_id: str) -> None:
    """Respond to the delete of an unknown record with success; a second delete is 404."""
    gone = graves(mock, owner)
    mock.answer(lambda x: None if x.record_id in gone else x.deleted(), operation_id, status=404)


@operator
def hidden_by_id_only(mock: Mock, owner: type, delete: Callable[[Any, str], Any]) -> None:
    """Do `delete(store, id)` for a delete, and hide the record only where it is read by its id."""
    gone: set[str] = set()

    def deleting(original: Any, self: Any, record_id: str) -> None:
        delete(self, record_id)
        gone.add(record_id)

    def get(original: Any, self: Any, record_id: str) -> Any:
        if record_id in gone:
            raise Refusal(404, "That is not here.")
        return original(self, record_id)

    mock.wrap(deleting, owner, "delete")
    mock.wrap(get, owner, "get")


@operator
def found_by_id(mock: Mock, owner: type, operation_id: str) -> None:
    """Read deleted records by their ids."""
    gone = graves(mock, owner)

    async def get(original: Any, at: Any, **ids: str) -> Any:
        (record_id,) = ids.values()
        return gone.get(record_id) or await original(at, **ids)

    mock.operation(get, operation_id)


def refused_touches(operation_id: str) -> Change:
    """Move modified_at where a write is refused."""
    return answer(
        lambda x: x.overwrite(modified_at=x.world.ids.now(x.stored.get("modified_at", ""))), operation_id, status=400
    )


def refused_writes(operation_id: str) -> Change:
    """Write name and description before the other fields are validated: they stay where these are refused."""
    return answer(
        lambda x: x.overwrite(
            **{f: x.fields[f] for f in ("name", "description") if isinstance(x.fields.get(f), str) and x.fields[f]}
        ),
        operation_id,
        status=400,
    )


def put_by(change: Callable[[Attributes, str, Record, Any, Any], Any]) -> Change:
    """Store `change(attributes, user id, definition, held value or None, new value)` where a value is put."""

    def put(original: Any, self: Attributes, user_id: str, definition: Record, value: Any, **written: Any) -> Any:
        held = self._by_user.get(user_id, {}).get(definition["_id"])
        return original(self, user_id, definition, change(self, user_id, definition, held, value), **written)

    return wrap(put, Attributes, "put")


def overwritten(collection: Collection, record_id: str, **changes: Any) -> None:
    """Change a record behind the mock's back, if it is there."""
    with contextlib.suppress(Refusal):
        collection.replace({**collection.get(record_id), **changes})


@operator
def found_anywhere(mock: Mock, *operation_ids: str) -> None:
    """Find the record of these operations in any application."""

    async def faulty(original: Any, at: Any, **arguments: Any) -> Any:
        try:
            return await original(at, **arguments)
        except Refusal as refusal:
            for tenant in mock.world.tenants():
                if refusal.status == 404 and tenant is not at.tenant:
                    with contextlib.suppress(Refusal):
                        return await original(at._replace(tenant=tenant), **arguments)
            raise

    mock.operation(faulty, *operation_ids)


def failing(mock: Mock) -> set[str]:
    """The ids of the groups whose file cannot be read from now on."""
    failed: set[str] = set()

    def fail(original: Any, self: Any, group_id: str) -> None:
        failed.add(group_id)
        original(self, group_id)

    mock.wrap(fail, Groups, "fail")
    return failed
