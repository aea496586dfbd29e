"""CON: requests at the same time."""

import functools
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from audience_conformance.checks.assertions import (
    at_once,
    body,
    entries,
    expect_status,
    field,
    has_fields,
    in_pages,
    item_total,
    list_all,
    only,
    record,
    thorough,
)
from audience_conformance.checks.definitions.create import definition_body
from audience_conformance.checks.groups.helpers import create, group_body, settled, synchronise, uid_of
from audience_conformance.checks.registry import check
from audience_conformance.client.api import (
    DEFINITIONS,
    GROUPS,
    Api,
    JsonObject,
    csv_url,
    definition_path,
    group_path,
    seg,
    user_path,
    value_path,
)
from audience_conformance.client.exchange import Answer
from audience_conformance.results.finding import equal, expect, same, show

REPETITIONS = 3
ROUNDS, MANY_ROUNDS = 2, 4
"""How often different fields are updated at the same time."""
KINDS: dict[str, tuple[str, Callable[[Api], JsonObject]]] = {
    "definitions": (DEFINITIONS, definition_body),
    "groups": (GROUPS, group_body),
}
SOON = 0.01
"""Seconds that a patch follows another request after."""
_METHODS = {"definitions": "PUT", "groups": "PATCH"}
VALUES: dict[str, Callable[[int], Any]] = {
    "string": lambda number: f"value {number}",
    "number": lambda number: number,
    "boolean": lambda number: number % 2 == 0,
    "date": lambda number: f"{2000 + number % 50}-01-01",
    "list": lambda number: [str(number)] * (number % 4 + 1),
    "object": lambda number: {"a": number, "b": number, f"only {number}": True},
}
"""A definition's type -> the value with a number."""


@check(
    "CON-01",
    on="createUserAttributeDefinition createUserGroup getUserAttributeDefinitions getUserGroups",
    cases=KINDS,
)
def creations_at_the_same_time_all_succeed(api: Api, kind: str) -> None:
    """Send many creations at once, some among deletes: all answer 201 with a new _id (and uid) and can be read.

    All are in the list.
    """
    path, make_body = KINDS[kind]
    created: dict[str, JsonObject] = {}
    uids: list[Any] = []
    for _ in range(REPETITIONS if thorough(api) else 1):
        bodies = [make_body(api) for _ in range(api.budget.parallel)]
        answers = at_once(functools.partial(api.post, path, sent) for sent in bodies)
        for sent, answer in zip(bodies, answers, strict=True):
            response = record(expect_status(answer, HTTPStatus.CREATED, "each of many simultaneous creations"))
            created_id = _id_of(response)
            expect(created_id not in created, "a new _id for each creation", response)
            created[created_id] = sent
            if kind == "groups":
                uid = uid_of(response)
                expect(uid not in uids, "a new uid for each creation", response)
                uids.append(uid)

    deleted_ids = [_id_of(body(api.post(path, make_body(api)))) for _ in range(4)]
    deletes = [functools.partial(api.delete, f"{path}/{seg(deleted_id)}") for deleted_id in deleted_ids]
    bodies = [make_body(api) for _ in deletes]
    creations = [functools.partial(api.post, path, sent) for sent in bodies]
    answers = at_once(request for pair in zip(deletes, creations, strict=True) for request in pair)[1::2]
    for answer in answers:
        expect_status(answer, HTTPStatus.CREATED, "each creation among deletes")
    created |= {_id_of(record(answer)): sent for answer, sent in zip(answers, bodies, strict=True)}

    for created_id, sent in created.items():
        answer = api.get(f"{path}/{seg(created_id)}")
        expect_status(answer, HTTPStatus.OK, "the read of each of many simultaneous creations")
        has_fields(record(answer), sent, "one of many simultaneous creations")
    for read in (list_all, in_pages):
        missing = created.keys() - entries(api, path, created, read=read).keys()
        expect(not missing, "all simultaneous creations in the list", f"missing: {show(sorted(missing))}")


def _id_of(created: JsonObject) -> str:
    created_id = field(created, "_id")
    expect(isinstance(created_id, str), "_id to be a string", created, rule="FMT-02")
    return str(created_id)


@check("CON-02", on="updateUserAttribute getUserAttributeById getUserAttributesForUser", cases=VALUES)
def puts_at_the_same_time_leave_one_value(api: Api, type_: str) -> None:
    """Put many values of one attribute at once, where there is none and where there is one: one value is stored."""
    definition, user_id = api.definition(type_), api.unique("u")
    path = value_path(definition["_id"], user_id)
    for repetition in range(REPETITIONS if thorough(api) else 1):
        first = repetition * api.budget.parallel
        values = [VALUES[type_](number) for number in range(first, first + api.budget.parallel)]
        for answer in at_once(functools.partial(api.put, path, {"attribute": {"value": value}}) for value in values):
            expect_status(answer, HTTPStatus.CREATED, "each of many simultaneous puts")
        answer = expect_status(api.get(path), HTTPStatus.OK, "the read of the attribute after simultaneous puts")
        stored = field(answer, "attribute", "value")
        expect(any(equal(stored, value) for value in values), f"one of the values {show(values)}", stored)
        listed = list_all(api, user_path(user_id))
        expect(len(listed) == 1, "one attribute in the user's list after simultaneous puts", listed)
        same(item_total(api.get(user_path(user_id))), 1, "item_total of the user's list after simultaneous puts")
        same(field(listed[0], "attribute", "value"), stored, "the value in the user's list after simultaneous puts")
    body(api.delete(path))
    expect_status(api.get(path), HTTPStatus.NOT_FOUND, "the read of the attribute after simultaneous puts and a delete")
    same(list_all(api, user_path(user_id)), [], "the user's list after the delete")


