"""Faults of updating definitions, also locked ones (DEF-04 to DEF-06, DEF-14)."""

from functools import partial
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import records, refused, saying, wrap
from tests.faults.operators.store import (
    after_write,
    an_hour_before,
    overwritten,
    shows_first,
    spreads,
    taken_name_stays,
    without,
    written_with,
)
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import fault, faults, operator

from audience_mock.store.definitions import DEFAULTS, UPDATABLE, Definitions

_updated_with = partial(written_with, owner=Definitions, method="update")
_after = partial(after_write, owner=Definitions, method="update")


faults(
    "DEF-04",
    customer_editable_is_not_updated=_updated_with(lambda store, i, body: without(body, "customer_editable")),
    type_is_not_updated=_updated_with(lambda store, i, body: without(body, "type")),
    false_is_not_updated=_updated_with(lambda store, i, body: {k: v for k, v in body.items() if v}),
    first_field_only=_updated_with(
        lambda store, i, body: {k: body[k] for k in [k for k in UPDATABLE if k in body][:1]}
    ),
    type_stays_where_a_value_is=_updated_with(
        lambda store, i, body: without(body, "type") if next(store._attributes.values_of(i), None) else body
    ),
    name_of_another_is_not_taken=taken_name_stays(Definitions, "update"),
    list_shows_the_old_name=shows_first("name", Definitions, "update", ops.LIST_DEFINITIONS),
)


@fault("DEF-04", wrap, Definitions, "update")
def update_is_not_stored(original: Any, self: Any, record_id: str, body: Record) -> Any:
    old = self._records.get(record_id)
    new = original(self, record_id, body)
    self._records.replace({**old, "modified_at": new["modified_at"]})
    return new


@fault("DEF-04")
def whole_list_shows_the_old_name(mock: Mock) -> None:
    """The list without filters comes from a cache that updates do not reach."""
    cached: dict[str, Record] = {}

    def hook(exchange: Exchange) -> None:
        if exchange.query.keys() <= {"page_no", "page_size"}:
            for record in exchange.records():
                record.update(cached.get(record["_id"], {}))

    mock.records(
        lambda r: cached.setdefault(r["_id"], {k: r[k] for k in ("name", "description", "type")}), ops.CREATE_DEFINITION
    )
    mock.answer(hook, ops.LIST_DEFINITIONS, status=200)


def _slug_of(name: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in f"s{name}".lower())


faults(
    "DEF-05",
    description_is_reset=_after(lambda old, new, body: {"description": body.get("description", "")}),
    customer_editable_is_reset=_after(lambda old, new, b: {"customer_editable": b.get("customer_editable", False)}),
    type_is_reset=_after(lambda old, new, body: {"type": body.get("type", "string")}),
    slug_follows_the_name=_after(lambda old, new, body: {"slug": _slug_of(body["name"])} if "name" in body else {}),
    new_type_loses_customer_editable=_after(
        lambda old, new, body: {"customer_editable": False} if old["type"] != new["type"] else {}
    ),
    update_loses_the_pin=_after(lambda old, new, body: {"pinned": False, "pin_order": 0}),
    update_empties_the_validations=_after(lambda old, new, body: {"validations": []}),
    update_resets_what_it_does_not_take=_after(lambda old, new, body: {**DEFAULTS, **body}),
    name_and_description_go_together=_after(
        lambda old, new, body: {"name": body["description"]} if "description" in body and "name" not in body else {}
    ),
)


faults(
    "DEF-05",
    update_by_the_beginning_of_the_slug=spreads(
        "description", lambda other, old, new: other["slug"].startswith(new["slug"]), Definitions, "update"
    ),
    update_of_all_of_the_name=spreads(
        "customer_editable", lambda other, old, new: bool(other["name"] == new["name"]), Definitions, "update"
    ),
)

faults(
    "DEF-06",
    modified_at_stays=_after(lambda old, new, body: {"modified_at": old["modified_at"]}),
    modified_at_goes_back=_after(lambda old, new, body: {"modified_at": an_hour_before(new["modified_at"])}),
    modified_at_by_name_only=_after(
        lambda old, new, body: {} if "name" in body else {"modified_at": old["modified_at"]}
    ),
    created_at_is_touched=_after(lambda old, new, body: {"created_at": new["modified_at"]}),
    created_at_of_the_body=_after(lambda old, new, body: {"created_at": body.get("created_at", old["created_at"])}),
    list_shows_the_old_modified_at=records(lambda r: r.update(modified_at=r["created_at"]), ops.LIST_DEFINITIONS),
)


@operator
def _unlocked_for(mock: Mock, method: str) -> None:
    """Let a method change locked definitions."""

    def faulty(original: Any, self: Any, record_id: str, *more: Any) -> Any:
        old = self._records.get(record_id)
        self._records.replace({**old, "is_locked": False})
        try:
            new = original(self, record_id, *more)
        finally:
            overwritten(self._records, record_id, is_locked=old["is_locked"])
        return new and {**new, "is_locked": old["is_locked"]}

    mock.wrap(faulty, Definitions, method)


faults(
    "DEF-14",
    locked_can_be_updated=_unlocked_for("update"),
    locked_can_be_deleted=_unlocked_for("delete"),
    locked_is_403=refused(403, ops.UPDATE_DEFINITION, ops.DELETE_DEFINITION, instead_of=400, where=saying("is locked")),
)


@fault("DEF-14", wrap, Definitions, "update")
def locked_takes_a_description(original: Any, self: Any, record_id: str, body: Record) -> Any:
    """A locked definition's description and customer_editable can be updated."""
    old = self._records.get(record_id)
    if not old["is_locked"] or "name" in body or "type" in body or not body:
        return original(self, record_id, body)
    overwritten(
        self._records, record_id, **{k: v for k, v in body.items() if k in ("description", "customer_editable")}
    )
    return self._records.get(record_id)


@fault("DEF-14", wrap, Definitions, "update")
def same_again_is_200(original: Any, self: Any, record_id: str, body: Record) -> Any:
    """An update of a locked definition that changes nothing is 200."""
    old = self._records.get(record_id)
    is_same = old["is_locked"] and all(old.get(name) == value for name, value in body.items())
    return old if is_same else original(self, record_id, body)


@fault("DEF-14", wrap, Definitions, "delete")
def refused_delete_takes_the_values(original: Any, self: Any, record_id: str) -> None:
    if record_id in self:
        self._attributes.delete_definition(record_id)
    original(self, record_id)
