"""Faults of deleting values, and of those that are not there (ATT-07 to ATT-09)."""

import re
from collections.abc import Callable
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, refused, wrap
from tests.faults.operators.lists import Items, listed_as
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import fault, faults, operator

from audience_mock.store.attributes import Attributes

DELETE = ops.DELETE_ATTRIBUTE


@fault("ATT-07", wrap, Attributes, "delete")
def delete_does_nothing(original: Any, self: Attributes, user_id: str, definition_id: str) -> None:
    if definition_id not in self._by_user.get(user_id, {}):
        original(self, user_id, definition_id)


@operator
def _still_listed(mock: Mock, where: Callable[[Record], object]) -> None:
    """List deleted values, where something holds of the filters."""
    gone: list[tuple[Any, Record]] = []

    async def delete(original: Any, at: Any, user_id: str, definition_id: str) -> Any:
        definition = at.tenant.definitions.get(definition_id)
        gone.append((at.tenant, at.tenant.attributes.get(user_id, definition)))
        return await original(at, user_id=user_id, definition_id=definition_id)

    def change(every: Items, at: Any, user_id: str, filters: Record) -> Items:
        if not where(filters):
            return every
        return every + [record for tenant, record in gone if tenant is at.tenant and record["user_id"] == user_id]

    mock.operation(delete, DELETE)
    listed_as(change)(mock)


faults(
    "ATT-07",
    hidden_by_id_only=_still_listed(lambda filters: True),
    still_under_its_name=_still_listed(lambda filters: filters.get("name")),
)


@fault("ATT-07", wrap, Attributes, "delete")
def deleted_is_null(original: Any, self: Attributes, user_id: str, definition_id: str) -> None:
    held = self._by_user.get(user_id, {}).get(definition_id)
    if held is None or held.value is None:
        original(self, user_id, definition_id)
    else:
        held.value = None


@fault("ATT-07")
def readable_by_id(mock: Mock) -> None:
    cache: dict[str, Record] = {}
    mock.answer(lambda x: cache.update({x.path: x.json}), ops.GET_ATTRIBUTE, status=200)
    mock.answer(
        lambda x: x.answer(200, cache[x.path]) if x.path in cache and x.stored else None, ops.GET_ATTRIBUTE, status=404
    )


@fault("ATT-07")
def bulk_values_cannot_be_deleted(mock: Mock) -> None:
    keys: set[tuple[str, str]] = set()
    mock.answer(
        lambda x: keys.update((x.fields["file_url"], i["key"]) for i in x.fields["attributes"]), ops.BULK, status=202
    )

    def delete(original: Any, self: Attributes, user_id: str, definition_id: str) -> None:
        found = [t.definitions.get(definition_id) for t in mock.world.tenants() if definition_id in t.definitions]
        by_bulk = any(user_id in url and key == one["slug"] for url, key in keys for one in found)
        if not by_bulk or definition_id not in self._by_user.get(user_id, {}):
            original(self, user_id, definition_id)

    mock.wrap(delete, Attributes, "delete")


@operator
def _deletes_also(mock: Mock, where: Callable[[str, str, str, str], bool]) -> None:
    """Delete with a value all others for which `where(other user, other definition, user, definition)`."""

    def delete(original: Any, self: Attributes, user_id: str, definition_id: str) -> None:
        original(self, user_id, definition_id)
        for other, held in list(self._by_user.items()):
            for other_definition in list(held):
                if where(other, other_definition, user_id, definition_id):
                    original(self, other, other_definition)

    mock.wrap(delete, Attributes, "delete")


def _is_like(text: str, pattern: str) -> bool:
    """SQL's LIKE, in which % and _ are wild."""
    parts = [".*" if c == "%" else "." if c == "_" else re.escape(c) for c in pattern]
    return re.fullmatch("".join(parts), text, re.IGNORECASE | re.DOTALL) is not None


faults(
    "ATT-08",
    deletes_all_of_the_user=_deletes_also(lambda other, its, user_id, definition_id: other == user_id),
    deletes_all_of_the_definition=_deletes_also(lambda other, its, user_id, definition_id: its == definition_id),
    deletes_of_users_whose_id_begins_so=_deletes_also(
        lambda other, its, user_id, definition_id: its == definition_id and other.startswith(user_id)
    ),
    deletes_of_users_whose_id_is_like_it=_deletes_also(
        lambda other, its, user_id, definition_id: its == definition_id and _is_like(other, user_id)
    ),
)


@fault("ATT-08", answer, DELETE, status=404)
def second_delete_takes_the_next(exchange: Exchange) -> None:
    """The second delete of a value is 404, and deletes the user's first other value."""
    for definition_id in list(exchange.user_values)[:1]:
        exchange.tenant.attributes.delete(exchange.ids["user_id"], definition_id)


faults(
    "ATT-09",
    delete_of_absent_is_200=answer(lambda x: x.deleted() if x.stored else None, DELETE, status=404),
    user_with_other_values_is_200=answer(lambda x: x.deleted() if x.user_values else None, DELETE, status=404),
    put_on_unknown_definition_is_400=refused(400, ops.PUT_ATTRIBUTE, instead_of=404),
    blank_behind_a_user=wrap(
        lambda get, self, user_id, definition: get(self, user_id.strip(), definition), Attributes, "get"
    ),
)


@fault("ATT-09", answer, ops.PUT_ATTRIBUTE, status=404)
def put_on_unknown_definition_is_201(exchange: Exchange) -> None:
    ids = exchange.ids
    record = {"_id": "-", "user_id": ids["user_id"], "user_attribute_definition_id": ids["definition_id"]}
    record |= {"application_id": ids["application_id"], "type": "string"}
    exchange.answer(201, {**record, "attribute": {"key": "-", "value": exchange.fields["attribute"]["value"]}})


@fault("ATT-09", answer, ops.GET_ATTRIBUTE, status=404)
def absent_is_null(exchange: Exchange) -> None:
    if definition := exchange.stored:
        record = {"_id": "-", "user_id": exchange.ids["user_id"], "user_attribute_definition_id": definition["_id"]}
        value = {"key": definition["slug"], "value": definition["default_value"]}
        exchange.answer(200, {**record, "attribute": value, "type": definition["type"]})


@fault("ATT-09", wrap, Attributes, "get")
def underscore_is_wild(original: Any, self: Attributes, user_id: str, definition: Record) -> Any:
    """In the user id of a read, an underscore matches any character."""
    pattern = re.compile(".".join(re.escape(part) for part in user_id.split("_")))
    same = [user for user in self._by_user if pattern.fullmatch(user)] if user_id not in self._by_user else []
    return original(self, same[0] if same else user_id, definition)
