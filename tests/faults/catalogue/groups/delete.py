"""Faults of deleting groups, and of those that are not there (GRP-07, GRP-08, GRP-17)."""

from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, fields, operation, refused, wrap
from tests.faults.operators.lists import no_users
from tests.faults.operators.store import (
    deleted_answer,
    failing,
    found_by_id,
    graves,
    hidden_by_id_only,
    never_made_is_deleted,
    still_listed,
)
from tests.faults.patching import Exchange, Mock
from tests.faults.registry import fault, faults

from audience_mock.store.groups import FAILED, Groups

LIST, DELETE = ops.LIST_GROUPS, ops.DELETE_GROUP

faults(
    "GRP-07",
    delete_does_nothing=wrap(lambda delete, self, group_id: self.get(group_id) and None, Groups, "delete"),
    hidden_by_id_only=hidden_by_id_only(Groups, Groups.get),
    hidden_in_the_list_only=found_by_id(Groups, ops.GET_GROUP),
    still_under_its_name=still_listed(
        lambda x, r: "name" in x.query and x.query["name"].casefold() in r["name"].casefold(), Groups, LIST
    ),
)


@fault("GRP-07")
def refresh_brings_it_back(mock: Mock) -> None:
    """A refresh that ends after the delete stores the group again."""
    gone = graves(mock, Groups)

    def refresh(original: Any, self: Any, group_id: str) -> None:
        if group_id in gone and group_id not in self._records:
            self.insert(gone[group_id])
        original(self, group_id)

    mock.wrap(refresh, Groups, "refresh")


@fault("GRP-07")
def patched_file_brings_it_back(mock: Mock) -> None:
    """The file of a patch that is read after the delete stores the group again."""
    gone = graves(mock, Groups)

    def is_current(original: Any, self: Any, group_id: str, reading: int) -> bool:
        if reading > 1 and group_id in gone and group_id not in self._records:
            self.insert(gone[group_id])
            self._readings[group_id] = reading
        return bool(original(self, group_id, reading))

    mock.wrap(is_current, Groups, "is_current")


@fault("GRP-07")
def failed_stays_under_its_status(mock: Mock) -> None:
    """A deleted group whose file could not be read is still found by status=failed."""
    gone = graves(mock, Groups)

    def hook(exchange: Exchange) -> None:
        found = [r for r in gone.values() if r["status"] == FAILED == exchange.query.get("status")]
        if exchange.json["page"]["current"] == 1:
            exchange.json["items"] = [*found, *exchange.json["items"]][: exchange.json["page"]["size"]]

    mock.answer(hook, LIST, status=200)


MADE_UP = {"_id": "-", "uid": 0, "name": "-", "category": "l1", "status": "pending"}

faults(
    "GRP-08",
    unknown_is_400=refused(400, ops.GET_GROUP, instead_of=404),
    patch_of_unknown_is_200=answer(lambda x: x.answer(200, {**MADE_UP, **x.fields}), ops.PATCH_GROUP, status=404),
    delete_of_unknown_is_200=never_made_is_deleted(Groups, DELETE),
    refresh_of_unknown_is_202=answer(
        lambda x: x.answer(202, {"message": "Queued.", "uid": 0}), ops.REFRESH, status=404
    ),
    refresh_of_a_deleted_group=deleted_answer(
        lambda x, group: x.answer(202, {"message": "Queued.", "uid": group["uid"]}), Groups, ops.REFRESH
    ),
    users_of_unknown_are_none=answer(
        lambda x: x.answer(200, no_users(int(x.query.get("page_size", 10)))), ops.LIST_USERS, status=404
    ),
    blacklisted_of_a_deleted_group=answer(
        lambda x: x.answer(200, no_users()) if "blacklisted_users" in x.query else None, ops.LIST_USERS, status=404
    ),
)


@fault("GRP-08")
def users_of_a_deleted_group(mock: Mock) -> None:
    kept: dict[str, Any] = {}

    def delete(original: Any, self: Any, group_id: str) -> None:
        members = self._members.get(group_id)
        original(self, group_id)
        kept[group_id] = members

    mock.wrap(delete, Groups, "delete")
    mock.wrap(lambda members, self, group_id: kept.get(group_id) or members(self, group_id), Groups, "members")


@fault("GRP-08", operation, ops.GET_GROUP)
async def read_by_its_uid(original: Any, at: Any, group_id: str) -> Any:
    known = next((r for r in at.tenant.groups._records if str(r["uid"]) == group_id), None)
    return known or await original(at, group_id=group_id)


faults(
    "GRP-17",
    success_is_false=fields(DELETE, status=200, success=False),
    message_is_empty=fields(DELETE, status=200, message=""),
    second_delete_is_200=deleted_answer(lambda x, _: x.deleted(), Groups, DELETE),
)


@fault("GRP-17")
def patched_group_is_no_success(mock: Mock) -> None:
    patched = mock.noted(lambda x: x.record_id, ops.PATCH_GROUP, status=200)
    mock.answer(lambda x: x.json.update(success=False) if x.record_id in patched else None, DELETE, status=200)


@fault("GRP-17")
def failed_group_has_no_message(mock: Mock) -> None:
    failed = failing(mock)
    mock.answer(lambda x: x.json.update(message="") if x.record_id in failed else None, DELETE, status=200)
