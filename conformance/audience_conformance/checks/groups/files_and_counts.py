"""GRP: a group's file, its users, and the number of users."""

import time
from http import HTTPStatus
from typing import Any

from audience_conformance.checks.assertions import body, entries, record, subset, thorough
from audience_conformance.checks.group_users.cursor_walk import (
    all_members,
    file_group,
    given_group,
    plain_and_blacklisted,
)
from audience_conformance.checks.groups.file_forms import BYTE_ORDER_MARK, FORMS, VERY_LONG, file_of_form
from audience_conformance.checks.groups.helpers import (
    COMPLETED,
    FAILED,
    UNREADABLE,
    becomes_true,
    create,
    group_body,
    groups_with_users,
    read_group,
    refresh,
    settled,
    uid_of,
    user_count,
)
from audience_conformance.checks.prerequisites import (
    BLACKLISTED_USERS,
    DATA_FILES,
    GROUP_WITH_USERS,
    READABLE_FILE,
    USERS_FILE,
)
from audience_conformance.checks.protocol.timestamps import date_of, lies_near
from audience_conformance.checks.registry import check
from audience_conformance.client.api import GROUPS, Api, JsonObject, csv_url, group_path, users_path
from audience_conformance.results.finding import Skip, expect, same, show

READ = (COMPLETED, FAILED)


@check("GRP-22", on="createUserGroup getUserGroupById getUsersByByGroupId", needs=(DATA_FILES,))
def a_new_groups_file_is_read(api: Api) -> None:
    """Create groups from data:text/csv files of many forms: status becomes completed, and users are those of the file.

    Each user once, in the order of the file. A server that does not read data: URLs needs --users-file-url.
    """
    if api.options.users_file_url is not None and settled(api, api.group()).get("status") != COMPLETED:
        raise Skip(DATA_FILES)
    files: dict[str, tuple[str, list[str]]] = {}
    for number, form in enumerate(FORMS):
        users = [api.unique("u") for _ in range(5)]
        files[form] = file_of_form(form, users[::-1] if number % 2 else users)
    files["same"] = files["plain"]
    overlapping = [*files["plain"][1][2:], users[0]]
    files["overlapping"] = csv_url(overlapping), overlapping
    if thorough(api):
        many = [f"{users[0]}-{number}" for number in range(VERY_LONG)]
        files["very long"] = csv_url(many), many
    created = [create(api, group_body(api, file_url=url)) for url, _ in files.values()]
    for group, (form, (_, users)) in zip(created, files.items(), strict=True):
        if form == BYTE_ORDER_MARK and settled(api, group).get("status") == FAILED:
            continue  # nothing says that a file may begin with one
        _check_status(api, group, COMPLETED, f"{form} file")
        listed = all_members(api, group["_id"], "GRP-22")
        expect(sorted(listed) == sorted(users), f"the users of a {form} file, each once: {show(users)}", listed)
        same(listed, users, f"the users of a {form} file in its order")


def _check_status(api: Api, group: JsonObject, status: str, what: str, until: tuple[str, ...] = READ) -> None:
    """Wait until the status is one of `until`; then it must be `status`."""
    read = api.eventually(
        lambda: read_group(api, group),
        lambda read: read.get("status") in until,
        f"status to become {status} ({what})",
        operation="getUserGroupById",
    )
    same(read.get("status"), status, f"status after the file was read ({what})", operation="getUserGroupById")


@check("GRP-22", on="createUserGroup getUserGroupById getUsersByByGroupId", needs=(USERS_FILE,))
def a_file_elsewhere_is_read(api: Api) -> None:
    """Create a group from the file at --users-file-url: status becomes completed, and the group has users."""
    if api.options.users_file_url is None:
        raise Skip(USERS_FILE)
    group = create(api, group_body(api, file_url=api.options.users_file_url))
    _check_status(api, group, COMPLETED, "--users-file-url")
    expect(bool(all_members(api, group["_id"])), "a group with users", f"no user at {users_path(group['_id'])}")


@check("GRP-22", on="createUserGroup updateUserGroup getUserGroupById")
def a_file_that_cannot_be_read_fails_the_group(api: Api) -> None:
    """Create groups from files without user_id, with invalid base64, and from a dead URL: status becomes failed.

    So does that of a group whose file is patched to such a URL; after a patch to a good file it is completed again.
    """
    urls = (
        "data:text/csv,name%0Aann%0A",
        "data:text/csv,%0A",
        "data:text/csv;base64,!!!!",
        "http://127.0.0.1:9/acs-no-such-file.csv",
    )
    created = [create(api, group_body(api, file_url=url)) for url in urls]
    patched = create(api, group_body(api))
    settled(api, patched)
    body(api.patch(group_path(patched["_id"]), {"file_url": urls[0]}))
    for group, url in zip(created, urls, strict=True):
        _check_status(api, group, FAILED, f"file_url {url}")
    _check_status(api, patched, FAILED, f"patched file_url {urls[0]}", (FAILED,))  # it may be completed until then
    users = [api.unique("u") for _ in range(3)]
    body(api.patch(group_path(patched["_id"]), {"file_url": csv_url(users)}))
    _check_replaced(api, patched, users)


