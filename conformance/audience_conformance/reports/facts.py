"""Shared by the reports: the verdict, the findings, the matrix, and text that is safe to show."""

import re
import shlex
from collections.abc import Iterable
from typing import Literal, NamedTuple

from audience_conformance.checks.registry import rules_without_check
from audience_conformance.contract.document import operations
from audience_conformance.contract.rules import catalogue
from audience_conformance.reports.basis import basis
from audience_conformance.results.finding import cut
from audience_conformance.results.result import Result
from audience_conformance.results.summary import RuleStatus, Summary
from audience_conformance.results.verdict import VerdictName, count

LEVELS = ("MUST", "SHOULD")


class Look(NamedTuple):
    """How the page and the terminal show a status: never by its colour alone."""

    sign: str
    letter: str
    style: str
    title: str


STATUSES: dict[RuleStatus, Look] = {
    "failed": Look("✕", "F", "bold red", "Broken"),
    "error": Look("⚠", "E", "bold magenta", "Not judged: internal error in the suite"),
    "not judged": Look("?", "N", "magenta", "Not judged: trouble on the way to the target"),
    "known": Look("◐", "K", "yellow", "Broken: known failures"),
    "skipped": Look("○", "S", "cyan", "Skipped"),
    "not run": Look("·", "-", "dim", "Not run"),
    "passed": Look("✓", " ", "green", "Hold"),
}
"""Worst first."""
COLUMNS: tuple[RuleStatus, ...] = ("passed", "failed", "known", "error", "not judged", "skipped", "not run")
"""The order of columns in tables."""

MOST_SHOWN = 4_000
"""Maximum characters of a value in a file; the terminal shows less."""
MOST_HEADLINE = 600
"""Maximum characters of a headline."""
LATE = "It may still happen: the suite stopped waiting for it (--async-timeout)."
"""Added to an overdue finding."""
LAGS = "Reads lag behind writes here; with --consistency a run waits for them."
"""Added to a finding that vanishes if reads wait."""

Tone = Literal["good", "warning", "bad", "unknown"]


TONES: dict[VerdictName, Tone] = {
    "Conforms": "good",
    "Conforms with warnings": "warning",
    "Does not conform": "bad",
    "Partly checked": "unknown",
    "Not judged": "unknown",
}


class Shown(NamedTuple):
    """A verdict as the reports show it: a tone (for colours), a headline, and details."""

    tone: Tone
    headline: str
    details: list[str]


def verdict(summary: Summary) -> Shown:
    """Return the verdict of a run in words that are safe to show."""
    verdict = summary.verdict
    return Shown(TONES[verdict.name], shortened(verdict.headline, MOST_HEADLINE), _details(summary))


def _details(summary: Summary) -> list[str]:
    details = []
    if summary.verdict.name == "Does not conform" and summary.verdict.partly:
        details.append(f"Partly checked: {shortened(summary.verdict.partly, MOST_HEADLINE)}.")
    for level in LEVELS:
        of_level = {rule_id: status for rule_id, status in summary.statuses().items() if _level(rule_id) == level}
        without_check = {rule_id for rule_id in rules_without_check() if of_level.get(rule_id) == "not run"}
        unchecked = sum(
            status in ("skipped", "not run") and rule_id not in without_check for rule_id, status in of_level.items()
        )
        counts = summary.counts(level)
        in_part = [
            rule_id for rule_id, status in of_level.items() if status == "passed" and _is_in_part(summary, rule_id)
        ]
        if unchecked and not (summary.verdict.partly and level == "MUST"):  # the verdict says it
            details.append(f"{unchecked} of {len(of_level)} {level} rules {_was(unchecked)} not checked.")
        if in_part:
            details.append(f"{count(len(in_part), f'{level} rule')} {_was(len(in_part))} checked in part.")
        if without_check:
            has = "has" if len(without_check) == 1 else "have"
            details.append(f"{count(len(without_check), f'{level} rule')} {has} no check yet.")
        if counts["not judged"]:
            details.append(f"{count(counts['not judged'], f'{level} rule')} not judged: trouble on the way.")
        if counts["error"]:
            details.append(f"The suite itself failed at {count(counts['error'], f'{level} rule')}.")
    details += [
        f"{rule_id} holds, yet is listed as a known failure ({visible(summary.known[rule_id])}): take it off the list."
        for rule_id in summary.fixed
    ]
    return [*details, *map(visible, summary.stale)]


