"""TEN: a write in one application changes nothing in another."""

import functools
from collections.abc import Callable

from audience_conformance.checks.assertions import field, record, thorough
from audience_conformance.checks.attributes.bulk_update import bulk_update
from audience_conformance.checks.prerequisites import OTHER_APPLICATION
from audience_conformance.checks.registry import check
from audience_conformance.checks.tenants.fixtures import (
    ASYNC_TIMEOUT,
    TenantFixture,
    create_with_slug,
    differences,
    make_tenant_fixture,
    settle,
    snapshot,
)
from audience_conformance.client.api import Api, csv_url, definition_path, poll
from audience_conformance.client.ledger import Tenant
from audience_conformance.contract.document import operations
from audience_conformance.results.finding import expect, show

WRITES = " ".join(operation_id for operation_id, (method, _, _) in operations().items() if method != "GET")
CASES = ("one way", "the other way")
VALUE = {"attribute": {"value": "Of the other application"}}
PATCH = {"name": "Of the other application", "description": "Changed"}
UPDATE = {"name": "Changed", "description": "Changed", "customer_editable": True}


def _tenants(api: Api, case: str) -> tuple[Tenant, Tenant]:
    """The application to write to, and the one that must not change."""
    return (api.tenant, api.other_tenant) if case == CASES[0] else (api.other_tenant, api.tenant)


@check("TEN-02", on=WRITES, cases=CASES, needs=(OTHER_APPLICATION,))
def a_write_changes_nothing_in_another_application(api: Api, case: str) -> None:
    """Create the same slug, user and group name in both applications; send every write to one: the other stays."""
    tenant, other = _tenants(api, case)
    slug, user_id, name = api.unique("s"), api.unique("u"), api.unique("Shared ")
    own = make_tenant_fixture(api, tenant, slug, user_id, "Own value", name=name)
    created = create_with_slug(api, other, slug, api.unique("Name "))  # a finding where the slug is not free
    api.delete(definition_path(str(field(created, "_id"))), tenant=other)
    counterpart = make_tenant_fixture(api, other, slug, user_id, "Own value", name=name)
    new_file = {"file_url": csv_url([api.unique("u")])}
    writes: dict[str, Callable[[], object]] = {
        "a creation": lambda: (api.definition("list", tenant=tenant), api.group([user_id], tenant=tenant)),
        "an update of a definition": lambda: api.put(own.definition_path, UPDATE, tenant=tenant),
        "a put": lambda: api.put(own.value_path, VALUE, tenant=tenant),
        "a bulk update": lambda: _bulk_update(api, tenant, own),
        "the delete of a value": lambda: api.delete(own.value_path, tenant=tenant),
        "a patch": lambda: api.patch(own.group_path, PATCH, tenant=tenant),
        "a new file": lambda: (api.patch(own.group_path, new_file, tenant=tenant), settle(api, tenant, own.group)),
        "a refresh": lambda: (api.post(f"{own.group_path}/refresh", tenant=tenant), settle(api, tenant, own.group)),
        "another put": lambda: api.put(own.value_path, VALUE, tenant=tenant),
        "the delete of a definition": lambda: api.delete(own.definition_path, tenant=tenant),
        "the delete of a group": lambda: api.delete(own.group_path, tenant=tenant),
    }
    _stays(api, counterpart, writes)


@check("TEN-02", on=WRITES, cases=CASES, needs=(OTHER_APPLICATION,))
def the_ids_of_an_application_are_of_no_use_in_another(api: Api, case: str) -> None:
    """Send every write for one application's ids through the other, and through unknown ones: all stays.

    A bulk update is sent for a slug that only the one application has.
    """
    tenant, other = _tenants(api, case)
    counterpart = make_tenant_fixture(api, other, api.unique("s"), api.unique("u"), "Own value")
    definition, value, group = counterpart.definition_path, counterpart.value_path, counterpart.group_path

    def if_unknown(path: str, write: Callable[[], object]) -> Callable[[], object]:
        """Write unless another resource has this path here: ids may be counted in each application."""

        def checked() -> object:
            answer = api.get(path, tenant=tenant)
            return write() if not answer.ok or record(answer).get("name") in counterpart.names else None

        return checked

    def write_all(unknown: Tenant) -> None:
        api.put(value, VALUE, tenant=unknown)
        api.put(definition, UPDATE, tenant=unknown)
        api.patch(group, PATCH, tenant=unknown)
        api.post(f"{group}/refresh", tenant=unknown)
        for path in (value, definition, group):
            api.delete(path, tenant=unknown)

    unknown_tenants = ((other[0], api.unique("app")), (api.unique("co"), other[1]))
    writes: dict[str, Callable[[], object]] = {
        "a bulk update of a slug of this application": lambda: _bulk_update(api, tenant, counterpart),
        **{f"writes in {show(unknown)}": functools.partial(write_all, unknown) for unknown in unknown_tenants},
    }
    _stays(api, counterpart, writes)
    writes = {
        "an update": if_unknown(definition, lambda: api.put(definition, UPDATE, tenant=tenant)),
        "a put": if_unknown(definition, lambda: api.put(value, VALUE, tenant=tenant)),
        "the delete of a value": if_unknown(definition, lambda: api.delete(value, tenant=tenant)),
        "a patch": if_unknown(group, lambda: api.patch(group, PATCH, tenant=tenant)),
        "a refresh": if_unknown(group, lambda: api.post(f"{group}/refresh", tenant=tenant)),
        "the delete of a definition": if_unknown(definition, lambda: api.delete(definition, tenant=tenant)),
        "the delete of a group": if_unknown(group, lambda: api.delete(group, tenant=tenant)),
    }
    _stays(api, counterpart, writes)


def _stays(api: Api, fixture: TenantFixture, writes: dict[str, Callable[[], object]]) -> None:
    """Send one write after another: none changes the fixture, which the profile smoke reads after every third."""
    before = snapshot(api, fixture)
    for number, (request, write) in enumerate(writes.items(), start=1):
        write()
        if thorough(api) or number % 3 == 0 or number == len(writes):
            difference = differences(before, snapshot(api, fixture))
            expected = f"{request} in another application to change nothing in {fixture.tenant[1]}"
            expect(not difference, expected, difference)


def _bulk_update(api: Api, tenant: Tenant, fixture: TenantFixture) -> None:
    """Request a bulk update of the fixture's slug and user in an application, and wait until the value is set."""
    answer = bulk_update(api, csv_url([fixture.user_id]), (fixture.definition, "In bulk"), tenant=tenant)
    poll(
        lambda: api.get(fixture.value_path, tenant=tenant),
        lambda read: not answer.ok or (read.ok and "In bulk" in read.text),
        min(api.options.async_timeout, ASYNC_TIMEOUT),
    )
