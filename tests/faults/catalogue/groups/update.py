"""Faults of patching groups (GRP-04 to GRP-06, GRP-19)."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, records, wrap
from tests.faults.operators.store import (
    after_write,
    an_hour_before,
    refused_touches,
    refused_writes,
    shows_first,
    spreads,
    taken_name_stays,
)
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import Change, fault, faults

from audience_mock.operations import groups as operations
from audience_mock.store.groups import FAILED, Groups
from audience_mock.store.members import Members

PATCH = ops.PATCH_GROUP


_after = partial(after_write, owner=Groups, method="patch")


def _keeps(field: str, where: Callable[[Record, Record, Record], object] = lambda *_: True) -> Change:
    """Leave a field as it is, where `where(old, new, body)`."""
    return _after(lambda old, new, body: {field: old[field]} if where(old, new, body) else {})


faults(
    "GRP-04",
    description_is_not_patched=_keeps("description"),
    one_field_at_a_time=_keeps("description", lambda old, new, body: "name" in body),
    failed_group_keeps_its_texts=_keeps("description", lambda old, new, body: old["status"] == FAILED),
    other_capitals_are_no_change=_keeps("name", lambda old, new, body: new["name"].lower() == old["name"].lower()),
    web_files_lose_their_query=_after(
        lambda old, new, body: (
            {"file_url": new["file_url"].partition("?")[0]} if body.get("file_url", "").startswith("http") else {}
        )
    ),
    name_of_another_is_ignored=taken_name_stays(Groups, "patch"),
    file_url_is_not_patched=shows_first("file_url", Groups, "patch", *ops.GROUPS),
    list_shows_the_old_name=shows_first("name", Groups, "patch", ops.LIST_GROUPS),
    categorised_shows_the_old_name=shows_first("name", Groups, "patch", ops.CATEGORISED),
)


@fault("GRP-04", wrap, Groups, "patch")
def patch_is_not_stored(original: Any, self: Any, group_id: str, body: Record) -> Any:
    old = self._records.get(group_id)
    new = original(self, group_id, body)
    self._records.replace(old)
    return new


faults(
    "GRP-05",
    description_is_reset=_after(lambda old, new, body: {"description": body.get("description", "")}),
    file_url_is_reset=_after(lambda old, new, body: {"file_url": body.get("file_url", "data:text/csv,user_id")}),
    category_is_reset=_after(lambda old, new, body: {"category": "l1"}),
    status_is_reset=_after(lambda old, new, body: {} if "file_url" in body else {"status": "pending"}),
    inactive_after_a_patch=_after(lambda old, new, body: {"is_active": False}),
    new_file_renames_description=_after(
        lambda old, new, body: {"description": new["name"]} if list(body) == ["file_url"] else {}
    ),
    patch_resets_the_count=_after(
        lambda old, new, body: {} if "file_url" in body else {"total_users": {"count": 0, "refreshed_at": None}}
    ),
    namesakes_are_patched=spreads(
        "description", lambda other, old, new: bool(other["name"] == old["name"]), Groups, "patch"
    ),
)


@fault("GRP-05", wrap, Groups, "patch")
def ten_users_stay(original: Any, self: Any, group_id: str, body: Record) -> Any:
    new = original(self, group_id, body)
    if "name" in body and "file_url" not in body:
        places = dict(list(self._members[group_id]._places.items())[:10])
        self._members[group_id] = Members(places, self._directory)
    return new


@fault("GRP-05")
def list_forgets_the_description(mock: Mock) -> None:
    gone = mock.noted(lambda x: "" if "description" in x.fields else x.record_id, PATCH, status=200)
    mock.records(lambda r: r.update(description="") if r["_id"] in gone else None, ops.LIST_GROUPS)


faults(
    "GRP-06",
    modified_at_stays=_keeps("modified_at"),
    description_does_not_move_it=_keeps("modified_at", lambda old, new, body: list(body) == ["description"]),
    two_fields_leave_it=_keeps("modified_at", lambda old, new, body: len(body) == 2),
    created_at_is_touched=_after(lambda old, new, body: {"created_at": new["modified_at"]}),
    modified_at_goes_back=_after(lambda old, new, body: {"modified_at": an_hour_before(new["modified_at"])}),
    list_shows_the_old_time=records(lambda r: r.update(modified_at=r["created_at"]), ops.LIST_GROUPS),
)


@fault("GRP-06", wrap, Groups, "patch")
def patch_of_nothing_moves_it(original: Any, self: Any, group_id: str, body: Record) -> Any:
    new = original(self, group_id, body)
    if not body:
        new = {**new, "modified_at": self._source.now(new["modified_at"])}
        self._records.replace(new)
    return new


faults(
    "GRP-19",
    written_then_refused=refused_writes(PATCH),
    refused_counts_as_a_change=refused_touches(PATCH),
    empty_list_empties_the_description=answer(
        lambda x: x.overwrite(description="") if x.fields.get("description") in ([], 0) else None, PATCH, status=400
    ),
)


@fault("GRP-19")
def file_is_read_though_refused(mock: Mock) -> None:
    """A patch with an invalid name is refused, but its file becomes the group's."""

    def hook(exchange: Exchange) -> None:
        url = exchange.fields.get("file_url")
        if isinstance(url, str) and url.startswith("data:text/csv,") and exchange.stored:
            record = exchange.tenant.groups.patch(exchange.record_id, {"file_url": url})
            operations._read_file(mock.backend.context(exchange.tenant), record)

    mock.answer(hook, PATCH, status=400)
