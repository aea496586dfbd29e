"""The script of a finding exits 1 on the faulty mock and 0 on the correct one.

Here run some of tests/faults/scripts.txt, which has a finding of each rule; `make faults ARGS=--scripts` tries them all.
"""

import pytest
from tests.faults.scripts import TELLS_APART, Item, scripted, try_script

from audience_conformance.checks.registry import rules_without_check
from audience_conformance.contract.rules import catalogue

EVERY = 9
"""One rule in so many runs here."""

WITHOUT_SCRIPT = {"CON-01", "CON-02"}
"""Rules whose findings only `audience-conformance replay` can judge: they need requests at the same time, or chance."""


@pytest.mark.parametrize("item", list(scripted().values())[::EVERY], ids=lambda item: item.fault)
def test_the_script_of_a_finding_tells_the_faulty_from_the_correct(item: Item) -> None:
    assert try_script(item) == TELLS_APART


def test_every_rule_has_a_finding_with_a_script() -> None:
    assert catalogue().keys() - rules_without_check() - scripted().keys() == WITHOUT_SCRIPT
