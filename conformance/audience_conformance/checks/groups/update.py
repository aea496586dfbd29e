"""GRP: what a patch of a group changes, and what it does not."""

import time
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from audience_conformance.checks.assertions import body, entries, items, only, subset, thorough
from audience_conformance.checks.groups.helpers import (
    CATEGORIES,
    LASTING,
    PENDING,
    categorised,
    create,
    file_of,
    group_body,
    read_group,
    settled,
    synchronise,
)
from audience_conformance.checks.prerequisites import REJECTED_REQUEST
from audience_conformance.checks.registry import check
from audience_conformance.client.api import GROUPS, Api, JsonObject, csv_url, group_path, users_path
from audience_conformance.client.target import Answer
from audience_conformance.results.finding import Skip, expect, fail, same

PATCHABLE = ("name", "description", "file_url")
SUBSETS = tuple("+".join(names) for size in (1, 2, 3) for names in combinations(PATCHABLE, size))
TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=255)
LONG = "x" * 256
URLS = (
    "data:text/csv,no_such_column%0A1",
    "https://files.example.invalid/new%20users.csv?token=a%2Fb&x=1&x=2#part",
    "DATA:text/csv;charset=utf-8;base64,dXNlcl9pZAphCg==",
    csv_url([f"user-{number:04}" for number in range(300)]),
)


def _new(api: Api, fields: tuple[str, ...] | list[str]) -> JsonObject:
    every = {
        "name": api.fresh("Patched "),
        "description": f"Größer ☂ {api.fresh()}",
        "file_url": file_of([api.fresh("p")]),
    }
    return {name: every[name] for name in fields}


def _patch(api: Api, group: JsonObject, sent: JsonObject) -> JsonObject:
    return body(api.patch(group_path(group["_id"]), sent), operation="updateUserGroup")


@check("GRP-04", on="updateUserGroup getUserGroupById getUserGroups getCategorisedUserGroups", cases=SUBSETS)
def a_patch_changes_what_it_names(api: Api, names: str) -> None:
    """Patch each set of the fields, twice, back, and to another group's; look in the answer, by id and in the lists."""
    fields = names.split("+")
    first = group_body(api)
    group, counterpart = create(api, first), _new(api, fields)
    create(api, {**first, **counterpart})
    back = {name: first[name] for name in fields}
    every = (_new(api, fields), _new(api, fields), back, counterpart)
    for number, sent in enumerate(every if thorough(api) else every[1:3]):
        _has(_patch(api, group, sent), sent, "in the answer of the patch")
        _has(read_group(api, group), sent, "by its id after the patch")
        list_all = entries(api, GROUPS, [group["_id"]]).get(group["_id"], {})
        _has(list_all, only(sent, list_all), "in the list after the patch")
        if number % 2:
            _has(settled(api, group), sent, "when the group's file has been read")
    for item in categorised(api).get(first["category"], ()):
        if item.get("_id") == group["_id"]:
            _has(item, only(sent, item), "in the categorised list after the patch")


def _has(group: JsonObject, sent: JsonObject, where: str) -> None:
    for name, value in sent.items():
        same(group.get(name), value, f"{name}, which was patched, {where}")


@check("GRP-04", on="updateUserGroup getUserGroupById", generates=True)
def a_patch_takes_any_text(api: Api) -> None:
    """Patch a group whose file cannot be read with names and descriptions of any script and length, and other files."""
    group = create(api, group_body(api, file_url=URLS[0]))
    settled(api, group)

    def changes(name: str, description: str) -> None:
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
    """Patch each set of the fields and compare all others, the users too, of this group and of another."""
    fields = names.split("+")
    number = SUBSETS.index(names) % len(CATEGORIES)
    sent = group_body(api, category=CATEGORIES[number], file_url=csv_url([api.fresh("u") for _ in range(12)]))
    group = create(api, sent)
    other = create(api, {**sent, "category": CATEGORIES[number - 1]} if number else sent)
    keeps_file = "file_url" not in fields
    kept = [name for name in LASTING if name not in fields]
    before = settled(api, group)
    child = settled(api, other)
    settles = before.get("status") != PENDING
    settles = settles and child.get("status") != PENDING
    if keeps_file and settles:
        kept += ["status", "total_users"]
    users, others = _users(api, group), _users(api, other)
    for sent in (_new(api, fields), _new(api, fields), {}):
        answer = api.patch(group_path(group["_id"]), sent)
        if sent:
            _left(body(answer), before, [name for name in kept if name in body(answer)], "in the answer of the patch")
        _left(read_group(api, group), before, kept, "in the group after the patch")
    list_all = entries(api, GROUPS, [group["_id"]]).get(group["_id"], {})
    _left({**before, **list_all}, before, [name for name in kept if name != "status"], "in the list after the patch")
    synchronise(api)
    _left(read_group(api, group), before, kept, "in the group a while after the patch")
    still = [*LASTING, *(["status", "total_users", "__v"] if settles else [])]
    _left(read_group(api, other), child, still, "in another group than the patched one")
    if keeps_file and settles:
        same(_users(api, group), users, "the users of a group whose file was not patched")
    if settles:
        same(_users(api, other), others, "the users of another group than the patched one")


