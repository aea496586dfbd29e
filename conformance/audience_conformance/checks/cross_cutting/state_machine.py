"""All of it at once: a machine that writes at random, and a plain model of what must then be read."""

import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from hypothesis import seed
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from audience_conformance.checks.assertions import field, items, record
from audience_conformance.checks.attributes.put_and_read import GENERATED
from audience_conformance.checks.attributes.values import FITS, MISFITS, equal_value
from audience_conformance.checks.cross_cutting.state_model import USERS, Model, Write
from audience_conformance.checks.definitions.create import TEXTS, TYPES
from audience_conformance.checks.definitions.update import BAD, CHANGES
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
from audience_conformance.client.shrinking import Shrinker
from audience_conformance.client.target import Answer
from audience_conformance.results.finding import equal, expect, fail, show

MOST = 4
"""Definitions, and groups, that the machine holds at once: all of them are read after every write."""
GROUP_NAMES = TEXTS.map(lambda text: f"{PREFIX}{text}"[:255])
"""A group left behind is known by its name: it has no slug."""
GROUP_CHANGES = st.fixed_dictionaries({}, optional={"name": GROUP_NAMES, "description": TEXTS})
BAD_GROUP_CHANGES: tuple[JsonObject, ...] = ({"name": ""}, {"description": 1}, {"file_url": "no url"}, {"name": None})
NTH = st.integers(0, 11)
RULES = (
    *("DEF-04", "DEF-01", "DEF-05", "DEF-07", "DEF-08", "DEF-16", "DEF-19", "DEF-20", "ATT-01", "ATT-04", "ATT-06"),
    *("ATT-07", "ATT-08", "ATT-09", "ATT-10", "ATT-11", "ATT-13", "GRP-01", "GRP-04", "GRP-05", "GRP-07", "GRP-08"),
    *("GRP-16", "GRP-17", "GRP-19"),
)


def step(**strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Any]:
    """A rule of the machine (a write, and a look at everything), whose failure is noted."""

    def decorate(write: Callable[..., None]) -> Any:
        @functools.wraps(write)
        def watched(self: "Machine", **arguments: Any) -> None:
            with self.shrinker.watching():
                write(self, **arguments)

        decorated: Any = rule  # its overloads do not know a dictionary of strategies
        return decorated(**strategies)(watched)

    return decorate


