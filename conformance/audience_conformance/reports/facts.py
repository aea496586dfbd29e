"""What the reports have in common: the verdict, the findings, the matrix, and text that is safe to show."""

import re
import shlex
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from audience_conformance.contract.rules import catalogue
from audience_conformance.results.result import Result
from audience_conformance.results.summary import EXIT_BROKEN, EXIT_INTERRUPTED, EXIT_UNABLE, RuleStatus, Summary

LEVELS = ("MUST", "SHOULD")
STATUSES: tuple[RuleStatus, ...] = ("failed", "error", "known", "skipped", "not run", "passed")
"""Worst first."""
COLUMNS: tuple[RuleStatus, ...] = ("passed", "failed", "known", "error", "skipped", "not run")
"""The order in which they are counted."""

LATE = "It may come later: this run's patience was up."
"""Of a finding that is overdue."""

Tone = Literal["good", "warning", "bad", "unknown"]


class Verdict(NamedTuple):
    """What a run comes to: in a word for colours, in a sentence, and what a reader must know beside it."""

    tone: Tone
    headline: str
    details: list[str]


def verdict(summary: Summary) -> Verdict:
    """The run's exit code in words."""
    tone, headline = _headline(summary)
    return Verdict(tone, headline, _details(summary))


def _headline(summary: Summary) -> tuple[Tone, str]:
    code = summary.exit_code
    if code == EXIT_INTERRUPTED:
        return "unknown", "Interrupted before the end"
    if code == EXIT_UNABLE:
        errors = sum(summary.counts(level)["error"] for level in LEVELS)
        why = f"the suite itself failed at {count(errors, 'rule')}" if errors else "nothing was checked"
        return "unknown", f"Not judged: {why}"
    return ("bad", _why_broken(summary)) if code == EXIT_BROKEN else _conforms(summary)


def _conforms(summary: Summary) -> tuple[Tone, str]:
    must, should = summary.counts("MUST"), summary.counts("SHOULD")
    if must["known"]:
        return "warning", f"Conforms but for known failures: {broken(must['known'], 'MUST')}"
    if warnings := should["failed"] + should["known"]:
        return "warning", f"Conforms, with warnings: {broken(warnings, 'SHOULD')}"
    if all(status == "passed" for status in summary.statuses().values()):
        return "good", f"Conforms: all {len(catalogue())} rules hold"
    return "good", "Conforms: every rule that was checked holds"


def _why_broken(summary: Summary) -> str:
    if number := summary.counts("MUST")["failed"]:
        return f"Does not conform: {broken(number, 'MUST')}"
    number = summary.counts("SHOULD")["failed"]
    if number and summary.strict:
        return f"Does not conform (strict): {broken(number, 'SHOULD')}"
    number = len(summary.fixed) + len(summary.stale)
    return f"Conforms, but {count(number, 'known failure')} {'is' if number == 1 else 'are'} out of date"


def _details(summary: Summary) -> list[str]:
    details = []
    for level in LEVELS:
        counts = summary.counts(level)
        if unproven := counts["skipped"] + counts["not run"]:
            details.append(f"{unproven} of {counts.total()} {level} rules {_were(unproven)} not checked.")
        if counts["error"] and summary.exit_code != EXIT_UNABLE:
            details.append(f"The suite itself failed at {count(counts['error'], f'{level} rule')}.")
    details += [
        f"{rule_id} holds, yet is listed as a known failure ({visible(summary.known[rule_id])}): take it off the list."
        for rule_id in summary.fixed
    ]
    return [*details, *map(visible, summary.stale)]


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def broken(number: int, level: str) -> str:
    """As in "3 MUST rules are broken"."""
    return f"{count(number, f'{level} rule')} {'is' if number == 1 else 'are'} broken"


def count(number: int, noun: str) -> str:
    """As in "1 rule", "1,200 rules"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def circumstances(summary: Summary) -> str:
    """How the run was made, in a line."""
    parts = [
        f"{count(summary.sent, 'request')} in {summary.seconds:.1f} s",
        f"profile {summary.profile}",
        f"seed {summary.seed}",
    ]
    if summary.started:
        parts.append(f"started {summary.started}")
    if summary.version:
        parts.append(f"audience-conformance {summary.version}")
    return visible(", ".join(parts))


def came_to(summary: Summary, result: Result) -> RuleStatus:
    """A result's status, in which a finding that is accepted is "known"."""
    accepted = result.known or result.rule in summary.known
    return "known" if result.status == "failed" and accepted else result.status


def reason(summary: Summary, result: Result) -> str:
    """Why a finding is accepted."""
    return result.known or summary.known.get(result.rule, "")


def reasons(summary: Summary, rule_id: str) -> list[str]:
    """Why findings of a rule are accepted."""
    known = [result for result in summary.of_rule(rule_id) if came_to(summary, result) == "known"]
    return list(dict.fromkeys(reason(summary, result) for result in known))


