"""GRP: a group's file, its users, and their number."""

import base64
import time
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from audience_conformance.checks.assertions import body, entries, record, subset, thorough
from audience_conformance.checks.group_users.cursor_walk import (
    all_members,
    file_group,
    given_group,
    plain_and_blacklisted,
)
from audience_conformance.checks.groups.helpers import (
    COMPLETED,
    FAILED,
    comes,
    create,
    group_body,
    groups_with_users,
    read_group,
    settled,
    uid_of,
)
from audience_conformance.checks.prerequisites import (
    BLACKLISTED_USERS,
    DATA_FILES,
    GROUP_WITH_USERS,
    READABLE_FILE,
    USERS_FILE,
)
from audience_conformance.checks.registry import check
from audience_conformance.client.api import GROUPS, Api, JsonObject, csv_url, group_path, users_path
from audience_conformance.results.finding import Skip, expect, same, show

FORMS = (
    "plain",
    "crlf",
    "quoted",
    "duplicates",
    "more-columns",
    "byte-order-mark",
    "no-newline-at-the-end",
    "base64",
    "long",
    "unicode",
    "odd-ids",
    "header-alone",
)
ODD = ("007", "7", "0", "null", "NA", "None", "nan", "true", "1e5", "abc", "ABC", "a b", "a+b", "a%2Bb", "at:x", "x")
"""Ids that a reader of tables may take for something else than texts."""
VERY_LONG = 1100
"""Users of a file that is longer than what a reader may take at once."""


def _file(form: str, users: list[str]) -> tuple[str, list[str]]:
    """A file_url of this form, and the users that it names."""
    if form == "long":
        users = [f"{users[0]}-{number:03}" for number in range(250)]
    elif form == "unicode":
        users = [f"{user}-é☂" for user in users]
    elif form == "quoted":
        users = [*users, f"{users[0]},b", f'{users[0]} "c"']
    elif form == "odd-ids":
        users = [*ODD, *users]
    elif form == "header-alone":
        users = []
    text = _text(form, users)
    if form == "base64":
        return f"data:text/csv;base64,{base64.b64encode(text.encode()).decode()}", users
    return f"data:text/csv,{quote(text, safe='')}", users


def _text(form: str, users: list[str]) -> str:
    lines = ["user_id", *users]
    if form == "quoted":
        lines = ['"{}"'.format(line.replace('"', '""')) for line in lines]
    elif form == "duplicates":
        lines += [users[-1], *users[:2], *users]
    elif form == "more-columns":
        lines = ["name,user_id,note", *(f'"Last, first",{user},"user_id"' for user in users)]
    ends = "\r\n" if form == "crlf" else "\n"
    text = ends.join(lines) + ("" if form == "no-newline-at-the-end" else ends)
    return f"\ufeff{text}" if form == "byte-order-mark" else text


@check("GRP-22", on="createUserGroup getUserGroupById getUsersByByGroupId", needs=(DATA_FILES,))
def a_new_groups_file_is_read(api: Api) -> None:
    """Create groups from files of every form; each becomes completed and lists the file's users, each once, in order.

    Needs a server that reads data:text/csv files; for another give --users-file-url.
    """
    if api.options.users_file_url is not None and settled(api, api.group()).get("status") != COMPLETED:
        raise Skip(DATA_FILES)
    made: dict[str, tuple[JsonObject, list[str]]] = {}
    for number, form in enumerate(FORMS):
        users = [api.fresh("u") for _ in range(5)]
        url, named = _file(form, users[::-1] if number % 2 else users)
        made[form] = create(api, group_body(api, file_url=url)), named
    same_users = made["plain"][1]
    made["same"] = create(api, group_body(api, file_url=made["plain"][0]["file_url"])), same_users
    made["overlapping"] = (
        create(api, group_body(api, file_url=csv_url([*same_users[2:], users[0]]))),
        [
            *same_users[2:],
            users[0],
        ],
    )
    if thorough(api):
        many = [f"{users[0]}-{number}" for number in range(VERY_LONG)]
        made["very long"] = create(api, group_body(api, file_url=csv_url(many))), many
    for form, (group, users) in made.items():
        _becomes(api, group, COMPLETED, f"{form} file")
        seen = all_members(api, group["_id"], "GRP-22")
        expect(sorted(seen) == sorted(users), f"the users of a {form} file, each once: {show(users)}", seen)
        same(seen, users, f"the users of a {form} file in its order")


