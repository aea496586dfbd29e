"""DEF: what an update changes, and what it leaves."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from http import HTTPStatus
from typing import Any

from hypothesis import strategies as st

from audience_conformance.checks.assertions import entries, only, record, subset, succeeded
from audience_conformance.checks.attributes.values import FITS
from audience_conformance.checks.definitions.create import (
    DOCUMENTED,
    EDGES,
    TEXTS,
    TYPES,
    holds,
    of_slug,
    path_of,
    read,
)
from audience_conformance.checks.prerequisites import LOCKED_DEFINITION
from audience_conformance.checks.registry import check
from audience_conformance.client.api import DEFINITIONS, Api, JsonObject, value_path
from audience_conformance.results.finding import Skip, expect, fail, same

UPDATE = "updateUserAttributeDefinition"
TIMES = ("created_at", "modified_at")
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "name": TEXTS,
        "description": TEXTS,
        "type": st.sampled_from(TYPES),
        "customer_editable": st.booleans(),
    },
)
BAD_VALUES: JsonObject = {
    "name": ["", "x" * 256, 1, False, None, [], {}],
    "description": ["", "x" * 256, 1, False, None, [], {}],
    "type": ["text", "", "String", 1, None, []],
    "customer_editable": ["yes", "", 1, 0, None, []],
}
BAD: list[JsonObject] = [{name: value} for name, values in BAD_VALUES.items() for value in values]
"""Updates that are to be refused."""
GOOD: JsonObject = {"name": "A new name", "description": "New", "type": "boolean", "customer_editable": True}


def update(api: Api, definition_id: str, changes: JsonObject, **more: Any) -> JsonObject:
    """Update a definition; here a refusal is a finding, of DEF-04."""
    answer = api.put(path_of(definition_id), changes)
    succeeded(answer, "a valid update to be accepted", **{"rule": "DEF-04", "operation": UPDATE, **more})
    return record(answer)


@check("DEF-04", on=f"{UPDATE} getUserAttributeDefinitionById getUserAttributeDefinitions")
def an_update_changes_what_it_names(api: Api) -> None:
    """Update each field alone and with others, to every type, to and from false; read it by id and from the list.

    Also to the name of another definition, and to a type that the values fit that users hold.
    """
    made, other = api.definition(), api.definition("date")

    def changes_them(changes: JsonObject) -> None:
        holds(update(api, made["_id"], changes), changes, "the answer to the update")
        holds(read(api, made["_id"]), changes, "the updated definition")
        list_all = of_slug(api, made["slug"])
        expect(len(list_all) == 1, "one definition with that slug in the list", list_all, rule="DEF-09")
        holds(list_all[0], changes, "the updated definition in the list")

    for editable in (True, False, True, True, False, False):
        changes_them({"customer_editable": editable})
    for text in subset(api, EDGES):
        changes_them({"name": text})
        changes_them({"description": text, "name": "Changed with it"})
    changes_them({"name": other.get("name"), "description": other.get("description")})
    for one in TYPES:
        changes_them({"type": one})
        changes_them({"type": one, "description": f"Now {one}", "customer_editable": one == "date"})
    api.for_all(changes_them, changes=CHANGES)
    last = {"name": api.fresh("Last "), "description": "The last", "customer_editable": True}
    changes_them(last)
    for found in (read(api, made["_id"]), *entries(api, DEFINITIONS, [made["_id"]]).values()):
        holds(found, last, "the updated definition, read again and from the whole list")
    _with_values(api, other["_id"])


def _with_values(api: Api, definition_id: str) -> None:
    """A type that a stored value fits, if it is accepted, becomes the type."""
    api.put(value_path(definition_id, api.fresh("u")), {"attribute": {"value": "2024-05-01"}})
    changes = {"type": "string", "description": "Of users' values"}
    answer = api.put(path_of(definition_id), changes)
    if answer.ok:
        holds(read(api, definition_id), changes, "the updated definition of which a user holds a value")


@check("DEF-05", on=f"{UPDATE} getUserAttributeDefinitionById getUserAttributeDefinitions")
def an_update_leaves_what_it_does_not_name(api: Api) -> None:
    """Update each set of fields of a definition without defaults; its other fields stay, and so does its sibling."""
    slug = api.fresh("s")
    made = api.definition("date", slug=slug, description="Described")
    sibling = update(api, api.definition("date", name=made.get("name"))["_id"], {"customer_editable": True})
    siblings = [api.definition("number", name=name, slug=f"{slug}{end}") for name, end in (("Full", "-2"), ("A", "x"))]

    def leaves_the_rest(state: JsonObject, changes: JsonObject) -> None:
        update(api, made["_id"], state)
        before = read(api, made["_id"])
        same(before.get("slug"), slug, "slug, which an update does not name")
        answer = update(api, made["_id"], changes)
        _unchanged(answer, before, changes, "the answer to the update")
        _unchanged(read(api, made["_id"]), before, changes, "the updated definition")
        for entry in of_slug(api, slug):
            _unchanged(entry, before, changes, "the updated definition in the list")

    full = {"name": "Full", "description": "Every field set", "type": "number", "customer_editable": True}
    for name, value in full.items():
        leaves_the_rest(full, {name: GOOD[name]})
        leaves_the_rest(full, {other: GOOD[other] for other in GOOD if other != name})
        leaves_the_rest({**full, "customer_editable": False}, {name: value})
    leaves_the_rest(full, {})
    api.for_all(leaves_the_rest, state=CHANGES, changes=CHANGES)
    for one in (sibling, *siblings):
        _unchanged(read(api, one["_id"]), one, {}, "another definition, which no update named,")


def _unchanged(after: JsonObject, before: JsonObject, changes: JsonObject, where: str) -> None:
    """All documented fields but the changed ones and the times, which are DEF-06's."""
    rest = [name for name in DOCUMENTED if name not in changes and name not in TIMES]
    holds(only(after, rest), only(before, rest), where)


