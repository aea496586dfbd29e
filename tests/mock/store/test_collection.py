"""Records in creation order: every page equals that of a plain list, and its time does not depend on data size."""

from collections.abc import Hashable, Iterable
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.mock.store.world_model import matches, refused

from audience_mock.errors import unknown_group
from audience_mock.store.collection import (
    BATCH,
    MAX_SEARCHES,
    Collection,
    Filter,
    Record,
    SubstringFilter,
    ValueFilter,
    equals,
)

FILTERS: dict[str, Filter] = {
    "name": SubstringFilter(lambda record: str(record["name"])),
    "kind": equals("kind"),
    "flag": equals("flag"),
    "group_uid": ValueFilter(lambda record: (str(record["uid"]),), lambda argument: (argument,)),
    "tags": ValueFilter(lambda record: record["tags"], lambda argument: argument.split(",")),
}
ARGUMENTS: dict[str, list[Any]] = {
    "name": [None, "", "a", "BA", "ss", "nowhere"],
    "kind": [None, "k1", "k2", "k9"],
    "flag": [None, True, False],
    "group_uid": [None, "0", "3", "999"],
    "tags": [None, "x", "y,z", "z,x,x,gone", "gone", ""],
}
COMBINATIONS = [dict(zip(ARGUMENTS, arguments, strict=True)) for arguments in product(*ARGUMENTS.values())]
OFTEN: list[dict[str, Any]] = [
    {"name": "a", "kind": None, "flag": None, "group_uid": None, "tags": None},
    {"name": None, "kind": "k1", "flag": True, "group_uid": None, "tags": None},
    {"name": None, "kind": None, "flag": None, "group_uid": None, "tags": "y,z"},
    {"name": "BA", "kind": None, "flag": False, "group_uid": None, "tags": "x"},
]
"""Combinations that are checked after every step."""
FIELDS = {
    "name": st.sampled_from(["", "a", "Banana", "cab", "Straße", "ÄÖ"]),
    "kind": st.sampled_from(["k1", "k2", "k3"]),
    "flag": st.booleans(),
    "tags": st.lists(st.sampled_from(["x", "y", "z"]), unique=True),
}
BODIES = st.fixed_dictionaries(FIELDS)


class CollectionAgainstList(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.collection = Collection(FILTERS, unknown_group)
        self.model: list[Record] = []
        self.given = 0

    def compare(self, filters: dict[str, Any], page_no: int, page_size: int) -> None:
        kept = [record for record in self.model if matches(record, filters)]
        start = (page_no - 1) * page_size
        assert self.collection.page(filters, page_no, page_size) == (kept[start : start + page_size], len(kept))

    @rule(body=BODIES)
    def add(self, body: Record) -> None:
        record = {"_id": f"r{self.given}", "uid": self.given, **body}
        self.given += 1
        self.collection.add(record)
        self.model.append(record)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), body=BODIES, fields=st.sets(st.sampled_from(sorted(FIELDS))))
    def replace(self, data: st.DataObject, body: Record, fields: set[str]) -> None:
        place = data.draw(st.integers(0, len(self.model) - 1))
        old = self.model[place]
        before = dict(old)
        self.model[place] = {**old, **{field: body[field] for field in fields}}
        self.collection.replace(self.model[place])
        assert old == before

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        record = self.model.pop(data.draw(st.integers(0, len(self.model) - 1)))
        self.collection.remove(record["_id"])
        assert record["_id"] not in self.collection

    @rule(record_id=st.integers(0, 50).map("r{}".format))
    def get(self, record_id: str) -> None:
        expected = next((record for record in self.model if record["_id"] == record_id), None)
        assert (record_id in self.collection) == (expected is not None)
        if expected is not None:
            assert self.collection.get(record_id) == expected
            return
        for work in (self.collection.get, self.collection.remove):
            refused(404, work, record_id)

    @rule(filters=st.sampled_from(COMBINATIONS), page_no=st.integers(1, 4), page_size=st.integers(1, 4))
    def page(self, filters: dict[str, Any], page_no: int, page_size: int) -> None:
        self.compare(filters, page_no, page_size)

    @rule(first=st.integers(0, len(COMBINATIONS) - 1))
    def pages_of_more_combinations_than_are_kept(self, first: int) -> None:
        for step in range(MAX_SEARCHES + 8):
            self.compare(COMBINATIONS[(first + 41 * step) % len(COMBINATIONS)], 1, 100)

    @invariant()
    def it_holds_what_the_list_holds(self) -> None:
        assert len(self.collection) == len(self.model)
        assert list(self.collection) == self.model
        assert self.collection.values("tags") == sorted({tag for record in self.model for tag in record["tags"]})
        assert self.collection.values("kind") == sorted({record["kind"] for record in self.model})
        for kind in ("k1", "k2", "k9"):
            assert self.collection.count("kind", kind) == sum(record["kind"] == kind for record in self.model)

    @invariant()
    def what_is_asked_often_is_kept_up_to_date(self) -> None:
        for filters in OFTEN:
            self.compare(filters, 1, 100)

    def teardown(self) -> None:
        for filters in COMBINATIONS[self.given % 7 :: 7]:  # other ones in each run
            self.compare(filters, 1, 3)


