"""More faults of GRP: groups created and patched."""

import re
from typing import Any

from tests.faults.catalogue.groups_changed import after_patch
from tests.faults.helpers import changed, overwritten, relist, stored
from tests.faults.patching import (
    CATEGORISED,
    DELETE_GROUP,
    LIST_GROUPS,
    Mock,
    Record,
)
from tests.faults.registry import fault

from audience_mock.store.groups import COMPLETED, FAILED, Groups
from audience_mock.store.members import Members

# --- GRP-01 to GRP-03 ---------------------------------------------------------------------------------


@fault("GRP-01-host-in-small-letters", rule="GRP-01", subtlety="subtle")
def host_in_small_letters(mock: Mock) -> None:
    """The file_url is normalised: its host in small letters, without the usual port."""

    def change(body: Record) -> Record:
        found = re.match(r"(https?://)([^/]*)(.*)", body["file_url"])
        url = found[1] + found[2].lower().removesuffix(":80") + found[3] if found else body["file_url"]
        return changed(body, file_url=url)

    stored(mock, Groups, change)


@fault("GRP-01-line-breaks-become-one", rule="GRP-01", subtlety="subtle")
def line_breaks_become_one(mock: Mock) -> None:
    """Line breaks in texts are stored in the Unix way."""
    stored(mock, Groups, lambda body: changed(body, description=body["description"].replace("\r\n", "\n")))


@fault("GRP-01-numbers-lose-their-zeros", rule="GRP-01", subtlety="subtle")
def numbers_lose_their_zeros(mock: Mock) -> None:
    """A name that is a number is stored as one: 007 is 7."""
    stored(mock, Groups, lambda b: changed(b, name=str(int(b["name"])) if b["name"].isdecimal() else b["name"]))


@fault("GRP-01-refresh-forgets-the-description", rule="GRP-01", subtlety="subtle")
def refresh_forgets_the_description(mock: Mock) -> None:
    """A refresh writes the group's name over its description."""

    def refresh(original: Any, self: Any, group_id: str) -> None:
        original(self, group_id)
        if group_id in self._records:
            overwritten(self._records, group_id, description=self.get(group_id)["name"])

    mock.wrap(Groups, "refresh", refresh)


@fault("GRP-02-same-name-once", rule="GRP-02", subtlety="subtle")
def same_name_once(mock: Mock) -> None:
    """Of groups with the same name the list shows the first."""

    def first(at: Any, record: Record) -> bool:
        records = at.tenant.groups._records
        return bool(next(one["_id"] for one in records if one["name"] == record["name"]) == record["_id"])

    relist(mock, first, LIST_GROUPS)


@fault("GRP-02-empty-is-not-listed", rule="GRP-02", subtlety="subtle")
def empty_is_not_listed(mock: Mock) -> None:
    """A group whose file names nobody is not in the list once that has been read."""
    relist(mock, lambda _, r: r["status"] != COMPLETED or r["total_users"]["count"] > 0, LIST_GROUPS)


@fault("GRP-02-delete-takes-namesakes", rule="GRP-02", subtlety="subtle")
def delete_takes_namesakes(mock: Mock) -> None:
    """Deleting a group takes all groups of its name off the list."""
    names: set[str] = set()
    mock.request(
        lambda x: names.update(
            r["name"] for r in mock.tenant_of(x).groups._records if r["_id"] == x.ids.get("group_id")
        ),
        DELETE_GROUP,
    )
    relist(mock, lambda _, record: record["name"] not in names, LIST_GROUPS)


@fault("GRP-03-uids-begin-again", rule="GRP-03", subtlety="subtle")
def uids_begin_again(mock: Mock) -> None:
    """The counter of uids is in memory: since the server started it begins at 1 again, whatever is stored."""
    for tenant in mock.tenants():
        tenant.groups._last_uid = 0


@fault("GRP-03-patch-turns-the-counter-back", rule="GRP-03", subtlety="subtle")
def patch_turns_the_counter_back(mock: Mock) -> None:
    """A patch sets the counter of uids to that of the patched group's predecessor."""

    def patch(original: Any, self: Any, group_id: str, body: Record) -> Any:
        new = original(self, group_id, body)
        self._last_uid = new["uid"] - 1
        return new

    mock.wrap(Groups, "patch", patch)


# --- GRP-04 to GRP-06 ---------------------------------------------------------------------------------


