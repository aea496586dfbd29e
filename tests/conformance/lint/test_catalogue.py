from collections.abc import Callable

import pytest

Found = Callable[[str], list[tuple[int, str]]]
Seed = Callable[[str, str], str]

CATALOGUE = """x-rules:
  - {id: PET-01, level: MUST, rule: A stored pet reads back}
  - id: PET-02
    level: SHOULD
    rule: A list holds every pet once
"""

FAULTS = {
    "an id of another form": (
        "  - id: PET-02\n",
        "  - {id: PET-3, level: MUST, rule: Pets eat}  # <- rule-id-format\n  - id: PET-02\n",
    ),
    "an id with a line break after it": (
        "  - id: PET-02\n",
        '  - {id: "PET-03\\n", level: MUST, rule: Pets eat}  # <- rule-id-format\n  - id: PET-02\n',
    ),
    "a rule without an id": (
        "  - id: PET-02\n",
        "  - {level: MUST, rule: Pets eat}  # <- rule-id-format\n  - id: PET-02\n",
    ),
    "a rule that is a sentence only": (
        "  - id: PET-02\n",
        "  - Pets eat  # <- rule-id-format\n  - id: PET-02\n",
    ),
    "a repeated id": (
        "  - id: PET-02\n",
        "  - {id: PET-01, level: MUST, rule: Pets eat}  # <- rule-ids-unique\n  - id: PET-02\n",
    ),
    "another level": ("    level: SHOULD\n", "    level: MAY  # <- rule-level\n"),
    "no level": (
        "  - id: PET-02\n    level: SHOULD\n",
        "  - id: PET-02  # <- rule-level\n",
    ),
    "an empty sentence": ("    rule: A list holds every pet once\n", "    rule: ' '  # <- rule-sentence\n"),
    "no sentence": (
        "  - id: PET-02\n    level: SHOULD\n    rule: A list holds every pet once\n",
        "  - id: PET-02  # <- rule-sentence\n    level: SHOULD\n",
    ),
    "an operation that lists an unknown rule": (
        "        - PET-01\n        - PET-02\n",
        "        - PET-01\n        - PET-02\n        - PET-03  # <- rule-known\n        - 4  # <- rule-known\n",
    ),
    "an operation that lists a rule twice": (
        "        - PET-01\n        - PET-02\n",
        "        - PET-01\n        - PET-02\n        - PET-01  # <- rule-known\n",
    ),
    "an operation that lists no rule": (
        "    get:\n      operationId: getPhoto\n      x-rules: [PET-01]\n",
        "    get:  # <- rule-bound\n      operationId: getPhoto\n",
    ),
    "an operation that lists an empty list": (
        "    get:\n      operationId: getPhoto\n      x-rules: [PET-01]\n",
        "    get:  # <- rule-bound\n      operationId: getPhoto\n      x-rules: []\n",
    ),
    "a rule that no operation lists": (
        "  - id: PET-02\n",
        "  - {id: PET-03, level: MUST, rule: Pets eat}  # <- rule-bound\n  - id: PET-02\n",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named(fault: str, seed: Seed, found: Found, marked: Found) -> None:
    text = seed(*FAULTS[fault])
    assert found(text) == marked(text) != []


def test_a_catalogue_of_another_form_is_named_once_at_the_top(seed: Seed, found: Found) -> None:
    text = seed(CATALOGUE, "x-rules: {PET-01: A stored pet reads back}\n")
    assert found(text)[0] == (7, "rule-id-format")


def test_rules_of_an_operation_that_are_no_list_are_named(seed: Seed, found: Found) -> None:
    text = seed("getPhoto\n      x-rules: [PET-01]\n", "getPhoto\n      x-rules: PET-01\n")
    assert [check for _, check in found(text)] == ["rule-bound", "rule-known"]


def test_a_document_without_a_catalogue_needs_no_rules(seed: Seed, found: Found) -> None:
    assert found(seed(CATALOGUE, "")) == []
