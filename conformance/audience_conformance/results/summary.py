"""The summary of a run, from which all reports are made."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from audience_conformance.contract.rules import catalogue
from audience_conformance.results.result import Result

RuleStatus = Literal["passed", "failed", "known", "error", "not judged", "skipped", "not run"]

EXIT_OK, EXIT_BROKEN, EXIT_UNABLE, EXIT_INTERRUPTED = 0, 1, 2, 130


@dataclass
class Summary:
    """The results of a run, and what the reports say about it.

    Args:
        target: the URL of the server under test.
        profile: smoke, standard or deep.
        seed: the seed of all random choices.
        results: one for each check and case, in the order they ended.
        sent: the number of requests sent.
        seconds: the duration.
        started: the start time, RFC 3339.
        version: of the suite.
        left: the resources that could not be deleted, each as URL and reason.
        known: rule id -> the reason of its known failure.
        notes: restrictions of the run, as "some checks were skipped: the time was up".
        selected: the rules to check; empty for all.
        strict: a broken SHOULD rule fails the run.
        interrupted: the run was stopped before its end.
        stale: a line for each known failure that has expired, or whose operation now passes; each fails the run.
        ended: why the run ended before it had judged every check: trouble on the way; "" if it did not.
        command: the command line of this run without --rules, secrets as $TOKEN; "" if there is none.
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
    ended: str = ""

    def of_rule(self, rule_id: str) -> list[Result]:
        """The results of a rule: its findings, and the other results of its own checks."""
        return [result for result in self.results if result.rule == rule_id]

    def status(self, rule_id: str) -> RuleStatus:
        """The status of a rule: that of the result which comes first, of failed, error, not judged, passed, skipped."""
        statuses = {result.status for result in self.of_rule(rule_id)}
        if "failed" in statuses:
            return "known" if rule_id in self.known else "failed"
        rest: tuple[RuleStatus, ...] = ("error", "not judged", "passed", "skipped")
        for status in rest:
            if status in statuses:
                return status
        return "not run"

    def statuses(self) -> dict[str, RuleStatus]:
        """The status of every rule of the catalogue."""
        return {rule_id: self.status(rule_id) for rule_id in catalogue()}

    def findings(self) -> list[Result]:
        return [result for result in self.results if result.status == "failed"]

    def counts(self, level: str) -> Counter[str]:
        """The number of rules of a level by status."""
        return Counter(status for rule_id, status in self.statuses().items() if catalogue()[rule_id].level == level)

    @property
    def fixed(self) -> list[str]:
        """The rules whose known failure now passes."""
        return [rule_id for rule_id in self.known if self.status(rule_id) == "passed"]

    @property
    def exit_code(self) -> int:
        """0, 1, 2 or 130, as `audience-conformance run --help` says."""
        if self.interrupted:
            return EXIT_INTERRUPTED
        if self.ended:
            return EXIT_UNABLE
        statuses = self.statuses()
        broken = {rule_id for rule_id, status in statuses.items() if status == "failed"}
        if any(self.strict or catalogue()[rule_id].level == "MUST" for rule_id in broken) or self.fixed or self.stale:
            return EXIT_BROKEN
        if {"error", "not judged"} & set(statuses.values()) or not {"passed", "failed", "known"} & set(
            statuses.values()
        ):
            return EXIT_UNABLE
        return EXIT_OK
