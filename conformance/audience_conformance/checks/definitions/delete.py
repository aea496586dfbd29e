"""DEF: what a delete takes away, and definitions that are not there."""

import hashlib
from http import HTTPStatus

from audience_conformance.checks.assertions import (
    at_most,
    body,
    field,
    in_pages,
    items,
    list_all,
    record,
    subset,
    succeeded,
    thorough,
)
from audience_conformance.checks.attributes.values import FITS
from audience_conformance.checks.definitions.create import TYPES, a_body, create, path_of, read
from audience_conformance.checks.definitions.update import update
from audience_conformance.checks.prerequisites import SETS_VALUE
from audience_conformance.checks.registry import check
from audience_conformance.client.api import DEFINITIONS, Api, JsonObject, user_path, value_path
from audience_conformance.results.finding import Skip, expect, fail

DELETE = "deleteUserAttributeDefinitionById"


def delete(api: Api, definition_id: str) -> JsonObject:
    """Delete a definition; here a refusal is a finding, of DEF-07."""
    answer = api.delete(path_of(definition_id))
    succeeded(answer, "a definition to be deleted", rule="DEF-07", operation=DELETE)
    return record(answer)


def unknown_ids(api: Api) -> list[str]:
    """Ids of many forms that no definition and no group has."""
    fresh = api.fresh("unknown")
    digest = hashlib.sha256(fresh.encode()).hexdigest()
    uuid = f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"
    return [digest[:24], digest[:24].upper(), uuid, fresh, f"{fresh} ü%20", digest * 4]


@check("DEF-07", on=f"{DELETE} getUserAttributeDefinitionById getUserAttributeDefinitions", cases=TYPES)
def a_deleted_definition_is_gone(api: Api, type_: str) -> None:
    """Delete definitions, new, updated and with values; each is 404 by id and in no list, while its sibling stays."""
    user_id = api.fresh("u")
    made = [create(api, a_body(api, type_)) for _ in range(4 if thorough(api) else 3)]
    update(api, made[1]["_id"], {"name": api.fresh("Renamed "), "customer_editable": True})
    api.put(value_path(made[-2]["_id"], user_id), {"attribute": {"value": FITS[type_][0]}})
    gone, sibling = made[:-1], made[-1]
    flags: list[JsonObject] = [{flag: False} for flag in ("customer_editable", "encrypted", "pinned", "is_locked")]
    read_as = {one["_id"]: read(api, one["_id"], rule="DEF-01").get("name") for one in gone}
    for one in gone:
        delete(api, one["_id"])
    ids = {one["_id"] for one in gone}
    for one in gone:
        answer = api.get(path_of(one["_id"]))
        expect(answer.status == HTTPStatus.NOT_FOUND, "404 to the read of a deleted definition", str(answer))
        queries: list[JsonObject] = [{}, {"type": type_}, {"name": read_as[one["_id"]]}]
        for query in (*at_most(api, queries, 1), *(at_most(api, flags, 1) if one is made[0] else ())):
            answer = api.get(DEFINITIONS, slug=one["slug"], **query)
            expect(not items(answer), "no deleted definition in the list by slug", str(answer))
            total = field(answer, "page", "item_total")
            expect(total == 0, "no deleted definition counted in the list", str(answer), rule="PAG-07")
    whole = (in_pages(api, DEFINITIONS), list_all(api, DEFINITIONS, type=type_) if thorough(api) else [])
    flagged = list_all(api, DEFINITIONS, customer_editable=True) if thorough(api) else []
    renamed = list_all(api, DEFINITIONS, name="Renamed") if thorough(api) else []
    for item in (*whole[0], *whole[1], *flagged, *renamed):
        expect(item.get("_id") not in ids, "no deleted definition in the list", item)
    read(api, sibling["_id"], rule="DEF-07")
    api.post(DEFINITIONS, a_body(api, type_, slug=made[0]["slug"]))
    update(api, sibling["_id"], {"name": str(made[1].get("name")), "description": "Stays"})
    for one in gone:
        answer = api.get(path_of(one["_id"]))
        expect(
            answer.status == HTTPStatus.NOT_FOUND,
            "404 to a deleted definition, whoever has its slug or name now",
            str(answer),
        )


