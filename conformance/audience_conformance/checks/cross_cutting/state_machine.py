"""A state machine that sends random writes, and compares the target with a model after each."""

import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from hypothesis import seed
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from audience_conformance.checks.assertions import (
    expect_status,
    field,
    has_fields,
    items,
    only,
    record,
    schema_fields,
    succeeded,
)
from audience_conformance.checks.attributes.bulk_update import bulk_update
from audience_conformance.checks.attributes.put_and_read import GENERATED
from audience_conformance.checks.attributes.values import FITS, MISFITS, equal_value
from audience_conformance.checks.cross_cutting import state_model as writes
from audience_conformance.checks.cross_cutting.state_model import USERS, Model, Write
from audience_conformance.checks.cross_cutting.state_views import Views
from audience_conformance.checks.definitions.create import TEXTS, TYPES, definition_body
from audience_conformance.checks.definitions.update import BAD, CHANGES
from audience_conformance.checks.limits import fit
from audience_conformance.checks.registry import check
from audience_conformance.client.api import (
    DEFINITIONS,
    GROUPS,
    Api,
    JsonObject,
    csv_url,
    definition_path,
    group_path,
    poll,
    value_path,
)
from audience_conformance.client.exchange import Answer
from audience_conformance.client.shrinking import Shrinker
from audience_conformance.results.finding import expect, fail, show

