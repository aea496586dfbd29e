"""Faults of GRP-07, GRP-08 and GRP-17: groups deleted, and those that never were."""

from typing import Any

from tests.faults.patching import (
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

from audience_mock import errors
from audience_mock.store.groups import Groups


def graves(mock: Mock) -> dict[str, Record]:
    """The groups that are deleted from now on."""
    found: dict[str, Record] = {}

    def delete(original: Any, self: Any, group_id: str) -> None:
        record = self._records.get(group_id)
        original(self, group_id)
        found[group_id] = record

    mock.wrap(Groups, "delete", delete)
    return found


# --- GRP-07 -------------------------------------------------------------------------------------------


@fault("GRP-07-delete-does-nothing", rule="GRP-07", subtlety="obvious")
def delete_does_nothing(mock: Mock) -> None:
    """A delete is answered and nothing is deleted."""
    mock.wrap(Groups, "delete", lambda delete, self, group_id: self.get(group_id) and None)


@fault("GRP-07-hidden-by-id-only", rule="GRP-07", subtlety="plausible")
def hidden_by_id_only(mock: Mock) -> None:
    """A deleted group is 404 by its id and stays in the list."""
    gone: set[str] = set()

    def delete(original: Any, self: Any, group_id: str) -> None:
        self.get(group_id)
        gone.add(group_id)

    def get(original: Any, self: Any, group_id: str) -> Any:
        if group_id in gone:
            raise errors.unknown_group(group_id)
        return original(self, group_id)

    mock.wrap(Groups, "delete", delete)
    mock.wrap(Groups, "get", get)


@fault("GRP-07-hidden-in-the-list-only", rule="GRP-07", subtlety="plausible")
def hidden_in_the_list_only(mock: Mock) -> None:
    """A deleted group is not listed and still found by its id."""
    gone = graves(mock)

    async def get(original: Any, at: Any, group_id: str) -> Any:
        return gone.get(group_id) or await original(at, group_id=group_id)

    mock.operation(get, GET_GROUP)


@fault("GRP-07-still-under-its-name", rule="GRP-07", subtlety="subtle")
def still_under_its_name(mock: Mock) -> None:
    """A deleted group is still found by the name filter."""
    gone = graves(mock)

    def hook(exchange: Exchange) -> None:
        part, page = exchange.query.get("name"), exchange.json["page"]
        found = [r for r in gone.values() if part is not None and part.casefold() in r["name"].casefold()]
        if found and not page["has_next"]:
            exchange.json["items"] += found[: page["size"] - len(exchange.json["items"])]
            page["item_total"] += len(found)

    mock.answer(hook, LIST_GROUPS, status=200)


# --- GRP-08 -------------------------------------------------------------------------------------------


@fault("GRP-08-unknown-is-400", rule="GRP-08", subtlety="obvious")
def unknown_is_400(mock: Mock) -> None:
    """An unknown group is 400 to read."""
    mock.answer(lambda x: x.refuse(400), GET_GROUP, status=404)


@fault("GRP-08-users-of-unknown-are-none", rule="GRP-08", subtlety="plausible")
def users_of_unknown_are_none(mock: Mock) -> None:
    """The users of an unknown group are an empty page."""
    page = {"type": "cursor", "current": 1, "has_next": False, "has_prev": False}
    page |= {"next_cursor": None, "prev_cursor": None}
    mock.answer(
        lambda x: x.answer(200, {"items": [], "page": {**page, "size": int(x.query.get("page_size", 10))}}),
        LIST_USERS,
        status=404,
    )


@fault("GRP-08-refresh-of-unknown-is-202", rule="GRP-08", subtlety="plausible")
def refresh_of_unknown_is_202(mock: Mock) -> None:
    """A refresh of an unknown group is 202: the job will find out."""
    mock.answer(lambda x: x.answer(202, {"message": "Queued.", "uid": 0}), REFRESH, status=404)


@fault("GRP-08-patch-of-unknown-is-200", rule="GRP-08", subtlety="plausible")
def patch_of_unknown_is_200(mock: Mock) -> None:
    """A patch of an unknown group is 200."""
    record = {"_id": "-", "uid": 0, "name": "-", "category": "l1", "status": "pending"}
    mock.answer(lambda x: x.answer(200, {**record, **x.fields}), PATCH_GROUP, status=404)


@fault("GRP-08-delete-of-unknown-is-200", rule="GRP-08", subtlety="subtle")
def delete_of_unknown_is_200(mock: Mock) -> None:
    """Deleting a group that never was is 200; a second delete is 404."""
    gone = graves(mock)

    def hook(exchange: Exchange) -> None:
        if exchange.ids["group_id"] not in gone:
            exchange.answer(200, {"success": True, "message": "Deleted."})

    mock.answer(hook, DELETE_GROUP, status=404)


@fault("GRP-08-users-of-a-deleted-group", rule="GRP-08", subtlety="subtle")
def users_of_a_deleted_group(mock: Mock) -> None:
    """A deleted group still lists its users."""
    kept: dict[str, Any] = {}

    def delete(original: Any, self: Any, group_id: str) -> None:
        members = self._members.get(group_id)
        original(self, group_id)
        kept[group_id] = members

    mock.wrap(Groups, "delete", delete)
    mock.wrap(Groups, "members", lambda members, self, group_id: kept.get(group_id) or members(self, group_id))


# --- GRP-17 -------------------------------------------------------------------------------------------


@fault("GRP-17-success-is-false", rule="GRP-17", subtlety="obvious")
def success_is_false(mock: Mock) -> None:
    """A delete answers success false."""
    mock.answer(lambda x: x.json.update(success=False), DELETE_GROUP, status=200)


@fault("GRP-17-second-delete-is-200", rule="GRP-17", subtlety="plausible")
def second_delete_is_200(mock: Mock) -> None:
    """A second delete is 200."""
    gone = graves(mock)

    def hook(exchange: Exchange) -> None:
        if exchange.ids["group_id"] in gone:
            exchange.answer(200, {"success": True, "message": "Deleted."})

    mock.answer(hook, DELETE_GROUP, status=404)


@fault("GRP-17-message-is-empty", rule="GRP-17", subtlety="subtle")
def message_is_empty(mock: Mock) -> None:
    """A delete answers with an empty message."""
    mock.answer(lambda x: x.json.update(message=""), DELETE_GROUP, status=200)