@fault("GRP-04-name-of-another-is-ignored", rule="GRP-04", subtlety="subtle")
def name_of_another_is_ignored(mock: Mock) -> None:
    """A patch to a name that another group has leaves the name, and is 200."""

    def patch(original: Any, self: Any, group_id: str, body: Record) -> Any:
        taken = {record["name"] for record in self._records if record["_id"] != group_id}
        kept = {field: value for field, value in body.items() if field != "name" or value not in taken}
        return original(self, group_id, kept)

    mock.wrap(Groups, "patch", patch)


@fault("GRP-04-categorised-shows-the-old-name", rule="GRP-04", subtlety="subtle")
def categorised_shows_the_old_name(mock: Mock) -> None:
    """The categorised list shows the name that a group was created with."""
    first: dict[str, str] = {}
    after_patch(mock, lambda old, new, body: first.setdefault(old["_id"], old["name"]) and {})
    mock.records("group", lambda record: record.update(name=first.get(record["_id"], record["name"])), CATEGORISED)


@fault("GRP-04-failed-group-keeps-its-texts", rule="GRP-04", subtlety="subtle")
def failed_group_keeps_its_texts(mock: Mock) -> None:
    """A patch leaves the description of a group whose file could not be read."""
    after_patch(mock, lambda old, new, body: {"description": old["description"]} if old["status"] == FAILED else {})


@fault("GRP-04-other-capitals-are-no-change", rule="GRP-04", subtlety="subtle")
def other_capitals_are_no_change(mock: Mock) -> None:
    """A patch to a name that differs in capitals only leaves the name."""
    after_patch(mock, lambda old, new, b: {"name": old["name"]} if new["name"].lower() == old["name"].lower() else {})


@fault("GRP-04-web-files-lose-their-query", rule="GRP-04", subtlety="subtle")
def web_files_lose_their_query(mock: Mock) -> None:
    """A patch cuts the query off a file_url of a web server."""
    after_patch(
        mock,
        lambda old, new, body: (
            {"file_url": new["file_url"].partition("?")[0]} if body.get("file_url", "").startswith("http") else {}
        ),
    )


@fault("GRP-05-namesakes-are-patched", rule="GRP-05", subtlety="subtle")
def namesakes_are_patched(mock: Mock) -> None:
    """A patch of the description changes all groups of the same name."""

    def patch(original: Any, self: Any, group_id: str, body: Record) -> Any:
        name = self.get(group_id)["name"]
        new = original(self, group_id, body)
        for other in list(self._records):
            if other["name"] == name and other["_id"] != group_id and "description" in body:
                self._records.replace({**other, "description": body["description"]})
        return new

    mock.wrap(Groups, "patch", patch)


@fault("GRP-05-ten-users-stay", rule="GRP-05", subtlety="subtle")
def ten_users_stay(mock: Mock) -> None:
    """A patch of the name keeps the first ten users."""

    def change(original: Any, self: Any, group_id: str, body: Record) -> Any:
        new = original(self, group_id, body)
        if "name" in body and "file_url" not in body:
            places = dict(list(self._members[group_id]._places.items())[:10])
            self._members[group_id] = Members(places, self._directory)
        return new

    mock.wrap(Groups, "patch", change)


@fault("GRP-05-list-forgets-the-description", rule="GRP-05", subtlety="subtle")
def list_forgets_the_description(mock: Mock) -> None:
    """After a patch that does not name it, the description is empty in the list."""
    gone: set[str] = set()

    def note(old: Record, new: Record, body: Record) -> Record:
        if "description" not in body:
            gone.add(old["_id"])
        return {}

    after_patch(mock, note)
    mock.records("group", lambda r: r.update(description="") if r["_id"] in gone else None, LIST_GROUPS)


@fault("GRP-06-two-fields-leave-it", rule="GRP-06", subtlety="subtle")
def two_fields_leave_it(mock: Mock) -> None:
    """A patch of two fields leaves modified_at."""
    after_patch(mock, lambda old, new, body: {"modified_at": old["modified_at"]} if len(body) == 2 else {})


@fault("GRP-06-list-shows-the-old-time", rule="GRP-06", subtlety="subtle")
def list_shows_the_old_time(mock: Mock) -> None:
    """The list shows as modified_at when a group was created."""
    mock.records("group", lambda record: record.update(modified_at=record["created_at"]), LIST_GROUPS)


@fault("GRP-06-patch-of-nothing-moves-it", rule="GRP-06", subtlety="subtle")
def patch_of_nothing_moves_it(mock: Mock) -> None:
    """A patch that names nothing moves modified_at."""

    def patch(original: Any, self: Any, group_id: str, body: Record) -> Any:
        new = original(self, group_id, body)
        if not body:
            new = {**new, "modified_at": self._ground.now(new["modified_at"])}
            self._records.replace(new)
        return new

    mock.wrap(Groups, "patch", patch)