TestCollectionAgainstList = CollectionAgainstList.TestCase
TestCollectionAgainstList.settings = settings(
    max_examples=30,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


class Counted:
    """A collection of `size` records that counts how often its filters look at one."""

    def __init__(self, size: int) -> None:
        self.looks = 0
        filters: dict[str, Filter] = {
            "name": SubstringFilter(lambda record: str(self.look(record)["name"])),
            "kind": ValueFilter(lambda record: [self.look(record)["kind"]], lambda argument: [argument]),
            "uid": ValueFilter(lambda record: [self.look(record)["uid"]], lambda argument: [argument]),
            "tags": ValueFilter(self.tags, lambda argument: argument.split(",")),
        }
        self.collection = Collection(filters, unknown_group)
        for uid in range(size):
            self.collection.add(self.record(uid))

    def look(self, record: Record) -> Record:
        self.looks += 1
        return record

    def tags(self, record: Record) -> Iterable[Hashable]:
        return [str(tag) for tag in self.look(record)["tags"]]

    @staticmethod
    def record(uid: int) -> Record:
        return {
            "_id": f"r{uid}",
            "uid": uid,
            "name": f"Name {uid}",
            "kind": f"k{uid % 2}",
            "tags": ["x", f"t{uid % 3}"],
        }

    def looks_of(self, *pages: tuple[dict[str, Any], int]) -> int:
        before = self.looks
        for filters, page_no in pages:
            self.collection.page(filters, page_no, 10)
        return self.looks - before


@pytest.fixture(scope="module", params=[100, 20_000], ids="{} records".format)
def counted(request: pytest.FixtureRequest) -> Counted:
    return Counted(request.param)


def test_a_page_without_filters_or_of_an_indexed_filter_looks_at_no_record(counted: Counted) -> None:
    deep = len(counted.collection) // 20
    assert counted.looks_of(({}, 1), ({}, 2 * deep), ({}, 2 * deep + 1), ({"name": None}, deep)) == 0
    assert counted.looks_of(({"kind": "k1"}, 1), ({"kind": "k1"}, deep), ({"kind": "gone"}, 1), ({"uid": 7}, 1)) == 0
    assert len(counted.collection.page({"kind": "k1"}, deep, 10)[0]) == 10


@pytest.mark.parametrize(
    "filters", [{"name": "9"}, {"kind": "k1", "name": "NAME"}, {"tags": "t1,t2"}, {"kind": "k0", "tags": "x"}]
)
def test_a_repeated_combination_looks_at_no_record(counted: Counted, filters: dict[str, Any]) -> None:
    _, total = counted.collection.page(filters, 1, 10)
    assert total > 0
    assert counted.looks_of((filters, 1), (filters, 2), (filters, total // 10)) == 0


def test_a_new_combination_looks_only_under_its_narrowest_filter(counted: Counted) -> None:
    uid = len(counted.collection) - 1
    assert 0 < counted.looks_of(({"kind": f"k{uid % 2}", "name": "name", "tags": "x", "uid": uid}, 1)) <= 4


def test_the_combination_that_was_not_asked_for_longest_is_forgotten() -> None:
    counted = Counted(100)
    first, second, *others = ({"name": str(number), "kind": "k1"} for number in range(MAX_SEARCHES + 1))
    for filters in (first, second, *others[:-1], first, others[-1]):
        counted.collection.page(filters, 1, 10)
    assert counted.looks_of((first, 1), (others[0], 1), (others[-1], 1)) == 0
    assert counted.looks_of((second, 1)) > 0


def test_a_search_lets_others_in_and_what_they_write_is_found() -> None:
    counted, filters = Counted(3 * BATCH), {"name": "9"}
    counted.collection.page({"kind": "k1", "tags": "x"}, 1, 10)
    search = counted.collection.search(filters)
    next(search)
    counted.collection.remove("r9")
    counted.collection.replace({**counted.record(10), "name": "9"})
    counted.collection.replace({**counted.record(3 * BATCH - 1), "name": "9"})
    counted.collection.add({**counted.record(3 * BATCH), "name": "None"})
    counted.collection.add({**counted.record(3 * BATCH + 1), "name": "9"})
    assert sum(1 for _ in search) == 2
    before = counted.looks
    page, total = counted.collection.page(filters, 1, 10**6)
    assert counted.looks == before
    assert (len(page), [record["_id"] for record in page]) == (
        total,
        [record["_id"] for record in counted.collection if "9" in record["name"]],
    )


def test_searches_under_way_are_not_forgotten() -> None:
    counted = Counted(2 * BATCH)
    searches = [counted.collection.search({"name": f"{number}"}) for number in range(MAX_SEARCHES + 5)]
    for search in searches:
        next(search)
    assert [sum(1 for _ in search) for search in searches] == [0] * len(searches)
    assert len(counted.collection._searches) == MAX_SEARCHES + 5
    counted.collection.page({"name": "one more"}, 1, 1)
    assert len(counted.collection._searches) == MAX_SEARCHES


def test_a_write_looks_only_at_what_it_writes() -> None:
    looks = []
    for size in (100, 20_000):
        counted = Counted(size)
        counted.looks_of(({"name": "9"}, 1), ({"kind": "k1", "tags": "x"}, 1))
        before = counted.looks
        counted.collection.add(counted.record(size))
        counted.collection.replace({**counted.record(size // 2), "name": "Other", "kind": "k7"})
        counted.collection.remove("r3")
        looks.append(counted.looks - before)
    assert looks[0] == looks[1]
