"""Faults of deleting definitions, and of those that are not there (DEF-07, DEF-08, DEF-17 to DEF-19)."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, fields, no_field, refused, wrap
from tests.faults.operators.store import (
    deleted_answer,
    found_by_id,
    graves,
    hidden_by_id_only,
    never_made_is_deleted,
    still_listed,
)
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import Change, fault, faults, operator

from audience_mock.store.attributes import Attributes
from audience_mock.store.definitions import Definitions

LIST, DELETE = ops.LIST_DEFINITIONS, ops.DELETE_DEFINITION


def _still_by(name: str) -> Change:
    """Find deleted definitions by this filter."""
    return still_listed(lambda x, r: x.query.get(name) == r[name], Definitions, LIST)


@operator
def _still_on_the_page(mock: Mock, where: Callable[[Exchange, Record], object]) -> None:
    """Append deleted definitions to pages, where something holds, and the slug filter allows it."""
    gone = graves(mock, Definitions)

    def hook(exchange: Exchange) -> None:
        found = [r for r in gone.values() if where(exchange, r)]
        exchange.json["items"] += [r for r in found if exchange.query.get("slug", r["slug"]) == r["slug"]]

    mock.answer(hook, LIST, status=200)


def _delete_values(definitions: Definitions, definition_id: str) -> None:
    definitions._unlocked(definition_id)
    definitions._attributes.delete_definition(definition_id)


faults(
    "DEF-07",
    delete_does_nothing=wrap(
        lambda _, self, definition_id: self._unlocked(definition_id) and None, Definitions, "delete"
    ),
    hidden_by_id_only=hidden_by_id_only(Definitions, _delete_values),
    hidden_in_the_list_only=found_by_id(Definitions, ops.GET_DEFINITION),
    still_under_its_slug=_still_by("slug"),
    still_under_its_type=_still_by("type"),
    still_under_its_name=_still_on_the_page(lambda x, r: x.query.get("name") == r["name"]),
    still_under_false_flags=_still_on_the_page(lambda x, r: x.query.get("pinned") == "false"),
)


@fault("DEF-07")
def old_id_finds_the_heir(mock: Mock) -> None:
    """The id of a deleted definition leads to the one that has its slug now."""
    slugs: dict[str, str] = {}
    mock.records(lambda r: slugs.update({r["_id"]: r["slug"]}), ops.CREATE_DEFINITION)

    def hook(exchange: Exchange) -> None:
        if heir := exchange.tenant.definitions.by_slug(slugs.get(exchange.record_id, "")):
            exchange.answer(200, heir)

    mock.answer(hook, ops.GET_DEFINITION, status=404)


def _made_up(exchange: Exchange) -> None:
    exchange.answer(200, {"_id": exchange.record_id, "name": "-", "slug": "-", "type": "string", **exchange.fields})


faults(
    "DEF-08",
    unknown_is_400=refused(400, ops.GET_DEFINITION, instead_of=404),
    ill_formed_id_is_400=refused(
        400,
        *(ops.GET_DEFINITION, ops.UPDATE_DEFINITION, DELETE),
        instead_of=404,
        where=lambda x: len(x.record_id) != 24,
    ),
    update_creates=answer(_made_up, ops.UPDATE_DEFINITION, status=404),
    empty_update_of_unknown_is_200=answer(
        lambda x: None if x.fields else _made_up(x), ops.UPDATE_DEFINITION, status=404
    ),
    delete_of_unknown_is_200=never_made_is_deleted(Definitions, DELETE),
    blank_behind_an_id=wrap(
        lambda update, self, record_id, body: update(self, record_id.strip(), body), Definitions, "update"
    ),
)


@fault("DEF-08", wrap, Definitions, "get")
def beginning_of_an_id_is_enough(original: Any, self: Any, record_id: str) -> Any:
    ids = [r["_id"] for r in self._records if len(record_id) >= 20 and r["_id"].startswith(record_id)]
    return original(self, ids[0] if len(ids) == 1 else record_id)


@operator
def _values_deleted_by(mock: Mock, forget: Callable[[Any, Attributes, str], None]) -> None:
    """Clean up by `forget(original, attributes, definition id)`; the remaining values are still listed."""
    gone = graves(mock, Definitions)
    mock.wrap(forget, Attributes, "delete_definition")

    def page(original: Any, self: Any, user_id: str, definitions: Any, *more: Any) -> Any:
        both = SimpleNamespace(get=lambda i: gone[i] if i in gone else definitions.get(i))
        return original(self, user_id, both, *more)

    mock.wrap(page, Attributes, "page")


faults("DEF-17", values_stay=_values_deleted_by(lambda original, attributes, definition_id: None))


@fault("DEF-17", _values_deleted_by)
def first_user_only(original: Any, attributes: Attributes, definition_id: str) -> None:
    for user_id in sorted(attributes._users_of.get(definition_id, ()))[:1]:
        attributes.delete(user_id, definition_id)


@fault("DEF-17", _values_deleted_by)
def values_of_ten_users(original: Any, attributes: Attributes, definition_id: str) -> None:
    for user_id in list(attributes._users_of.get(definition_id, {}))[:10]:
        attributes.delete(user_id, definition_id)


@fault("DEF-17", _values_deleted_by)
def values_of_fifty_users(original: Any, attributes: Attributes, definition_id: str) -> None:
    for user_id in list(attributes._users_of.get(definition_id, {}))[:50]:
        attributes.delete(user_id, definition_id)


@fault("DEF-17", _values_deleted_by)
def values_of_two_hundred_users(original: Any, attributes: Attributes, definition_id: str) -> None:
    for user_id in list(attributes._users_of.get(definition_id, {}))[:200]:
        attributes.delete(user_id, definition_id)


@fault("DEF-17", _values_deleted_by)
def falsy_values_stay(original: Any, attributes: Attributes, definition_id: str) -> None:
    for user_id, value in list(attributes.values_of(definition_id)):
        if value:
            attributes.delete(user_id, definition_id)


@fault("DEF-17", wrap, Definitions, "delete")
def kept_values_of_longer_slugs_go_too(original: Any, self: Any, record_id: str) -> None:
    """A delete removes also the values of all definitions whose slug begins with its own."""
    slug = self.get(record_id)["slug"]
    original(self, record_id)
    for other in list(self._records):
        if other["slug"].startswith(slug):
            self._attributes.delete_definition(other["_id"])


faults(
    "DEF-18",
    success_is_false=fields(DELETE, status=200, success=False),
    message_is_empty=fields(DELETE, status=200, message=""),
    no_message=no_field("message", DELETE, status=200),
)


@fault("DEF-18")
def answers_with_the_definition(mock: Mock) -> None:
    gone = graves(mock, Definitions)
    mock.answer(lambda x: x.answer(200, gone[x.record_id]), DELETE, status=200)


@fault("DEF-18")
def no_message_where_values_were(mock: Mock) -> None:
    """The delete of a definition that was updated has an empty message."""
    updated = mock.noted(lambda x: x.record_id, ops.UPDATE_DEFINITION, status=200)
    mock.answer(lambda x: x.json.update(message="") if x.record_id in updated else None, DELETE, status=200)


faults(
    "DEF-19",
    second_delete_is_200=deleted_answer(lambda x, _: x.deleted(), Definitions, DELETE),
    second_delete_is_410=deleted_answer(lambda x, _: x.refuse(410), Definitions, DELETE),
)
