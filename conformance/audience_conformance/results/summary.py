"""A whole run in numbers: what every report is made from."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from audience_conformance.contract.rules import catalogue
from audience_conformance.results.result import Result

RuleStatus = Literal["passed", "failed", "known", "error", "skipped", "not run"]

EXIT_OK, EXIT_BROKEN, EXIT_UNABLE, EXIT_INTERRUPTED = 0, 1, 2, 130


@dataclass
class Summary:
    """All that a run has to say.

    Args:
        target: the URL that was tested.
        profile: smoke, standard or deep.
        seed: what all chance came from.
        results: one for each check and case, in the order they ended.
        sent: requests sent.
        seconds: how long it took.
        started: when it began, RFC 3339.
        version: of the suite.
        left: what was created and could not be deleted: a URL and why, each.
        known: rule id -> the reason given for its known failure.
        notes: what a reader must know of the run: "reading rules only: the target is not on loopback".
        selected: the rules that were to be checked; empty for all.
        strict: does a broken SHOULD rule fail the run.
        interrupted: was it stopped before its end.
        stale: a line for each known failure that has expired, or passed at its operation: the run fails by it.
        command: the command line of this run without --rules, secrets as $TOKEN; "" where there is none.
    """

    target: str
    profile: str
    seed: int
    results: list[Result] = field(default_factory=list)
    sent: int = 0
    seconds: float = 0.0
    started: str = ""
    version: str = ""
    left: list[str] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    selected: list[str] = field(default_factory=list)
    strict: bool = False
    interrupted: bool = False
    stale: list[str] = field(default_factory=list)
    command: str = ""

    def of_rule(self, rule_id: str) -> list[Result]:
        """The results that speak of a rule: findings of it, and what the checks that it owns came to."""
        return [result for result in self.results if result.rule == rule_id]

    def status(self, rule_id: str) -> RuleStatus:
        """What a rule came to: a finding outweighs an error, an error a pass, a pass a skip."""
        statuses = {result.status for result in self.of_rule(rule_id)}
        if "failed" in statuses:
            return "known" if rule_id in self.known else "failed"
        for status in ("error", "passed", "skipped"):
            if status in statuses:
                return status
        return "not run"

    def statuses(self) -> dict[str, RuleStatus]:
        """Every rule of the catalogue with what it came to."""
        return {rule_id: self.status(rule_id) for rule_id in catalogue()}

    def findings(self) -> list[Result]:
        return [result for result in self.results if result.status == "failed"]

    def counts(self, level: str) -> Counter[str]:
        """How many rules of a level came to what."""
        return Counter(status for rule_id, status in self.statuses().items() if catalogue()[rule_id].level == level)

    @property
    def fixed(self) -> list[str]:
        """Rules whose known failure did not happen: they passed."""
        return [rule_id for rule_id in self.known if self.status(rule_id) == "passed"]

    @property
    def exit_code(self) -> int:
        """0, 1, 2 or 130, as `audience-conformance run --help` says."""
        if self.interrupted:
            return EXIT_INTERRUPTED
        statuses = self.statuses()
        broken = {rule_id for rule_id, status in statuses.items() if status == "failed"}
        if any(self.strict or catalogue()[rule_id].level == "MUST" for rule_id in broken) or self.fixed or self.stale:
            return EXIT_BROKEN
        if "error" in statuses.values() or not {"passed", "failed", "known"} & set(statuses.values()):
            return EXIT_UNABLE
        return EXIT_OK
