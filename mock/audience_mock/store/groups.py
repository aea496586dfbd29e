"""User groups (documents: Audience, operations 11 to 20)."""

from typing import Any

from audience_mock import errors
from audience_mock.contract.document import TenantName
from audience_mock.store.collection import (
    LAST_NUMBER,
    Collection,
    Filter,
    Record,
    Resources,
    SubstringFilter,
    ValueFilter,
    equals,
)
from audience_mock.store.ids import IdSource
from audience_mock.store.members import Members, places_of
from audience_mock.store.table import Table
from audience_mock.store.users import UserDirectory

CATEGORIES = {"l1": "Level 1", "l2": "Level 2", "l3": "Level 3"}
"""The closed set of category keys, and their names in the category list."""
FILTERS: dict[str, Filter] = {
    "status": equals("status"),
    "type": equals("type"),
    "name": SubstringFilter(lambda group: str(group["name"])),
    "group_uid": ValueFilter(lambda group: (str(group["uid"]),), lambda argument: (argument,)),
    "tags": ValueFilter(
        lambda group: group["tags"], lambda argument: filter(None, map(str.strip, argument.split(",")))
    ),
    "category": equals("category"),
}
CREATED_WITH = ("name", "description", "category", "file_url")
PATCHABLE = ("name", "description", "file_url")
PENDING, COMPLETED, FAILED = "pending", "completed", "failed"


class Groups(Resources):
    """The groups of one tenant.

    A group's status goes from `pending` to `completed` or `failed` when its file has been read, and back to
    `pending` when a patch sends a file_url; nothing else changes it. `__v` counts the patches that changed the group.
    """

    def __init__(self, tenant: TenantName, source: IdSource, directory: UserDirectory) -> None:
        super().__init__(Collection(FILTERS, errors.unknown_group))
        self._tenant = tenant
        self._source = source
        self._directory = directory
        self._members: Table[str, Members] = Table()
        self._last_uid = 0
        self._refilled = 0  # after the last number: the uids up to this one are used again
        self._readings: Table[str, int] = Table()
        self._being_read: set[str] = set()

    def fork(self, source: IdSource, directory: UserDirectory) -> "Groups":
        """An independent copy."""
        other = Groups(self._tenant, source, directory)
        other._records = self._records.fork()
        other._members, other._readings = self._members.fork(), self._readings.fork()
        other._being_read = set(self._being_read)
        other._last_uid, other._refilled = self._last_uid, self._refilled
        return other

    def tags(self) -> list[str]:
        """Every distinct tag, sorted."""
        return self._records.values("tags")

    def categories(self, key: str | None = None) -> list[Record]:
        """All categories, or the one with this key, with the number of groups in each."""
        return [
            {"key": k, "name": name, "total_groups": self._records.count("category", k)}
            for k, name in CATEGORIES.items()
            if key is None or k == key
        ]

    def categorised(self) -> dict[str, list[Record]]:
        """All groups, by the key of their category."""
        found: dict[str, list[Record]] = {key: [] for key in CATEGORIES}
        for group in self._records:
            found.setdefault(group["category"], []).append(group)
        return found

    def create(self, body: Record) -> Record:
        """Create a pending group; its file is read later."""
        now = self._source.now()
        return self.insert(
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
        """The uid of the next group; uids of deleted groups are not reused, unless LAST_NUMBER has been given."""
        if self._last_uid < LAST_NUMBER:
            return self._last_uid + 1
        while self._records.count("group_uid", str(self._refilled + 1)):
            self._refilled += 1
        return self._refilled + 1

    def continue_uids(self, after: int) -> None:
        """Give no uid up to this one."""
        self._last_uid = max(self._last_uid, after)

    def insert(self, record: Record, user_ids: list[str] | None = None) -> Record:
        """Add a complete record, with the users of its file if it has been read."""
        self._records.add(record)
        self._last_uid = max(self._last_uid, record["uid"])
        self._members[record["_id"]] = Members(places_of(user_ids or ()), self._directory)
        self._readings[record["_id"]] = 0
        return record

    def patch(self, group_id: str, body: Record) -> Record:
        """Change the fields that `body` has; a body without any of them changes nothing. Raises Refusal 404."""
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
        """Delete the group and its list of users. Raises Refusal 404."""
        self._records.remove(group_id)
        del self._members[group_id], self._readings[group_id]
        self._being_read.discard(group_id)

    def use_directory(self, directory: UserDirectory) -> None:
        """Replace the directory of users' contacts."""
        self._directory = directory

    def members(self, group_id: str) -> Members:
        """The users of a group. Raises Refusal 404."""
        self.get(group_id)
        members = self._members[group_id]
        current = members.with_directory(self._directory)
        if current is not members:
            self._members[group_id] = current
        return current

    def refresh(self, group_id: str) -> None:
        """Update `total_users`; does nothing if the group has been deleted."""
        if group_id in self._records:
            self._recount(self.get(group_id))

    def begin_reading(self, group_id: str) -> int:
        """Start reading a file of this group; the result of any earlier reading is then ignored."""
        self._readings[group_id] += 1
        self._being_read.add(group_id)
        return self._readings[group_id]

    def is_being_read(self, group: Record) -> bool:
        """Is a file of this group being read. A group that is only pending in a seed has no file being read."""
        return group["_id"] in self._being_read

    def being_read(self) -> list[Record]:
        """The groups whose file is being read, oldest first."""
        return sorted(map(self.get, self._being_read), key=lambda group: int(group["uid"]))

    def is_current(self, group_id: str, reading: int) -> bool:
        """Is this the newest reading of the group."""
        return self._readings.get(group_id) == reading

    def complete(self, group_id: str, members: Members) -> None:
        """Replace the group's users with those of its file, which has been read."""
        group = self.get(group_id)
        self._being_read.discard(group_id)
        self._members[group_id] = members
        self._recount(group, status=COMPLETED)

    def fail(self, group_id: str) -> None:
        """Mark the group as failed: its file could not be read. Its users stay."""
        self._being_read.discard(group_id)
        self._records.replace({**self.get(group_id), "status": FAILED})

    def _recount(self, group: Record, **changes: Any) -> None:
        total = {"count": len(self._members[group["_id"]]), "refreshed_at": self._source.now()}
        self._records.replace({**group, **changes, "total_users": total})
