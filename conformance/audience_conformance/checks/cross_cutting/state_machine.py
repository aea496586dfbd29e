"""A state machine that sends random writes, and compares the target with a model after each."""

import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from hypothesis import seed
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from audience_conformance.checks.assertions import expect_status, field, has_fields, items, record, succeeded
from audience_conformance.checks.attributes.put_and_read import GENERATED
from audience_conformance.checks.attributes.values import FITS, MISFITS, equal_value
from audience_conformance.checks.cross_cutting.state_model import USERS, Model
from audience_conformance.checks.definitions.create import TEXTS, TYPES, definition_body
from audience_conformance.checks.definitions.update import BAD, CHANGES
from audience_conformance.checks.limits import fit
from audience_conformance.checks.registry import check
from audience_conformance.client.api import (
    DEFINITIONS,
    GROUPS,
    PREFIX,
    Api,
    JsonObject,
    csv_url,
    definition_path,
    group_path,
    value_path,
)
from audience_conformance.client.exchange import Answer
from audience_conformance.client.shrinking import Shrinker
from audience_conformance.results.finding import expect, fail, show

MOST = 4
"""Definitions, and groups, that exist at once: all of them are read after every write."""
GROUP_NAMES = TEXTS.map(lambda text: f"{PREFIX}{text}"[:255])
"""A group that is left behind is recognized by its name: it has no slug."""
GROUP_CHANGES = st.fixed_dictionaries({}, optional={"name": GROUP_NAMES, "description": TEXTS})
BAD_GROUP_CHANGES: tuple[JsonObject, ...] = ({"name": ""}, {"description": 1}, {"file_url": "no url"}, {"name": None})
NTH = st.integers(0, 11)
CREATION_RULES = ("DEF-01", "ATT-01", "GRP-01")
RULES = (
    *("DEF-04", "DEF-01", "DEF-05", "DEF-07", "DEF-08", "DEF-16", "DEF-19", "DEF-20", "ATT-01", "ATT-04", "ATT-06"),
    *("ATT-07", "ATT-08", "ATT-09", "ATT-10", "ATT-11", "ATT-13", "GRP-01", "GRP-04", "GRP-05", "GRP-07", "GRP-08"),
    *("GRP-16", "GRP-17", "GRP-19"),
)


def step(**strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Any]:
    """A rule of the machine, whose failure the shrinker notes."""

    def decorate(write: Callable[..., None]) -> Any:
        @functools.wraps(write)
        def watched(self: "Machine", **arguments: Any) -> None:
            with self.shrinker.watching():
                write(self, **arguments)

        decorated: Any = rule  # its overloads do not accept a dictionary of strategies
        return decorated(**strategies)(watched)

    return decorate


