"""More faults of TEN: what leaks from one application into another in less usual ways."""

from typing import Any

from tests.faults.catalogue.ten import _anywhere
from tests.faults.helpers import overwritten
from tests.faults.patching import (
    BULK,
    DELETE_DEFINITION,
    DELETE_GROUP,
    GET_ATTRIBUTE,
    LIST_ATTRIBUTES,
    LIST_DEFINITIONS,
    LIST_GROUPS,
    PATCH_GROUP,
    PUT_ATTRIBUTE,
    REFRESH,
    UPDATE_DEFINITION,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault

from audience_mock.contract.document import DOCUMENTED_TENANT
from audience_mock.store.attributes import Attributes
from audience_mock.store.definitions import Definitions

# --- TEN-01 ---------------------------------------------------------------------------------------------


@fault("TEN-01-values-by-slug", rule="TEN-01", subtlety="subtle")
def values_by_slug(mock: Mock) -> None:
    """A value is found by user and slug, in whichever application it was put."""

    async def get(original: Any, at: Any, user_id: str, definition_id: str) -> Any:
        slug = at.tenant.definitions.get(definition_id)["slug"]
        if definition_id not in at.tenant.attributes._by_user.get(user_id, {}):
            for tenant in mock.tenants():
                counterpart = tenant.definitions.by_slug(slug)
                if counterpart and counterpart["_id"] in tenant.attributes._by_user.get(user_id, {}):
                    return tenant.attributes.get(user_id, counterpart)
        return await original(at, user_id=user_id, definition_id=definition_id)

    mock.operation(get, GET_ATTRIBUTE)


@fault("TEN-01-updated-ones-are-listed-everywhere", rule="TEN-01", subtlety="subtle")
def updated_ones_are_listed_everywhere(mock: Mock) -> None:
    """The list of definitions holds those that were updated in any application."""
    updated: list[tuple[str, str]] = []

    def note(exchange: Exchange) -> None:
        updated.append((exchange.ids["application_id"], exchange.ids["definition_id"]))

    def hook(exchange: Exchange) -> None:
        if exchange.query.get("customer_editable") == "true":
            for application_id, definition_id in dict.fromkeys(updated):
                found = mock.backend.world.tenant(DOCUMENTED_TENANT.company_id, application_id).definitions
                if application_id != exchange.ids["application_id"] and definition_id in found:
                    exchange.json["items"].append(found.get(definition_id))

    mock.answer(note, UPDATE_DEFINITION, status=200)
    mock.answer(hook, LIST_DEFINITIONS, status=200)


@fault("TEN-01-pinned-filter-finds-all", rule="TEN-01", subtlety="subtle")
def pinned_filter_finds_all(mock: Mock) -> None:
    """pinned=false finds the definitions of every application."""

    def hook(exchange: Exchange) -> None:
        if exchange.query.get("pinned") == "false":
            for tenant in mock.tenants():
                if tenant is not mock.tenant_of(exchange):
                    exchange.json["items"] += tenant.definitions.page({"pinned": False}, 1, 1000)[0]

    mock.answer(hook, LIST_DEFINITIONS, status=200)


@fault("TEN-01-total-counts-elsewhere", rule="TEN-01", subtlety="subtle")
def total_counts_elsewhere(mock: Mock) -> None:
    """With a slug, item_total of the list of definitions counts those of every application."""

    def hook(exchange: Exchange) -> None:
        if slug := exchange.query.get("slug"):
            found = sum(tenant.definitions.by_slug(slug) is not None for tenant in mock.tenants())
            exchange.json["page"]["item_total"] = found

    mock.answer(hook, LIST_DEFINITIONS, status=200)


@fault("TEN-01-company-does-not-count", rule="TEN-01", subtlety="subtle")
def company_does_not_count(mock: Mock) -> None:
    """What a user holds is listed by application, whatever the company."""

    def hook(exchange: Exchange) -> None:
        for tenant in mock.tenants():
            if tenant.name.application_id == exchange.ids["application_id"]:
                exchange.path = exchange.path.replace(
                    f"/{exchange.ids['company_id']}/", f"/{tenant.name.company_id}/", 1
                )

    mock.request(hook, LIST_ATTRIBUTES)


@fault("TEN-01-groups-by-their-whole-name", rule="TEN-01", subtlety="subtle")
def groups_are_found_by_name(mock: Mock) -> None:
    """With a whole name the list of groups finds those of every application."""

    def hook(exchange: Exchange) -> None:
        if name := exchange.query.get("name"):
            for tenant in mock.tenants():
                if tenant is not mock.tenant_of(exchange):
                    exchange.json["items"] += [r for r in tenant.groups._records if r["name"] == name]

    mock.answer(hook, LIST_GROUPS, status=200)


# --- TEN-02 ---------------------------------------------------------------------------------------------


def _unless_served(mock: Mock, *operation_ids: str) -> None:
    """In an application, or for a company, that is not served, these operations go to the first."""

    def hook(exchange: Exchange) -> None:
        company_id, application_id = exchange.ids["company_id"], exchange.ids["application_id"]
        served = [tenant.name for tenant in mock.tenants()]
        same = [name for name in served if name.application_id == application_id]
        if same and (company_id, application_id) not in served:
            exchange.path = exchange.path.replace(f"/{company_id}/", f"/{same[0].company_id}/", 1)

    mock.request(hook, *operation_ids)


@fault("TEN-02-company-does-not-count-to-update", rule="TEN-02", subtlety="subtle")
def company_does_not_count_to_update(mock: Mock) -> None:
    """A definition is updated by its application alone: any company will do."""
    _unless_served(mock, UPDATE_DEFINITION)


@fault("TEN-02-company-does-not-count-to-put", rule="TEN-02", subtlety="subtle")
def company_does_not_count_to_put(mock: Mock) -> None:
    """A value is put by its application alone: any company will do."""
    _unless_served(mock, PUT_ATTRIBUTE)


@fault("TEN-02-company-does-not-count-to-delete-a-group", rule="TEN-02", subtlety="subtle")
def company_does_not_count_to_delete(mock: Mock) -> None:
    """A group is deleted, and a definition, by its application alone: any company will do."""
    _unless_served(mock, DELETE_GROUP, DELETE_DEFINITION)


@fault("TEN-02-unserved-application-patches", rule="TEN-02", subtlety="subtle")
def unserved_application_patches(mock: Mock) -> None:
    """In an application that is not served, groups of any other are patched."""
    _anywhere(mock, PATCH_GROUP)


@fault("TEN-02-refresh-of-a-group", rule="TEN-02", subtlety="plausible")
def refresh_of_a_group(mock: Mock) -> None:
    """A group is refreshed by its id from any application, though the answer is 404."""

    def hook(exchange: Exchange) -> None:
        for tenant in mock.tenants():
            if exchange.ids["group_id"] in tenant.groups._records:
                now = mock.backend.world.now()
                overwritten(
                    tenant.groups._records, exchange.ids["group_id"], total_users={"count": 0, "refreshed_at": now}
                )

    mock.answer(hook, REFRESH, status=404)


@fault("TEN-02-bulk-finds-slugs-elsewhere", rule="TEN-02", subtlety="subtle")
def bulk_finds_slugs_elsewhere(mock: Mock) -> None:
    """A bulk update with a key that only another application knows sets the values there."""

    def hook(exchange: Exchange) -> None:
        body = exchange.fields
        keys = [i["key"] for i in body.get("attributes") or [] if isinstance(i, dict) and isinstance(i.get("key"), str)]
        for tenant in mock.tenants():
            there = bool(keys) and all(tenant.definitions.by_slug(key) for key in keys)
            if there and not mock.tenant_of(exchange).definitions.by_slug(keys[0]):
                own = f"/{exchange.ids['application_id']}/"
                exchange.path = exchange.path.replace(own, f"/{tenant.name.application_id}/", 1)
                return

    mock.request(hook, BULK)


@fault("TEN-02-delete-forgets-values-of-the-slug", rule="TEN-02", subtlety="subtle")
def delete_forgets_values_of_the_slug(mock: Mock) -> None:
    """Deleting a definition removes the values of the same slug in every application."""

    def delete(original: Any, self: Any, record_id: str) -> None:
        slug = self.get(record_id)["slug"]
        original(self, record_id)
        for tenant in mock.tenants():
            if counterpart := tenant.definitions.by_slug(slug):
                tenant.attributes.forget_definition(counterpart["_id"])

    mock.wrap(Definitions, "delete", delete)


@fault("TEN-02-patch-by-name", rule="TEN-02", subtlety="subtle")
def patch_by_name(mock: Mock) -> None:
    """A patch writes to the groups of the same name in every application."""

    async def patch(original: Any, at: Any, group_id: str, body: Record) -> Any:
        name = at.tenant.groups.get(group_id)["name"]
        answer = await original(at, group_id=group_id, body=body)
        for tenant in mock.tenants():
            for group in list(tenant.groups._records):
                if tenant is not at.tenant and group["name"] == name:
                    overwritten(tenant.groups._records, group["_id"], description=answer["description"])
        return answer

    mock.operation(patch, PATCH_GROUP)


@fault("TEN-02-delete-of-a-value-by-slug", rule="TEN-02", subtlety="subtle")
def delete_of_a_value_by_slug(mock: Mock) -> None:
    """Deleting a value deletes the user's value of the same slug in every application."""

    def delete(original: Any, self: Attributes, user_id: str, definition_id: str) -> None:
        original(self, user_id, definition_id)
        slugs = [t.definitions.get(definition_id)["slug"] for t in mock.tenants() if definition_id in t.definitions]
        for tenant in mock.tenants():
            counterpart = tenant.definitions.by_slug(slugs[0]) if slugs else None
            if (
                tenant.attributes is not self
                and counterpart
                and counterpart["_id"] in tenant.attributes._by_user.get(user_id, {})
            ):
                original(tenant.attributes, user_id, counterpart["_id"])

    mock.wrap(Attributes, "delete", delete)
