"""Faults of reads that show what another application holds (TEN-01)."""

from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, request
from tests.faults.operators.lists import EVERYTHING, cut_page
from tests.faults.operators.store import found_anywhere
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import fault, faults, operator

LIST = ops.LIST_DEFINITIONS


@operator
def _all_listed(mock: Mock, operation_id: str) -> None:
    """List what every application holds."""

    async def faulty(original: Any, at: Any, page_no: int, page_size: int, **filters: Any) -> Any:
        items: list[Record] = []
        for tenant in mock.world.tenants():
            items += (await original(at._replace(tenant=tenant), page_no=1, page_size=EVERYTHING, **filters))["items"]
        return cut_page(items, page_no, page_size)

    mock.operation(faulty, operation_id)


def _count_the_slug(exchange: Exchange) -> None:
    if slug := exchange.query.get("slug"):
        found = [tenant for tenant in exchange.world.tenants() if tenant.definitions.by_slug(slug)]
        exchange.json["page"]["item_total"] = len(found)


faults(
    "TEN-01",
    definition_by_id=found_anywhere(ops.GET_DEFINITION),
    group_by_id=found_anywhere(ops.GET_GROUP),
    users_of_a_group=found_anywhere(ops.LIST_USERS),
    list_of_groups=_all_listed(ops.LIST_GROUPS),
    list_of_definitions=_all_listed(LIST),
    values_of_a_user=_all_listed(ops.LIST_ATTRIBUTES),
    total_counts_elsewhere=answer(_count_the_slug, LIST, status=200),
    tags=answer(
        lambda x: x.json.update(items=sorted({tag for t in x.world.tenants() for tag in t.groups.tags()})),
        ops.TAGS,
        status=200,
    ),
)


@fault("TEN-01", answer, LIST, status=200)
def pinned_filter_finds_all(exchange: Exchange) -> None:
    """pinned=false finds the definitions of every application."""
    for tenant in exchange.other_tenants if exchange.query.get("pinned") == "false" else ():
        exchange.json["items"] += tenant.definitions.page({"pinned": False}, 1, 1000)[0]


@fault("TEN-01")
def slug_from_elsewhere(mock: Mock) -> None:
    """A slug that is not found here is looked up in every application."""

    async def faulty(original: Any, at: Any, **query: Any) -> Any:
        found = await original(at, **query)
        for tenant in mock.world.tenants() if query.get("slug") is not None else ():
            if not found["items"]:
                found = await original(at._replace(tenant=tenant), **query)
        return found

    mock.operation(faulty, LIST)


@fault("TEN-01", answer, ops.LIST_GROUPS, status=200)
def groups_by_their_whole_name(exchange: Exchange) -> None:
    """With a whole name, the list finds the groups of every application."""
    for tenant in exchange.other_tenants:
        exchange.json["items"] += [r for r in tenant.groups._records if r["name"] == exchange.query.get("name")]


@fault("TEN-01", answer, ops.CATEGORIES, status=200)
def counts_of_categories(exchange: Exchange) -> None:
    for item in exchange.json["items"]:
        item["total_groups"] = sum(t.groups._records.count("category", item["key"]) for t in exchange.world.tenants())


@fault("TEN-01", answer, ops.CATEGORISED, status=200)
def categorised(exchange: Exchange) -> None:
    for tenant in exchange.other_tenants:
        for key, groups in tenant.groups.categorised().items():
            exchange.json["user_groups"].setdefault(key, []).extend(groups)


@fault("TEN-01", request, ops.LIST_ATTRIBUTES)
def company_does_not_count(exchange: Exchange) -> None:
    """A user's values are listed by application, for any company."""
    for tenant in exchange.world.tenants():
        if tenant.name.application_id == exchange.ids["application_id"]:
            exchange.path = exchange.path.replace(f"/{exchange.ids['company_id']}/", f"/{tenant.name.company_id}/", 1)


@fault("TEN-01", answer, ops.GET_ATTRIBUTE, status=404)
def values_by_slug(exchange: Exchange) -> None:
    """A value is found by user and slug, in any application."""
    for tenant in exchange.other_tenants if exchange.stored else ():
        counterpart = tenant.definitions.by_slug(exchange.stored["slug"])
        if counterpart and counterpart["_id"] in tenant.attributes._by_user.get(exchange.ids["user_id"], {}):
            exchange.answer(200, tenant.attributes.get(exchange.ids["user_id"], counterpart))


@fault("TEN-01")
def updated_ones_are_listed_everywhere(mock: Mock) -> None:
    """customer_editable=true finds also the definitions that were updated in other applications."""
    updated = mock.noted(lambda x: x.record_id, ops.UPDATE_DEFINITION, status=200)

    def hook(exchange: Exchange) -> None:
        for tenant in exchange.other_tenants if exchange.query.get("customer_editable") == "true" else ():
            exchange.json["items"] += [r for r in tenant.definitions._records if r["_id"] in updated]

    mock.answer(hook, LIST, status=200)


@operator
def _cached(mock: Mock, *operation_ids: str) -> None:
    """Answers are kept in a cache, until the next write, under their path below the application."""
    cache: dict[str, bytes] = {}

    def key(exchange: Exchange) -> str:
        return f"{exchange.path.partition('/application/')[2].partition('/')[2]}?{exchange.query}"

    def from_cache(exchange: Exchange) -> None:
        if exchange.method != "GET":
            cache.clear()
        elif exchange.operation in operation_ids and key(exchange) in cache:
            exchange.answer(200, text=cache[key(exchange)].decode())

    def into_cache(exchange: Exchange) -> None:
        cache[key(exchange)] = exchange.sent()

    mock.request(from_cache)
    mock.answer(into_cache, *operation_ids, status=200)


faults(
    "TEN-01",
    definitions_come_from_a_cache=_cached(ops.GET_DEFINITION),
    values_come_from_a_cache=_cached(ops.GET_ATTRIBUTE),
    groups_come_from_a_cache=_cached(ops.GET_GROUP),
    users_come_from_a_cache=_cached(ops.LIST_USERS),
    lists_come_from_a_cache=_cached(ops.LIST_DEFINITIONS, ops.LIST_GROUPS),
    overviews_come_from_a_cache=_cached(ops.TAGS, ops.CATEGORIES),
)