def _level(rule_id: str) -> str:
    return catalogue()[rule_id].level


def _is_in_part(summary: Summary, rule_id: str) -> bool:
    """Was a case of a rule skipped."""
    return any(result.status == "skipped" for result in summary.of_rule(rule_id))


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def run_details(summary: Summary) -> str:
    """Return requests, duration, profile, seed, start and version on one line."""
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


def replay(summary: Summary, rule_id: str) -> str:
    """Return the command line that checks only this rule again, with the options of this run."""
    if summary.command:
        return visible(f"{summary.command} --rules {rule_id}")
    return visible(
        f"audience-conformance run --url {shlex.quote(summary.target)} --rules {rule_id}"
        f" --seed {summary.seed} --profile {summary.profile}"
    )


# --- results and findings ---------------------------------------------------------------------------------


def status_of(summary: Summary, result: Result) -> RuleStatus:
    """Return a result's status; an accepted finding is "known"."""
    accepted = result.known or result.rule in summary.known
    return "known" if result.status == "failed" and accepted else result.status


def describe(summary: Summary, result: Result, most: int = MOST_SHOWN) -> str:
    """Describe a finding in lines of text; cut its values to `most` characters."""
    lines = [
        f"{result.rule} {result.level}: {result.requirement}",
        f"Expected: {shortened(result.expected, most)}",
        f"Actual: {shortened(result.actual, most)}",
        *([remark(result)] if remark(result) else []),
        f"Rests on {basis(result)}",
        f"Check: {visible(result.location)}",
        f"Replay: {replay(summary, result.rule)}",
    ]
    return "\n".join(lines)


def remark(result: Result) -> str:
    """Return what a finding may be other than a fault: late, or of a target whose reads lag behind its writes."""
    if result.seen_after:
        return f"Consistency: seen after {result.seen_after:g} s. {LAGS}"
    return LATE if result.overdue else ""


def reason(summary: Summary, result: Result) -> str:
    """Return the reason why a finding is accepted."""
    return result.known or summary.known.get(result.rule, "")


def reasons(summary: Summary, rule_id: str) -> list[str]:
    """Return the reasons why findings of a rule are accepted, each once."""
    known = [result for result in summary.of_rule(rule_id) if status_of(summary, result) == "known"]
    return list(dict.fromkeys(reason(summary, result) for result in known))


class FindingGroup(NamedTuple):
    """A finding, and all cases that have the same finding."""

    result: Result
    cases: tuple[str, ...]

    @property
    def where(self) -> str:
        """The check in words, its cases, and the operation at fault."""
        parts = words(self.result.check), visible(", ".join(self.cases)), visible(self.result.operation)
        return " · ".join(dict.fromkeys(filter(None, parts)))


def group_findings(results: Iterable[Result]) -> list[FindingGroup]:
    """Group findings or errors that differ only in their case."""
    same: dict[tuple[str, ...], list[Result]] = {}
    for result in results:
        same.setdefault((result.check, result.operation, result.expected, result.actual), []).append(result)
    return [FindingGroup(alike[0], tuple(filter(None, (one.case for one in alike)))) for alike in same.values()]


def by_rule(summary: Summary, *statuses: RuleStatus) -> dict[str, list[Result]]:
    """Group the results with these statuses by rule, in the order of the catalogue."""
    found: dict[str, list[Result]] = {rule_id: [] for rule_id in catalogue()}
    for result in summary.results:
        if status_of(summary, result) in statuses:
            found[result.rule].append(result)
    return {rule_id: results for rule_id, results in found.items() if results}