@check(
    "CON-03",
    on="updateUserAttributeDefinition getUserAttributeDefinitionById getUserAttributeDefinitions "
    "updateUserGroup getUserGroupById getUserGroups",
    cases=KINDS,
)
def updates_of_different_fields_at_the_same_time_are_all_kept(api: Api, kind: str) -> None:
    """Update each field of a definition or a group at once, a request a field: all answer 200 and all are kept.

    By id and in the list.
    """
    is_group = kind == "groups"
    made = create(api, group_body(api)) if is_group else api.definition()
    path = group_path(made["_id"]) if is_group else definition_path(made["_id"])
    for number in range(MANY_ROUNDS if thorough(api) else ROUNDS):
        fields = _group_fields(api) if is_group else _definition_fields(api, number)
        updates = [functools.partial(api.request, _METHODS[kind], path, body={name: fields[name]}) for name in fields]
        for answer in at_once(updates * max(1, api.budget.parallel // len(updates))):
            expect_status(answer, HTTPStatus.OK, "each of many simultaneous updates")
        _are_kept(api, path, fields, "simultaneous updates")
    entry = entries(api, GROUPS if is_group else DEFINITIONS, [made["_id"]]).get(made["_id"], fields)
    has_fields(only(entry, fields), only(fields, entry), "the entry in the list after simultaneous updates")


@check("CON-03", on="updateUserGroup refreshUserGroupTotalUsers getUserGroupById")
def an_update_is_kept_while_a_job_of_the_group_runs(api: Api) -> None:
    """Patch a group's texts while its new file is read and its users are counted: they are kept, also after that."""
    made = create(api, group_body(api))
    path = group_path(made["_id"])
    settled(api, made)
    for _ in range(REPETITIONS if thorough(api) else 1):
        fields = _group_fields(api)
        body(api.patch(path, {"file_url": fields["file_url"]}))
        patches = [functools.partial(_soon, api, path, {name: fields[name]}) for name in ("name", "description")]
        _, *answers = at_once([functools.partial(api.post, f"{path}/refresh"), *patches])
        for answer in answers:
            expect_status(answer, HTTPStatus.OK, "a patch while the group's file is read")
        _are_kept(api, path, fields, "patches while the group's file is read")
        settled(api, made)
        synchronise(api)
        _are_kept(api, path, fields, "patches while the group's file was read")


def _soon(api: Api, path: str, sent: JsonObject) -> Answer:
    """Patch a few milliseconds from now, when the requests before it are being performed."""
    time.sleep(SOON)
    return api.patch(path, sent)


def _definition_fields(api: Api, number: int) -> JsonObject:
    return {
        "name": api.unique("Name "),
        "description": api.unique("Description "),
        "type": ("number", "string")[number % 2],
        "customer_editable": number % 2 == 0,
    }


def _group_fields(api: Api) -> JsonObject:
    users = [api.unique("u") for _ in range(3)]
    return {"file_url": csv_url(users), "name": api.unique("Name "), "description": api.unique("Description ")}


def _are_kept(api: Api, path: str, fields: JsonObject, after: str) -> None:
    answer = expect_status(api.get(path), HTTPStatus.OK, f"the read after {after}")
    has_fields(record(answer), fields, f"what was read after {after}")


@check("CON-03", on="updateUserAttribute getUserAttributesForUser")
def values_of_different_definitions_at_the_same_time_are_all_kept(api: Api) -> None:
    """Put values of several definitions for one user at once, new ones and others: all answer 201, all are listed."""
    user_id, definitions = api.unique("u"), [api.definition() for _ in range(min(api.budget.parallel, len(VALUES)))]
    for number in range(REPETITIONS if thorough(api) else ROUNDS):
        values = {definition["_id"]: f"{number} {place}" for place, definition in enumerate(definitions)}
        puts = [
            functools.partial(api.put, value_path(definition_id, user_id), {"attribute": {"value": value}})
            for definition_id, value in values.items()
        ]
        for answer in at_once(puts):
            expect_status(answer, HTTPStatus.CREATED, "each of the simultaneous puts of one user")
        listed = list_all(api, user_path(user_id))
        stored = {entry.get("user_attribute_definition_id"): field(entry, "attribute", "value") for entry in listed}
        same(
            stored,
            values,
            "the values of a user by definition after simultaneous puts",
            operation="updateUserAttribute",
        )
