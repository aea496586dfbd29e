"""Faults of empty updates and patches (DEF-23)."""

from collections.abc import Callable
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, refuse_if, wrap
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import Change, fault, faults

from audience_mock.operations import groups as operations
from audience_mock.store.definitions import UPDATABLE, Definitions
from audience_mock.store.groups import PATCHABLE, Groups


def _empty(change: Callable[[Any, Record], Record], owner: type, method: str, names: tuple[str, ...]) -> Change:
    """Write and return `change(store, record)` where a body has none of these fields."""

    def write(original: Any, self: Any, record_id: str, body: Record) -> Any:
        record = original(self, record_id, body)
        if not body.keys() & set(names):
            record = {**record, **change(self, record)}
            self._records.replace(record)
        return record

    return wrap(write, owner, method)


def _update(change: Callable[[Any, Record], Record]) -> Change:
    return _empty(change, Definitions, "update", UPDATABLE)


def _patch(change: Callable[[Any, Record], Record]) -> Change:
    return _empty(change, Groups, "patch", PATCHABLE)


faults(
    "DEF-23",
    empty_update_moves_modified_at=_update(lambda store, r: {"modified_at": store._source.now(r["modified_at"])}),
    empty_patch_moves_modified_at=_patch(lambda store, r: {"modified_at": store._source.now(r["modified_at"])}),
    empty_patch_counts=_patch(lambda store, r: {"__v": r["__v"] + 1}),
    empty_update_resets_customer_editable=_update(lambda store, r: {"customer_editable": False}),
    empty_update_empties_the_description=_update(lambda store, r: {"description": None}),
    empty_patch_is_pending_again=_patch(lambda store, r: {"status": "pending"}),
    empty_patch_forgets_the_count=_patch(lambda store, r: {"total_users": {"count": 0, "refreshed_at": None}}),
    empty_update_is_refused=refuse_if(lambda x: x.body == {}, ops.UPDATE_DEFINITION),
    empty_patch_is_refused=refuse_if(lambda x: x.body == {}, ops.PATCH_GROUP),
    empty_update_answers_an_empty_object=answer(
        lambda x: x.json.update(description="") if not x.fields else None, ops.UPDATE_DEFINITION, status=200
    ),
)


@fault("DEF-23", wrap, Groups, "patch")
def any_body_moves_modified_at(original: Any, self: Any, group_id: str, body: Record) -> Any:
    """A patch of which all is ignored counts as a change; {} does not."""
    record = original(self, group_id, body)
    if body and not body.keys() & set(PATCHABLE):
        record = {**record, "modified_at": self._source.now(record["modified_at"]), "__v": record["__v"] + 1}
        self._records.replace(record)
    return record


@fault("DEF-23")
def empty_patch_reads_the_file_again(mock: Mock) -> None:
    def hook(exchange: Exchange) -> None:
        if not exchange.fields and exchange.stored:
            operations._read_file(mock.backend.context(exchange.tenant), exchange.stored)

    mock.answer(hook, ops.PATCH_GROUP, status=200)
