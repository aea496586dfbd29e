"""Faults of who has written a value (ATT-16)."""

import inspect
from collections.abc import Callable
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, records, wrap
from tests.faults.patching import Exchange, Record
from tests.faults.registry import Change, faults

from audience_mock.store.attributes import Attributes

OTHERWISE = {"updated_by": "customer", "customer_overridden": True}


def _stored(written: Callable[[Any, Record], Record], where: Callable[[bool], bool] = lambda _: True) -> Change:
    """Store `written(held value or None, definition)` with a value, where something holds of: is it a bulk update."""

    def put(original: Any, self: Attributes, user_id: str, definition: Record, value: Any, **more: Any) -> Any:
        held = self._by_user.get(user_id, {}).get(definition["_id"])
        new = written(held, definition) if where(_is_in_bulk()) else {}
        return original(self, user_id, definition, value, **{**more, **new})

    return wrap(put, Attributes, "put")


def _is_in_bulk() -> bool:
    return any(frame.function == "_write" for frame in inspect.stack()[:8])


def _of_body(exchange: Exchange) -> None:
    attribute = exchange.fields.get("attribute")
    given = {**exchange.fields, **(attribute if isinstance(attribute, dict) else {})}
    for name in OTHERWISE:
        if name in given and exchange.held:
            setattr(exchange.held, name, given[name])
            exchange.json[name] = given[name]


faults(
    "ATT-16",
    updated_by_is_the_api=_stored(lambda held, definition: {"updated_by": "api"}),
    replaced_is_overridden=_stored(lambda held, definition: {"customer_overridden": held is not None}),
    editable_is_overridden=_stored(
        lambda held, definition: {"customer_overridden": bool(definition["customer_editable"])}
    ),
    bulk_update_is_a_job=_stored(lambda held, definition: {"updated_by": "job"}, lambda in_bulk: in_bulk),
    bulk_update_overrides=_stored(
        lambda held, definition: {"customer_overridden": held is not None}, lambda in_bulk: in_bulk
    ),
    body_says_who=answer(_of_body, ops.PUT_ATTRIBUTE, status=201),
    list_shows_null=records(lambda r: r.update(updated_by=None), ops.LIST_ATTRIBUTES),
    answer_to_a_put_shows_the_user=records(lambda r: r.update(updated_by=r["user_id"]), ops.PUT_ATTRIBUTE),
    overridden_is_left_out=records(lambda r: r.pop("customer_overridden"), ops.GET_ATTRIBUTE),
    updated_by_in_capitals=records(lambda r: r.update(updated_by="PLATFORM"), *ops.ATTRIBUTES),
)
