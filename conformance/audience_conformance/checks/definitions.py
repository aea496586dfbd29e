"""DEF: attribute definitions, as they are created."""

import json
from typing import Any

from hypothesis import strategies as st

from audience_conformance.api import DEFINITIONS, Api, JsonObject, seg
from audience_conformance.outcome import broken, expect, same
from audience_conformance.registry import check
from audience_conformance.shapes import (
    CREATED,
    OK,
    REFUSED,
    entries,
    field,
    in_pages,
    items,
    listed,
    only,
    record,
    some,
    succeeded,
)

TYPES = ("string", "number", "boolean", "date", "datetime", "list", "object")
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=255)
EDGES = (
    "x",
    "0",
    "false",
    "null",
    " leading and trailing ",
    "two\nlines\tand a tab",
    "Zoë Brontë 東京 Қостанай القاهرة Łódź 👟",
    "decomposed e\u0301, composed é",
    '"quoted" \\ <b>&amp;</b> {{x}} %20 ${y}',
    "x" * 255,
    "ß" * 255,
    "👟" * 120,
)
"""Names and descriptions that a careless server changes or refuses."""
CREATED_WITH = ("name", "slug", "description", "type")
DOCUMENTED = (
    *("_id", *CREATED_WITH, "validations", "default_value", "encrypted", "pinned", "pin_order"),
    *("customer_editable", "is_locked", "created_at", "modified_at"),
)
DEFAULTS: JsonObject = {
    "validations": [],
    "default_value": None,
    "encrypted": False,
    "pinned": False,
    "pin_order": 0,
    "customer_editable": False,
    "is_locked": False,
}


def path_of(definition_id: str) -> str:
    return f"{DEFINITIONS}/{seg(definition_id)}"


def a_body(api: Api, type_: str = "string", **fields: Any) -> JsonObject:
    """What a definition is created with, nothing of it in use."""
    body = {"name": api.fresh("Name "), "slug": api.fresh("s"), "description": api.fresh("About "), "type": type_}
    return {**body, **fields}


def create(api: Api, body: JsonObject) -> JsonObject:
    """Create a definition; here a refusal is a finding."""
    answer = api.post(DEFINITIONS, body)
    succeeded(answer, "a valid definition to be created", operation="createUserAttributeDefinition")
    expect(isinstance(field(answer, "_id"), str), "_id to be a string", answer.text, rule="FMT-02")
    return record(answer)


def read(api: Api, definition_id: str, **more: Any) -> JsonObject:
    """A definition that is there, by its id."""
    answer = api.get(path_of(definition_id))
    expect(answer.status == OK, "the definition to be found by its _id", str(answer), **{"rule": "DEF-01", **more})
    return record(answer)


def of_slug(api: Api, slug: str) -> list[JsonObject]:
    """All that the list gives for a slug."""
    return items(api.get(DEFINITIONS, slug=slug))


def holds(found: JsonObject, wanted: JsonObject, where: str, **more: Any) -> None:
    """Report a finding unless `found` has all of `wanted`."""
    for name, value in wanted.items():
        same(found.get(name), value, f"{name} of {where}", **more)


@check("DEF-01", on="createUserAttributeDefinition getUserAttributeDefinitionById", cases=TYPES)
def a_created_definition_reads_back(api: Api, type_: str) -> None:
    """Create definitions of each type, with names, descriptions and slugs of any script and length; read each by id."""

    def reads_back(name: str, description: str, slug: str = "") -> None:
        body = {"name": name, "slug": slug or api.fresh("s"), "description": description, "type": type_}
        created = create(api, body)
        holds(created, body, "the answer to its creation")
        holds(read(api, created["_id"]), body, "the definition that was read")

    for text in some(api, EDGES):
        reads_back(text, EDGES[EDGES.index(text) - 1])
    fresh = api.fresh("S_")
    for slug in (f"{fresh}-aB_9-", f"{fresh}-".ljust(255, "z"), f"9{fresh}"):
        reads_back(api.fresh("Name "), "A slug of its own", slug)
    api.for_all(reads_back, name=TEXTS, description=TEXTS)


@check("DEF-02", on="createUserAttributeDefinition getUserAttributeDefinitions")
def a_created_definition_is_in_the_list(api: Api) -> None:
    """Create definitions of each type, with names of many scripts; find each in the list, read without any filter."""
    names: tuple[dict[str, str], ...] = ({}, {"name": "Ä" * 255}, {"name": "名前 Имя 👟"})
    made = [create(api, a_body(api, type_, **name)) for type_ in TYPES for name in names]
    for read_list in (in_pages, listed):
        found = entries(api, DEFINITIONS, [one["_id"] for one in made], read=read_list)
        for one in made:
            expect(one["_id"] in found, f"the list to hold the definition {one['_id']}", "it is on no page")
            wanted = {name: one[name] for name in CREATED_WITH if name in one}
            holds(found[one["_id"]], wanted, "the definition in the list")


@check("DEF-03", on="createUserAttributeDefinition")
def two_creations_get_different_ids(api: Api) -> None:
    """Create definitions alike in all but the slug, also after one was deleted: no id is given twice."""
    given: list[str] = []
    for number in range(8):
        body = a_body(api, name="The same name", description="The same description")
        created = create(api, body)
        expect(created["_id"] not in given, "an id that no creation got before", f"{created['_id']} again")
        given.append(created["_id"])
        if number % 3 == 1:
            api.delete(path_of(created["_id"]))


