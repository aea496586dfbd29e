"""DEF: attribute definitions, as they are created."""

import functools
from http import HTTPStatus
from typing import Any

from hypothesis import strategies as st

from audience_conformance.checks.assertions import (
    at_most,
    entries,
    field,
    in_pages,
    items,
    list_all,
    record,
    subset,
    succeeded,
)
from audience_conformance.checks.cross_cutting.concurrency import at_once
from audience_conformance.checks.registry import check
from audience_conformance.client.api import DEFINITIONS, Api, JsonObject, definition_path
from audience_conformance.results.finding import expect, same

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
    "\r\n of\r\nWindows\u2028",
    " ",
    "\ufeffzero\u200bwidth\xa0and a soft\xad hyphen",
    "x" * 255,
    "ß" * 255,
    "👟" * 120,
)
"""Names and descriptions that a careless server changes or refuses."""
FIRST = 3
"""Definitions that are read again when others were created."""
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
    return definition_path(definition_id)


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
    expect(
        answer.status == HTTPStatus.OK,
        "the definition to be found by its _id",
        str(answer),
        **{"rule": "DEF-01", **more},
    )
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
    """Create definitions of each type, with names, descriptions and slugs of any script and length; read each by id.

    The first are read once more at the end: what was created since is none of their business.
    """
    first: list[tuple[str, JsonObject]] = []

    def reads_back(name: str, description: str, slug: str = "") -> None:
        body = {"name": name, "slug": slug or api.fresh("s"), "description": description, "type": type_}
        created = create(api, body)
        holds(created, body, "the answer to its creation")
        holds(read(api, created["_id"]), body, "the definition that was read")
        if len(first) < FIRST:
            first.append((created["_id"], body))

    reads_back("Alike", "The first of that name")
    reads_back("Alike", "Alike")

    for text in at_most(api, EDGES, 3):
        reads_back(text, EDGES[EDGES.index(text) - 1])
    fresh = api.fresh("S_")
    digits = f"00{int.from_bytes(fresh.encode())}"
    slugs = (f"{fresh}-aB_9-", f"{fresh}-".ljust(255, "z"), f"9{fresh}", f"{fresh}--b__c", digits)
    for slug in at_most(api, slugs, 1):
        reads_back(api.fresh("Name "), "A slug of its own", slug)
    api.for_all(reads_back, examples=max(api.budget.examples // 2, 2), name=TEXTS, description=TEXTS)
    for definition_id, body in first:
        holds(read(api, definition_id), body, "the definition when others had been created")


@check("DEF-02", on="createUserAttributeDefinition getUserAttributeDefinitions")
def a_created_definition_is_in_the_list(api: Api) -> None:
    """Create definitions of each type, long, and of many scripts; find each in the list, read without any filter."""
    texts: tuple[dict[str, str], ...] = (
        {"name": "名前 Имя 👟"},
        {"name": "Ä" * 255},
        {"description": "Ж" * 255},
        {"slug": api.fresh("9_").ljust(255, "Z"), "description": " \r\n "},
        {"slug": f"00{int.from_bytes(api.fresh('s').encode())}"},
    )
    sent = [a_body(api, type_) for type_ in TYPES]
    sent += [{**a_body(api, TYPES[number]), **text} for number, text in enumerate(texts)]
    sent += [{**a_body(api, type_), **text} for text in texts[:2] for type_ in subset(api, TYPES)]
    made = {}
    for body in sent:
        made[create(api, body)["_id"]] = body
    for read_list in (in_pages, list_all):
        found = entries(api, DEFINITIONS, made, read=read_list)
        for one, body in made.items():
            expect(one in found, f"the list to hold the definition {one}", "it is on no page")
            holds(found[one], body, "the definition in the list")


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
    slug = api.fresh("s")
    for like in (slug, slug.upper(), f"{slug}-", f"{slug}_"):
        answer = api.post(DEFINITIONS, a_body(api, slug=like, name="The same name"))
        if answer.ok:  # slugs may be unique whatever the case
            expect(field(answer, "_id") not in given, f"an id of its own for the slug {like}", answer.text)
            given.append(field(answer, "_id"))


@check("DEF-13", on="createUserAttributeDefinition")
def a_taken_slug_is_refused(api: Api) -> None:
    """Create a second definition with the slug of the first: alike, different, and after the first was renamed."""
    body = a_body(api, "number")
    first = create(api, body)

    def refused(again: JsonObject, when: str) -> None:
        answer = api.post(DEFINITIONS, again)
        expect(answer.status == HTTPStatus.BAD_REQUEST, f"400 for a slug that is taken, {when}", str(answer))

    refused(body, "by a definition just like it")
    refused(a_body(api, "list", slug=body["slug"]), "by a definition unlike it")
    api.put(path_of(first["_id"]), {"name": api.fresh("Renamed "), "type": "boolean"})
    refused(body, "by a definition that was changed since")
    longest = a_body(api, slug=api.fresh("long-").ljust(255, "z"))
    create(api, longest)
    refused(longest, "and as long as slugs get")


@check("DEF-13", on="createUserAttributeDefinition")
def a_slug_is_given_once_to_creations_at_the_same_time(api: Api) -> None:
    """Send creations with one slug at the same time: one is taken, and all others are refused."""
    for _ in range(2):
        slug = api.fresh("s")
        sent = [a_body(api, slug=slug) for _ in range(8)]
        answers = at_once(functools.partial(api.post, DEFINITIONS, body) for body in sent)
        taken = [str(answer) for answer in answers if answer.ok]
        expect(len(taken) == 1, f"the slug {slug} to be given once to creations at the same time", taken)
        refused = [answer for answer in answers if not answer.ok]
        for answer in refused:
            expect(
                answer.status == HTTPStatus.BAD_REQUEST, "400 for a slug that is taken at the same time", str(answer)
            )


@check("DEF-13", on="createUserAttributeDefinition deleteUserAttributeDefinitionById")
def a_slug_is_free_once_its_definition_is_deleted(api: Api) -> None:
    """Delete a definition and create another with its slug; then that one holds it."""
    body = a_body(api)
    api.delete(path_of(create(api, body)["_id"]))
    answer = api.post(DEFINITIONS, body)
    expect(answer.status == HTTPStatus.CREATED, "a slug to be free when its definition is deleted", str(answer))
    answer = api.post(DEFINITIONS, body)
    expect(answer.status == HTTPStatus.BAD_REQUEST, "400 for a slug that is taken again", str(answer))


@check("DEF-15", on="createUserAttributeDefinition getUserAttributeDefinitionById", cases=TYPES)
def a_new_definition_has_the_defaults(api: Api, type_: str) -> None:
    """Create a definition of each type and look at all that was not sent, in the answer, by id and in the list.

    One of the type was made and updated before: a new one does not take after it.
    """
    before = create(api, a_body(api, type_))
    api.put(path_of(before["_id"]), {"customer_editable": True, "description": "Not the next one's"})
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
