"""What the checks of tenants share: the same things in each of two applications."""

from dataclasses import dataclass
from typing import Any

from audience_conformance.checks.assertions import field, items, only, record
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
from audience_conformance.client.target import Answer
from audience_conformance.results.finding import Skip, show

JOB_FIELDS = ("status", "total_users", "created_at", "modified_at", "__v")
"""What of a group a job of the server's may still change."""
DEFINITION_FIELDS = (
    *("_id", "name", "slug", "description", "type", "validations", "default_value", "encrypted", "pinned", "pin_order"),
    *("customer_editable", "is_locked", "created_at", "modified_at"),
)
VALUE_FIELDS = (
    *("_id", "application_id", "user_id", "user_attribute_definition_id", "attribute", "type"),
    *("updated_by", "customer_overridden"),
)
ASYNC_TIMEOUT = 3.0
"""Seconds that a job of the server's is given; one that takes longer is looked at in less detail."""

_SLOW = "a group's file is not read within 3 s"
"""Key of what the checks of a run share: then no check waits for it again."""


@dataclass(frozen=True)
class TenantFixture:
    """A definition, a value of it and a group, in one application."""

    tenant: Tenant
    definition: JsonObject
    user_id: str
    group: JsonObject
    settled: bool

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
        """Texts that nothing else has, one of which each thing of it bears."""
        return {str(self.definition.get("name")), str(self.group.get("name"))}


def make_tenant_fixture(api: Api, tenant: Tenant, slug: str, user_id: str, value: Any, **names: str) -> TenantFixture:
    """Make a definition, a user's value and a group of three, called so if `name` is given.

    Raises:
        Skip: the target does not make them.
    """
    definition = api.definition(tenant=tenant, slug=slug, **names)
    group = api.group([user_id, f"{user_id}-2", f"{user_id}-3"], tenant=tenant, **names)
    api.put(value_path(definition["_id"], user_id), {"attribute": {"value": value}}, tenant=tenant)
    group, settled = settle(api, tenant, group)
    return TenantFixture(tenant, definition, user_id, group, settled)


def settle(api: Api, tenant: Tenant, group: JsonObject) -> tuple[JsonObject, bool]:
    """The group when its file has been read, and whether it has; a target slow once is not waited for again."""

    def look() -> JsonObject:
        answer = api.get(group_path(group["_id"]), tenant=tenant)
        return record(answer) if answer.ok else group

    seconds = 0.1 if _SLOW in api.shared else min(api.options.async_timeout, ASYNC_TIMEOUT)
    seen, held = poll(look, lambda seen: seen.get("status") != PENDING, seconds)
    if not held:
        api.shared[_SLOW] = True
    return seen, held


def snapshot(api: Api, mine: TenantFixture) -> JsonObject:
    """All that the target says of these things, wherever it says it; documented fields only."""
    tenant = mine.tenant
    group_fields = (*LASTING, *JOB_FIELDS) if mine.settled else LASTING
    seen: JsonObject = {"definition": _read(api, mine.definition_path, tenant, DEFINITION_FIELDS)}
    seen["value"] = _read(api, mine.value_path, tenant, VALUE_FIELDS)
    seen["group"] = _read(api, mine.group_path, tenant, group_fields)
    by_slug = api.get(DEFINITIONS, tenant=tenant, slug=mine.definition.get("slug"))
    seen["definitions of the slug"] = _sorted(by_slug, DEFINITION_FIELDS)
    held = api.get(user_path(mine.user_id), tenant=tenant, page_size=100)
    seen["the user's list"] = _sorted(held, VALUE_FIELDS)
    if mine.settled:
        users = api.get(f"{mine.group_path}/users", tenant=tenant, page_size=100)
        seen["the group's users"] = _sorted(users, ("user_id", "emails", "phone_numbers"))
    by_uid = api.get(GROUPS, tenant=tenant, group_uid=mine.group.get("uid"))
    seen["groups of the uid"] = _sorted(by_uid, group_fields)
    return seen


def _sorted(answer: Answer, fields: tuple[str, ...]) -> Any:
    """The items' documented fields, in an order of our own (that of a list is PAG-09's), or that there are none.

    What is not found is a difference to one who compares, and no finding of another rule.
    """
    if not answer.ok:
        return f"status {answer.status}"
    found = [only(item, fields) for item in items(answer)]
    return sorted(found, key=lambda item: show(item.get("_id") or item.get("user_id")))


def _read(api: Api, path: str, tenant: Tenant, fields: tuple[str, ...]) -> Any:
    answer = api.get(path, tenant=tenant)
    return only(record(answer), fields) if answer.ok else f"status {answer.status}"


def changed(before: JsonObject, after: JsonObject) -> JsonObject:
    """What differs between two snapshots."""
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}


def tags_of(groups: list[JsonObject]) -> set[str]:
    return {tag for group in groups for tag in group.get("tags") or [] if isinstance(tag, str)}


def tag_list(api: Api, tenant: Tenant) -> list[Any]:
    answer = api.get(f"{GROUPS}/tags", tenant=tenant)
    found = field(answer, "items")
    return found if isinstance(found, list) else []


def creates_with_another_slug(api: Api, tenant: Tenant, refused: Answer) -> bool:
    """Is a definition created that differs in the slug alone: then it was the slug that another was refused for.

    Raises:
        Skip: the application refuses every creation.
    """
    sent = {"name": api.fresh("Name "), "slug": api.fresh("s"), "description": "Of a slug of its own", "type": "string"}
    if not api.post(DEFINITIONS, sent, tenant=tenant).ok:
        raise Skip(f"{CREATES_DEFINITION}, in application {tenant[1]} too ({str(refused)[:200]})")
    return True
