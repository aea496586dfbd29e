"""Faults of bulk updates: their responses and refusals (BLK-01 to BLK-03, BLK-05)."""

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import (
    Condition,
    answer,
    fields,
    mend,
    no_field,
    operation,
    refused,
    request,
    saying,
    status_is,
)
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import Change, fault, faults

from audience_mock.operations.context import Context

BULK = ops.BULK


def _response(change: Callable[[Exchange], Record]) -> Change:
    """Change fields of the response to `change(exchange)`."""
    return answer(lambda x: x.json.update(change(x)), BULK, status=202)


def _accepted(where: Condition) -> Change:
    """Accept an invalid request, where something holds, and do nothing."""
    body = {"success": True, "message": "Queued.", "processing_type": "async", "status_code": 202}
    return answer(
        lambda x: x.answer(202, {**body, "job_id": x.world.ids.new_id()}) if where(x) else None, BULK, status=400
    )


def _items(exchange: Exchange) -> list[Any]:
    items = exchange.fields.get("attributes")
    return items if isinstance(items, list) else []


def _is_keyed(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("key"), str)


faults(
    "BLK-01",
    answers_200=status_is(200, BULK, instead_of=202),
    status_code_is_200=fields(BULK, status=202, status_code=200),
    no_job_id=no_field("job_id", BULK, status=202),
    success_is_false=fields(BULK, status=202, success=False),
    processing_type_is_sync=_response(lambda x: {"processing_type": "sync"} if len(_items(x)) == 1 else {}),
    message_is_empty_for_many=_response(lambda x: {"message": ""} if len(_items(x)) >= 5 else {}),
)


def _has_keys_only(exchange: Exchange) -> bool:
    items = exchange.fields.get("attributes")
    is_keyed = isinstance(items, list) and all(map(_is_keyed, items))
    return "file_url" in exchange.fields and is_keyed and any("value" not in item for item in items or [])


def _with_items(exchange: Exchange, items: list[Any]) -> None:
    exchange.body = {**exchange.fields, "attributes": items}


faults(
    "BLK-02",
    no_file_url_is_taken=mend(lambda b: None if "file_url" in b else {"file_url": "data:text/csv,user_id", **b}, BULK),
    no_attributes_is_taken=_accepted(lambda x: "file_url" in x.fields and "attributes" not in x.fields),
    item_without_value_is_taken=_accepted(_has_keys_only),
    first_ten_items_are_judged=request(lambda x: _with_items(x, _items(x)[:10]) if len(_items(x)) > 10 else None, BULK),
)


@fault("BLK-02", request, BULK)
def incomplete_items_are_dropped(exchange: Exchange) -> None:
    """An item without key or value is dropped if there are others."""
    kept = [item for item in _items(exchange) if not isinstance(item, dict) or {"key", "value"} <= item.keys()]
    if kept:
        _with_items(exchange, kept)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


faults(
    "BLK-03",
    job_id_is_constant=fields(BULK, status=202, job_id="bulk_update"),
    job_id_of_the_file=_response(lambda x: {"job_id": _digest(x.fields["file_url"])}),
    job_id_of_the_body=_response(lambda x: {"job_id": _digest(str(x.fields))}),
)


@fault("BLK-03")
def job_id_of_calls_at_once(mock: Mock) -> None:
    """The number of the next job is written some time after it was read."""
    last = 0

    async def bulk(original: Any, at: Context, body: Record) -> Any:
        nonlocal last
        mine = last + 1
        answer = await original(at, body=body)
        await asyncio.sleep(0.004)
        last = mine
        return {**answer, "job_id": f"job-{mine}"}

    mock.operation(bulk, BULK)


def _unknown(exchange: Exchange) -> list[Any]:
    """The items whose keys are no slugs."""
    definitions = exchange.tenant.definitions
    return [item for item in _items(exchange) if _is_keyed(item) and definitions.by_slug(item["key"]) is None]


def _keys_match(is_same: Callable[[str, str], bool]) -> Change:
    """Replace an unknown key by the first slug for which `is_same(slug, key)`."""

    def hook(exchange: Exchange) -> None:
        body, slugs = exchange.fields, [r["slug"] for r in exchange.tenant.definitions._records]
        for item in body["attributes"] if isinstance(body.get("attributes"), list) else ():
            if _is_keyed(item) and item["key"] not in slugs:
                item["key"] = next((slug for slug in slugs if is_same(slug, item["key"])), item["key"])
        exchange.body = body

    return request(hook, BULK)


_IS_UNKNOWN = saying("is not the slug of any definition")

faults(
    "BLK-05",
    unknown_key_is_404=refused(404, BULK, instead_of=400, where=_IS_UNKNOWN),
    unknown_key_alone_is_202=_accepted(_IS_UNKNOWN),
    key_whatever_the_case=_keys_match(lambda slug, key: slug.lower() == key.lower()),
    beginning_of_a_slug_is_enough=_keys_match(lambda slug, key: len(key) > 10 and slug.startswith(key)),
)


@fault("BLK-05", operation, BULK)
async def key_of_another_application_is_known(original: Any, at: Any, body: Record) -> Any:
    """Keys are looked up among all definitions; those that are not this application's are then left out."""
    foreign = {
        r["slug"] for tenant in at.world.tenants() if tenant is not at.tenant for r in tenant.definitions._records
    }
    own = [
        item for item in body["attributes"] if item["key"] not in foreign or at.tenant.definitions.by_slug(item["key"])
    ]
    return await original(at, body={**body, "attributes": own or body["attributes"]})


@fault("BLK-05", request, BULK)
def unknown_key_is_ignored(exchange: Exchange) -> None:
    """An unknown key is dropped if there are others."""
    unknown, items = _unknown(exchange), _items(exchange)
    if 0 < len(unknown) < len(items):
        _with_items(exchange, [item for item in items if item not in unknown])


@fault("BLK-05", operation, BULK)
async def writes_half_before_refusing(original: Any, at: Any, body: Record) -> Any:
    """The items before an unknown key are written."""
    items = body["attributes"]
    unknown = [place for place, item in enumerate(items) if at.tenant.definitions.by_slug(item["key"]) is None]
    if unknown and unknown[0] > 0:
        await original(at, body={**body, "attributes": items[: unknown[0]]})
    return await original(at, body=body)


@fault("BLK-05", request, BULK)
def unknown_key_becomes_a_definition(exchange: Exchange) -> None:
    for item in _unknown(exchange):
        if isinstance(item.get("value"), str) and "file_url" in exchange.fields:
            body = {"name": item["key"], "slug": item["key"], "description": "-", "type": "string"}
            exchange.tenant.definitions.create(body)
