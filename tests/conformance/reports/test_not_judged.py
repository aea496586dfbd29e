"""A run that trouble on the way has stopped: one line for it, in every report, and exit code 2."""

import json
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console
from tests.conformance.reports.conftest import result

from audience_conformance.reports import REPORTS, facts
from audience_conformance.reports.table import print_table
from audience_conformance.results.result import MORE_TIME
from audience_conformance.results.summary import Summary
from audience_conformance.results.verdict import EXIT_BROKEN, EXIT_UNABLE

TROUBLE = "502 from the gateway"


@pytest.fixture
def stopped() -> Summary:
    results = [
        result("DEF-01", "passed"),
        result("DEF-02", "not judged", actual=TROUBLE, trouble=[(TROUBLE, 6, f"GET http://t/x: {TROUBLE}")]),
        result("DEF-03", "not judged", actual=TROUBLE),
    ]
    return Summary("http://t", "smoke", 3, results)


def test_rules_that_are_not_judged_are_exit_2_and_one_line(stopped: Summary) -> None:
    assert stopped.exit_code == EXIT_UNABLE
    output = StringIO()
    print_table(stopped, Console(file=output, width=200))
    assert output.getvalue().count(TROUBLE) == 1
    assert f"trouble   DEF-02, DEF-03: not judged, {TROUBLE}" in output.getvalue()
    assert (
        "Partly checked: 1 of 59 MUST rules, as chosen; trouble on the way to the target stopped the checks of 2 rules"
        in output.getvalue()
    )


def test_a_broken_must_rule_outweighs_them_also_if_the_run_has_ended(stopped: Summary) -> None:
    broken = replace(stopped, results=[*stopped.results, result("DEF-05", "failed")])
    assert broken.exit_code == EXIT_BROKEN
    ended = replace(broken, ended="the token has expired\x1b]0;x")
    assert ended.exit_code == EXIT_BROKEN
    assert facts.verdict(ended).headline == "Does not conform: 1 MUST rule is broken"
    partly = "Partly checked: 2 of 59 MUST rules, as chosen; the token has expired\\x1b]0;x."
    assert facts.verdict(ended).details[0] == partly


def test_why_a_run_has_ended_is_told_once(stopped: Summary) -> None:
    output = StringIO()
    print_table(replace(stopped, ended=TROUBLE), Console(file=output, width=200))
    assert output.getvalue().count(TROUBLE) == 1
    assert f"Partly checked: 1 of 59 MUST rules, as chosen; {TROUBLE}" in output.getvalue()


@pytest.mark.parametrize("kind", sorted(REPORTS.keys() - {"badge", "har"}))
def test_every_report_says_why(stopped: Summary, kind: str) -> None:
    assert TROUBLE in REPORTS[kind][1](stopped)


def test_the_json_report_has_the_trouble(stopped: Summary) -> None:
    rule = json.loads(REPORTS["json"][1](stopped))["rules"]["DEF-02"]
    assert rule["status"] == "not judged"
    assert rule["results"][0]["trouble"] == [[TROUBLE, 6, f"GET http://t/x: {TROUBLE}"]]


@pytest.mark.parametrize("kind", sorted(REPORTS))
def test_every_report_says_the_verdict(stopped: Summary, kind: str) -> None:
    name, headline = stopped.verdict.name, stopped.verdict.headline
    text = REPORTS[kind][1](stopped)
    assert (name if kind == "badge" else headline) in text


def test_sarif_says_whether_the_run_was_successful_and_junit_has_the_verdict(stopped: Summary) -> None:
    run = json.loads(REPORTS["sarif"][1](stopped))["runs"][0]
    assert run["invocations"][0]["exitCodeDescription"] == stopped.verdict.headline
    assert run["properties"]["verdict"] == "Partly checked"
    late = replace(stopped, results=[result("DEF-01", "passed"), result("DEF-02", "skipped", actual=MORE_TIME)])
    (invocation,) = json.loads(REPORTS["sarif"][1](late))["runs"][0]["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, EXIT_UNABLE)
