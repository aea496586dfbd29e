"""Kinds of fault: each function returns a change, made for an operation, a field, a filter or a value."""

import contextlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.faults import operations as ops
from tests.faults.patching import Exchange, Hook, Mock, Record
from tests.faults.registry import Change, operator

from audience_mock.errors import Refusal
from audience_mock.operations.context import number_page
from audience_mock.store.attributes import Attributes
from audience_mock.store.collection import Collection
from audience_mock.store.groups import Groups
from audience_mock.store.members import Members, Page, PageQuery
from audience_mock.store.world import timestamp

EVERYTHING = 10**9
"""A page size that holds all."""
FLAGS = ("customer_editable", "encrypted", "pinned", "is_locked")
TYPES = ("string", "number", "boolean", "date", "datetime", "list", "object")
PAGING = {"page_no", "page_size"}
Items = list[Record]
Condition = Callable[[Exchange], object]

# --- requests and responses -------------------------------------------------------------------------------

request = operator(Mock.request)
answer = operator(Mock.answer)
records = operator(Mock.records)
wrap = operator(Mock.wrap)
operation = operator(Mock.operation)
item = operator(Mock.item)


def pages(change: Callable[[Record], Any], *operation_ids: str) -> Change:
    """Change `page` in the responses of lists."""
    return answer(lambda x: change(x.json["page"]), *(operation_ids or ops.LISTS), status=200)


def error_bodies(change: Hook, status: int | None = None) -> Change:
    """Change errors."""
    return answer(lambda x: change(x) if x.status >= 400 else None, status=status)


def _always(_: object) -> bool:
    return True


def status_is(new: int, *operation_ids: str, instead_of: int, where: Condition = _always) -> Change:
    """Respond with another status, where something holds."""
    return answer(lambda x: setattr(x, "status", new) if where(x) else None, *operation_ids, status=instead_of)


def refused(new: int, *operation_ids: str, instead_of: int, where: Condition = _always) -> Change:
    """Respond with this error, where something holds."""
    return answer(lambda x: x.refuse(new) if where(x) else None, *operation_ids, status=instead_of)


def refuse_if(where: Condition, *operation_ids: str, status: int = 400) -> Change:
    """Refuse what should succeed, where something holds."""
    return answer(lambda x: x.refuse(status) if x.status < 300 and where(x) else None, *operation_ids)


def crash_if(where: Condition, *operation_ids: str, status: int | None = None) -> Change:
    """Respond with 500, where something holds."""
    return answer(lambda x: x.refuse(500, "Internal Server Error") if where(x) else None, *operation_ids, status=status)


def saying(text: str) -> Condition:
    """The condition that an error's message has this text in it."""
    return lambda x: text in x.json["message"]


def fields(*operation_ids: str, status: int, **values: Any) -> Change:
    """Set fields of a response."""
    return answer(lambda x: x.json.update(values), *operation_ids, status=status)


def no_field(name: str, *operation_ids: str, status: int) -> Change:
    """Leave a field out of a response."""
    return answer(lambda x: x.json.pop(name), *operation_ids, status=status)


def served_as(content_type: str, *operation_ids: str, status: int | None = None, where: Condition = _always) -> Change:
    """Change the Content-Type of responses, where something holds."""
    return answer(
        lambda x: x.answer_headers.update({"content-type": content_type}) if where(x) else None,
        *operation_ids,
        status=status,
    )


def mend(change: Callable[[Record], Record | None], *operation_ids: str) -> Change:
    """Change the body of invalid requests so that validation lets them through; None leaves it."""

    def hook(exchange: Exchange) -> None:
        if isinstance(exchange.body, dict) and (changed := change(exchange.body)) is not None:
            exchange.body = changed

    return request(hook, *operation_ids)


# --- queries and filters ----------------------------------------------------------------------------------


def parameter(
    change: Callable[[str], str | None], names: str, *operation_ids: str, where: Condition = _always
) -> Change:
    """Change query parameters where they are sent, as in `pinned` or `pinned=false`; None removes one."""

    def hook(exchange: Exchange) -> None:
        for part in names.split() if where(exchange) else ():
            name, _, only = part.partition("=")
            text = exchange.query.get(name)
            if text is not None and only in {"", text}:
                value = change(text)
                if value is None:
                    del exchange.query[name]
                else:
                    exchange.query[name] = value

    return request(hook, *operation_ids)


def ignored(names: str, *operation_ids: str, where: Condition = _always) -> Change:
    """Ignore query parameters, where something holds."""
    return parameter(lambda _: None, names, *operation_ids, where=where)


def ignored_beside(name: str, other: str, *operation_ids: str) -> Change:
    """Ignore a query parameter beside another one, as in `status` or `pinned=false`."""
    other_name, _, value = other.partition("=")
    return ignored(name, *operation_ids, where=lambda x: other_name in x.query and value in {"", x.query[other_name]})


def default(name: str, value: str, *operation_ids: str, where: Condition = _always) -> Change:
    """Change the default of a query parameter."""
    return request(lambda x: x.query.setdefault(name, value) if where(x) else None, *operation_ids)


