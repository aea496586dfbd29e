"""User groups (documents: Audience, operations 11 to 20)."""

from collections.abc import Iterator
from typing import Any

from audience_mock import errors
from audience_mock.contract.document import TenantName
from audience_mock.store.collection import AnyOf, Collection, Filter, Filters, Part, Record, exactly
from audience_mock.store.definitions import IdSource
from audience_mock.store.members import Members
from audience_mock.store.table import Table
from audience_mock.store.users import Directory

CATEGORIES = {"l1": "Level 1", "l2": "Level 2", "l3": "Level 3"}
"""The closed set of category keys, and the names that the category list shows for them."""
FILTERS: dict[str, Filter] = {
    "status": exactly("status"),
    "type": exactly("type"),
    "name": Part(lambda group: str(group["name"])),
    "group_uid": AnyOf(lambda group: (str(group["uid"]),), lambda argument: (argument,)),
    "tags": AnyOf(lambda group: group["tags"], lambda argument: filter(None, map(str.strip, argument.split(",")))),
    "category": exactly("category"),
}
CREATED_WITH = ("name", "description", "category", "file_url")
PATCHABLE = ("name", "description", "file_url")
PENDING, COMPLETED, FAILED = "pending", "completed", "failed"


class Groups:
    """The groups of one tenant.

    A group's status goes from `pending` to `completed` or `failed` when its file has been read, and back to
    `pending` when a patch names a file; nothing else moves it. `__v` counts the patches that changed it.
    """

    def __init__(self, tenant: TenantName, source: IdSource, directory: Directory) -> None:
        self._tenant = tenant
        self._source = source
        self._directory = directory
        self._records = Collection(FILTERS, errors.unknown_group)
        self._members: Table[str, Members] = Table()
        self._last_uid = 0
        self._readings: Table[str, int] = Table()
        self._being_read: set[str] = set()

    def fork(self, source: IdSource, directory: Directory) -> "Groups":
        """The same groups going their own way."""
        other = Groups(self._tenant, source, directory)
        other._records = self._records.fork()
        other._members, other._readings = self._members.fork(), self._readings.fork()
        other._being_read = set(self._being_read)
        other._last_uid = self._last_uid
        return other

    @property
    def writes(self) -> int:
        """How often something was written."""
        return self._records.writes

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records)

    def get(self, group_id: str) -> Record:
        """The group. Raises Refusal 404."""
        return self._records.get(group_id)

    def page(self, filters: Filters, page_no: int, page_size: int) -> tuple[list[Record], int]:
        """One page of those that `filters` keep, and the number of all that they keep."""
        return self._records.page(filters, page_no, page_size)

    def search(self, filters: Filters) -> Iterator[None]:
        """Do what `page` would have to do before its answer, a piece at a time."""
        return self._records.search(filters)

    def tags(self) -> list[str]:
        """Every distinct tag on a group, sorted."""
        return self._records.values("tags")

    def categories(self, key: str | None = None) -> list[Record]:
        """All categories, or the one with this key, with the number of groups in each."""
        return [
            {"key": k, "name": name, "total_groups": self._records.count("category", k)}
            for k, name in CATEGORIES.items()
            if key is None or k == key
        ]

    def categorised(self) -> dict[str, list[Record]]:
        """Every group under the key of its category."""
        found: dict[str, list[Record]] = {key: [] for key in CATEGORIES}
        for group in self._records:
            found.setdefault(group["category"], []).append(group)
        return found

    def create(self, body: Record) -> Record:
        """A new group, pending: its file is still to be read."""
        now = self._source.now()
        return self.put_in(
            {
                "_id": self._source.new_id(),
                "uid": self.next_uid(),
                **{field: body[field] for field in CREATED_WITH},
                "application_id": self._tenant.application_id,
                "type": "file",
                "status": PENDING,
                "tags": [],
                "total_users": {"count": 0, "refreshed_at": None},
                "created_at": now,
                "modified_at": now,
                "is_active": True,
                "__v": 0,
            }
        )

    def next_uid(self) -> int:
        """The uid that the next group gets; one of a deleted group is not given again."""
        return self._last_uid + 1

    def put_in(self, record: Record, user_ids: list[str] | None = None) -> Record:
        """Add a whole record, with the users of its file where that has been read."""
        self._records.add(record)
        self._last_uid = max(self._last_uid, record["uid"])
        places = {user_id: place for place, user_id in enumerate(dict.fromkeys(user_ids or ()))}
        self._members[record["_id"]] = Members(places, self._directory)
        self._readings[record["_id"]] = 0
        return record

    def patch(self, group_id: str, body: Record) -> Record:
        """Change the fields that `body` names and leave the rest; a body that names none changes nothing.

        Raises:
            Refusal: 404.
        """
        old = self.get(group_id)
        changes = {field: body[field] for field in PATCHABLE if field in body}
        if not changes:
            return old
        if "file_url" in changes:
            changes["status"] = PENDING
        new = {**old, **changes, "modified_at": self._source.now(old["modified_at"]), "__v": old["__v"] + 1}
        self._records.replace(new)
        return new

    def delete(self, group_id: str) -> None:
        """Remove the group and its list of users. Raises Refusal 404."""
        self._records.remove(group_id)
        del self._members[group_id], self._readings[group_id]
        self._being_read.discard(group_id)

    def know_from(self, directory: Directory) -> None:
        """Look users up in another directory from now on."""
        self._directory = directory

    def members(self, group_id: str) -> Members:
        """The users of a group. Raises Refusal 404."""
        self.get(group_id)
        members = self._members[group_id]
        known = members.known_from(self._directory)
        if known is not members:
            self._members[group_id] = known
        return known

    def refresh(self, group_id: str) -> None:
        """Count the group's users anew; a group that is gone by now is left alone."""
        if group_id in self._records:
            self._counted(self.get(group_id))

    def begin_reading(self, group_id: str) -> int:
        """Note that a file of this group is being read; only the newest reading will count."""
        self._readings[group_id] += 1
        self._being_read.add(group_id)
        return self._readings[group_id]

    def is_being_read(self, group: Record) -> bool:
        """Is a file of this group still to be read; one that a seed calls pending is not."""
        return group["_id"] in self._being_read

    def being_read(self) -> list[Record]:
        """The groups whose file is still to be read, oldest first."""
        return sorted(map(self.get, self._being_read), key=lambda group: int(group["uid"]))

    def is_current(self, group_id: str, reading: int) -> bool:
        return self._readings.get(group_id) == reading

    def complete(self, group_id: str, members: Members) -> None:
        """The file has been read: these are the group's users now."""
        group = self.get(group_id)
        self._being_read.discard(group_id)
        self._members[group_id] = members
        self._counted(group, status=COMPLETED)

    def fail(self, group_id: str) -> None:
        """The file could not be read: the users stay as they were."""
        self._being_read.discard(group_id)
        self._records.replace({**self.get(group_id), "status": FAILED})

    def _counted(self, group: Record, **changes: Any) -> None:
        total = {"count": len(self._members[group["_id"]]), "refreshed_at": self._source.now()}
        self._records.replace({**group, **changes, "total_users": total})
