"""Faults of what an update ignores (DEF-21)."""

from functools import partial
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import wrap
from tests.faults.operators.store import after_write, without
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import Change, fault, faults

from audience_mock.store.definitions import Definitions

_after = partial(after_write, owner=Definitions, method="update")


def _takes(*names: str) -> Change:
    """Write properties of the body that an update does not take."""
    return _after(lambda old, new, body: {name: body[name] for name in names if name in body})


faults(
    "DEF-21",
    slug_is_taken=_takes("slug"),
    pinned_is_taken=_takes("pinned", "pin_order"),
    encrypted_is_taken=_takes("encrypted"),
    validations_are_taken=_takes("validations"),
    default_value_is_taken=_takes("default_value"),
    is_locked_is_taken=_takes("is_locked"),
    created_at_is_taken=_takes("created_at"),
    modified_at_is_taken=_takes("modified_at"),
    every_property_of_the_body_is_stored=_after(
        lambda old, new, body: {k: v for k, v in body.items() if k in without(old, "_id")}
    ),
    default_value_becomes_that_of_the_type=_after(
        lambda old, new, body: (
            {"default_value": [] if new["type"] == "list" else False} if "default_value" in body else {}
        )
    ),
)


@fault("DEF-21", wrap, Definitions, "update")
def pinned_alone_is_taken(original: Any, self: Any, record_id: str, body: Record) -> Any:
    """An update without a field that it takes is answered by another path, which checks nothing."""
    new = original(self, record_id, body)
    if body.keys() & {"name", "description", "type", "customer_editable"}:
        return new
    new = {**new, **{name: body[name] for name in ("pinned", "pin_order") if name in body}}
    self._records.replace(new)
    return new


@fault("DEF-21")
def answer_shows_what_the_body_says(mock: Mock) -> None:
    """The update is answered with the body over the definition, though only what is allowed is stored."""

    def hook(exchange: Exchange) -> None:
        exchange.json.update({name: value for name, value in exchange.fields.items() if name in exchange.json})

    mock.answer(hook, ops.UPDATE_DEFINITION, status=200)


@fault("DEF-21")
def slug_of_the_body_is_found(mock: Mock) -> None:
    """The index of slugs is updated from the body, and the definition is not."""
    moved: dict[str, str] = {}

    def updated(exchange: Exchange) -> None:
        if isinstance(slug := exchange.fields.get("slug"), str):
            moved[slug] = exchange.stored["slug"]

    def listing(exchange: Exchange) -> None:
        if (slug := exchange.query.get("slug")) in moved:
            exchange.query["slug"] = moved[slug]

    mock.answer(updated, ops.UPDATE_DEFINITION, status=200)
    mock.request(listing, ops.LIST_DEFINITIONS)
