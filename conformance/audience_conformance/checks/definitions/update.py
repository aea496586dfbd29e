"""DEF: what an update changes, and what it leaves unchanged."""

import functools
import time
from datetime import datetime
from http import HTTPStatus
from typing import Any

from hypothesis import strategies as st

from audience_conformance.checks.assertions import (
    at_once,
    body,
    entries,
    expect_status,
    has_fields,
    known_parts,
    only,
    record,
    subset,
    succeeded,
    thorough,
)
from audience_conformance.checks.attributes.values import FITS
from audience_conformance.checks.definitions.create import (
    DOCUMENTED,
    EDGES,
    TEXTS,
    TYPES,
    read,
    with_slug,
)
from audience_conformance.checks.limits import fit
from audience_conformance.checks.prerequisites import LOCKED_DEFINITION, VALIDATED_DEFINITION
from audience_conformance.checks.registry import check
from audience_conformance.client.api import DEFINITIONS, Api, JsonObject, definition_path, value_path
from audience_conformance.results.finding import Skip, expect, fail, same, show

UPDATE = "updateUserAttributeDefinition"
TIMES = ("created_at", "modified_at")
PAUSES = (0.005, 0.1, 1.1)
"""Seconds before an update, and before it is repeated: two changes may bear the same time where the clock is coarse."""
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "name": TEXTS,
        "description": TEXTS,
        "type": st.sampled_from(TYPES),
        "customer_editable": st.booleans(),
    },
)
_BAD_VALUES: JsonObject = {
    "name": ["", "x" * 256, 1, False, None, [], {}],
    "description": ["", "x" * 256, 1, False, None, [], {}],
    "type": ["text", "", "String", 1, None, []],
    "customer_editable": ["yes", "", 1, 0, None, []],
}
BAD: list[JsonObject] = [{name: value} for name, values in _BAD_VALUES.items() for value in values]
"""Invalid updates."""
GOOD: JsonObject = {"name": "A new name", "description": "New", "type": "boolean", "customer_editable": True}


def update(api: Api, definition_id: str, changes: JsonObject) -> JsonObject:
    """Update a definition; a rejection is a finding of DEF-04."""
    answer = api.put(definition_path(definition_id), changes)
    return record(succeeded(answer, "a valid update to be accepted", rule="DEF-04", operation=UPDATE))