def refilter(operation_id: str, name: str, keeps: Callable[[Record, Any], bool]) -> Change:
    """Filter a list by `keeps(record, argument)`."""

    async def faulty(original: Any, at: Any, page_no: int, page_size: int, **filters: Any) -> Any:
        argument = filters.pop(name, None)
        if argument is None:
            return await original(at, page_no=page_no, page_size=page_size, **filters)
        every = await original(at, page_no=1, page_size=EVERYTHING, **filters)
        return cut_page([record for record in every["items"] if keeps(record, argument)], page_no, page_size)

    return operation(faulty, operation_id)


def filters(exchange: Exchange) -> tuple[tuple[str, str], ...]:
    """The filters of a list."""
    return tuple(sorted((name, text) for name, text in exchange.query.items() if name not in PAGING))


def like(text: str, pattern: str) -> bool:
    """Match SQL's LIKE '%pattern%', in which % and _ are wild."""
    parts = [".*" if c == "%" else "." if c == "_" else re.escape(c) for c in pattern]
    return re.search("".join(parts), text, re.IGNORECASE | re.DOTALL) is not None


# --- lists and pages --------------------------------------------------------------------------------------


def cut(every: Items, page_no: int, size: int) -> Items:
    return every[(page_no - 1) * size : page_no * size]


def cut_page(every: Items, page_no: int, size: int) -> Record:
    """One numbered page of all."""
    return number_page((cut(every, page_no, size), len(every)), page_no, size)


def repage(
    cut_items: Callable[[Items, int, int], Sequence[Record]],
    *operation_ids: str,
    keeps: Callable[[Any, Record], bool] = lambda _, __: True,
) -> Change:
    """Put `cut_items(all that the filters keep, page_no, page_size)` on a page of these lists."""

    async def faulty(original: Any, at: Any, page_no: int, page_size: int, **filters: Any) -> Any:
        every = (await original(at, page_no=1, page_size=EVERYTHING, **filters))["items"]
        kept = [record for record in every if keeps(at, record)]
        return number_page((list(cut_items(kept, page_no, page_size)), len(kept)), page_no, page_size)

    return operation(faulty, *operation_ids)


def relist(keeps: Callable[[Any, Record], bool], *operation_ids: str) -> Change:
    """List and count only the records for which `keeps(context, record)`."""
    return repage(cut, *operation_ids, keeps=keeps)


def listed_as(change: Callable[[Items, Any, str, Record], Items]) -> Change:
    """List `change(all values of a user, context, user id, filters)`."""

    async def faulty(original: Any, at: Any, user_id: str, page_no: int, page_size: int, **filters: Any) -> Any:
        every = (await original(at, user_id=user_id, page_no=1, page_size=EVERYTHING, **filters))["items"]
        return cut_page(change(every, at, user_id, filters), page_no, page_size)

    return operation(faulty, ops.LIST_ATTRIBUTES)


def no_users(size: int = 10) -> Record:
    """An empty page of a group's users."""
    page = {"type": "cursor", "current": 1, "size": size, "has_next": False, "has_prev": False}
    return {"items": [], "page": {**page, "next_cursor": None, "prev_cursor": None}}


@dataclass(frozen=True)
class UsersPage:
    """The correct page of a group's users, its query, and all ids that the filters keep."""

    found: Page
    query: PageQuery
    ids: list[str]

    @property
    def users(self) -> list[str]:
        return list(self.found.user_ids)

    @property
    def begin(self) -> int:
        """The place of the first user among all ids."""
        return self.ids.index(self.users[0])

    @property
    def end(self) -> int:
        """The place after the last user."""
        return self.ids.index(self.users[-1]) + 1

    @property
    def has_next(self) -> bool:
        """Are there users here, and a page after this one."""
        return bool(self.users) and self.found.next_cursor is not None

    @property
    def has_prev(self) -> bool:
        """Are there users here, and a page before this one."""
        return bool(self.users) and self.found.prev_cursor is not None

    @property
    def back(self) -> bool:
        """Is this the page before a cursor."""
        return self.query.cursor is not None and self.query.direction == "prev"


def users_page(where: Callable[[UsersPage], object], **changes: Any) -> Change:
    """Change user_ids, next_cursor or prev_cursor of a page, each by a value or a function of the page."""

    def page(original: Any, self: Any, query: PageQuery) -> Page:
        correct = UsersPage(original(self, query), query, [self._ids[place] for place in self._select(query)])
        if not where(correct):
            return correct.found
        values = {name: value(correct) if callable(value) else value for name, value in changes.items()}
        return correct.found._replace(**values)

    return wrap(page, Members, "page")


# --- the store --------------------------------------------------------------------------------------------


def without(record: Record, *names: str) -> Record:
    return {name: value for name, value in record.items() if name not in names}


def stored(owner: type, **changes: Callable[[Any], Any]) -> Change:
    """Let `owner.create` store `change(value)` for these fields."""
    return stored_as(lambda body: {**body, **{name: change(body[name]) for name, change in changes.items()}}, owner)


def stored_as(change: Callable[[Record], Record], owner: type) -> Change:
    """Let `owner.create` store `change(body)`."""
    return wrap(lambda create, self, body: create(self, change(body)), owner, "create")


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
        lambda x: x.overwrite(modified_at=x.world.now(x.stored.get("modified_at", ""))), operation_id, status=400
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
