"""Things of a check's own for the ids in a path, made when they are first asked for."""

from collections.abc import Callable, Mapping
from typing import Any

from audience_conformance.checks.prerequisites import SETS_VALUE, WRITE_PERMISSION
from audience_conformance.checks.protocol.requests.call import is_read, template
from audience_conformance.client.api import DEFINITIONS, GROUPS, Api, JsonObject, csv_url, value_path
from audience_conformance.results.finding import Skip

VALUES: dict[str, list[Any]] = {
    "string": ["teal", "", " ", "žluťoučký 漢字 🦊", "0", "null", 'a "quoted"\n\\ text'],
    "number": [0, -1, 1.5, 1250, 2**53, 1e21, -0.25],
    "boolean": [False, True],
    "date": ["2024-02-29"],
    "datetime": ["2024-05-01T09:30:00.000Z"],
    "list": [[], ["a", "žluť", ""]],
    "object": [{}, {"a": {"b": [1, None, False]}, "ü": ""}],
}
"""Values that fit a definition's type, the plainest first."""


class Resources:
    """The definitions, groups and users of one check; those that only read share one each.

    A target that may not be written to is read at ids from its lists, or from the run's options.
    """

    def __init__(self, api: Api) -> None:
        self.api = api
        self._definitions: dict[str, JsonObject] = {}
        self._group: JsonObject | None = None
        self._user = api.fresh("u")

    @property
    def user_id(self) -> str:
        """A user of the check's own."""
        return self._user

    def definition(self, type_: str = "string") -> JsonObject:
        """A definition of this type."""
        if type_ not in self._definitions:
            self._definitions[type_] = self.api.definition(type_)
        return self._definitions[type_]

    def group(self) -> JsonObject:
        """A group of two users."""
        if self._group is None:
            self._group = self.api.group([self._user, self.api.fresh("u")])
        return self._group

    def value(self, user_id: str | None = None, type_: str = "string") -> dict[str, str]:
        """The ids of a value that a user holds: this one, or the check's own."""
        ids = {"definition_id": str(self.definition(type_)["_id"]), "user_id": user_id or self._user}
        path = value_path(**ids)
        answer = self.api.put(path, {"attribute": {"value": VALUES[type_][0]}})
        if not answer.ok:
            raise Skip(f"{SETS_VALUE} (PUT answered {str(answer)[:200]})")
        return ids

    def ids(self, operation_id: str) -> Mapping[str, str]:
        """Ids that exist for the operation; of something new each time where the operation deletes it."""
        if not self.api.options.writes and is_read(operation_id):
            return self._found(operation_id)
        special: dict[str, Callable[[], Mapping[str, str]]] = {
            "deleteUserAttributeDefinitionById": lambda: {"definition_id": self.api.definition()["_id"]},
            "deleteUserGroup": lambda: {"group_id": self.api.group()["_id"]},
            "deleteUserAttribute": lambda: self.value(self.api.fresh("u")),
            "getUserAttributeById": self.value,
            "getUserAttributesForUser": lambda: {"user_id": self._user},
            "updateUserAttribute": lambda: {"definition_id": self.definition()["_id"], "user_id": self._user},
        }
        if operation_id in special:
            return special[operation_id]()
        needs = template(operation_id)
        if "{definition_id}" in needs:
            return {"definition_id": self.definition("number")["_id"]}
        return {"group_id": self.group()["_id"]} if "{group_id}" in needs else {}

    def unknown(self, operation_id: str) -> dict[str, str]:
        """Ids that nothing has, of the operation's path."""
        names = ("definition_id", "group_id", "user_id")
        return {name: self.api.fresh("none") for name in names if f"{{{name}}}" in template(operation_id)}

    def _found(self, operation_id: str) -> Mapping[str, str]:
        """Ids to read at that the target has."""
        needs = template(operation_id)
        if operation_id == "getUserAttributeById":
            raise Skip(WRITE_PERMISSION)
        if "{definition_id}" in needs:
            return {"definition_id": self._listed(DEFINITIONS, "an attribute definition to read")}
        if "{group_id}" in needs:
            known = self.api.options.group_id
            return {"group_id": known or self._listed(GROUPS, "a user group to read (--group-id)")}
        return {"user_id": self._user} if "{user_id}" in needs else {}

    def _listed(self, path: str, what: str) -> str:
        for item in listed(self.api, path):
            return str(item["_id"])
        raise Skip(what)


def listed(api: Api, path: str, **query: Any) -> list[JsonObject]:
    """The first items of a list that have an id, for reading only: they may be anybody's."""
    found = api.get(path, **query).json
    items = found.get("items") if isinstance(found, dict) else None
    return [
        item
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, dict) and isinstance(item.get("_id"), str)
    ]


def has_ids(operation_id: str) -> bool:
    """Can the operation be asked for something that does not exist; any user may be asked for."""
    return "{definition_id}" in template(operation_id) or "{group_id}" in template(operation_id)


def own_file(api: Api) -> str:
    """A file of one user of the run's own."""
    return csv_url([api.fresh("u")])
