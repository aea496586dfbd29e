"""GRP: one file after another: what a group says of its users and of their number, and which file counts."""

import contextlib
from collections.abc import Callable
from typing import Any

from audience_conformance.checks.assertions import body, entries, largest_page, thorough
from audience_conformance.checks.group_users.cursor_walk import forward, some_given_users, visited
from audience_conformance.checks.groups.file_forms import BYTE_ORDER_MARK, FORMS, VERY_LONG, file_of_form
from audience_conformance.checks.groups.helpers import (
    COMPLETED,
    FAILED,
    UNREADABLE,
    categorised,
    create,
    group_body,
    groups_with_users,
    read_group,
    refresh,
    settled,
    synchronise,
    user_count,
)
from audience_conformance.checks.prerequisites import DATA_FILES
from audience_conformance.checks.registry import check
from audience_conformance.client.api import GROUPS, Api, JsonObject, csv_url, group_path, poll
from audience_conformance.client.trouble import Unreachable
from audience_conformance.results.finding import expect, same, show

ON = "createUserGroup updateUserGroup getUserGroupById getUserGroups getUsersByByGroupId"
DEAD = "http://127.0.0.1:9/acs-no-such-file.csv"
LONG, SHORT = 250, 3
"""Users of a file that takes a server longer to read than the next one, and of that."""
HUGE = 10_001
"""Users of the largest file. Its URL may be longer than a server takes."""
REPEATED = 2
File = list[str] | str
"""Its users, or the URL of one that cannot be read."""


def _users(api: Api, number: int) -> list[str]:
    first = api.unique("u")
    return [f"{first}-{place}" for place in range(number)]


def _listed(api: Api, group: JsonObject) -> list[str]:
    return visited(forward(api, group["_id"], largest_page(api)))


@check("GRP-25", on=f"{ON} getCategorisedUserGroups", needs=(DATA_FILES,))
def a_completed_group_lists_the_users_of_its_file(api: Api) -> None:
    """Patch a group with other files, one of them with many users and one that cannot be read.

    Whenever it says completed, at once or later, in the response, by id, in the lists or under the filter
    status=completed, its users are those of its new file.
    """
    first = _users(api, 12)
    group = groups_with_users(api, first)[0]
    many = _users(api, VERY_LONG if thorough(api) else LONG)
    files = [_users(api, SHORT), many, None, first[::-1], *([[], first, first[:5], None] if thorough(api) else [])]
    looks = _looks(api, group)
    for _, look in looks:  # what a server keeps of these answers is wrong from now on
        look()
    for number, users in enumerate(files):
        sent = {"file_url": UNREADABLE if users is None else csv_url(users)}
        if number % 2:
            sent["name"] = api.unique("Patched ")
        answer = body(api.patch(group_path(group["_id"]), sent), operation="updateUserGroup")
        _check_completed(api, answer, group, users, "in the response to the patch")
        for where, look in looks if thorough(api) else looks[number % 2 :: 2]:
            _check_completed(api, look(), group, users, f"{where} right after the patch")
        read = settled(api, group)
        if users is None and read.get("status") == COMPLETED:
            same(COMPLETED, FAILED, "status of a group whose file cannot be read")
        _check_completed(api, read, group, users, "when the file has been read")
        if read.get("status") == FAILED:
            refresh(api, group["_id"])
            synchronise(api)
            _check_completed(api, read_group(api, group), group, users, "after a refresh")
        for where, look in looks if thorough(api) else looks[(number + 1) % 2 :: 2]:
            _says(api, look, read.get("status"), where)


def _says(api: Api, look: Callable[[], JsonObject], status: Any, where: str) -> None:
    """Once the file has been read, all that shows the group says so; under a filter it may not be there."""
    api.eventually(
        look, lambda shown: shown.get("status") in (None, status), f"status {show(status)} {where} too, as by its id"
    )


def _looks(api: Api, group: JsonObject) -> list[tuple[str, Callable[[], JsonObject]]]:
    """Ways to see the group; where it is not, it is empty."""
    group_id = group["_id"]

    def listed(**query: Any) -> JsonObject:
        return entries(api, GROUPS, [group_id], tries=1, **query).get(group_id, {})

    def by_category() -> JsonObject:
        every = [one for groups in categorised(api).values() for one in groups]
        return next((one for one in every if one.get("_id") == group_id), {})

    return [
        ("by its id", lambda: read_group(api, group)),
        ("in the list under status=completed", lambda: listed(status=COMPLETED)),
        ("in the categorised list", by_category),
        ("in the list", listed),
    ]


def _check_completed(api: Api, shown: JsonObject, group: JsonObject, users: list[str] | None, where: str) -> None:
    """A group that says completed has these users; with None its file cannot be read, and it cannot say so."""
    if shown.get("status") != COMPLETED:
        return
    expect(users is not None, f"a group whose file cannot be read not to say completed {where}", shown)
    listed = _listed(api, group)
    if sorted(listed) != sorted(users or ()) and api.options.consistency:
        listed, _ = poll(
            lambda: _listed(api, group), lambda now: sorted(now) == sorted(users or ()), api.options.consistency
        )
    expected = f"the {len(users or ())} users of its file in a group that says completed {where}: {show(users)}"
    expect(sorted(listed) == sorted(users or ()), expected, listed, operation="getUsersByByGroupId")


