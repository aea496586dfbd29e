"""The views of the API, compared with the model after every write.

Every write is followed by a look at all definitions, groups and values in their lists, and at one more view: each
filter, near misses, users of a group by number and by cursor, counts, the other application, what was deleted.
"""

import itertools
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from audience_conformance.checks.assertions import (
    expect_status,
    field,
    has_fields,
    item_total,
    items,
    largest_page,
    only,
    record,
)
from audience_conformance.checks.attributes.values import equal_value
from audience_conformance.checks.cross_cutting.state_model import Model, Write
from audience_conformance.checks.group_users.cursor_walk import forward, visited
from audience_conformance.checks.groups.helpers import COMPLETED, categorised, settled, user_count
from audience_conformance.client.api import (
    DEFINITIONS,
    GROUPS,
    Api,
    JsonObject,
    definition_path,
    group_path,
    user_path,
    users_path,
)
from audience_conformance.results.finding import expect, same, show

RECENT = 3
"""Deleted resources that are looked at again."""
OWNERS = {DEFINITIONS: {"created_at": "DEF-06"}, GROUPS: {"created_at": "GRP-06", "__v": "GRP-26"}}
"""The rules of fields that have their own."""


class Views:
    """Compares the target with a model.

    Args:
        api: of the check.
        model: what the target must show.
    """

    def __init__(self, api: Api, model: Model) -> None:
        self.api = api
        self.model = model
        self._turns, self._picks = itertools.count(), itertools.count()
        self._finds_by_name: dict[str, bool] = {}
        self._after = ""
        self._trouble_before = api.target.trouble.times.total()

    def compare(self, write: Write) -> None:
        """Compare all that the write could change, and could not."""
        self._after = f"after {write.name}"
        self._compare_list(DEFINITIONS, self.model.definitions, definition_path, write.definitions, write.place)
        self._compare_list(GROUPS, self.model.groups, group_path, write.groups, write.place)
        for user_id in self.model.users:
            self._compare_values(user_id, write)
        views = self._other_views()
        if views:
            views[next(self._turns) % len(views)]()

    # --- lists --------------------------------------------------------------------------------------------

    def _compare_list(
        self, path: str, own: dict[str, JsonObject], path_of: Callable[[str], str], rule: str, place: str
    ) -> None:
        """Compare a list under the mark in the names; where the target's filter does not work, each resource by id."""
        if own and path not in self._finds_by_name:
            self._finds_by_name[path] = {one.get("_id") for one in self._named(path)} == own.keys()
        if not self._finds_by_name.get(path, False):
            for resource_id, expected in own.items():
                self._compare_resource(path_of(resource_id), expected, rule, path)
            return
        answer = self.api.get(path, name=self.model.mark, page_size=largest_page(self.api))
        listed = {one["_id"]: one for one in items(answer) if one.get("_id") not in self.model.given_up}
        absent = [one for one in own if one not in listed]
        expect(not absent, f"all of ours in the list {self._after}", f"without {show(absent)}", rule=rule)
        extra = [one for one in listed if one not in own]
        expect(not extra, f"no others of ours in the list {self._after}", [listed[one] for one in extra], rule=rule)
        for resource_id, expected in own.items():
            self._has_fields(listed[resource_id], expected, rule, path)
        expect([*listed] == [*own], f"the order {show([*own])} {self._after}", [*listed], rule=place)
        if not self.model.given_up:
            same(item_total(answer), len(own), f"item_total {self._after}", rule="PAG-07")

    def _named(self, path: str, **query: Any) -> list[JsonObject]:
        """The items of ours under more filters."""
        query = {"name": self.model.mark, "page_size": largest_page(self.api), **query}
        return [one for one in items(self.api.get(path, **query)) if one.get("_id") not in self.model.given_up]

    def _compare_resource(self, path: str, expected: JsonObject, rule: str, kind: str) -> None:
        answer = self.api.get(path)
        expect(answer.ok, f"the resource to exist {self._after}", str(answer), rule=rule)
        self._has_fields(record(answer), expected, rule, kind)

    def _has_fields(self, actual: JsonObject, expected: JsonObject, rule: str, kind: str) -> None:
        known = only(expected, [name for name in expected if name in actual])
        if self.api.target.trouble.times.total() > self._trouble_before:
            known.pop("__v", None)  # a patch whose answer was lost is sent again, and may count twice
        for name, owner in OWNERS[kind].items():
            if name in known:
                same(actual[name], known.pop(name), f"{name} {self._after}", rule=owner)
        has_fields(actual, known, f"the resource {self._after}", rule=rule)

    def _compare_values(self, user_id: str, write: Write) -> None:
        """Compare the list of a user; values whose definition is deleted are left to DEF-17."""
        expected = self.model.values_of(user_id)
        listed = items(self.api.get(user_path(user_id), page_size=largest_page(self.api)))
        known = [one for one in listed if self._is_known(user_id, field(one, "user_attribute_definition_id"))]
        by_definition = {one["user_attribute_definition_id"]: one for one in known}
        for definition_id, value in expected.items():
            entry = by_definition.get(definition_id)
            expect(entry is not None, f"a value in the list {self._after}", listed, rule=write.values)
            stored = field(entry, "attribute", "value")
            expect(equal_value(stored, value), f"the value {show(value)} {self._after}", stored, rule=write.values)
        extra = [one for one in known if one["user_attribute_definition_id"] not in expected]
        extra_rule = "ATT-07" if write.name == "the delete of a value" else "ATT-06"
        expect(not extra, f"no other value in the list {self._after}", extra, rule=extra_rule)
        expect(len(known) == len(expected), "one attribute for each definition", known, rule="ATT-04")
        order = f"the values of {show([*expected])} in this order {self._after}"
        expect([*by_definition] == [*expected], order, [*by_definition], rule="PAG-10")

    def _is_known(self, user_id: str, definition_id: Any) -> bool:
        return definition_id in self.model.definitions and (user_id, definition_id) not in self.model.doubtful

    # --- other views --------------------------------------------------------------------------------------

    def _other_views(self) -> list[Callable[[], None]]:
        """The views that show something now."""
        model = self.model
        views: list[Callable[[], None]] = [self._deleted] if model.deleted else []
        if self._finds_by_name.get(DEFINITIONS) and model.definitions:
            views += [self._by_type, self._by_slug, self._by_editable, self._near_miss, self._one_by_id]
        if self._finds_by_name.get(GROUPS) and model.groups:
            views += [self._by_category, self._by_uid, self._categorised, self._users, self._users_by_cursor]
        if model.values:
            views.append(self._values_by_type)
        if views and self.api.options.other_application_id:
            views.append(self._other_application)
        return views

    def _pick(self, resources: Iterable[str]) -> str:
        """One of them, another one in each turn."""
        chosen = [*resources]
        return chosen[next(self._picks) % len(chosen)]

    def _are(self, path: str, expected: list[str], rule: str, **query: Any) -> None:
        found = [one["_id"] for one in self._named(path, **query)]
        expect(found == expected, f"{show(expected)} in the list under {show(query)} {self._after}", found, rule=rule)

    def _deleted(self) -> None:
        for path, rule in [*self.model.deleted.items()][-RECENT:]:
            expect_status(self.api.get(path), HTTPStatus.NOT_FOUND, "the read of a deleted resource", rule=rule)

    def _by_type(self) -> None:
        type_ = self.model.definitions[self._pick(self.model.definitions)]["type"]
        self._are(DEFINITIONS, self.model.definitions_with(type=type_), "DEF-10", type=type_)

    def _by_slug(self) -> None:
        definition_id = self._pick(self.model.definitions)
        self._are(DEFINITIONS, [definition_id], "DEF-09", slug=self.model.definitions[definition_id]["slug"])

    def _by_editable(self) -> None:
        if all("customer_editable" in one for one in self.model.definitions.values()):
            expected = self.model.definitions_with(customer_editable=True)
            self._are(DEFINITIONS, expected, "DEF-11", customer_editable=True)

    def _near_miss(self) -> None:
        twice = self.model.mark * 2
        self._are(DEFINITIONS, [], "DEF-12", name=twice)
        self._are(GROUPS, [], "GRP-11", name=twice)

    def _one_by_id(self) -> None:
        definition_id = self._pick(self.model.definitions)
        self._compare_resource(
            definition_path(definition_id), self.model.definitions[definition_id], "DEF-05", DEFINITIONS
        )

    def _by_category(self) -> None:
        category = self.model.groups[self._pick(self.model.groups)]["category"]
        self._are(GROUPS, self.model.groups_with(category=category), "GRP-09", category=category)

    def _by_uid(self) -> None:
        group_id = self._pick(self.model.groups)
        uid = self.model.groups[group_id].get("uid")
        if isinstance(uid, int):
            self._are(GROUPS, [group_id], "GRP-10", group_uid=uid)

    def _categorised(self) -> None:
        known = {*self.model.groups}
        for category, groups in categorised(self.api).items():
            found = [one["_id"] for one in groups if one.get("_id") in known]
            expected = self.model.groups_with(category=category)
            expect(
                found == expected, f"{show(expected)} in the category {category} {self._after}", found, rule="GRP-15"
            )

    def _users(self) -> None:
        group_id = self._pick(self.model.groups)
        if (group := settled(self.api, {"_id": group_id})).get("status") == COMPLETED:
            members = self.model.members[group_id]
            listed = items(self.api.get(users_path(group_id), page_size=largest_page(self.api)))
            found = [one.get("user_id") for one in listed]
            expect(found == members, f"the users {show(members)} of the group {self._after}", found, rule="GRP-25")
            same(user_count(group), len(members), f"total_users.count {self._after}", rule="GRP-27")

    def _users_by_cursor(self) -> None:
        group_id = self._pick(self.model.groups)
        if settled(self.api, {"_id": group_id}).get("status") == COMPLETED:
            found = visited(forward(self.api, group_id, 1))
            same(found, self.model.members[group_id], f"the users by cursor {self._after}", rule="MEM-01")

    def _values_by_type(self) -> None:
        user_id, definition_id = [*self.model.values][next(self._picks) % len(self.model.values)]
        type_ = self.model.definitions[definition_id]["type"]
        listed = items(self.api.get(user_path(user_id), type=type_, page_size=largest_page(self.api)))
        found = [field(one, "user_attribute_definition_id") for one in listed]
        known = [one for one in found if self._is_known(user_id, one)]
        expected = [*self.model.values_of(user_id, type_)]
        expect(
            known == expected,
            f"the values of {show(expected)} with the type {type_} {self._after}",
            known,
            rule="ATT-12",
        )

    def _other_application(self) -> None:
        for path in (DEFINITIONS, GROUPS):
            answer = self.api.get(path, tenant=self.api.other_tenant, name=self.model.mark)
            expect(not items(answer), "nothing of ours in another application", str(answer), rule="TEN-01")
        answer = self.api.get(user_path(self._pick(self.model.users)), tenant=self.api.other_tenant)
        expect(not items(answer), "no value of our users in another application", str(answer), rule="TEN-01")
