"""TEN: what one application holds is invisible in another."""

import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from audience_conformance.checks.assertions import TRIES, body, field, in_pages, items, list_all, subset
from audience_conformance.checks.prerequisites import OTHER_APPLICATION
from audience_conformance.checks.registry import check
from audience_conformance.checks.tenants.fixtures import (
    TenantFixture,
    creates_with_another_slug,
    make_tenant_fixture,
    tag_list,
    tags_of,
)
from audience_conformance.client.api import DEFINITIONS, GROUPS, Api, JsonObject, user_path, value_path
from audience_conformance.client.ledger import Tenant
from audience_conformance.results.finding import expect, fail, show

READS = "getUserAttributeDefinitionById getUserAttributeById getUserGroupById getUsersByByGroupId"
LISTS = "getUserAttributeDefinitions getUserAttributesForUser getUserGroups getCategorisedUserGroups"
OVERVIEWS = "getUserGroupTags getUserGroupCategories"


def _both_ways(api: Api) -> list[tuple[TenantFixture, Tenant]]:
    """Things in each application, and the application that must not show them."""
    here, there = api.tenant, api.other_tenant
    return [
        (make_tenant_fixture(api, one, api.fresh("s"), api.fresh("u"), "Own value"), other)
        for one, other in ((here, there), (there, here))
    ]


@check("TEN-01", on=READS, needs=(OTHER_APPLICATION,))
def another_application_finds_nothing_by_id(api: Api) -> None:
    """Make things in each application and read them by id in the other, and in applications that no one has: 404."""
    for mine, other in _both_ways(api):
        for path in (mine.definition_path, mine.value_path, mine.group_path, f"{mine.group_path}/users"):
            answer = api.get(path, tenant=other)
            expect(
                answer.status == HTTPStatus.NOT_FOUND,
                f"404 to the read of what is of {mine.tenant[1]} in {other[1]}",
                str(answer),
            )
            for nowhere in ((mine.tenant[0], api.fresh("app")), (api.fresh("co"), mine.tenant[1])):
                answer = api.get(path, tenant=nowhere)
                expect(not answer.ok, f"nothing of {mine.tenant} to be found in {nowhere}", str(answer))
        for nowhere in ((mine.tenant[0], api.fresh("app")), (api.fresh("co"), mine.tenant[1])):
            answer = api.get(user_path(mine.user_id), tenant=nowhere)
            expect(not answer.ok or items(answer) == [], f"nothing of {mine.tenant} in {nowhere}", str(answer))


@check("TEN-01", on=LISTS, needs=(OTHER_APPLICATION,))
def another_application_lists_nothing(api: Api) -> None:
    """Make things in each application: no list of the other holds them, whole, filtered, or on a later page."""
    for mine, other in _both_ways(api):
        slug, uid = mine.definition.get("slug"), mine.group.get("uid")
        type_, status = mine.definition.get("type"), mine.group.get("status")
        queries: list[tuple[str, JsonObject]] = [
            *((DEFINITIONS, query) for query in ({}, {"slug": slug}, {"type": type_}, {"customer_editable": False})),
            *((DEFINITIONS, query) for query in ({"name": mine.definition.get("name")}, {"is_locked": False})),
            *((DEFINITIONS, query) for query in ({"pinned": False}, {"encrypted": False})),
            *((GROUPS, query) for query in ({}, {"group_uid": uid}, {"category": "l1"}, {"status": status})),
            *((GROUPS, query) for query in ({"name": mine.group.get("name")}, {"type": mine.group.get("type")})),
        ]
        _none_is_listed(api, mine, other, subset(api, queries))
        answer = api.get(DEFINITIONS, tenant=other, slug=slug)
        total = field(body(answer), "page", "item_total")
        expect(total == 0, f"nothing of {mine.tenant[1]} counted in a list of {other[1]}", str(answer))
        api.put(mine.definition_path, {"customer_editable": True, "description": "Updated"}, tenant=mine.tenant)
        api.patch(mine.group_path, {"description": "Patched"}, tenant=mine.tenant)
        changed: list[tuple[str, JsonObject]] = [(GROUPS, {}), (DEFINITIONS, {}), (DEFINITIONS, {"slug": slug})]
        changed.append((DEFINITIONS, {"customer_editable": True}))
        _none_is_listed(api, mine, other, subset(api, changed))
        for query in ({}, {"type": "string"}, {"name": mine.definition.get("name")}):
            answer = api.get(user_path(mine.user_id), tenant=other, **query)
            expect(items(answer) == [], f"nothing that a user holds in {mine.tenant[1]} in {other[1]}", str(answer))
            total = field(answer, "page", "item_total")
            expect(total == 0, f"nothing that a user holds in {mine.tenant[1]} counted in {other[1]}", str(answer))
        answer = api.get(f"{GROUPS}/categorised", tenant=other)
        under: Any = field(body(answer), "user_groups")
        groups = [group for each in under.values() for group in each] if isinstance(under, dict) else []
        foreign_groups = [group for group in groups if group.get("name") in mine.names]
        expect(not foreign_groups, f"no group of {mine.tenant[1]} in the categories of {other[1]}", foreign_groups)


