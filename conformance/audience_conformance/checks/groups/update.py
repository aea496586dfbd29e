"""GRP: a patch of a group changes the fields that it names, and no others."""

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from http import HTTPStatus
from itertools import combinations
from typing import Any

from audience_conformance.checks.assertions import body, entries, items, largest_page, only, subset, thorough
from audience_conformance.checks.groups.helpers import (
    CATEGORIES,
    LASTING,
    PENDING,
    TEXTS,
    UNREADABLE,
    categorised,
    create,
    file_of,
    group_body,
    read_group,
    settled,
    synchronise,
)
from audience_conformance.checks.limits import fit_text
from audience_conformance.checks.prerequisites import REJECTED_REQUEST
from audience_conformance.checks.registry import check
from audience_conformance.client.api import GROUPS, Api, JsonObject, csv_url, group_path, users_path
from audience_conformance.client.exchange import Answer
from audience_conformance.results.finding import Skip, expect, fail, same

PATCHABLE = ("name", "description", "file_url")
SUBSETS = tuple("+".join(names) for size in (1, 2, 3) for names in combinations(PATCHABLE, size))
LONG = "x" * 256
URLS = (
    UNREADABLE,
    "https://files.example.invalid/new%20users.csv?token=a%2Fb&x=1&x=2#part",
    "DATA:text/csv;charset=utf-8;base64,dXNlcl9pZAphCg==",
    csv_url([f"user-{number:04}" for number in range(300)]),
)


def _new_values(api: Api, fields: tuple[str, ...] | list[str]) -> JsonObject:
    values = {
        "name": api.unique("Patched "),
        "description": f"Größer ☂ {api.unique()}",
        "file_url": file_of([api.unique("p")]),
    }
    return {name: values[name] for name in fields}


def _patch(api: Api, group: JsonObject, sent: JsonObject) -> JsonObject:
    return body(api.patch(group_path(group["_id"]), sent), operation="updateUserGroup")


@check("GRP-04", on="updateUserGroup getUserGroupById getUserGroups getCategorisedUserGroups", cases=SUBSETS)
def a_patch_changes_what_it_names(api: Api, names: str) -> None:
    """Patch each set of the fields twice, back, and to another group's values: the group has the new values.

    In the response, by id, in the list and in the categorised list, and after its file was read.
    """
    fields = names.split("+")
    first = group_body(api)
    group, same_as_other = create(api, first), _new_values(api, fields)
    create(api, {**first, **same_as_other})
    back = {name: first[name] for name in fields}
    patches = (_new_values(api, fields), _new_values(api, fields), back, same_as_other)
    for number, sent in enumerate(patches if thorough(api) else patches[1:3]):
        _check_patched(_patch(api, group, sent), sent, "in the response to the patch")
        _check_patched(read_group(api, group), sent, "by its id after the patch")
        entry = _entry(api, group)
        _check_patched(entry, only(sent, entry), "in the list after the patch")
        if number % 2:
            _check_patched(settled(api, group), sent, "after the group's file was read")
    for item in categorised(api).get(first["category"], ()):
        if item.get("_id") == group["_id"]:
            _check_patched(item, only(sent, item), "in the categorised list after the patch")


def _entry(api: Api, group: JsonObject) -> JsonObject:
    """The group's entry in the list; empty where it is absent, which GRP-02 checks."""
    return entries(api, GROUPS, [group["_id"]]).get(group["_id"], {})


def _check_patched(group: JsonObject, sent: JsonObject, where: str) -> None:
    for name, value in sent.items():
        same(group.get(name), value, f"{name}, which was patched, {where}")


