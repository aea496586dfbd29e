"""Chooses the faults that `make test` runs: the fewest that make every check and case of every rule fail."""

from collections.abc import Container, Iterable

from tests.faults.matrix import Row
from tests.faults.registry import CHOSEN

from audience_conformance.checks.registry import all_checks, items

HEADER = "# The faults that make test runs; recompute with: python -m tests.faults --choose\n"


def choose(rows: list[Row]) -> None:
    """Rewrite chosen.txt for the rules of these rows, and print the checks and cases that no fault makes fail."""
    rules = {row.rule for row in rows}
    before = _lines()
    kept = [line for line in before if line[:6] not in rules]
    chosen = [row for rule in sorted(rules) for row in cover((row for row in rows if row.rule == rule), before)]
    CHOSEN.write_text(HEADER + "".join(f"{line}\n" for line in sorted([*kept, *(row.id for row in chosen)])), "utf-8")
    print(f"\n{len(chosen)} of {len(rows)} faults chosen, {sum(row.seconds for row in chosen):.0f} s: {CHOSEN.name}")
    failing = {(check, case) for row in rows for _, check, case in row.findings}
    for check, case in items(check for check in all_checks() if check.rules[0] in rules):
        if (check.name, case or "") not in failing:
            print(f"  never fails: {check.rules[0]} {check.name} {case or ''}".rstrip())


def cover(rows: Iterable[Row], before: Container[str]) -> list[Row]:
    """The fewest faults of a rule, by greedy choice, that make fail every check and case that any of them does.

    Only faults whose rule is named count, and at least one is chosen; of equals one that was chosen before, else the
    quickest.
    """
    left = {row.id: (row, {(check, case) for _, check, case in row.findings}) for row in rows if row.by_owner}
    chosen: list[Row] = []
    while left:
        row, covered = max(left.values(), key=lambda one: (len(one[1]), one[0].id in before, -one[0].seconds))
        if chosen and not covered:
            break
        chosen.append(row)
        del left[row.id]
        left = {one.id: (one, cases - covered) for one, cases in left.values()}
    return chosen


def _lines() -> list[str]:
    lines = CHOSEN.read_text("utf-8").splitlines() if CHOSEN.exists() else []
    return [line for line in lines if not line.startswith("#")]
