"""DEF: deleting definitions, and definitions that do not exist."""

import hashlib
from http import HTTPStatus

from audience_conformance.checks.assertions import (
    at_most,
    expect_status,
    field,
    in_pages,
    item_total,
    items,
    list_all,
    record,
    subset,
    succeeded,
    thorough,
)
from audience_conformance.checks.attributes.bulk_update import bulk_update
from audience_conformance.checks.attributes.values import FITS
from audience_conformance.checks.definitions.create import FLAGS, TYPES, create, definition_body, read
from audience_conformance.checks.definitions.update import update
from audience_conformance.checks.prerequisites import DATA_FILES, SETS_VALUE
from audience_conformance.checks.registry import check
from audience_conformance.client.api import (
    DEFINITIONS,
    Api,
    JsonObject,
    csv_url,
    definition_path,
    poll,
    user_path,
    value_path,
)
from audience_conformance.results.finding import Skip, expect

DELETE = "deleteUserAttributeDefinitionById"
MANY = 250
"""Users who have a value of a definition that is deleted."""
JOB = 3.0
"""Seconds to wait for a bulk update."""


def _delete(api: Api, definition_id: str) -> None:
    answer = api.delete(definition_path(definition_id))
    record(succeeded(answer, "a definition to be deleted", rule="DEF-07", operation=DELETE))


def unknown_ids(api: Api) -> list[str]:
    """Ids of many forms that no definition and no group has."""
    unique = api.unique("unknown")
    digest = hashlib.sha256(unique.encode()).hexdigest()
    uuid = f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"
    return [digest[:24], digest[:24].upper(), uuid, unique, f"{unique} ü%20", digest * 4]


@check("DEF-07", on=f"{DELETE} getUserAttributeDefinitionById getUserAttributeDefinitions", cases=TYPES)
def a_deleted_definition_is_gone(api: Api, type_: str) -> None:
    """Delete definitions, new, updated and with values: each is 404 by id and in no list, and another one stays."""
    made = [create(api, definition_body(api, type_)) for _ in range(4 if thorough(api) else 3)]
    update(api, made[1]["_id"], {"name": api.unique("Renamed "), "customer_editable": True})
    api.put(value_path(made[-2]["_id"], api.unique("u")), {"attribute": {"value": FITS[type_][0]}})
    *deleted, kept = made
    names = {one["_id"]: read(api, one["_id"]).get("name") for one in deleted}
    for one in deleted:
        _delete(api, one["_id"])
    flags: list[JsonObject] = [{flag: False} for flag in FLAGS]
    for one in deleted:
        answer = api.get(definition_path(one["_id"]))
        expect_status(answer, HTTPStatus.NOT_FOUND, "the read of a deleted definition")
        queries: list[JsonObject] = [{}, {"type": type_}, {"name": names[one["_id"]]}]
        for query in (*at_most(api, queries, 1), *(at_most(api, flags, 1) if one is made[0] else ())):
            answer = api.get(DEFINITIONS, slug=one["slug"], **query)
            expect(not items(answer), "no deleted definition in the list by slug", str(answer))
            expect(item_total(answer) == 0, "no deleted definition counted in the list", str(answer), rule="PAG-07")
    listed = in_pages(api, DEFINITIONS)
    if thorough(api):
        for query in ({"type": type_}, {"customer_editable": True}, {"name": "Renamed"}):
            listed += list_all(api, DEFINITIONS, **query)
    for item in listed:
        expect(item.get("_id") not in names, "no deleted definition in the list", item)
    read(api, kept["_id"], "DEF-07")
    api.post(DEFINITIONS, definition_body(api, type_, slug=made[0]["slug"]))
    update(api, kept["_id"], {"name": str(made[1].get("name")), "description": "Stays"})
    for one in deleted:
        answer = api.get(definition_path(one["_id"]))
        expect_status(answer, HTTPStatus.NOT_FOUND, "a deleted definition whose slug or name another one has now")


@check("DEF-08", on=f"getUserAttributeDefinitionById updateUserAttributeDefinition {DELETE}")
def an_unknown_definition_is_404(api: Api) -> None:
    """Read, update and delete by ids that no definition has: of every form, a slug, a name, and a deleted one."""
    made, deleted = create(api, definition_body(api)), create(api, definition_body(api))
    _delete(api, deleted["_id"])
    similar = [f"{made['_id']}x", made["_id"][:-1], f"{made['_id']} "]
    for unknown in (*at_most(api, unknown_ids(api), 3), made["slug"], made["name"], *similar, deleted["_id"]):
        path = definition_path(unknown)
        answer = api.get(path)
        if unknown in similar and answer.ok and record(answer).get("name") != made["name"]:
            continue  # ids may be numbers, and another definition may have this one: the suite must not write to it
        expect_status(answer, HTTPStatus.NOT_FOUND, f"the read of {unknown}")
        for changes in (
            ({"name": "x"}, {"type": "date", "customer_editable": True}, {}) if thorough(api) else ({"name": "x"},)
        ):
            answer = api.put(path, changes)
            if answer.ok:
                api.delete(path)
            expect_status(answer, HTTPStatus.NOT_FOUND, f"the update of {unknown}")
        expect_status(api.delete(path), HTTPStatus.NOT_FOUND, f"the delete of {unknown}")
    read(api, made["_id"], "DEF-08")


