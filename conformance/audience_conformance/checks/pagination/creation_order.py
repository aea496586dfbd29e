"""PAG-10: lists are in the order of creation."""

import time
from collections.abc import Callable

from audience_conformance.checks.assertions import at_most, body, largest_page
from audience_conformance.checks.attributes.put_and_read import put
from audience_conformance.checks.attributes.values import FITS, another
from audience_conformance.checks.definitions.update import update
from audience_conformance.checks.groups.helpers import UNREADABLE, categorised, create, group_body, settled
from audience_conformance.checks.pagination.numbered_list import (
    ALL,
    LIST_DEFINITIONS,
    LIST_GROUPS,
    LIST_VALUES,
    LISTS,
    PATHS,
    NumberedList,
    visited,
)
from audience_conformance.checks.registry import check
from audience_conformance.client.api import GROUPS, Api, JsonObject, group_path, user_path
from audience_conformance.results.finding import expect, show

CATEGORISED = "getCategorisedUserGroups"
LETTERS = "mazkqcx"
"""The first letters of names and slugs: neither they nor the ids are in the order of creation, or in its reverse."""
TICK = 0.003
"""Seconds between two creations, so that they bear different times."""
Made = tuple[list[str], str, list[JsonObject]]
"""The ids of the items in the order of their creation, the path of their list, and the filters to read it with."""


@check("PAG-10", on=ALL, cases=LISTS)
def a_list_is_in_the_order_of_creation(api: Api, operation: str) -> None:
    """Create items whose names are in another order, then update some; read the list under each filter.

    In one page and in small ones: the items are in the order of their creation, oldest first.
    """
    ids, path, queries = _MAKE[operation](api)
    first, *others = queries
    for number, query in enumerate((first, *at_most(api, others, 4))):
        listed = NumberedList(operation, path, query)
        size = largest_page(api) if number % 2 or not query else len(ids) // 2
        found = list(dict.fromkeys(visited(listed.walk(api, size))))
        _are_in_order(found, ids, f"in pages of {size}, filtered by {show(query)}", operation)


@check("PAG-10", on=f"{CATEGORISED} createUserGroup updateUserGroup")
def each_category_is_in_the_order_of_creation(api: Api) -> None:
    """Create groups of two categories, their names in another order, and patch some: each category is in order."""
    ids = _make_groups(api)[0]
    for category, groups in categorised(api).items():
        found = [str(group.get("_id")) for group in groups]
        _are_in_order(found, ids, f"in the category {category}", CATEGORISED)


def _are_in_order(found: list[str], ids: list[str], where: str, operation: str) -> None:
    """Report a finding unless the own items are in this order; those of others, and absent ones, do not count."""
    own = [one for one in found if one in ids]
    expected = [one for one in ids if one in own]
    expect(own == expected, f"the items {where}, in the order of creation: {expected}", own, operation=operation)


def _make_definitions(api: Api) -> Made:
    mark = api.unique("Order ")
    ids = []
    for number, letter in enumerate(LETTERS):
        type_ = "number" if number % 2 else "date"
        ids.append(api.definition(type_, name=f"{letter} {mark}", slug=api.unique(letter))["_id"])
        time.sleep(TICK)
    for place, changes in ((3, {"customer_editable": True}), (1, {"customer_editable": True}), (0, {"type": "number"})):
        update(api, ids[place], changes)
    update(api, ids[2], {"name": f"0 {mark}", "description": "Changed last"})
    flags: list[JsonObject] = [{flag: False} for flag in ("pinned", "encrypted", "is_locked")]
    queries: list[JsonObject] = [{"name": mark}, {"name": mark, "type": "number"}, {}, {"customer_editable": True}]
    queries += [{"type": "number"}, {"type": "date", "name": mark}, *({**flag, "name": mark} for flag in flags)]
    return ids, PATHS[LIST_DEFINITIONS], queries


def _make_values(api: Api) -> Made:
    """Values of a user, which are put in another order than their definitions are created; some are replaced."""
    user_id, mark = api.unique("u"), api.unique("Order ")
    types = {letter: "number" if number % 2 else "string" for number, letter in enumerate(LETTERS)}
    made = {letter: api.definition(types[letter], name=f"{letter} {mark}")["_id"] for letter in sorted(LETTERS)}
    for letter in LETTERS:
        put(api, made[letter], user_id, FITS[types[letter]][0], rule="ATT-13")
        time.sleep(TICK)
    for letter in (LETTERS[2], LETTERS[0]):
        put(api, made[letter], user_id, another(types[letter], FITS[types[letter]][0]), rule="ATT-13")
    update(api, made[LETTERS[1]], {"name": f"0 {mark}"})
    queries: list[JsonObject] = [{}, {"type": "number"}, {"name": mark}, {"type": "string", "name": mark}]
    return [made[letter] for letter in LETTERS], user_path(user_id), queries


def _make_groups(api: Api) -> Made:
    """Groups of two categories; one has a file that cannot be read."""
    mark = api.unique("Order ")
    ids = []
    for number, letter in enumerate(LETTERS):
        more = {"file_url": UNREADABLE} if number == 4 else {}  # noqa: PLR2004 (one in between)
        sent = group_body(api, name=f"{letter} {mark}", category="l2" if number % 2 else "l1", **more)
        ids.append(create(api, sent)["_id"])
        time.sleep(TICK)
    for place, changes in ((2, {"name": f"0 {mark}"}), (1, {"description": "Changed"}), (0, {"description": "Too"})):
        body(api.patch(group_path(ids[place]), changes))
    body(api.post(f"{group_path(ids[3])}/refresh"))
    for place in range(len(ids)):
        settled(api, {"_id": ids[place]})
    queries: list[JsonObject] = [{"name": mark}, {"category": "l1", "name": mark}, {"status": "completed"}, {}]
    queries += [{"category": "l2"}, {"type": "file"}, {"status": "completed", "name": mark, "type": "file"}]
    return ids, GROUPS, queries


_MAKE: dict[str, Callable[[Api], Made]] = {
    LIST_DEFINITIONS: _make_definitions,
    LIST_VALUES: _make_values,
    LIST_GROUPS: _make_groups,
}
