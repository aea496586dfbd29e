"""TEN: a write in one application changes nothing in another."""

import functools
from collections.abc import Callable

from audience_conformance.checks.assertions import field, record, thorough
from audience_conformance.checks.prerequisites import OTHER_APPLICATION
from audience_conformance.checks.registry import check
from audience_conformance.checks.tenants.fixtures import (
    ASYNC_TIMEOUT,
    TenantFixture,
    changed,
    creates_with_another_slug,
    make_tenant_fixture,
    settle,
    snapshot,
)
from audience_conformance.client.api import DEFINITIONS, Api, JsonObject, csv_url, poll, seg
from audience_conformance.client.ledger import Tenant
from audience_conformance.client.target import Answer
from audience_conformance.results.finding import expect, fail

WRITES = (
    "createUserAttributeDefinition updateUserAttributeDefinition deleteUserAttributeDefinitionById"
    " bulkUpdateUserAttributes updateUserAttribute deleteUserAttribute createUserGroup updateUserGroup"
    " deleteUserGroup refreshUserGroupTotalUsers"
)
VALUE = {"attribute": {"value": "Of the other application"}}
PATCH = {"name": "Of the other application", "description": "Changed"}


def _counterparts(api: Api, case: str) -> tuple[TenantFixture, TenantFixture]:
    """The same slug, the same user and like groups of the same name in both applications."""
    slug, user_id, name = api.fresh("s"), api.fresh("u"), api.fresh("Twin ")
    here, there = (api.tenant, api.other_tenant) if case == "one way" else (api.other_tenant, api.tenant)
    mine = make_tenant_fixture(api, here, slug, user_id, "Own value", name=name)
    _slug_is_free(api, there, slug)
    return mine, make_tenant_fixture(api, there, slug, user_id, "Own value", name=name)


def _slug_is_free(api: Api, tenant: Tenant, slug: str) -> None:
    """A creation in one application takes no slug in another."""
    sent = {"name": api.fresh("Name "), "slug": slug, "description": "Of the same slug", "type": "string"}
    answer = api.post(DEFINITIONS, sent, tenant=tenant)
    if answer.ok:
        api.delete(f"{DEFINITIONS}/{seg(str(field(answer, '_id')))}", tenant=tenant)
    elif creates_with_another_slug(api, tenant, answer):
        fail(f"a slug to be free in {tenant[1]} after a creation with it in another application", str(answer))


def _leaves(api: Api, counterpart: TenantFixture, writes: dict[str, Callable[[], object]]) -> None:
    """Do one write after another: what the twin's application holds stays as it is."""
    before = snapshot(api, counterpart)
    for number, (what, write) in enumerate(writes.items(), start=1):
        write()
        if not thorough(api) and number % 3 and number < len(writes):
            continue  # several are looked at together
        difference = changed(before, snapshot(api, counterpart))
        expect(
            not difference, f"{what} in another application to change nothing in {counterpart.tenant[1]}", difference
        )


@check("TEN-02", on=WRITES, cases=("one way", "the other way"), needs=(OTHER_APPLICATION,))
def a_write_changes_nothing_in_another_application(api: Api, case: str) -> None:
    """Make like things in both applications; create, change and delete in one, in bulk too: the other stays."""
    mine, counterpart = _counterparts(api, case)
    tenant = mine.tenant
    new_file = {"file_url": csv_url([api.fresh("u")])}
    writes: dict[str, Callable[[], object]] = {
        "a creation": lambda: (api.definition("list", tenant=tenant), api.group([mine.user_id], tenant=tenant)),
        "an update of a definition": lambda: api.put(
            mine.definition_path,
            {"name": "Changed", "description": "Changed", "customer_editable": True},
            tenant=tenant,
        ),
        "a put": lambda: api.put(mine.value_path, VALUE, tenant=tenant),
        "a bulk update": lambda: _bulk(api, tenant, str(mine.definition.get("slug")), mine.user_id, mine.value_path),
        "the delete of a value": lambda: api.delete(mine.value_path, tenant=tenant),
        "a patch": lambda: api.patch(mine.group_path, PATCH, tenant=tenant),
        "a new file": lambda: (api.patch(mine.group_path, new_file, tenant=tenant), settle(api, tenant, mine.group)),
        "a refresh": lambda: _refresh(api, mine),
        "another put": lambda: api.put(mine.value_path, VALUE, tenant=tenant),
        "the delete of a definition": lambda: api.delete(mine.definition_path, tenant=tenant),
        "the delete of a group": lambda: api.delete(mine.group_path, tenant=tenant),
    }
    _leaves(api, counterpart, writes)


