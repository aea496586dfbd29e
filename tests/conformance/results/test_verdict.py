"""Green means checked: the verdict and the exit code of every kind of run."""

import signal
from collections.abc import Iterable
from typing import Any

import pytest

from audience_conformance.contract.rules import catalogue
from audience_conformance.results.result import MORE_TIME, Result, Status
from audience_conformance.results.summary import Summary

MUST = [rule.id for rule in catalogue().values() if rule.level == "MUST"]
SHOULD = [rule.id for rule in catalogue().values() if rule.level == "SHOULD"]
WRITE = "write permission (--write)"


def results(rules: Iterable[str], status: Status, actual: str = "") -> list[Result]:
    return [Result(rule, "check", "", status, actual=actual, rules=[rule]) for rule in rules]


def run(*parts: list[Result], **fields: Any) -> Summary:
    return Summary("http://t", "standard", 0, [result for part in parts for result in part], **fields)


HELD = results(MUST, "passed")
FIRST = results(MUST[:3], "passed")
LATE = results(MUST[3:], "skipped", MORE_TIME)
STOPPED = results(MUST[3:], "not judged", "502 from the gateway")
WARNED = results(SHOULD[:1], "failed")
BROKEN = results(MUST[:1], "failed")
CHOSEN = "Partly checked: 3 of 59 MUST rules, as chosen"
IN_TIME = "Partly checked: 3 of 59 MUST rules; the time was up (--max-time)"
ON_THE_WAY = "Partly checked: 3 of 59 MUST rules; trouble on the way to the target stopped the checks of 56 rules"


@pytest.mark.parametrize(
    ("summary", "code", "headline"),
    [
        (run(HELD, results(SHOULD, "passed")), 0, "Conforms: all 121 rules hold"),
        (run(HELD), 0, "Conforms: all 59 MUST rules hold"),
        (run(HELD, WARNED), 0, "Conforms with warnings: 1 SHOULD rule is broken"),
        (run(HELD, WARNED, strict=True), 1, "Does not conform: 1 SHOULD rule is broken (--strict)"),
        (run(HELD, BROKEN), 1, "Does not conform: 1 MUST rule is broken"),
        # a chosen subset
        (run(FIRST), 0, CHOSEN),
        (run(FIRST, WARNED), 0, f"{CHOSEN}; 1 SHOULD rule is broken"),
        (
            run(results(SHOULD[:2], "passed")),
            0,
            "Partly checked: 0 of 59 MUST rules and 2 of 62 SHOULD rules, as chosen",
        ),
        # prerequisites
        (
            run(FIRST, results(MUST[3:], "skipped", WRITE)),
            0,
            f"Partly checked: 3 of 59 MUST rules; 56 need {WRITE}",
        ),
        (
            run(HELD[1:], results(MUST[:1], "skipped", "groups with tags")),
            0,
            f"Partly checked: 58 of 59 MUST rules; {MUST[0]} needs groups with tags",
        ),
        (run(results(MUST, "skipped", WRITE)), 2, "Not judged: nothing was checked"),
        (run(), 2, "Not judged: nothing was checked"),
        # time and trouble
        (run(FIRST, LATE), 2, IN_TIME),
        (run(FIRST, LATE, allow_partial=True), 0, IN_TIME),
        (run(FIRST, STOPPED), 2, ON_THE_WAY),
        (run(FIRST, STOPPED, allow_partial=True), 0, ON_THE_WAY),
        (
            run(FIRST, STOPPED, ended="the token has expired"),
            2,
            "Partly checked: 3 of 59 MUST rules; the token has expired",
        ),
        (run(STOPPED, ended="no answer", allow_partial=True), 2, "Not judged: no answer"),
        (run(LATE, allow_partial=True), 2, "Not judged: the time was up (--max-time)"),
        (run(FIRST, LATE, WARNED, strict=True), 1, "Does not conform: 1 SHOULD rule is broken (--strict)"),
        (run(BROKEN, LATE), 1, "Does not conform: 1 MUST rule is broken"),
        (run(BROKEN, STOPPED, ended="the token has expired"), 1, "Does not conform: 1 MUST rule is broken"),
        (
            run(HELD, results(SHOULD[:1], "skipped", MORE_TIME)),
            2,
            "Partly checked: 59 of 59 MUST rules and 0 of 62 SHOULD rules; the time was up (--max-time)",
        ),
        # the suite itself
        (
            run(HELD[1:], results(MUST[:1], "error"), allow_partial=True),
            2,
            "Partly checked: 58 of 59 MUST rules; the suite itself failed at 1 rule",
        ),
        (run(results(MUST[:1], "error")), 2, "Not judged: the suite itself failed at 1 rule"),
        # an interrupt
        (run(FIRST, interrupted=signal.SIGINT), 130, "Partly checked: 3 of 59 MUST rules; interrupted before the end"),
        (run(interrupted=signal.SIGINT), 130, "Not judged: interrupted before the end"),
        (run(BROKEN, interrupted=signal.SIGINT), 130, "Does not conform: 1 MUST rule is broken"),
        # known failures
        (run(HELD, BROKEN, known={MUST[0]: "AUD-7"}), 0, "Conforms with warnings: 1 MUST rule is broken, as known"),
        (
            run(HELD, known={MUST[0]: "AUD-7"}),
            1,
            "Conforms with warnings: 1 known failure is out of date, which fails the run",
        ),
        (
            run(FIRST, stale=["DEF-01 has expired"]),
            1,
            f"{CHOSEN}; 1 known failure is out of date, which fails the run",
        ),
    ],
)
def test_the_verdict_and_the_exit_code(summary: Summary, code: int, headline: str) -> None:
    assert (summary.verdict.headline, summary.exit_code) == (headline, code)


def test_a_rule_that_the_time_interrupted_does_not_hold() -> None:
    summary = run(HELD, results(MUST[:1], "skipped", MORE_TIME), known={MUST[0]: "AUD-7"})
    assert summary.status(MUST[0]) == "skipped"
    assert summary.fixed == []
    assert summary.verdict.headline == "Partly checked: 58 of 59 MUST rules; the time was up (--max-time)"


def test_what_was_not_checked_is_told_beside_a_broken_rule() -> None:
    assert run(BROKEN, LATE).verdict.partly == "1 of 59 MUST rules, as chosen; the time was up (--max-time)"


def test_different_needs_are_counted_and_not_listed() -> None:
    skipped = [Result(rule, "check", "", "skipped", actual=f"x{number}") for number, rule in enumerate(MUST[3:])]
    needs = "56 need what the target lacks or the options do not allow"
    assert run(FIRST, skipped).verdict.headline == f"Partly checked: 3 of 59 MUST rules; {needs}"
