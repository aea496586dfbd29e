"""The resources that requests use: their ids are the path parameters."""

from typing import Any

from audience_conformance.checks.prerequisites import SETS_VALUE, WRITE_PERMISSION
from audience_conformance.checks.protocol.requests import spec
from audience_conformance.client.api import DEFINITIONS, GROUPS, Api, JsonObject, value_path
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
"""Values that are valid for each type of definition, the plainest first."""
UNREADABLE_FILE = "data:text/csv,nobody%0A1"
"""A file_url of a CSV file without a user_id column: the group fails."""


class Resources:
    """Definitions, groups and users of one check, created at first use."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.user_id = api.unique("u")
        self._definitions: dict[str, JsonObject] = {}
        self._group: JsonObject | None = None

    def definition(self, type_: str = "string") -> JsonObject:
        """The definition of this type."""
        if type_ not in self._definitions:
            self._definitions[type_] = self.api.definition(type_)
        return self._definitions[type_]

    def group(self) -> JsonObject:
        """The group, of two users."""
        if self._group is None:
            self._group = self.api.group([self.user_id, self.api.unique("u")])
        return self._group

    def value(self, user_id: str | None = None, type_: str = "string") -> dict[str, str]:
        """Set a value of a user (default: `user_id`); give its path parameters."""
        ids = {"definition_id": str(self.definition(type_)["_id"]), "user_id": user_id or self.user_id}
        answer = self.api.put(value_path(**ids), {"attribute": {"value": VALUES[type_][0]}})
        if not answer.ok:
            raise Skip(f"{SETS_VALUE} (PUT answered {str(answer)[:200]})")
        return ids

    def ids(self, operation_id: str) -> dict[str, str]:
        """Path parameters of an existing resource; of a new one for each call of a DELETE operation.

        Without write permission a GET operation gets ids from the target's lists or from the run's options.
        """
        if self.api.options.writes or not spec.is_read(operation_id):
            return self._created_ids(operation_id)
        return self._found_ids(operation_id)

    def _created_ids(self, operation_id: str) -> dict[str, str]:
        new = spec.method(operation_id) == "DELETE"
        match spec.path_parameters(operation_id):
            case ["group_id"]:
                return {"group_id": (self.api.group() if new else self.group())["_id"]}
            case ["definition_id"]:
                return {"definition_id": (self.api.definition() if new else self.definition("number"))["_id"]}
            case ["user_id"]:
                return {"user_id": self.user_id}
            case ["definition_id", "user_id"] if spec.method(operation_id) == "PUT":
                return {"definition_id": self.definition()["_id"], "user_id": self.user_id}
            case ["definition_id", "user_id"]:
                return self.value(self.api.unique("u") if new else None)
        return {}

    def _found_ids(self, operation_id: str) -> dict[str, str]:
        match spec.path_parameters(operation_id):
            case ["group_id"]:
                return {
                    "group_id": self.api.options.group_id or self._first_id(GROUPS, "a user group to read (--group-id)")
                }
            case ["definition_id"]:
                return {"definition_id": self._first_id(DEFINITIONS, "an attribute definition to read")}
            case ["user_id"]:
                return {"user_id": self.user_id}
            case ["definition_id", "user_id"]:
                raise Skip(WRITE_PERMISSION)
        return {}

    def _first_id(self, path: str, what: str) -> str:
        for item in first_page(self.api, path):
            return str(item["_id"])
        raise Skip(what)

    def unknown(self, operation_id: str) -> dict[str, str]:
        """Path parameters that nothing has."""
        return {name: self.api.unique("none") for name in spec.path_parameters(operation_id)}


def first_page(api: Api, path: str, **query: Any) -> list[JsonObject]:
    """The items with an _id on a list's first page; others may own them, so they are only read."""
    body = api.get(path, **query).json
    items = body.get("items") if isinstance(body, dict) else None
    return [
        item
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, dict) and isinstance(item.get("_id"), str)
    ]
