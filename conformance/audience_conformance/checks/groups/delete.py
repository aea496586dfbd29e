"""GRP: deleted and unknown groups."""

import hashlib
import uuid
from http import HTTPStatus

from audience_conformance.checks.assertions import body, in_pages, list_all, record, subset
from audience_conformance.checks.groups.filter_oracle import uid_text
from audience_conformance.checks.groups.helpers import (
    CATEGORIES,
    UNREADABLE,
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
from audience_conformance.results.finding import expect, same, show


@check("GRP-07", on="deleteUserGroup getUserGroupById getUserGroups getCategorisedUserGroups")
def a_deleted_group_is_gone(api: Api) -> None:
    """Delete groups, pending, read, patched, refreshed: at once and later, 404 by id and absent from every list."""
    token = f"{api.unique('deleted')}."
    created = [create(api, group_body(api, name=f"{token} {c}", category=c)) for c in (*CATEGORIES, *CATEGORIES)]
    created.append(create(api, group_body(api, name=f"{token} not read", file_url=UNREADABLE)))
    for group in (*created[:3], created[-1]):
        settled(api, group)
    created.append(create(api, group_body(api, name=f"{token} at once", category="l3")))
    cached: list[JsonObject] = [{}, {"name": token}, {"category": "l2"}]
    for query in cached:  # a server that caches these responses must drop them
        list_all(api, GROUPS, **query)
    body(api.post(f"{group_path(created[0]['_id'])}/refresh"))
    body(api.patch(group_path(created[2]["_id"]), {"file_url": csv_url([api.unique("u")])}))
    deleted = [created[-1], created[-2], created[0], created[2], created[4], created[5]]
    for group in deleted:
        body(api.delete(group_path(group["_id"])), operation="deleteUserGroup")
        _check_not_found(api, group)
    synchronise(api)
    for group in deleted:
        _check_not_found(api, group)
    ids = {group["_id"] for group in deleted}
    queries: list[JsonObject] = [{}, {"name": token}]
    queries += [{"category": category} for category in CATEGORIES]
    queries += [{"group_uid": uid_text(group)} for group in deleted]
    queries += [{"status": "completed"}, {"status": "pending"}, {"status": "failed"}, {"type": "file"}]
    for query in queries:
        present = sorted(ids_of(list_all(api, GROUPS, **query)) & ids)
        expected = f"the deleted groups to be absent from the list {show(query)}"
        expect(not present, expected, present, operation="getUserGroups")
    present = sorted(ids_of(in_pages(api, GROUPS)) & ids)
    expect(not present, "the deleted groups to be absent from all pages of the list", present)
    for category, groups in categorised(api).items():
        present = sorted(ids_of(groups) & ids)
        expect(not present, f"the deleted groups to be absent from the category {category}", present)


def _check_not_found(api: Api, group: JsonObject) -> None:
    answer = api.get(group_path(group["_id"]))
    expect(answer.status == HTTPStatus.NOT_FOUND, "404 for a deleted group", str(answer), operation="getUserGroupById")


REQUESTS = {
    "read": ("GET", "", ...),
    "patch": ("PATCH", "", {"name": "Nobody", "description": "Nothing"}),
    "patch-file": ("PATCH", "", {"file_url": file_of(["nobody"])}),
    "delete": ("DELETE", "", ...),
    "users": ("GET", "/users", ...),
    "refresh": ("POST", "/refresh", ...),
}
IMPOSSIBLE_IDS = ("null", "no such group", "\u00fcnbekannt-\u2602", "'; --", "x" * 200)
LIKELY_IDS = ("ffffffffffffffffffffffff", "64F000000000000000000000", "0", "-1")
"""Ids that the target may have issued: for GET only."""


@check(
    "GRP-08",
    on="getUserGroupById updateUserGroup deleteUserGroup getUsersByByGroupId refreshUserGroupTotalUsers",
    cases=REQUESTS,
)
def an_unknown_group_is_404(api: Api, request: str) -> None:
    """Read, patch, delete, refresh an unknown group, and list its users: 404.

    The ids are malformed, random, of a definition, or of deleted groups, at once and later.
    """
    method = REQUESTS[request][0]
    deleted = create(api, group_body(api, file_url=csv_url([api.unique("u") for _ in range(3)])))
    at_once = create(api, group_body(api))
    settled(api, deleted)
    for group in (deleted, at_once):
        body(api.get(users_path(group["_id"])))
        body(api.delete(group_path(group["_id"])))
    definition = api.definition()
    digest = hashlib.sha256(api.unique().encode()).hexdigest()
    group_ids = [
        *subset(api, IMPOSSIBLE_IDS),
        api.unique("x"),
        digest[:24],
        str(uuid.UUID(digest[:32])),
        deleted["_id"],
        at_once["_id"],
        definition["_id"],
    ]
    for group_id in (*group_ids, *(LIKELY_IDS if method == "GET" else ())):
        _check_unknown(api, group_id, request)
    synchronise(api)
    for group in (deleted, at_once):
        _check_unknown(api, group["_id"], request)
        if request == "users":
            for query in ({"blacklisted_users": True}, {"page_size": 1}, {"page_no": 2}, {"q": "a"}):
                answer = api.get(users_path(group["_id"]), **query)
                expected = f"404 for a deleted group's users with {show(query)}"
                expect(answer.status == HTTPStatus.NOT_FOUND, expected, str(answer))


def _check_unknown(api: Api, group_id: str, request: str) -> None:
    method, below, sent = REQUESTS[request]
    answer = api.request(method, f"{GROUPS}/{seg(group_id)}{below}", body=sent)
    expect(answer.status == HTTPStatus.NOT_FOUND, f"404 for the unknown group {group_id!r}", str(answer))


@check("GRP-08", on="getUsersByByGroupId")
def a_part_of_an_id_is_unknown(api: Api) -> None:
    """Read an own group, and its users, by its id with a character less, more, or changed, by its name and uid: 404."""
    group = create(api, group_body(api))
    own = group["_id"]
    for group_id in (own[:-1], f"{own}0", f"{own[:-1]}{'0' if own[-1] != '0' else '1'}x", f" {own}"):
        for below in ("", "/users"):
            answer = api.get(f"{GROUPS}/{seg(group_id)}{below}")
            expect(answer.status == HTTPStatus.NOT_FOUND, f"404 for the unknown group {group_id!r}", str(answer))
    for other in (group.get("name"), group.get("uid")):
        answer = api.get(f"{GROUPS}/{seg(str(other))}")
        if answer.ok and record(answer).get("_id") == str(other):  # another group may have this _id
            continue
        expect(answer.status == HTTPStatus.NOT_FOUND, f"404 for {other!r}, which is no _id", str(answer))
    answer = api.get(users_path(group["_id"]), page_size=1)
    expect(answer.status == HTTPStatus.OK, "200 for the users of an existing group", str(answer))


@check("GRP-17", on="deleteUserGroup")
def a_delete_answers_and_a_second_is_404(api: Api) -> None:
    """Delete groups, pending and read, of each category: 200 with success true and a message, then 404."""
    created = [create(api, group_body(api, category=category)) for category in CATEGORIES]
    created += [create(api, group_body(api, file_url=url)) for url in (UNREADABLE, csv_url(["a", "b", "c"]))]
    for number in (0, -2, -1):
        settled(api, created[number])
    body(api.patch(group_path(created[1]["_id"]), {"name": api.unique("Patched ")}))
    for group in created:
        answer = api.delete(group_path(group["_id"]))
        expect(answer.status == HTTPStatus.OK, "200 for the delete of a group", str(answer))
        content = record(answer, rule="GRP-17")
        same(content.get("success"), True, "success in the response to a delete")
        message = content.get("message")
        expect(isinstance(message, str) and bool(message), "a message in the response to a delete", content)
    for _ in range(2):
        for group in created:
            answer = api.delete(group_path(group["_id"]))
            expect(answer.status == HTTPStatus.NOT_FOUND, "404 for the second delete of a group", str(answer))