def replay(summary: Summary, rule_id: str) -> str:
    """The line that checks just this rule once more, as this run did."""
    if summary.command:
        return visible(f"{summary.command} --rules {rule_id}")
    return visible(
        f"audience-conformance run --url {shlex.quote(summary.target)} --rules {rule_id}"
        f" --seed {summary.seed} --profile {summary.profile}"
    )


# --- results, gathered ------------------------------------------------------------------------------------


class FindingGroup(NamedTuple):
    """A finding, with every case in which the target did the very same."""

    result: Result
    cases: tuple[str, ...]

    @property
    def where(self) -> str:
        """The check as words, its cases, and the operation at fault."""
        cases = ", ".join(self.cases)
        told = words(self.result.check), visible(cases), visible(self.result.operation)
        return " · ".join(dict.fromkeys(filter(None, told)))


def group_findings(results: Iterable[Result]) -> list[FindingGroup]:
    """Findings or errors, those that say the same as one."""
    same: dict[tuple[str, ...], list[Result]] = {}
    for result in results:
        same.setdefault((result.check, result.operation, result.expected, result.actual), []).append(result)
    return [FindingGroup(alike[0], tuple(filter(None, (one.case for one in alike)))) for alike in same.values()]


def by_rule(summary: Summary, *statuses: RuleStatus) -> dict[str, list[FindingGroup]]:
    """The results that came to one of these, gathered, by rule in the order of the catalogue."""
    found: dict[str, list[Result]] = {rule_id: [] for rule_id in catalogue()}
    for result in summary.results:
        if came_to(summary, result) in statuses:
            found[result.rule].append(result)
    return {rule_id: group_findings(results) for rule_id, results in found.items() if results}


def skipped(summary: Summary) -> dict[str, list[str]]:
    """What the target lacks -> the rules that were not checked, or not in full, for want of it."""
    why: dict[str, dict[str, None]] = {}
    for result in summary.results:
        if result.status == "skipped":
            in_part = "" if summary.status(result.rule) == "skipped" else " (in part)"
            why.setdefault(result.actual, {})[f"{result.rule}{in_part}"] = None
    return {lack: list(rules) for lack, rules in why.items()}


# --- the matrix -------------------------------------------------------------------------------------------

Matrix = dict[tuple[str, str], dict[str, RuleStatus]]
"""(operationId, rule group) -> rule id -> what it came to there."""


def groups() -> list[str]:
    """The rule groups, in the order of the catalogue."""
    return list(dict.fromkeys(rule.group for rule in catalogue().values()))


def matrix(summary: Summary) -> Matrix:
    """What each rule came to on each operation that it binds."""
    cells: Matrix = {}
    for rule in catalogue().values():
        results = summary.of_rule(rule.id)
        placed = [(came_to(summary, result), _places(result, rule.operations)) for result in results]
        overall = summary.status(rule.id)
        for operation_id in rule.operations:
            here = [status for status, places in placed if operation_id in places]
            # A check that saw nothing of this operation says nothing bad of it; the finding stands where it belongs.
            elsewhere = overall if overall in ("passed", "skipped") else "not run"
            cells.setdefault((operation_id, rule.group), {})[rule.id] = _of_rule(here) if here else elsewhere
    return cells


def _of_rule(statuses: list[RuleStatus]) -> RuleStatus:
    """As Summary.status has it: a pass outweighs a skip."""
    order: tuple[RuleStatus, ...] = ("failed", "known", "error", "passed", "skipped", "not run")
    return min(statuses, key=order.index)


def _places(result: Result, bound: tuple[str, ...]) -> set[str]:
    """The operations that a result speaks of; never none, so that no finding is lost."""
    if result.operation in bound:
        return {result.operation}
    if result.case in bound:
        return {result.case}
    return set(result.operations) & set(bound) or set(bound)


def worst(statuses: Iterable[RuleStatus]) -> RuleStatus:
    return min(statuses, key=STATUSES.index)


# --- text -------------------------------------------------------------------------------------------------

_HIDDEN = re.compile(
    # Control characters, those of terminals among them; halves of pairs and what XML 1.0 has no place for; marks that
    # reorder or hide what stands beside them.
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)


def visible(text: str) -> str:
    """`text` with escapes for what cannot be seen or stored: a line feed and a tab stay."""
    return _HIDDEN.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004


def shortened(text: str, most: int) -> str:
    """`text` made visible, cut to `most` characters, saying how much is missing."""
    text = visible(text)
    return text if len(text) <= most else f"{text[:most]}… ({count(len(text) - most, 'more character')})"


def one_line(text: str, most: int) -> str:
    """`text` on one line."""
    return shortened(" ".join(text.split()), most)


def words(check: str) -> str:
    """A check's name as words."""
    return visible(check.replace("_", " "))


def curls(result: Result) -> Iterator[str]:
    """The requests of a finding, safe to show."""
    return (visible(line) for line in result.curl)
