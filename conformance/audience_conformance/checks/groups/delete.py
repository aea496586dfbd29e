"""GRP: groups that are deleted, and those that never were."""

import hashlib
import uuid
from http import HTTPStatus

from audience_conformance.checks.assertions import body, in_pages, list_all, record, subset
from audience_conformance.checks.groups.filter_oracle import uid_text
from audience_conformance.checks.groups.helpers import (
    CATEGORIES,
    categorised,
    create,
    file_of,
    group_body,
    ids_of,
    settled,
    synchronise,
)
from audience_conformance.checks.registry import check
from audience_conformance.client.api import GROUPS, Api, JsonObject, csv_url, group_path, seg, users_path
from audience_conformance.results.finding import expect, same

UNREADABLE = "data:text/csv,no_such_column%0A1"


@check("GRP-07", on="deleteUserGroup getUserGroupById getUserGroups getCategorisedUserGroups")
def a_deleted_group_is_gone(api: Api) -> None:
    """Delete groups, pending, read, patched, refreshed; look for them by id and in all lists, also later."""
    token = f"{api.fresh('gone')}."
    made = [create(api, group_body(api, name=f"{token} {c}", category=c)) for c in (*CATEGORIES, *CATEGORIES)]
    made.append(create(api, group_body(api, name=f"{token} not read", file_url=UNREADABLE)))
    for group in (*made[:3], made[-1]):
        settled(api, group)
    made.append(create(api, group_body(api, name=f"{token} at once", category="l3")))
    early: list[JsonObject] = [{}, {"name": token}, {"category": "l2"}]
    for query in early:  # what a server keeps of these answers must be dropped
        list_all(api, GROUPS, **query)
    body(api.post(f"{group_path(made[0]['_id'])}/refresh"))
    body(api.patch(group_path(made[2]["_id"]), {"file_url": csv_url([api.fresh("u")])}))
    gone = [made[-1], made[-2], made[0], made[2], made[4], made[5]]
    for group in gone:
        body(api.delete(group_path(group["_id"])), operation="deleteUserGroup")
        _gone(api, group)
    synchronise(api)
    for group in gone:
        _gone(api, group)
    ids = {group["_id"] for group in gone}
    queries: list[JsonObject] = [{}, {"name": token}]
    queries += [{"category": category} for category in CATEGORIES]
    queries += [{"group_uid": uid_text(group)} for group in gone]
    queries += [{"status": "completed"}, {"status": "pending"}, {"status": "failed"}, {"type": "file"}]
    for query in queries:
        there = ids_of(list_all(api, GROUPS, **query)) & ids
        expect(
            not there,
            f"the deleted groups to be absent from the list {query}",
            sorted(there),
            operation="getUserGroups",
        )
    there = ids_of(in_pages(api, GROUPS)) & ids
    expect(not there, "the deleted groups to be absent from all pages of the list", sorted(there))
    for category, held in categorised(api).items():
        there = ids_of(held) & ids
        expect(not there, f"the deleted groups to be absent from the category {category}", sorted(there))


def _gone(api: Api, group: JsonObject) -> None:
    answer = api.get(group_path(group["_id"]))
    expect(answer.status == HTTPStatus.NOT_FOUND, "404 for a deleted group", str(answer), operation="getUserGroupById")


WAYS = {
    "read": ("GET", "", ...),
    "patch": ("PATCH", "", {"name": "Nobody", "description": "Nothing"}),
    "patch-file": ("PATCH", "", {"file_url": file_of(["nobody"])}),
    "delete": ("DELETE", "", ...),
    "users": ("GET", "/users", ...),
    "refresh": ("POST", "/refresh", ...),
}
NEVER_IDS = ("null", "no such group", "\u00fcnbekannt-\u2602", "'; --", "x" * 200)
GUESSES = ("ffffffffffffffffffffffff", "64F000000000000000000000", "0", "-1")
"""Ids that a server could have given: only for reading."""


