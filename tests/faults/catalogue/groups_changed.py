"""Faults of GRP-04 to GRP-06 and GRP-19: groups patched."""

from datetime import datetime, timedelta
from typing import Any

from tests.faults.helpers import overwritten
from tests.faults.patching import (
    LIST_GROUPS,
    PATCH_GROUP,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault

from audience_mock.operations import groups as operations
from audience_mock.store.groups import Groups
from audience_mock.store.world import timestamp


def after_patch(mock: Mock, change: Any) -> None:
    """`change(old, new, body)` is written over what a patch has written, and answered."""

    def patch(original: Any, self: Any, group_id: str, body: Record) -> Any:
        old = self._records.get(group_id)
        new = original(self, group_id, body)
        if new is not old:
            new = {**new, **change(old, new, body)}
            self._records.replace(new)
        return new

    mock.wrap(Groups, "patch", patch)


# --- GRP-04 -------------------------------------------------------------------------------------------


@fault("GRP-04-patch-is-not-stored", rule="GRP-04", subtlety="obvious")
def patch_is_not_stored(mock: Mock) -> None:
    """A patch is answered and not stored."""

    def patch(original: Any, self: Any, group_id: str, body: Record) -> Any:
        old = self._records.get(group_id)
        new = original(self, group_id, body)
        self._records.replace(old)
        return new

    mock.wrap(Groups, "patch", patch)


@fault("GRP-04-description-is-not-patched", rule="GRP-04", subtlety="plausible")
def description_is_not_patched(mock: Mock) -> None:
    """A patch leaves the description."""
    after_patch(mock, lambda old, new, body: {"description": old["description"]})


@fault("GRP-04-file-url-is-not-patched", rule="GRP-04", subtlety="subtle")
def file_url_is_not_patched(mock: Mock) -> None:
    """A patch reads the new file, but file_url still shows the old one."""
    first: dict[str, str] = {}
    after_patch(mock, lambda old, new, body: first.setdefault(old["_id"], old["file_url"]) and {})
    mock.records("group", lambda record: record.update(file_url=first.get(record["_id"], record["file_url"])))


@fault("GRP-04-one-field-at-a-time", rule="GRP-04", subtlety="subtle")
def one_field_at_a_time(mock: Mock) -> None:
    """A patch that names name and description changes the name only."""
    after_patch(mock, lambda old, new, body: {"description": old["description"]} if "name" in body else {})


@fault("GRP-04-list-shows-the-old-name", rule="GRP-04", subtlety="subtle")
def list_shows_the_old_name(mock: Mock) -> None:
    """The list shows the name that a group was created with."""
    first: dict[str, str] = {}
    after_patch(mock, lambda old, new, body: first.setdefault(old["_id"], old["name"]) and {})
    mock.records("group", lambda record: record.update(name=first.get(record["_id"], record["name"])), LIST_GROUPS)


# --- GRP-05 -------------------------------------------------------------------------------------------


@fault("GRP-05-description-is-reset", rule="GRP-05", subtlety="obvious")
def description_is_reset(mock: Mock) -> None:
    """A patch without description empties it."""
    after_patch(mock, lambda old, new, body: {"description": body.get("description", "")})


@fault("GRP-05-file-url-is-reset", rule="GRP-05", subtlety="plausible")
def file_url_is_reset(mock: Mock) -> None:
    """A patch without file_url forgets it."""
    after_patch(mock, lambda old, new, body: {"file_url": body.get("file_url", "data:text/csv,user_id")})


@fault("GRP-05-category-is-reset", rule="GRP-05", subtlety="subtle")
def category_is_reset(mock: Mock) -> None:
    """A patch puts the group in category l1."""
    after_patch(mock, lambda old, new, body: {"category": "l1"})


@fault("GRP-05-status-is-reset", rule="GRP-05", subtlety="subtle")
def status_is_reset(mock: Mock) -> None:
    """A patch of the name alone makes the group pending, for good."""
    after_patch(mock, lambda old, new, body: {} if "file_url" in body else {"status": "pending"})


@fault("GRP-05-inactive-after-a-patch", rule="GRP-05", subtlety="subtle")
def inactive_after_a_patch(mock: Mock) -> None:
    """A patch makes is_active false."""
    after_patch(mock, lambda old, new, body: {"is_active": False})


@fault("GRP-05-new-file-renames-description", rule="GRP-05", subtlety="subtle")
def new_description_is_the_name(mock: Mock) -> None:
    """A patch with a file_url alone sets the description to the name."""
    after_patch(mock, lambda old, new, body: {"description": new["name"]} if list(body) == ["file_url"] else {})


@fault("GRP-05-patch-resets-the-count", rule="GRP-05", subtlety="subtle")
def patch_resets_the_count(mock: Mock) -> None:
    """A patch of the name sets total_users back to 0."""
    after_patch(
        mock,
        lambda old, new, body: {"total_users": {"count": 0, "refreshed_at": None}} if "file_url" not in body else {},
    )


# --- GRP-06 -------------------------------------------------------------------------------------------


@fault("GRP-06-modified-at-stays", rule="GRP-06", subtlety="obvious")
def modified_at_stays(mock: Mock) -> None:
    """A patch leaves modified_at."""
    after_patch(mock, lambda old, new, body: {"modified_at": old["modified_at"]})


@fault("GRP-06-created-at-is-touched", rule="GRP-06", subtlety="plausible")
def created_at_is_touched(mock: Mock) -> None:
    """A patch sets created_at too."""
    after_patch(mock, lambda old, new, body: {"created_at": new["modified_at"]})


@fault("GRP-06-modified-at-goes-back", rule="GRP-06", subtlety="plausible")
def modified_at_goes_back(mock: Mock) -> None:
    """A patch writes the local time as if it were UTC: an hour back."""

    def change(old: Record, new: Record, body: Record) -> Record:
        return {"modified_at": timestamp(datetime.fromisoformat(new["modified_at"]) - timedelta(hours=1))}

    after_patch(mock, change)


@fault("GRP-06-description-does-not-move-it", rule="GRP-06", subtlety="subtle")
def description_does_not_move_it(mock: Mock) -> None:
    """A patch of the description alone leaves modified_at."""
    after_patch(
        mock, lambda old, new, body: {"modified_at": old["modified_at"]} if list(body) == ["description"] else {}
    )


# --- GRP-19 -------------------------------------------------------------------------------------------


@fault("GRP-19-written-then-refused", rule="GRP-19", subtlety="plausible")
def written_then_refused(mock: Mock) -> None:
    """Fields are written as they are validated: of a body with a wrong file_url, the rest stays."""

    def hook(exchange: Exchange) -> None:
        body, collection = exchange.fields, mock.tenant_of(exchange).groups._records
        changes = {f: body[f] for f in ("name", "description") if isinstance(body.get(f), str) and body[f]}
        if changes and exchange.ids["group_id"] in collection:
            overwritten(collection, exchange.ids["group_id"], **changes)

    mock.answer(hook, PATCH_GROUP, status=400)


@fault("GRP-19-refused-counts-as-a-change", rule="GRP-19", subtlety="subtle")
def refused_counts_as_a_change(mock: Mock) -> None:
    """A refused patch moves modified_at."""

    def hook(exchange: Exchange) -> None:
        collection = mock.tenant_of(exchange).groups._records
        if (group_id := exchange.ids["group_id"]) in collection:
            old = collection.get(group_id)
            overwritten(collection, group_id, modified_at=mock.backend.world.now(old["modified_at"]))

    mock.answer(hook, PATCH_GROUP, status=400)


@fault("GRP-19-file-is-read-though-refused", rule="GRP-19", subtlety="subtle")
def file_is_read_though_refused(mock: Mock) -> None:
    """A patch whose name is wrong is refused, but its file becomes the group's."""

    def hook(exchange: Exchange) -> None:
        url, tenant = exchange.fields.get("file_url"), mock.tenant_of(exchange)
        if (
            isinstance(url, str)
            and url.startswith("data:text/csv,")
            and exchange.ids["group_id"] in tenant.groups._records
        ):
            record = tenant.groups.patch(exchange.ids["group_id"], {"file_url": url})
            operations._read_file(mock.backend.context(tenant), record)

    mock.answer(hook, PATCH_GROUP, status=400)
