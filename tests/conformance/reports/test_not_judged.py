"""A run that trouble on the way has stopped: one line for it, in every report, and exit code 2."""

import json
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console
from tests.conformance.reports.conftest import result

from audience_conformance.reports import REPORTS, facts
from audience_conformance.reports.table import print_table
from audience_conformance.results.summary import EXIT_BROKEN, EXIT_UNABLE, Summary

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
    assert "Not judged: trouble on the way to the target stopped the checks of 2 rules" in output.getvalue()


def test_a_broken_must_rule_outweighs_them_unless_the_run_has_ended(stopped: Summary) -> None:
    broken = replace(stopped, results=[*stopped.results, result("DEF-05", "failed")])
    assert broken.exit_code == EXIT_BROKEN
    ended = replace(broken, ended="the token has expired\x1b]0;x")
    assert ended.exit_code == EXIT_UNABLE
    assert facts.verdict(ended).headline == "Not judged: the token has expired\\x1b]0;x"


def test_why_a_run_has_ended_is_told_once(stopped: Summary) -> None:
    output = StringIO()
    print_table(replace(stopped, ended=TROUBLE), Console(file=output, width=200))
    assert output.getvalue().count(TROUBLE) == 1
    assert f"Not judged: {TROUBLE}" in output.getvalue()


@pytest.mark.parametrize("kind", sorted(REPORTS.keys() - {"badge"}))
def test_every_report_says_why(stopped: Summary, kind: str) -> None:
    assert TROUBLE in REPORTS[kind][1](stopped)


def test_the_json_report_has_the_trouble(stopped: Summary) -> None:
    rule = json.loads(REPORTS["json"][1](stopped))["rules"]["DEF-02"]
    assert rule["status"] == "not judged"
    assert rule["results"][0]["trouble"] == [[TROUBLE, 6, f"GET http://t/x: {TROUBLE}"]]
