"""DEF: creating attribute definitions."""

import functools
from http import HTTPStatus
from typing import Any

from hypothesis import strategies as st

from audience_conformance.checks.assertions import (
    at_most,
    at_once,
    entries,
    expect_status,
    field,
    has_fields,
    in_pages,
    items,
    list_all,
    record,
    schema_fields,
    subset,
    succeeded,
    thorough,
)
from audience_conformance.checks.limits import fit
from audience_conformance.checks.registry import check
from audience_conformance.client.api import DEFINITIONS, Api, JsonObject, definition_path
from audience_conformance.results.finding import expect, same

TYPES = ("string", "number", "boolean", "date", "datetime", "list", "object")
FLAGS = ("customer_editable", "encrypted", "pinned", "is_locked")
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
"""Names and descriptions that a careless server changes or rejects."""
CREATED_WITH = schema_fields("CreateUserAttributeDefinition")
DOCUMENTED = schema_fields("UserAttributeDefinition")
DEFAULTS: JsonObject = {"validations": [], "default_value": None, "pin_order": 0, **dict.fromkeys(FLAGS, False)}


def definition_body(api: Api, type_: str = "string", **fields: Any) -> JsonObject:
    """A valid body of a creation that the target takes, with a new name, slug and description."""
    body = {"name": api.unique("Name "), "slug": api.unique("s"), "description": api.unique("About "), "type": type_}
    return fit(api, {**body, **fields})


def create(api: Api, body: JsonObject) -> JsonObject:
    """Create a definition; a rejection is a finding."""
    answer = api.post(DEFINITIONS, body)
    succeeded(answer, "a valid definition to be created", operation="createUserAttributeDefinition")
    expect(isinstance(field(answer, "_id"), str), "_id to be a string", answer.text, rule="FMT-02")
    return record(answer)


def read(api: Api, definition_id: str, rule: str = "DEF-01") -> JsonObject:
    """Read an existing definition by its id (else the given rule)."""
    answer = api.get(definition_path(definition_id))
    return record(expect_status(answer, HTTPStatus.OK, "the read of an existing definition", rule=rule))


def with_slug(api: Api, slug: str) -> list[JsonObject]:
    """The definitions that the list returns for a slug."""
    return items(api.get(DEFINITIONS, slug=slug))


TRIED_WITH = 2
"""Each unusual text is tried with so many types."""


