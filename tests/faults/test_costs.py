"""What checks cost and find: counted from the rows of faults."""

from tests.faults.costs import costs
from tests.faults.matrix import Row

from audience_conformance.checks.registry import all_checks

DEF_05 = [check.name for check in all_checks() if check.rules[0] == "DEF-05"]


def row(number: int, *checks: str) -> Row:
    return Row(f"DEF-05-fault-{number}", [("DEF-05", check, "") for check in checks], 0, 1.0, 0.1, 10, {})


def test_a_check_finds_faults_and_some_of_them_alone() -> None:
    one, other = DEF_05[:2]
    found = {cost.check.name: cost for cost in costs([row(1, one), row(2, one, other), row(3)], "standard")}
    assert found.keys() == set(DEF_05)
    assert (found[one].faults, found[one].alone) == (2, 1)
    assert (found[other].faults, found[other].alone) == (1, 0)
    assert found[one].requests > 0
    assert found[one].per_100 == 100 * 2 / found[one].requests


def test_the_check_that_finds_least_for_its_requests_comes_first() -> None:
    one, other = DEF_05[:2]
    assert [cost.check.name for cost in costs([row(1, one)], "standard")] == [other, one]


def test_a_check_that_the_profile_leaves_out_has_no_cost() -> None:
    generating = next(check for check in all_checks() if check.generates)
    found = [Row(f"{generating.rules[0]}-x", [], 0, 1.0, None, 10, {})]
    assert generating.name not in {cost.check.name for cost in costs(found, "smoke")}
    assert generating.name in {cost.check.name for cost in costs(found, "standard")}
