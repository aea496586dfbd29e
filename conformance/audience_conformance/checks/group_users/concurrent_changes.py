"""MEM: walks over a group's users while patches change its file."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from operator import eq

from audience_conformance.checks.assertions import body, subset
from audience_conformance.checks.group_users.cursor_walk import (
    OPERATION,
    UsersPage,
    all_members,
    follow,
    forward,
    get_page,
    step,
    visited,
)
from audience_conformance.checks.groups.helpers import groups_with_users
from audience_conformance.checks.prerequisites import DATA_FILES, USERS_IN_ORDER
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, csv_url, group_path, poll
from audience_conformance.results.finding import Skip, expect, show

USERS, SIZE = 23, 4
Files = list[list[str]]
Change = Callable[[list[str], list[str]], Files]
"""The files that follow the first: from its users, and as many new ones."""


CHANGES: dict[str, Change] = {
    "appended": lambda old, new: [[*old, *new[:6]]],
    "put-before": lambda old, new: [[*new[:6], *old]],
    "put-between": lambda old, new: [[user for pair in zip(new, old, strict=True) for user in pair]],
    "border-removed": lambda old, _: [[*old[:6], *old[9:14], *old[17:]]],
    "visited-removed": lambda old, _: [old[8:15]],
    "ahead-removed": lambda old, _: [old[:8]],
    "others": lambda _, new: [new],
    "both": lambda old, new: [[*new[:3], *old[:7], *new[3:5], *old[8:15], *new[5:9], *old[16:]]],
    "twice": lambda old, new: [[*new[:3], *old[:5], *old[10:]], [*old[:3], *new[1:8], *old[12:], new[9]]],
    "gone-for-good": lambda old, new: [[*old[:6], *old[9:]], [*new[:2], *old[:6], *old[9:], new[3]]],
    "there-and-back": lambda old, _: [[*old[:5], *old[10:]], old],
    "emptied-and-back": lambda old, _: [[], old],
}


@dataclass
class Walk:
    """A walk over an own group, and the files that the group has one after the other."""

    group_id: str
    files: Files
    change: str
    pages: list[UsersPage]


@check("MEM-01", on=f"{OPERATION} updateUserGroup", needs=(DATA_FILES, USERS_IN_ORDER))
def next_cursors_hold_while_the_file_changes(api: Api) -> None:
    """Walk over own groups by next_cursor while patches of file_url add and remove users.

    A user who is in all files is visited once, no user twice, and only users of the files. A cursor may be refused with
    400, for its user may have left: the walk ends there.
    """
    _walk_while_files_change(api, "next", "MEM-01")


@check("MEM-02", "MEM-01", on=f"{OPERATION} updateUserGroup", needs=(DATA_FILES, USERS_IN_ORDER))
def prev_cursors_hold_while_the_file_changes(api: Api) -> None:
    """Walk back over own groups by prev_cursor while patches of file_url add and remove users.

    A user who is in all files is visited once, no user twice, and only users of the files. A cursor may be refused with
    400, for its user may have left: the walk ends there.
    """
    _walk_while_files_change(api, "prev", "MEM-02")


@check("MEM-09", on=f"{OPERATION} updateUserGroup", cases=("next", "prev"), needs=(DATA_FILES,))
def a_cursor_stays_good_while_its_user_is_there(api: Api, direction: str) -> None:
    """Replace the file of an own group by one with more users; go on by the cursor of a page read before: no 400."""
    old, new = ([api.unique("u") for _ in range(USERS)] for _ in range(2))
    group_id = groups_with_users(api, old)[0]["_id"]
    pages = forward(api, group_id, SIZE, rule="MEM-09")
    users = set(visited(pages))
    body(api.patch(group_path(group_id), {"file_url": csv_url([*new, *old])}), operation="updateUserGroup")
    listed, done = poll(
        lambda: {*all_members(api, group_id, "MEM-09")}, lambda ids: new[-1] in ids, api.options.async_timeout
    )
    if not done or not users <= listed:
        raise Skip(DATA_FILES)
    start = pages[len(pages) // 2]
    following = step(api, group_id, start, direction, SIZE, rule="MEM-09")
    expect(following is not None, f"a page at its {direction}_cursor", start.meta)


def _walk_while_files_change(api: Api, direction: str, rule: str) -> None:
    walks = _begin_walks(api, direction, rule)
    for number in (1, 2):
        _patch_files(api, walks, number, rule)
        for walk in walks:
            if number == 1 and walk.change == "twice":  # the second file follows in the middle of the walk
                _step(api, walk, direction, rule)
    for walk in walks:
        walk.pages += follow(api, walk.group_id, walk.pages[-1], direction, SIZE, rule=rule, may_refuse=True)[1:]
        users = visited(walk.pages)
        what = f"a walk by {direction}_cursor over a group whose file changes ({walk.change})"
        twice = sorted({user_id for user_id in users if users.count(user_id) > 1})
        unknown = sorted(set(users).difference(*walk.files))
        expect(not twice, f"{what} to visit no user twice", show(twice), operation=OPERATION)
        expect(not unknown, f"{what} to visit users of its files only", show(unknown), operation=OPERATION)
        if walk.pages[-1].meta.get(f"{direction}_cursor") is None:  # else its cursor was refused
            lasting = [user_id for user_id in walk.files[0] if all(user_id in file for file in walk.files)]
            missed = [user_id for user_id in lasting if user_id not in users]
            expect(not missed, f"{what} to visit all who are in every file: {show(lasting)}", f"missed: {show(missed)}")


def _begin_walks(api: Api, direction: str, rule: str) -> list[Walk]:
    """Read two pages of new groups, from the first page on or from the last page back."""
    names = subset(api, [*CHANGES])
    firsts = [[api.unique("u") for _ in range(USERS)] for _ in names]
    walks = []
    for name, group, old in zip(names, groups_with_users(api, *firsts), firsts, strict=True):
        if all_members(api, group["_id"], rule) != old:
            raise Skip(USERS_IN_ORDER)
        new = [api.unique("n") for _ in old]
        walks.append(Walk(group["_id"], [old, *CHANGES[name](old, new)], name, []))
    for walk in walks:
        first = get_page(api, walk.group_id, page_size=SIZE)
        walk.pages = [first if direction == "next" else forward(api, walk.group_id, SIZE)[-1]]
        _step(api, walk, direction, rule, may_refuse=False)
    return walks


def _step(api: Api, walk: Walk, direction: str, rule: str, *, may_refuse: bool = True) -> None:
    last = walk.pages[-1]
    following = step(api, walk.group_id, last, direction, SIZE, rule=rule, may_refuse=may_refuse)
    walk.pages += [following] if following else []


def _patch_files(api: Api, walks: list[Walk], number: int, rule: str) -> None:
    """Give each group its next file, and wait until the target has read all of them."""
    changed = [walk for walk in walks if number < len(walk.files)]
    for walk in changed:
        patch = {"file_url": csv_url(walk.files[number])}
        body(api.patch(group_path(walk.group_id), patch), operation="updateUserGroup")
    for walk in changed:
        users = partial(all_members, api, walk.group_id, rule)
        if not poll(users, partial(eq, walk.files[number]), api.options.async_timeout)[1]:
            raise Skip(DATA_FILES)
