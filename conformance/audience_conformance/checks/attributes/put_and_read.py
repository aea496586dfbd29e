"""ATT: putting, reading and replacing a user's value of a definition."""

import itertools
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

from hypothesis import strategies as st

from audience_conformance.checks.assertions import (
    at_most,
    body,
    expect_status,
    field,
    has_fields,
    item_total,
    items,
    list_all,
    record,
    succeeded,
    thorough,
)
from audience_conformance.checks.attributes.values import ALIKE, EXTREME, FITS, WITH_NUL, another, equal_value
from audience_conformance.checks.definitions.create import TYPES
from audience_conformance.checks.definitions.update import update
from audience_conformance.checks.prerequisites import OTHER_APPLICATION
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, definition_path, user_path, value_path
from audience_conformance.client.ledger import Tenant
from audience_conformance.results.finding import expect, same, show

PUT, READ = "updateUserAttribute", "getUserAttributeById"
DELETE, LIST = "deleteUserAttribute", "getUserAttributesForUser"
MOST_IN_FULL = 4
"""As many values are put in every situation, the others once."""
SUFFIXES = ("", "@example.com", " a b", "-Ünï-東京", "%41+1&x=y#z", "-" + "x" * 150)
"""Endings of user ids: any string may be one."""
_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
_NUMBERS = st.one_of(st.integers(-(2**53) + 1, 2**53 - 1), st.floats(allow_nan=False, allow_infinity=False))
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), _NUMBERS, _TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_TEXTS, inner, max_size=4)),
    max_leaves=8,
)
GENERATED: dict[str, st.SearchStrategy[Any]] = {
    "string": _TEXTS,
    "number": _NUMBERS,
    "boolean": st.booleans(),
    "date": st.dates(min_value=date(1600, 1, 1)).map(str),
    "datetime": st.datetimes(min_value=datetime(1600, 1, 1)).map(  # noqa: DTZ001 (the zone is appended below)
        lambda moment: f"{moment.isoformat(timespec='milliseconds')}Z"
    ),
    "list": st.lists(_TEXTS, max_size=8),
    "object": st.dictionaries(_TEXTS, _JSON, max_size=5),
}
"""A definition's type -> any value that it accepts."""


def put(api: Api, definition_id: str, user_id: str, value: Any, **finding: Any) -> JsonObject:
    """Put a valid value; a rejection is a finding."""
    answer = api.put(value_path(definition_id, user_id), {"attribute": {"value": value}})
    return record(succeeded(answer, f"{show(value)[:200]} to be accepted", **{"operation": PUT, **finding}))


def read(api: Api, definition_id: str, user_id: str, **finding: Any) -> JsonObject:
    """Read an existing value."""
    answer = api.get(value_path(definition_id, user_id))
    return record(expect_status(answer, HTTPStatus.OK, "the read of an existing value", **finding))


def has_value(attribute: JsonObject, value: Any, source: str, **finding: Any) -> None:
    """Report a finding unless an attribute has this value."""
    actual = field(attribute, "attribute", "value")
    expect(equal_value(actual, value), f"the value {show(value)} in {source}", actual, **finding)


def user_entries(api: Api, user_id: str, **query: Any) -> dict[str, list[JsonObject]]:
    """The entries of a user's list by definition id."""
    found: dict[str, list[JsonObject]] = {}
    for entry in list_all(api, user_path(user_id), **query):
        found.setdefault(show(field(entry, "user_attribute_definition_id")).strip('"'), []).append(entry)
    return found


