"""GET: reading changes nothing."""

from itertools import pairwise
from typing import Any

from audience_conformance.checks.assertions import (
    TRIES,
    at_most,
    field,
    in_pages,
    items,
    list_all,
    only,
    record,
    thorough,
)
from audience_conformance.checks.attributes.values import equal_value
from audience_conformance.checks.definitions.delete import unknown_ids
from audience_conformance.checks.groups.helpers import LASTING
from audience_conformance.checks.prerequisites import EXISTING_RESOURCE
from audience_conformance.checks.registry import check
from audience_conformance.checks.tenants.fixtures import (
    JOB_FIELDS,
    TenantFixture,
    changed,
    make_tenant_fixture,
    snapshot,
)
from audience_conformance.client.api import DEFINITIONS, GROUPS, Api, JsonObject, seg, user_path, value_path
from audience_conformance.contract.document import operations
from audience_conformance.results.finding import Skip, expect, show

PAGES: tuple[JsonObject, ...] = (
    *({}, {"page_no": 1, "page_size": 1}, {"page_no": 2, "page_size": 1}, {"page_size": 100}, {"page_no": 10**6}),
    *({"page_no": 0}, {"page_no": -1}, {"page_size": 0}, {"page_size": 101}, {"page_size": "many"}, {"unknown": "x"}),
)
FILTERS: dict[str, tuple[JsonObject, ...]] = {
    "getUserAttributeDefinitions": (
        *(
            {flag: value}
            for flag in ("customer_editable", "encrypted", "pinned", "is_locked")
            for value in (True, False)
        ),
        *({"type": "string"}, {"type": "nothing"}, {"name": "a"}, {"name": ""}, {"slug": "x"}, {"pinned": "maybe"}),
    ),
    "getUserAttributesForUser": ({"type": "string"}, {"type": "date"}, {"name": "a"}, {"name": ""}, {"name": "%"}),
    "getUserGroups": (
        *({"status": "completed"}, {"type": "file"}, {"name": "g"}, {"group_uid": "1"}, {"group_uid": "x"}),
        *({"tags": "a,b"}, {"tags": ""}, {"category": "l1"}, {"category": "x"}),
    ),
    "getUserGroupCategories": ({"category": "l1"}, {"category": "x"}, {"category": ""}),
    "getUsersByByGroupId": (
        *({"q": "a"}, {"q": ""}, {"blacklisted_users": True}, {"blacklisted_users": False}, {"blacklisted_users": "x"}),
        *({"cursor": "unknown"}, {"cursor": ""}, {"direction": "prev"}, {"direction": "up"}),
    ),
}
"""A reading operation -> queries beside those of its pages, odd ones among them."""
READS = tuple(operation_id for operation_id, (method, _, _) in operations().items() if method == "GET")

READINGS = 12
"""Readings in a row: others may make a group between two of them, but hardly between all."""
LISTS = ("getUserAttributeDefinitions", "getUserAttributesForUser", "getUserGroups")
"""Those whose pages are read to the end: what is ours may be on the last."""


def _paths(api: Api, operation: str, mine: TenantFixture) -> list[str]:
    """Where to read with an operation: what is ours, and what is not there."""
    unknown, nobody = unknown_ids(api)[0], api.fresh("nobody")
    definition = mine.definition["_id"]
    everywhere: dict[str, list[str]] = {
        "getUserAttributeDefinitions": [DEFINITIONS],
        "getUserAttributeDefinitionById": [mine.definition_path, f"{DEFINITIONS}/{unknown}"],
        "getUserAttributesForUser": [user_path(mine.user_id), user_path(nobody)],
        "getUserAttributeById": [mine.value_path, value_path(definition, nobody), value_path(unknown, mine.user_id)],
        "getUserGroupTags": [f"{GROUPS}/tags"],
        "getUserGroupCategories": [f"{GROUPS}/categories"],
        "getCategorisedUserGroups": [f"{GROUPS}/categorised"],
        "getUserGroups": [GROUPS],
        "getUserGroupById": [mine.group_path, f"{GROUPS}/{unknown}"],
        "getUsersByByGroupId": [f"{mine.group_path}/users", f"{GROUPS}/{unknown}/users"],
    }
    return everywhere[operation]


