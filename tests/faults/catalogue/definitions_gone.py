"""Faults of DEF-07, DEF-08 and DEF-17 to DEF-19: deleting definitions, and those that never were."""

from typing import Any

from tests.faults.patching import (
    DELETE_DEFINITION,
    GET_DEFINITION,
    LIST_DEFINITIONS,
    UPDATE_DEFINITION,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault

from audience_mock import errors
from audience_mock.errors import Refusal
from audience_mock.store.attributes import Attributes
from audience_mock.store.definitions import Definitions


def _graves(mock: Mock) -> dict[str, Record]:
    """The definitions that are deleted from now on."""
    graves: dict[str, Record] = {}

    def delete(original: Any, self: Any, definition_id: str) -> None:
        record = self._records.get(definition_id)
        original(self, definition_id)
        graves[definition_id] = record

    mock.wrap(Definitions, "delete", delete)
    return graves


# --- DEF-07 -------------------------------------------------------------------------------------------


@fault("DEF-07-delete-does-nothing", rule="DEF-07", subtlety="obvious")
def delete_does_nothing(mock: Mock) -> None:
    """A delete is answered and nothing is deleted."""
    mock.wrap(Definitions, "delete", lambda delete, self, definition_id: self._unlocked(definition_id) and None)


@fault("DEF-07-hidden-by-id-only", rule="DEF-07", subtlety="plausible")
def hidden_by_id_only(mock: Mock) -> None:
    """A deleted definition is 404 by its id and stays in the list."""
    gone: set[str] = set()

    def delete(original: Any, self: Any, definition_id: str) -> None:
        self._unlocked(definition_id)
        self._attributes.forget_definition(definition_id)
        gone.add(definition_id)

    def get(original: Any, self: Any, definition_id: str) -> Any:
        if definition_id in gone:
            raise errors.unknown_definition(definition_id)
        return original(self, definition_id)

    mock.wrap(Definitions, "delete", delete)
    mock.wrap(Definitions, "get", get)


@fault("DEF-07-hidden-in-the-list-only", rule="DEF-07", subtlety="plausible")
def hidden_in_the_list_only(mock: Mock) -> None:
    """A deleted definition is not listed and still found by its id."""
    graves = _graves(mock)

    async def get(original: Any, at: Any, definition_id: str) -> Any:
        return graves.get(definition_id) or await original(at, definition_id=definition_id)

    mock.operation(get, GET_DEFINITION)


@fault("DEF-07-still-under-its-slug", rule="DEF-07", subtlety="subtle")
def still_under_its_slug(mock: Mock) -> None:
    """A deleted definition is still found by the slug filter."""
    _still_with(mock, "slug")


@fault("DEF-07-still-under-its-type", rule="DEF-07", subtlety="subtle")
def still_under_its_type(mock: Mock) -> None:
    """A deleted definition is still in the list that is filtered by its type."""
    _still_with(mock, "type")


def _still_with(mock: Mock, name: str) -> None:
    graves = _graves(mock)

    def hook(exchange: Exchange) -> None:
        argument = exchange.query.get(name)
        found = [record for record in graves.values() if argument is not None and record[name] == argument]
        page = exchange.json["page"]
        if found and not page["has_next"]:
            exchange.json["items"] += found[: page["size"] - len(exchange.json["items"])]
            page["item_total"] += len(found)

    mock.answer(hook, LIST_DEFINITIONS, status=200)


# --- DEF-08 -------------------------------------------------------------------------------------------


@fault("DEF-08-unknown-is-400", rule="DEF-08", subtlety="obvious")
def unknown_is_400(mock: Mock) -> None:
    """An unknown definition is 400 to read."""
    mock.answer(lambda x: x.refuse(400), GET_DEFINITION, status=404)


@fault("DEF-08-ill-formed-id-is-400", rule="DEF-08", subtlety="plausible")
def ill_formed_id_is_400(mock: Mock) -> None:
    """An id that is not 24 characters long is 400, to read, update and delete."""
    mock.answer(
        lambda x: x.refuse(400) if len(x.ids["definition_id"]) != 24 else None,
        *(GET_DEFINITION, UPDATE_DEFINITION, DELETE_DEFINITION),
        status=404,
    )


@fault("DEF-08-update-creates", rule="DEF-08", subtlety="plausible")
def update_creates(mock: Mock) -> None:
    """An update of an unknown definition answers 200 as if it had been there."""
    mock.answer(
        lambda x: x.answer(
            200, {"_id": x.ids["definition_id"], "name": "-", "slug": "-", "type": "string", **x.fields}
        ),
        UPDATE_DEFINITION,
        status=404,
    )


@fault("DEF-08-delete-of-unknown-is-200", rule="DEF-08", subtlety="subtle")
def delete_of_unknown_is_200(mock: Mock) -> None:
    """Deleting a definition that never was is 200; a second delete is 404."""
    graves = _graves(mock)

    def hook(exchange: Exchange) -> None:
        if exchange.ids["definition_id"] not in graves:
            exchange.answer(200, {"success": True, "message": "Deleted."})

    mock.answer(hook, DELETE_DEFINITION, status=404)


@fault("DEF-08-empty-update-of-unknown-is-200", rule="DEF-08", subtlety="subtle")
def empty_update_of_unknown_is_200(mock: Mock) -> None:
    """An update that names no field is 200 without a look at the id."""
    mock.answer(
        lambda x: (
            x.answer(200, {"_id": x.ids["definition_id"], "name": "-", "slug": "-", "type": "string"})
            if x.fields == {}
            else None
        ),
        UPDATE_DEFINITION,
        status=404,
    )


# --- DEF-17 -------------------------------------------------------------------------------------------


def _forgetting(mock: Mock, forget: Any) -> None:
    """Deleting a definition lets `forget(original, attributes, definition id)` clean up; what stays is still listed."""
    graves = _graves(mock)
    mock.wrap(Attributes, "forget_definition", forget)

    def page(original: Any, self: Any, user_id: str, definitions: Any, *more: Any) -> Any:
        return original(self, user_id, _Both(definitions, graves), *more)

    mock.wrap(Attributes, "page", page)


class _Both:
    def __init__(self, living: Any, graves: dict[str, Record]) -> None:
        self._living, self._graves = living, graves

    def get(self, definition_id: str) -> Record:
        try:
            found: Record = self._living.get(definition_id)
        except Refusal:
            return self._graves[definition_id]
        return found


@fault("DEF-17-values-stay", rule="DEF-17", subtlety="obvious")
def values_stay(mock: Mock) -> None:
    """The values of a deleted definition stay in the users' lists."""
    _forgetting(mock, lambda original, attributes, definition_id: None)


@fault("DEF-17-first-user-only", rule="DEF-17", subtlety="plausible")
def first_user_only(mock: Mock) -> None:
    """Of the values of a deleted definition, that of one user is removed."""

    def forget(original: Any, attributes: Any, definition_id: str) -> None:
        for user_id in sorted(attributes._users_of.get(definition_id, ()))[:1]:
            attributes.delete(user_id, definition_id)

    _forgetting(mock, forget)


@fault("DEF-17-falsy-values-stay", rule="DEF-17", subtlety="subtle")
def falsy_values_stay(mock: Mock) -> None:
    """Of the values of a deleted definition, false, 0 and what is empty stay."""

    def forget(original: Any, attributes: Any, definition_id: str) -> None:
        for user_id, value in list(attributes.values_of(definition_id)):
            if value:
                attributes.delete(user_id, definition_id)

    _forgetting(mock, forget)


# --- DEF-18, DEF-19 -----------------------------------------------------------------------------------


@fault("DEF-18-success-is-false", rule="DEF-18", subtlety="obvious")
def success_is_false(mock: Mock) -> None:
    """A delete answers success false."""
    mock.answer(lambda x: x.json.update(success=False), DELETE_DEFINITION, status=200)


@fault("DEF-18-message-is-empty", rule="DEF-18", subtlety="plausible")
def message_is_empty(mock: Mock) -> None:
    """A delete answers with an empty message."""
    mock.answer(lambda x: x.json.update(message=""), DELETE_DEFINITION, status=200)


@fault("DEF-18-no-message", rule="DEF-18", subtlety="plausible")
def no_message(mock: Mock) -> None:
    """A delete answers without a message."""
    mock.answer(lambda x: x.json.pop("message"), DELETE_DEFINITION, status=200)


@fault("DEF-18-answers-with-the-definition", rule="DEF-18", subtlety="plausible")
def answers_with_the_definition(mock: Mock) -> None:
    """A delete answers with the definition that it deleted."""
    graves = _graves(mock)
    mock.answer(lambda x: x.answer(200, graves[x.ids["definition_id"]]), DELETE_DEFINITION, status=200)


@fault("DEF-19-second-delete-is-200", rule="DEF-19", subtlety="plausible")
def second_delete_is_200(mock: Mock) -> None:
    """A second delete is 200."""
    graves = _graves(mock)

    def hook(exchange: Exchange) -> None:
        if exchange.ids["definition_id"] in graves:
            exchange.answer(200, {"success": True, "message": "Deleted."})

    mock.answer(hook, DELETE_DEFINITION, status=404)


@fault("DEF-19-second-delete-is-410", rule="DEF-19", subtlety="subtle")
def second_delete_is_410(mock: Mock) -> None:
    """A second delete is 410 Gone."""
    graves = _graves(mock)
    mock.answer(lambda x: x.refuse(410) if x.ids["definition_id"] in graves else None, DELETE_DEFINITION, status=404)
