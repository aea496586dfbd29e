"""The suite finds nothing on servers that conform: variants of the mock.

`make faults ARGS="--false-alarms 20"` runs every variant at `standard` with 20 seeds; jobs-behind-writes, and
newest-first by itself, run only there. Here some run at `smoke`, each group of rules by itself. That the mock itself
has none is seen by test_shared_requests.py.
"""

import pytest
from tests.faults.alarms import alarms
from tests.faults.variants import SHOULD_BROKEN, VARIANTS, should_rules

from audience_conformance.checks.registry import all_checks

LONGEST = ("FMT", "PAG")
GROUPS = [*LONGEST, *sorted({check.rules[0].partition("-")[0] for check in all_checks()}.difference(LONGEST))]
"""The groups of rules, those that take longest first."""


@pytest.mark.parametrize("group", GROUPS)
def test_a_server_that_conforms_in_another_way_has_no_findings(group: str) -> None:
    assert alarms("together", "smoke", 1, group).problems == []


@pytest.mark.parametrize(
    ("variant", "rule"),
    [
        ("cursors-die-with-their-users", "MEM"),
        ("coarse-clock", "DEF-06"),
        ("reads-lag", "DEF-01"),
        ("no-data-urls", "BLK"),
        ("no-data-urls", "GRP-0"),
        ("times-in-utc-only", "ATT-0"),
        ("times-in-utc-only", "BLK"),
        ("extra-properties", "GET"),
        ("extra-properties", "DEF-23"),
    ],
)
def test_a_server_that_may_do_so_has_no_findings(variant: str, rule: str) -> None:
    assert alarms(variant, "smoke", 1, rule).problems == []


@pytest.mark.parametrize("group", GROUPS)
def test_a_server_that_breaks_every_should_rule_keeps_every_must_rule(group: str) -> None:
    found = alarms("should-is-broken", "smoke", 3, group)
    assert found.problems == []
    assert found.missed == []


def test_the_groups_hold_every_rule_that_a_variant_breaks() -> None:
    assert {rule.partition("-")[0] for variant in VARIANTS.values() for rule in variant.broken} <= set(GROUPS)


@pytest.mark.parametrize("group", ["FMT-01", "FMT-02", "FMT-05", "DEF-0", "GRP-0", "MEM-01", "PAG-02"])
def test_a_server_that_keeps_what_is_printed_and_nothing_that_was_decided_conforms(group: str) -> None:
    assert alarms("decisions-are-broken", "smoke", 4, group).problems == []


def test_a_server_with_smaller_limits_is_told_so_once() -> None:
    assert alarms("smaller-limits", "smoke", 2, "DEF-0").problems == []
    assert alarms("smaller-limits", "smoke", 2, "PAG-02").problems == []
    assert alarms("smaller-limits", "smoke", 2, "FMT-14").missed == []


def test_the_variants_break_each_should_rule_once() -> None:
    broken = [fault_id[:6] for fault_id in SHOULD_BROKEN]
    assert sorted([*broken, "FMT-08", "ERR-01", "ERR-02", "ERR-03", "ERR-04"]) == sorted(should_rules())
    whole = {name for name, variant in VARIANTS.items() if variant.broken == should_rules()}
    assert whole == {"should-is-broken", "decisions-are-broken"}


@pytest.mark.parametrize("name", ["limited", "gateway", "closed", "expired", "drips"])
def test_trouble_on_the_way_is_no_finding(name: str) -> None:
    assert alarms(name, "smoke", 2, "CON").problems == []