@check("GET-01", on=" ".join(READS), cases=READS)
def reading_changes_nothing(api: Api, operation: str) -> None:
    """Read with each operation, with usual and odd parameters, what is there and what is not: all is as it was.

    Compared are two definitions, a user's values and a group of ours, their times included, and what is not there.
    """
    user_id = api.fresh("u")
    mine = make_tenant_fixture(api, api.tenant, api.fresh("s"), user_id, "A value")
    every = [mine]
    if thorough(api):
        every.append(make_tenant_fixture(api, api.tenant, api.fresh("s"), f"{user_id}-2", ""))
    paths = _paths(api, operation, mine)
    values = _odd_values(api, user_id) if operation in {"getUserAttributeById", "getUserAttributesForUser"} else {}
    if operation not in LISTS:
        paths += list(values)
    before = [snapshot(api, one) for one in every]
    statuses = [api.get(path).status for path in paths]
    for path in paths:
        for query in at_most(api, (*PAGES, *FILTERS.get(operation, ())), 4):
            api.get(path, **query)
        _follow(api, path, operation)
        if operation in LISTS:
            for parts in at_most(api, (2, 3), 1):
                in_pages(api, path, parts=parts)
            for query in ({}, {"slug": mine.definition.get("slug")}, {"group_uid": mine.group.get("uid")}):
                list_all(api, path, **query)
    for one, seen in zip(every, before, strict=True):
        difference = changed(seen, snapshot(api, one))
        expect(not difference, f"all as it was before {operation}", difference, operation=operation)
    for path, value in [*values.items(), *values.items()]:
        held = field(api.get(path), "attribute", "value")
        expect(equal_value(held, value), f"the value {show(value)} after it was read", held, operation=operation)
    again = [api.get(path).status for path in paths]
    expect(again == statuses, f"{paths} to be found, or not, as before", [statuses, again], operation=operation)


def _odd_values(api: Api, user_id: str) -> dict[str, Any]:
    """Values of a user that a careless reader changes: path -> value."""
    odd: dict[str, Any] = {"list": ["b", "a", "c"], "object": {"b": None, "a": ["b", "a"], "": 0}, "boolean": False}
    values = {value_path(api.definition(type_)["_id"], user_id): value for type_, value in odd.items()}
    return {path: value for path, value in values.items() if api.put(path, {"attribute": {"value": value}}).ok}


@check("GET-01", on="getUserGroupCategories", read_only=True)
def reading_the_categories_does_not_count(api: Api) -> None:
    """Read the categories again and again: the number of a category's groups does not rise with every reading."""
    totals = []
    for _ in range(READINGS):
        found = items(api.get(f"{GROUPS}/categories"))
        totals.append([item.get("total_groups") for item in found if isinstance(item.get("total_groups"), int)])
    rising = [all(one < other for one, other in pairwise(column)) for column in zip(*totals, strict=False)]
    expect(not any(rising), f"the same numbers of groups in {READINGS} readings, or nearly", totals)


def _follow(api: Api, path: str, operation: str) -> None:
    """Go from cursor to cursor, forth and back, where there are cursors; and once more, to the same pages."""
    if operation == "getUsersByByGroupId":
        walks = [_walk(api, path) for _ in range(2)]
        same_pages = walks[0] == walks[1]
        expect(same_pages, "the same users under the same cursors when they are read again", walks, operation=operation)


def _walk(api: Api, path: str) -> list[Any]:
    """The users of some pages, by cursors."""
    seen: list[Any] = []
    query: JsonObject = {"page_size": 1}
    for direction, name in (("next", "next_cursor"), ("next", "next_cursor"), ("prev", "prev_cursor")):
        found: Any = api.get(path, **query).json
        users = found.get("items") if isinstance(found, dict) else None
        seen.append([user.get("user_id") for user in users or [] if isinstance(user, dict)])
        page = found.get("page") if isinstance(found, dict) else None
        cursor = page.get(name) if isinstance(page, dict) else None
        query = {"page_size": 1, "cursor": cursor, "direction": direction}
    return seen


@check("GET-01", on=" ".join(READS), read_only=True, needs=(EXISTING_RESOURCE,))
def reading_what_is_there_changes_nothing(api: Api) -> None:
    """Read a definition and a group that are there already, and their lists: they are as they were.

    Nothing is written; what others change meanwhile is looked at again.
    """
    definitions, groups = (items(api.get(path, page_size=1)) for path in (DEFINITIONS, GROUPS))
    ids = [(DEFINITIONS, item.get("_id")) for item in definitions] + [(GROUPS, item.get("_id")) for item in groups]
    if api.options.group_id:
        ids.append((GROUPS, api.options.group_id))
    paths = [f"{path}/{seg(each)}" for path, each in ids if isinstance(each, str)]
    if not paths:
        raise Skip(EXISTING_RESOURCE)
    reads = (DEFINITIONS, GROUPS, *(f"{GROUPS}/{each}" for each in ("tags", "categories", "categorised")))
    for attempt in range(1, TRIES + 1):
        before = {path: _seen(api, path) for path in paths}
        for path in (*reads, *paths, *(f"{path}/users" for path in paths if path.startswith(GROUPS))):
            api.get(path)
            api.get(path, page_no=2, page_size=1)
        difference = changed(before, {path: _seen(api, path) for path in paths})
        if not difference:
            return
        expect(attempt < TRIES, "all as it was before it was read", difference)


def _seen(api: Api, path: str) -> Any:
    answer = api.get(path)
    fields = (*LASTING, *JOB_FIELDS, "slug", "customer_editable", "encrypted", "pinned", "pin_order", "is_locked")
    return only(record(answer), fields) if answer.ok else answer.status
