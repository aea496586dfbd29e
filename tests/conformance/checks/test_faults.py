"""Every rule's own checks catch the faults of the rule: a mock with one thing wrong.

Here run the faults of tests/faults/chosen.txt, each with the checks and cases that it must make fail: together, these
are all that any fault makes fail, of a check that generates examples one case. `make faults` runs all faults with all
checks. The script of one finding of each rule (scripts.txt) exits 1 on the faulty mock and 0 on the correct one.
"""

import re

import pytest
from tests.faults.harness import correct, names, serving
from tests.faults.registry import CATALOGUE, CHOSEN, Fault, all_faults, chosen_faults, chosen_items
from tests.faults.scripts import (
    ASYNC_TIMEOUT,
    TELLS_APART,
    Codes,
    Item,
    chosen_results,
    run_script,
    scripted,
)

from audience_conformance.checks.registry import all_checks, rules_without_check
from audience_conformance.contract.rules import catalogue

GENERATING = {check.name for check in all_checks() if check.generates}
"""Checks whose generated examples may miss a fault after an unrelated change."""


TIMED = {"GRP-27"}
"""Rules whose script waits for a second and more for a job, too long on a busy machine; `make faults` tries them."""


@pytest.mark.parametrize("fault", chosen_faults(), ids=lambda fault: fault.id)
def test_the_owning_rule_names_the_fault(fault: Fault) -> None:
    chosen, scripts = chosen_items()[fault.id], {}
    with serving(fault.change, async_timeout=ASYNC_TIMEOUT) as mock:
        results = chosen_results(fault, mock.options)
        for result in results:
            if fault.rule not in TIMED and Item(fault.id, result.check, result.case) in scripted().values():
                scripts[result.script] = run_script(result.script, mock.options.url)
    lines = "\n".join(f"{one.id}: {one.status}: {one.rule}: {one.expected} / {one.actual[-500:]}" for one in results)
    assert {(result.check, result.case) for result in results} == chosen, (
        "chosen.txt is outdated: python -m tests.faults --choose"
    )
    silent = {(result.check, result.case) for result in results if result.status != "failed"}
    assert {item for item in silent if item[0] not in GENERATING} == set(), lines
    assert any(names(result, fault.rule) for result in results), f"{fault.about}\nsurvives:\n{lines}"
    with correct() as url:
        codes = [Codes(code, run_script(script, url)) for script, code in scripts.items()]
    assert set(codes) <= {TELLS_APART}, "recompute tests/faults/scripts.txt: python -m tests.faults --scripts"


def test_every_rule_has_a_fault_and_one_of_them_is_chosen() -> None:
    checked = catalogue().keys() - rules_without_check()
    assert {fault.rule for fault in all_faults()} == checked
    assert {fault.rule for fault in chosen_faults()} == checked


def test_every_rule_has_a_check() -> None:
    assert rules_without_check() == set()


def test_the_faults_of_a_rule_are_in_the_file_called_like_its_first_check() -> None:
    files = {check.rules[0]: check.location.partition(":")[0] for check in reversed(all_checks())}
    for path in CATALOGUE.rglob("*.py"):
        for rule in set(re.findall(r'\bfaults?\(\s*"([A-Z]{3}-\d\d)"', path.read_text("utf-8"))):
            assert files[rule].endswith(f"checks/{path.relative_to(CATALOGUE).as_posix()}"), rule


def test_the_chosen_lines_are_unique_and_sorted() -> None:
    lines = [line for line in CHOSEN.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert lines == sorted(set(lines))