@check("GRP-22", on="updateUserGroup getUserGroupById getUsersByByGroupId", needs=(DATA_FILES,))
def a_patched_file_replaces_the_users(api: Api) -> None:
    """Patch a group with files of more, fewer, other and no users: it becomes completed and has only these users."""
    first = [api.unique("u") for _ in range(12)]
    group = groups_with_users(api, first)[0]
    others = [api.unique("v") for _ in range(3)]
    for users in ([*first, *others], [*reversed(first)], first[3:9], others, [], first[:1]):
        body(api.patch(group_path(group["_id"]), {"file_url": csv_url(users)}), operation="updateUserGroup")
        _check_replaced(api, group, users)


def _check_replaced(api: Api, group: JsonObject, users: list[str]) -> None:
    _, listed = api.eventually(
        lambda: (read_group(api, group).get("status"), all_members(api, group["_id"], "GRP-22")),
        lambda read: read[0] == COMPLETED and sorted(read[1]) == sorted(users),
        f"status completed and the users {show(users)}, of the patched file",
        operation="getUsersByByGroupId",
    )
    same(listed, users, "the users of a patched file in its order", operation="getUsersByByGroupId")


@check("GRP-20", on="refreshUserGroupTotalUsers")
def a_refresh_answers_the_uid(api: Api) -> None:
    """Refresh groups, pending and read, patched and not, twice: 202 with the uid of the group."""
    urls = (UNREADABLE, csv_url([]), csv_url(["a", "b"]), csv_url(["c"]), csv_url(["d"]))
    groups = [create(api, group_body(api, file_url=url)) for url in urls]
    for number in (0, 1, 2):
        settled(api, groups[number])
    body(api.delete(group_path(groups.pop(3)["_id"])))
    body(api.patch(group_path(groups[1]["_id"]), {"name": api.unique("Patched ")}))
    for _ in range(2):
        for group in groups:
            uid = uid_of(read_group(api, group))
            answer = api.post(f"{group_path(group['_id'])}/refresh")
            expect(answer.status == HTTPStatus.ACCEPTED, "202 for a refresh", str(answer))
            same(record(answer, rule="GRP-20").get("uid"), uid, "uid in the response to a refresh")


@check(
    "GRP-21",
    on="refreshUserGroupTotalUsers getUserGroupById getUsersByByGroupId updateUserGroup",
    needs=(READABLE_FILE,),
)
def a_refresh_counts_the_users(api: Api) -> None:
    """Refresh groups of several sizes, one patched: total_users.count becomes the number of users, refreshed_at moves.

    The list has the same count. Without data: URLs, a group with the file --users-file-url.
    """
    try:
        files = [[api.unique("u") for _ in range(number)] for number in (1, 3, 23, 150)]
        groups = groups_with_users(api, *files, [*files[2], *files[2][::-1]])
    except Skip:
        _check_count(api, {"_id": file_group(api)})
        return
    body(api.patch(group_path(groups[0]["_id"]), {"file_url": csv_url([api.unique("w") for _ in range(4)])}))
    settled(api, groups[0])
    groups.append(settled(api, create(api, group_body(api, file_url=csv_url([])))))
    for group in (*groups, *subset(api, groups[1:3])):
        _check_count(api, group)
    for group_id, entry in entries(api, GROUPS, [group["_id"] for group in groups]).items():
        read = read_group(api, {"_id": group_id})
        expect(
            user_count(entry) in (None, user_count(read)),
            f"total_users.count {user_count(read)} in the list too",
            entry,
        )


@check(
    "GRP-21",
    on="refreshUserGroupTotalUsers getUserGroupById getUsersByByGroupId",
    needs=(GROUP_WITH_USERS, BLACKLISTED_USERS, DATA_FILES),
)
def a_refresh_counts_blacklisted_users_too(api: Api) -> None:
    """Refresh a new group with the users of --group-id, some blacklisted: total_users.count includes them."""
    plain, blacklisted = plain_and_blacklisted(api, given_group(api))
    if not blacklisted:
        raise Skip(BLACKLISTED_USERS)
    group = groups_with_users(api, [user["user_id"] for user in (*plain, *blacklisted)])[0]
    _check_count(api, group)


def _check_count(api: Api, group: JsonObject) -> None:
    before = _refreshed_at(read_group(api, group))
    users = all_members(api, group["_id"])
    time.sleep(0.002)
    refresh(api, group["_id"])

    def moved() -> bool:
        return before is None or _refreshed_at(read_group(api, group)) != before

    if not becomes_true(moved, 1.2):  # refreshed_at may be in whole seconds
        refresh(api, group["_id"])
    api.eventually(
        lambda: read_group(api, group),
        lambda read: user_count(read) == len(users) and (before is None or _refreshed_at(read) not in (before, None)),
        f"total_users.count to become {len(users)} and total_users.refreshed_at to move from {before}",
        operation="refreshUserGroupTotalUsers",
    )
    answer = api.get(group_path(group["_id"]))
    if now := date_of(answer):
        lies_near(_refreshed_at(record(answer)), now, "total_users.refreshed_at", "refreshUserGroupTotalUsers")


def _refreshed_at(group: JsonObject) -> Any:
    total = group.get("total_users")
    return total.get("refreshed_at") if isinstance(total, dict) else None
