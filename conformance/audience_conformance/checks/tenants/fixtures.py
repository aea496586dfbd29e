"""Fixtures for the checks of tenants: a definition, a value and a group in one application."""

from dataclasses import dataclass
from typing import Any

from audience_conformance.checks.assertions import items, only, record, schema_fields
from audience_conformance.checks.definitions.create import definition_body
from audience_conformance.checks.groups.helpers import LASTING, PENDING
from audience_conformance.checks.prerequisites import CREATES_DEFINITION
from audience_conformance.client.api import (
    DEFINITIONS,
    GROUPS,
    Api,
    JsonObject,
    definition_path,
    group_path,
    poll,
    user_path,
    value_path,
)
from audience_conformance.client.ledger import Tenant
from audience_conformance.results.finding import Skip, fail, show

DEFINITION_FIELDS, VALUE_FIELDS = schema_fields("UserAttributeDefinition"), schema_fields("UserAttribute")
GROUP_FIELDS = schema_fields("UserGroup")
ASYNC_TIMEOUT = 3.0
"""Seconds to wait for a job of the server; where one takes longer, less is compared."""

_SLOW = "a group's file is not read within 3 s"
"""Key in `api.shared`: after one such wait, no check of the run waits again."""


@dataclass(frozen=True)
class TenantFixture:
    """A definition, a user's value of it and a group with this user, in one application."""

    tenant: Tenant
    definition: JsonObject
    user_id: str
    group: JsonObject
    settled: bool  # the server has read the group's file

    @property
    def definition_path(self) -> str:
        return definition_path(self.definition["_id"])

    @property
    def value_path(self) -> str:
        return value_path(self.definition["_id"], self.user_id)

    @property
    def group_path(self) -> str:
        return group_path(self.group["_id"])

    @property
    def names(self) -> set[str]:
        """The unique names of the definition and the group."""
        return {str(self.definition.get("name")), str(self.group.get("name"))}


def make_tenant_fixture(api: Api, tenant: Tenant, slug: str, user_id: str, value: Any, **names: str) -> TenantFixture:
    """Create a definition, a user's value and a group of three users; `name` names definition and group.

    Raises:
        Skip: the target does not create them.
    """
    definition = api.definition(tenant=tenant, slug=slug, **names)
    group = api.group([user_id, f"{user_id}-2", f"{user_id}-3"], tenant=tenant, **names)
    api.put(value_path(definition["_id"], user_id), {"attribute": {"value": value}}, tenant=tenant)
    group, settled = settle(api, tenant, group)
    return TenantFixture(tenant, definition, user_id, group, settled)


def settle(api: Api, tenant: Tenant, group: JsonObject) -> tuple[JsonObject, bool]:
    """Wait until the server has read the group's file: the group, and whether its file was read in time."""

    def read() -> JsonObject:
        answer = api.get(group_path(group["_id"]), tenant=tenant)
        return record(answer) if answer.ok else group

    seconds = 0.1 if _SLOW in api.shared else min(api.options.async_timeout, ASYNC_TIMEOUT)
    current, settled = poll(read, lambda current: current.get("status") != PENDING, seconds)
    if not settled:
        api.shared[_SLOW] = True
    return current, settled


def snapshot(api: Api, fixture: TenantFixture) -> JsonObject:
    """The documented fields of a fixture's resources, by id and in each list; the status where a read fails."""
    group_fields = GROUP_FIELDS if fixture.settled else LASTING
    resources = {
        "definition": (fixture.definition_path, DEFINITION_FIELDS),
        "value": (fixture.value_path, VALUE_FIELDS),
        "group": (fixture.group_path, group_fields),
    }
    lists: dict[str, tuple[str, JsonObject, tuple[str, ...]]] = {
        "definitions with the slug": (DEFINITIONS, {"slug": fixture.definition.get("slug")}, DEFINITION_FIELDS),
        "the user's values": (user_path(fixture.user_id), {"page_size": 100}, VALUE_FIELDS),
        "groups with the uid": (GROUPS, {"group_uid": fixture.group.get("uid")}, group_fields),
    }
    if fixture.settled:
        users = ("user_id", "emails", "phone_numbers")
        lists["the group's users"] = (f"{fixture.group_path}/users", {"page_size": 100}, users)
    found: JsonObject = {}
    for name, (path, fields) in resources.items():
        answer = api.get(path, tenant=fixture.tenant)
        found[name] = only(record(answer), fields) if answer.ok else f"status {answer.status}"
    for name, (path, query, fields) in lists.items():
        answer = api.get(path, tenant=fixture.tenant, **query)
        found[name] = f"status {answer.status}"
        if answer.ok:  # sorted: the order of a list is PAG-09's
            listed = [only(item, fields) for item in items(answer)]
            found[name] = sorted(listed, key=lambda item: show(item.get("_id") or item.get("user_id")))
    return found


def differences(before: JsonObject, after: JsonObject) -> JsonObject:
    """The parts of two snapshots that differ, each with both values."""
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}


def create_with_slug(api: Api, tenant: Tenant, slug: str, name: str) -> JsonObject:
    """Create a definition with a slug that a definition of another application has.

    Raises:
        Finding: the target rejects it, but not a definition with another slug.
        Skip: the target rejects every creation in this application.
    """
    answer = api.post(DEFINITIONS, definition_body(api, slug=slug, name=name), tenant=tenant)
    if not answer.ok:
        if api.post(DEFINITIONS, definition_body(api), tenant=tenant).ok:
            fail(f"the slug of a definition in another application to be free in {tenant[1]}", str(answer))
        raise Skip(f"{CREATES_DEFINITION}, in application {tenant[1]} too ({str(answer)[:200]})")
    return record(answer)