def _refresh(api: Api, mine: TenantFixture) -> None:
    api.post(f"{mine.group_path}/refresh", tenant=mine.tenant)
    settle(api, mine.tenant, mine.group)


def _bulk(api: Api, tenant: Tenant, slug: str, user_id: str, path: str) -> None:
    """Set the user's value in bulk, and wait a while until it is set."""
    sent = {"file_url": csv_url([user_id]), "attributes": [{"key": slug, "value": "In bulk"}]}
    answer = api.request("PATCH", "/user_attribute/bulk_update", body=sent, tenant=tenant)
    seconds = min(api.options.async_timeout, ASYNC_TIMEOUT)
    poll(
        lambda: api.get(path, tenant=tenant),
        lambda seen: not answer.ok or (seen.ok and "In bulk" in seen.text),
        seconds,
    )


@check("TEN-02", on=WRITES, cases=("one way", "the other way"), needs=(OTHER_APPLICATION,))
def the_ids_of_an_application_are_of_no_use_in_another(api: Api, case: str) -> None:
    """Write to one application's ids through the other, and through some that no one has: all stays.

    The writes are updates, puts, patches, refreshes, deletes, and a bulk update of a slug that is only there.
    """
    here, there = api.tenant, api.other_tenant
    tenant, its = (here, there) if case == "one way" else (there, here)
    counterpart = make_tenant_fixture(api, its, api.fresh("s"), api.fresh("u"), "Own value")

    def if_unknown(path: str, write: Callable[[str], Answer]) -> Callable[[], object]:
        # Ids may be counted in each application: what another thing there has as its id is not ours to write to.
        return lambda: write(path) if _is_counterparts(api.get(path, tenant=tenant), counterpart) else None

    definition, value, group = counterpart.definition_path, counterpart.value_path, counterpart.group_path
    changes = {"name": "Changed", "description": "Changed", "customer_editable": True}
    slug, nowhere = str(counterpart.definition.get("slug")), ((its[0], api.fresh("app")), (api.fresh("co"), its[1]))
    _leaves(
        api,
        counterpart,
        {
            "a bulk update of a slug that is only there": lambda: _bulk(
                api, tenant, slug, counterpart.user_id, counterpart.value_path
            ),
            **{f"writes in {one}": functools.partial(_all_writes, api, counterpart, one, changes) for one in nowhere},
        },
    )
    writes = {
        "an update": if_unknown(definition, lambda path: api.put(path, changes, tenant=tenant)),
        "a put": if_unknown(definition, lambda _path: api.put(value, VALUE, tenant=tenant)),
        "the delete of a value": if_unknown(definition, lambda _path: api.delete(value, tenant=tenant)),
        "a patch": if_unknown(group, lambda path: api.patch(path, PATCH, tenant=tenant)),
        "a refresh": if_unknown(group, lambda path: api.post(f"{path}/refresh", tenant=tenant)),
        "the delete of a definition": if_unknown(definition, lambda path: api.delete(path, tenant=tenant)),
        "the delete of a group": if_unknown(group, lambda path: api.delete(path, tenant=tenant)),
    }
    _leaves(api, counterpart, writes)


def _all_writes(api: Api, counterpart: TenantFixture, tenant: Tenant, changes: JsonObject) -> None:
    """Every write to what is of a twin, in an application, or of a company, that no one has."""
    api.put(counterpart.value_path, VALUE, tenant=tenant)
    api.put(counterpart.definition_path, changes, tenant=tenant)
    api.patch(counterpart.group_path, PATCH, tenant=tenant)
    api.post(f"{counterpart.group_path}/refresh", tenant=tenant)
    for path in (counterpart.value_path, counterpart.definition_path, counterpart.group_path):
        api.delete(path, tenant=tenant)


def _is_counterparts(answer: Answer, counterpart: TenantFixture) -> bool:
    """Is an id unknown here, or does it lead to the twin's own thing."""
    return not answer.ok or record(answer).get("name") in counterpart.names
