"""GRP: what patches and refreshes of a group leave as it is: other fields, its place in the lists, its users, `__v`."""

from collections.abc import Callable
from functools import partial

from audience_conformance.checks.assertions import (
    at_once,
    body,
    entries,
    list_all,
    only,
    record,
    succeeded,
    thorough,
)
from audience_conformance.checks.group_users.cursor_walk import all_members, file_group, some_given_users
from audience_conformance.checks.groups.helpers import (
    COMPLETED,
    LASTING,
    PENDING,
    answer_of_group,
    categorised,
    create,
    group_body,
    groups_with_users,
    read_group,
    refresh,
    retry,
    settled,
    synchronise,
)
from audience_conformance.checks.prerequisites import READABLE_FILE
from audience_conformance.checks.registry import check
from audience_conformance.client.api import GROUPS, Api, JsonObject, csv_url, group_path
from audience_conformance.results.finding import Skip, equal, expect, same, show

PATCH = "updateUserGroup"
LONG_AGO = "2001-02-03T04:05:06.789Z"
MISTYPED: JsonObject = {
    "_id": 7,
    "uid": "many",
    "category": 5,
    "tags": "none",
    "status": None,
    "type": True,
    "is_active": "no",
    "application_id": None,
    "total_users": [],
    "created_at": 0,
    "modified_at": {},
    "__v": "x",
    "users": 1,
}
"""Fields that a patch does not take, with values of other types."""
OTHERS = ("status", "total_users", "created_at")
"""Fields that no patch changes that leaves file_url alone, once the file has been read."""
CHANGING = ("modified_at", "__v")
"""Fields that any patch changes, but not to what it sends."""
UNKNOWN = "acs_unknown"


def _ignored(api: Api, other: JsonObject) -> JsonObject:
    """Every field that a patch does not take, with another value than a new group has: some are those of `other`."""
    users = [api.unique("x")]
    return {
        "_id": other["_id"],
        "uid": other.get("uid"),
        "category": "l3",
        "tags": [api.unique("tag")],
        "status": "failed",
        "type": "dynamic",
        "is_active": False,
        "application_id": "64b0000000000000000000ff",
        "total_users": {"count": 41, "refreshed_at": LONG_AGO},
        "created_at": LONG_AGO,
        "modified_at": LONG_AGO,
        "__v": 41,
        "users": users,
        "user_ids": users,
        UNKNOWN: "x",
    }


@check(
    "GRP-23",
    on="updateUserGroup getUserGroupById getUserGroups getCategorisedUserGroups getUserGroupTags getUsersByByGroupId",
)
def a_patch_changes_only_what_it_takes(api: Api) -> None:
    """Patch all fields of a group that a patch does not take, alone and beside name: they are ignored.

    In the response, by id, in the lists, in the tags and among the users. Neither does the group change whose _id and
    uid are sent.
    """
    group, other = create(api, group_body(api)), create(api, group_body(api, category="l2"))
    before, other_before = settled(api, group), settled(api, other)
    users, ignored = all_members(api, group["_id"]), _ignored(api, other)
    for sent in (ignored, MISTYPED, *({name: ignored[name]} for name in ignored if thorough(api))):
        views = _patched_views(api, group, sent)
        if before.get("status") != PENDING:
            _check_views(views, before, (*LASTING, *OTHERS, *CHANGING), sent)
    for others in (ignored, MISTYPED) if thorough(api) else (ignored,):
        sent = {**others, "name": api.unique("Patched ")}
        views = _patched_views(api, group, sent)
        views["the list"] = entries(api, GROUPS, [group["_id"]]).get(group["_id"], {})
        kept = LASTING if before.get("status") == PENDING else (*LASTING, *OTHERS)
        _check_views(views, {**before, "name": sent["name"]}, kept, sent)
    places = [key for key, found in categorised(api).items() for one in found if one.get("_id") == group["_id"]]
    expect(places in ([], [before.get("category")]), f"the group under {before.get('category')} only", places)
    tags = api.get(f"{GROUPS}/tags").json
    expect(ignored["tags"][0] not in show(tags), f"no tag {ignored['tags'][0]}, which a patch sent", tags)
    synchronise(api)
    if before.get("status") == COMPLETED:
        same(all_members(api, group["_id"]), users, "the users after patches without file_url")
    if other_before.get("status") != PENDING:
        views = {"the group whose _id and uid a patch sent": read_group(api, other)}
        _check_views(views, other_before, (*LASTING, *OTHERS, *CHANGING), ignored)


