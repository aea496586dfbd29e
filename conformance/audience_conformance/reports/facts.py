"""Shared by the reports: the verdict, the findings, the matrix, and text that is safe to show."""

import re
import shlex
from collections.abc import Iterable
from typing import Literal, NamedTuple

from audience_conformance.checks.registry import rules_without_check
from audience_conformance.contract.rules import catalogue
from audience_conformance.reports.basis import basis
from audience_conformance.results.finding import cut
from audience_conformance.results.result import Result
from audience_conformance.results.summary import EXIT_BROKEN, EXIT_INTERRUPTED, EXIT_UNABLE, RuleStatus, Summary

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
MOST_HEADLINE = 300
"""Maximum characters of the reason in a headline."""
LATE = "It may still happen: the suite stopped waiting for it (--async-timeout)."
"""Added to an overdue finding."""

Tone = Literal["good", "warning", "bad", "unknown"]


class Verdict(NamedTuple):
    """The outcome of a run: a tone (for colours), a headline, and details."""

    tone: Tone
    headline: str
    details: list[str]


def verdict(summary: Summary) -> Verdict:
    """Put the run's exit code in words."""
    tone, headline = _headline(summary)
    return Verdict(tone, headline, _details(summary))


def _headline(summary: Summary) -> tuple[Tone, str]:
    code = summary.exit_code
    if code == EXIT_INTERRUPTED:
        return "unknown", "Interrupted before the end"
    if code == EXIT_UNABLE:
        if summary.ended:
            return "unknown", f"Not judged: {shortened(summary.ended, MOST_HEADLINE)}"
        errors = sum(summary.counts(level)["error"] for level in LEVELS)
        not_judged = sum(summary.counts(level)["not judged"] for level in LEVELS)
        why = "nothing was checked"
        if errors:
            why = f"the suite itself failed at {count(errors, 'rule')}"
        elif not_judged:
            why = f"trouble on the way to the target stopped the checks of {count(not_judged, 'rule')}"
        return "unknown", f"Not judged: {why}"
    return ("bad", _why_broken(summary)) if code == EXIT_BROKEN else _conforms(summary)


def _why_broken(summary: Summary) -> str:
    if number := summary.counts("MUST")["failed"]:
        return f"Does not conform: {_broken(number, 'MUST')}"
    if summary.strict and (number := summary.counts("SHOULD")["failed"]):
        return f"Does not conform (strict): {_broken(number, 'SHOULD')}"
    number = len(summary.fixed) + len(summary.stale)
    return f"Conforms, but {count(number, 'known failure')} {'is' if number == 1 else 'are'} out of date"


def _conforms(summary: Summary) -> tuple[Tone, str]:
    must, should = summary.counts("MUST"), summary.counts("SHOULD")
    if must["known"]:
        return "warning", f"Conforms but for known failures: {_broken(must['known'], 'MUST')}"
    if warnings := should["failed"] + should["known"]:
        return "warning", f"Conforms, with warnings: {_broken(warnings, 'SHOULD')}"
    if must["passed"] + should["passed"] == len(catalogue()):
        return "good", f"Conforms: all {len(catalogue())} rules hold"
    return "good", "Conforms: every rule that was checked holds"


def _details(summary: Summary) -> list[str]:
    details = []
    for level in LEVELS:
        counts = summary.counts(level)
        missing = sum(
            catalogue()[rule_id].level == level and summary.status(rule_id) == "not run"
            for rule_id in rules_without_check()
        )
        if number := counts["skipped"] + counts["not run"] - missing:
            verb = "was" if number == 1 else "were"
            details.append(f"{number} of {counts.total()} {level} rules {verb} not checked.")
        if missing:
            details.append(f"{count(missing, f'{level} rule')} {'has' if missing == 1 else 'have'} no check yet.")
        if counts["not judged"]:
            details.append(f"{count(counts['not judged'], f'{level} rule')} not judged: trouble on the way.")
        if counts["error"] and summary.exit_code != EXIT_UNABLE:
            details.append(f"The suite itself failed at {count(counts['error'], f'{level} rule')}.")
    details += [
        f"{rule_id} holds, yet is listed as a known failure ({visible(summary.known[rule_id])}): take it off the list."
        for rule_id in summary.fixed
    ]
    return [*details, *map(visible, summary.stale)]


def _broken(number: int, level: str) -> str:
    return f"{count(number, f'{level} rule')} {'is' if number == 1 else 'are'} broken"


def count(number: int, noun: str) -> str:
    """Return "1 rule", "1,200 rules"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


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
        *([LATE] if result.overdue else []),
        f"Rests on {basis(result)}",
        f"Check: {visible(result.location)}",
        f"Replay: {replay(summary, result.rule)}",
    ]
    return "\n".join(lines)


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


def by_rule(summary: Summary, *statuses: RuleStatus) -> dict[str, list[FindingGroup]]:
    """Group the results with these statuses by rule, in the order of the catalogue."""
    found: dict[str, list[Result]] = {rule_id: [] for rule_id in catalogue()}
    for result in summary.results:
        if status_of(summary, result) in statuses:
            found[result.rule].append(result)
    return {rule_id: group_findings(results) for rule_id, results in found.items() if results}


def skipped(summary: Summary) -> dict[str, list[str]]:
    """Map each missing prerequisite to the rules that were skipped, in full or in part."""
    why: dict[str, dict[str, None]] = {}
    for result in summary.results:
        if result.status == "skipped":
            in_part = "" if summary.status(result.rule) == "skipped" else " (in part)"
            why.setdefault(result.actual, {})[f"{result.rule}{in_part}"] = None
    return {prerequisite: list(rules) for prerequisite, rules in why.items()}


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
