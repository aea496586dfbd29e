"""The suite finds nothing on servers that conform: variants of the mock.

`make faults ARGS="--false-alarms 20"` runs every variant at `standard` with 20 seeds; here two run at `smoke`. That
the mock itself has none is seen by test_shared_requests.py.
"""

from tests.faults.alarms import alarms
from tests.faults.variants import SHOULD_BROKEN, VARIANTS, should_rules


def test_a_server_that_conforms_in_another_way_has_no_findings() -> None:
    assert alarms("together", "smoke", 1).problems == []


def test_a_server_that_breaks_every_should_rule_keeps_every_must_rule() -> None:
    found = alarms("should-is-broken", "smoke", 3)
    assert found.problems == []
    assert found.missed == []


def test_the_variants_break_each_should_rule_once() -> None:
    broken = [fault_id[:6] for fault_id in SHOULD_BROKEN]
    assert sorted([*broken, "FMT-08", "ERR-01", "ERR-02", "ERR-03"]) == sorted(should_rules())
    assert {name for name, variant in VARIANTS.items() if variant.broken} == {"should-is-broken"}
