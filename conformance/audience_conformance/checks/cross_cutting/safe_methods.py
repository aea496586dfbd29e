"""GET: reading changes nothing."""

import re
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
from audience_conformance.checks.definitions.create import FLAGS
from audience_conformance.checks.definitions.delete import unknown_ids
from audience_conformance.checks.fixtures import session_fixture
from audience_conformance.checks.prerequisites import EXISTING_RESOURCE
from audience_conformance.checks.registry import check
from audience_conformance.checks.tenants.fixtures import (
    DEFINITION_FIELDS,
    GROUP_FIELDS,
    TenantFixture,
    differences,
    make_tenant_fixture,
    snapshot,
)
from audience_conformance.client.api import DEFINITIONS, GROUPS, Api, JsonObject, seg, value_path
from audience_conformance.contract.document import operations
from audience_conformance.results.finding import Skip, expect, show

PAGES: tuple[JsonObject, ...] = (
    *({}, {"page_no": 1, "page_size": 1}, {"page_no": 2, "page_size": 1}, {"page_size": 100}, {"page_no": 10**6}),
    *({"page_no": 0}, {"page_no": -1}, {"page_size": 0}, {"page_size": 101}, {"page_size": "many"}, {"unknown": "x"}),
)
FILTERS: dict[str, tuple[JsonObject, ...]] = {
    "getUserAttributeDefinitions": (
        *({flag: value} for flag in FLAGS for value in (True, False)),
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
"""A read operation -> its filters, valid and invalid."""
READS = tuple(operation_id for operation_id, (method, _, _) in operations().items() if method == "GET")
READ_COUNT = 12
"""Reads in a row: others may create a group between two of them, but hardly between all."""
LISTS = ("getUserAttributeDefinitions", "getUserAttributesForUser", "getUserGroups")
"""Lists that are read to the end: the fixture may be on the last page."""


@check("GET-01", on=" ".join(READS), cases=READS)
def reading_changes_nothing(api: Api, operation: str) -> None:
    """Send each read operation, with usual and hostile parameters, for existing and unknown resources.

    Two definitions, a user's values and a group created by the suite stay the same, their times included, and what
    was not found is still not found.
    """
    fixtures = [session_fixture(api, _make_fixture, value) for value in ("A value", "")[: 2 if thorough(api) else 1]]
    fixture, user_id = fixtures[0], fixtures[0].user_id
    paths = _paths(api, operation, fixture)
    values: dict[str, Any] = {}
    if operation in {"getUserAttributeById", "getUserAttributesForUser"}:
        values = _put_fragile_values(api, user_id)
    if operation not in LISTS:
        paths += list(values)
    before = [snapshot(api, one) for one in fixtures]
    statuses = [api.get(path).status for path in paths]
    for path in paths:
        _send_reads(api, operation, path, fixture)
    for one, earlier in zip(fixtures, before, strict=True):
        difference = differences(earlier, snapshot(api, one))
        expect(not difference, f"no change by {operation}", difference, operation=operation)
    for path, value in [*values.items(), *values.items()]:
        stored = field(api.get(path), "attribute", "value")
        expect(equal_value(stored, value), f"the value {show(value)} after it was read", stored, operation=operation)
    again = [api.get(path).status for path in paths]
    expect(again == statuses, f"the same statuses of {paths} as before", [statuses, again], operation=operation)


def _make_fixture(api: Api, value: str) -> TenantFixture:
    return make_tenant_fixture(api, api.tenant, api.unique("s"), api.unique("u"), value)


def _paths(api: Api, operation: str, fixture: TenantFixture) -> list[str]:
    """The paths to read with an operation: of the fixture, and with each of its ids replaced by an unknown one."""
    template = operations()[operation][1].partition("{application_id}")[2]
    ids = {
        "definition_id": fixture.definition["_id"],
        "user_id": fixture.user_id,
        "group_id": fixture.group["_id"],
    }
    unknown = {**dict.fromkeys(ids, unknown_ids(api)[0]), "user_id": api.unique("nobody")}
    variants = [ids, *({**ids, name: unknown[name]} for name in re.findall(r"{(\w+)}", template))]
    return [template.format_map({name: seg(text) for name, text in variant.items()}) for variant in variants]


def _put_fragile_values(api: Api, user_id: str) -> dict[str, Any]:
    """Put values that a careless server changes on reading: path -> value."""
    fragile: dict[str, Any] = {"list": ["b", "a", "c"], "object": {"b": None, "a": ["b", "a"], "": 0}, "boolean": False}
    values = {value_path(api.definition(type_)["_id"], user_id): value for type_, value in fragile.items()}
    return {path: value for path, value in values.items() if api.put(path, {"attribute": {"value": value}}).ok}


def _send_reads(api: Api, operation: str, path: str, fixture: TenantFixture) -> None:
    for query in at_most(api, (*PAGES, *FILTERS.get(operation, ())), 4):
        api.get(path, **query)
    if operation == "getUsersByByGroupId":
        walks = [_walk(api, path) for _ in range(2)]
        expect(walks[0] == walks[1], "the same users for the same cursors, read twice", walks, operation=operation)
    if operation in LISTS:
        for parts in at_most(api, (2, 3), 1):
            in_pages(api, path, parts=parts)
        for query in ({}, {"slug": fixture.definition.get("slug")}, {"group_uid": fixture.group.get("uid")}):
            list_all(api, path, **query)


def _walk(api: Api, path: str) -> list[Any]:
    """The users of four pages: by cursors two forward and one back."""
    pages: list[Any] = []
    query: JsonObject = {"page_size": 1}
    for direction in ("next", "next", "prev", "prev"):
        content: Any = api.get(path, **query).json
        users, meta = (content.get("items"), content.get("page")) if isinstance(content, dict) else (None, None)
        pages.append([user.get("user_id") for user in users or [] if isinstance(user, dict)])
        cursor = meta.get(f"{direction}_cursor") if isinstance(meta, dict) else None
        query = {"page_size": 1, "cursor": cursor, "direction": direction}
    return pages


@check("GET-01", on="getUserGroupCategories", read_only=True)
def reading_the_categories_does_not_count(api: Api) -> None:
    """Read the categories many times: the number of a category's groups does not rise with every read."""
    totals = []
    for _ in range(READ_COUNT):
        listed = items(api.get(f"{GROUPS}/categories"))
        totals.append([item.get("total_groups") for item in listed if isinstance(item.get("total_groups"), int)])
    rising = [all(one < other for one, other in pairwise(column)) for column in zip(*totals, strict=False)]
    expect(not any(rising), f"the numbers of groups not to rise with each of {READ_COUNT} reads", totals)


@check("GET-01", on=" ".join(READS), read_only=True, needs=(EXISTING_RESOURCE,))
def reading_what_is_there_changes_nothing(api: Api) -> None:
    """Read a definition and a group that existed before the run, and their lists: both stay the same.

    Nothing is written; where others change something meanwhile, all is read again.
    """
    listed = [(path, item.get("_id")) for path in (DEFINITIONS, GROUPS) for item in items(api.get(path, page_size=1))]
    if api.options.group_id:
        listed.append((GROUPS, api.options.group_id))
    paths = [f"{path}/{seg(resource_id)}" for path, resource_id in listed if isinstance(resource_id, str)]
    if not paths:
        raise Skip(EXISTING_RESOURCE)
    reads = (DEFINITIONS, GROUPS, *(f"{GROUPS}/{name}" for name in ("tags", "categories", "categorised")))
    for attempt in range(1, TRIES + 1):
        before = {path: _read(api, path) for path in paths}
        for path in (*reads, *paths, *(f"{path}/users" for path in paths if path.startswith(GROUPS))):
            api.get(path)
            api.get(path, page_no=2, page_size=1)
        difference = differences(before, {path: _read(api, path) for path in paths})
        if not difference:
            return
        expect(attempt < TRIES, "no change by reading", difference)


def _read(api: Api, path: str) -> Any:
    answer = api.get(path)
    return only(record(answer), {*GROUP_FIELDS, *DEFINITION_FIELDS}) if answer.ok else answer.status