@check("GRP-04", on="updateUserGroup getUserGroupById", generates=True)
def a_patch_takes_any_text(api: Api) -> None:
    """Patch a group with names and descriptions of any script and length, and with other files, and read it.

    Its first file cannot be read.
    """
    group = create(api, group_body(api, file_url=UNREADABLE))
    settled(api, group)

    def changes(name: str, description: str) -> None:
        name, description = fit_text(api, name, GROUPS), fit_text(api, description, GROUPS)
        _patch(api, group, {"name": name, "description": description})
        read = read_group(api, group)
        same(read.get("name"), name, "name of the group after the patch")
        same(read.get("description"), description, "description of the group after the patch")

    texts = ("0", " padded ", "x" * 255, "ß" * 255, "null", "false", "a\r\nb", "e\u0301", "MiXed", "mixed")
    for text in texts:
        changes(text, text[1:] + text[0])
    for text in texts:
        changes(f"{text[1:]}y", text)
    for url in URLS:
        _patch(api, group, {"file_url": url})
        same(read_group(api, group).get("file_url"), url, "file_url of the group after the patch")
    api.for_all(changes, name=TEXTS, description=TEXTS)


@check("GRP-05", on="updateUserGroup getUserGroupById getUsersByByGroupId", cases=SUBSETS)
def a_patch_leaves_what_it_does_not_name(api: Api, names: str) -> None:
    """Patch each set of the fields, and {}: the other fields stay, and so do the users unless file_url is patched.

    In the response, by id, in the list, and a while later; all fields of another group stay too.
    """
    fields = names.split("+")
    number = SUBSETS.index(names) % len(CATEGORIES)
    sent = group_body(api, category=CATEGORIES[number], file_url=csv_url([api.unique("u") for _ in range(12)]))
    group = create(api, sent)
    other = create(api, {**sent, "category": CATEGORIES[number - 1]} if number else sent)
    before, other_before = settled(api, group), settled(api, other)
    files_read = PENDING not in (before.get("status"), other_before.get("status"))
    keeps_users = "file_url" not in fields and files_read
    kept = [name for name in LASTING if name not in fields]
    if keeps_users:
        kept += ["status", "total_users"]
    users, other_users = _users(api, group), _users(api, other)
    for sent in (_new_values(api, fields), _new_values(api, fields), {}):
        answer = api.patch(group_path(group["_id"]), sent)
        if sent:
            content = body(answer)
            _check_kept(content, before, [name for name in kept if name in content], "in the response to the patch")
        _check_kept(read_group(api, group), before, kept, "in the group after the patch")
    listed = [name for name in kept if name != "status"]
    _check_kept({**before, **_entry(api, group)}, before, listed, "in the list after the patch")
    synchronise(api)
    _check_kept(read_group(api, group), before, kept, "in the group a while after the patch")
    if keeps_users:
        same(_users(api, group), users, "the users of a group whose file was not patched")
    kept = [*LASTING, *(["status", "total_users", "__v"] if files_read else [])]
    _check_kept(read_group(api, other), other_before, kept, "in another group than the patched one")
    if files_read:
        same(_users(api, other), other_users, "the users of another group than the patched one")


def _check_kept(now: JsonObject, before: JsonObject, fields: list[str], where: str) -> None:
    for name in fields:
        if name in before:
            same(now.get(name), before[name], f"{name}, which the patch does not name, {where}")


def _users(api: Api, group: JsonObject) -> list[Any]:
    return sorted(
        str(item.get("user_id")) for item in items(api.get(users_path(group["_id"]), page_size=largest_page(api)))
    )


@check("GRP-06", on="updateUserGroup getUserGroupById getUserGroups", cases=PATCHABLE)
def a_patch_moves_modified_at(api: Api, name: str) -> None:
    """Patch one field, two and all: modified_at is later each time, created_at stays; after {} both stay.

    In the response, by id and in the list.
    """
    group = create(api, group_body(api))
    before = settled(api, group)
    created_at = _time(before, "created_at")
    second = PATCHABLE[PATCHABLE.index(name) - 1]
    for fields in ((name,), (name, second), PATCHABLE, (name,)):
        earlier = _time(read_group(api, group), "modified_at")
        time.sleep(0.005)
        patched = _patch(api, group, _new_values(api, fields))
        if _time(patched, "modified_at") <= earlier:  # it may be in whole seconds
            time.sleep(1.1)
            patched = _patch(api, group, _new_values(api, fields))
        entry = _entry(api, group)
        for item in (patched, read_group(api, group), {**patched, **entry}):
            expect(_time(item, "modified_at") > earlier, f"modified_at after {earlier.isoformat()}", item)
            expect(_time(item, "created_at") == created_at, f"created_at still {created_at.isoformat()}", item)
    before = settled(api, group)
    time.sleep(0.005)
    if api.patch(group_path(group["_id"]), {}).ok:
        now = read_group(api, group)
        same(now.get("modified_at"), before.get("modified_at"), "modified_at after a patch of {}")


