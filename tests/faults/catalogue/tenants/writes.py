"""Faults of writes that change what another application holds (TEN-02)."""

from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, request
from tests.faults.operators.store import found_anywhere, overwritten
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import Change, fault, faults

from audience_mock.operations import attributes
from audience_mock.store.attributes import Attributes
from audience_mock.store.definitions import Definitions


def _any_company(*operation_ids: str) -> Change:
    """Find the tenant by its application alone."""

    def hook(exchange: Exchange) -> None:
        company_id, application_id = exchange.ids["company_id"], exchange.ids["application_id"]
        served = [tenant.name for tenant in exchange.world.tenants()]
        same = [name for name in served if name.application_id == application_id]
        if same and (company_id, application_id) not in served:
            exchange.path = exchange.path.replace(f"/{company_id}/", f"/{same[0].company_id}/", 1)

    return request(hook, *operation_ids)


faults(
    "TEN-02",
    company_does_not_count_to_update=_any_company(ops.UPDATE_DEFINITION),
    company_does_not_count_to_put=_any_company(ops.PUT_ATTRIBUTE),
    company_does_not_count_to_delete_a_group=_any_company(ops.DELETE_GROUP, ops.DELETE_DEFINITION),
    unserved_application_patches=found_anywhere(ops.PATCH_GROUP),
    patch_of_a_group=found_anywhere(ops.PATCH_GROUP),
    delete_of_a_definition=found_anywhere(ops.DELETE_DEFINITION),
    update_of_a_definition=found_anywhere(ops.UPDATE_DEFINITION),
    value_of_a_user=found_anywhere(ops.PUT_ATTRIBUTE),
    delete_of_a_value=found_anywhere(ops.DELETE_ATTRIBUTE),
)


@fault("TEN-02", answer, ops.DELETE_GROUP, status=404)
def delete_of_a_group_though_404(exchange: Exchange) -> None:
    for tenant in exchange.world.tenants():
        if exchange.record_id in tenant.groups._records:
            tenant.groups.delete(exchange.record_id)


@fault("TEN-02", answer, ops.REFRESH, status=404)
def refresh_of_a_group(exchange: Exchange) -> None:
    """The refresh of another application's group is 404, and refreshes it."""
    for tenant in exchange.world.tenants():
        total = {"count": 0, "refreshed_at": exchange.world.ids.now()}
        overwritten(tenant.groups._records, exchange.record_id, total_users=total)


@fault("TEN-02", request, ops.BULK)
def bulk_finds_slugs_elsewhere(exchange: Exchange) -> None:
    """Keys that only another application has are written there."""
    items = exchange.fields.get("attributes") or []
    keys = [item["key"] for item in items if isinstance(item, dict) and isinstance(item.get("key"), str)]
    if keys and not exchange.tenant.definitions.by_slug(keys[0]):
        for tenant in exchange.other_tenants:
            if all(tenant.definitions.by_slug(key) for key in keys):
                own = f"/{exchange.ids['application_id']}/"
                exchange.path = exchange.path.replace(own, f"/{tenant.name.application_id}/", 1)


@fault("TEN-02")
def update_by_slug(mock: Mock) -> None:
    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        new = original(self, record_id, body)
        changes = {"name": new["name"], "description": new["description"]}
        for tenant in mock.world.tenants():
            if tenant.definitions is not self and (counterpart := tenant.definitions.by_slug(new["slug"])):
                overwritten(tenant.definitions._records, counterpart["_id"], **changes)
        return new

    mock.wrap(update, Definitions, "update")


@fault("TEN-02")
def delete_forgets_values_of_the_slug(mock: Mock) -> None:
    def delete(original: Any, self: Any, record_id: str) -> None:
        slug = self.get(record_id)["slug"]
        original(self, record_id)
        for tenant in mock.world.tenants():
            if counterpart := tenant.definitions.by_slug(slug):
                tenant.attributes.delete_definition(counterpart["_id"])

    mock.wrap(delete, Definitions, "delete")


@fault("TEN-02")
def delete_of_a_value_by_slug(mock: Mock) -> None:
    def delete(original: Any, self: Attributes, user_id: str, definition_id: str) -> None:
        original(self, user_id, definition_id)
        every = mock.world.tenants()
        slugs = [t.definitions.get(definition_id)["slug"] for t in every if definition_id in t.definitions]
        for tenant in every:
            counterpart = tenant.definitions.by_slug(slugs[0]) if slugs and tenant.attributes is not self else None
            if counterpart and counterpart["_id"] in tenant.attributes._by_user.get(user_id, {}):
                original(tenant.attributes, user_id, counterpart["_id"])

    mock.wrap(delete, Attributes, "delete")


@fault("TEN-02")
def bulk_by_slug(mock: Mock) -> None:
    async def write(original: Any, at: Any, file_url: str, values: dict[str, Any]) -> None:
        slugs = {at.tenant.definitions.get(definition_id)["slug"]: value for definition_id, value in values.items()}
        for tenant in mock.world.tenants():
            found = [(tenant.definitions.by_slug(slug), value) for slug, value in slugs.items()]
            await original(at._replace(tenant=tenant), file_url, {r["_id"]: value for r, value in found if r})

    mock.wrap(write, attributes, "_write")


@fault("TEN-02")
def slug_taken_elsewhere(mock: Mock) -> None:
    def insert(original: Any, self: Any, record: Record) -> Any:
        holders = [t.definitions for t in mock.world.tenants() if t.definitions.by_slug(record["slug"])]
        return original(holders[0] if holders else self, record)

    mock.wrap(insert, Definitions, "insert")


@fault("TEN-02")
def patch_by_name(mock: Mock) -> None:
    async def patch(original: Any, at: Any, group_id: str, body: Record) -> Any:
        name = at.tenant.groups.get(group_id)["name"]
        answer = await original(at, group_id=group_id, body=body)
        for tenant in mock.world.tenants():
            for group in list(tenant.groups._records):
                if tenant is not at.tenant and group["name"] == name:
                    overwritten(tenant.groups._records, group["_id"], description=answer["description"])
        return answer

    mock.operation(patch, ops.PATCH_GROUP)
