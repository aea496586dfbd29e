"""A table and all its forks are what as many dicts would be."""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from audience_mock.store.table import Table

KEYS = st.integers(0, 9)
WHICH = st.integers(0, 99)


class TablesAgainstDicts(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.pairs: list[tuple[Table[int, list[int]], dict[int, list[int]]]] = [(Table(), {})]

    def pair(self, which: int) -> tuple[Table[int, list[int]], dict[int, list[int]]]:
        return self.pairs[which % len(self.pairs)]

    @rule(which=WHICH)
    def fork(self, which: int) -> None:
        table, model = self.pair(which)
        self.pairs.append((table.fork(), {key: list(value) for key, value in model.items()}))

    @rule(which=WHICH, key=KEYS, value=st.integers())
    def put(self, which: int, key: int, value: int) -> None:
        for one in self.pair(which):
            one[key] = [value]

    @rule(which=WHICH, key=KEYS)
    def delete(self, which: int, key: int) -> None:
        table, model = self.pair(which)
        if key in model:
            del table[key], model[key]
        for gone in (table, model):
            if key not in model:
                with pytest.raises(KeyError):
                    del gone[key]

    @rule(which=WHICH, key=KEYS, value=st.integers())
    def change_in_place(self, which: int, key: int, value: int) -> None:
        """Nobody else sees it."""
        table, model = self.pair(which)
        if key in model:
            table.writable(key, list).append(value)
            model[key].append(value)
        else:
            with pytest.raises(KeyError):
                table.writable(key, list)

    @invariant()
    def every_table_holds_what_its_dict_holds(self) -> None:
        for table, model in self.pairs:
            assert dict(table) == model
            assert len(list(table)) == len(table) == len(model)
            assert table.many(range(10)) == [model.get(key) for key in range(10)]
            assert [key in table for key in range(10)] == [key in model for key in range(10)]


TestTablesAgainstDicts = TablesAgainstDicts.TestCase
TestTablesAgainstDicts.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def layers(table: Table[Any, Any]) -> list[int]:
    return [len(layer) for layer in table._below]


def test_keys_come_in_the_order_in_which_they_were_put() -> None:
    table: Table[str, int] = Table()
    for key in "cabd":
        table[key] = 1
    table = table.fork()
    table["e"], table["a"] = 1, 2
    del table["b"]
    assert list(table) == ["c", "a", "d", "e"]


def test_a_fork_copies_nothing_and_a_write_only_what_it_writes() -> None:
    table: Table[int, int] = Table()
    for key in range(1000):
        table[key] = key
    forks = [table.fork() for _ in range(3)]
    assert all(fork._below[0] is table._below[0] for fork in forks)
    forks[0][7] = 0
    assert (layers(forks[0]), len(forks[0]._top)) == ([1000], 1)


def test_however_often_it_is_forked_there_are_few_layers() -> None:
    table: Table[int, int] = Table()
    for key in range(5000):
        table[key] = key
        table = table.fork()
        assert len(layers(table)) <= 14
    assert len(table) == 5000