def _none_is_listed(api: Api, mine: TenantFixture, other: Tenant, queries: Iterable[tuple[str, JsonObject]]) -> None:
    for path, query in queries:
        for item in in_pages(api, path, tenant=other, **query):
            foreign = item.get("name") in mine.names
            expect(not foreign, f"nothing of {mine.tenant[1]} in a list of {other[1]}, asked for {show(query)}", item)


@check("TEN-01", on=OVERVIEWS, needs=(OTHER_APPLICATION,))
def another_application_counts_nothing(api: Api) -> None:
    """Make groups in each application: the other's categories count as before, and no tag is there without a group."""
    here, there = api.tenant, api.other_tenant
    for one, other in ((here, there), (there, here)):
        for key in ("l1", "l2", "l3"):
            _counts_as_before(api, one, other, key)
        _tags_are_its_own(api, one, other)


def _counts_as_before(api: Api, one: Tenant, other: Tenant, key: str) -> None:
    for attempt in range(1, TRIES + 1):  # others may make groups there meanwhile
        before = _counts(api, other, key)
        for _ in range(2):
            api.group(tenant=one, category=key)
        after = _counts(api, other, key)
        if before == after:
            return
        expected = f"the category {key} of {other[1]} to count as before a group was made in {one[1]}"
        expect(attempt < TRIES, expected, {"before": before, "after": after})
        time.sleep(0.05 * attempt)


def _counts(api: Api, tenant: Tenant, key: str) -> list[Any]:
    lists = (
        api.get(f"{GROUPS}/categories", tenant=tenant),
        api.get(f"{GROUPS}/categories", tenant=tenant, category=key),
    )
    return [item.get("total_groups") for answer in lists for item in items(answer) if item.get("key") == key]


def _tags_are_its_own(api: Api, one: Tenant, other: Tenant) -> None:
    for attempt in range(1, TRIES + 1):
        known = tags_of(list_all(api, GROUPS, tenant=other))
        shown = tag_list(api, other)
        known |= tags_of(list_all(api, GROUPS, tenant=other))
        foreign = tags_of(list_all(api, GROUPS, tenant=one)) - known
        leaked = sorted(tag for tag in shown if tag in foreign)
        if not leaked:
            return
        expect(attempt < TRIES, f"no tag of {one[1]} among those of {other[1]}", leaked)


@check("TEN-01", on="createUserAttributeDefinition getUserAttributeDefinitions", needs=(OTHER_APPLICATION,))
def two_applications_may_use_one_slug(api: Api) -> None:
    """Create definitions of one slug in both applications: each is created, and each slug filter finds its own.

    A value that a user holds in one is not there in the other.
    """
    slug, user_id = api.fresh("s"), api.fresh("u")
    tenants = (api.tenant, api.other_tenant)
    made, ids = [], []
    for tenant in tenants:
        sent = {"name": api.fresh("Name "), "slug": slug, "description": "Of one slug", "type": "string"}
        answer = api.post(DEFINITIONS, sent, tenant=tenant)
        if not answer.ok and creates_with_another_slug(api, tenant, answer):
            fail(f"a slug of another application to be free in {tenant[1]}", str(answer))
        made.append(sent["name"])
        ids.append(str(field(answer, "_id")))
    for tenant, name in zip(tenants, made, strict=True):
        found = [item.get("name") for item in items(api.get(DEFINITIONS, slug=slug, tenant=tenant))]
        expect(found == [name], f"the slug in {tenant[1]} to find {name}", found)
    for number, tenant in enumerate(tenants):
        other, user = tenants[1 - number], f"{user_id}-{number}"
        api.put(value_path(ids[number], user), {"attribute": {"value": "Own"}}, tenant=tenant)
        answer = api.get(value_path(ids[1 - number], user), tenant=other)
        expect(
            answer.status == HTTPStatus.NOT_FOUND,
            f"404 in {other[1]} to a value of {tenant[1]}, of one slug",
            str(answer),
        )
        answer = api.get(user_path(user), tenant=other)
        expect(items(answer) == [], f"nothing in {other[1]} of what a user holds in {tenant[1]}", str(answer))
