"""What each check costs in requests, and what it finds: faults per 100 requests."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from tests.faults.matrix import Row

from audience_conformance.checks.registry import Check, all_checks, items
from audience_conformance.runner.estimate import PREFLIGHT, estimate

HEADER = "rule\tcheck\trequests\tfaults\talone\tfaults per 100 requests"


class Cost(NamedTuple):
    """One check with all its cases.

    Args:
        check: the check.
        requests: that it sends in a run of it alone, by `make measure`.
        faults: how many it finds.
        alone: how many of them no other check finds.
    """

    check: Check
    requests: int
    faults: int
    alone: int

    @property
    def per_100(self) -> float:
        """Faults per 100 requests."""
        return 100 * self.faults / max(1, self.requests)

    @property
    def line(self) -> str:
        numbers = f"{self.requests}\t{self.faults}\t{self.alone}\t{self.per_100:.1f}"
        return f"{self.check.rules[0]}\t{self.check.name}\t{numbers}"


def costs(rows: Iterable[Row], profile: str) -> list[Cost]:
    """The cost of each check that had a fault to find, those that find least for it first."""
    rules = set()
    found, alone = Counter[str](), Counter[str]()
    for row in rows:
        rules.add(row.rule)
        finding = {check for _, check, _ in row.findings}
        found.update(finding)
        alone.update(finding if len(finding) == 1 else ())
    listed = []
    for check in all_checks():
        if check.rules[0] in rules and not (check.generates and profile == "smoke"):
            sent = estimate(items([check]), profile)[0].requests - PREFLIGHT
            listed.append(Cost(check, sent, found[check.name], alone[check.name]))
    return sorted(listed, key=lambda cost: (cost.per_100, -cost.requests))
