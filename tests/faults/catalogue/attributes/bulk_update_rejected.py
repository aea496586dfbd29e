"""Faults of bulk updates with values that do not fit their definitions (BLK-06)."""

import re
from collections.abc import Callable
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import operation, refused, request, saying, wrap
from tests.faults.operators.store import first_values
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import Change, fault, faults

from audience_mock.operations import attributes
from audience_mock.store.accepted import Work
from audience_mock.store.definitions import Definitions

BULK = ops.BULK


def _judged(judges: Callable[[int, Record, Any], object]) -> Change:
    """Validate an item of a bulk update only where `judges(its number, definition, value)`; its job writes all."""

    def validate(original: Any, self: Definitions, definition: Record, value: Any, field: str) -> Any:
        item = re.fullmatch(r"body\.attributes\.(\d+)\.value", field)
        if not field or (item and not judges(int(item[1]), definition, value)):
            return []
        return original(self, definition, value, field)

    return wrap(validate, Definitions, "validate")


def _items(exchange: Exchange) -> list[Any]:
    items = exchange.fields.get("attributes")
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _fits(exchange: Exchange, item: Record) -> bool:
    definition = exchange.tenant.definitions.by_slug(str(item.get("key")))
    return not definition or not exchange.tenant.definitions.validate(definition, item.get("value"), "value")


def _keep(items: Callable[[Exchange], list[Any]]) -> Change:
    """Take `items(exchange)` only, where that leaves any."""
    return request(
        lambda x: setattr(x, "body", {**x.fields, "attributes": items(x)}) if _items(x) and items(x) else None, BULK
    )


def _is_number(text: Any) -> bool:
    return isinstance(text, str) and re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


faults(
    "BLK-06",
    nothing_is_judged=_judged(lambda number, definition, value: False),
    first_item_only=_judged(lambda number, definition, value: number == 0),
    first_three_items_only=_judged(lambda number, definition, value: number < 3),
    first_fifty_items_only=_judged(lambda number, definition, value: number < 50),
    first_item_is_not_judged=_judged(lambda number, definition, value: number > 0),
    types_only=_judged(lambda number, definition, value: not definition["validations"]),
    dates_are_texts=_judged(lambda number, definition, value: definition["type"] not in {"date", "datetime"}),
    text_becomes_a_number=_judged(
        lambda number, definition, value: definition["type"] != "number" or not _is_number(value)
    ),
    text_becomes_a_list=_judged(
        lambda number, definition, value: definition["type"] != "list" or not isinstance(value, str)
    ),
    misfits_are_dropped=_keep(lambda x: [item for item in _items(x) if _fits(x, item)]),
    null_items_are_dropped=_keep(lambda x: [item for item in _items(x) if item.get("value", 0) is not None]),
    last_item_of_a_key_is_judged=_keep(lambda x: list({str(item.get("key")): item for item in _items(x)}.values())),
    misfit_is_404=refused(404, BULK, instead_of=400, where=saying("does not fit the definition")),
)


@fault("BLK-06", operation, BULK)
async def items_before_a_misfit_are_written(original: Any, at: Any, body: Record) -> Any:
    """Items are validated and written one by one."""
    definitions = at.tenant.definitions
    for number, item in enumerate(body["attributes"]):
        definition = definitions.by_slug(item["key"])
        if number and definition and definitions.validate(definition, item["value"], "value"):
            await original(at, body={**body, "attributes": body["attributes"][:number]})
            break
    return await original(at, body=body)


@fault("BLK-06", operation, BULK)
async def refused_when_it_is_queued(original: Any, at: Any, body: Record) -> Any:
    """The answer is 400, and the job of all items is queued before it."""
    values = {}
    for item in body["attributes"]:
        if definition := at.tenant.definitions.by_slug(item["key"]):
            values[definition["_id"]] = item["value"]
    work = Work("bulk update", at.world.ids.new_id(), body["file_url"], values)
    attributes.start_update(at, work)
    return await original(at, body=body)


@fault("BLK-06")
def type_that_the_definition_had_first(mock: Mock) -> None:
    """Definitions are cached by their slug."""
    first = first_values(mock, "type", Definitions, "update")

    def validate(original: Any, self: Definitions, definition: Record, value: Any, field: str) -> Any:
        if field.startswith("body.attributes"):
            definition = {**definition, "type": first.get(definition["_id"], definition["type"])}
        return original(self, definition, value, field)

    mock.wrap(validate, Definitions, "validate")