def _left(now: JsonObject, before: JsonObject, fields: list[str], where: str) -> None:
    for name in fields:
        if name in before:
            same(now.get(name), before[name], f"{name}, which the patch does not name, {where}")


def _users(api: Api, group: JsonObject) -> list[Any]:
    return sorted(str(item.get("user_id")) for item in items(api.get(users_path(group["_id"]), page_size=100)))


@check("GRP-06", on="updateUserGroup getUserGroupById getUserGroups", cases=PATCHABLE)
def a_patch_moves_modified_at(api: Api, name: str) -> None:
    """Patch one field, two and all: modified_at moves forward each time, created_at stays; {} moves neither."""
    group = create(api, group_body(api))
    before = settled(api, group)
    created_at = _time(before, "created_at")
    second = PATCHABLE[PATCHABLE.index(name) - 1]
    for fields in ((name,), (name, second), PATCHABLE, (name,)):
        earlier = _time(read_group(api, group), "modified_at")
        time.sleep(0.005)
        answered = _patch(api, group, _new(api, fields))
        if _time(answered, "modified_at") <= earlier:  # it may count whole seconds
            time.sleep(1.1)
            answered = _patch(api, group, _new(api, fields))
        list_all = entries(api, GROUPS, [group["_id"]]).get(group["_id"], answered)
        for seen in (answered, read_group(api, group), {**answered, **list_all}):
            expect(_time(seen, "modified_at") > earlier, f"modified_at after {earlier.isoformat()}", seen)
            expect(_time(seen, "created_at") == created_at, f"created_at still {created_at.isoformat()}", seen)
    before = settled(api, group)
    time.sleep(0.005)
    if api.patch(group_path(group["_id"]), {}).ok:
        now = read_group(api, group)
        same(now.get("modified_at"), before.get("modified_at"), "modified_at after a patch of nothing")


def _time(group: JsonObject, name: str) -> datetime:
    try:
        read = datetime.fromisoformat(str(group.get(name)))
    except ValueError:
        fail(f"a group with a time in {name}", group)
    return read if read.tzinfo else fail(f"a zone in {name}", group, rule="FMT-11")


WRONG: dict[str, tuple[Any, ...]] = {
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
NO_OBJECTS: tuple[tuple[bytes, str], ...] = (
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
    cases=(*WRONG, "body"),
    needs=(REJECTED_REQUEST,),
)
def a_refused_patch_changes_nothing(api: Api, part: str) -> None:
    """Send patches of which one field is wrong, alone and beside right ones, or no object at all; compare."""
    group = create(api, group_body(api, category="l2"))
    before, users = settled(api, group), _users(api, group)
    refused = False
    for patch in subset(api, _wrong(api, group, part)):
        answer = patch()
        if answer.status < HTTPStatus.BAD_REQUEST:
            before, users = settled(api, group), _users(api, group)
            continue
        refused = True
        _same_group(api, group, before, users, f"a patch that was refused ({answer.status})")
    if not refused:
        raise Skip(REJECTED_REQUEST)
    synchronise(api)
    _same_group(api, group, before, users, "refused patches")


def _wrong(api: Api, group: JsonObject, part: str) -> list[Callable[[], Answer]]:
    path = group_path(group["_id"])

    def raw(content: bytes, kind: str) -> Callable[[], Answer]:
        return lambda: api.request("PATCH", path, content=content, headers={"Content-Type": kind})

    def sent(patch: JsonObject) -> Callable[[], Answer]:
        return lambda: api.patch(path, patch)

    if part == "body":
        return [raw(content, kind) for content, kind in NO_OBJECTS]
    patches: list[JsonObject] = []
    for value in WRONG[part]:
        right = _new(api, [name for name in PATCHABLE if name != part])
        patches += [{part: value}, {**right, part: value}, {part: value, **right}]
        if part != "file_url":
            patches.append({"file_url": csv_url([api.fresh("u")]), part: value})
    return [sent(patch) for patch in patches]


def _same_group(api: Api, group: JsonObject, before: JsonObject, users: list[Any], after: str) -> None:
    fields = [*LASTING, "created_at"]
    if before.get("status") != PENDING:
        fields += ["status", "total_users", "modified_at", "__v"]
        same(_users(api, group), users, f"the users of the group after {after}")
    same(only(read_group(api, group), fields), only(before, fields), f"the group after {after}")
    list_all = entries(api, GROUPS, [group["_id"]]).get(group["_id"], {})
    there = [name for name in fields if name in list_all]
    same(only(list_all, there), only(before, there), f"the group's entry in the list after {after}")