MOST = 5
"""Definitions, and groups, that exist at once: all of them are read after every write."""
JOB = 3.0
"""Seconds to wait for a bulk update; its values count for nothing where it takes longer."""
GROUP_CHANGES = st.fixed_dictionaries({}, optional={"name": TEXTS, "description": TEXTS})
BAD_GROUP_CHANGES: tuple[JsonObject, ...] = ({"name": ""}, {"description": 1}, {"file_url": "no url"}, {"name": None})
NOT_OF_A_DEFINITION: JsonObject = {
    "slug": "another",
    "pinned": True,
    "pin_order": 3,
    "_id": "another",
    "encrypted": True,
}
NOT_OF_A_GROUP: JsonObject = {"category": "l3", "tags": ["x"], "uid": 1, "status": "failed", "type": "x", "__v": 9}
"""Properties that an update and a patch do not take."""
DEFINITION_FIELDS = [name for name in schema_fields("UserAttributeDefinition") if name != "modified_at"]
GROUP_FIELDS = [name for name in schema_fields("UserGroup") if name not in ("modified_at", "status", "total_users")]
"""What no job changes, and no write that does not name it; `__v` is counted."""
NTH = st.integers(0, 11)
SOME_USERS = st.permutations(range(USERS)).flatmap(lambda order: st.integers(1, USERS).map(lambda most: order[:most]))
RULES = tuple(
    dict.fromkeys(
        (
            *("DEF-04", "DEF-01", "DEF-03", "DEF-08", "DEF-09", "DEF-10", "DEF-11", "DEF-12", "DEF-16", "DEF-19"),
            *("ATT-01", "ATT-04", "ATT-06", "ATT-07", "ATT-09", "ATT-12", "ATT-13", "BLK-01", "GRP-03", "GRP-04"),
            *("GRP-08", "GRP-09", "GRP-10", "GRP-11", "GRP-15", "GRP-16", "GRP-17", "GRP-20", "GRP-25", "GRP-26"),
            *("DEF-06", "GRP-06", "GRP-27", "MEM-01", "MEM-03", "PAG-07", "TEN-01", "FMT-02", "FMT-04"),
            *(name for write in vars(writes).values() if isinstance(write, Write) for name in write[1:]),
        )
    )
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
    """Writes to its own definitions, values and groups; after each write all views of them are compared."""

    def __init__(self, api: Api, shrinker: Shrinker) -> None:
        super().__init__()
        shrinker.begin()
        self.api = api
        self.shrinker = shrinker
        self.model = Model(api.unique("Model "), [api.unique("u") for _ in range(USERS)])
        self.views = Views(api, self.model)
        self.refused = False

    @initialize()
    def begin(self) -> None:
        """Make some of everything, whose names are not in the order of creation: each write has something to spoil."""
        with self.shrinker.watching():
            for type_, name in (("string", "Zeta"), ("number", "alpha"), ("list", "Mid")):
                self._create_definition(type_, name, "Made first")
            first, second, third = self.model.definitions
            for user_id, definition_ids in zip(
                self.model.users, ((third, first), (second, third, first)), strict=False
            ):
                for definition_id in definition_ids:
                    value = FITS[self.model.definitions[definition_id]["type"]][0]
                    answer = self.api.put(value_path(definition_id, user_id), {"attribute": {"value": value}})
                    succeeded(answer, "a put to succeed", rule="ATT-13")
                    self.model.set_value(user_id, definition_id, value)
            for name, category, users in (("Zeta", "l2", [2, 0, 1]), ("alpha", "l1", [1, 0]), ("Mid", "l2", [0])):
                self._create_group(name, "Made first", category, users)
            self.views.compare(writes.CREATION)
            self._update_definition(first, {"customer_editable": True}, whole=False)
            self._update_definition(first, {"name": self._named("Now first")}, whole=True)
            self._patch_group(next(iter(self.model.groups)), {"name": self._named("Now first")})

    # --- definitions --------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.model.definitions) < MOST)
    @step(type_=st.sampled_from(TYPES), name=TEXTS, description=TEXTS)
    def create_definition(self, type_: str, name: str, description: str) -> None:
        self._create_definition(type_, name, description)
        self.views.compare(writes.CREATION)

    def _create_definition(self, type_: str, name: str, description: str) -> None:
        sent = definition_body(self.api, type_, name=self._named(name), description=description)
        definition_id = field(self._created(self.api.post(DEFINITIONS, sent), "DEF-01"), "_id")
        expect(definition_id not in self.model.definitions, "a new _id", definition_id, rule="DEF-03")
        read = record(self.api.get(definition_path(definition_id)))
        self.model.definitions[definition_id] = {**only(read, DEFINITION_FIELDS), **sent}

    @precondition(lambda self: not self.refused)
    @step(field_=st.sampled_from(["name", "slug", "description", "type"]), bad=st.sampled_from([None, 1, ""]))
    def refuse_definition(self, field_: str, bad: Any) -> None:
        self.refused = True  # once is enough: nothing else is possible at any time, and chance would come back to it
        valid = definition_body(self.api)
        if _is_rejected(self.api.post(DEFINITIONS, {**valid, field_: bad})):
            stored = [] if field_ == "slug" else items(self.api.get(DEFINITIONS, slug=valid["slug"]))
            expect(not stored, "nothing of a rejected creation", stored, rule="DEF-16")
            self.views.compare(writes.REFUSED_CREATION)

    @precondition(lambda self: self.model.definitions)
    @step(nth=NTH, changes=CHANGES, whole=st.booleans())
    def update_definition(self, nth: int, changes: JsonObject, whole: bool) -> None:
        """Update some fields, or send all of them, the others as they are."""
        definition_id = _nth(self.model.definitions, nth)
        if self._has_values(definition_id):  # its values restrict its type
            changes = {name: value for name, value in changes.items() if name != "type"}
        self._update_definition(definition_id, self._fit(changes, DEFINITIONS), whole=whole)

    def _update_definition(self, definition_id: str, changes: JsonObject, *, whole: bool) -> None:
        current = self.model.definitions[definition_id]
        sent = {**{name: current[name] for name in ("name", "description", "type")}, **changes} if whole else changes
        self._change(self.api.put, definition_path(definition_id), sent, "an update", "DEF-04")
        current |= changes
        self.views.compare(writes.UPDATE)

    @precondition(lambda self: self.model.definitions)
    @step(nth=NTH, text=TEXTS)
    def update_with_more(self, nth: int, text: str) -> None:
        """Update the description, and send what an update does not take: that may be ignored or refused."""
        definition_id = _nth(self.model.definitions, nth)
        changes = self._fit({"description": text}, DEFINITIONS)
        if _is_rejected(self.api.put(definition_path(definition_id), {**NOT_OF_A_DEFINITION, **changes})):
            self.views.compare(writes.REFUSED_UPDATE)
        else:
            self.model.definitions[definition_id] |= changes
            self.views.compare(writes.UPDATE_WITH_MORE)

    @precondition(lambda self: self.model.definitions)
    @step(nth=NTH, bad=st.sampled_from(BAD), good=CHANGES)
    def refuse_update(self, nth: int, bad: JsonObject, good: JsonObject) -> None:
        definition_id = _nth(self.model.definitions, nth)
        if _is_rejected(self.api.put(definition_path(definition_id), {**good, **bad})):
            self.views.compare(writes.REFUSED_UPDATE)
        else:
            self.model.give_up(definition_id)

    @precondition(lambda self: len(self.model.definitions) > 1)
    @step(nth=NTH)
    def delete_definition(self, nth: int) -> None:
        definition_id = _nth(self.model.definitions, nth)
        self._delete_twice(definition_path(definition_id), "DEF-07", "DEF-19")
        self.model.forget(definition_id)
        self.model.deleted[definition_path(definition_id)] = "DEF-07"
        self.views.compare(writes.DELETED_DEFINITION)

    # --- values -------------------------------------------------------------------------------------------

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
        if (user_id, definition_id) in self.model.doubtful:
            return
        self.model.set_value(user_id, definition_id, value)
        answer = self.api.get(path)
        stored = field(answer, "attribute", "value") if answer.ok else str(answer)
        read_rule = "ATT-04" if replaces else "ATT-01"
        expect(equal_value(stored, value), f"the value {show(value)}", stored, rule=read_rule)
        self.views.compare(writes.PUT)

    @precondition(lambda self: self.model.definitions)
    @step(nth=NTH, user=st.integers(0, USERS - 1), sample=NTH, misfit=st.booleans())
    def refuse_value(self, nth: int, user: int, sample: int, misfit: bool) -> None:
        definition_id, user_id = _nth(self.model.definitions, nth), self.model.users[user]
        misfits = MISFITS[self.model.definitions[definition_id]["type"]]
        body = {"attribute": {"value": misfits[sample % len(misfits)]}} if misfit else {"attribute": {}}
        if _is_rejected(self.api.put(value_path(definition_id, user_id), body)):
            self.views.compare(writes.REFUSED_PUT if misfit else writes.PUT_WITHOUT_VALUE)
        else:  # accepting it is a finding of ATT-10 or ATT-11, not of this check
            self.model.doubt([user_id], definition_id)

    @precondition(lambda self: self.model.values)
    @step(nth=NTH)
    def delete_value(self, nth: int) -> None:
        user_id, definition_id = _nth(self.model.values, nth)
        answer = self.api.delete(value_path(definition_id, user_id))
        succeeded(answer, "the delete of a value to succeed", rule="ATT-07")
        del self.model.values[user_id, definition_id]
        self.views.compare(writes.DELETED_VALUE)

    @precondition(lambda self: self.model.definitions)
    @step(nth=NTH, users=SOME_USERS, sample=NTH)
    def update_in_bulk(self, nth: int, users: list[int], sample: int) -> None:
        definition_id, user_ids = _nth(self.model.definitions, nth), [self.model.users[user] for user in users]
        definition = self.model.definitions[definition_id]
        value = FITS[definition["type"]][sample % len(FITS[definition["type"]])]
        answer = bulk_update(self.api, csv_url(user_ids), (definition, value))
        succeeded(answer, "a bulk update to succeed", rule="BLK-01")
        known = [user for user in user_ids if (user, definition_id) not in self.model.doubtful]
        if not self._are_set(definition_id, user_ids, value):
            self.model.doubt(user_ids, definition_id)
            return
        for user_id in known:
            self.model.set_value(user_id, definition_id, value)
        self.views.compare(writes.BULK_UPDATE)

    def _are_set(self, definition_id: str, user_ids: list[str], value: Any) -> bool:
        """Do these users get a value in time."""

        def is_set(user_id: str) -> bool:
            answer = self.api.get(value_path(definition_id, user_id))
            return answer.ok and equal_value(field(answer, "attribute", "value"), value)

        return poll(lambda: all(map(is_set, user_ids)), bool, min(self.api.options.async_timeout, JOB))[1]

    @precondition(lambda self: self.model.definitions)
    @step(nth=NTH, other=NTH, sample=NTH)
    def refuse_bulk_update(self, nth: int, other: int, sample: int) -> None:
        """Send a value that fits, and one that does not."""
        definition_ids = [_nth(self.model.definitions, number) for number in (nth, other)]
        first, second = (self.model.definitions[definition_id] for definition_id in definition_ids)
        misfits = MISFITS[second["type"]]
        pairs = (first, FITS[first["type"]][0]), (second, misfits[sample % len(misfits)])
        if _is_rejected(bulk_update(self.api, csv_url(self.model.users), *pairs)):
            self.views.compare(writes.REFUSED_BULK_UPDATE)
        else:  # accepting it is a finding of BLK-06, not of this check
            for definition_id in definition_ids:
                self.model.doubt(self.model.users, definition_id)

    # --- groups -------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.model.groups) < MOST)
    @step(name=TEXTS, description=TEXTS, category=st.sampled_from(["l1", "l2", "l3"]), users=SOME_USERS)
    def create_group(self, name: str, description: str, category: str, users: list[int]) -> None:
        self._create_group(name, description, category, users)
        self.views.compare(writes.CREATION)

    def _create_group(self, name: str, description: str, category: str, users: list[int]) -> None:
        members = [self.model.users[user] for user in users]
        body = {"name": self._named(name), "description": description, "category": category}
        sent = fit(self.api, {**body, "file_url": csv_url(members)}, GROUPS)
        group_id = self._created(self.api.post(GROUPS, sent), "GRP-01")["_id"]
        expect(group_id not in self.model.groups, "a new _id", group_id, rule="GRP-03")
        read = record(self.api.get(group_path(group_id)))
        self.model.groups[group_id] = {**only(read, GROUP_FIELDS), **sent}
        self.model.members[group_id] = members

    @precondition(lambda self: self.model.groups)
    @step(nth=NTH, changes=GROUP_CHANGES)
    def patch_group(self, nth: int, changes: JsonObject) -> None:
        self._patch_group(_nth(self.model.groups, nth), self._fit(changes, GROUPS))

    def _patch_group(self, group_id: str, changes: JsonObject) -> None:
        self._change(self.api.patch, group_path(group_id), changes, "a patch", "GRP-04")
        self.model.patch(group_id, changes)
        self.views.compare(writes.PATCH)

    @precondition(lambda self: self.model.groups)
    @step(nth=NTH, users=SOME_USERS)
    def patch_file(self, nth: int, users: list[int]) -> None:
        group_id, members = _nth(self.model.groups, nth), [self.model.users[user] for user in users]
        changes = {"file_url": csv_url(members)}
        self._change(self.api.patch, group_path(group_id), changes, "a patch", "GRP-04")
        self.model.patch(group_id, changes)
        self.model.members[group_id] = members
        self.views.compare(writes.PATCH)

    @precondition(lambda self: self.model.groups)
    @step(nth=NTH, text=TEXTS)
    def patch_with_more(self, nth: int, text: str) -> None:
        """Patch the description, and send what a patch does not take: that may be ignored or refused."""
        group_id, changes = _nth(self.model.groups, nth), self._fit({"description": text}, GROUPS)
        if _is_rejected(self.api.patch(group_path(group_id), {**NOT_OF_A_GROUP, **changes})):
            self.views.compare(writes.REFUSED_PATCH)
        else:
            self.model.patch(group_id, changes)
            self.views.compare(writes.PATCH_WITH_MORE)

    @precondition(lambda self: self.model.groups)
    @step(nth=NTH, bad=st.sampled_from(BAD_GROUP_CHANGES), good=GROUP_CHANGES)
    def refuse_patch(self, nth: int, bad: JsonObject, good: JsonObject) -> None:
        group_id = _nth(self.model.groups, nth)
        if _is_rejected(self.api.patch(group_path(group_id), {**good, **bad})):
            self.views.compare(writes.REFUSED_PATCH)
        else:
            self.model.give_up(group_id)

    @precondition(lambda self: self.model.groups)
    @step(nth=NTH)
    def refresh_group(self, nth: int) -> None:
        answer = self.api.post(f"{group_path(_nth(self.model.groups, nth))}/refresh")
        succeeded(answer, "a refresh to succeed", rule="GRP-20")
        self.views.compare(writes.REFRESH)

    @precondition(lambda self: len(self.model.groups) > 1)
    @step(nth=NTH)
    def delete_group(self, nth: int) -> None:
        group_id = _nth(self.model.groups, nth)
        self._delete_twice(group_path(group_id), "GRP-17", "GRP-17")
        del self.model.groups[group_id], self.model.members[group_id]
        self.model.deleted[group_path(group_id)] = "GRP-07"
        self.views.compare(writes.DELETED_GROUP)

    # --- parts of writes ----------------------------------------------------------------------------------

    def _named(self, text: str) -> str:
        """A name that begins with the mark: the filter by name finds it, and `sweep` if it is left behind."""
        return f"{self.model.mark} {text}"[:255]

    def _fit(self, changes: JsonObject, path: str) -> JsonObject:
        """Changes that the target takes; a name begins with the mark."""
        named = {"name": self._named(changes["name"])} if "name" in changes else {}
        return fit(self.api, {**changes, **named}, path)

    def _has_values(self, definition_id: str) -> bool:
        return any(one == definition_id for _, one in (*self.model.values, *self.model.doubtful))

    def _created(self, answer: Answer, owner: str) -> JsonObject:
        created = record(succeeded(answer, "a valid creation to succeed", rule=owner))
        if not isinstance(created.get("_id"), str):
            fail("_id to be a string", str(answer), rule="FMT-02")
        return created

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


def _is_rejected(answer: Answer) -> bool:
    expect(answer.status < HTTPStatus.INTERNAL_SERVER_ERROR, "no 5xx", str(answer), rule="FMT-04")
    return not answer.ok


@check(
    *RULES,
    on=(
        "createUserAttributeDefinition getUserAttributeDefinitions getUserAttributeDefinitionById"
        " updateUserAttributeDefinition deleteUserAttributeDefinitionById bulkUpdateUserAttributes"
        " getUserAttributesForUser getUserAttributeById updateUserAttribute deleteUserAttribute createUserGroup"
        " getUserGroups getCategorisedUserGroups getUserGroupById updateUserGroup deleteUserGroup getUsersByByGroupId"
        " refreshUserGroupTotalUsers"
    ),
    generates=True,
)
def any_sequence_of_writes_reads_as_the_model_says(api: Api) -> None:
    """Create, update, put, delete, set in bulk, refresh and send invalid writes, in random sequences.

    After each write all definitions, groups and values are read in their lists, and one more view: a filter, a near
    miss, users by number or cursor, counts, categories, what was deleted, another application. They are compared with a
    model: a write changes what it names, a rejected write changes nothing, lists keep their order.
    """
    shrinker = api.shrinker()

    @seed(api.budget.seed)
    class Seeded(Machine):
        def __init__(self) -> None:
            super().__init__(api, shrinker)

    examples = max(api.budget.examples // 5, 2)
    settings = api.settings(examples, stateful_step_count=api.budget.steps)
    shrinker.run(lambda: run_state_machine_as_test(Seeded, settings=settings))
