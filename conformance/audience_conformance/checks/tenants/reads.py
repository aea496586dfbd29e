"""TEN: what one application has is invisible in another."""

import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from audience_conformance.checks.assertions import (
    TRIES,
    body,
    expect_status,
    field,
    in_pages,
    item_total,
    items,
    list_all,
    subset,
)
from audience_conformance.checks.prerequisites import OTHER_APPLICATION
from audience_conformance.checks.registry import check
from audience_conformance.checks.tenants.fixtures import TenantFixture, create_with_slug, make_tenant_fixture
from audience_conformance.client.api import DEFINITIONS, GROUPS, Api, JsonObject, user_path, value_path
from audience_conformance.client.ledger import Tenant
from audience_conformance.results.finding import expect, show

READS = "getUserAttributeDefinitionById getUserAttributeById getUserGroupById getUsersByByGroupId"
LISTS = "getUserAttributeDefinitions getUserAttributesForUser getUserGroups getCategorisedUserGroups"
OVERVIEWS = "getUserGroupTags getUserGroupCategories"


def _fixtures(api: Api) -> list[tuple[TenantFixture, Tenant]]:
    """A fixture in each application, with the application that must not show it."""
    return [
        (make_tenant_fixture(api, tenant, api.unique("s"), api.unique("u"), "Own value"), other)
        for tenant, other in ((api.tenant, api.other_tenant), (api.other_tenant, api.tenant))
    ]


@check("TEN-01", on=READS, needs=(OTHER_APPLICATION,))
def another_application_finds_nothing_by_id(api: Api) -> None:
    """Create resources in each application, read them there, and then by id in the other: 404.

    In a company and in applications that do not exist, no read succeeds and no list has items.
    """
    for fixture, other in _fixtures(api):
        company, application = fixture.tenant
        unknown_tenants = ((company, api.unique("app")), (api.unique("co"), application))
        for path in (fixture.definition_path, fixture.value_path, fixture.group_path, f"{fixture.group_path}/users"):
            api.get(path, tenant=fixture.tenant)  # an answer may be kept for the next who asks
            answer = api.get(path, tenant=other)
            expect_status(answer, HTTPStatus.NOT_FOUND, f"the read in {other[1]} of a resource of {application}")
            for unknown in unknown_tenants:
                answer = api.get(path, tenant=unknown)
                expect(not answer.ok, f"nothing of {show(fixture.tenant)} to be found in {show(unknown)}", str(answer))
        for unknown in unknown_tenants:
            answer = api.get(user_path(fixture.user_id), tenant=unknown)
            expect(
                not answer.ok or items(answer) == [],
                f"nothing of {show(fixture.tenant)} in {show(unknown)}",
                str(answer),
            )


@check("TEN-01", on=LISTS, needs=(OTHER_APPLICATION,))
def another_application_lists_nothing(api: Api) -> None:
    """Create resources in each application: no list of the other has them, unfiltered, filtered, or on a later page."""
    for fixture, other in _fixtures(api):
        definition, group, own = fixture.definition, fixture.group, fixture.tenant[1]
        slug, name = definition.get("slug"), definition.get("name")
        of_definitions: list[JsonObject] = [{}, {"slug": slug}, {"type": definition.get("type")}]
        of_definitions += [{"customer_editable": False}, {"name": name}]
        of_definitions += [{flag: False} for flag in ("is_locked", "pinned", "encrypted")]
        of_groups: list[JsonObject] = [{}, {"group_uid": group.get("uid")}, {"category": "l1"}]
        of_groups += [{field_: group.get(field_)} for field_ in ("status", "name", "type")]
        queries = [*((DEFINITIONS, query) for query in of_definitions), *((GROUPS, query) for query in of_groups)]
        _lists_nothing(api, fixture, other, subset(api, queries))
        answer = api.get(DEFINITIONS, tenant=other, slug=slug)
        expect(item_total(answer) == 0, f"nothing of {own} counted in a list of {other[1]}", str(answer))

        changes = {"customer_editable": True, "description": "Updated"}
        api.put(fixture.definition_path, changes, tenant=fixture.tenant)
        api.patch(fixture.group_path, {"description": "Patched"}, tenant=fixture.tenant)
        queries = [(GROUPS, {}), *((DEFINITIONS, query) for query in ({}, {"slug": slug}, {"customer_editable": True}))]
        _lists_nothing(api, fixture, other, subset(api, queries))
        for query in ({}, {"type": "string"}, {"name": name}):
            answer = api.get(user_path(fixture.user_id), tenant=other, **query)
            expect(items(answer) == [], f"no value of {own} in a user's list in {other[1]}", str(answer))
            expect(item_total(answer) == 0, f"no value of {own} counted in a user's list in {other[1]}", str(answer))

        by_category: Any = field(body(api.get(f"{GROUPS}/categorised", tenant=other)), "user_groups")
        groups = [one for listed in by_category.values() for one in listed] if isinstance(by_category, dict) else []
        foreign = [one for one in groups if one.get("name") in fixture.names]
        expect(not foreign, f"no group of {own} in the categories of {other[1]}", foreign)


