"""GRP: groups that are created and read."""

from http import HTTPStatus
from itertools import chain

from audience_conformance.checks.assertions import body, entries, in_pages, list_all, subset
from audience_conformance.checks.groups.helpers import (
    CATEGORIES,
    CREATED_WITH,
    TEXTS,
    categorised,
    create,
    file_of,
    group_body,
    read_group,
    settled,
    synchronise,
    uid_of,
)
from audience_conformance.checks.limits import LONGEST
from audience_conformance.checks.prerequisites import OTHER_APPLICATION
from audience_conformance.checks.registry import check
from audience_conformance.client.api import GROUPS, Api, JsonObject, csv_url, group_path, seg
from audience_conformance.results.finding import expect, same

SPECIAL = (
    "0",
    "null",
    " inner  space ",
    "Größe",
    "\U0001d4a2\U0001f600",
    "a,b;c\"d'e\\f/g",
    "<b>&amp;</b>",
    "%25{{x}}",
    "007",
    "1e5",
    "true",
    "2026-01-01",
    "a\r\nb\tc",
    "e\u0301 \u00e9",
    "x\u202ey\u200dz\ufeff.",
    "x" * LONGEST,
    "ß" * LONGEST,
)
FILES = (
    file_of(["a", "b"]),
    "data:text/csv;base64,dXNlcl9pZAphCg==",
    "DATA:TEXT/CSV,user_id%0Aone",
    "https://files.example.invalid/users%20of%20may.csv?token=a%2Fb&x=%C3%A9#part",
    "http://Files.Example.invalid:80/a/../b//c.csv?x=1&x=2&y=#",
    csv_url([f"user-{number:05}" for number in range(1500)]),
)
MANY = 12
"""More than a page holds by default."""


@check("GRP-01", on="createUserGroup getUserGroupById", cases=CATEGORIES)
def a_created_group_reads_back(api: Api, category: str) -> None:
    """Create groups of each category, with names and descriptions of any script, and read them by their ids."""

    def reads_back(name: str, description: str) -> None:
        _create_and_read(api, group_body(api, category=category, name=name, description=description))

    api.for_all(reads_back, name=TEXTS, description=TEXTS)


def _create_and_read(api: Api, sent: JsonObject) -> JsonObject:
    created = create(api, sent)
    read = read_group(api, created)
    for name in CREATED_WITH:
        same(read.get(name), sent[name], f"{name} of the group that was read", operation="getUserGroupById")
    same(read.get("_id"), created["_id"], "_id of the group that was read")
    return created


@check("GRP-01", on="createUserGroup getUserGroupById")
def special_texts_and_all_kinds_of_files_read_back(api: Api) -> None:
    """Create groups with special and longest texts and with every kind of file_url, and read them at once and later.

    Between the two reads, one of the groups is deleted, and some are refreshed.
    """
    bodies = [group_body(api, name=text, description=text[1:] + text[0]) for text in SPECIAL]
    bodies += [group_body(api, category=CATEGORIES[number % 3], file_url=url) for number, url in enumerate(FILES)]
    created = [_create_and_read(api, sent) for sent in bodies]
    synchronise(api)
    body(api.delete(group_path(created.pop()["_id"])))
    for group in created[::4]:
        body(api.post(f"{group_path(group['_id'])}/refresh"))
    synchronise(api)
    for group, sent in zip(created, bodies[:-1], strict=True):
        read = read_group(api, group)
        for name in CREATED_WITH:
            same(read.get(name), sent[name], f"{name} of the group that was read after others were created and deleted")


