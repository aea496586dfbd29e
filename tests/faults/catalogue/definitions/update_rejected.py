"""Faults of updates of definitions that are refused (DEF-20)."""

from typing import Any

from tests.faults import operations as ops
from tests.faults.operators import TYPES, answer, overwritten, refused_touches, refused_writes, wrap
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import fault, faults

from audience_mock.errors import Refusal
from audience_mock.store.definitions import Definitions

faults(
    "DEF-20",
    written_then_refused=refused_writes(ops.UPDATE_DEFINITION),
    refused_moves_modified_at=refused_touches(ops.UPDATE_DEFINITION),
)


@fault("DEF-20", wrap, Definitions, "update")
def name_written_before_the_type_is_judged(original: Any, self: Any, record_id: str, body: Record) -> Any:
    """Where a stored value does not fit the new type, the update is refused and its other fields are written."""
    try:
        return original(self, record_id, body)
    except Refusal as refusal:
        if "cannot change" in refusal.message:
            overwritten(self._records, record_id, **{k: v for k, v in body.items() if k in ("name", "description")})
        raise


@fault("DEF-20", answer, ops.UPDATE_DEFINITION, status=400)
def type_written_then_refused(exchange: Exchange) -> None:
    """The type is written before the other fields are validated."""
    type_ = exchange.fields.get("type")
    if type_ in TYPES and not any(exchange.tenant.attributes.values_of(exchange.record_id)):
        exchange.overwrite(type=type_)


@fault("DEF-20", wrap, Definitions, "update")
def refused_type_drops_the_values(original: Any, self: Any, record_id: str, body: Record) -> Any:
    try:
        return original(self, record_id, body)
    except Refusal as refusal:
        if "cannot change" in refusal.message:
            self._attributes.forget_definition(record_id)
        raise


@fault("DEF-20")
def list_filter_takes_the_refused_type(mock: Mock) -> None:
    """The list reads an index that holds customer_editable before the rest of an update is validated."""
    index: dict[str, bool] = {}

    def after(exchange: Exchange) -> None:
        if isinstance(flag := exchange.fields.get("customer_editable"), bool):
            index[exchange.record_id] = flag

    def listing(exchange: Exchange) -> None:
        if (text := exchange.query.get("customer_editable")) is not None:
            flag = text == "true"
            exchange.json["items"] = [r for r in exchange.json["items"] if index.get(r["_id"], flag) == flag]

    mock.answer(after, ops.UPDATE_DEFINITION)
    mock.answer(listing, ops.LIST_DEFINITIONS, status=200)
