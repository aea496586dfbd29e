"""Findings with one cause are told once, in every report and while the run goes on."""

import io
import json
from typing import Any

import pytest
from rich.console import Console
from tests.conformance.reports.conftest import result

from audience_conformance.contract.document import operations
from audience_conformance.contract.rules import catalogue
from audience_conformance.reports import REPORTS
from audience_conformance.reports.causes import cause_of, causes, common_causes, group_causes, merge_answers
from audience_conformance.reports.table import print_table
from audience_conformance.results.result import Result
from audience_conformance.results.summary import Summary
from audience_conformance.runner.progress import progress_display

PROBLEM = '422 {"detail": [{"type": "missing", "loc": ["body", "name"]}]}'
REFUSED = ("FMT-06", "FMT-05", "DEF-13")
TWO_SCREENS, COLUMNS = 100, 100
HEADLINE = "6 findings in 3 rules: 422 where 400 is expected"


def refusal(rule: str, case: str, **fields: Any) -> Result:
    return result(rule, "failed", case, expected=f"400 for an invalid request: {case}", actual=PROBLEM, **fields)


@pytest.fixture
def framework() -> Summary:
    """A server with the validation errors of its framework."""
    results = [refusal(rule, f"{rule} {case}") for rule in REFUSED for case in ("no body", '{"name": 1}')]
    success: dict[str, Any] = {"expected": "success false and status_code 422", "actual": PROBLEM}
    results += [result("ERR-02", "failed", operation=name, **success) for name in ("getUserGroups", "createUserGroup")]
    return Summary("http://t", "smoke", 0, results)


def finding(expected: str, actual: str) -> Result:
    return result("DEF-01", "failed", expected=expected, actual=actual)


@pytest.mark.parametrize(
    ("expected", "actual", "cause"),
    [
        ("400 for an invalid request: page_no=0", PROBLEM, "422 where 400 is expected"),
        ("400 or 404 for an invalid request", PROBLEM, "422 where 400 is expected"),
        ("200 or 400 for a type that a value does not fit", PROBLEM, "422 where 400 is expected"),
        ("404 for the read of the deleted definition", "400 {}", "400 where 404 is expected"),
        ("404 for the read of the deleted definition", '200 {"_id": "a"}', '200 where 404 is expected: {"_id": "a"}'),
        ("200 for the read of a group", '404 {"detail": "no"}', '404 where 200 is expected: {"detail": "no"}'),
        ("200 for the read of a group", "307 ", "307 where 200 is expected"),
        ("a valid request to succeed", "400 page_size 100 > 50", "400 where a success is expected: page_size … > …"),
        ("a status below 500", "500 Internal Server Error", "500 where no 5xx is expected: Internal Server Error"),
        ("400 for no body", "503 {}", "503 where no 5xx is expected: {}"),
        # no status is wrong: the expectation without its values
        ("405 for PUT /user_group, with Allow", "no Allow, with 405", "expected … for …, with Allow"),
        ("success false and status_code 422", PROBLEM, "expected success false and status_code …"),
        ('name of the list to be "Hat"', '"Cap"', "expected name of the list to be …"),
        ("items of getUserGroups to be [1, {'a': [2]}]", "[]", "expected items of … to be …"),
        ("the server's answer for 'acs-0a1b2c3d-x1'", "none", "expected the server's answer for …"),
        ("a total of 1200", "12", "expected a total of …"),
    ],
)
def test_the_cause_of_a_finding(expected: str, actual: str, cause: str) -> None:
    assert cause_of(finding(expected, actual)) == cause


def test_answers_that_differ_in_ids_have_one_cause_and_others_do_not() -> None:
    def cause(actual: str) -> str:
        return cause_of(finding("a valid request to succeed", actual))

    assert cause('400 {"message": "no 64f111111111111111111111"}') == cause(
        '400 {"message": "no 64f222222222222222222222"}'
    )
    assert cause('400 {"message": "too long"}') != cause('400 {"message": "too short"}')


def test_different_fields_are_different_causes() -> None:
    assert cause_of(finding('name of x to be "a"', '"b"')) != cause_of(finding('slug of x to be "a"', '"b"'))


def test_what_breaks_must_rules_comes_first(framework: Summary) -> None:
    first, second = causes(framework, "failed")
    assert (first.headline, list(first.rules)) == (HEADLINE, ["FMT-05", "FMT-06", "DEF-13"])
    assert second.headline == "2 findings in 1 rule: expected success false and status_code …"
    assert common_causes(framework) == [first]


def test_the_terminal_tells_a_cause_once_with_its_rules_under_it(framework: Summary) -> None:
    console = Console(file=io.StringIO(), width=200)
    print_table(framework, console)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    start = lines.index(HEADLINE)
    assert [line.split()[:3] for line in lines[start + 1 : start + 4]] == [
        ["FMT-05", "MUST", "2"],
        ["FMT-06", "SHOULD", "2"],
        ["DEF-13", "SHOULD", "2"],
    ]
    assert sum(PROBLEM in line for line in lines) == 2  # one for each cause
    assert any(line.startswith("  alike     1 finding: ") for line in lines)