def _becomes(api: Api, group: JsonObject, status: str, what: str, ends: tuple[str, ...] = (COMPLETED, FAILED)) -> None:
    """Wait until the file has been read; the status is one of `ends` then, and must be this."""
    seen = api.eventually(
        lambda: read_group(api, group),
        lambda seen: seen.get("status") in ends,
        f"status to become {status} ({what})",
        operation="getUserGroupById",
    )
    same(seen.get("status"), status, f"the status at last ({what})", operation="getUserGroupById")


@check("GRP-22", on="createUserGroup getUserGroupById getUsersByByGroupId", needs=(USERS_FILE,))
def a_file_elsewhere_is_read(api: Api) -> None:
    """Create a group from the file at --users-file-url: it becomes completed and lists users."""
    if api.options.users_file_url is None:
        raise Skip(USERS_FILE)
    group = create(api, group_body(api, file_url=api.options.users_file_url))
    _becomes(api, group, COMPLETED, "--users-file-url")
    expect(bool(all_members(api, group["_id"])), "a group with users", f"no user at {users_path(group['_id'])}")


@check("GRP-22", on="createUserGroup updateUserGroup getUserGroupById")
def a_file_that_cannot_be_read_fails_the_group(api: Api) -> None:
    """Create groups from files without the column, with broken base64, and where nothing answers: status is failed."""
    urls = (
        "data:text/csv,name%0Aann%0A",
        "data:text/csv,%0A",
        "data:text/csv;base64,!!!!",
        "http://127.0.0.1:9/acs-no-such-file.csv",
    )
    made = [create(api, group_body(api, file_url=url)) for url in urls]
    patched = create(api, group_body(api))
    settled(api, patched)
    body(api.patch(group_path(patched["_id"]), {"file_url": urls[0]}))
    for group, url in zip(made, urls, strict=True):
        _becomes(api, group, FAILED, f"file_url {url}")
    _becomes(api, patched, FAILED, f"patched file_url {urls[0]}", (FAILED,))  # it may stay completed until then
    users = [api.fresh("u") for _ in range(3)]
    body(api.patch(group_path(patched["_id"]), {"file_url": csv_url(users)}))
    _replaced(api, patched, sorted(users))


@check("GRP-22", on="updateUserGroup getUserGroupById getUsersByByGroupId", needs=(DATA_FILES,))
def a_patched_file_replaces_the_users(api: Api) -> None:
    """Patch a group with files of more, fewer, other and no users: it becomes completed and lists only these."""
    first = [api.fresh("u") for _ in range(12)]
    group = groups_with_users(api, first)[0]
    others = [api.fresh("v") for _ in range(3)]
    for users in ([*first, *others], first[3:9], others, [*reversed(first)], [], first[:1]):
        body(api.patch(group_path(group["_id"]), {"file_url": csv_url(users)}), operation="updateUserGroup")
        _replaced(api, group, sorted(users))


def _replaced(api: Api, group: JsonObject, users: list[str]) -> None:
    api.eventually(
        lambda: [read_group(api, group).get("status"), sorted(all_members(api, group["_id"], "GRP-22"))],
        lambda seen: bool(seen == [COMPLETED, users]),
        f"status completed and the users {show(users)}, of the patched file",
        operation="getUsersByByGroupId",
    )


