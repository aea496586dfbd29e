"""The whole store against plain lists: two tenants, every write, all lists after some steps and at the end."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from tests.mock.store.world_model import (
    DEFINITIONS_ASKED,
    GROUPS_ASKED,
    USERS,
    VALUES,
    Held,
    Model,
    check_pages,
    find,
    matches,
    refused,
)

from audience_mock.contract.document import DOCUMENTED_TENANT, TenantName
from audience_mock.seeds import load_seed
from audience_mock.store.collection import Record
from audience_mock.store.members import PageQuery
from audience_mock.store.world import World

OTHER = TenantName("559", "64b000000000000000000002")
CLOCK = datetime(2024, 5, 1, 9, 30, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

NAMES = st.sampled_from(["Alpha", "beta", "ALPHABET", "ßeta"])
KINDS = st.sampled_from(["string", "string", "date", "datetime", "number", "boolean", "list", "object"])
FLAGS = ("customer_editable", "encrypted", "pinned", "is_locked")
CATEGORIES = st.sampled_from(["l1", "l2", "l3"])
SLUGS = st.sampled_from(["s1", "s2", "s3", "s4", "s5"])
CHANGES = st.fixed_dictionaries({}, optional={"name": NAMES, "type": KINDS, "customer_editable": st.booleans()})
SEEDED = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["file", "dynamic"]),
        "status": st.sampled_from(["pending", "completed", "failed"]),
        "tags": st.lists(st.sampled_from(["new", "vip", "Ältere"]), unique=True),
    }
)
PICKS = st.integers(0, 11)
TENANTS = st.integers(0, 1)


class WorldAgainstModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = CLOCK
        self.world = World([OTHER], clock=lambda: self.clock)
        self.models = [Model(self.world.tenant(*name)) for name in (DOCUMENTED_TENANT, OTHER)]
        self.ids: set[str] = set()
        self.waiting: tuple[World, list[Model], set[str]] | None = None

    def pick(self, at: int, part: str, number: int) -> str:
        """The id of a living record of this tenant, or, from 10 on, a stranger's, a dead or an unknown one."""
        living = [str(record["_id"]) for record in getattr(self.models[at], part)]
        strangers = [str(record["_id"]) for record in getattr(self.models[1 - at], part)]
        if number < 10 and living:
            return living[number % len(living)]
        if number == 10 and strangers:
            return strangers[0]
        return min(self.ids - {*living}, default="unknown")

    def stamp(self, after: str = "") -> str:
        stamp = self.clock.isoformat(timespec="milliseconds")
        if after and self.clock <= datetime.fromisoformat(after):
            stamp = (datetime.fromisoformat(after) + MILLISECOND).isoformat(timespec="milliseconds")
        return stamp.replace("+00:00", "Z")

    def new(self, record: Record) -> str:
        record_id = str(record["_id"])
        assert record_id not in self.ids
        assert re.fullmatch("[0-9a-f]{24}", record_id)
        self.ids.add(record_id)
        return record_id

    @initialize(kinds=st.lists(KINDS, min_size=4, max_size=4), seeded=SEEDED)
    def begin(self, kinds: list[str], seeded: Record) -> None:
        for number, kind in enumerate(kinds):
            at = number // 3
            self.create_definition(at, "Alpha", f"s{number}", kind, {"is_locked"} if number == 1 else None)
            self.put_a_value_that_fits(at, number, {"u1", "u2"}, last=True)
            self.create_group(at, "beta", "l1", seeded if number == 1 else None)

    @rule(move=st.booleans())
    def fork(self, move: bool) -> None:
        """Continue in a fork of the world, or in the original; the other one waits."""
        twin = self.world.fork()
        models = [model.twin(twin.tenant(*model.tenant.name)) for model in self.models]
        self.waiting = (twin, models, set(self.ids))
        if move:
            self.change_over()

    @precondition(lambda self: self.waiting)
    @rule()
    def change_over(self) -> None:
        """Continue in the world that waited: it has seen no write in the meantime."""
        assert self.waiting
        here = self.world, self.models, self.ids
        self.world, self.models, self.ids = self.waiting
        self.waiting = here

    @rule(milliseconds=st.sampled_from([1, 999, 86_400_000, -5]))
    def time_passes(self, milliseconds: int) -> None:
        self.clock += milliseconds * MILLISECOND

    @rule(at=TENANTS, name=NAMES, slug=SLUGS, kind=KINDS, flags=st.none() | st.sets(st.sampled_from(FLAGS)))
    def create_definition(self, at: int, name: str, slug: str, kind: str, flags: set[str] | None) -> None:
        """By a request, or with `flags`, which only a seed can set, by a seed."""
        model, definitions = self.models[at], self.models[at].tenant.definitions
        body = {"name": name, "slug": slug, "description": "", "type": kind}
        expected: Record = {**body, "validations": [], "default_value": None, "pin_order": 0}
        expected.update({flag: flag in (flags or ()) for flag in FLAGS})
        expected.update(dict.fromkeys(("created_at", "modified_at"), self.stamp()))
        work = partial(definitions.create, body)
        if flags is not None:
            work = partial(definitions.insert, {"_id": self.world.ids.new_id(), **expected})
        if any(definition["slug"] == slug for definition in model.definitions):
            refused(400, work)
        else:
            record = work()
            model.definitions.append({"_id": self.new(record), **expected})
            assert record == model.definitions[-1]

    @rule(at=TENANTS, number=PICKS, body=CHANGES)
    def update_definition(self, at: int, number: int, body: Record) -> None:
        model, definition_id = self.models[at], self.pick(at, "definitions", number)
        update, old = model.tenant.definitions.update, find(model.definitions, definition_id)
        sent = {**body, "slug": "ignored", "is_locked": True, "_id": "ignored"}
        held = [values[definition_id] for values in model.values.values() if definition_id in values]
        if old is None:
            refused(404, update, definition_id, sent)
        elif old["is_locked"] or any(body.get("type", old["type"]) not in value.fits for value in held):
            refused(400, update, definition_id, sent)
        else:
            before = dict(old)
            seen = model.tenant.definitions.get(definition_id)
            old.update({**body, "modified_at": self.stamp(old["modified_at"])} if body else {})
            assert update(definition_id, sent) == old
            assert seen == before

    @rule(at=TENANTS, number=PICKS)
    def delete_definition(self, at: int, number: int) -> None:
        model, definition_id = self.models[at], self.pick(at, "definitions", number)
        delete, old = model.tenant.definitions.delete, find(model.definitions, definition_id)
        if old is None or old["is_locked"]:
            refused(400 if old else 404, delete, definition_id)
        else:
            delete(definition_id)
            model.definitions.remove(old)
            for values in model.values.values():
                values.pop(definition_id, None)

    @rule(at=TENANTS, number=PICKS, user=st.sampled_from(USERS), value=st.sampled_from(VALUES))
    def put_value(self, at: int, number: int, user: str, value: tuple[Any, set[str]]) -> None:
        model, definition_id = self.models[at], self.pick(at, "definitions", number)
        old = find(model.definitions, definition_id)
        if old is None:
            refused(404, model.tenant.definitions.get, definition_id)
            refused(404, model.tenant.attributes.delete, user, definition_id)
            return
        definition = model.tenant.definitions.get(definition_id)
        violations = model.tenant.definitions.validate(definition, value[0], "value")
        assert bool(violations) == (old["type"] not in value[1])
        if not violations:
            record = model.tenant.attributes.put(user, definition, value[0])
            held = model.values[user].get(definition_id)
            attribute_id = held.id if held else self.new(record)
            model.values[user][definition_id] = Held(attribute_id, *value)
            assert record in model.attributes(user)

    @rule(at=TENANTS, number=PICKS, users=st.sets(st.sampled_from(USERS), min_size=1), last=st.booleans())
    def put_a_value_that_fits(self, at: int, number: int, users: set[str], last: bool) -> None:
        if old := find(self.models[at].definitions, self.pick(at, "definitions", number)):
            fitting = [value for value in VALUES if old["type"] in value[1]]
            for user in sorted(users):
                self.put_value(at, number, user, fitting[-last])

    @rule(at=TENANTS, number=PICKS)
    def delete_value(self, at: int, number: int) -> None:
        model = self.models[at]
        held = [(user, definition_id) for user in USERS for definition_id in model.values[user]]
        user, definition_id = held[number % len(held)] if held else ("u1", self.pick(at, "definitions", number))
        if model.values[user].pop(definition_id, None):
            model.tenant.attributes.delete(user, definition_id)
        refused(404, model.tenant.attributes.delete, user, definition_id)

    @rule(at=TENANTS, name=NAMES, category=CATEGORIES, seeded=st.none() | SEEDED)
    def create_group(self, at: int, name: str, category: str, seeded: Record | None) -> None:
        """By a request, or with what only a seed can set, by a seed."""
        model, groups = self.models[at], self.models[at].tenant.groups
        body = {"name": name, "description": "", "category": category, "file_url": "data:text/csv,user_id"}
        expected = {**body, "application_id": model.tenant.name.application_id, "uid": model.last_uid + 1}
        expected.update({"type": "file", "status": "pending", "tags": [], "is_active": True, "__v": 0})
        expected.update({"total_users": {"count": 0, "refreshed_at": None}, **(seeded or {})})
        expected.update(dict.fromkeys(("created_at", "modified_at"), self.stamp()))
        assert groups.next_uid() == expected["uid"]
        if seeded is None:
            record = groups.create(body)
        else:
            record = groups.insert({"_id": self.world.ids.new_id(), **expected}, ["u2", "u1", "u2"])
        model.groups.append({"_id": self.new(record), **expected})
        model.members[record["_id"]] = ["u2", "u1"] if seeded else []
        model.last_uid += 1
        assert record == model.groups[-1]

    @rule(at=TENANTS, number=PICKS, body=st.fixed_dictionaries({}, optional={"name": NAMES, "file_url": NAMES}))
    def patch_group(self, at: int, number: int, body: Record) -> None:
        model, group_id = self.models[at], self.pick(at, "groups", number)
        patch, old = model.tenant.groups.patch, find(model.groups, group_id)
        sent = {**body, "category": "l9", "status": "ignored", "tags": ["ignored"]}
        if old is None:
            refused(404, patch, group_id, sent)
        else:
            changes = {**body, "__v": old["__v"] + 1, "modified_at": self.stamp(old["modified_at"])}
            old.update(changes if body else {})
            old.update({"status": "pending"} if "file_url" in body else {})
            assert patch(group_id, sent) == old

    @rule(at=TENANTS, number=PICKS, users=st.none() | st.lists(st.sampled_from(USERS), unique=True))
    def end_reading(self, at: int, number: int, users: list[str] | None) -> None:
        """A file has been read, or with None has not."""
        model, group_id = self.models[at], self.pick(at, "groups", number)
        groups, old = model.tenant.groups, find(model.groups, group_id)
        if old is None:
            refused(404, groups.members, group_id)
            assert not groups.is_current(group_id, 1)
            return
        first, second = groups.begin_reading(group_id), groups.begin_reading(group_id)
        assert [groups.is_current(group_id, reading) for reading in (first, second)] == [False, True]
        if users is None:
            groups.fail(group_id)
            old["status"] = "failed"
        else:
            places = {user: place for place, user in enumerate(users)}
            groups.complete(group_id, groups.members(group_id).with_file(places))
            model.members[group_id] = users
            old.update(status="completed", total_users={"count": len(users), "refreshed_at": self.stamp()})

    @rule(at=TENANTS, number=PICKS)
    def refresh_group(self, at: int, number: int) -> None:
        model, group_id = self.models[at], self.pick(at, "groups", number)
        model.tenant.groups.refresh(group_id)
        if old := find(model.groups, group_id):
            old["total_users"] = {"count": len(model.members[group_id]), "refreshed_at": self.stamp()}

    @rule(at=TENANTS, number=PICKS)
    def delete_group(self, at: int, number: int) -> None:
        model, group_id = self.models[at], self.pick(at, "groups", number)
        if old := find(model.groups, group_id):
            model.tenant.groups.delete(group_id)
            model.groups.remove(old)
        for work in (model.tenant.groups.delete, model.tenant.groups.get, model.tenant.groups.members):
            refused(404, work, group_id)

    @rule()
    def look(self) -> None:
        """Some steps are followed by a look at everything, which is the most of the time that a run takes."""
        self.every_listing_shows_what_the_model_holds()
        self.tags_categories_and_users_are_those_of_the_groups()

    def teardown(self) -> None:
        self.look()

    def every_listing_shows_what_the_model_holds(self) -> None:
        for model in self.models:
            tenant = model.tenant
            assert tenant is self.world.tenant(*tenant.name)
            for query in DEFINITIONS_ASKED:
                kept = [definition for definition in model.definitions if matches(definition, query)]
                check_pages(partial(tenant.definitions.page, query), kept)
            for user in USERS:
                values = model.attributes(user)
                for name, kind in ((None, None), ("ALPHA", None), ("e", "string")):
                    kept = [v for v in values if self.shown(model, v, name) and kind in {None, v["type"]}]
                    page = partial(tenant.attributes.page, user, tenant.definitions, {"name": name, "type": kind})
                    check_pages(page, kept)
            for query in GROUPS_ASKED:
                kept = [group for group in model.groups if matches(group, query)]
                check_pages(partial(tenant.groups.page, query), kept)

    @staticmethod
    def shown(model: Model, value: Record, name: str | None) -> bool:
        definition = find(model.definitions, value["user_attribute_definition_id"])
        return definition is not None and matches(definition, {"name": name})

    def tags_categories_and_users_are_those_of_the_groups(self) -> None:
        for model in self.models:
            groups = model.tenant.groups
            by_category = {key: [g for g in model.groups if g["category"] == key] for key in ("l1", "l2", "l3")}
            assert groups.categorised() == by_category
            assert groups.tags() == sorted({tag for group in model.groups for tag in group["tags"]})
            counts = [(key, len(found)) for key, found in by_category.items()]
            assert [(c["key"], c["total_groups"]) for c in groups.categories()] == counts
            assert [(c["key"], c["total_groups"]) for c in groups.categories("l2")] == counts[1:2]
            for group in model.groups:
                users, members = model.members[group["_id"]], groups.members(group["_id"])
                assert members.page(PageQuery()).user_ids == users
                assert not users or members.page(PageQuery(cursor=users[0])).user_ids == users[1:]