def _time(group: JsonObject, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(str(group.get(name)))
    except ValueError:
        fail(f"a group with a time in {name}", group)
    return moment if moment.tzinfo else fail(f"a time zone in {name}", group, rule="FMT-11")


INVALID: dict[str, tuple[Any, ...]] = {
    "name": (5, None, True, ["a"], {"a": "b"}, "", LONG, 0, False),
    "description": (5, None, False, ["a"], {"a": "b"}, "", LONG, 0, []),
    "file_url": (
        5,
        None,
        True,
        ["a"],
        {},
        "",
        "no url at all",
        "ftp://files.example.invalid/a.csv",
        "data:text/html,x",
    ),
}
EVERY = 4
"""The group is read after every so many rejected patches, and at the end."""
NOT_AN_OBJECT: tuple[tuple[bytes, str], ...] = (
    (b'{"name": "Half a patch"', "application/json"),
    (b'{"name": "Trailing", }', "application/json"),
    (b"[]", "application/json"),
    (b'["name"]', "application/json"),
    (b'"name"', "application/json"),
    (b"null", "application/json"),
    (b"", "application/json"),
    (b"name=Form", "application/x-www-form-urlencoded"),
    (b'{"name": "No JSON"}', "text/plain"),
)


@check(
    "GRP-19",
    on="updateUserGroup getUserGroupById getUserGroups getUsersByByGroupId",
    cases=(*INVALID, "body"),
    needs=(REJECTED_REQUEST,),
)
def a_refused_patch_changes_nothing(api: Api, part: str) -> None:
    """Patch with one invalid field, alone and with valid ones, or with a body that is no JSON object.

    Where the target rejects it, the group and its users stay the same, at once, later, and in the list.
    """
    group = create(api, group_body(api, category="l2"))
    before, users = settled(api, group), _users(api, group)
    rejected = 0
    for send in subset(api, _invalid_patches(api, group, part)):
        answer = send()
        if answer.status < HTTPStatus.BAD_REQUEST:
            before, users = settled(api, group), _users(api, group)
            continue
        rejected += 1
        if rejected % EVERY == 1:
            _check_unchanged(api, group, before, users, f"a patch that was rejected ({answer.status})")
    if not rejected:
        raise Skip(REJECTED_REQUEST)
    synchronise(api)
    _check_unchanged(api, group, before, users, "rejected patches")


def _invalid_patches(api: Api, group: JsonObject, part: str) -> list[Callable[[], Answer]]:
    path = group_path(group["_id"])
    if part == "body":
        return [
            partial(api.request, "PATCH", path, content=content, headers={"Content-Type": media_type})
            for content, media_type in NOT_AN_OBJECT
        ]
    patches: list[JsonObject] = []
    for value in INVALID[part]:
        valid = _new_values(api, [name for name in PATCHABLE if name != part])
        patches += [{part: value}, {**valid, part: value}, {part: value, **valid}]
        if part != "file_url":
            patches.append({"file_url": csv_url([api.unique("u")]), part: value})
    return [partial(api.patch, path, patch) for patch in patches]


def _check_unchanged(api: Api, group: JsonObject, before: JsonObject, users: list[Any], after: str) -> None:
    fields = [*LASTING, "created_at"]
    if before.get("status") != PENDING:
        fields += ["status", "total_users", "modified_at", "__v"]
        same(_users(api, group), users, f"the users of the group after {after}")
    same(only(read_group(api, group), fields), only(before, fields), f"the group after {after}")
    entry = _entry(api, group)
    listed = [name for name in fields if name in entry]
    same(only(entry, listed), only(before, listed), f"the group's entry in the list after {after}")
