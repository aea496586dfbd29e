"""Every rule has a finding with a script that tells the faulty mock from the correct one (tests/faults/scripts.txt).

tests/conformance/checks/test_faults.py runs these scripts.
"""

from tests.faults.registry import chosen_items
from tests.faults.scripts import scripted

from audience_conformance.checks.registry import rules_without_check
from audience_conformance.contract.rules import catalogue
from audience_conformance.reproduce.shell import LEFT_TO_REPLAY

WITHOUT_SCRIPT = {"CON-01", "CON-02", "CON-03", *LEFT_TO_REPLAY}
"""Rules whose findings only `audience-conformance replay` can judge: CON needs requests at the same time."""


def test_every_rule_has_a_finding_with_a_script() -> None:
    assert catalogue().keys() - rules_without_check() - scripted().keys() == WITHOUT_SCRIPT


def test_each_of_these_findings_is_one_that_the_tests_make() -> None:
    chosen = chosen_items()
    assert [item for item in scripted().values() if (item.check, item.case) not in chosen.get(item.fault, ())] == []