@check("DEF-08", on=f"getUserAttributeDefinitionById updateUserAttributeDefinition {DELETE}")
def an_unknown_definition_is_404(api: Api) -> None:
    """Read, update and delete by ids that no definition has: of every form, a slug, a name, and one that is deleted."""
    made = create(api, a_body(api))
    deleted = create(api, a_body(api))
    delete(api, deleted["_id"])
    near = [f"{made['_id']}x", made["_id"][:-1], f"{made['_id']} "]
    for unknown in (*at_most(api, unknown_ids(api), 3), made["slug"], made["name"], *near, deleted["_id"]):
        path = path_of(unknown)
        answer = api.get(path)
        if unknown in near and answer.ok and record(answer).get("name") != made["name"]:
            continue  # ids may be numbers: what another thing has as its id is not ours to write to
        expect(answer.status == HTTPStatus.NOT_FOUND, f"404 to the read of {unknown}", str(answer))
        for changes in ({"name": "x"}, {"type": "date", "customer_editable": True}, {}):
            answer = api.put(path, changes)
            if answer.ok:
                api.delete(path)
            expect(answer.status == HTTPStatus.NOT_FOUND, f"404 to the update of {unknown}", str(answer))
        answer = api.delete(path)
        expect(answer.status == HTTPStatus.NOT_FOUND, f"404 to the delete of {unknown}", str(answer))
    read(api, made["_id"], rule="DEF-08")


@check("DEF-17", on=f"{DELETE} getUserAttributesForUser getUserAttributeById", needs=(SETS_VALUE,))
def deleting_a_definition_removes_its_values(api: Api) -> None:
    """Delete a definition of which users hold values; they keep their other values, and a new one brings none back."""
    users = [api.fresh("u") for _ in subset(api, range(12))]
    slug = api.fresh("s")
    doomed, kept = (api.definition("number", slug=one) for one in (slug, f"{slug}-2"))
    for number, user_id in enumerate(users):
        for one in (doomed, kept):
            if not api.put(value_path(one["_id"], user_id), {"attribute": {"value": number}}).ok:
                raise Skip(SETS_VALUE)
    delete(api, doomed["_id"])
    again = api.post(DEFINITIONS, a_body(api, "number", slug=slug))
    for user_id in users:
        for gone in (doomed["_id"], *([again.json["_id"]] if again.ok else [])):
            answer = api.get(value_path(gone, user_id))
            expect(answer.status == HTTPStatus.NOT_FOUND, "404 to a value whose definition is deleted", str(answer))
        answer = api.get(user_path(user_id))
        held = [field(item, "user_attribute_definition_id") for item in items(answer)]
        expect(held == [kept["_id"]], "the user's list without the values of the deleted definition", str(answer))
        answer = api.get(user_path(user_id), page_size=1)
        total = field(body(answer), "page", "item_total")
        expect(total == 1, "item_total without the values of the deleted definition", str(answer))
        answer = api.get(value_path(kept["_id"], user_id))
        expect(answer.status == HTTPStatus.OK, "the value of another definition to be found", str(answer))


@check("DEF-18", on=DELETE, cases=TYPES)
def a_delete_says_so(api: Api, type_: str) -> None:
    """Delete definitions of each type, with values, without, and updated: success is true, and there is a message."""
    made = [api.definition(type_) for _ in range(3)]
    api.put(value_path(made[1]["_id"], api.fresh("u")), {"attribute": {"value": FITS[type_][0]}})
    api.put(path_of(made[2]["_id"]), {"name": api.fresh("Renamed "), "customer_editable": True})
    for one in made:
        answer = api.delete(path_of(one["_id"]))
        expect(answer.status == HTTPStatus.OK, "200 to a delete", str(answer), rule="DEF-07")
        found = record(answer)
        message = found.get("message")
        expect(found.get("success") is True, "success to be true", str(answer))
        expect(isinstance(message, str) and message.strip() != "", "a message", str(answer))


@check("DEF-19", on=DELETE)
def a_second_delete_is_404(api: Api) -> None:
    """Delete a definition again, once and twice, with values and after another took its slug, which then stays."""
    for type_ in at_most(api, TYPES, 3):
        sent = a_body(api, type_)
        made = create(api, sent)
        api.put(value_path(made["_id"], api.fresh("u")), {"attribute": {"value": FITS[type_][0]}})
        delete(api, made["_id"])
        heir = api.post(DEFINITIONS, sent)
        for _ in range(2):
            answer = api.delete(path_of(made["_id"]))
            if answer.status != HTTPStatus.NOT_FOUND:
                fail("404 to the delete of what is deleted", str(answer), operation=DELETE)
        if heir.ok:
            read(api, record(heir)["_id"], rule="DEF-19")