@check("GRP-27", on=f"{ON} getCategorisedUserGroups", needs=(DATA_FILES,))
def the_count_is_the_number_of_users_in_the_file(api: Api) -> None:
    """Create groups from files with doubles, blank lines, other line ends and no users: total_users.count is right.

    By id and in the lists; again after patches with more, fewer and other users; blacklisted users included.
    """
    groups_with_users(api, _users(api, 1))
    forms = {*FORMS} - {BYTE_ORDER_MARK} if thorough(api) else {"blank-lines", "mixed", "header-only"}
    files = [file_of_form(form, _users(api, 5)) for form in FORMS if form in forms]
    files += [(csv_url(users), users) for users in _many(api)]
    counts = {create(api, group_body(api, file_url=url))["_id"]: len(users) for url, users in files}
    if thorough(api):
        counts |= _huge(api)
    for group_id, number in counts.items():
        _becomes(api, group_id, number)
    group_id = next(iter(counts))
    for users in (_users(api, SHORT), _users(api, SHORT + 1) * 2, [], _users(api, 1)):
        body(api.patch(group_path(group_id), {"file_url": csv_url(users)}))
        counts[group_id] = len({*users})
        _becomes(api, group_id, counts[group_id])
    listed = entries(api, GROUPS, counts)
    by_category = {one.get("_id"): one for groups in categorised(api).values() for one in groups}
    for where, view in (("the list", listed), ("the categorised list", by_category)):
        for group_id, number in counts.items():
            shown = user_count(view.get(group_id, {}))
            expect(shown in (None, number), f"total_users.count {number} in {where} too", view.get(group_id))


def _many(api: Api) -> list[list[str]]:
    """Users of larger files, and some of --group-id, blacklisted ones among them."""
    return [_users(api, VERY_LONG if thorough(api) else LONG), [*some_given_users(api), *_users(api, 1)]]


def _huge(api: Api) -> dict[str, int]:
    """The id of a group of very many users, and their number; none where the server takes no URL of this length."""
    with contextlib.suppress(Unreachable):
        created = api.post(GROUPS, group_body(api, file_url=csv_url(_users(api, HUGE))))
        if created.ok:
            return {body(created)["_id"]: HUGE}
    return {}


def _becomes(api: Api, group_id: str, number: int) -> None:
    api.eventually(
        lambda: read_group(api, {"_id": group_id}),
        lambda read: read.get("status") == COMPLETED and user_count(read) == number,
        f"status completed and total_users.count {number}, the number of different users in the file",
        operation="getUserGroupById",
    )


@check("GRP-29", on=ON, needs=(DATA_FILES,))
def the_later_file_decides(api: Api) -> None:
    """Give groups one file directly after the other: the users are those of the last one, then and a while later.

    After a file with more users, after one at a dead URL, after a patch of a group that has been read, and after
    several; where the last one cannot be read, the one before it does not make the group completed.
    """
    old = groups_with_users(api, _users(api, SHORT))[0]
    long, size = _users(api, VERY_LONG if thorough(api) else LONG), SHORT
    series: list[list[File]] = [
        [_users(api, size), long[:20], _users(api, size), _users(api, size)],
        [long, _users(api, size)],
        [DEAD, _users(api, size)],
        [long, UNREADABLE],
    ]
    if thorough(api):
        series += [
            [_users(api, size), long],
            [long, UNREADABLE, _users(api, size)],
            [long, _users(api, size), long[:7]],
        ]
        series *= REPEATED
    last: list[tuple[JsonObject, File]] = []
    for first, *others in series:
        group = create(api, group_body(api, file_url=_url(first)))
        last.append((group, _patched(api, group, others)))
    last.append((old, _patched(api, old, [long, _users(api, size)])))
    for group, file in last:
        _has_users_of(api, group, file)
    settled(api, create(api, group_body(api, file_url=csv_url(long))))  # then the others have most likely been read
    for group, file in last:
        _has_users_of(api, group, file)


def _patched(api: Api, group: JsonObject, files: list[File]) -> File:
    """Patch a group with these files, one directly after the other, and return the last one."""
    for file in files:
        body(api.patch(group_path(group["_id"]), {"file_url": _url(file)}))
    return files[-1]


def _url(file: File) -> str:
    return file if isinstance(file, str) else csv_url(file)


def _has_users_of(api: Api, group: JsonObject, file: File) -> None:
    """The group becomes completed with the users of a file, or failed if that is a URL that cannot be read."""
    status = FAILED if isinstance(file, str) else COMPLETED
    api.eventually(
        lambda: read_group(api, group),
        lambda read: bool(read.get("status") == status),
        f"status to become {status}, as the last of several files has it",
        operation="updateUserGroup",
    )
    if not isinstance(file, str):
        api.eventually(
            lambda: _listed(api, group),
            lambda now: sorted(now) == sorted(file),
            f"the users of the last of several files: {show(file)}",
            operation="getUsersByByGroupId",
        )
