"""The model of what a sequence of writes leaves: what every view of it must show."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from audience_conformance.client.api import JsonObject

USERS = 3


class Write(NamedTuple):
    """A kind of write, and the rule that it breaks where it changes what it must not, or not what it must.

    Args:
        name: in a finding, as "an update".
        definitions, values, groups: the rule of each kind of resource.
        place: the rule of the order of lists.
    """

    name: str
    definitions: str
    values: str
    groups: str
    place: str = "PAG-10"


CREATION = Write("a creation", "DEF-01", "ATT-01", "GRP-01")
REFUSED_CREATION = Write("a rejected creation", "DEF-16", "DEF-16", "DEF-16")
UPDATE = Write("an update", "DEF-05", "ATT-01", "DEF-05", "DEF-22")
UPDATE_WITH_MORE = Write("an update with properties that it does not take", "DEF-21", "DEF-21", "DEF-21", "DEF-22")
REFUSED_UPDATE = Write("a rejected update", "DEF-20", "DEF-20", "DEF-20", "DEF-22")
DELETED_DEFINITION = Write("the delete of a definition", "DEF-07", "DEF-07", "DEF-07")
PUT = Write("a put", "DEF-01", "ATT-01", "GRP-01")
REFUSED_PUT = Write("a rejected put", "ATT-10", "ATT-10", "ATT-10")
PUT_WITHOUT_VALUE = Write("a rejected put", "ATT-11", "ATT-11", "ATT-11")
DELETED_VALUE = Write("the delete of a value", "ATT-08", "ATT-08", "ATT-08")
BULK_UPDATE = Write("a bulk update", "BLK-04", "BLK-04", "BLK-04")
REFUSED_BULK_UPDATE = Write("a rejected bulk update", "BLK-06", "BLK-06", "BLK-06")
PATCH = Write("a patch", "GRP-05", "ATT-17", "GRP-05", "GRP-24")
PATCH_WITH_MORE = Write("a patch with properties that it does not take", "GRP-23", "ATT-17", "GRP-23", "GRP-24")
REFUSED_PATCH = Write("a rejected patch", "GRP-19", "GRP-19", "GRP-19", "GRP-24")
REFRESH = Write("a refresh", "GRP-24", "ATT-17", "GRP-24", "GRP-24")
DELETED_GROUP = Write("the delete of a group", "GRP-07", "ATT-17", "GRP-07")


class Model:
    """The expected definitions, values, groups and users of groups, in the order of their creation.

    Args:
        mark: how the names of all its definitions and groups begin.
        users: who have values and are in groups.
    """

    def __init__(self, mark: str, users: list[str]) -> None:
        self.mark = mark
        self.users = users
        self.definitions: dict[str, JsonObject] = {}
        self.values: dict[tuple[str, str], Any] = {}
        """User and definition -> value."""
        self.groups: dict[str, JsonObject] = {}
        self.members: dict[str, list[str]] = {}
        """Group -> its users in the file's order."""
        self.deleted: dict[str, str] = {}
        """Path of what was deleted -> the rule that it stays so."""
        self.given_up: set[str] = set()
        """Definitions and groups that are there, but of which nothing is known any more."""
        self.doubtful: set[tuple[str, str]] = set()
        """Users and definitions of which it is not known whether there is a value, and which."""

    # --- writes -------------------------------------------------------------------------------------------

    def forget(self, definition_id: str) -> None:
        """Remove a definition and its values."""
        del self.definitions[definition_id]
        self.values = {key: value for key, value in self.values.items() if key[1] != definition_id}

    def give_up(self, resource_id: str) -> None:
        """Expect nothing any more of a definition or a group: the target took what it should refuse."""
        self.given_up.add(resource_id)
        if resource_id in self.definitions:
            self.forget(resource_id)
        else:
            del self.groups[resource_id], self.members[resource_id]

    def set_value(self, user_id: str, definition_id: str, value: Any) -> None:
        """Set a value; one that replaces another keeps its place."""
        self.values[user_id, definition_id] = value

    def doubt(self, user_ids: Iterable[str], definition_id: str) -> None:
        """Expect nothing any more of these users' values of a definition."""
        for user_id in user_ids:
            self.doubtful.add((user_id, definition_id))
            self.values.pop((user_id, definition_id), None)

    def patch(self, group_id: str, changes: JsonObject) -> None:
        """Patch a group; whether a patch with what is there already counts is not known."""
        group = self.groups[group_id]
        if isinstance(group.get("__v"), int):
            if all(group.get(name) == value for name, value in changes.items()):
                del group["__v"]
            else:
                group["__v"] += 1
        group |= changes

    # --- views --------------------------------------------------------------------------------------------

    def definitions_with(self, **fields: Any) -> list[str]:
        """The ids of the definitions with these values, in the order of the list."""
        return _with(self.definitions, fields)

    def groups_with(self, **fields: Any) -> list[str]:
        """The ids of the groups with these values, in the order of the list."""
        return _with(self.groups, fields)

    def values_of(self, user_id: str, type_: str | None = None) -> dict[str, Any]:
        """Definition -> value, of all or of those of a type, in the order of the user's list."""
        return {
            definition_id: value
            for (user, definition_id), value in self.values.items()
            if user == user_id and type_ in (None, self.definitions[definition_id]["type"])
        }


def _with(resources: dict[str, JsonObject], fields: JsonObject) -> list[str]:
    return [one for one, resource in resources.items() if all(resource.get(name) == fields[name] for name in fields)]