def test_what_is_wrong_with_the_same_answers_is_told_at_once() -> None:
    def wrong(rule: str, operation: str, expected: str, actual: str = PROBLEM) -> Result:
        return result(rule, "failed", operation=operation, expected=expected, actual=actual)

    of_both = [
        wrong(rule, operation, expected)
        for rule, expected in (("ERR-01", "a message"), ("ERR-02", "a flag"))
        for operation in ("getUserGroups", "createUserGroup")
    ]
    of_one = [wrong("DEF-01", "createUserAttributeDefinition", "name to be the same", '"a"')]
    merged = merge_answers(group_causes([*of_both, *of_one]))
    assert [cause.headline for cause in merged] == [
        "1 finding in 1 rule: expected name to be the same",
        "4 findings in 2 rules: expected a message; expected a flag",
    ]
    more = wrong("ERR-02", "deleteUserGroup", "a flag")
    assert len(merge_answers(group_causes([*of_both, more]))) == 2


def test_a_title_of_many_causes_has_the_first_ones_each_once() -> None:
    def wrong(expected: str) -> Result:
        return result("ERR-01", "failed", operation="getUserGroups", expected=expected, actual=PROBLEM)

    long = "a message that names " + " and ".join("abcdefghijklmnopqrstuvwxyz"[:20]) + " and the rest of it" * 9
    (of_long,) = merge_answers(group_causes(wrong(f"{long}{end}") for end in ("", " too", *"vwxyz")))
    assert of_long.title.count("a message that names") == 1
    assert "more characters" not in of_long.title
    many = [wrong(f"a {name}") for name in ("message", "code", "flag", "field", "word", "b")]
    assert merge_answers(group_causes(many))[0].title.endswith("expected a field; and 2 more")


def words(number: int) -> str:
    return " ".join(["it", *["very"] * number, "much"])


def test_many_causes_are_cut_and_all_are_told() -> None:
    rules = [rule for rule in catalogue() if rule.startswith("DEF")]
    results = [
        result(
            rule, "failed", expected=f"{words(number)} to hold", actual="x" * 500, curl=["curl 1", "curl 2", "curl 3"]
        )
        for number, rule in enumerate(rules)
    ]
    text = shown(Summary("http://t", "smoke", 0, results))
    assert all(f"  expected  {words(number)} to hold" in text for number in range(len(rules)))
    assert "x" * 201 not in text
    assert "curl 2" not in text
    few = shown(Summary("http://t", "smoke", 0, results[:3]))
    assert "x" * 500 in few
    assert "curl 2" in few


def shown(summary: Summary) -> str:
    console = Console(file=io.StringIO(), width=COLUMNS)
    print_table(summary, console)
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_the_default_errors_of_a_framework_fit_on_two_screens() -> None:
    curl = [f"curl -sS -X PUT --data-raw '{{}}' http://127.0.0.1:4010/{'segment/' * 20}" for _ in range(3)]
    more: dict[str, Any] = {"curl": curl, "location": f"audience_conformance/checks/{'x' * 40}.py:100"}
    rules = ["FMT-05", "ATT-11", "BLK-02", "FMT-06", "FMT-08", "FMT-13", "FMT-14", "DEF-13", "ATT-10", "ATT-14"]
    rules += ["BLK-05", "GRP-16", "PAG-08", "FMT-01", "MEM-08", "DEF-14", "ATT-15"]
    results = [refusal(rule, f"{rule} {case}", **more) for rule in rules for case in range(5)]
    results += [
        result(rule, "failed", operation=operation, expected=expected, actual=PROBLEM, **more)
        for rule, expected in (("ERR-01", "an object with a message"), ("ERR-02", "success false and status_code 422"))
        for operation in operations()
    ]
    console = Console(file=io.StringIO(), width=COLUMNS)
    with progress_display(console, [], strict=False) as on_result:
        for one in results:
            on_result(one)
    print_table(Summary("http://t", "smoke", 0, results), console)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert sum(max(1, -(-len(line) // COLUMNS)) for line in lines) <= TWO_SCREENS


@pytest.mark.parametrize("kind", ["html", "markdown"])
def test_pages_list_the_causes_of_several_rules(framework: Summary, kind: str) -> None:
    assert HEADLINE in REPORTS[kind][1](framework)


def test_a_page_shows_one_finding_of_a_cause_in_full_and_lists_the_others(framework: Summary) -> None:
    page = REPORTS["html"][1](framework)
    assert page.count("<dt>Requirement</dt>") == 4  # one for each rule
    assert page.count("1 more finding with this cause") == 4
    assert REPORTS["markdown"][1](framework).count("Expected:") == 4


def test_programs_get_the_cause_of_each_finding(framework: Summary) -> None:
    report = json.loads(REPORTS["json"][1](framework))
    assert report["causes"][0] == {
        "cause": "422 where 400 is expected",
        "findings": 6,
        "rules": {"FMT-05": 2, "FMT-06": 2, "DEF-13": 2},
    }
    assert report["rules"]["FMT-05"]["results"][0]["cause"] == "422 where 400 is expected"
    (run,) = json.loads(REPORTS["sarif"][1](framework))["runs"]
    assert run["results"][0]["properties"]["cause"] == "422 where 400 is expected"


def test_the_progress_has_a_line_for_each_cause_and_no_sentence_of_a_rule(framework: Summary) -> None:
    console = Console(file=io.StringIO(), width=200)
    with progress_display(console, [], strict=True) as on_result:
        for one in framework.results:
            on_result(one)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert lines == [
        "failed  FMT-06 check of fmt 06 (FMT-06 no body): 422 where 400 is expected",
        "failed  ERR-02 check of err 02: expected success false and status_code …",
    ]


def test_the_progress_escapes_what_the_target_sent() -> None:
    console = Console(file=io.StringIO(), width=200)
    with progress_display(console, [], strict=True) as on_result:
        on_result(finding("a valid request to succeed", "400 \x1b]0;title\x07"))
    assert "\x1b" not in console.file.getvalue()  # type: ignore[attr-defined]