def skipped(summary: Summary) -> dict[str, list[str]]:
    """Map each missing prerequisite to the rules that were skipped, in full or in part.

    One that operations lack, "a request that the server rejects: getUserGroups", is told once for all of them.
    """
    why: dict[str, dict[str, None]] = {}
    lacking: dict[str, dict[str, None]] = {}
    statuses = summary.statuses()
    for result in summary.results:
        if result.status == "skipped":
            need, _, of = result.actual.rpartition(": ")
            need, of = (need, of) if of.partition(" ")[0] in operations() else (result.actual, "")
            in_part = "" if statuses[result.rule] == "skipped" else " (in part)"
            why.setdefault(need, {})[f"{result.rule}{in_part}"] = None
            if of:
                lacking.setdefault(need, {})[of] = None
    return {_of_operations(need, list(lacking.get(need, ()))): list(rules) for need, rules in why.items()}


def _of_operations(need: str, lacking: list[str]) -> str:
    """Return "a request that the server rejects: getUserGroups and 14 others"."""
    more = f" and {count(len(lacking) - 1, 'other')}" if lacking[1:] else ""
    return f"{need}: {lacking[0]}{more}" if lacking else need


def not_judged(summary: Summary) -> dict[str, list[str]]:
    """Map each trouble on the way to the rules that it stopped, in full or in part."""
    why: dict[str, dict[str, None]] = {}
    for result in summary.results:
        if result.status == "not judged":
            why.setdefault(result.actual, {})[result.rule] = None
    return {trouble: list(rules) for trouble, rules in why.items()}


# --- the matrix -------------------------------------------------------------------------------------------

Matrix = dict[tuple[str, str], dict[str, RuleStatus]]
"""(operationId, rule group) -> rule id -> its status at that operation."""


def matrix(summary: Summary) -> Matrix:
    """Return the status of each rule at each operation that it applies to."""
    cells: Matrix = {}
    for rule in catalogue().values():
        results = summary.of_rule(rule.id)
        placed = [(status_of(summary, result), _operations(result, rule.operations)) for result in results]
        overall = summary.status(rule.id)
        for operation_id in rule.operations:
            here = [status for status, places in placed if operation_id in places]
            # A finding counts only at its own operation.
            elsewhere = overall if overall in ("passed", "skipped") else "not run"
            cells.setdefault((operation_id, rule.group), {})[rule.id] = _combined(here) if here else elsewhere
    return cells


def _combined(statuses: list[RuleStatus]) -> RuleStatus:
    """Combine statuses as Summary.status does: a pass outweighs a skip."""
    order: tuple[RuleStatus, ...] = ("failed", "known", "error", "not judged", "passed", "skipped", "not run")
    return min(statuses, key=order.index)


def _operations(result: Result, bound: tuple[str, ...]) -> set[str]:
    """Return the operations that a result is about; never none, so that no finding is lost."""
    if result.operation in bound:
        return {result.operation}
    if result.case in bound:
        return {result.case}
    return set(result.operations) & set(bound) or set(bound)


def worst(statuses: Iterable[RuleStatus]) -> RuleStatus:
    return min(statuses, key=list(STATUSES).index)


# --- text -------------------------------------------------------------------------------------------------

_HIDDEN = re.compile(
    # Control characters (also those of terminals), lone surrogates, characters that XML 1.0 forbids, and marks that
    # reorder or hide the text beside them.
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)


def visible(text: str) -> str:
    """Escape characters that cannot be seen or stored; line feeds and tabs stay."""
    return _HIDDEN.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if match[0] <= "\xff" else f"\\u{code:04x}"


def shortened(text: str, most: int) -> str:
    """Make text visible and cut it to `most` characters; say how many are missing."""
    return cut(visible(text), most)


def one_line(text: str, most: int) -> str:
    return shortened(" ".join(text.split()), most)


def words(check: str) -> str:
    """Return a check's name as words."""
    return visible(check.replace("_", " "))
