"""The script of a finding exits 1 on the faulty mock and 0 on the correct one.

Here run some of tests/faults/scripts.txt, which has one of each rule; `make faults ARGS=--scripts` tries them all.
"""

import pytest
from tests.faults.scripts import TELLS_APART, scripted, try_script

from audience_conformance.checks.registry import rules_without_check
from audience_conformance.contract.rules import catalogue
from audience_conformance.reproduce.shell import LEFT_TO_REPLAY

QUICK = ("FMT-09", "DEF-06", "DEF-13", "DEF-15", "ATT-05", "GRP-20")
"""A finding about a status, a time, a sequence, a value, an id, and one that depends on what else was made."""

WITHOUT_SCRIPT = {"CON-01", "CON-02", "CON-03", *LEFT_TO_REPLAY}
"""Rules whose findings only `audience-conformance replay` can judge: CON needs requests at the same time."""


@pytest.mark.parametrize("rule_id", QUICK)
def test_the_script_of_a_finding_tells_the_faulty_from_the_correct(rule_id: str) -> None:
    assert try_script(scripted()[rule_id]) == TELLS_APART


def test_every_rule_has_a_finding_with_a_script() -> None:
    assert catalogue().keys() - rules_without_check() - scripted().keys() == WITHOUT_SCRIPT