class Machine(RuleBasedStateMachine):
    """Writes to its own definitions, values and groups; after each write all of them are read."""

    def __init__(self, api: Api, shrinker: Shrinker) -> None:
        super().__init__()
        shrinker.begin()
        self.api = api
        self.shrinker = shrinker
        self.model = Model(api)

    @precondition(lambda self: len(self.model.definitions) < MOST)
    @step(type_=st.sampled_from(TYPES), name=TEXTS, description=TEXTS)
    def create_definition(self, type_: str, name: str, description: str) -> None:
        sent = definition_body(self.api, type_, name=name, description=description)
        definition_id = _created_id(self.api.post(DEFINITIONS, sent), "DEF-01")
        expect(definition_id not in self.model.definitions, "a new _id", definition_id, rule="DEF-03")
        self.model.definitions[definition_id] = sent
        self.model.compare("a creation", *CREATION_RULES)

    @step(field_=st.sampled_from(["name", "slug", "description", "type"]), bad=st.sampled_from([None, 1, ""]))
    def refuse_definition(self, field_: str, bad: Any) -> None:
        valid = definition_body(self.api)
        if _is_rejected(self.api.post(DEFINITIONS, {**valid, field_: bad})):
            stored = [] if field_ == "slug" else items(self.api.get(DEFINITIONS, slug=valid["slug"]))
            expect(not stored, "nothing of a rejected creation", stored, rule="DEF-16")
            self.model.compare("a rejected creation", "DEF-16")

    @precondition(lambda self: self.model.definitions)
    @step(nth=NTH, changes=CHANGES)
    def update_definition(self, nth: int, changes: JsonObject) -> None:
        definition_id = _nth(self.model.definitions, nth)
        if any(valued == definition_id for _, valued in self.model.values):  # its values restrict its type
            changes = {name: value for name, value in changes.items() if name != "type"}
        changes = fit(self.api, changes)
        self._change(self.api.put, definition_path(definition_id), changes, "an update", "DEF-04")
        self.model.definitions[definition_id] |= changes
        self.model.compare("an update", "DEF-05", "ATT-01")

    @precondition(lambda self: self.model.definitions)
    @step(nth=NTH, bad=st.sampled_from(BAD), good=CHANGES)
    def refuse_update(self, nth: int, bad: JsonObject, good: JsonObject) -> None:
        definition_id = _nth(self.model.definitions, nth)
        if _is_rejected(self.api.put(definition_path(definition_id), {**good, **bad})):
            self.model.compare("a rejected update", "DEF-20")
        else:
            self.model.forget(definition_id)

    @precondition(lambda self: self.model.definitions)
    @step(nth=NTH)
    def delete_definition(self, nth: int) -> None:
        definition_id = _nth(self.model.definitions, nth)
        self._delete_twice(definition_path(definition_id), "DEF-07", "DEF-19")
        self.model.forget(definition_id)
        self.model.deleted[definition_path(definition_id)] = "DEF-07"
        self.model.compare("the delete of a definition", "DEF-07")

    @precondition(lambda self: self.model.definitions)
    @step(nth=NTH, user=st.integers(0, USERS - 1), sample=NTH, data=st.data(), generated=st.booleans())
    def put_value(self, nth: int, user: int, sample: int, data: st.DataObject, generated: bool) -> None:
        definition_id, user_id = _nth(self.model.definitions, nth), self.model.users[user]
        type_ = self.model.definitions[definition_id]["type"]
        value = data.draw(GENERATED[type_]) if generated else FITS[type_][sample % len(FITS[type_])]
        path = value_path(definition_id, user_id)
        answer = succeeded(self.api.put(path, {"attribute": {"value": value}}), "a put to succeed", rule="ATT-13")
        actual = field(answer, "attribute", "value")
        expect(equal_value(actual, value), f"the value {show(value)}", actual, rule="ATT-01")
        replaces = (user_id, definition_id) in self.model.values
        self.model.values[user_id, definition_id] = value
        answer = self.api.get(path)
        stored = field(answer, "attribute", "value") if answer.ok else str(answer)
        read_rule = "ATT-04" if replaces else "ATT-01"
        expect(equal_value(stored, value), f"the value {show(value)}", stored, rule=read_rule)
        self.model.compare("a put", *CREATION_RULES)

    @precondition(lambda self: self.model.definitions)
    @step(nth=NTH, user=st.integers(0, USERS - 1), sample=NTH, misfit=st.booleans())
    def refuse_value(self, nth: int, user: int, sample: int, misfit: bool) -> None:
        definition_id, user_id = _nth(self.model.definitions, nth), self.model.users[user]
        misfits = MISFITS[self.model.definitions[definition_id]["type"]]
        body = {"attribute": {"value": misfits[sample % len(misfits)]}} if misfit else {"attribute": {}}
        if _is_rejected(self.api.put(value_path(definition_id, user_id), body)):
            self.model.compare("a rejected put", "ATT-10" if misfit else "ATT-11")
        else:  # accepting it is a finding of ATT-10 or ATT-11, not of this check
            self.api.delete(value_path(definition_id, user_id))
            self.model.values.pop((user_id, definition_id), None)

    @precondition(lambda self: self.model.values)
    @step(nth=NTH)
    def delete_value(self, nth: int) -> None:
        user_id, definition_id = _nth(self.model.values, nth)
        answer = self.api.delete(value_path(definition_id, user_id))
        succeeded(answer, "the delete of a value to succeed", rule="ATT-07")
        del self.model.values[user_id, definition_id]
        self.model.compare("the delete of a value", "ATT-08")

    @precondition(lambda self: len(self.model.groups) < MOST)
    @step(name=GROUP_NAMES, description=TEXTS, category=st.sampled_from(["l1", "l2", "l3"]))
    def create_group(self, name: str, description: str, category: str) -> None:
        body = {"name": name, "description": description, "category": category, "file_url": csv_url(self.model.users)}
        sent = fit(self.api, body, GROUPS)
        group_id = _created_id(self.api.post(GROUPS, sent), "GRP-01")
        expect(group_id not in self.model.groups, "a new _id", group_id, rule="GRP-03")
        self.model.groups[group_id] = sent
        self.model.compare("a creation", *CREATION_RULES)

    @precondition(lambda self: self.model.groups)
    @step(nth=NTH, changes=GROUP_CHANGES)
    def patch_group(self, nth: int, changes: JsonObject) -> None:
        group_id, changes = _nth(self.model.groups, nth), fit(self.api, changes, GROUPS)
        self._change(self.api.patch, group_path(group_id), changes, "a patch", "GRP-04")
        self.model.groups[group_id] |= changes
        self.model.compare("a patch", "GRP-05")

    @precondition(lambda self: self.model.groups)
    @step(nth=NTH, bad=st.sampled_from(BAD_GROUP_CHANGES), good=GROUP_CHANGES)
    def refuse_patch(self, nth: int, bad: JsonObject, good: JsonObject) -> None:
        group_id = _nth(self.model.groups, nth)
        if _is_rejected(self.api.patch(group_path(group_id), {**good, **bad})):
            self.model.compare("a rejected patch", "GRP-19")
        else:
            del self.model.groups[group_id]

    @precondition(lambda self: self.model.groups)
    @step(nth=NTH)
    def delete_group(self, nth: int) -> None:
        group_id = _nth(self.model.groups, nth)
        self._delete_twice(group_path(group_id), "GRP-17", "GRP-17")
        del self.model.groups[group_id]
        self.model.deleted[group_path(group_id)] = "GRP-07"
        self.model.compare("the delete of a group", "GRP-07")

    def _change(
        self, send: Callable[[str, JsonObject], Answer], path: str, changes: JsonObject, write: str, owner: str
    ) -> None:
        answer = succeeded(send(path, changes), f"{write} to succeed", rule=owner)
        has_fields(record(answer), changes, f"the response to {write}", rule=owner)
        has_fields(record(self.api.get(path)), changes, f"the resource after {write}", rule=owner)

    def _delete_twice(self, path: str, first_rule: str, second_rule: str) -> None:
        succeeded(self.api.delete(path), "a delete to succeed", rule=first_rule)
        expect_status(self.api.delete(path), HTTPStatus.NOT_FOUND, "a second delete", rule=second_rule)


