import pytest
from tests.conformance.lint.linting import assert_marked, before, found, seed

FIRST = "x-rules:\n  - {id: PET-01, level: MUST, rule: A stored pet reads back}"
CATALOGUE = f"""{FIRST}
  - id: PET-02
    level: SHOULD
    rule: A list holds every pet once
"""
PHOTO = "    get:\n      operationId: getPhoto\n      x-rules: [PET-01]\n"
LIST = "        - PET-01\n        - PET-02"

FAULTS = {
    "an id of another form": before(
        "  - id: PET-02", "  - {id: PET-3, level: MUST, rule: Pets eat}  # <- rule-id-format\n"
    ),
    "an id with a line break after it": before(
        "  - id: PET-02", '  - {id: "PET-03\\n", level: MUST, rule: Pets eat}  # <- rule-id-format\n'
    ),
    "a rule without an id": before("  - id: PET-02", "  - {level: MUST, rule: Pets eat}  # <- rule-id-format\n"),
    "a rule that is only a sentence": before("  - id: PET-02", "  - Pets eat  # <- rule-id-format\n"),
    "a repeated id": before("  - id: PET-02", "  - {id: PET-01, level: MUST, rule: Pets eat}  # <- rule-ids-unique\n"),
    "another level": ("    level: SHOULD\n", "    level: MAY  # <- rule-level\n"),
    "no level": ("  - id: PET-02\n    level: SHOULD\n", "  - id: PET-02  # <- rule-level\n"),
    "an empty sentence": ("    rule: A list holds every pet once\n", "    rule: ' '  # <- rule-sentence\n"),
    "no sentence": (
        "  - id: PET-02\n    level: SHOULD\n    rule: A list holds every pet once\n",
        "  - id: PET-02  # <- rule-sentence\n    level: SHOULD\n",
    ),
    "a group without a title": (f"x-rule-groups: {{PET: Pets}}\n{FIRST}\n", f"{FIRST}  # <- rule-group\n"),
    "a group with an empty title": ("{PET: Pets}", "{PET: ''}  # <- rule-group"),
    "a title of no group": ("{PET: Pets}", "{PET: Pets, 1: Cats}  # <- rule-group"),
    "an operation that lists an unknown rule": (
        LIST,
        f"{LIST}\n        - PET-03  # <- rule-known\n        - 4  # <- rule-known",
    ),
    "an operation that lists a rule twice": (LIST, f"{LIST}\n        - PET-01  # <- rule-known"),
    "an operation that lists no rule": (PHOTO, "    get:  # <- rule-bound\n      operationId: getPhoto\n"),
    "an operation that lists an empty list": (
        PHOTO,
        "    get:  # <- rule-bound\n      operationId: getPhoto\n      x-rules: []\n",
    ),
    "a rule that no operation lists": before(
        "  - id: PET-02", "  - {id: PET-03, level: MUST, rule: Pets eat}  # <- rule-bound\n"
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named(fault: str) -> None:
    assert_marked(*FAULTS[fault])


def test_a_catalogue_of_another_form_is_named_once_at_the_top() -> None:
    assert found(seed(CATALOGUE, "x-rules: {PET-01: A stored pet reads back}\n"))[0] == (7, "rule-id-format")


def test_titles_of_another_form_are_named() -> None:
    assert found(seed("{PET: Pets}", "[Pets]")) == [(6, "rule-group"), (8, "rule-group")]


def test_rules_of_an_operation_that_are_not_a_list_are_named() -> None:
    text = seed("getPhoto\n      x-rules: [PET-01]\n", "getPhoto\n      x-rules: PET-01\n")
    assert [check for _, check in found(text)] == ["rule-bound", "rule-known"]


def test_a_document_without_a_catalogue_needs_no_rules() -> None:
    assert found(seed(CATALOGUE, "")) == []
