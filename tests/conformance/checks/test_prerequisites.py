"""A check declares what it may lack: whatever a skipped result says begins with one of its `needs`."""

from typing import Any

import pytest
from tests.faults.harness import perform, serving

from audience_conformance.checks.prerequisites import CREATES_DEFINITION, CREATES_GROUP
from audience_conformance.checks.registry import Check, all_checks

NOTHING = dict.fromkeys(
    ("other_application_id", "group_id", "users_file_url", "locked_definition_id", "validated_definition_id")
)
ANY_CHECK = (CREATES_DEFINITION, CREATES_GROUP)


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        ({"writes": False}, all_checks()),
        ({}, [check for check in all_checks() if check.prerequisites]),
    ],
    ids=["read-only", "without-options"],
)
def test_a_skip_names_a_declared_prerequisite(options: dict[str, Any], chosen: list[Check]) -> None:
    checks = {check.name: check for check in chosen}
    with serving(**{**NOTHING, **options}) as mock:
        results, _, _ = perform(mock.options, chosen, "smoke")
    skipped = [result for result in results if result.status == "skipped"]
    assert skipped
    undeclared = [
        (result.check, result.actual)
        for result in skipped
        if not result.actual.startswith((*ANY_CHECK, *_declared(checks[result.check], result.case)))
    ]
    assert undeclared == []


def _declared(check: Check, case: str) -> list[str]:
    """What the check declares for this case; "(case x)" limits a prerequisite to one."""
    parts = [need.partition(" (case ") for need in check.needs]
    return [need for need, _, only_for in parts if not only_for or only_for == f"{case})"]