def _patched_views(api: Api, group: JsonObject, sent: JsonObject) -> dict[str, JsonObject]:
    """The response to a patch, and the group after it, with all that they hold: what was sent may be among it."""
    answer = api.patch(group_path(group["_id"]), sent)
    if not answer.ok:  # does it refuse the other fields, or any patch
        body(api.patch(group_path(group["_id"]), {"name": api.unique("Patched ")}), operation=PATCH)
    succeeded(answer, "a patch to succeed, whose other fields are ignored", rule="GRP-23", operation=PATCH)
    views = {}
    for where, view in (("the response", answer), ("the group", answer_of_group(api, group))):
        documented = record(view)
        views[where] = {**view.json, **documented}
    return views


def _check_views(views: dict[str, JsonObject], before: JsonObject, kept: tuple[str, ...], sent: JsonObject) -> None:
    """What a view of a group shows of these fields is as before, and nothing else of the patch is there."""
    for where, now in views.items():
        names = [name for name in kept if name in now]
        same(only(now, names), only(before, names), f"{where} after a patch of {show(sent)}", operation=PATCH)
        taken = [name for name in (*CHANGING, UNKNOWN) if name in sent and name in now and now[name] == sent[name]]
        expect(not taken, f"{', '.join(taken)} of the patch to be ignored in {where}", now, operation=PATCH)


@check(
    "GRP-24",
    on="updateUserGroup refreshUserGroupTotalUsers getUserGroups getCategorisedUserGroups",
)
def a_group_keeps_its_place(api: Api) -> None:
    """Patch groups between others in name, description and file, and refresh one: the order of the lists stays.

    Of the whole list, of those under filters, and of the categorised one.
    """
    part = api.unique("Row ")
    # By name, by user count and by time of change the groups would stand elsewhere.
    groups = [
        create(api, group_body(api, name=f"{part}{letter}", file_url=csv_url([api.unique("u")]))) for letter in "mcxgq"
    ]
    ids = [group["_id"] for group in groups]
    statuses = {show(settled(api, group).get("status")) for group in groups}
    queries: list[JsonObject] = [{}, {"name": part}]
    if statuses == {show(COMPLETED)}:
        queries.append({"status": COMPLETED})
    if thorough(api):
        queries += [{"category": "l1"}, {"type": groups[0].get("type")}, {"name": part, "page_size": 2}]
    before = {show(query): _order(api, ids, query) for query in queries}
    before_by_category = _categorised_order(api, ids)

    def stays(writes: str) -> None:
        for query in queries:
            _same_order(_order(api, ids, query), before[show(query)], f"the list under {show(query)} after {writes}")
        _same_order(_categorised_order(api, ids), before_by_category, f"the categorised list after {writes}")

    body(api.patch(group_path(ids[1]), {"name": f"{part}zz"}))
    body(api.patch(group_path(ids[2]), {"description": "aa", "name": f"{part}aa"}))
    body(api.patch(group_path(ids[3]), {"file_url": csv_url([api.unique("u") for _ in range(3)])}))
    settled(api, groups[3])
    retry(partial(stays, "patches"))
    for group_id in (ids[2], ids[1]):
        refresh(api, group_id)
    synchronise(api)
    retry(partial(stays, "refreshes"))


def _order(api: Api, ids: list[str], query: JsonObject) -> list[str]:
    """These groups in the order of a list."""
    filters = {name: value for name, value in query.items() if name != "page_size"}
    listed = list_all(api, GROUPS, size=query.get("page_size"), **filters)
    return [item["_id"] for item in listed if item.get("_id") in ids]


def _categorised_order(api: Api, ids: list[str]) -> list[str]:
    return [item["_id"] for groups in categorised(api).values() for item in groups if item.get("_id") in ids]


def _same_order(now: list[str], before: list[str], where: str) -> None:
    """Compare the order of what both have; what is missing is a matter of other rules."""
    both = {*now} & {*before}
    same([one for one in now if one in both], [one for one in before if one in both], f"the order of groups in {where}")