@check(
    "GRP-08",
    on="getUserGroupById updateUserGroup deleteUserGroup getUsersByByGroupId refreshUserGroupTotalUsers",
    cases=WAYS,
)
def an_unknown_group_is_404(api: Api, way: str) -> None:
    """Read, patch, delete, refresh and list the users of ids that no group has, ill-formed and deleted ones too."""
    method = WAYS[way][0]
    deleted = create(api, group_body(api, file_url=csv_url([api.fresh("u") for _ in range(3)])))
    at_once = create(api, group_body(api))
    settled(api, deleted)
    for group in (deleted, at_once):
        body(api.get(users_path(group["_id"])))
        body(api.delete(group_path(group["_id"])))
    definition = api.definition()
    chance = hashlib.sha256(api.fresh().encode()).hexdigest()
    group_ids = [
        *subset(api, NEVER_IDS),
        api.fresh("x"),
        chance[:24],
        str(uuid.UUID(chance[:32])),
        deleted["_id"],
        at_once["_id"],
        definition["_id"],
    ]
    for group_id in (*group_ids, *(GUESSES if method == "GET" else ())):
        _unknown(api, group_id, way)
    synchronise(api)
    for group in (deleted, at_once):
        _unknown(api, group["_id"], way)
        if way == "users":
            for query in ({"blacklisted_users": True}, {"page_size": 1}, {"page_no": 2}, {"q": "a"}):
                answer = api.get(users_path(group["_id"]), **query)
                expect(
                    answer.status == HTTPStatus.NOT_FOUND, f"404 for a deleted group's users with {query}", str(answer)
                )


def _unknown(api: Api, group_id: str, way: str) -> None:
    method, below, sent = WAYS[way]
    answer = api.request(method, f"{GROUPS}/{seg(group_id)}{below}", body=sent)
    expect(answer.status == HTTPStatus.NOT_FOUND, f"404 for the unknown group {group_id!r}", str(answer))


@check("GRP-08", on="getUsersByByGroupId")
def a_part_of_an_id_is_unknown(api: Api) -> None:
    """Ask for an id of our own with a character less, more, or another at its end, in every reading way."""
    group = create(api, group_body(api))
    name = group["_id"]
    for group_id in (name[:-1], f"{name}0", f"{name[:-1]}{'0' if name[-1] != '0' else '1'}x", f" {name}"):
        for below in ("", "/users"):
            answer = api.get(f"{GROUPS}/{seg(group_id)}{below}")
            expect(answer.status == HTTPStatus.NOT_FOUND, f"404 for the unknown group {group_id!r}", str(answer))
    for other in (group.get("name"), group.get("uid")):
        answer = api.get(f"{GROUPS}/{seg(str(other))}")
        if answer.ok and record(answer).get("_id") == str(other):  # ids may look like this
            continue
        expect(answer.status == HTTPStatus.NOT_FOUND, f"404 for {other!r}, which is no _id", str(answer))
    answer = api.get(users_path(group["_id"]), page_size=1)
    expect(answer.status == HTTPStatus.OK, "200 for the users of a group that there is", str(answer))


@check("GRP-17", on="deleteUserGroup")
def a_delete_answers_and_a_second_is_404(api: Api) -> None:
    """Delete groups, pending and read, of each category: once with success true and a message, then 404."""
    made = [create(api, group_body(api, category=category)) for category in CATEGORIES]
    made += [create(api, group_body(api, file_url=url)) for url in (UNREADABLE, csv_url(["a", "b", "c"]))]
    for number in (0, -2, -1):
        settled(api, made[number])
    body(api.patch(group_path(made[1]["_id"]), {"name": api.fresh("Patched ")}))
    for group in made:
        answer = api.delete(group_path(group["_id"]))
        expect(answer.status == HTTPStatus.OK, "200 for the delete of a group", str(answer))
        told = record(answer, rule="GRP-17")
        same(told.get("success"), True, "success of a delete's answer")
        expect(isinstance(told.get("message"), str) and bool(told["message"]), "a delete's answer with a message", told)
    for _ in range(2):
        for group in made:
            answer = api.delete(group_path(group["_id"]))
            expect(answer.status == HTTPStatus.NOT_FOUND, "404 for the second delete of a group", str(answer))