@check("DEF-13", on="createUserAttributeDefinition")
def a_taken_slug_is_refused(api: Api) -> None:
    """Create a second definition with the slug of the first: alike, different, and after the first was renamed."""
    body = a_body(api, "number")
    first = create(api, body)

    def refused(again: JsonObject, when: str) -> None:
        answer = api.post(DEFINITIONS, again)
        expect(answer.status == REFUSED, f"400 for a slug that is taken, {when}", str(answer))

    refused(body, "by a definition just like it")
    refused(a_body(api, "list", slug=body["slug"]), "by a definition unlike it")
    api.put(path_of(first["_id"]), {"name": api.fresh("Renamed "), "type": "boolean"})
    refused(body, "by a definition that was changed since")
    longest = a_body(api, slug=api.fresh("long-").ljust(255, "z"))
    create(api, longest)
    refused(longest, "and as long as slugs get")


@check("DEF-13", on="createUserAttributeDefinition deleteUserAttributeDefinitionById")
def a_slug_is_free_once_its_definition_is_deleted(api: Api) -> None:
    """Delete a definition and create another with its slug; then that one holds it."""
    body = a_body(api)
    api.delete(path_of(create(api, body)["_id"]))
    answer = api.post(DEFINITIONS, body)
    expect(answer.status == CREATED, "a slug to be free when its definition is deleted", str(answer))
    answer = api.post(DEFINITIONS, body)
    expect(answer.status == REFUSED, "400 for a slug that is taken again", str(answer))


@check("DEF-15", on="createUserAttributeDefinition getUserAttributeDefinitionById", cases=TYPES)
def a_new_definition_has_the_defaults(api: Api, type_: str) -> None:
    """Create a definition of each type and look at all that was not sent, in the answer, by id and in the list."""
    body = a_body(api, type_)
    created = create(api, body)
    ignored = create(api, a_body(api, type_, pinned=True, encrypted=True, pin_order=7, default_value="x"))
    by_slug = of_slug(api, body["slug"])
    found = {
        "the answer to its creation": created,
        "the definition that was read": read(api, created["_id"]),
        "the definition in the list": by_slug[0] if len(by_slug) == 1 else created,
        "a definition created with properties that a creation does not take": ignored,
    }
    for where, one in found.items():
        for name, default in DEFAULTS.items():
            expect(name in one, f"{name} in {where}", one)
            same(one[name], default, f"{name} of {where}")
        expect("created_at" in one, f"created_at in {where}", one)
        same(one.get("modified_at"), one["created_at"], f"modified_at of {where}, never updated,")


@check("DEF-16", on="createUserAttributeDefinition getUserAttributeDefinitions")
def a_refused_creation_stores_nothing(api: Api) -> None:
    """Send creations that lack a field, or have one of a wrong kind; nothing of them is in the list after."""
    taken = create(api, a_body(api))
    refused = [body for body in some(api, _bad_bodies(api, taken["slug"])) if not api.post(DEFINITIONS, body).ok]
    for rest, media_type in ((b"}", "application/json"), (b"", "text/plain")):
        body = a_body(api)
        content = json.dumps(body).encode() + rest
        answer = api.request("POST", DEFINITIONS, content=content, headers={"Content-Type": media_type})
        refused += [] if answer.ok else [body]
    if not refused:
        broken("a creation without a name to be refused", "every invalid creation is accepted", rule="FMT-05")
    ours = {body[name] for body in refused for name in ("name", "description") if isinstance(body.get(name), str)}
    for item in in_pages(api, DEFINITIONS):
        stored = [item.get(name) for name in ("name", "description") if item.get(name) in ours]
        expect(not stored or item.get("_id") == taken["_id"], "nothing of a refused creation in the list", item)
    same(only(read(api, taken["_id"]), DOCUMENTED), only(taken, DOCUMENTED), "the definition that holds the slug")
    for slug in {body["slug"] for body in refused if isinstance(body.get("slug"), str) and body["slug"]}:
        holders = [item.get("_id") for item in of_slug(api, slug)]
        expect(holders == ([taken["_id"]] if slug == taken["slug"] else []), "nothing of a refused creation", holders)
    slug = next((body["slug"] for body in refused if "type" not in body), None)
    if slug:
        answer = api.post(DEFINITIONS, a_body(api, slug=slug))
        expect(answer.ok, "the slug of a refused creation to be free", str(answer))


def _bad_bodies(api: Api, taken: str) -> list[JsonObject]:
    """Creations that are to be refused, each with a text of its own in at least one field."""
    lacking = [{name: value for name, value in a_body(api).items() if name != left_out} for left_out in CREATED_WITH]
    nothing: list[Any] = [None, 1, True, [], {}, ""]
    wrong: list[JsonObject] = [{name: value} for name in CREATED_WITH for value in nothing]
    wrong += [{"name": "x" * 256}, {"description": "x" * 256}, {"slug": "a blank"}, {"slug": "x" * 256}]
    wrong += [{"type": "text"}, {"type": "String"}, {"slug": taken}]
    return lacking + [a_body(api, **fields) for fields in wrong]