@check("DEF-04", on=f"{UPDATE} getUserAttributeDefinitionById getUserAttributeDefinitions")
def an_update_changes_what_it_names(api: Api) -> None:
    """Update each field alone and with others, to every type, to and from false; read it by id and from the list.

    Also update to the name of another definition, and to a type that stored values fit.
    """
    made, other = api.definition(), api.definition("date")

    def is_changed(changes: JsonObject) -> None:
        changes = fit(api, changes)
        has_fields(update(api, made["_id"], changes), changes, "the response to the update")
        has_fields(read(api, made["_id"]), changes, "the updated definition")
        listed = with_slug(api, made["slug"])
        expect(len(listed) == 1, "one definition with that slug in the list", listed, rule="DEF-09")
        has_fields(listed[0], changes, "the updated definition in the list")

    for editable in (True, True, False, False):
        is_changed({"customer_editable": editable})
    for text in subset(api, EDGES):
        is_changed({"name": text, "description": text})
    is_changed({"name": "Alone"})
    is_changed({"description": "Alone"})
    is_changed({"name": other.get("name"), "description": other.get("description")})
    for number, type_ in enumerate(TYPES):
        more = {"description": f"Now {type_}", "customer_editable": type_ == "date"} if number % 2 else {}
        is_changed({"type": type_, **more})
    api.for_all(is_changed, examples=max(api.budget.examples // 2, 2), changes=CHANGES)
    last = {"name": api.unique("Last "), "description": "The last", "customer_editable": True}
    is_changed(last)
    for definition in (read(api, made["_id"]), *entries(api, DEFINITIONS, [made["_id"]]).values()):
        has_fields(definition, last, "the updated definition, read again and from the whole list")

    api.put(value_path(other["_id"], api.unique("u")), {"attribute": {"value": "2024-05-01"}})
    changes = {"type": "string", "description": "Of users' values"}
    if api.put(definition_path(other["_id"]), changes).ok:
        has_fields(read(api, other["_id"]), changes, "the updated definition of which a user has a value")


@check("DEF-05", on=f"{UPDATE} getUserAttributeDefinitionById getUserAttributeDefinitions")
def an_update_leaves_what_it_does_not_name(api: Api) -> None:
    """Update each set of fields of a definition without defaults: its other fields and other definitions stay."""
    slug = api.unique("s")
    made = api.definition("date", slug=slug, description="Described")
    sibling = update(api, api.definition("date", name=made.get("name"))["_id"], {"customer_editable": True})
    siblings = [api.definition("number", name=name, slug=f"{slug}{end}") for name, end in (("Full", "-2"), ("A", "x"))]

    def leaves_the_rest(state: JsonObject, changes: JsonObject) -> None:
        state, changes = fit(api, state), fit(api, changes)
        update(api, made["_id"], state)
        before = read(api, made["_id"])
        same(before.get("slug"), slug, "slug, which an update does not name")
        _unchanged(update(api, made["_id"], changes), before, changes, "the response to the update")
        _unchanged(read(api, made["_id"]), before, changes, "the updated definition")
        for entry in with_slug(api, slug):
            _unchanged(entry, before, changes, "the updated definition in the list")

    full = {"name": "Full", "description": "Every field set", "type": "number", "customer_editable": True}
    for name, value in full.items():
        leaves_the_rest(full, {name: GOOD[name]})
        leaves_the_rest(full, {other: GOOD[other] for other in GOOD if other != name})
        if thorough(api):
            leaves_the_rest({**full, "customer_editable": False}, {name: value})
    leaves_the_rest(full, {})
    if thorough(api):
        api.for_all(leaves_the_rest, examples=api.budget.examples // 2, state=CHANGES, changes=CHANGES)
    for definition in (sibling, *siblings):
        _unchanged(read(api, definition["_id"]), definition, {}, "another definition, which no update named,")


@check("DEF-05", on=f"{UPDATE} getUserAttributeDefinitionById", needs=(VALIDATED_DEFINITION,))
def an_update_leaves_what_the_api_cannot_set(api: Api) -> None:
    """Change the description of the definition of --validated-definition and put it back: all else stays.

    Its validations, flags, pin_order and default_value cannot be set through the API: no other definition has any.
    """
    definition_id = api.options.validated_definition_id
    if definition_id is None:
        raise Skip(VALIDATED_DEFINITION)
    path = definition_path(definition_id)
    before = known_parts(api.get(path).json)
    text = before.get("description") if isinstance(before, dict) else None
    if not isinstance(text, str):
        raise Skip(f"{VALIDATED_DEFINITION}; {definition_id} has no description")
    try:
        for description in (api.unique("For a moment "), text):
            _changes_description(api, before, path, description)
    except BaseException:
        api.child().put(path, {"description": text})
        raise


def _changes_description(api: Api, before: JsonObject, path: str, description: str) -> None:
    changes = {"description": description}
    answer = api.put(path, changes)
    if not answer.ok:
        raise Skip(f"{VALIDATED_DEFINITION}; it cannot be changed ({str(answer)[:100]})")
    _unchanged(record(answer), before, changes, "the response to the update")
    _unchanged(body(api.get(path)), before, changes, "the updated definition")


def _unchanged(after: JsonObject, before: JsonObject, changes: JsonObject, source: str) -> None:
    """Compare all documented fields but the changed ones and the times (DEF-06)."""
    rest = [name for name in DOCUMENTED if name not in changes and name not in TIMES]
    has_fields(only(after, rest), only(before, rest), source)


@check("DEF-06", on=f"{UPDATE} getUserAttributeDefinitionById")
def an_update_moves_modified_at(api: Api) -> None:
    """Update each field, a few milliseconds after the last update: modified_at increases, created_at stays.

    Simultaneous updates may get the same modified_at, but none that lies before.
    """
    made = api.definition()
    before = read(api, made["_id"])
    for _ in range(4 if thorough(api) else 2):
        for name in GOOD:
            answer, after = _update_later(api, before, name)
            same(after.get("created_at"), before.get("created_at"), "created_at of an updated definition")
            same(after.get("created_at"), made.get("created_at"), "created_at of an updated definition")
            same(answer.get("modified_at"), after.get("modified_at"), "modified_at in the response to the update")
            later = _parse_time(after.get("modified_at")) > _parse_time(before.get("modified_at"))
            expect(later, f"modified_at later than {before.get('modified_at')}", str(after.get("modified_at")))
            before = after
    names = [{"name": f"At once {number}"} for number in range(api.budget.parallel)]
    for definition in at_once(functools.partial(update, api, made["_id"], changes) for changes in names):
        right = _parse_time(definition.get("modified_at")) >= _parse_time(before.get("modified_at"))
        expect(right, f"modified_at not before {before.get('modified_at')}", str(definition.get("modified_at")))
    update(api, made["_id"], {"name": "Of old", **dict.fromkeys(TIMES, "2001-02-03T04:05:06.000Z")})
    before = read(api, made["_id"])
    same(before.get("created_at"), made.get("created_at"), "created_at after an update whose body has another")
    for entry in with_slug(api, str(made.get("slug"))):
        same(only(entry, TIMES), only(before, TIMES), "the times in the list")
    update(api, made["_id"], {})
    after = read(api, made["_id"])
    same(only(after, TIMES), only(before, TIMES), "the times after an update without fields")


def _update_later(api: Api, before: JsonObject, name: str) -> tuple[JsonObject, JsonObject]:
    """Change a field of a definition after a pause, and again after longer ones while modified_at does not change.

    Give the response, and the definition as it is read then. An update with what is there already need not move it.
    """
    after = before
    for pause in PAUSES:
        time.sleep(pause)
        answer = update(api, before["_id"], {name: _another(api, after, name)})
        after = read(api, before["_id"])
        if after.get("modified_at") != before.get("modified_at"):
            break
    return answer, after


def _another(api: Api, definition: JsonObject, name: str) -> Any:
    """A value of a field that the definition does not have."""
    if name == "customer_editable":
        return not definition.get(name)
    if name == "type":
        return "list" if definition.get(name) != "list" else GOOD[name]
    return api.unique("Another ")


def _parse_time(text: Any) -> datetime:
    expect(isinstance(text, str), "modified_at to be a date-time", text)
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        fail("a date-time", text, rule="FMT-11")
    expect(moment.tzinfo is not None, "a date-time with a zone", text, rule="FMT-11")
    return moment


@check("DEF-14", on=f"{UPDATE} deleteUserAttributeDefinitionById", needs=(LOCKED_DEFINITION,))
def a_locked_definition_refuses_update_and_delete(api: Api) -> None:
    """Update and delete the definition of --locked-definition: each request answers 400 and changes nothing."""
    definition_id = api.options.locked_definition_id
    if definition_id is None:
        raise Skip(LOCKED_DEFINITION)
    path = definition_path(definition_id)
    answer = api.get(path)
    if not answer.ok or record(answer).get("is_locked") is not True:
        raise Skip(f"{LOCKED_DEFINITION}; {definition_id} is not locked ({str(answer)[:100]})")
    before = only(record(answer), DOCUMENTED)
    current = only(before, GOOD)

    def is_unchanged(request: str) -> None:
        after = only(read(api, definition_id, "DEF-14"), DOCUMENTED)
        same(after, before, f"the locked definition after a rejected {request}")

    for changes in (*({name: value} for name, value in GOOD.items()), current, {"name": before.get("name")}, GOOD, {}):
        answer = api.put(path, changes)
        if answer.ok:
            api.put(path, current)
        expect_status(answer, HTTPStatus.BAD_REQUEST, f"the update {show(changes)} of a locked definition")
        is_unchanged("update")
    value_at = value_path(definition_id, api.unique("u"))
    put = api.put(value_at, {"attribute": {"value": FITS.get(str(before.get("type")), [None])[0]}})
    expect_status(api.delete(path), HTTPStatus.BAD_REQUEST, "the delete of a locked definition")
    is_unchanged("delete")
    if put.ok:
        expect_status(api.get(value_at), HTTPStatus.OK, "the read of a value after the rejected delete")
