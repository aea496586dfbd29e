"""DEF: creations that are refused store nothing."""

import json
from typing import TYPE_CHECKING, Any

from audience_conformance.checks.assertions import in_pages, items, only, subset
from audience_conformance.checks.definitions.create import (
    CREATED_WITH,
    DOCUMENTED,
    EDGES,
    a_body,
    create,
    of_slug,
    read,
)
from audience_conformance.checks.registry import check
from audience_conformance.client.api import DEFINITIONS, Api, JsonObject
from audience_conformance.results.finding import expect, fail, same

if TYPE_CHECKING:
    from audience_conformance.client.ledger import Tenant

CREATE = "createUserAttributeDefinition"


@check("DEF-16", on=f"{CREATE} getUserAttributeDefinitions")
def a_refused_creation_stores_nothing(api: Api) -> None:
    """Send creations that lack a field, or have one of a wrong kind; nothing of them is in the list after."""
    taken = create(api, a_body(api))
    refused = [body for body in subset(api, _bad_bodies(api, taken["slug"])) if not api.post(DEFINITIONS, body).ok]
    for rest, media_type in ((b"}", "application/json"), (b"", "text/plain")):
        body = a_body(api)
        content = json.dumps(body).encode() + rest
        answer = api.request("POST", DEFINITIONS, content=content, headers={"Content-Type": media_type})
        refused += [] if answer.ok else [body]
    several = [a_body(api), a_body(api)]
    refused += [] if api.post(DEFINITIONS, several).ok else several
    if not refused:
        fail("a creation without a name to be refused", "every invalid creation is accepted", rule="FMT-05")
    _nothing_is_listed(api, refused, taken["_id"])
    same(only(read(api, taken["_id"]), DOCUMENTED), only(taken, DOCUMENTED), "the definition that holds the slug")
    for slug in {body["slug"] for body in refused if isinstance(body.get("slug"), str) and body["slug"]}:
        holders = [item.get("_id") for item in of_slug(api, slug)]
        expect(holders == ([taken["_id"]] if slug == taken["slug"] else []), "nothing of a refused creation", holders)
    for name in CREATED_WITH:
        _slug_is_free(api, next((body for body in refused if name not in body and "slug" in body), None))
        wrong = (body for body in refused if name != "slug" and body.get(name, "fine") in (None, "", 1))
        _slug_is_free(api, next(wrong, None))


def _nothing_is_listed(api: Api, refused: list[JsonObject], but: str = "") -> None:
    """No name and no description of what was refused is in the list."""
    ours = {body[name] for body in refused for name in ("name", "description") if isinstance(body.get(name), str)}
    for item in in_pages(api, DEFINITIONS):
        stored = [item.get(name) for name in ("name", "description") if item.get(name) in ours]
        expect(not stored or item.get("_id") == but, "nothing of a refused creation in the list", item)


def _slug_is_free(api: Api, refused: JsonObject | None) -> None:
    if refused:
        answer = api.post(DEFINITIONS, a_body(api, slug=refused["slug"]))
        expect(answer.ok, "the slug of a refused creation to be free", str(answer))


@check("DEF-16", on=f"{CREATE} getUserAttributeDefinitions")
def a_creation_that_need_not_be_refused_stores_nothing_if_it_is(api: Api) -> None:
    """Send creations that are right, but long or of other scripts: where one is refused, nothing of it is stored.

    That they are refused at all is another rule's business.
    """
    fields: list[JsonObject] = [{name: text} for text in subset(api, EDGES) for name in ("name", "description")]
    fields += [{"slug": api.fresh("s").ljust(255, "z")}, {"slug": f"9{api.fresh('S_')}"}]
    fields += [
        {"pinned": "maybe"},
        {"validations": 5},
        {"_id": "x"},
        {"default_value": {"a": [1]}},
        {"is_locked": None},
    ]
    for extra in fields:
        body = a_body(api, **extra)
        if not api.post(DEFINITIONS, body).ok:
            found = of_slug(api, body["slug"])
            expect(not found, f"nothing of a creation that was refused, with {str(extra)[:100]}", found)


@check("DEF-16", on=f"{CREATE} getUserAttributeDefinitions")
def a_creation_for_nobody_is_stored_nowhere(api: Api) -> None:
    """Create in a company, and in an application, that no one has: where it is refused, ours have nothing of it."""
    nowhere: list[Tenant] = [(api.tenant[0], api.fresh("app")), (api.fresh("co"), api.tenant[1])]
    for tenant in nowhere:
        body = a_body(api)
        if not api.post(DEFINITIONS, body, tenant=tenant).ok:
            for own in (api.tenant, (api.tenant[0], api.options.other_application_id)):
                if own[1] is not None:
                    found = items(api.get(DEFINITIONS, tenant=(own[0], own[1]), slug=body["slug"]))
                    expect(not found, f"nothing of a creation that was refused in {tenant}", found)


def _bad_bodies(api: Api, taken: str) -> list[JsonObject]:
    """Creations that are to be refused, each with a text of its own in at least one field."""
    lacking = [{name: value for name, value in a_body(api).items() if name != left_out} for left_out in CREATED_WITH]
    nothing: list[Any] = [None, 1, True, [], {}, ""]
    wrong: list[JsonObject] = [{name: value} for name in CREATED_WITH for value in nothing]
    wrong += [{"name": "x" * 256}, {"description": "x" * 256}, {"slug": "a blank"}, {"slug": "x" * 256}]
    wrong += [{"type": "text"}, {"type": "String"}, {"slug": taken}]
    return lacking + [a_body(api, **fields) for fields in wrong]