@check("DEF-06", on=f"{UPDATE} getUserAttributeDefinitionById")
def an_update_moves_modified_at(api: Api) -> None:
    """Update each field, after a pause, without and at once: modified_at is later each time, created_at as it was."""
    made = api.definition()
    before = read(api, made["_id"])
    for pause in (0.0, 0.0, 0.0, 0.02):
        for name, value in GOOD.items():
            time.sleep(pause)
            changed = value if before.get(name) != value else {**GOOD, "name": "Another", "type": "list"}[name]
            changes = {name: not before.get(name) if name == "customer_editable" else changed}
            answer = update(api, made["_id"], changes)
            after = read(api, made["_id"])
            same(after.get("created_at"), before.get("created_at"), "created_at of an updated definition")
            same(after.get("created_at"), made.get("created_at"), "created_at of an updated definition")
            same(answer.get("modified_at"), after.get("modified_at"), "modified_at in the answer to the update")
            later = _moment(after.get("modified_at")) > _moment(before.get("modified_at"))
            expect(later, f"modified_at later than {before.get('modified_at')}", str(after.get("modified_at")))
            before = after
    with ThreadPoolExecutor(api.budget.parallel) as pool:
        updates = [{"name": f"At once {number}"} for number in range(api.budget.parallel)]
        at_once = [one.get("modified_at") for one in pool.map(lambda one: update(api, made["_id"], one), updates)]
    expect(len(set(at_once)) == len(at_once), "each of the updates made at once to move modified_at", at_once)
    update(api, made["_id"], {"name": "Of old", **dict.fromkeys(TIMES, "2001-02-03T04:05:06.000Z")})
    before = read(api, made["_id"])
    same(before.get("created_at"), made.get("created_at"), "created_at after an update whose body has another")
    for entry in of_slug(api, str(made.get("slug"))):
        same(only(entry, TIMES), only(before, TIMES), "the times in the list")
    update(api, made["_id"], {})
    after = read(api, made["_id"])
    same(only(after, TIMES), only(before, TIMES), "the times after an update that names nothing")


def _moment(text: Any) -> datetime:
    expect(isinstance(text, str), "modified_at to be a date-time", text)
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        fail("a date-time", text, rule="FMT-11")
    expect(moment.tzinfo is not None, "a date-time with a zone", text, rule="FMT-11")
    return moment


@check("DEF-14", on=f"{UPDATE} deleteUserAttributeDefinitionById", needs=(LOCKED_DEFINITION,))
def a_locked_definition_refuses_update_and_delete(api: Api) -> None:
    """Update and delete the definition given by --locked-definition: both are 400, and it is as before."""
    definition_id = api.options.locked_definition_id
    if definition_id is None:
        raise Skip(LOCKED_DEFINITION)
    answer = api.get(path_of(definition_id))
    if not answer.ok or record(answer).get("is_locked") is not True:
        raise Skip(f"{LOCKED_DEFINITION}; {definition_id} is not locked ({str(answer)[:100]})")
    before = only(record(answer), DOCUMENTED)
    restoring = only(before, GOOD)
    for changes in ({name: value} for name, value in GOOD.items()):
        _refuses(api, definition_id, before, changes)
    for changes in (restoring, {"name": before.get("name")}, GOOD, {}):
        _refuses(api, definition_id, before, changes)
    value_at = value_path(definition_id, api.fresh("u"))
    value = FITS.get(str(before.get("type")), [None])[0]
    put = api.put(value_at, {"attribute": {"value": value}})
    answer = api.delete(path_of(definition_id))
    expect(answer.status == HTTPStatus.BAD_REQUEST, "400 to the delete of a locked definition", str(answer))
    after = only(read(api, definition_id, rule="DEF-14"), DOCUMENTED)
    same(after, before, "the locked definition after a refused delete")
    if put.ok:
        answer = api.get(value_at)
        expect(answer.status == HTTPStatus.OK, "a user's value after the refused delete of its definition", str(answer))


def _refuses(api: Api, definition_id: str, before: JsonObject, changes: JsonObject) -> None:
    """An update of a locked definition is 400 and changes nothing; one that was taken is taken back."""
    answer = api.put(path_of(definition_id), changes)
    if answer.ok:
        api.put(path_of(definition_id), only(before, GOOD))
    expect(answer.status == HTTPStatus.BAD_REQUEST, f"400 to the update {changes} of a locked definition", str(answer))
    after = only(read(api, definition_id, rule="DEF-14"), DOCUMENTED)
    same(after, before, "the locked definition after a refused update")
