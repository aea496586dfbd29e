"""Every rule's own checks catch the faults of the rule: a mock with one thing wrong.

Here run the faults of tests/faults/chosen.txt, which make every check and case fail that any fault does; `make faults`
runs all faults.
"""

import re
from collections import Counter

import pytest
from tests.faults.harness import checks_of, names, perform, serving
from tests.faults.registry import CATALOGUE, Fault, all_faults, chosen_faults

from audience_conformance.checks.registry import all_checks
from audience_conformance.contract.rules import catalogue


@pytest.mark.parametrize("fault", chosen_faults(), ids=lambda fault: fault.id)
def test_the_owning_rule_names_the_fault(fault: Fault) -> None:
    with serving(fault.change) as mock:
        results, _, _ = perform(mock.options, checks_of(fault.rule))
    lines = "\n".join(f"{one.id}: {one.status}: {one.rule}: {one.expected} / {one.actual[-500:]}" for one in results)
    assert any(names(result, fault.rule) for result in results), f"{fault.about}\nsurvives:\n{lines}"


def test_every_rule_has_a_fault_and_one_of_them_is_chosen() -> None:
    assert {fault.rule for fault in all_faults()} == catalogue().keys()
    assert {fault.rule for fault in chosen_faults()} == catalogue().keys()


def test_the_faults_of_a_rule_are_in_the_file_called_like_its_first_check() -> None:
    files = {check.rules[0]: check.location.partition(":")[0] for check in reversed(all_checks())}
    for path in CATALOGUE.rglob("*.py"):
        for rule in set(re.findall(r'\bfaults?\(\s*"([A-Z]{3}-\d\d)"', path.read_text("utf-8"))):
            assert files[rule].endswith(f"checks/{path.relative_to(CATALOGUE).as_posix()}"), rule


def test_chosen_ids_are_unique_and_sorted() -> None:
    ids = [fault.id for fault in chosen_faults()]
    assert ids == sorted(ids)
    assert not [fault_id for fault_id, times in Counter(ids).items() if times > 1]