@check("DEF-17", on=f"{DELETE} getUserAttributesForUser getUserAttributeById", needs=(SETS_VALUE,))
def deleting_a_definition_removes_its_values(api: Api) -> None:
    """Delete a definition of which users have values: they keep other values; a new definition restores none."""
    users = [api.unique("u") for _ in subset(api, range(12))]
    slug = api.unique("s")
    doomed, kept = (api.definition("number", slug=one) for one in (slug, f"{slug}-2"))
    for number, user_id in enumerate(users):
        for one in (doomed, kept):
            if not api.put(value_path(one["_id"], user_id), {"attribute": {"value": number}}).ok:
                raise Skip(SETS_VALUE)
    _delete(api, doomed["_id"])
    again = api.post(DEFINITIONS, definition_body(api, "number", slug=slug))
    for user_id in users:
        for definition_id in (doomed["_id"], *([again.json["_id"]] if again.ok else [])):
            answer = api.get(value_path(definition_id, user_id))
            expect_status(answer, HTTPStatus.NOT_FOUND, "the read of a value whose definition is deleted")
        answer = api.get(user_path(user_id))
        ids = [field(item, "user_attribute_definition_id") for item in items(answer)]
        expect(ids == [kept["_id"]], "the user's list without the values of the deleted definition", str(answer))
        expect(item_total(answer) == 1, "item_total without the values of the deleted definition", str(answer))
        answer = api.get(value_path(kept["_id"], user_id))
        expect_status(answer, HTTPStatus.OK, "the read of the value of another definition")


@check(
    "DEF-17",
    on=f"{DELETE} bulkUpdateUserAttributes getUserAttributesForUser getUserAttributeById",
    needs=(SETS_VALUE, DATA_FILES),
)
def deleting_a_definition_removes_many_values(api: Api) -> None:
    """Set a value for 250 users in bulk and delete its definition: users from the first to the last have it no more."""
    users = [api.unique("u") for _ in range(MANY)]
    doomed = api.definition("number")
    answer = bulk_update(api, csv_url(users), (doomed, 7))
    looked_at = [users[place] for place in (0, 49, 50, 99, 100, 199, MANY - 1)]
    paths = [value_path(doomed["_id"], user_id) for user_id in looked_at]
    seconds = min(api.options.async_timeout, JOB)
    if not answer.ok or not poll(lambda: all(api.get(path).ok for path in reversed(paths)), bool, seconds)[1]:
        raise Skip(DATA_FILES)
    _delete(api, doomed["_id"])
    for path, user_id in zip(paths, looked_at, strict=True):
        expect_status(api.get(path), HTTPStatus.NOT_FOUND, f"the read of a value of one of {MANY} users, now deleted")
        listed = items(api.get(user_path(user_id)))
        expect(not listed, f"an empty list of one of {MANY} users whose only value is deleted", listed)


@check("DEF-18", on=DELETE, cases=TYPES)
def a_delete_says_so(api: Api, type_: str) -> None:
    """Delete definitions of each type, with values, without, and updated: success is true, and message is a text."""
    made = [api.definition(type_) for _ in range(3)]
    api.put(value_path(made[1]["_id"], api.unique("u")), {"attribute": {"value": FITS[type_][0]}})
    api.put(definition_path(made[2]["_id"]), {"name": api.unique("Renamed "), "customer_editable": True})
    for one in made:
        answer = api.delete(definition_path(one["_id"]))
        confirmation = record(expect_status(answer, HTTPStatus.OK, "a delete", rule="DEF-07"))
        message = confirmation.get("message")
        expect(confirmation.get("success") is True, "success to be true", str(answer))
        expect(isinstance(message, str) and message.strip() != "", "a message", str(answer))


@check("DEF-19", on=DELETE)
def a_second_delete_is_404(api: Api) -> None:
    """Delete a definition again, once and twice, with values and after another took its slug, which then stays."""
    for type_ in at_most(api, TYPES, 3):
        body = definition_body(api, type_)
        made = create(api, body)
        api.put(value_path(made["_id"], api.unique("u")), {"attribute": {"value": FITS[type_][0]}})
        _delete(api, made["_id"])
        successor = api.post(DEFINITIONS, body)
        for _ in range(2):
            answer = api.delete(definition_path(made["_id"]))
            expect_status(answer, HTTPStatus.NOT_FOUND, "the delete of a deleted definition", operation=DELETE)
        if successor.ok:
            read(api, record(successor)["_id"], "DEF-19")
