"""Every rule's own checks find every fault of it: a mock with one thing wrong.

`make faults ARGS="--owner-only --no-peer"` does the same with every fault, `make faults` with the whole suite.
"""

from collections import Counter
from pathlib import Path

import pytest
from tests.faults.harness import names, trial
from tests.faults.registry import Fault, all_faults

from audience_conformance.contract.rules import catalogue

PINNED = Path(__file__).parents[2] / "faults" / "pinned.tsv"
AT_LEAST = 150


@pytest.mark.parametrize("fault", all_faults(), ids=lambda fault: fault.id)
def test_the_owning_rule_names_the_fault(fault: Fault) -> None:
    results = trial(fault)
    assert results, f"{fault.rule} has no check"
    told = "\n".join(f"{one.id}: {one.status}: {one.rule}: {one.expected} / {one.actual[-500:]}" for one in results)
    assert any(names(result, fault.rule) for result in results), f"{fault.about}\nsurvives:\n{told}"


def test_every_rule_has_a_fault() -> None:
    owned = Counter(fault.rule for fault in all_faults())
    assert owned.keys() == catalogue().keys()
    assert owned.total() >= AT_LEAST


def test_a_fault_is_called_after_its_rule_and_says_what_is_wrong() -> None:
    for fault in all_faults():
        assert fault.id.startswith(f"{fault.rule}-"), fault.id
        assert fault.about.endswith("."), fault.id


def test_an_id_keeps_its_meaning() -> None:
    """The list of faults is pinned: one may be added, none may be dropped, and none becomes another."""
    known = {fault.id: (fault.rule, fault.subtlety, fault.about) for fault in all_faults()}
    pinned = {fields[0]: tuple(fields[1:]) for fields in map(_fields, PINNED.read_text("utf-8").splitlines())}
    assert known == pinned, f"write a new fault to {PINNED.name}: make faults ARGS=--pin"


def _fields(line: str) -> list[str]:
    return line.split("\t")