@check("GRP-02", on="createUserGroup getUserGroups deleteUserGroup updateUserGroup refreshUserGroupTotalUsers")
def a_created_group_is_in_the_list(api: Api) -> None:
    """Create groups of all categories, more than a default page holds; patch, refresh and delete some.

    All others are in the list, in large and small pages, with the values that they have by id: at once, after their
    files were read or failed, and after the changes.
    """
    created = [create(api, group_body(api, category=CATEGORIES[number % 3])) for number in range(MANY)]
    _check_listed(api, created, "right after it was created")
    same_name = group_body(api, name=f"Größe ☂ {api.unique()}")
    created += [create(api, same_name) for _ in range(3)]
    urls = ("data:text/csv,no%20such%20column%0Ax", csv_url([]), created[0].get("file_url"))
    created += [create(api, group_body(api, file_url=url)) for url in urls]
    for group in created[MANY:]:
        settled(api, group)
    _check_listed(api, created, "after its file was read or failed")
    body(api.patch(group_path(created[1]["_id"]), {"name": api.unique("Renamed ")}))
    body(api.patch(group_path(created[3]["_id"]), {"file_url": urls[0]}))
    body(api.post(f"{group_path(created[2]['_id'])}/refresh"))
    for number in (MANY + 1, MANY - 1, MANY // 2, 0):
        body(api.delete(group_path(created.pop(number)["_id"])))
    _check_listed(api, created, "while others are changed and deleted")


def _check_listed(api: Api, created: list[JsonObject], when: str) -> None:
    ids = [group["_id"] for group in created]
    for read in (list_all, in_pages):
        listed = entries(api, GROUPS, ids, read=read)
        for group_id in ids:
            expect(group_id in listed, f"group {group_id} to be in the list {when}", list(listed))
    for group in subset(api, created):
        entry, read_back = listed[group["_id"]], read_group(api, group)
        for name in (*CREATED_WITH, "uid"):
            if name in entry:
                same(entry[name], read_back.get(name), f"{name} of the group's entry in the list, {when}")


@check("GRP-03", on="createUserGroup deleteUserGroup updateUserGroup getUserGroups")
def two_creations_get_different_ids_and_uids(api: Api) -> None:
    """Create groups one by one, some with equal bodies, some after others were deleted: all ids and uids differ.

    No other group in the list has the uid of a new one.
    """
    equal = group_body(api)
    ids: set[str] = set()
    uids: set[float] = set()
    existing: dict[str, float] = {}
    for number in range(MANY):
        group = create(api, equal if number % 2 else group_body(api, category=CATEGORIES[number % 3]))
        uid = uid_of(group)
        expect(group["_id"] not in ids, "an _id that no earlier creation got", group)
        expect(uid not in uids, "a uid that no earlier creation got", group)
        same(read_group(api, group).get("uid"), uid, "uid of the group that was read")
        ids.add(group["_id"])
        uids.add(uid)
        if number in {3, 4, 8}:
            body(api.delete(group_path(group["_id"])))
            continue
        existing[group["_id"]] = uid
        if number in {5, 6}:
            body(api.patch(group_path(group["_id"]), {"name": api.unique("Patched ")}))
    for item in list_all(api, GROUPS):
        if item.get("_id") not in existing:
            expect(item.get("uid") not in existing.values(), "no other group to have the uid of a new one", item)


@check("GRP-16", on="createUserGroup getUserGroups")
def a_group_without_a_field_is_refused(api: Api) -> None:
    """Leave out each field, each pair, and all: 400, and no group with one of the other fields is stored."""
    token = f"{api.unique('rejected')}."
    complete = {"name": f"{token}n", "description": f"{token}d", "category": "l2", "file_url": file_of([token])}
    left_out = [{one, other} for one in CREATED_WITH for other in CREATED_WITH]
    for without in (*left_out, set(CREATED_WITH)):
        sent = {name: value for name, value in complete.items() if name not in without}
        answer = api.post(GROUPS, sent)
        expected = f"400 for a creation without {' and '.join(sorted(without))}"
        expect(answer.status == HTTPStatus.BAD_REQUEST, expected, str(answer))
    synchronise(api)
    for item in (*list_all(api, GROUPS), *chain.from_iterable(categorised(api).values())):
        texts = [item.get(name) for name in CREATED_WITH]
        stored = any(isinstance(text, str) and (token in text or seg(token) in text) for text in texts)
        expect(not stored, "a rejected creation to store nothing", item, operation="getUserGroups")


@check("GRP-18", on="createUserGroup getUserGroupById updateUserGroup getUserGroups getCategorisedUserGroups")
def a_group_carries_its_application(api: Api) -> None:
    """Compare application_id in every response with an own group: created, read, patched, listed, categorised."""
    for category in CATEGORIES:
        group = create(api, group_body(api, category=category))
        path = group_path(group["_id"])
        responses = {
            "the creation": group,
            "the read group": read_group(api, group),
            "the patch": body(
                api.patch(path, {"name": api.unique("Patched "), "file_url": file_of([api.unique("u")])})
            ),
            "the group read after a patch": settled(api, group),
            "the list": entries(api, GROUPS, [group["_id"]]).get(group["_id"], group),
        }
        for item in chain.from_iterable(categorised(api).values()):
            if item.get("_id") == group["_id"]:
                responses["the categorised list"] = item
        for where, item in responses.items():
            same(item.get("application_id"), api.tenant[1], f"application_id of {where}")


@check("GRP-18", on="createUserGroup getUserGroupById getUserGroups", needs=(OTHER_APPLICATION,))
def a_group_of_another_application_carries_that(api: Api) -> None:
    """Create, read, patch and list a group in a second application: application_id names that application."""
    tenant = api.other_tenant
    group = create(api, group_body(api), tenant=tenant)
    read = body(api.get(group_path(group["_id"]), tenant=tenant))
    patched = body(api.patch(group_path(group["_id"]), {"name": api.unique("Patched ")}, tenant=tenant))
    for item in (group, read, patched, *list_all(api, GROUPS, tenant=tenant)):
        same(item.get("application_id"), tenant[1], "application_id of a group in another application")


@check("GRP-18", on="getUserGroups getCategorisedUserGroups", read_only=True)
def every_listed_group_carries_the_application(api: Api) -> None:
    """Compare the application_id of every group in the list and in the categorised list."""
    for item in list_all(api, GROUPS):
        same(item.get("application_id"), api.tenant[1], f"application_id of group {item.get('_id')} in the list")
    for item in chain.from_iterable(categorised(api).values()):
        same(item.get("application_id"), api.tenant[1], "application_id of a group in the categorised list")
