"""ATT: a user's value of a definition, put, read, replaced and deleted."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Any

from hypothesis import strategies as st

from audience_conformance.checks.assertions import at_most, body, field, items, list_all, record, succeeded
from audience_conformance.checks.attributes.values import EXTREME, FITS, another, equal_value
from audience_conformance.checks.definitions.create import TYPES, path_of
from audience_conformance.checks.definitions.update import update
from audience_conformance.checks.prerequisites import OTHER_APPLICATION
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, user_path, value_path
from audience_conformance.results.finding import expect, same, show

PUT, READ, DELETE, LIST = (
    "updateUserAttribute",
    "getUserAttributeById",
    "deleteUserAttribute",
    "getUserAttributesForUser",
)
SUFFIXES = ("", "@example.com", " a b", "-Ünï-東京", "%41+1&x=y#z", "-" + "x" * 150)
"""What makes user ids of every form: any string may be one."""
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
    "datetime": st.datetimes(min_value=datetime(1600, 1, 1)).map(  # noqa: DTZ001 (the zone is written below)
        lambda moment: f"{moment.isoformat(timespec='milliseconds')}Z"
    ),
    "list": st.lists(_TEXTS, max_size=8),
    "object": st.dictionaries(_TEXTS, _JSON, max_size=5),
}
"""A definition's type -> any value that it takes."""


def put(api: Api, definition_id: str, user_id: str, value: Any, **more: Any) -> JsonObject:
    """Put a value that fits; here a refusal is a finding."""
    answer = api.put(value_path(definition_id, user_id), {"attribute": {"value": value}})
    succeeded(answer, f"{show(value)[:200]} to be accepted", **{"operation": PUT, **more})
    return record(answer)


def read(api: Api, definition_id: str, user_id: str, **more: Any) -> JsonObject:
    """A user's value that is there."""
    answer = api.get(value_path(definition_id, user_id))
    expect(answer.status == HTTPStatus.OK, "the value to be found", str(answer), **more)
    return record(answer)


def holds(attribute: JsonObject, value: Any, where: str, **more: Any) -> None:
    """Report a finding unless an attribute has this value."""
    found = field(attribute, "attribute", "value")
    expect(equal_value(found, value), f"the value {show(value)} in {where}", found, **more)


def held(api: Api, user_id: str, **query: Any) -> dict[str, list[JsonObject]]:
    """What a user's list holds, by definition id."""
    found: dict[str, list[JsonObject]] = {}
    for item in list_all(api, user_path(user_id), **query):
        found.setdefault(show(field(item, "user_attribute_definition_id")).strip('"'), []).append(item)
    return found


