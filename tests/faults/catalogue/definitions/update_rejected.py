"""Faults of updates of definitions that are refused (DEF-20)."""

from tests.faults import operations as ops
from tests.faults.operators.http import TYPES, answer, saying
from tests.faults.operators.store import refused_touches, refused_writes
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import fault, faults

_type_does_not_fit = saying("cannot change")


def _texts(exchange: Exchange) -> Record:
    return {name: text for name, text in exchange.fields.items() if name in ("name", "description")}


faults(
    "DEF-20",
    written_then_refused=refused_writes(ops.UPDATE_DEFINITION),
    refused_moves_modified_at=refused_touches(ops.UPDATE_DEFINITION),
    name_written_before_the_type_is_judged=answer(
        lambda x: x.overwrite(**_texts(x)) if _type_does_not_fit(x) else None, ops.UPDATE_DEFINITION, status=400
    ),
    refused_type_drops_the_values=answer(
        lambda x: x.tenant.attributes.delete_definition(x.record_id) if _type_does_not_fit(x) else None,
        ops.UPDATE_DEFINITION,
        status=400,
    ),
)


@fault("DEF-20", answer, ops.UPDATE_DEFINITION, status=400)
def type_written_then_refused(exchange: Exchange) -> None:
    type_ = exchange.fields.get("type")
    if type_ in TYPES and not any(exchange.tenant.attributes.values_of(exchange.record_id)):
        exchange.overwrite(type=type_)


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
