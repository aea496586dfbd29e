"""DEF: rejected creations store nothing."""

import json
from typing import Any

from audience_conformance.checks.assertions import in_pages, items, only, subset
from audience_conformance.checks.definitions.create import (
    CREATED_WITH,
    DOCUMENTED,
    EDGES,
    create,
    definition_body,
    read,
    with_slug,
)
from audience_conformance.checks.registry import check
from audience_conformance.client.api import DEFINITIONS, PREFIX, Api, JsonObject
from audience_conformance.results.finding import expect, fail, same, show

CREATE = "createUserAttributeDefinition"


@check("DEF-16", on=f"{CREATE} getUserAttributeDefinitions")
def a_refused_creation_stores_nothing(api: Api) -> None:
    """Send creations that lack a field or have an invalid one; afterwards the list has nothing of them."""
    existing = create(api, definition_body(api))
    invalid = subset(api, _invalid_bodies(api, existing["slug"]))
    rejected = [body for body in invalid if not api.post(DEFINITIONS, body).ok]
    for rest, media_type in ((b"}", "application/json"), (b"", "text/plain")):
        body = definition_body(api)
        content = json.dumps(body).encode() + rest
        answer = api.request("POST", DEFINITIONS, content=content, headers={"Content-Type": media_type})
        rejected += [] if answer.ok else [body]
    several = [definition_body(api), definition_body(api)]
    rejected += [] if api.post(DEFINITIONS, several).ok else several
    if not rejected:
        fail("a creation without a name to be rejected", "every invalid creation is accepted", rule="FMT-05")

    sent = [body.get(name) for body in rejected for name in ("name", "description")]
    texts = {text for text in sent if isinstance(text, str) and text.startswith(PREFIX)}  # others may be anyone's
    for item in in_pages(api, DEFINITIONS):
        stored = item.get("name") in texts or item.get("description") in texts
        expect(not stored or item.get("_id") == existing["_id"], "nothing of a rejected creation in the list", item)
    actual = only(read(api, existing["_id"]), DOCUMENTED)
    same(actual, only(existing, DOCUMENTED), "the definition whose slug a rejected creation had")
    for slug in {body["slug"] for body in rejected if isinstance(body.get("slug"), str) and body["slug"]}:
        ids = [item.get("_id") for item in with_slug(api, slug)]
        expected = [existing["_id"]] if slug == existing["slug"] else []
        expect(ids == expected, "no definition with the slug of a rejected creation", ids)

    for name in CREATED_WITH:
        lacking = [body for body in rejected if name not in body and "slug" in body]
        wrong = [body for body in rejected if name != "slug" and body.get(name, "valid") in (None, "", 1)]
        for body in (*lacking[:1], *wrong[:1]):
            answer = api.post(DEFINITIONS, definition_body(api, slug=body["slug"]))
            expect(answer.ok, "the slug of a rejected creation to stay free", str(answer))


def _invalid_bodies(api: Api, existing_slug: str) -> list[JsonObject]:
    """Invalid creations, each with a unique text in at least one field."""
    lacking = [
        {name: value for name, value in definition_body(api).items() if name != absent} for absent in CREATED_WITH
    ]
    values: list[Any] = [None, 1, True, [], {}, ""]
    wrong: list[JsonObject] = [{name: value} for name in CREATED_WITH for value in values]
    wrong += [{"name": "x" * 256}, {"description": "x" * 256}, {"slug": "a blank"}, {"slug": "x" * 256}]
    wrong += [{"type": "text"}, {"type": "String"}, {"slug": existing_slug}]
    return lacking + [definition_body(api, **fields) for fields in wrong]


@check("DEF-16", on=f"{CREATE} getUserAttributeDefinitions")
def a_creation_that_need_not_be_refused_stores_nothing_if_it_is(api: Api) -> None:
    """Send unusual creations that a server may accept or reject: where it rejects one, it stores nothing of it.

    They have long texts, texts of other scripts, or properties that a creation ignores.
    """
    fields: list[JsonObject] = [{name: text} for text in subset(api, EDGES) for name in ("name", "description")]
    fields += [{"slug": api.unique("s").ljust(255, "z")}, {"slug": f"9{api.unique('S_')}"}, {"_id": "x"}]
    fields += [{"pinned": "maybe"}, {"validations": 5}, {"default_value": {"a": [1]}}, {"is_locked": None}]
    for unusual in fields:
        body = {**definition_body(api), **unusual}
        if not api.post(DEFINITIONS, body).ok:
            stored = with_slug(api, body["slug"])
            expect(not stored, f"nothing of a rejected creation, with {str(unusual)[:100]}", stored)


@check("DEF-16", on=f"{CREATE} getUserAttributeDefinitions")
def a_creation_for_nobody_is_stored_nowhere(api: Api) -> None:
    """Create in a company and in an application that do not exist: a rejected creation is in no application."""
    own = [api.tenant] if api.options.other_application_id is None else [api.tenant, api.other_tenant]
    for unknown in ((api.tenant[0], api.unique("app")), (api.unique("co"), api.tenant[1])):
        body = definition_body(api)
        if not api.post(DEFINITIONS, body, tenant=unknown).ok:
            for tenant in own:
                stored = items(api.get(DEFINITIONS, tenant=tenant, slug=body["slug"]))
                expect(not stored, f"nothing of a creation that was rejected in {show(unknown)}", stored)