class Machine(RuleBasedStateMachine):
    """Writes to definitions, values and groups of its own; after each write everything it made is read again."""

    def __init__(self, api: Api, shrinker: Shrinker) -> None:
        super().__init__()
        shrinker.begin()
        self.api = api
        self.shrinker = shrinker
        self.model = Model(api)

    # --- definitions ----------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.model.definitions) < MOST)
    @step(type_=st.sampled_from(TYPES), name=TEXTS, description=TEXTS)
    def create_definition(self, type_: str, name: str, description: str) -> None:
        sent = {"name": name, "slug": self.api.fresh("s"), "description": description, "type": type_}
        created = self._created(self.api.post(DEFINITIONS, sent), "DEF-01")
        expect(created not in self.model.definitions, "a new _id", created, rule="DEF-03")
        self.model.definitions[created] = sent
        self.model.look(Write("a creation", "DEF-01", "ATT-01", "GRP-01", created))

    @step(field_=st.sampled_from(["name", "slug", "description", "type"]), bad=st.sampled_from([None, 1, ""]))
    def refuse_definition(self, field_: str, bad: Any) -> None:
        good = {"name": self.api.fresh("N"), "slug": self.api.fresh("s"), "description": "x", "type": "string"}
        if self._is_refused(self.api.post(DEFINITIONS, {**good, field_: bad})):
            found = [] if field_ == "slug" else items(self.api.get(DEFINITIONS, slug=good["slug"]))
            expect(not found, "nothing of a refused creation", found, rule="DEF-16")
            self.model.look(Write("a refused creation", "DEF-16", "DEF-16", "DEF-16"))

    @precondition(lambda self: self.model.definitions)
    @step(nth=NTH, changes=CHANGES)
    def update_definition(self, nth: int, changes: JsonObject) -> None:
        one = self._nth(self.model.definitions, nth)
        if any(held == one for _, held in self.model.values):  # what a type may become depends on the values
            changes = {name: value for name, value in changes.items() if name != "type"}
        answer = self.api.put(definition_path(one), changes)
        self._accepted(answer, "an update", "DEF-04")
        for name, value in changes.items():
            expect(equal(record(answer).get(name), value), f"{name} {show(value)}", str(answer), rule="DEF-04")
            read = record(self.api.get(definition_path(one)))
            expect(equal(read.get(name), value), f"{name} {show(value)}", read, rule="DEF-04")
        self.model.definitions[one] |= changes
        self.model.look(Write("an update", "DEF-05", "ATT-01", "DEF-05", one))

    @precondition(lambda self: self.model.definitions)
    @step(nth=NTH, bad=st.sampled_from(BAD), good=CHANGES)
    def refuse_update(self, nth: int, bad: JsonObject, good: JsonObject) -> None:
        one = self._nth(self.model.definitions, nth)
        if self._is_refused(self.api.put(definition_path(one), {**good, **bad})):
            self.model.look(Write("a refused update", "DEF-20", "DEF-20", "DEF-20", one))
        else:
            self.model.forget(one)

    @precondition(lambda self: self.model.definitions)
    @step(nth=NTH)
    def delete_definition(self, nth: int) -> None:
        one = self._nth(self.model.definitions, nth)
        self._accepted(self.api.delete(definition_path(one)), "a delete", "DEF-07")
        self.model.forget(one)
        self.model.gone[definition_path(one)] = "DEF-07"
        again = self.api.delete(definition_path(one))
        expect(again.status == HTTPStatus.NOT_FOUND, "404 to a second delete", str(again), rule="DEF-19")
        self.model.look(Write("the delete of a definition", "DEF-07", "DEF-07", "DEF-07"))

    # --- values -------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.model.definitions)
    @step(nth=NTH, user=st.integers(0, USERS - 1), sample=NTH, data=st.data(), generated=st.booleans())
    def put_value(self, nth: int, user: int, sample: int, data: st.DataObject, generated: bool) -> None:
        one, user_id = self._nth(self.model.definitions, nth), self.model.users[user]
        type_ = self.model.definitions[one]["type"]
        value = data.draw(GENERATED[type_]) if generated else FITS[type_][sample % len(FITS[type_])]
        answer = self.api.put(value_path(one, user_id), {"attribute": {"value": value}})
        self._accepted(answer, "a put", "ATT-13")
        found = field(answer, "attribute", "value")
        expect(equal_value(found, value), f"the value {show(value)}", found, rule="ATT-01")
        previous = (one, user_id) in self._keys()
        self.model.values[user_id, one] = value
        read = self.api.get(value_path(one, user_id))
        held = field(read, "attribute", "value") if read.ok else str(read)
        expect(equal_value(held, value), f"the value {show(value)}", held, rule="ATT-04" if previous else "ATT-01")
        self.model.look(Write("a put", "DEF-01", "ATT-01", "GRP-01", one))

    @precondition(lambda self: self.model.definitions)
    @step(nth=NTH, user=st.integers(0, USERS - 1), sample=NTH, misfit=st.booleans())
    def refuse_value(self, nth: int, user: int, sample: int, misfit: bool) -> None:
        one, user_id = self._nth(self.model.definitions, nth), self.model.users[user]
        bad = MISFITS[self.model.definitions[one]["type"]]
        body = {"attribute": {"value": bad[sample % len(bad)]}} if misfit else {"attribute": {}}
        if self._is_refused(self.api.put(value_path(one, user_id), body)):
            owner = "ATT-10" if misfit else "ATT-11"
            self.model.look(Write("a refused put", owner, owner, owner, one))
        else:  # what is refused is ATT-10's and ATT-11's
            self.api.delete(value_path(one, user_id))
            self.model.values.pop((user_id, one), None)

    @precondition(lambda self: self.model.values)
    @step(nth=NTH)
    def delete_value(self, nth: int) -> None:
        user_id, one = self._nth(self.model.values, nth)
        self._accepted(self.api.delete(value_path(one, user_id)), "the delete of a value", "ATT-07")
        del self.model.values[user_id, one]
        self.model.look(Write("the delete of a value", "ATT-08", "ATT-08", "ATT-08", one))

    # --- groups -------------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.model.groups) < MOST)
    @step(name=GROUP_NAMES, description=TEXTS, category=st.sampled_from(["l1", "l2", "l3"]))
    def create_group(self, name: str, description: str, category: str) -> None:
        sent = {"name": name, "description": description, "category": category, "file_url": csv_url(self.model.users)}
        created = self._created(self.api.post(GROUPS, sent), "GRP-01")
        expect(created not in self.model.groups, "a new _id", created, rule="GRP-03")
        self.model.groups[created] = sent
        self.model.look(Write("a creation", "DEF-01", "ATT-01", "GRP-01", created))

    @precondition(lambda self: self.model.groups)
    @step(nth=NTH, changes=GROUP_CHANGES)
    def patch_group(self, nth: int, changes: JsonObject) -> None:
        one = self._nth(self.model.groups, nth)
        answer = self.api.patch(group_path(one), changes)
        self._accepted(answer, "a patch", "GRP-04")
        read = record(self.api.get(group_path(one)))
        for name, value in changes.items():
            expect(equal(record(answer).get(name), value), f"{name} {show(value)}", str(answer), rule="GRP-04")
            expect(equal(read.get(name), value), f"{name} {show(value)}", read, rule="GRP-04")
        self.model.groups[one] |= changes
        self.model.look(Write("a patch", "GRP-05", "GRP-05", "GRP-05", one))

    @precondition(lambda self: self.model.groups)
    @step(nth=NTH, bad=st.sampled_from(BAD_GROUP_CHANGES), good=GROUP_CHANGES)
    def refuse_patch(self, nth: int, bad: JsonObject, good: JsonObject) -> None:
        one = self._nth(self.model.groups, nth)
        if self._is_refused(self.api.patch(group_path(one), {**good, **bad})):
            self.model.look(Write("a refused patch", "GRP-19", "GRP-19", "GRP-19", one))
        else:
            del self.model.groups[one]

    @precondition(lambda self: self.model.groups)
    @step(nth=NTH)
    def delete_group(self, nth: int) -> None:
        one = self._nth(self.model.groups, nth)
        self._accepted(self.api.delete(group_path(one)), "a delete", "GRP-17")
        del self.model.groups[one]
        self.model.gone[group_path(one)] = "GRP-07"
        again = self.api.delete(group_path(one))
        expect(again.status == HTTPStatus.NOT_FOUND, "404 to a second delete", str(again), rule="GRP-17")
        self.model.look(Write("the delete of a group", "GRP-07", "GRP-07", "GRP-07"))

    # --- helpers ------------------------------------------------------------------------------------------------

    @staticmethod
    def _nth(known: dict[Any, Any], nth: int) -> Any:
        return list(known)[nth % len(known)]

    def _keys(self) -> set[tuple[str, str]]:
        return {(one, user_id) for user_id, one in self.model.values}

    @staticmethod
    def _created(answer: Answer, owner: str) -> str:
        Machine._accepted(answer, "a valid creation", owner)
        created = field(answer, "_id")
        if not isinstance(created, str):
            fail("_id to be a string", str(answer), rule="FMT-02")
        return created

    @staticmethod
    def _accepted(answer: Answer, what: str, owner: str) -> None:
        expect(
            answer.ok,
            f"{what} to succeed",
            str(answer),
            rule="FMT-04" if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR else owner,
        )

    @staticmethod
    def _is_refused(answer: Answer) -> bool:
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
    """Create, update, put, delete and send what is refused, in sequences made at random; all is read after each write.

    What is read is compared with a plain model: what was named changed, siblings stayed, a refused write did nothing.
    """
    shrinker = api.shrinker()

    @seed(api.budget.seed)
    class Seeded(Machine):
        def __init__(self) -> None:
            super().__init__(api, shrinker)

    examples = max(api.budget.examples // 5, 2)
    settings = api.settings(examples, stateful_step_count=api.budget.steps)
    shrinker.run(lambda: run_state_machine_as_test(Seeded, settings=settings))
