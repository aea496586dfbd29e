"""Faults of ATT-02 to ATT-05: what an attribute says, and what putting it again makes of it."""

from typing import Any

from tests.faults.helpers import listed_as
from tests.faults.patching import (
    LIST_ATTRIBUTES,
    PUT_ATTRIBUTE,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault

from audience_mock.store.attributes import Attributes

JSON_TYPES = {str: "string", bool: "boolean", int: "number", float: "number", list: "list", dict: "object"}

# --- ATT-02 -------------------------------------------------------------------------------------------


@fault("ATT-02-company-for-application", rule="ATT-02", subtlety="obvious")
def company_for_application(mock: Mock) -> None:
    """An attribute's application_id is the company's id."""
    mock.records("attribute", lambda record: record.update(application_id="559"))


@fault("ATT-02-definition-id-is-its-own", rule="ATT-02", subtlety="plausible")
def definition_id_is_its_own(mock: Mock) -> None:
    """In the list, an attribute's definition id is its own _id."""
    mock.records("attribute", lambda r: r.update(user_attribute_definition_id=r["_id"]), LIST_ATTRIBUTES)


@fault("ATT-02-user-id-in-small-letters", rule="ATT-02", subtlety="subtle")
def user_id_in_small_letters(mock: Mock) -> None:
    """An attribute's user_id is shown in small letters."""
    mock.records("attribute", lambda record: record.update(user_id=record["user_id"].lower()))


@fault("ATT-02-application-of-the-example", rule="ATT-02", subtlety="subtle")
def application_of_the_example(mock: Mock) -> None:
    """The application_id of an attribute is that of the documented example, whatever the request's."""
    mock.records("attribute", lambda record: record.update(application_id=mock.tenant.name.application_id))


@fault("ATT-02-user-id-stays-encoded", rule="ATT-02", subtlety="subtle")
def user_id_stays_encoded(mock: Mock) -> None:
    """The user_id of the path is not decoded in the answer of a put: a blank is %20."""

    def hook(exchange: Exchange) -> None:
        exchange.json["user_id"] = exchange.path.rpartition("/")[2]

    mock.answer(hook, PUT_ATTRIBUTE, status=201)


# --- ATT-03 -------------------------------------------------------------------------------------------


@fault("ATT-03-key-is-the-name", rule="ATT-03", subtlety="plausible")
def key_is_the_name(mock: Mock) -> None:
    """attribute.key is the definition's name."""

    def record(original: Any, self: Any, user_id: str, definition: Record, held: Any) -> Any:
        found = original(self, user_id, definition, held)
        return {**found, "attribute": {**found["attribute"], "key": definition["name"]}}

    mock.wrap(Attributes, "_record", record)


@fault("ATT-03-type-of-the-json-value", rule="ATT-03", subtlety="plausible")
def type_of_the_json_value(mock: Mock) -> None:
    """`type` is that of the JSON value: string for a date."""
    mock.records("attribute", lambda r: r.update(type=JSON_TYPES.get(type(r["attribute"]["value"]), "object")))


@fault("ATT-03-type-from-when-it-was-put", rule="ATT-03", subtlety="subtle")
def type_from_when_it_was_put(mock: Mock) -> None:
    """`type` is what the definition's type was when the value was put."""
    types: dict[tuple[str, str], str] = {}

    def put(original: Any, self: Any, user_id: str, definition: Record, *more: Any, **written: Any) -> Any:
        types[user_id, definition["_id"]] = definition["type"]
        return original(self, user_id, definition, *more, **written)

    mock.wrap(Attributes, "put", put)
    mock.records(
        "attribute",
        lambda r: r.update(type=types.get((r["user_id"], r["user_attribute_definition_id"]), r["type"])),
    )


@fault("ATT-03-key-in-the-list-is-the-id", rule="ATT-03", subtlety="subtle")
def key_in_the_list_is_the_id(mock: Mock) -> None:
    """In the list, attribute.key is the definition's id."""
    mock.records("attribute", lambda r: r["attribute"].update(key=r["user_attribute_definition_id"]), LIST_ATTRIBUTES)


# --- ATT-04, ATT-05 -----------------------------------------------------------------------------------


@fault("ATT-04-first-value-stays", rule="ATT-04", subtlety="obvious")
def first_value_stays(mock: Mock) -> None:
    """A second put is answered and the first value stays."""

    def put(original: Any, self: Any, user_id: str, definition: Record, value: Any, **written: Any) -> Any:
        held = self._by_user.get(user_id, {}).get(definition["_id"])
        if held is None:
            return original(self, user_id, definition, value, **written)
        record = self._record(user_id, definition, held)
        return {**record, "attribute": {**record["attribute"], "value": value}}

    mock.wrap(Attributes, "put", put)


def _combining(mock: Mock, combine: Any) -> None:
    """A second put stores `combine(old, new)`."""

    def put(original: Any, self: Any, user_id: str, definition: Record, value: Any, **written: Any) -> Any:
        held = self._by_user.get(user_id, {}).get(definition["_id"])
        return original(self, user_id, definition, combine(held.value, value) if held else value, **written)

    mock.wrap(Attributes, "put", put)


@fault("ATT-04-falsy-does-not-replace", rule="ATT-04", subtlety="subtle")
def falsy_does_not_replace(mock: Mock) -> None:
    """A second put of false, 0 or what is empty leaves the old value."""
    _combining(mock, lambda old, new: new or old)


@fault("ATT-04-objects-are-merged", rule="ATT-04", subtlety="plausible")
def objects_are_merged(mock: Mock) -> None:
    """A second put of an object is merged into the first."""
    _combining(mock, lambda old, new: {**old, **new} if isinstance(old, dict) and isinstance(new, dict) else new)


@fault("ATT-04-lists-are-appended", rule="ATT-04", subtlety="subtle")
def lists_are_appended(mock: Mock) -> None:
    """A second put of a list is appended to the first."""
    _combining(mock, lambda old, new: old + new if isinstance(old, list) and isinstance(new, list) else new)


@fault("ATT-04-old-values-stay-listed", rule="ATT-04", subtlety="plausible")
def old_values_stay_listed(mock: Mock) -> None:
    """A second put adds a second attribute: the user's list holds both."""
    history: dict[tuple[str, str], list[Record]] = {}

    def put(original: Any, self: Any, user_id: str, definition: Record, value: Any, **written: Any) -> Any:
        held = self._by_user.get(user_id, {}).get(definition["_id"])
        if held:
            old = self._record(user_id, definition, held)
            history.setdefault((user_id, definition["_id"]), []).append({**old, "_id": self._new_id()})
        return original(self, user_id, definition, value, **written)

    def change(every: list[Record], asked: Any) -> list[Record]:
        return [one for r in every for one in (r, *history.get((r["user_id"], r["user_attribute_definition_id"]), ()))]

    mock.wrap(Attributes, "put", put)
    listed_as(mock, change)


def _with_new_id(mock: Mock, when: Any) -> None:
    def put(original: Any, self: Any, user_id: str, definition: Record, value: Any, **written: Any) -> Any:
        held = self._by_user.get(user_id, {}).get(definition["_id"])
        if held and when(held.value, value):
            held.attribute_id = self._new_id()
        return original(self, user_id, definition, value, **written)

    mock.wrap(Attributes, "put", put)


@fault("ATT-05-new-id-on-replace", rule="ATT-05", subtlety="plausible")
def new_id_on_replace(mock: Mock) -> None:
    """Replacing gives an attribute a new _id."""
    _with_new_id(mock, lambda old, new: True)


@fault("ATT-05-new-id-for-the-same-value", rule="ATT-05", subtlety="subtle")
def new_id_for_the_same_value(mock: Mock) -> None:
    """Putting the value that is already there gives the attribute a new _id."""
    _with_new_id(mock, lambda old, new: old == new)