TestWorldAgainstModel = WorldAgainstModel.TestCase
TestWorldAgainstModel.settings = settings(
    max_examples=70, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def test_an_application_that_is_not_served_is_empty_and_forgets() -> None:
    world = World([OTHER])
    for _ in range(2):
        definitions = world.tenant("559", "unserved").definitions
        assert definitions.page({}, 1, 10) == ([], 0)
        definitions.create({"name": "A", "slug": "a", "description": "", "type": "string"})
    assert world.tenant(*OTHER) is world.tenant(*OTHER)


def test_the_time_is_utc_with_milliseconds_whatever_the_clocks_zone() -> None:
    clock = datetime(2024, 5, 1, 0, 30, 0, 999_999, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert World(clock=lambda: clock).ids.now() == "2024-04-30T19:00:00.999Z"


@pytest.mark.parametrize("after", ["2024-05-01T09:30:00.000Z", "2024-05-01T09:30:00.001Z", "2999-12-31T23:59:59.999Z"])
def test_now_is_later_than_what_it_is_after(after: str) -> None:
    now = World(clock=lambda: CLOCK).ids.now(after)
    assert datetime.fromisoformat(now) == datetime.fromisoformat(after) + MILLISECOND


def test_an_id_that_a_seed_has_taken_is_not_given_again() -> None:
    first = World().ids.new_id()
    world = World()
    definition = {"_id": first, "name": "A", "slug": "a", "type": "string"}
    load_seed(world, {str(DOCUMENTED_TENANT): {"definitions": [definition]}})
    body = {"name": "B", "slug": "b", "description": "", "type": "string"}
    assert world.tenant(*DOCUMENTED_TENANT).definitions.create(body)["_id"] != first
