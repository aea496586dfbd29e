"""MEM: walks over a group's users while its file changes."""

from collections.abc import Callable
from dataclasses import dataclass, field

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
from audience_conformance.checks.groups.helpers import comes, read_groups
from audience_conformance.checks.prerequisites import DATA_FILES, USERS_IN_ORDER
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, csv_url, group_path
from audience_conformance.results.finding import Skip, expect, show

USERS, SIZE = 23, 4
Files = list[list[str]]
Change = Callable[[list[str], list[str]], Files]
"""What becomes of a file: from the users of the first and as many new ones, the files that follow."""


def _between(old: list[str], new: list[str]) -> list[str]:
    return [user for pair in zip(new, old, strict=True) for user in pair]


CHANGES: dict[str, Change] = {
    "appended": lambda old, new: [[*old, *new[:6]]],
    "put-before": lambda old, new: [[*new[:6], *old]],
    "put-between": lambda old, new: [_between(old, new)],
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
    """A walk over a group of ours, and the files that the group has meanwhile."""

    group: JsonObject
    files: Files
    change: str
    pages: list[UsersPage] = field(default_factory=list)


def _walks(api: Api, direction: str, rule: str) -> list[Walk]:
    """Walks that have begun: two pages from the one end or the other."""
    names = subset(api, [*CHANGES])
    firsts = [[api.fresh("u") for _ in range(USERS)] for _ in names]
    walks = []
    for name, group, old in zip(names, read_groups(api, *firsts), firsts, strict=True):
        if all_members(api, group["_id"], rule) != old:
            raise Skip(USERS_IN_ORDER)
        new = [api.fresh("n") for _ in old]
        walks.append(Walk(group, [old, *CHANGES[name](old, new)], name))
    for walk in walks:
        first = get_page(api, walk.group["_id"], page_size=SIZE)
        walk.pages = [first if direction == "next" else forward(api, walk.group["_id"], SIZE)[-1]]
        _on(api, walk, direction, rule)
    return walks


def _on(api: Api, walk: Walk, direction: str, rule: str) -> None:
    following = step(api, walk.group["_id"], walk.pages[-1], direction, SIZE, rule=rule)
    walk.pages += [following] if following else []


def _patched(api: Api, walks: list[Walk], number: int, rule: str) -> None:
    """Give each group its next file, and wait until all are read."""
    changed = [walk for walk in walks if number < len(walk.files)]
    for walk in changed:
        body(
            api.patch(group_path(walk.group["_id"]), {"file_url": csv_url(walk.files[number])}),
            operation="updateUserGroup",
        )
    for walk in changed:
        file = walk.files[number]
        if not comes(lambda: all_members(api, walk.group["_id"], rule) == file, api.options.async_timeout):  # noqa: B023
            raise Skip(DATA_FILES)


def _while_files_change(api: Api, direction: str, rule: str) -> None:
    walks = _walks(api, direction, rule)
    for number in (1, 2):
        _patched(api, walks, number, rule)
        for walk in walks:
            if number == 1 and walk.change == "twice":  # the second file comes in the middle of the walk
                _on(api, walk, direction, rule)
    for walk in walks:
        walk.pages += follow(api, walk.group["_id"], walk.pages[-1], direction, SIZE, rule=rule)[1:]
        seen, what = (
            visited(walk.pages),
            f"a walk by {direction}_cursor over a group whose file changes ({walk.change})",
        )
        twice = sorted({user_id for user_id in seen if seen.count(user_id) > 1})
        lasting = [user_id for user_id in walk.files[0] if all(user_id in file for file in walk.files)]
        missed = [user_id for user_id in lasting if user_id not in seen]
        strange = sorted(set(seen).difference(*walk.files))
        expect(not twice, f"{what} to visit no user twice", show(twice), operation=OPERATION)
        expect(not missed, f"{what} to visit all who stay: {show(lasting)}", f"missed: {show(missed)}")
        expect(not strange, f"{what} to visit users of its files only", show(strange), operation=OPERATION)


@check("MEM-01", on=f"{OPERATION} updateUserGroup", needs=(DATA_FILES, USERS_IN_ORDER))
def next_cursors_hold_while_the_file_changes(api: Api) -> None:
    """Walk over groups of ours by next_cursor while patches put in and take out users: each who stays, once."""
    _while_files_change(api, "next", "MEM-01")


@check("MEM-02", "MEM-01", on=f"{OPERATION} updateUserGroup", needs=(DATA_FILES, USERS_IN_ORDER))
def prev_cursors_hold_while_the_file_changes(api: Api) -> None:
    """Walk back over groups of ours by prev_cursor while patches put in and take out users: each who stays, once."""
    _while_files_change(api, "prev", "MEM-02")