@check("DEF-01", on="createUserAttributeDefinition getUserAttributeDefinitionById", cases=TYPES)
def a_created_definition_reads_back(api: Api, type_: str) -> None:
    """Create definitions of each type, with names, descriptions and slugs of any script and length; read each by id.

    Each text is tried with two of the types. The first definitions are read again at the end: later creations must not
    change them.
    """
    sent: list[tuple[str, JsonObject]] = []

    def reads_back(name: str, description: str, slug: str = "") -> None:
        body = definition_body(api, type_, name=name, slug=slug or api.unique("s"), description=description)
        created = create(api, body)
        has_fields(created, body, "the response to the creation")
        has_fields(read(api, created["_id"]), body, "the definition read by id")
        sent.append((created["_id"], body))

    reads_back("Alike", "The first of that name")
    reads_back("Alike", "Alike")

    place = TYPES.index(type_)
    edges = [text for number, text in enumerate(EDGES) if (number - place) % len(TYPES) < TRIED_WITH]
    for text in at_most(api, edges, 2):
        reads_back(text, EDGES[EDGES.index(text) - 1])
    unique = api.unique("S_")
    digits = f"00{int.from_bytes(unique.encode())}"
    slugs = (f"{unique}-aB_9-", f"{unique}-".ljust(255, "z"), f"9{unique}", f"{unique}--b__c", digits)
    for slug in at_most(api, slugs, 1):
        reads_back(api.unique("Name "), "A slug of its own", slug)
    if thorough(api):
        api.for_all(reads_back, examples=api.budget.examples // 4, name=TEXTS, description=TEXTS)
    for definition_id, body in sent[:3]:
        has_fields(read(api, definition_id), body, "the definition after others were created")


@check("DEF-02", on="createUserAttributeDefinition getUserAttributeDefinitions")
def a_created_definition_is_in_the_list(api: Api) -> None:
    """Create definitions of each type, with long texts and texts of many scripts; find each in the unfiltered list."""
    texts: tuple[dict[str, str], ...] = (
        {"name": "名前 Имя 👟"},
        {"name": "Ä" * 255},
        {"description": "Ж" * 255},
        {"slug": api.unique("9_").ljust(255, "Z"), "description": " \r\n "},
        {"slug": f"00{int.from_bytes(api.unique('s').encode())}"},
    )
    bodies = [definition_body(api, type_) for type_ in TYPES]
    bodies += [definition_body(api, TYPES[number], **text) for number, text in enumerate(texts)]
    bodies += [definition_body(api, type_, **text) for text in texts[:2] for type_ in subset(api, TYPES)]
    created = {create(api, body)["_id"]: body for body in bodies}
    for read_list in (in_pages, list_all):
        listed = entries(api, DEFINITIONS, created, read=read_list)
        for definition_id, body in created.items():
            expect(definition_id in listed, f"the list to have the definition {definition_id}", "it is on no page")
            has_fields(listed[definition_id], body, "the definition in the list")


@check("DEF-03", on="createUserAttributeDefinition")
def two_creations_get_different_ids(api: Api) -> None:
    """Create definitions that differ in the slug alone, also after one was deleted: no id is used twice."""
    ids: list[str] = []
    for number in range(8):
        body = definition_body(api, name="The same name", description="The same description")
        created = create(api, body)
        expect(created["_id"] not in ids, "a new _id for each creation", f"{created['_id']} again")
        ids.append(created["_id"])
        if number % 3 == 1:
            api.delete(definition_path(created["_id"]))
    base = api.unique("s")
    for slug in (base, base.upper(), f"{base}-", f"{base}_"):
        answer = api.post(DEFINITIONS, definition_body(api, slug=slug, name="The same name"))
        if answer.ok:  # slugs may be unique regardless of case
            expect(field(answer, "_id") not in ids, f"a new _id for the slug {slug}", answer.text)
            ids.append(field(answer, "_id"))


@check("DEF-13", on="createUserAttributeDefinition")
def a_taken_slug_is_refused(api: Api) -> None:
    """Create a second definition with the slug of the first: alike, different, and after the first was renamed."""

    def is_rejected(body: JsonObject, case: str) -> None:
        expect_status(api.post(DEFINITIONS, body), HTTPStatus.BAD_REQUEST, f"a creation with the slug of {case}")

    body = definition_body(api, "number")
    first = create(api, body)
    is_rejected(body, "an equal definition")
    is_rejected(definition_body(api, "list", slug=body["slug"]), "a different definition")
    api.put(definition_path(first["_id"]), {"name": api.unique("Renamed "), "type": "boolean"})
    is_rejected(body, "a definition that was updated since")
    longest = definition_body(api, slug=api.unique("long-").ljust(255, "z"))
    create(api, longest)
    is_rejected(longest, "another definition, of maximum length")


@check("DEF-13", on="createUserAttributeDefinition")
def a_slug_is_given_once_to_creations_at_the_same_time(api: Api) -> None:
    """Send creations with one slug at the same time: one succeeds, and all others are rejected."""
    for _ in range(2):
        slug = api.unique("s")
        bodies = [definition_body(api, slug=slug) for _ in range(8)]
        answers = at_once(functools.partial(api.post, DEFINITIONS, body) for body in bodies)
        created = [str(answer) for answer in answers if answer.ok]
        expect(len(created) == 1, f"one of the simultaneous creations with the slug {slug} to succeed", created)
        for answer in answers:
            if not answer.ok:
                expect_status(answer, HTTPStatus.BAD_REQUEST, "all simultaneous creations with one slug but one")


@check("DEF-13", on="createUserAttributeDefinition deleteUserAttributeDefinitionById")
def a_slug_is_free_once_its_definition_is_deleted(api: Api) -> None:
    """Delete a definition and create another with its slug; then the slug is taken again."""
    body = definition_body(api)
    api.delete(definition_path(create(api, body)["_id"]))
    expect_status(api.post(DEFINITIONS, body), HTTPStatus.CREATED, "a creation with the slug of a deleted definition")
    expect_status(api.post(DEFINITIONS, body), HTTPStatus.BAD_REQUEST, "a second creation with that slug")


@check("DEF-15", on="createUserAttributeDefinition getUserAttributeDefinitionById", cases=TYPES)
def a_new_definition_has_the_defaults(api: Api, type_: str) -> None:
    """Create a definition of each type and check every field that was not sent: in the response, by id, in the list.

    Another definition of the type is created and updated first: its fields must not become defaults.
    """
    before = create(api, definition_body(api, type_))
    api.put(definition_path(before["_id"]), {"customer_editable": True, "description": "Not the next one's"})
    body = definition_body(api, type_)
    created = create(api, body)
    given = {"pinned": True, "encrypted": True, "pin_order": 7, "default_value": "x", "_id": before["_id"]}
    read_only = create(api, definition_body(api, type_, **given))
    expect(read_only["_id"] != before["_id"], "an _id of its own, though the body has that of another", read_only)
    listed = with_slug(api, body["slug"])
    sources = {
        "the response to the creation": created,
        "the definition read by id": read(api, created["_id"]),
        "the definition in the list": listed[0] if len(listed) == 1 else created,
        "a definition created with properties that a creation ignores": read_only,
    }
    for source, definition in sources.items():
        for name, default in DEFAULTS.items():
            expect(name in definition, f"{name} in {source}", definition)
            same(definition[name], default, f"{name} of {source}")
        expect("created_at" in definition, f"created_at in {source}", definition)
        same(definition.get("modified_at"), definition["created_at"], f"modified_at of {source}, never updated,")
