"""Chooses what `make test` runs: the fewest faults that make every check and case of every rule fail.

Of a check that generates examples one case is enough.
"""

from collections.abc import Container, Iterable, Mapping

from tests.faults.matrix import Row
from tests.faults.registry import CHOSEN, chosen_items

from audience_conformance.checks.registry import all_checks, items

HEADER = (
    "# The faults that make test runs, each with the check and the case that it must make fail.\n"
    "# Recompute with: python -m tests.faults --choose\n"
)
Items = set[tuple[str, str]]
"""Names of checks, with their cases."""


def choose(rows: list[Row]) -> None:
    """Rewrite chosen.txt for the rules of these rows, and print the checks and cases that no fault makes fail."""
    rules = {row.rule for row in rows}
    before = chosen_items() if CHOSEN.exists() else {}
    chosen = {fault_id: found for fault_id, found in before.items() if fault_id[:6] not in rules}
    for rule in sorted(rules):
        chosen |= cover((row for row in rows if row.rule == rule), before)
    lines = ["\t".join([fault_id, *item]) for fault_id, found in sorted(chosen.items()) for item in sorted(found)]
    CHOSEN.write_text(HEADER + "".join(f"{line}\n" for line in lines), "utf-8")
    print(f"\n{sum(fault_id[:6] in rules for fault_id in chosen)} of {len(rows)} faults chosen: {CHOSEN.name}")
    failing = {(check, case) for row in rows for _, check, case in row.findings}
    for check, case in items(check for check in all_checks() if check.rules[0] in rules):
        if (check.name, case or "") not in failing:
            print(f"  never fails: {check.rules[0]} {check.name} {case or ''}".rstrip())


def cover(rows: Iterable[Row], before: Mapping[str, Items]) -> dict[str, Items]:
    """The fewest faults of a rule, by greedy choice, and what each adds to the checks and cases that fail.

    Only faults whose rule is named count, and at least one is chosen, with a check that names the rule, if possible
    one that generates nothing; of equals one that was chosen before, else the quickest. Of a check that generates
    examples one case is enough, the one chosen before: its cases differ in the operation only, and each takes seconds.
    """
    generating = {check.name for check in all_checks() if check.generates}
    left = {row.id: (row, one_case(row.findings, generating, before.get(row.id, ()))) for row in rows if row.by_owner}
    chosen: dict[str, Items] = {}
    while left:
        row, added = max(left.values(), key=lambda one: (len(one[1]), one[0].id in before, -one[0].seconds))
        if chosen and not added:
            break
        naming = ((check, case) for rule, check, case in row.findings if rule == row.rule)
        named = min(naming, key=lambda item: (item[0] in generating, item not in added, item))
        chosen[row.id] = added | {named}
        del left[row.id]
        done = {check for check, _ in added} & generating
        left = {one.id: (one, {item for item in found - added if item[0] not in done}) for one, found in left.values()}
    return chosen


def one_case(
    findings: Iterable[tuple[str, str, str]], generating: Container[str], before: Container[tuple[str, str]]
) -> Items:
    """The checks that failed, with their cases; of one that generates examples one case, one of before if it failed."""
    every = sorted({(check, case) for _, check, case in findings}, key=lambda item: (item not in before, item))
    first = {check: (check, case) for check, case in reversed(every)}
    return {item for item in every if item[0] not in generating or item == first[item[0]]}
