"""The plain model of what a sequence of writes leaves, and its comparison with what is read."""

from http import HTTPStatus
from typing import Any

from audience_conformance.checks.assertions import field, list_all, record
from audience_conformance.checks.attributes.values import equal_value
from audience_conformance.client.api import Api, JsonObject, definition_path, group_path, user_path
from audience_conformance.client.target import Answer
from audience_conformance.results.finding import equal, expect, show

USERS = 3


class Write:
    """The write that came last: what it was, and the rules that own what it must not have done."""

    def __init__(self, what: str, definitions: str, values: str, groups: str, on: str = "") -> None:
        self.what = what
        self.rules = {"definition": definitions, "value": values, "group": groups}
        self.on = on


class Model:
    """Definitions, groups and values as they must be read, and the paths of what is deleted with the rule for that."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.users = [api.fresh("u") for _ in range(USERS)]
        self.definitions: dict[str, JsonObject] = {}
        self.values: dict[tuple[str, str], Any] = {}
        self.groups: dict[str, JsonObject] = {}
        self.gone: dict[str, str] = {}

    def forget(self, one: str) -> None:
        """A definition is no longer known, nor are its values."""
        del self.definitions[one]
        self.values = {key: value for key, value in self.values.items() if key[1] != one}

    def look(self, last: Write) -> None:
        """Read all that the machine made and compare it with the model."""
        for kind, path, known in (
            ("definition", definition_path, self.definitions),
            ("group", group_path, self.groups),
        ):
            for one, wanted in known.items():
                self._compare(kind, self.api.get(path(one)), wanted, last)
        for path_gone, owner in self.gone.items():
            answer = self.api.get(path_gone)
            expect(answer.status == HTTPStatus.NOT_FOUND, "404 to what is deleted", str(answer), rule=owner)
        for user_id in self.users:
            self._compare_values(user_id, last)

    def _compare(self, kind: str, answer: Answer, wanted: JsonObject, last: Write) -> None:
        owner = last.rules[kind]
        expect(answer.ok, f"the {kind} to be there after {last.what}", str(answer), rule=owner)
        found = record(answer)
        for name, value in wanted.items():
            expected = f"{name} of the {kind} to be {show(value)} after {last.what}"
            expect(equal(found.get(name), value), expected, found, rule=owner)

    def _compare_values(self, user_id: str, last: Write) -> None:
        """The list of a user; values whose definition is deleted are DEF-17's, which is a SHOULD."""
        wanted = {one: value for (user, one), value in self.values.items() if user == user_id}
        entries = list_all(self.api, user_path(user_id))
        found = {field(entry, "user_attribute_definition_id"): entry for entry in entries}
        live = [entry for entry in entries if entry["user_attribute_definition_id"] in self.definitions]
        for one, value in wanted.items():
            owner = last.rules["value"]
            entry = found.get(one)
            expect(entry is not None, f"a value in the list after {last.what}", entries, rule=owner)
            held = field(entry, "attribute", "value")
            expect(equal_value(held, value), f"the value {show(value)} after {last.what}", held, rule=owner)
        extra = [entry for entry in live if entry["user_attribute_definition_id"] not in wanted]
        owner = "ATT-07" if last.what == "the delete of a value" else "ATT-06"
        expect(not extra, f"no other value in the list after {last.what}", extra, rule=owner)
        expect(len(live) == len(wanted), "one attribute for each definition", live, rule="ATT-04")
