"""A run is split into units: what shares many requests stays together, and few requests are sent more than once."""

import pytest

from audience_conformance.checks.registry import all_checks, items
from audience_conformance.runner.estimate import PREFLIGHT, estimate
from audience_conformance.runner.units import Item, split

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
