"""More faults of ATT: values, lists and refusals that go wrong for some values, users or orders of events."""

import re
from collections.abc import Callable
from typing import Any

from tests.faults.helpers import listed_as, put_as
from tests.faults.patching import (
    DELETE_ATTRIBUTE,
    GET_ATTRIBUTE,
    LIST_ATTRIBUTES,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault

from audience_mock.store.attributes import Attributes
from audience_mock.store.definitions import Definitions

# --- ATT-01 ---------------------------------------------------------------------------------------------


def _everywhere(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`change`, on every part of a value."""

    def within(value: Any) -> Any:
        if isinstance(value, dict):
            return change({key: within(inner) for key, inner in value.items()})
        return change([within(inner) for inner in value] if isinstance(value, list) else value)

    return within


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@fault("ATT-01-whole-numbers-in-64-bits", rule="ATT-01", subtlety="subtle")
def whole_numbers_in_64_bits(mock: Mock) -> None:
    """A whole number is stored in 64 bits: what is larger begins anew at the other end."""
    put_as(mock, _everywhere(lambda v: (v + 2**63) % 2**64 - 2**63 if _is_int(v) else v))


@fault("ATT-01-large-numbers-end-at-2-to-the-53", rule="ATT-01", subtlety="subtle")
def large_numbers_end_at_2_to_the_53(mock: Mock) -> None:
    """A whole number above 2**53 - 1 is stored as that."""
    put_as(mock, _everywhere(lambda v: max(min(v, 2**53 - 1), 1 - 2**53) if _is_int(v) else v))


@fault("ATT-01-texts-of-times-are-revived", rule="ATT-01", subtlety="subtle")
def texts_of_times_are_revived(mock: Mock) -> None:
    """Texts that look like a time, also inside a value, are read as one: they come back with milliseconds."""
    time = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z")
    put_as(mock, _everywhere(lambda v: time.sub(r"\1.000Z", v) if isinstance(v, str) and time.fullmatch(v) else v))


@fault("ATT-01-text-is-cut-at-64-k", rule="ATT-01", subtlety="subtle")
def text_is_cut_at_64_k(mock: Mock) -> None:
    """A text keeps 65,535 bytes."""
    put_as(mock, lambda v: v.encode()[:65535].decode(errors="ignore") if isinstance(v, str) else v)


@fault("ATT-01-dollar-keys-are-dropped", rule="ATT-01", subtlety="subtle")
def dollar_keys_are_dropped(mock: Mock) -> None:
    """Of an object the keys that begin with a dollar are dropped."""
    put_as(
        mock,
        _everywhere(lambda v: {k: i for k, i in v.items() if k[:1] != "$"} if isinstance(v, dict) else v),
    )


@fault("ATT-01-proto-is-dropped", rule="ATT-01", subtlety="subtle")
def proto_is_dropped(mock: Mock) -> None:
    """Of an object the key __proto__ is dropped, as a merge in JavaScript does."""
    put_as(
        mock,
        _everywhere(lambda v: {k: i for k, i in v.items() if k != "__proto__"} if isinstance(v, dict) else v),
    )


@fault("ATT-01-deep-objects-are-cut", rule="ATT-01", subtlety="subtle")
def deep_objects_are_cut(mock: Mock) -> None:
    """An object keeps ten levels; what is deeper is null."""

    def cut(value: Any, left: int = 10) -> Any:
        if not left:
            return None if isinstance(value, dict | list) else value
        if isinstance(value, dict):
            return {key: cut(inner, left - 1) for key, inner in value.items()}
        return [cut(inner, left - 1) for inner in value] if isinstance(value, list) else value

    put_as(mock, cut)


@fault("ATT-01-zone-of-zero-becomes-z", rule="ATT-01", subtlety="subtle")
def plus_zero_becomes_z(mock: Mock) -> None:
    """A datetime with the zone +00:00 comes back with Z."""
    put_as(mock, lambda v: re.sub(r"(?<=\d)\+00:00$", "Z", v) if isinstance(v, str) else v)


@fault("ATT-01-zeros-of-a-fraction-are-dropped", rule="ATT-01", subtlety="subtle")
def zeros_of_a_fraction_are_dropped(mock: Mock) -> None:
    """A datetime's fraction loses its last zeros, unless it is nothing but zeros."""
    put_as(mock, lambda v: re.sub(r"(:\d\d\.\d*[1-9])0+(?=[Z+-])", r"\1", v) if isinstance(v, str) else v)


@fault("ATT-01-a-deleted-value-cannot-come-back", rule="ATT-01", subtlety="subtle")
def a_deleted_value_cannot_come_back(mock: Mock) -> None:
    """A value that was deleted leaves a tombstone: another put is answered, and the read stays 404."""
    graves: set[tuple[str, str]] = set()
    mock.answer(lambda x: graves.add((x.ids["user_id"], x.ids["definition_id"])), DELETE_ATTRIBUTE, status=200)
    mock.answer(
        lambda x: x.refuse(404) if (x.ids["user_id"], x.ids["definition_id"]) in graves else None, GET_ATTRIBUTE
    )


@fault("ATT-01-an-update-makes-falsy-values-null", rule="ATT-01", subtlety="subtle")
def an_update_turns_falsy_values_to_null(mock: Mock) -> None:
    """An update of a definition writes its values again, those that are falsy as null."""

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        new = original(self, record_id, body)
        for user_id, value in self._attributes.values_of(record_id):
            self._attributes._by_user[user_id][record_id].value = value or None
        return new

    mock.wrap(Definitions, "update", update)


# --- ATT-02 to ATT-05 -----------------------------------------------------------------------------------


@fault("ATT-02-filtered-list-has-no-application", rule="ATT-02", subtlety="subtle")
def filtered_list_has_no_application(mock: Mock) -> None:
    """The list that is filtered by type shows the company's id as application_id."""

    def hook(exchange: Exchange) -> None:
        if "type" in exchange.query:
            for record in exchange.records():
                record["application_id"] = exchange.ids["company_id"]

    mock.answer(hook, LIST_ATTRIBUTES, status=200)


@fault("ATT-02-user-of-the-value", rule="ATT-02", subtlety="subtle")
def objects_show_their_own_user(mock: Mock) -> None:
    """A value that is an object with a user_id in it shows that as the attribute's own."""

    def change(record: Record) -> None:
        value = record["attribute"]["value"]
        if isinstance(value, dict) and isinstance(value.get("user_id"), str):
            record["user_id"] = value["user_id"]

    mock.records("attribute", change)


@fault("ATT-03-key-with-hyphens", rule="ATT-03", subtlety="plausible")
def key_with_hyphens(mock: Mock) -> None:
    """In the list an underscore of the key is a hyphen."""
    mock.records(
        "attribute", lambda r: r["attribute"].update(key=r["attribute"]["key"].replace("_", "-")), LIST_ATTRIBUTES
    )


@fault("ATT-04-second-attribute-for-encoded-ids", rule="ATT-04", subtlety="subtle")
def second_attribute_for_encoded_ids(mock: Mock) -> None:
    """A user id that has to be encoded is not found again: a second put adds a second attribute to the list."""
    older: dict[tuple[str, str], list[Record]] = {}

    def put(original: Any, self: Attributes, user_id: str, definition: Record, value: Any, **written: Any) -> Any:
        held = self._by_user.get(user_id, {}).get(definition["_id"])
        if held and not re.fullmatch(r"[\w.-]+", user_id, re.ASCII):
            older.setdefault((user_id, definition["_id"]), []).append(
                {**self._record(user_id, definition, held), "_id": f"{held.attribute_id}-{id(held)}"}
            )
        return original(self, user_id, definition, value, **written)

    mock.wrap(Attributes, "put", put)
    listed_as(mock, lambda every, asked: every + [r for (u, _), old in older.items() if u == asked[1] for r in old])


@fault("ATT-04-twice-after-a-delete", rule="ATT-04", subtlety="subtle")
def twice_after_a_delete(mock: Mock) -> None:
    """A value that is put again after a delete is in the list twice."""
    again: set[tuple[str, str]] = set()
    mock.answer(lambda x: again.add((x.ids["user_id"], x.ids["definition_id"])), DELETE_ATTRIBUTE, status=200)

    def change(every: list[Record], asked: Any) -> list[Record]:
        twice = [r for r in every if (r["user_id"], r["user_attribute_definition_id"]) in again]
        return every + [{**record, "_id": f"{record['_id'][:-1]}x"} for record in twice]

    listed_as(mock, change)


@fault("ATT-05-new-id-after-an-update", rule="ATT-05", subtlety="subtle")
def new_id_after_an_update(mock: Mock) -> None:
    """Replacing a value gives it a new _id where the definition was updated since it was put."""
    updated: set[str] = set()

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        updated.update({record_id} if next(self._attributes.values_of(record_id), None) else ())
        return original(self, record_id, body)

    def put(original: Any, self: Attributes, user_id: str, definition: Record, value: Any, **written: Any) -> Any:
        held = self._by_user.get(user_id, {}).get(definition["_id"])
        if held and definition["_id"] in updated:
            held.attribute_id = self._new_id()
        return original(self, user_id, definition, value, **written)

    mock.wrap(Definitions, "update", update)
    mock.wrap(Attributes, "put", put)
