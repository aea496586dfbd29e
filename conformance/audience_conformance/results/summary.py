"""The summary of a run, from which all reports are made."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from audience_conformance.contract.rules import catalogue
from audience_conformance.results.known_failures import now_passes
from audience_conformance.results.result import Result
from audience_conformance.results.verdict import Verdict, judge

RuleStatus = Literal["passed", "failed", "known", "error", "not judged", "skipped", "not run"]


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
        allow_partial: time that ran out, and trouble on the way, do not fail the run.
        interrupted: the number of the signal that stopped the run before its end, 0 for none.
        stale: a line for each known failure that has expired, or whose operation now passes; each fails the run.
        options: its options that a replay needs, by name, none of them secret.
        ended: why the run ended before it had judged every check: trouble on the way; "" if it did not.
        exchanges: for a HAR report, its entry of each request, as JSON.
        shard: the number, from 1, and how many there are, if this is one part of a run.
        of_whole_run: of a shard, the options that all shards of the run have in common, by name.
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
    allow_partial: bool = False
    interrupted: int = 0
    stale: list[str] = field(default_factory=list)
    command: str = ""
    ended: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    exchanges: list[str] = field(default_factory=list)
    shard: tuple[int, int] | None = None
    of_whole_run: dict[str, Any] = field(default_factory=dict)

    def of_rule(self, rule_id: str) -> list[Result]:
        """The results of a rule: its findings, and the other results of its own checks."""
        return [result for result in self.results if result.rule == rule_id]

    def status(self, rule_id: str) -> RuleStatus:
        """The status of a rule: that of the result which comes first, of failed, error, not judged, passed, skipped.

        A rule whose checks the end of the time interrupted is skipped, whatever passed before.
        """
        return self._status(rule_id, self.of_rule(rule_id))

    def _status(self, rule_id: str, results: list[Result]) -> RuleStatus:
        statuses = {result.status for result in results}
        if "failed" in statuses:
            return "known" if rule_id in self.known else "failed"
        if any(result.out_of_time for result in results):
            statuses.discard("passed")
        rest: tuple[RuleStatus, ...] = ("error", "not judged", "passed", "skipped")
        return next((status for status in rest if status in statuses), "not run")

    def statuses(self) -> dict[str, RuleStatus]:
        """The status of every rule of the catalogue."""
        of_rule: dict[str, list[Result]] = {}
        for result in self.results:
            of_rule.setdefault(result.rule, []).append(result)
        return {rule_id: self._status(rule_id, of_rule.get(rule_id, [])) for rule_id in catalogue()}

    def findings(self) -> list[Result]:
        return [result for result in self.results if result.status == "failed"]

    def counts(self, level: str) -> Counter[str]:
        """The number of rules of a level by status."""
        return Counter(status for rule_id, status in self.statuses().items() if catalogue()[rule_id].level == level)

    @property
    def fixed(self) -> list[str]:
        """The rules whose known failure now passes; of a shard none, as another one may have the check that fails."""
        if self.shard:
            return []
        return [rule_id for rule_id in self.known if self.status(rule_id) == "passed"]

    @property
    def outdated(self) -> list[str]:
        """A line for each known failure that now passes or has expired; each fails the run."""
        return [*(now_passes(rule_id, self.known[rule_id]) for rule_id in self.fixed), *self.stale]

    @property
    def out_of_time(self) -> bool:
        """Did --max-time leave something unchecked."""
        return any(result.out_of_time for result in self.results)

    @property
    def verdict(self) -> Verdict:
        return judge(self)

    @property
    def exit_code(self) -> int:
        """0, 1, 2, or of an interrupted run 128 and the signal's number, as `audience-conformance run --help` says."""
        return self.verdict.exit_code
