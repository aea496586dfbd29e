"""A run is split into units: what shares many requests stays together, and few requests are sent more than once."""

import pytest

from audience_conformance.checks.registry import all_checks, items
from audience_conformance.runner.estimate import PREFLIGHT, estimate
from audience_conformance.runner.units import Item, Queue, split

EVERY = items(all_checks())


def _requests(unit: list[Item], profile: str) -> int:
    return estimate(unit, profile)[0].requests - PREFLIGHT


def test_each_check_is_in_one_unit_and_the_longest_comes_first() -> None:
    units = split(EVERY, "smoke", 16)
    assert sorted(map(repr, EVERY)) == sorted(repr(item) for unit in units for item in unit)
    assert [*map(len, units)].count(1) > 100
    sizes = [_requests(unit, "smoke") for unit in units]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("profile", ["smoke", "standard"])
@pytest.mark.parametrize(("processes", "most"), [(16, 1.15), (4, 1.02)])
def test_side_by_side_few_requests_are_sent_more_than_once(profile: str, processes: int, most: float) -> None:
    together = sum(_requests(unit, profile) for unit in split(EVERY, profile, processes))
    alone = sum(_requests([item], profile) for item in EVERY)
    assert together < most * _requests(EVERY, profile) < alone


def test_the_checks_of_a_unit_have_the_order_of_the_run() -> None:
    places = {repr(item): place for place, item in enumerate(EVERY)}
    for unit in split(EVERY, "standard", 16):
        assert [places[repr(item)] for item in unit] == sorted(places[repr(item)] for item in unit)


def _generates(unit: list[Item]) -> bool:
    return any(check.generates and check.rules[0] == "FMT-04" for check, _ in unit)


def test_few_of_many_processes_generate_requests_and_begin_with_that() -> None:
    units = split(EVERY, "standard", 16)
    generating = sum(map(_generates, units))
    queue = Queue(units, 16)
    others = [unit for _ in units if (unit := queue.take(4))]
    assert len(others) > len(units) / 2
    assert not any(map(_generates, others))
    first = [queue.take(3) for _ in range(generating)]
    assert all(unit and any(check.generates for check, _ in unit) for unit in first)
    rest = [unit for _ in units if (unit := queue.take(0))]
    assert len(others) + generating + len(rest) == len(units)


def test_where_there_are_few_processes_each_runs_everything() -> None:
    units = split(EVERY, "standard", 4)
    queue = Queue(units, 4)
    taken = [queue.take(3) for _ in units]
    assert sorted(map(repr, taken)) == sorted(map(repr, units))
    assert queue.take(0) is None


def test_what_is_put_back_comes_next() -> None:
    units = split(EVERY, "smoke", 4)
    queue = Queue(units, 4)
    unit = queue.take(0)
    assert unit is not None
    queue.put_back(unit)
    assert len(queue) == len(units)
    assert queue.take(0) == unit
    assert queue.clear()
    assert len(queue) == 0
