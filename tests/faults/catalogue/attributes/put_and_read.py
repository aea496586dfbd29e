"""Faults of values that are put and read back (ATT-01 to ATT-05, ATT-13)."""

import re
import struct
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, records, request, wrap
from tests.faults.operators.lists import listed_as
from tests.faults.operators.store import put_by
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import Change, fault, faults, operator

from audience_mock.contract.document import DOCUMENTED_TENANT
from audience_mock.store.attributes import Attributes
from audience_mock.store.definitions import Definitions


def put_as(store: Callable[[Any], Any]) -> Change:
    """Store `store(value)`."""
    return put_by(lambda attributes, user_id, definition, held, value: store(value))


def _texts(store: Callable[[str], Any]) -> Change:
    return put_as(lambda value: store(value) if isinstance(value, str) else value)


def _lists(store: Callable[[list[Any]], Any]) -> Change:
    return put_as(lambda value: store(value) if isinstance(value, list) else value)


def _null_if(is_null: Callable[[Any], bool]) -> Change:
    return put_as(lambda value: None if is_null(value) else value)


def _parts(type_: type, store: Callable[[Any], Any]) -> Change:
    """Change every part of a value that has this type."""

    def within(value: Any) -> Any:
        if isinstance(value, dict):
            value = {key: within(inner) for key, inner in value.items()}
        elif isinstance(value, list):
            value = [within(inner) for inner in value]
        return store(value) if isinstance(value, type_) and not isinstance(value, bool) else value

    return put_as(within)


def _cut(value: Any, levels: int) -> Any:
    """The first levels of a value; what is deeper is null."""
    if not isinstance(value, dict | list):
        return value
    if not levels:
        return None
    if isinstance(value, dict):
        return {key: _cut(inner, levels - 1) for key, inner in value.items()}
    return [_cut(inner, levels - 1) for inner in value]


def _single(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 3e38
    return struct.unpack("f", struct.pack("f", value))[0] if is_number else value


def _in_utc(text: str) -> str:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}T[\d:.]+[+-]\d{2}:\d{2}", text):
        return text
    try:
        return datetime.fromisoformat(text).astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return text


