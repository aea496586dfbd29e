"""A seed from what passed between clients and a real server (`--record`).

What a response shows becomes the newest version of its record; what a list shows gives the order. What no response
has shown is not known: a seed of only the first page of a list has only the records of that page.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from audience_mock.contract.document import TenantName
from audience_mock.seeds.exporting import json_lines
from audience_mock.seeds.seed_file import without_misfits
from audience_mock.seeds.seeding import Seed, load_what_fits
from audience_mock.store.world import World

Json = dict[str, Any]

_PAGING = frozenset({"page_no", "page_size", "cursor", "direction", "blacklisted_users"})
"""Query parameters that choose a part of a list, but do not filter it."""


class Exchange(NamedTuple):
    """A request and its response.

    Args:
        operation_id: of the request.
        path: the decoded path parameters.
        query: the decoded query parameters.
        status: of the response.
        body: of the response, parsed.
    """

    operation_id: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    status: int
    body: Any


class Recording:
    """The data of all applications that responses have shown."""

    def __init__(self) -> None:
        self._tenants: dict[str, _Tenant] = {}
        self.writes = 0
        """Raised by everything that changes the data."""

    def see(self, exchange: Exchange) -> None:
        """Take over what a response shows; one that is no success, or has another shape, shows nothing."""
        learn = _OPERATIONS.get(exchange.operation_id)
        company_id, application_id = exchange.path.get("company_id", ""), exchange.path.get("application_id", "")
        name = str(TenantName(company_id, application_id))
        is_gone = exchange.status == HTTPStatus.NOT_FOUND and exchange.operation_id in _GONE
        if is_gone:
            learn = _GONE[exchange.operation_id]
        elif not HTTPStatus.OK <= exchange.status < HTTPStatus.MULTIPLE_CHOICES:
            return
        if learn is None or name.count("/") != 1 or not (company_id and application_id):
            return
        learn(self._tenants.setdefault(name, _Tenant()), exchange)
        self.writes += 1

    def seed(self) -> Seed:
        """The data as a seed, as it was shown; see `json_of`."""
        return {name: tenant.parts() for name, tenant in self._tenants.items()}


def json_of(seed: Seed) -> Iterator[bytes]:
    """A recorded seed as JSON, without what a mock cannot serve: values and fields that break the contract."""
    world = World([TenantName(*name.split("/")) for name in seed])
    load_what_fits(world, {name: without_misfits(parts) for name, parts in seed.items()})
    return json_lines(world)


# --- lists ----------------------------------------------------------------------------------------------


class _List:
    """The records that one list of the server shows, in its order.

    The pages of the whole list give each record a place. Records that only filtered pages have shown come after the
    record that was shown before them.
    """

    def __init__(self) -> None:
        self.records: dict[str, Json] = {}
        self._places: dict[str, tuple[int, int]] = {}
        self._after: dict[str, str] = {}
        self._pages = 0
        self._whole: set[str] | None = None  # what the pages from the first to the last have shown
        self._end = 0  # of the last of these pages

    def put(self, key: str, record: Json) -> None:
        """Take over a record; fields that it does not have keep their value."""
        self.records[key] = {**self.records.get(key, {}), **record}
        if self._whole is not None:
            self._whole.add(key)

    def remove(self, key: str) -> None:
        """Forget a record, if it is known."""
        for known in (self.records, self._places, self._after):
            known.pop(key, None)

    def show(self, page: list[tuple[str, Json]], start: int | None, *, is_last: bool) -> None:
        """Take over a page.

        Args:
            page: the keys and records on it.
            start: the place of the first in the whole list; None if it is not known, as on a filtered page.
            is_last: it is the last page.
        """
        self._pages += 1
        before = None
        for number, (key, record) in enumerate(page):
            self.put(key, record)
            if start is not None:
                self._places[key] = (start + number, -self._pages)
            elif before is not None and self._after.get(before) != key:
                self._after[key] = before
            before = key
        if start is not None:
            self._follow([key for key, _ in page], start, is_last=is_last)

    def _follow(self, keys: list[str], start: int, *, is_last: bool) -> None:
        """When all pages have been read one after the other, forget the records that none of them has shown."""
        if start == 0:
            self._whole = set(keys)
        elif self._whole is None or start != self._end:
            self._whole = None
            return
        self._whole.update(keys)
        self._end = start + len(keys)
        if is_last:
            for key in self.records.keys() - self._whole:
                self.remove(key)
            self._whole = None

    def in_order(self) -> list[str]:
        """The keys in the order of the list."""
        first = sorted(self._places, key=self._places.__getitem__)
        followers: dict[str, list[str]] = defaultdict(list)
        for key in self.records:
            if key not in self._places:
                before = self._after.get(key)
                if before is not None and before in self.records:
                    followers[before].append(key)
                else:
                    first.append(key)
        ordered: dict[str, None] = {}
        for root in [*first, *self.records]:
            waiting = [root]
            while waiting:
                key = waiting.pop()
                if key not in ordered:
                    ordered[key] = None
                    waiting += reversed(followers.get(key, ()))
        return list(ordered)

    def __iter__(self) -> Iterator[Json]:
        return (self.records[key] for key in self.in_order())


class _Users(_List):
    """The users of one group: those that are blacklisted, or the others. Cursors say where a page begins."""

    def __init__(self) -> None:
        super().__init__()
        self._cursors: dict[tuple[str, str], int] = {}

    def start_of(self, query: Mapping[str, str], size: int) -> int | None:
        """The place of the first user on the page of a cursor; None for an unknown cursor."""
        direction = query.get("direction", "next")
        known = self._cursors.get((direction, query["cursor"]))
        return known if known is None or direction == "next" else max(0, known - size)

    def keep_cursors(self, page: Json, start: int, end: int) -> None:
        for direction, place in (("next", end), ("prev", start)):
            cursor = page.get(f"{direction}_cursor")
            if isinstance(cursor, str):
                self._cursors[direction, cursor] = place


class _Tenant:
    """What responses have shown of one application."""

    def __init__(self) -> None:
        self.definitions = _List()
        self.groups = _List()
        self.values: dict[str, _List] = defaultdict(_List)
        self.members: dict[str, tuple[_Users, _Users]] = defaultdict(lambda: (_Users(), _Users()))
        """Of each group: the users that are not blacklisted, and those that are."""
        self.users: dict[str, Json] = {}

    def parts(self) -> dict[str, list[Json]]:
        """The parts of a seed."""
        definitions = {one["_id"]: one for one in self.definitions}
        values = [value for one in self.values.values() for value in one]
        for value in values:
            definitions.setdefault(value["definition_id"], _definition_of(value))
        return {
            "definitions": list(definitions.values()),
            "users": list(self.users.values()),
            "values": [
                {**value, "definition": definitions[value["definition_id"]].get("slug")}
                for value in values
                if value["value"] is not None
            ],
            "groups": [{**group, "users": self._users_of(group["_id"])} for group in self.groups],
        }

    def _users_of(self, group_id: str) -> list[str]:
        return [key for users in self.members.get(group_id, ()) for key in users.in_order()]


def _definition_of(value: Json) -> Json:
    """What a value tells of its definition, for one that no response has shown."""
    return {"_id": value["definition_id"], "name": value["slug"], "slug": value["slug"], "type": value["type"]}


# --- operations -----------------------------------------------------------------------------------------


def _records(found: Any, key: str = "_id") -> list[tuple[str, Json]]:
    """The records of a list, by their key; what is none is left out."""
    items = found if isinstance(found, list) else []
    return [(item[key], item) for item in items if isinstance(item, dict) and isinstance(item.get(key), str)]


def _items(exchange: Exchange) -> Any:
    return exchange.body.get("items") if isinstance(exchange.body, dict) else None


def _page(exchange: Exchange) -> Json:
    page = exchange.body.get("page") if isinstance(exchange.body, dict) else None
    return page if isinstance(page, dict) else {}


def _start(exchange: Exchange) -> int | None:
    """The place of the first item of a page by number in the whole list; None if it is filtered."""
    if exchange.query.keys() - _PAGING:
        return None
    current, size = _page(exchange).get("current"), _page(exchange).get("size")
    if not isinstance(current, int) or not isinstance(size, int) or current < 1 or size < 1:
        return None
    return (current - 1) * size


def _show(shown: _List, records: list[tuple[str, Json]], exchange: Exchange) -> None:
    shown.show(records, _start(exchange), is_last=_page(exchange).get("has_next") is False)


def _definitions(tenant: _Tenant, exchange: Exchange) -> None:
    _show(tenant.definitions, _records(_items(exchange)), exchange)


def _definition(tenant: _Tenant, exchange: Exchange) -> None:
    for key, record in _records([exchange.body]):
        tenant.definitions.put(key, record)


def _no_definition(tenant: _Tenant, exchange: Exchange) -> None:
    tenant.definitions.remove(exchange.path["definition_id"])
    for values in tenant.values.values():
        values.remove(exchange.path["definition_id"])


def _value(user_id: str, item: Json) -> list[tuple[str, Json]]:
    """A value by its definition."""
    attribute, key = item.get("attribute"), item.get("user_attribute_definition_id")
    if not isinstance(attribute, dict) or not isinstance(key, str):
        return []
    value = {"user_id": user_id, "definition_id": key, "slug": attribute.get("key"), "value": attribute.get("value")}
    return [(key, {"type": None, **item, **value})]


def _values(tenant: _Tenant, exchange: Exchange) -> None:
    user_id = exchange.path["user_id"]
    found = [value for _, item in _records(_items(exchange)) for value in _value(user_id, item)]
    _show(tenant.values[user_id], found, exchange)


def _one_value(tenant: _Tenant, exchange: Exchange) -> None:
    user_id = exchange.path["user_id"]
    for _, item in _records([exchange.body]):
        for key, value in _value(user_id, item):
            tenant.values[user_id].put(key, value)


def _no_value(tenant: _Tenant, exchange: Exchange) -> None:
    tenant.values[exchange.path["user_id"]].remove(exchange.path["definition_id"])


def _groups(tenant: _Tenant, exchange: Exchange) -> None:
    _show(tenant.groups, _records(_items(exchange)), exchange)


def _groups_by_category(tenant: _Tenant, exchange: Exchange) -> None:
    by_category = exchange.body.get("user_groups") if isinstance(exchange.body, dict) else None
    for groups in by_category.values() if isinstance(by_category, dict) else ():
        tenant.groups.show(_records(groups), None, is_last=False)


def _group(tenant: _Tenant, exchange: Exchange) -> None:
    for key, record in _records([exchange.body]):
        tenant.groups.put(key, record)


def _no_group(tenant: _Tenant, exchange: Exchange) -> None:
    tenant.groups.remove(exchange.path["group_id"])
    tenant.members.pop(exchange.path["group_id"], None)


def _group_users(tenant: _Tenant, exchange: Exchange) -> None:
    is_blacklisted = exchange.query.get("blacklisted_users") == "true"
    users = tenant.members[exchange.path["group_id"]][is_blacklisted]
    found, page = _records(_items(exchange), "user_id"), _page(exchange)
    for key, user in found:
        tenant.users[key] = {**user, "blacklisted": is_blacklisted}
    start = _start(exchange)
    if start is not None and "cursor" in exchange.query:
        start = users.start_of(exchange.query, len(found))
    users.show([(key, {}) for key, _ in found], start, is_last=page.get("has_next") is False)
    if start is not None:
        users.keep_cursors(page, start, start + len(found))


_Learn = Callable[[_Tenant, Exchange], None]
_OPERATIONS: dict[str, _Learn] = {
    "getUserAttributeDefinitions": _definitions,
    "createUserAttributeDefinition": _definition,
    "getUserAttributeDefinitionById": _definition,
    "updateUserAttributeDefinition": _definition,
    "deleteUserAttributeDefinitionById": _no_definition,
    "getUserAttributesForUser": _values,
    "getUserAttributeById": _one_value,
    "updateUserAttribute": _one_value,
    "deleteUserAttribute": _no_value,
    "getCategorisedUserGroups": _groups_by_category,
    "getUserGroups": _groups,
    "createUserGroup": _group,
    "getUserGroupById": _group,
    "updateUserGroup": _group,
    "deleteUserGroup": _no_group,
    "getUsersByByGroupId": _group_users,
}
"""operationId -> what its success shows; the other operations show nothing that a seed could hold."""
_GONE: dict[str, _Learn] = {
    "getUserAttributeDefinitionById": _no_definition,
    "getUserAttributeById": _no_value,
    "getUserGroupById": _no_group,
    "getUsersByByGroupId": _no_group,
}
"""operationId -> what its 404 shows."""