@check(
    "GRP-24",
    on="refreshUserGroupTotalUsers updateUserGroup getUsersByByGroupId getUserGroupById",
    needs=(READABLE_FILE,),
)
def a_refresh_leaves_the_users_and_their_order(api: Api) -> None:
    """Refresh groups whose files are not sorted, one patched with another file: the same users in the same order.

    With --group-id some of its users, some blacklisted, are in the file. Where the server reads no data: file, of a
    group with the file --users-file-url.
    """
    users = [api.unique(letter) for letter in "mzaqbx"]
    users = [*users, *some_given_users(api), *(f"{user}-{number}" for number in (10, 9, 100) for user in users[:4])]
    try:
        groups = groups_with_users(api, users, [*users[::-2], *users[::2]])
        body(api.patch(group_path(groups[1]["_id"]), {"file_url": csv_url(users[::-1])}))
        settled(api, groups[1])
    except Skip:
        groups = [{"_id": file_group(api)}]
    before = {group["_id"]: all_members(api, group["_id"]) for group in groups}
    for group_id in before:
        refresh(api, group_id)
        body(api.patch(group_path(group_id), {"name": api.unique("Patched ")}))
        for _ in range(2):  # an odd number in all: what turns the order round would turn it back
            refresh(api, group_id)
    synchronise(api)
    for group_id, listed in before.items():
        same(all_members(api, group_id), listed, "the users after refreshes, in their order")


@check(
    "GRP-26",
    on="createUserGroup updateUserGroup refreshUserGroupTotalUsers getUserGroupById getUserGroups "
    "getCategorisedUserGroups",
)
def v_counts_the_patches_that_change_a_group(api: Api) -> None:
    """Patch a group one by one and at once: __v is the number of patches, whatever else happens.

    Neither a file that is read, nor {}, nor fields that a patch does not take, nor a refused patch, nor a refresh, nor
    another group's patch counts. In the response, by id, in the list and in the categorised list.
    """
    group, other = create(api, group_body(api)), create(api, group_body(api))
    same(group.get("__v"), 0, "__v of a new group", operation="createUserGroup")
    settled(api, group)
    counts = _counter(api)
    counts(group, 0, "its file was read")
    patches: tuple[JsonObject, ...] = (
        {"name": api.unique("Patched ")},
        {"description": "Patched"},
        {"name": api.unique("Again "), "description": "Again", "file_url": csv_url([api.unique("u")])},
    )
    for number, sent in enumerate(patches, start=1):
        answer = body(api.patch(group_path(group["_id"]), sent))
        counts(group, number, f"patch number {number}", {"in the response": answer})
    settled(api, group)
    number = len(patches)
    counts(group, number, "three patches", _in_lists(api, group))
    body(api.patch(group_path(other["_id"]), {"name": api.unique("Other "), "description": "Other"}))
    for sent in ({}, {"category": "l2", "__v": 7}, {"name": ""}, {"name": "Half", "description": 5}):
        taken = api.patch(group_path(group["_id"]), sent).ok
        number += taken and "name" in sent  # of a server that takes the invalid ones
        counts(group, number, f"three patches and {show(sent)}, which changes nothing")
    refresh(api, group["_id"])
    synchronise(api)
    counts(group, number, "a refresh, which is no patch")
    counts(other, 1, "one patch")
    names = [api.unique("At once ") for _ in range(api.budget.parallel)]
    answers = at_once(partial(api.patch, group_path(other["_id"]), {"name": name}) for name in names)
    done = sum(answer.ok for answer in answers)
    counts(other, 1 + done, f"one patch and {done} at the same time", _in_lists(api, other))


def _counter(api: Api) -> Callable[..., None]:
    """A function that compares __v, by id and in other views, with the number of patches.

    Where an answer was lost on the way, the request was sent again, and a patch may have been performed twice.
    """
    before = api.target.trouble.times.total()

    def counts(group: JsonObject, number: int, after: str, views: dict[str, JsonObject] | None = None) -> None:
        for where, view in {"of the group": read_group(api, group), **(views or {})}.items():
            again = api.target.trouble.times.total() - before
            if not any(equal(view.get("__v"), number + more) for more in range(again + 1)):
                same(view.get("__v"), number, f"__v {where} after {after}", operation=PATCH)

    return counts


def _in_lists(api: Api, group: JsonObject) -> dict[str, JsonObject]:
    """The group in the lists, where they show its __v."""
    entry = entries(api, GROUPS, [group["_id"]]).get(group["_id"], {})
    every = [one for groups in categorised(api).values() for one in groups if one.get("_id") == group["_id"]]
    views = {"in the list": entry, **({"in the categorised list": every[0]} if every else {})}
    return {where: view for where, view in views.items() if "__v" in view}