faults(
    "ATT-01",
    text_only=put_as(str),
    false_becomes_null=_null_if(lambda value: value is False),
    zero_becomes_null=_null_if(lambda value: value == 0 and value is not False),
    empty_text_becomes_null=_null_if(lambda value: bool(value == "")),
    empty_list_becomes_null=_null_if(lambda value: bool(value == [])),
    empty_object_becomes_null=_null_if(lambda value: bool(value == {})),
    numbers_are_rounded=put_as(lambda value: round(value, 2) if isinstance(value, float) else value),
    numbers_in_32_bits=put_as(_single),
    numeric_texts_become_numbers=_texts(lambda text: int(text) if re.fullmatch("[0-9]{1,15}", text) else text),
    whole_numbers_in_64_bits=_parts(int, lambda number: (number + 2**63) % 2**64 - 2**63),
    large_numbers_end_at_2_to_the_53=_parts(int, lambda number: max(min(number, 2**53 - 1), 1 - 2**53)),
    text_is_trimmed=_texts(str.strip),
    text_is_normalised=_texts(lambda text: unicodedata.normalize("NFC", text)),
    text_is_cut_at_nul=_texts(lambda text: text.partition("\0")[0]),
    text_is_cut_at_255=_texts(lambda text: text[:255]),
    text_is_cut_at_64_k=_texts(lambda text: text.encode()[:65535].decode(errors="ignore")),
    emoji_are_lost=_texts(lambda text: "".join(c for c in text if ord(c) < 0x10000)),
    list_is_a_set=_lists(lambda items: list(dict.fromkeys(items))),
    list_is_sorted=_lists(sorted),
    nulls_in_objects_are_dropped=put_as(
        lambda value: {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value
    ),
    dollar_keys_are_dropped=_parts(dict, lambda value: {k: v for k, v in value.items() if k[:1] != "$"}),
    proto_is_dropped=_parts(dict, lambda value: {k: v for k, v in value.items() if k != "__proto__"}),
    deep_objects_are_cut=put_as(lambda value: _cut(value, 10)),
    date_gets_a_time=_texts(lambda text: f"{text}T00:00:00.000Z" if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else text),
    datetime_becomes_utc=_texts(_in_utc),
    zone_of_zero_becomes_z=_texts(lambda text: re.sub(r"(?<=\d)\+00:00$", "Z", text)),
    zeros_of_a_fraction_are_dropped=_texts(lambda text: re.sub(r"(:\d\d\.\d*[1-9])0+(?=[Z+-])", r"\1", text)),
    texts_of_times_are_revived=_parts(
        str, lambda text: re.sub(r"\A(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z\Z", r"\1.000Z", text)
    ),
)


@fault("ATT-01")
def a_deleted_value_cannot_come_back(mock: Mock) -> None:
    """After a delete, another put is answered, and a read stays 404."""
    gone = mock.noted(lambda x: x.value_key, ops.DELETE_ATTRIBUTE, status=200)
    mock.answer(lambda x: x.refuse(404) if x.value_key in gone else None, ops.GET_ATTRIBUTE)


@fault("ATT-01", wrap, Definitions, "update")
def an_update_makes_falsy_values_null(original: Any, self: Any, record_id: str, body: Record) -> Any:
    new = original(self, record_id, body)
    for user_id, value in self._attributes.values_of(record_id):
        self._attributes._by_user[user_id][record_id].value = value or None
    return new


def _values_show(change: Callable[[Record], Any], *operation_ids: str) -> Change:
    """Change what a value shows, in these responses or in all."""
    return records(change, *(operation_ids or ops.ATTRIBUTES))


faults(
    "ATT-02",
    company_for_application=_values_show(lambda r: r.update(application_id="559")),
    application_of_the_example=_values_show(lambda r: r.update(application_id=DOCUMENTED_TENANT.application_id)),
    user_id_in_small_letters=_values_show(lambda r: r.update(user_id=r["user_id"].lower())),
    definition_id_is_its_own=_values_show(
        lambda r: r.update(user_attribute_definition_id=r["_id"]), ops.LIST_ATTRIBUTES
    ),
    user_id_stays_encoded=answer(
        lambda x: x.json.update(user_id=x.path.rpartition("/")[2]), ops.PUT_ATTRIBUTE, status=201
    ),
)


@fault("ATT-02", request)
def plus_in_a_path_is_a_blank(exchange: Exchange) -> None:
    exchange.path = exchange.path.replace("+", "%20")


@fault("ATT-02", answer, ops.LIST_ATTRIBUTES, status=200)
def filtered_list_has_no_application(exchange: Exchange) -> None:
    """The list that is filtered by type shows the company's id as application_id."""
    for record in exchange.records() if "type" in exchange.query else ():
        record["application_id"] = exchange.ids["company_id"]


@fault("ATT-02", _values_show)
def user_of_the_value(record: Record) -> None:
    """A value that is an object with a user_id shows that as the attribute's own."""
    value = record["attribute"]["value"]
    if isinstance(value, dict) and isinstance(value.get("user_id"), str):
        record["user_id"] = value["user_id"]


JSON_TYPES = {str: "string", bool: "boolean", int: "number", float: "number", list: "list", dict: "object"}

faults(
    "ATT-03",
    type_of_the_json_value=_values_show(
        lambda r: r.update(type=JSON_TYPES.get(type(r["attribute"]["value"]), "object"))
    ),
    key_in_the_list_is_the_id=_values_show(
        lambda r: r["attribute"].update(key=r["user_attribute_definition_id"]), ops.LIST_ATTRIBUTES
    ),
    key_with_hyphens=_values_show(
        lambda r: r["attribute"].update(key=r["attribute"]["key"].replace("_", "-")), ops.LIST_ATTRIBUTES
    ),
)


@fault("ATT-03", wrap, Attributes, "_record")
def key_is_the_name(original: Any, self: Any, user_id: str, definition: Record, held: Any) -> Any:
    found = original(self, user_id, definition, held)
    return {**found, "attribute": {**found["attribute"], "key": definition["name"]}}


@fault("ATT-03")
def type_from_when_it_was_put(mock: Mock) -> None:
    types: dict[tuple[str, str], str] = {}

    def note(attributes: Attributes, user_id: str, definition: Record, held: Any, value: Any) -> Any:
        types[user_id, definition["_id"]] = definition["type"]
        return value

    put_by(note)(mock)
    _values_show(lambda r: r.update(type=types.get(_key(r), r["type"])))(mock)


def _key(record: Record) -> tuple[str, str]:
    return record["user_id"], record["user_attribute_definition_id"]


def _lower(value: Any) -> Any:
    return str(value).lower() if isinstance(value, str | list) else value


def _combined(combine: Callable[[Any, Any], Any]) -> Change:
    """Store `combine(old, new)` with a second put."""
    return put_by(lambda a, user_id, definition, held, value: combine(held.value, value) if held else value)


faults(
    "ATT-04",
    falsy_does_not_replace=_combined(lambda old, new: new or old),
    objects_are_merged=_combined(lambda old, new: {**old, **new} if type(old) is type(new) is dict else new),
    lists_are_appended=_combined(lambda old, new: old + new if type(old) is type(new) is list else new),
    what_python_calls_equal_stays=_combined(lambda old, new: old if old == new else new),
    other_capitals_are_no_change=_combined(lambda old, new: old if _lower(old) == _lower(new) else new),
    another_order_is_no_change=_combined(
        lambda old, new: old if type(old) is type(new) is list and sorted(old) == sorted(new) else new
    ),
)


@fault("ATT-04")
def list_shows_the_first_value(mock: Mock) -> None:
    first: dict[str, Any] = {}
    mock.records(lambda r: first.setdefault(r["_id"], r["attribute"]["value"]), ops.PUT_ATTRIBUTE)
    mock.records(
        lambda r: r["attribute"].update(value=first.get(r["_id"], r["attribute"]["value"])), ops.LIST_ATTRIBUTES
    )


@fault("ATT-04", wrap, Attributes, "put")
def first_value_stays(original: Any, self: Any, user_id: str, definition: Record, value: Any, **written: Any) -> Any:
    held = self._by_user.get(user_id, {}).get(definition["_id"])
    if held is None:
        return original(self, user_id, definition, value, **written)
    record = self._record(user_id, definition, held)
    return {**record, "attribute": {**record["attribute"], "value": value}}


@operator
def _old_ones_are_listed(mock: Mock, where: Callable[[str], object]) -> None:
    """List the replaced values of a user beside the new ones, where something holds of the user id."""
    old: list[Record] = []

    def note(attributes: Attributes, user_id: str, definition: Record, held: Any, value: Any) -> Any:
        if held and where(user_id):
            old.append({**attributes._record(user_id, definition, held), "_id": attributes._new_id()})
        return value

    put_by(note)(mock)
    listed_as(lambda every, *_: [one for r in every for one in (r, *(o for o in old if _key(o) == _key(r)))])(mock)


faults(
    "ATT-04",
    old_values_stay_listed=_old_ones_are_listed(lambda user_id: True),
    second_attribute_for_encoded_ids=_old_ones_are_listed(lambda id_: not re.fullmatch(r"[\w.-]+", id_, re.ASCII)),
)


@fault("ATT-04")
def twice_after_a_delete(mock: Mock) -> None:
    again = mock.noted(lambda x: x.value_key, ops.DELETE_ATTRIBUTE, status=200)
    listed_as(lambda every, *_: every + [{**r, "_id": f"{r['_id'][:-1]}x"} for r in every if _key(r) in again])(mock)


def _new_id_where(where: Callable[[Record, Any, Any], object]) -> Change:
    """Give a value a new _id where `where(definition, old, new)`."""

    def put(attributes: Attributes, user_id: str, definition: Record, held: Any, value: Any) -> Any:
        if held and where(definition, held.value, value):
            held.attribute_id = attributes._new_id()
        return value

    return put_by(put)


faults(
    "ATT-05",
    new_id_on_replace=_new_id_where(lambda definition, old, new: True),
    new_id_for_the_same_value=_new_id_where(lambda definition, old, new: old == new),
)


@fault("ATT-05")
def new_id_after_an_update(mock: Mock) -> None:
    """Replacing a value gives it a new _id if the definition was updated while it had values."""
    updated: set[str] = set()

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        updated.update({record_id} if next(self._attributes.values_of(record_id), None) else ())
        return original(self, record_id, body)

    mock.wrap(update, Definitions, "update")
    _new_id_where(lambda definition, old, new: definition["_id"] in updated)(mock)


@operator
def _put_is_200(mock: Mock, where: Callable[[Any, Any], object]) -> None:
    """Respond to a put with 200 where `where(value held before, new value)`."""
    held: dict[int, Any] = {}

    def after(exchange: Exchange) -> None:
        old = held.pop(id(exchange))
        if exchange.status == 201 and where(old, exchange.fields.get("attribute", {}).get("value")):
            exchange.status = 200

    mock.request(lambda x: held.update({id(x): x.held}), ops.PUT_ATTRIBUTE)
    mock.answer(after, ops.PUT_ATTRIBUTE)


faults(
    "ATT-13",
    put_is_200=_put_is_200(lambda held, new: True),
    replacing_is_200=_put_is_200(lambda held, new: held is not None),
    same_value_is_200=_put_is_200(lambda held, new: held is not None and held.value == new),
    falsy_for_truthy_is_200=_put_is_200(lambda held, new: held and held.value and not new),
)
