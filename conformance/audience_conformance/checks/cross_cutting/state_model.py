"""The model of what a sequence of writes leaves, and its comparison with the target."""

from http import HTTPStatus
from typing import Any

from audience_conformance.checks.assertions import expect_status, field, has_fields, list_all, record
from audience_conformance.checks.attributes.values import equal_value
from audience_conformance.client.api import Api, JsonObject, definition_path, group_path, user_path
from audience_conformance.results.finding import expect, show

USERS = 3


class Model:
    """The expected definitions, groups and values, and the paths of deleted resources with the rule that owns each."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.users = [api.unique("u") for _ in range(USERS)]
        self.definitions: dict[str, JsonObject] = {}
        self.values: dict[tuple[str, str], Any] = {}
        self.groups: dict[str, JsonObject] = {}
        self.deleted: dict[str, str] = {}

    def forget(self, definition_id: str) -> None:
        """Remove a definition and its values."""
        del self.definitions[definition_id]
        self.values = {key: value for key, value in self.values.items() if key[1] != definition_id}

    def compare(self, write: str, definition_rule: str, value_rule: str = "", group_rule: str = "") -> None:
        """Read all resources of the model after a write; a finding is of the rule for its kind of resource.

        Values and groups without their own rule have that of definitions.
        """
        for kind, rule, path_of, resources in (
            ("definition", definition_rule, definition_path, self.definitions),
            ("group", group_rule or definition_rule, group_path, self.groups),
        ):
            for resource_id, expected in resources.items():
                answer = self.api.get(path_of(resource_id))
                expect(answer.ok, f"the {kind} to exist after {write}", str(answer), rule=rule)
                has_fields(record(answer), expected, f"the {kind} after {write}", rule=rule)
        for path, rule in self.deleted.items():
            expect_status(self.api.get(path), HTTPStatus.NOT_FOUND, "the read of a deleted resource", rule=rule)
        for user_id in self.users:
            self._compare_values(user_id, write, value_rule or definition_rule)

    def _compare_values(self, user_id: str, write: str, rule: str) -> None:
        """Compare the list of a user; values whose definition is deleted are left to DEF-17, which is a SHOULD."""
        expected = {definition_id: value for (user, definition_id), value in self.values.items() if user == user_id}
        entries = list_all(self.api, user_path(user_id))
        by_definition = {field(entry, "user_attribute_definition_id"): entry for entry in entries}
        for definition_id, value in expected.items():
            entry = by_definition.get(definition_id)
            expect(entry is not None, f"a value in the list after {write}", entries, rule=rule)
            stored = field(entry, "attribute", "value")
            expect(equal_value(stored, value), f"the value {show(value)} after {write}", stored, rule=rule)
        known = [entry for entry in entries if entry["user_attribute_definition_id"] in self.definitions]
        extra = [entry for entry in known if entry["user_attribute_definition_id"] not in expected]
        extra_rule = "ATT-07" if write == "the delete of a value" else "ATT-06"
        expect(not extra, f"no other value in the list after {write}", extra, rule=extra_rule)
        expect(len(known) == len(expected), "one attribute for each definition", known, rule="ATT-04")
