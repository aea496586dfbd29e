"""DEF: what an update changes, and what it leaves."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from audience_conformance.api import DEFINITIONS, Api, JsonObject, value_path
from audience_conformance.checks.definitions import (
    DOCUMENTED,
    EDGES,
    TEXTS,
    TYPES,
    holds,
    of_slug,
    path_of,
    read,
)
from audience_conformance.outcome import Lacking, broken, expect, same
from audience_conformance.registry import check
from audience_conformance.shapes import OK, REFUSED, in_pages, only, record, some, succeeded

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
    """Update each field alone and with others, to every type, to and from false; read it by id and from the list."""
    made = api.definition()

    def changes_them(changes: JsonObject) -> None:
        holds(update(api, made["_id"], changes), changes, "the answer to the update")
        holds(read(api, made["_id"]), changes, "the updated definition")
        listed = of_slug(api, made["slug"])
        expect(len(listed) == 1, "one definition with that slug in the list", listed, rule="DEF-09")
        holds(listed[0], changes, "the updated definition in the list")

    for editable in (True, False, True, True, False, False):
        changes_them({"customer_editable": editable})
    for text in some(api, EDGES):
        changes_them({"name": text})
        changes_them({"description": text, "name": "Changed with it"})
    for one in TYPES:
        changes_them({"type": one})
        changes_them({"type": one, "description": f"Now {one}", "customer_editable": one == "date"})
    api.for_all(changes_them, changes=CHANGES)


@check("DEF-05", on=f"{UPDATE} getUserAttributeDefinitionById getUserAttributeDefinitions")
def an_update_leaves_what_it_does_not_name(api: Api) -> None:
    """Update each set of fields of a definition without defaults; its other fields stay, and so does its sibling."""
    slug = api.fresh("s")
    made = api.definition("date", slug=slug, description="Described")
    sibling = update(api, api.definition("date", name=made.get("name"))["_id"], {"customer_editable": True})

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
    _unchanged(read(api, sibling["_id"]), sibling, {}, "another definition, which no update named,")


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
    with ThreadPoolExecutor(api.effort.parallel) as pool:
        updates = [{"name": f"At once {number}"} for number in range(api.effort.parallel)]
        at_once = [one.get("modified_at") for one in pool.map(lambda one: update(api, made["_id"], one), updates)]
    expect(len(set(at_once)) == len(at_once), "each of the updates made at once to move modified_at", at_once)
    before = read(api, made["_id"])
    update(api, made["_id"], {})
    after = read(api, made["_id"])
    same(only(after, TIMES), only(before, TIMES), "the times after an update that names nothing")


def _moment(text: Any) -> datetime:
    expect(isinstance(text, str), "modified_at to be a date-time", text)
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        broken("a date-time", text, rule="FMT-11")
    expect(moment.tzinfo is not None, "a date-time with a zone", text, rule="FMT-11")
    return moment


@check("DEF-14", on=f"{UPDATE} deleteUserAttributeDefinitionById")
def a_locked_definition_refuses_update_and_delete(api: Api) -> None:
    """Update and delete the definition given by --locked-definition: both are 400, and it is as before."""
    definition_id = api.options.locked_definition_id
    if definition_id is None:
        raise Lacking("a locked definition that may be tried on (--locked-definition)")
    answer = api.get(path_of(definition_id))
    if not answer.ok or record(answer).get("is_locked") is not True:
        raise Lacking(f"a locked definition: {definition_id} is none ({str(answer)[:100]})")
    before = only(record(answer), DOCUMENTED)
    restoring = only(before, GOOD)
    for name, value in GOOD.items():
        answer = api.put(path_of(definition_id), {name: value})
        if answer.ok:
            api.put(path_of(definition_id), restoring)
        expect(answer.status == REFUSED, f"400 to an update of {name} of a locked definition", str(answer))
        after = only(read(api, definition_id, rule="DEF-14"), DOCUMENTED)
        same(after, before, "the locked definition after a refused update")
    answer = api.delete(path_of(definition_id))
    expect(answer.status == REFUSED, "400 to the delete of a locked definition", str(answer))
    after = only(read(api, definition_id, rule="DEF-14"), DOCUMENTED)
    same(after, before, "the locked definition after a refused delete")


@check("DEF-20", on=f"{UPDATE} getUserAttributeDefinitionById getUserAttributeDefinitions")
def a_refused_update_changes_nothing(api: Api) -> None:
    """Send updates with a field of a wrong kind, alone and among good ones: the definition stays, times included."""
    made = api.definition("number", description="Described")
    user_id = api.fresh("u")
    api.put(value_path(made["_id"], user_id), {"attribute": {"value": 7}})
    before = only(read(api, made["_id"]), DOCUMENTED)
    refused = 0

    def stays(how: str, answer_ok: bool) -> int:
        if answer_ok:
            update(api, made["_id"], only(before, GOOD))
            before.update(only(read(api, made["_id"]), TIMES))
            return 0
        after = only(read(api, made["_id"], rule="DEF-20"), DOCUMENTED)
        same(after, before, f"the definition after {how} was refused")
        return 1

    good = {name: value for name, value in GOOD.items() if name != "type"}
    for bad in some(api, BAD):
        for body in (bad, {**good, **bad}, {**bad, **{k: v for k, v in good.items() if k not in bad}}):
            refused += stays(f"the update {str(body)[:200]}", api.put(path_of(made["_id"]), body).ok)
    if not refused:
        broken("an update with an empty name to be refused", "every invalid update is accepted", rule="FMT-05")
    stays("a type that a stored value does not fit", api.put(path_of(made["_id"]), {**GOOD, "type": "list"}).ok)
    for no_object in (None, [], "name", [{"name": "A new name"}]):
        stays(f"the update {no_object}", api.put(path_of(made["_id"]), no_object).ok)
    for content, media_type in ((b'{"name": "Cut off"', "application/json"), (b'{"name": "Text"}', "text/plain")):
        headers = {"Content-Type": media_type}
        answer = api.request("PUT", path_of(made["_id"]), content=content, headers=headers)
        stays(f"{content.decode()} as {media_type}", answer.ok)
    for entry in of_slug(api, made["slug"]):
        same(only(entry, DOCUMENTED), before, "the definition in the list after refused updates")
    value = api.get(value_path(made["_id"], user_id))
    if value.status == OK:
        same((record(value).get("attribute") or {}).get("value"), 7, "a user's value after refused updates")


@check("DEF-20", on=f"{UPDATE} getUserAttributeDefinitions")
def a_refused_update_of_an_unknown_definition_creates_none(api: Api) -> None:
    """Update a definition that is deleted, by its id: it is refused, and no such definition comes to be."""
    made = api.definition()
    api.delete(path_of(made["_id"]))
    name = api.fresh("Upserted ")
    answer = api.put(path_of(made["_id"]), {**GOOD, "name": name, "slug": made["slug"]})
    if answer.ok:
        api.delete(path_of(made["_id"]))
        broken("404 to the update of a deleted definition", str(answer), rule="DEF-08")
    found = [item for item in in_pages(api, DEFINITIONS) if item.get("name") == name]
    expect(not found, "nothing of a refused update in the list", found)