@check("ATT-01", on=f"{PUT} {READ} {LIST}", cases=TYPES)
def a_value_reads_back(api: Api, type_: str) -> None:
    """Put values of each type, falsy, long, precise, of any script, like another type; read each by id and in the list.

    Each is put for a user without a value and in place of another value; some again after a delete, and read again
    after their definition was updated.
    """
    definition_id = api.definition(type_)["_id"]
    same_user, turns = api.unique("u"), itertools.cycle((True, False))

    def reads_back(value: Any, user_id: str = "") -> None:
        new_user = user_id or api.unique("u")
        for user in (new_user, same_user):
            has_value(put(api, definition_id, user, value), value, "the response to the put")
        by_id, listed = (new_user, same_user) if next(turns) else (same_user, new_user)
        has_value(read(api, definition_id, by_id), value, "the attribute read by id")
        for entry in user_entries(api, listed).get(definition_id, []):
            has_value(entry, value, "the user's list")

    for number, value in enumerate(at_most(api, [*FITS[type_], *EXTREME.get(type_, ())], 4)):
        reads_back(value, f"{api.unique('u')}{SUFFIXES[number % len(SUFFIXES)]}")
    if type_ in WITH_NUL:
        _nul_reads_back(api, definition_id, WITH_NUL[type_])
    for value in at_most(api, (*FITS[type_][1:3], FITS[type_][0], FITS[type_][1]), 1):
        api.delete(value_path(definition_id, same_user))
        put(api, definition_id, same_user, value)
        has_value(read(api, definition_id, same_user), value, "the attribute put again after a delete")
        api.put(definition_path(definition_id), {"name": api.unique("Renamed "), "customer_editable": True})
        has_value(read(api, definition_id, same_user), value, "the attribute of an updated definition")
    if type_ != "boolean" and thorough(api):
        api.for_all(reads_back, examples=api.budget.examples // 2, value=GENERATED[type_])


def _nul_reads_back(api: Api, definition_id: str, value: Any) -> None:
    """A server may refuse U+0000, which some databases cannot keep; one that takes it keeps the whole text."""
    user_id = api.unique("u")
    answer = api.put(value_path(definition_id, user_id), {"attribute": {"value": value}})
    if answer.ok:
        has_value(record(answer), value, "the response to the put")
        has_value(read(api, definition_id, user_id), value, "the attribute read by id")


@check("ATT-02", on=f"{PUT} {READ} {LIST}", needs=(OTHER_APPLICATION,))
def an_attribute_says_whose_and_of_what_it_is(api: Api) -> None:
    """Put values for user ids of every form, in each known application: all responses have the ids of the request."""
    tenants = [api.tenant, *([api.other_tenant] if api.options.other_application_id else [])]
    for tenant in tenants:
        definitions = [api.definition(type_, tenant=tenant) for type_ in ("string", "boolean")]
        for suffix in at_most(api, SUFFIXES, 2):
            user_id = api.unique("u") + suffix
            owner = {"user_id": user_id, "application_id": tenant[1]}
            for definition, values in zip(definitions, (("a", ""), (True, False)), strict=True):
                path = value_path(definition["_id"], user_id)
                ids = {**owner, "user_attribute_definition_id": definition["_id"]}
                for value in values:
                    answer = api.put(path, {"attribute": {"value": value}}, tenant=tenant)
                    has_fields(body(answer, rule="ATT-13"), ids, "the response to the put")
                has_fields(body(api.get(path, tenant=tenant), rule="ATT-01"), ids, "the attribute")
            if suffix == SUFFIXES[0]:
                _plus_is_no_blank(api, definitions[0]["_id"], user_id, tenant)
            if suffix in SUFFIXES[:2]:
                queries: tuple[JsonObject, ...] = ({"type": "string"}, {"page_size": 1, "page_no": 2}, {"name": "name"})
                for query in queries:
                    for entry in items(api.get(user_path(user_id), tenant=tenant, **query)):
                        has_fields(entry, owner, "an entry of the user's list, filtered or paged")
            entries = items(api.get(user_path(user_id), tenant=tenant))
            definition_ids = {entry.get("user_attribute_definition_id") for entry in entries}
            expect(definition_ids == {one["_id"] for one in definitions}, "the definitions' ids in the list", entries)
            for entry in entries:
                has_fields(entry, owner, "an entry of the user's list")


def _plus_is_no_blank(api: Api, definition_id: str, user_id: str, tenant: Tenant) -> None:
    """In a path a plus sign is one, encoded or not (RFC 3986, section 3.3)."""
    path = f"{value_path(definition_id, user_id)}+x"
    answer = api.put(path, {"attribute": {"value": "a"}}, tenant=tenant)
    has_fields(body(answer, rule="ATT-13"), {"user_id": f"{user_id}+x"}, "the response to the put")
    encoded = api.get(value_path(definition_id, f"{user_id}+x"), tenant=tenant)
    expect_status(encoded, HTTPStatus.OK, "the read of the value of a user whose id has a plus sign, as %2B")


@check("ATT-02", on=f"{PUT} {READ} {LIST}", cases=[type_ for type_ in TYPES if type_ not in {"string", "boolean"}])
def an_attribute_of_any_type_says_whose_it_is(api: Api, type_: str) -> None:
    """Put values of each type, also with other ids in value and body: all responses have the ids of the request."""
    definition, user_id = api.definition(type_), api.unique("u")
    path = value_path(definition["_id"], user_id)
    ids = {"user_id": user_id, "user_attribute_definition_id": definition["_id"], "application_id": api.tenant[1]}
    more = [dict.fromkeys(ids, "of the value")] if type_ == "object" else FITS[type_][2:3]
    for value in (FITS[type_][1], *more):
        answer = api.put(path, {"attribute": {"value": value}, **dict.fromkeys(ids, "of the body")})
        has_fields(body(answer, rule="ATT-13"), ids, "the response to the put")
        has_fields(body(api.get(path), rule="ATT-01"), ids, "the attribute")
        for entry in items(api.get(user_path(user_id))):
            has_fields(entry, ids, "an entry of the user's list")


@check("ATT-03", on=f"{PUT} {READ} {LIST}", cases=TYPES)
def key_and_type_are_the_definitions(api: Api, type_: str) -> None:
    """Put a value of each type: key is the slug and type is the type in all responses, also after an update."""
    definition = api.definition(type_, slug=api.unique("Key_A-1"))
    definition_id, user_id = definition["_id"], api.unique("u")

    def has_key_and_type(attribute: JsonObject, current: str, source: str) -> None:
        same(field(attribute, "attribute", "key"), definition["slug"], f"attribute.key of {source}")
        same(attribute.get("type"), current, f"type of {source}")

    def reads_with(current: str) -> None:
        entries = user_entries(api, user_id).get(definition_id, [])
        has_key_and_type(read(api, definition_id, user_id, rule="ATT-01"), current, "the attribute")
        for entry in entries:
            has_key_and_type(entry, current, "an entry of the user's list")

    for value in (FITS[type_][0], FITS[type_][1]):
        has_key_and_type(put(api, definition_id, user_id, value, rule="ATT-13"), type_, "the response to the put")
        reads_with(type_)
    update(api, definition_id, {"name": api.unique("Renamed ")})
    reads_with(type_)
    if type_ in {"date", "datetime"}:
        update(api, definition_id, {"type": "string"})
        reads_with("string")


@check("ATT-04", on=f"{PUT} {READ} {LIST}", cases=TYPES)
def a_second_put_replaces(api: Api, type_: str) -> None:
    """Put value after value, truthy after falsy and back: the list has one attribute, with the last value."""
    definition_id, other_id = (api.definition(type_)["_id"] for _ in range(2))
    user_id = f"{api.unique('u')}{SUFFIXES[TYPES.index(type_) % len(SUFFIXES)]}"
    put(api, other_id, user_id, FITS[type_][0])
    put(api, definition_id, user_id, FITS[type_][0])
    api.delete(value_path(definition_id, user_id))
    values = (*at_most(api, FITS[type_][:4], 1), *FITS[type_][:2], *at_most(api, FITS[type_][:1] * 2, 1))
    for number, value in enumerate(values):
        put(api, definition_id, user_id, value)
        has_value(read(api, definition_id, user_id), value, "the attribute after the last put")
        entries = user_entries(api, user_id, size=1 if number % 2 else 100).get(definition_id, [])
        expect(len(entries) == 1, "one attribute of the definition in the user's list", entries)
        has_value(entries[0], value, "the user's list after the last put")
    same(item_total(api.get(user_path(user_id))), 2, "item_total, which counts each definition once,")


@check("ATT-04", on=f"{PUT} {READ}")
def a_value_that_looks_the_same_replaces(api: Api) -> None:
    """Put values after each other that some language takes for equal, as 1 and true: each replaces the one before."""
    for type_, series in ALIKE.items():
        definition_id, user_id = api.definition(type_)["_id"], api.unique("u")
        for values in at_most(api, series, 1):
            for value in values:
                put(api, definition_id, user_id, value)
                has_value(read(api, definition_id, user_id), value, "the attribute after the last put")


@check("ATT-05", on=f"{PUT} {READ} {LIST}", cases=TYPES)
def replacing_keeps_the_id(api: Api, type_: str) -> None:
    """Put value after value, also the same twice: _id stays in the response, by id and in the list."""
    definition_id, user_id = api.definition(type_)["_id"], api.unique("u")
    first, second = FITS[type_][:2]
    attribute_id = field(put(api, definition_id, user_id, first, rule="ATT-13"), "_id")

    def keeps_the_id(value: Any) -> None:
        replaced = put(api, definition_id, user_id, value, rule="ATT-13")
        same(replaced.get("_id"), attribute_id, "_id in the response to the put")
        same(read(api, definition_id, user_id, rule="ATT-01").get("_id"), attribute_id, "_id of the attribute")
        for entry in user_entries(api, user_id).get(definition_id, []):
            same(entry.get("_id"), attribute_id, "_id in the user's list")

    keeps_the_id(second)
    keeps_the_id(second)
    put(api, definition_id, f"{user_id}-2", first, rule="ATT-13")
    api.put(definition_path(definition_id), {"name": api.unique("Renamed "), "customer_editable": True})
    keeps_the_id(first)
    keeps_the_id(second)


@check("ATT-13", on=PUT, cases=TYPES)
def a_put_answers_201(api: Api, type_: str) -> None:
    """Put each value for a new user, again, in place of another, and after a delete: 201 each time."""
    definition_id = api.definition(type_)["_id"]
    cases = ("a new value", "the same value", "another value", "the first value again", "after a delete")
    for number, value in enumerate(at_most(api, [*FITS[type_], *EXTREME.get(type_, ())], 2)):
        path = value_path(definition_id, api.unique("u"))
        for case in cases if number < MOST_IN_FULL else cases[:1]:
            if case == "after a delete":
                api.delete(path)
            sent = another(type_, value) if case == "another value" else value
            answer = api.put(path, {"attribute": {"value": sent}})
            expect_status(answer, HTTPStatus.CREATED, f"the put of {show(sent)[:200]}, {case}")
    extended = {"attribute": {"value": FITS[type_][0], "key": "ignored"}, "type": "ignored", "user_id": "ignored"}
    answer = api.put(value_path(definition_id, api.unique("u")), extended)
    expect_status(answer, HTTPStatus.CREATED, "a put with properties that a put ignores")