def _lists_nothing(api: Api, fixture: TenantFixture, other: Tenant, queries: Iterable[tuple[str, JsonObject]]) -> None:
    for path, query in queries:
        for item in in_pages(api, path, tenant=other, **query):
            foreign = item.get("name") in fixture.names
            expect(not foreign, f"nothing of {fixture.tenant[1]} in a list of {other[1]}, filter {show(query)}", item)


@check("TEN-01", on=OVERVIEWS, needs=(OTHER_APPLICATION,))
def another_application_counts_nothing(api: Api) -> None:
    """Create groups in each application: the other's categories do not count them, and its tags are of its own groups.

    Both are read again where others may have written meanwhile.
    """
    for tenant, other in ((api.tenant, api.other_tenant), (api.other_tenant, api.tenant)):
        for key in ("l1", "l2", "l3"):
            _does_not_count(api, tenant, other, key)
        for attempt in range(1, TRIES + 1):
            known = _group_tags(api, other)
            api.get(f"{GROUPS}/tags", tenant=tenant)
            tags = field(api.get(f"{GROUPS}/tags", tenant=other), "items")
            known |= _group_tags(api, other)
            foreign = _group_tags(api, tenant) - known
            leaked = sorted(tag for tag in (tags if isinstance(tags, list) else []) if tag in foreign)
            if not leaked:
                break
            expect(attempt < TRIES, f"no tag of {tenant[1]} among those of {other[1]}", leaked)


def _does_not_count(api: Api, tenant: Tenant, other: Tenant, key: str) -> None:
    for attempt in range(1, TRIES + 1):
        before = _counts(api, other, key)
        for _ in range(2):
            api.group(tenant=tenant, category=key, tags=[api.unique("tag")])
        _counts(api, tenant, key)
        after = _counts(api, other, key)
        if before == after:
            return
        expected = f"total_groups of the category {key} in {other[1]} to stay when a group is created in {tenant[1]}"
        expect(attempt < TRIES, expected, {"before": before, "after": after})
        time.sleep(0.05 * attempt)


def _counts(api: Api, tenant: Tenant, key: str) -> list[Any]:
    path = f"{GROUPS}/categories"
    lists = (api.get(path, tenant=tenant), api.get(path, tenant=tenant, category=key))
    return [item.get("total_groups") for answer in lists for item in items(answer) if item.get("key") == key]


def _group_tags(api: Api, tenant: Tenant) -> set[str]:
    groups = list_all(api, GROUPS, tenant=tenant)
    return {tag for group in groups for tag in group.get("tags") or [] if isinstance(tag, str)}


@check("TEN-01", on="createUserAttributeDefinition getUserAttributeDefinitions", needs=(OTHER_APPLICATION,))
def two_applications_may_use_one_slug(api: Api) -> None:
    """Create definitions with one slug in both applications: each slug filter finds only its application's.

    A user's value of one is not found in the other application.
    """
    slug, user_id = api.unique("s"), api.unique("u")
    tenants = (api.tenant, api.other_tenant)
    names = [api.unique("Name "), api.unique("Name ")]
    created = [create_with_slug(api, tenant, slug, name) for tenant, name in zip(tenants, names, strict=True)]
    ids = [str(field(definition, "_id")) for definition in created]
    for tenant, name in zip(tenants, names, strict=True):
        listed = [item.get("name") for item in items(api.get(DEFINITIONS, slug=slug, tenant=tenant))]
        expect(listed == [name], f"the slug in {tenant[1]} to find {name}", listed)
    for number, tenant in enumerate(tenants):
        other, user = tenants[1 - number], f"{user_id}-{number}"
        api.put(value_path(ids[number], user), {"attribute": {"value": "Own"}}, tenant=tenant)
        answer = api.get(value_path(ids[1 - number], user), tenant=other)
        request = f"the read in {other[1]} of a value of {tenant[1]}, of a definition with the same slug"
        expect_status(answer, HTTPStatus.NOT_FOUND, request)
        answer = api.get(user_path(user), tenant=other)
        expect(items(answer) == [], f"no value of {tenant[1]} in a user's list in {other[1]}", str(answer))