@check("GRP-20", on="refreshUserGroupTotalUsers")
def a_refresh_answers_the_uid(api: Api) -> None:
    """Refresh groups, pending and read, changed and not, several times: 202 with the uid of each."""
    urls = ("data:text/csv,no_such_column%0A1", csv_url([]), csv_url(["a", "b"]), csv_url(["c"]), csv_url(["d"]))
    groups = [create(api, group_body(api, file_url=url)) for url in urls]
    for number in (0, 1, 2):
        settled(api, groups[number])
    body(api.delete(group_path(groups.pop(3)["_id"])))
    body(api.patch(group_path(groups[1]["_id"]), {"name": api.fresh("Patched ")}))
    for _ in range(2):
        for group in groups:
            uid = uid_of(read_group(api, group))
            answer = api.post(f"{group_path(group['_id'])}/refresh")
            expect(answer.status == HTTPStatus.ACCEPTED, "202 for a refresh", str(answer))
            same(record(answer, rule="GRP-20").get("uid"), uid, "uid in a refresh's answer")


@check(
    "GRP-21",
    on="refreshUserGroupTotalUsers getUserGroupById getUsersByByGroupId updateUserGroup",
    needs=(READABLE_FILE,),
)
def a_refresh_counts_the_users(api: Api) -> None:
    """Refresh groups of various sizes, one of them patched: count is the number listed, refreshed_at moves."""
    try:
        files = [[api.fresh("u") for _ in range(number)] for number in (1, 3, 23, 150)]
        groups = groups_with_users(api, *files, [*files[2], *files[2][::-1]])
    except Skip:
        _counted(api, {"_id": file_group(api)})
        return
    body(api.patch(group_path(groups[0]["_id"]), {"file_url": csv_url([api.fresh("w") for _ in range(4)])}))
    settled(api, groups[0])
    groups.append(settled(api, create(api, group_body(api, file_url=csv_url([])))))
    for group in (*groups, *subset(api, groups[1:3])):
        _counted(api, group)
    for group_id, entry in entries(api, GROUPS, [group["_id"] for group in groups]).items():
        read = read_group(api, {"_id": group_id})
        expect(_count(entry) in (None, _count(read)), f"total_users.count {_count(read)} in the list too", entry)


@check(
    "GRP-21",
    on="refreshUserGroupTotalUsers getUserGroupById getUsersByByGroupId",
    needs=(GROUP_WITH_USERS, BLACKLISTED_USERS, DATA_FILES),
)
def a_refresh_counts_blacklisted_users_too(api: Api) -> None:
    """Refresh a group of ours with the users of --group-id, some blacklisted: count is the number of all of them."""
    plain, blacklisted = plain_and_blacklisted(api, given_group(api))
    if not blacklisted:
        raise Skip(BLACKLISTED_USERS)
    group = groups_with_users(api, [user["user_id"] for user in (*plain, *blacklisted)])[0]
    _counted(api, group)


def _counted(api: Api, group: JsonObject) -> None:
    before = _refreshed_at(read_group(api, group))
    users = all_members(api, group["_id"])
    time.sleep(0.002)
    _refresh(api, group)

    def moved() -> bool:
        return before is None or _refreshed_at(read_group(api, group)) != before

    if not comes(moved, 1.2):  # it may count whole seconds
        _refresh(api, group)
    api.eventually(
        lambda: read_group(api, group),
        lambda seen: _count(seen) == len(users) and (before is None or _refreshed_at(seen) not in (before, None)),
        f"total_users.count to become {len(users)} and total_users.refreshed_at to move from {before}",
        operation="refreshUserGroupTotalUsers",
    )


def _refresh(api: Api, group: JsonObject) -> None:
    answer = api.post(f"{group_path(group['_id'])}/refresh")
    expect(answer.status in {HTTPStatus.OK, HTTPStatus.ACCEPTED}, "202 for a refresh", str(answer), rule="GRP-20")


def _total(group: JsonObject) -> JsonObject:
    total = group.get("total_users")
    return total if isinstance(total, dict) else {}


def _count(group: JsonObject) -> Any:
    return _total(group).get("count")


def _refreshed_at(group: JsonObject) -> Any:
    return _total(group).get("refreshed_at")