def _nth(known: dict[Any, Any], nth: int) -> Any:
    return list(known)[nth % len(known)]


def _created_id(answer: Answer, owner: str) -> str:
    created_id = field(succeeded(answer, "a valid creation to succeed", rule=owner), "_id")
    if not isinstance(created_id, str):
        fail("_id to be a string", str(answer), rule="FMT-02")
    return created_id


def _is_rejected(answer: Answer) -> bool:
    expect(answer.status < HTTPStatus.INTERNAL_SERVER_ERROR, "no 5xx", str(answer), rule="FMT-04")
    return not answer.ok


@check(
    *RULES,
    on=(
        "createUserAttributeDefinition getUserAttributeDefinitionById updateUserAttributeDefinition"
        " deleteUserAttributeDefinitionById getUserAttributesForUser getUserAttributeById updateUserAttribute"
        " deleteUserAttribute createUserGroup getUserGroupById updateUserGroup deleteUserGroup"
    ),
    generates=True,
)
def any_sequence_of_writes_reads_as_the_model_says(api: Api) -> None:
    """Create, update, put, delete and send invalid writes, in random sequences; read all resources after each write.

    They are compared with a model: a write changes what it names, a rejected write changes nothing.
    """
    shrinker = api.shrinker()

    @seed(api.budget.seed)
    class Seeded(Machine):
        def __init__(self) -> None:
            super().__init__(api, shrinker)

    examples = max(api.budget.examples // 5, 2)
    settings = api.settings(examples, stateful_step_count=api.budget.steps)
    shrinker.run(lambda: run_state_machine_as_test(Seeded, settings=settings))
