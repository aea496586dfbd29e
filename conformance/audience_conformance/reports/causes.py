"""Findings with one cause are told once: 41 findings in 9 rules, because each 400 is a 422.

The cause is read from what a finding says: a status where others are expected, or else the expectation without the
values that differ from case to case.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from audience_conformance.contract.document import operations
from audience_conformance.contract.rules import catalogue
from audience_conformance.reports.facts import one_line, status_of
from audience_conformance.results.result import Result
from audience_conformance.results.summary import RuleStatus, Summary
from audience_conformance.results.verdict import count

LAG = "consistency, reads lag behind writes: see --consistency"
"""The cause of findings that vanish if reads wait."""
MOST_CAUSE = 140
"""Maximum characters of a cause."""
MOST_TITLES = 4
"""Titles of causes that stand in the title of one."""
_CUT = re.compile(r"… \([\d,]+ more characters?\)$")
_MOST_ANSWER = 200
"""Characters of an answer that tell its cause from another."""
_STATUS = re.compile(r"([1-5]\d\d)(?!\d)")
_EXPECTED_STATUSES = re.compile(r"[1-5]\d\d(?:(?:, | or )[1-5]\d\d)*(?= for )")
_SUCCEEDS = re.compile(r"\bsucceed|\bsuccess\b(?! false)")

_VALUES = (
    re.compile(r'"(?:[^"\\]|\\.)*"'),
    re.compile(r"(?<!\w)'(?:[^'\\]|\\.)*'(?!\w)"),
    re.compile(r"(?<![\w{])/[\w{}/.…-]+"),
    re.compile(r"\[[^\[\]{}]*\]|\{[^\[\]{}]*\}"),
    re.compile(r"\b(?:GET|POST|PUT|PATCH|DELETE)\b"),
    re.compile(r"\bacs-\S+|\b(?=[a-f-]*\d)[0-9a-f-]{8,}\b|(?<!\w)-?\d+(?:\.\d+)?\b"),
)
"""Quoted texts, paths, JSON, methods, ids and numbers."""
_SEVERAL = re.compile(r"…(?:(?:,? and |,? or |, | )…)+")
_DEPTH = 6


class Cause(NamedTuple):
    """Findings with one cause, those of MUST rules first."""

    title: str
    results: list[Result]

    @property
    def rules(self) -> Counter[str]:
        """Rule id -> number of findings, in the order of the findings."""
        return Counter(result.rule for result in self.results)

    @property
    def headline(self) -> str:
        """How many findings and rules, and the cause: "41 findings in 9 rules: 422 where 400 is expected"."""
        return f"{count(len(self.results), 'finding')} in {count(len(self.rules), 'rule')}: {self.title}"


def causes(summary: Summary, *statuses: RuleStatus) -> list[Cause]:
    """Return the causes of the findings with these statuses, those that break a MUST rule first."""
    return group_causes(result for result in summary.results if status_of(summary, result) in statuses)


def merge_answers(found: Iterable[Cause]) -> list[Cause]:
    """Merge causes that find several things wrong with the same answers, as with each error body of a framework."""
    same: dict[object, list[Cause]] = {}
    for place, cause in enumerate(found):
        answers = frozenset((one.operation, without_values(one.actual)) for one in cause.results)
        are_answers = all(_STATUS.match(one.actual) and one.status == "failed" for one in cause.results)
        same.setdefault(answers if are_answers else place, []).append(cause)
    return [
        Cause(_joined([one.title for one in alike]), [result for one in alike for result in one.results])
        for alike in same.values()
    ]


def _joined(titles: list[str]) -> str:
    """Titles in one, each once and the first ones only: those that were cut may look the same."""
    different = list(dict.fromkeys(_CUT.sub("…", title) for title in titles))
    more = len(different) - MOST_TITLES
    return "; ".join([*different[:MOST_TITLES], *([f"and {more} more"] if more > 0 else [])])


def common_causes(summary: Summary) -> list[Cause]:
    """Return the causes of findings that break more than one rule."""
    return [cause for cause in causes(summary, "failed", "known") if len(cause.rules) > 1]


def group_causes(results: Iterable[Result]) -> list[Cause]:
    """Group findings or errors by their cause."""
    order = list(catalogue())
    place = {rule_id: (catalogue()[rule_id].level != "MUST", number) for number, rule_id in enumerate(order)}
    same: dict[str, list[Result]] = {}
    for result in sorted(results, key=lambda result: place[result.rule]):
        same.setdefault(cause_of(result), []).append(result)
    return [Cause(one_line(key, MOST_CAUSE), alike) for key, alike in same.items()]


def cause_of(result: Result) -> str:
    """Return the cause of a finding or an error, the same text for all that have it; not yet safe to show."""
    if result.status == "error":
        return result.actual.strip().rpartition("\n")[2]
    if result.seen_after:
        return LAG
    status = _STATUS.match(result.actual)
    instead = _instead_of(status[1], result.expected) if status else ""
    if not status or not instead:
        return f"expected {without_values(result.expected)}"
    is_usual = status[1][0] == instead[0]  # a framework has one status for all that it refuses
    answer = without_values(result.actual[status.end() :][:_MOST_ANSWER], quoted=False).strip()
    return f"{status[1]} where {instead} is expected" + ("" if is_usual or not answer else f": {answer}")


def _instead_of(status: str, expected: str) -> str:
    """What is expected in place of a status, "" if it is not the status that is wrong."""
    if status.startswith("5"):
        return "no 5xx"
    found = _EXPECTED_STATUSES.match(expected)
    statuses = re.findall(r"\d{3}", found[0]) if found else []
    alike = [one for one in statuses if one[0] == status[0]]
    if statuses:
        return "" if status in statuses else (alike or [" or ".join(statuses)])[0]
    return "a success" if status.startswith("4") and _SUCCEEDS.search(expected) else ""


def without_values(text: str, *, quoted: bool = True) -> str:
    """Return a text with "…" in place of the values that differ from case to case; `quoted`: also of texts and JSON."""
    names = operations()
    text = re.sub(r"\w+", lambda word: "…" if word[0] in names else word[0], " ".join(text.split()))
    for pattern in _VALUES if quoted else _VALUES[-1:]:
        for _ in range(_DEPTH if pattern.pattern.startswith(r"\[") else 1):
            text = pattern.sub("…", text)
    return _SEVERAL.sub("…", text)
