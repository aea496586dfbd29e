"""More faults of GRP: groups deleted, refused, and refused to change."""

from typing import Any

from tests.faults.catalogue.groups_gone import graves
from tests.faults.catalogue.groups_made import NEEDED
from tests.faults.helpers import overwritten
from tests.faults.patching import (
    CATEGORISED,
    CREATE_GROUP,
    DELETE_GROUP,
    GET_GROUP,
    LIST_GROUPS,
    LIST_USERS,
    PATCH_GROUP,
    REFRESH,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault

from audience_mock.store.groups import FAILED, Groups


def failing(mock: Mock, failed: set[str]) -> None:
    """Note the groups whose file could not be read."""

    def fail(original: Any, self: Any, group_id: str) -> None:
        failed.add(group_id)
        original(self, group_id)

    mock.wrap(Groups, "fail", fail)


# --- GRP-07, GRP-08 -----------------------------------------------------------------------------------


@fault("GRP-07-refresh-brings-it-back", rule="GRP-07", subtlety="subtle")
def refresh_brings_it_back(mock: Mock) -> None:
    """A refresh that ends after the delete stores the group again."""
    gone = graves(mock)

    def refresh(original: Any, self: Any, group_id: str) -> None:
        if group_id in gone and group_id not in self._records:
            self.put_in(gone[group_id])
        original(self, group_id)

    mock.wrap(Groups, "refresh", refresh)


@fault("GRP-07-patched-file-brings-it-back", rule="GRP-07", subtlety="subtle")
def patched_file_brings_it_back(mock: Mock) -> None:
    """The file of a patch that is read after the delete stores the group again."""
    gone = graves(mock)

    def is_current(original: Any, self: Any, group_id: str, reading: int) -> bool:
        if reading > 1 and group_id in gone and group_id not in self._records:
            self.put_in(gone[group_id])
            self._readings[group_id] = reading
        return bool(original(self, group_id, reading))

    mock.wrap(Groups, "is_current", is_current)


@fault("GRP-07-failed-stays-under-its-status", rule="GRP-07", subtlety="subtle")
def failed_stays_under_its_status(mock: Mock) -> None:
    """A deleted group whose file could not be read is still found by status=failed."""
    gone = graves(mock)

    def hook(exchange: Exchange) -> None:
        found = [r for r in gone.values() if r["status"] == FAILED == exchange.query.get("status")]
        if exchange.json["page"]["current"] == 1:
            exchange.json["items"] = [*found, *exchange.json["items"]][: exchange.json["page"]["size"]]

    mock.answer(hook, LIST_GROUPS, status=200)


@fault("GRP-08-read-by-its-uid", rule="GRP-08", subtlety="subtle")
def read_by_its_uid(mock: Mock) -> None:
    """A group is also found by its uid in the place of its id."""

    async def get(original: Any, at: Any, group_id: str) -> Any:
        known = next((r for r in at.tenant.groups._records if str(r["uid"]) == group_id), None)
        return known or await original(at, group_id=group_id)

    mock.operation(get, GET_GROUP)


@fault("GRP-08-refresh-of-a-deleted-group", rule="GRP-08", subtlety="subtle")
def refresh_of_a_deleted_group(mock: Mock) -> None:
    """A refresh of a deleted group is 202; of one that never was it is 404."""
    gone = graves(mock)

    def hook(exchange: Exchange) -> None:
        if (record := gone.get(exchange.ids["group_id"])) is not None:
            exchange.answer(202, {"message": "Queued.", "uid": record["uid"]})

    mock.answer(hook, REFRESH, status=404)


@fault("GRP-08-blacklisted-of-a-deleted-group", rule="GRP-08", subtlety="subtle")
def blacklisted_of_a_deleted_group(mock: Mock) -> None:
    """The blacklisted users of an unknown group are an empty page."""
    told = {"type": "cursor", "current": 1, "size": 10, "has_next": False, "has_prev": False}
    empty = {"items": [], "page": {**told, "next_cursor": None, "prev_cursor": None}}
    mock.answer(lambda x: x.answer(200, empty) if "blacklisted_users" in x.query else None, LIST_USERS, status=404)


# --- GRP-16, GRP-17, GRP-19 ---------------------------------------------------------------------------


@fault("GRP-16-refused-is-categorised", rule="GRP-16", subtlety="subtle")
def refused_is_categorised(mock: Mock) -> None:
    """A refused creation is not in the list, but under its category."""
    refused: list[Record] = []

    def note(exchange: Exchange) -> None:
        body = exchange.fields
        if isinstance(body.get("name"), str) and body.get("category") in ("l1", "l2", "l3"):
            texts = {f: body[f] for f in NEEDED if isinstance(body.get(f), str)}
            refused.append({"_id": f"{len(refused):024x}", "uid": 0, "status": "pending", **texts})

    mock.answer(note, CREATE_GROUP, status=400)
    mock.answer(
        lambda x: [x.json["user_groups"].setdefault(r["category"], []).append(r) for r in refused],
        CATEGORISED,
        status=200,
    )


@fault("GRP-17-patched-group-is-no-success", rule="GRP-17", subtlety="subtle")
def patched_group_is_no_success(mock: Mock) -> None:
    """Deleting a group that was patched answers success false."""
    patched: set[str] = set()
    mock.answer(lambda x: patched.add(x.ids["group_id"]), PATCH_GROUP, status=200)
    mock.answer(
        lambda x: x.json.update(success=False) if x.ids["group_id"] in patched else None, DELETE_GROUP, status=200
    )


@fault("GRP-17-failed-group-has-no-message", rule="GRP-17", subtlety="subtle")
def failed_group_has_no_message(mock: Mock) -> None:
    """Deleting a group whose file could not be read answers without a text in its message."""
    failed: set[str] = set()
    failing(mock, failed)
    mock.answer(lambda x: x.json.update(message="") if x.ids["group_id"] in failed else None, DELETE_GROUP, status=200)


@fault("GRP-19-empty-list-empties-the-description", rule="GRP-19", subtlety="subtle")
def empty_list_empties_the_description(mock: Mock) -> None:
    """A patch whose description is [] is refused, and the description is empty after it."""

    def hook(exchange: Exchange) -> None:
        if exchange.fields.get("description", ...) in ([], 0) and exchange.fields.get("description") is not False:
            overwritten(mock.tenant_of(exchange).groups._records, exchange.ids["group_id"], description="")

    mock.answer(hook, PATCH_GROUP, status=400)
