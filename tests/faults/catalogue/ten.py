"""Faults of TEN: what leaks from one application into another."""

from typing import Any

from tests.faults.helpers import EVERYTHING, overwritten
from tests.faults.patching import (
    CATEGORIES,
    CATEGORISED,
    DELETE_ATTRIBUTE,
    DELETE_DEFINITION,
    DELETE_GROUP,
    GET_DEFINITION,
    GET_GROUP,
    LIST_ATTRIBUTES,
    LIST_DEFINITIONS,
    LIST_GROUPS,
    LIST_USERS,
    PATCH_GROUP,
    PUT_ATTRIBUTE,
    TAGS,
    UPDATE_DEFINITION,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault

from audience_mock.errors import Refusal
from audience_mock.operations import attributes
from audience_mock.operations.context import number_page
from audience_mock.store.definitions import Definitions

# --- TEN-01 -------------------------------------------------------------------------------------------


def _anywhere(mock: Mock, *operation_ids: str) -> None:
    """These operations find their record in whichever application it is."""

    async def faulty(original: Any, at: Any, **asked: Any) -> Any:
        try:
            return await original(at, **asked)
        except Refusal as refusal:
            for tenant in mock.tenants():
                if refusal.status == 404 and tenant is not at.tenant:
                    try:
                        return await original(at._replace(tenant=tenant), **asked)
                    except Refusal:
                        continue
            raise

    mock.operation(faulty, *operation_ids)


def _all_listed(mock: Mock, operation_id: str) -> None:
    """A list holds what every application holds."""

    async def faulty(original: Any, at: Any, page_no: int, page_size: int, **asked: Any) -> Any:
        items: list[Record] = []
        for tenant in mock.tenants():
            items += (await original(at._replace(tenant=tenant), page_no=1, page_size=EVERYTHING, **asked))["items"]
        start = (page_no - 1) * page_size
        return number_page((items[start : start + page_size], len(items)), page_no, page_size)

    mock.operation(faulty, operation_id)


@fault("TEN-01-definition-by-id", rule="TEN-01", subtlety="plausible")
def definition_by_id(mock: Mock) -> None:
    """A definition is found by its id from any application."""
    _anywhere(mock, GET_DEFINITION)


@fault("TEN-01-group-by-id", rule="TEN-01", subtlety="plausible")
def group_by_id(mock: Mock) -> None:
    """A group is found by its id from any application."""
    _anywhere(mock, GET_GROUP)


@fault("TEN-01-users-of-a-group", rule="TEN-01", subtlety="subtle")
def users_of_a_group(mock: Mock) -> None:
    """The users of a group are listed from any application; the group itself is 404."""
    _anywhere(mock, LIST_USERS)


@fault("TEN-01-list-of-groups", rule="TEN-01", subtlety="obvious")
def list_of_groups(mock: Mock) -> None:
    """The list of groups holds those of every application."""
    _all_listed(mock, LIST_GROUPS)


@fault("TEN-01-list-of-definitions", rule="TEN-01", subtlety="obvious")
def list_of_definitions(mock: Mock) -> None:
    """The list of definitions holds those of every application."""
    _all_listed(mock, LIST_DEFINITIONS)


@fault("TEN-01-slug-from-elsewhere", rule="TEN-01", subtlety="subtle")
def slug_from_elsewhere(mock: Mock) -> None:
    """With a slug filter the list of definitions finds those of every application."""

    async def faulty(original: Any, at: Any, page_no: int, page_size: int, **asked: Any) -> Any:
        found = await original(at, page_no=page_no, page_size=page_size, **asked)
        for tenant in mock.tenants() if asked.get("slug") is not None else ():
            if not found["items"]:
                found = await original(at._replace(tenant=tenant), page_no=page_no, page_size=page_size, **asked)
        return found

    mock.operation(faulty, LIST_DEFINITIONS)


@fault("TEN-01-values-of-a-user", rule="TEN-01", subtlety="plausible")
def values_of_a_user(mock: Mock) -> None:
    """The list of a user's values holds those of every application."""
    _all_listed(mock, LIST_ATTRIBUTES)


@fault("TEN-01-tags", rule="TEN-01", subtlety="subtle")
def tags(mock: Mock) -> None:
    """The tag list holds the tags of every application."""

    async def faulty(original: Any, at: Any) -> Any:
        return {"items": sorted({tag for tenant in mock.tenants() for tag in tenant.groups.tags()})}

    mock.operation(faulty, TAGS)


@fault("TEN-01-counts-of-categories", rule="TEN-01", subtlety="subtle")
def counts_of_categories(mock: Mock) -> None:
    """total_groups of a category counts the groups of every application."""

    async def faulty(original: Any, at: Any, **asked: Any) -> Any:
        found = await original(at, **asked)
        for item in found["items"]:
            item["total_groups"] = sum(t.groups._records.count("category", item["key"]) for t in mock.tenants())
        return found

    mock.operation(faulty, CATEGORIES)


@fault("TEN-01-categorised", rule="TEN-01", subtlety="plausible")
def categorised(mock: Mock) -> None:
    """The categorised list holds the groups of every application."""

    async def faulty(original: Any, at: Any) -> Any:
        found: dict[str, list[Record]] = {}
        for tenant in mock.tenants():
            for key, groups in tenant.groups.categorised().items():
                found.setdefault(key, []).extend(groups)
        return {"user_groups": found}

    mock.operation(faulty, CATEGORISED)


# --- TEN-02 -------------------------------------------------------------------------------------------


@fault("TEN-02-delete-of-a-definition", rule="TEN-02", subtlety="plausible")
def delete_of_a_definition(mock: Mock) -> None:
    """A definition is deleted by its id from any application."""
    _anywhere(mock, DELETE_DEFINITION)


@fault("TEN-02-update-of-a-definition", rule="TEN-02", subtlety="plausible")
def update_of_a_definition(mock: Mock) -> None:
    """A definition is updated by its id from any application."""
    _anywhere(mock, UPDATE_DEFINITION)


@fault("TEN-02-patch-of-a-group", rule="TEN-02", subtlety="plausible")
def patch_of_a_group(mock: Mock) -> None:
    """A group is patched by its id from any application."""
    _anywhere(mock, PATCH_GROUP)


@fault("TEN-02-delete-of-a-group-though-404", rule="TEN-02", subtlety="subtle")
def delete_of_a_group_though_404(mock: Mock) -> None:
    """Deleting another application's group is 404, and deletes it."""

    def hook(exchange: Exchange) -> None:
        for tenant in mock.tenants():
            if exchange.ids["group_id"] in tenant.groups._records:
                tenant.groups.delete(exchange.ids["group_id"])

    mock.answer(hook, DELETE_GROUP, status=404)


@fault("TEN-02-value-of-a-user", rule="TEN-02", subtlety="subtle")
def value_of_a_user(mock: Mock) -> None:
    """Putting a value of another application's definition writes it there."""
    _anywhere(mock, PUT_ATTRIBUTE)


@fault("TEN-02-delete-of-a-value", rule="TEN-02", subtlety="subtle")
def delete_of_a_value(mock: Mock) -> None:
    """A user's value is deleted from any application."""
    _anywhere(mock, DELETE_ATTRIBUTE)


@fault("TEN-02-update-by-slug", rule="TEN-02", subtlety="subtle")
def update_by_slug(mock: Mock) -> None:
    """An update writes to the definition of the same slug in every application."""

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        new = original(self, record_id, body)
        for tenant in mock.tenants():
            counterpart = tenant.definitions.by_slug(new["slug"])
            if counterpart and tenant.definitions is not self:
                overwritten(
                    tenant.definitions._records, counterpart["_id"], name=new["name"], description=new["description"]
                )
        return new

    mock.wrap(Definitions, "update", update)


@fault("TEN-02-bulk-by-slug", rule="TEN-02", subtlety="subtle")
def bulk_by_slug(mock: Mock) -> None:
    """A bulk update sets the definition of the same slug in every application."""

    async def write(original: Any, at: Any, file_url: str, values: dict[str, Any]) -> None:
        await original(at, file_url, values)
        for tenant in mock.tenants():
            counterparts = {}
            for definition_id, value in values.items():
                counterpart = tenant.definitions.by_slug(at.tenant.definitions.get(definition_id)["slug"])
                if counterpart and tenant is not at.tenant:
                    counterparts[counterpart["_id"]] = value
            await original(at._replace(tenant=tenant), file_url, counterparts)

    mock.wrap(attributes, "_write", write)


@fault("TEN-02-slug-taken-elsewhere", rule="TEN-02", subtlety="subtle")
def slug_taken_elsewhere(mock: Mock) -> None:
    """Creating a definition takes its slug in every application."""

    def put_in(original: Any, self: Any, record: Record) -> Any:
        for tenant in mock.tenants():
            holder = tenant.definitions.by_slug(record["slug"])
            if holder:
                return original(tenant.definitions, record)
        return original(self, record)

    mock.wrap(Definitions, "put_in", put_in)