@check("ATT-01", on=f"{PUT} {READ} {LIST}", cases=TYPES)
def a_value_reads_back(api: Api, type_: str) -> None:
    """Put values of each type, falsy, long, precise, of any script, like another type; read each by id and in the list.

    Each is put for a user without a value and in place of another value; some again after a delete, and read again
    when their definition was updated.
    """
    definition_id = api.definition(type_)["_id"]
    replaced = api.fresh("u")

    def reads_back(value: Any, user_id: str = "") -> None:
        for user in (user_id or api.fresh("u"), replaced):
            holds(put(api, definition_id, user, value), value, "the answer to the put")
            holds(read(api, definition_id, user), value, "the attribute that was read")
        for entry in held(api, user_id or replaced).get(definition_id, []):
            holds(entry, value, "the user's list")

    values = at_most(api, [*FITS[type_], *EXTREME.get(type_, ())], 4)
    for number, value in enumerate(values):
        reads_back(value, f"{api.fresh('u')}{SUFFIXES[number % len(SUFFIXES)]}")
    for value in at_most(api, (*FITS[type_][1:3], FITS[type_][0], FITS[type_][1]), 1):
        path = value_path(definition_id, replaced)
        api.delete(path)
        put(api, definition_id, replaced, value)
        holds(read(api, definition_id, replaced), value, "the attribute that was put again after a delete")
        api.put(path_of(definition_id), {"name": api.fresh("Renamed "), "customer_editable": True})
        holds(read(api, definition_id, replaced), value, "the attribute of a definition that was updated")
    if type_ != "boolean":
        api.for_all(reads_back, examples=max(api.budget.examples // 2, 2), value=GENERATED[type_])


@check("ATT-02", on=f"{PUT} {READ} {LIST}", needs=(OTHER_APPLICATION,))
def an_attribute_says_whose_and_of_what_it_is(api: Api) -> None:
    """Put values for user ids of every form, in each application given; all answers carry the ids of the request."""
    tenants = [api.tenant, *([api.other_tenant] if api.options.other_application_id else [])]
    for tenant in tenants:
        definitions = [api.definition(type_, tenant=tenant) for type_ in ("string", "boolean")]
        for suffix in at_most(api, SUFFIXES, 2):
            user_id = api.fresh("u") + suffix
            for one, values in zip(definitions, (("a", ""), (True, False)), strict=True):
                path = value_path(one["_id"], user_id)
                wanted = {"user_id": user_id, "user_attribute_definition_id": one["_id"], "application_id": tenant[1]}
                for value in values:
                    answer = api.put(path, {"attribute": {"value": value}}, tenant=tenant)
                    _carries(body(answer, rule="ATT-13"), wanted, "the answer to the put")
                _carries(body(api.get(path, tenant=tenant), rule="ATT-01"), wanted, "the attribute")
            if suffix in SUFFIXES[:2]:
                queries: tuple[JsonObject, ...] = ({"type": "string"}, {"page_size": 1, "page_no": 2}, {"name": "name"})
                for query in queries:
                    for entry in items(api.get(user_path(user_id), tenant=tenant, **query)):
                        same(entry.get("user_id"), user_id, "user_id in the user's list, filtered or paged")
                        same(entry.get("application_id"), tenant[1], "application_id in the list, filtered or paged")
            entries = items(api.get(user_path(user_id), tenant=tenant))
            ids = {entry.get("user_attribute_definition_id") for entry in entries}
            expect(ids == {one["_id"] for one in definitions}, "the definitions' ids in the list", entries)
            for entry in entries:
                same(entry.get("user_id"), user_id, "user_id in the user's list")
                same(entry.get("application_id"), tenant[1], "application_id in the user's list")


@check("ATT-02", on=f"{PUT} {READ} {LIST}", cases=[type_ for type_ in TYPES if type_ not in {"string", "boolean"}])
def an_attribute_of_any_type_says_whose_it_is(api: Api, type_: str) -> None:
    """Put values of each type, ids of other things in them: all answers carry the ids of the request."""
    one, user_id = api.definition(type_), api.fresh("u")
    path = value_path(one["_id"], user_id)
    ids = {"user_id": user_id, "user_attribute_definition_id": one["_id"], "application_id": api.tenant[1]}
    odd = [dict.fromkeys(ids, "of the value")] if type_ == "object" else FITS[type_][2:3]
    for value in (FITS[type_][1], *odd):
        answer = api.put(path, {"attribute": {"value": value}, **dict.fromkeys(ids, "of the body")})
        for found in (
            body(answer, rule="ATT-13"),
            body(api.get(path), rule="ATT-01"),
            *items(api.get(user_path(user_id))),
        ):
            _carries(found, ids, "an attribute that was put, read or listed")


def _carries(attribute: JsonObject, wanted: JsonObject, where: str) -> None:
    for name, value in wanted.items():
        same(attribute.get(name), value, f"{name} in {where}")


@check("ATT-03", on=f"{PUT} {READ} {LIST}", cases=TYPES)
def key_and_type_are_the_definitions(api: Api, type_: str) -> None:
    """Put a value of each type: key is the slug and type the type in all answers, also when the definition changed."""
    one = api.definition(type_, slug=api.fresh("Key_A-1"))
    user_id = api.fresh("u")

    def says(type_now: str) -> None:
        listed_ones = held(api, user_id).get(one["_id"], [])
        for attribute in (read(api, one["_id"], user_id, rule="ATT-01"), *listed_ones):
            same(field(attribute, "attribute", "key"), one["slug"], "attribute.key where the value is read or listed")
            same(attribute.get("type"), type_now, "type where the value is read or listed")

    for value in (FITS[type_][0], FITS[type_][1]):
        answer = put(api, one["_id"], user_id, value, rule="ATT-13")
        same(field(answer, "attribute", "key"), one["slug"], "attribute.key in the answer to the put")
        same(answer.get("type"), type_, "type in the answer to the put")
        says(type_)
    update(api, one["_id"], {"name": api.fresh("Renamed ")})
    says(type_)
    if type_ in {"date", "datetime"}:
        update(api, one["_id"], {"type": "string"})
        says("string")


@check("ATT-04", on=f"{PUT} {READ} {LIST}", cases=TYPES)
def a_second_put_replaces(api: Api, type_: str) -> None:
    """Put value after value, truthy after falsy and back: the list holds one attribute, with the last value."""
    one, other = api.definition(type_), api.definition(type_)
    user_id = f"{api.fresh('u')}{SUFFIXES[TYPES.index(type_) % len(SUFFIXES)]}"
    put(api, other["_id"], user_id, FITS[type_][0])
    put(api, one["_id"], user_id, FITS[type_][0])
    api.delete(value_path(one["_id"], user_id))
    for value in (*at_most(api, FITS[type_][:6], 1), *FITS[type_][:2], *at_most(api, FITS[type_][:1] * 2, 1)):
        put(api, one["_id"], user_id, value)
        holds(read(api, one["_id"], user_id), value, "the attribute after the last put")
        for size in at_most(api, (100, 1), 1):
            entries = held(api, user_id, size=size).get(one["_id"], [])
            expect(len(entries) == 1, "one attribute of the definition in the user's list", entries)
            holds(entries[0], value, "the user's list after the last put")
        total = field(body(api.get(user_path(user_id))), "page", "item_total")
        expect(total == 2, "item_total to count each definition once", total)  # noqa: PLR2004 (one and other)


@check("ATT-05", on=f"{PUT} {READ} {LIST}", cases=TYPES)
def replacing_keeps_the_id(api: Api, type_: str) -> None:
    """Put value after value, the same among them: _id stays in the answer, by id and in the list."""
    one = api.definition(type_)
    user_id = api.fresh("u")
    first = field(put(api, one["_id"], user_id, FITS[type_][0], rule="ATT-13"), "_id")
    for number, value in enumerate((FITS[type_][1], FITS[type_][1], FITS[type_][0], FITS[type_][1])):
        if number == 2:  # noqa: PLR2004 (two puts before the update, two after)
            put(api, one["_id"], f"{user_id}-2", value, rule="ATT-13")
            api.put(path_of(one["_id"]), {"name": api.fresh("Renamed "), "customer_editable": True})
        same(put(api, one["_id"], user_id, value, rule="ATT-13").get("_id"), first, "_id in the answer to the put")
        same(read(api, one["_id"], user_id, rule="ATT-01").get("_id"), first, "_id of the attribute")
        for entry in held(api, user_id).get(one["_id"], []):
            same(entry.get("_id"), first, "_id in the user's list")


@check("ATT-13", on=PUT, cases=TYPES)
def a_put_answers_201(api: Api, type_: str) -> None:
    """Put each value for a new user, again, in place of another, and after a delete: 201 each time."""
    definition_id = api.definition(type_)["_id"]
    for value in at_most(api, [*FITS[type_], *EXTREME.get(type_, ())], 2):
        user_id = api.fresh("u")
        path = value_path(definition_id, user_id)
        for when in ("new", "the same again", "another", "in its place", "after a delete"):
            if when == "after a delete":
                api.delete(path)
            sent = another(type_, value) if when == "another" else value
            answer = api.put(path, {"attribute": {"value": sent}})
            expect(answer.status == HTTPStatus.CREATED, f"201 to a put of {show(sent)[:200]}, {when}", str(answer))
    extended = {"attribute": {"value": FITS[type_][0], "key": "ignored"}, "type": "ignored", "user_id": "ignored"}
    answer = api.put(value_path(definition_id, api.fresh("u")), extended)
    expect(answer.status == HTTPStatus.CREATED, "201 to a put with properties that a put does not take", str(answer))
