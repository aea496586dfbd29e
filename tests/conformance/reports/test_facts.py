import pytest

from audience_conformance.reports import facts
from audience_conformance.reports.facts import by_rule, group_findings, matrix, replay, skipped, verdict, visible
from audience_conformance.results.result import Result
from audience_conformance.results.summary import Summary


def add(summary: Summary, rule: str, status: str, **more: object) -> None:
    made = Result(rule, "check", "", status)  # type: ignore[arg-type]
    for name, value in more.items():
        setattr(made, name, value)
    summary.results.append(made)


def test_the_verdict_says_what_the_exit_code_says(clean: Summary, empty: Summary, every: Summary) -> None:
    assert verdict(clean) == ("good", "Conforms: all 121 rules hold", [])
    assert verdict(empty)[:2] == ("unknown", "Not judged: nothing was checked")
    assert verdict(every)[:2] == ("bad", "Does not conform: 2 MUST rules are broken")
    assert "The suite itself failed at 1 MUST rule." in verdict(every).details


def test_a_broken_should_rule_is_a_warning_unless_strict(clean: Summary) -> None:
    add(clean, "PAG-09", "failed")
    assert verdict(clean)[:2] == ("warning", "Conforms with warnings: 1 SHOULD rule is broken")
    clean.strict = True
    assert verdict(clean)[:2] == ("bad", "Does not conform: 1 SHOULD rule is broken (--strict)")


def test_a_known_failure_is_told_and_one_that_holds_fails(clean: Summary) -> None:
    add(clean, "DEF-05", "failed", known="AUD-7")
    clean.known = {"DEF-05": "AUD-7"}
    assert verdict(clean)[:2] == ("warning", "Conforms with warnings: 1 MUST rule is broken, as known")
    clean.known["DEF-04"] = "AUD-8"
    assert verdict(clean)[:2] == (
        "warning",
        "Conforms with warnings: 1 MUST rule is broken, as known; 1 known failure is out of date, which fails the run",
    )
    assert verdict(clean).details == ["DEF-04 holds, yet is listed as a known failure (AUD-8): take it off the list."]


def test_an_error_or_an_interrupt_is_no_verdict(clean: Summary) -> None:
    clean.results = [result for result in clean.results if result.rule != "DEF-05"]
    add(clean, "DEF-05", "error")
    assert verdict(clean)[:2] == (
        "unknown",
        "Partly checked: 58 of 59 MUST rules; the suite itself failed at 1 rule",
    )
    clean.interrupted = True
    assert verdict(clean).headline.startswith(
        "Partly checked: 58 of 59 MUST rules; interrupted before the end; the suite"
    )


def test_what_was_not_checked_is_told(clean: Summary) -> None:
    clean.results = [result for result in clean.results if result.rule != "DEF-05"]
    assert verdict(clean) == (
        "unknown",
        "Partly checked: 58 of 59 MUST rules, as chosen",
        [],
    )


def test_rules_that_the_suite_has_no_check_of_are_told_apart(clean: Summary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "rules_without_check", lambda: frozenset({"DEF-14", "DEF-15"}))
    clean.results = [result for result in clean.results if result.rule not in {"DEF-12", "DEF-14", "DEF-15"}]
    assert verdict(clean).details == ["1 of 62 SHOULD rules was not checked.", "2 SHOULD rules have no check yet."]


def test_a_rule_that_was_checked_in_part_is_told(clean: Summary) -> None:
    add(clean, "DEF-01", "skipped", actual="a type list")
    assert verdict(clean)[1:] == ("Conforms: all 121 rules hold", ["1 MUST rule was checked in part."])


def test_a_finding_stands_at_its_operation_and_at_no_other(every: Summary) -> None:
    cells = matrix(every)
    assert cells["createUserGroup", "FMT"]["FMT-04"] == "failed"  # by its case
    assert cells["getUserGroups", "FMT"]["FMT-04"] == "not run"
    assert cells["getUserGroups", "PAG"]["PAG-09"] == "known"  # by its operation
    assert cells["getUserAttributesForUser", "PAG"]["PAG-09"] == "not run"
    assert {cells[operation, "GRP"]["GRP-22"] for operation in ("createUserGroup", "getUserGroupById")} == {"failed"}
    assert cells["createUserAttributeDefinition", "DEF"]["DEF-01"] == "passed"


def test_a_finding_at_an_operation_that_its_rule_does_not_bind_is_not_lost(clean: Summary) -> None:
    add(clean, "DEF-04", "failed", operation="getUserGroups")
    assert matrix(clean)["updateUserAttributeDefinition", "DEF"]["DEF-04"] == "failed"


def test_findings_that_say_the_same_are_one_with_all_their_cases(every: Summary) -> None:
    first, long = group_findings(by_rule(every, "failed")["DEF-05"])
    assert (first.cases, long.cases) == (("pinned",), ("long",))
    assert first.where == "check of def 05 · pinned · updateUserAttributeDefinition"


def test_what_was_skipped_is_told_by_what_it_lacks(every: Summary) -> None:
    assert skipped(every)["a second application (--other-application)"] == ["TEN-01", "TEN-02"]
    assert skipped(every)["a type list"] == ["DEF-01 (in part)"]


def test_what_several_operations_lack_is_told_once(empty: Summary) -> None:
    for operation in ("getUserGroups", "createUserGroup (--group-id)", "deleteUserGroup"):
        add(empty, "ERR-03", "skipped", actual=f"a request: rejected: {operation}")
    add(empty, "ERR-03", "skipped", actual="another: thing")
    assert skipped(empty) == {
        "a request: rejected: getUserGroups and 2 others": ["ERR-03"],
        "another: thing": ["ERR-03"],
    }


def test_the_replay_line_names_the_run(every: Summary, clean: Summary) -> None:
    assert replay(clean, "DEF-05") == (
        "audience-conformance run --url http://127.0.0.1:4010 --rules DEF-05 --seed 0 --profile standard"
    )
    assert "--url 'http://127.0.0.1:4010/</script>'\"'\"'\"'" in replay(every, "DEF-05")
    every.command = 'audience-conformance run --url http://t -H "X: $TOKEN" --seed 7'
    assert replay(every, "DEF-05") == f"{every.command} --rules DEF-05"


@pytest.mark.parametrize("text", ["plain", "line\nfeed\tand tab", "日本語 العربية 👩‍👩‍👧"])
def test_text_that_can_be_read_stays(text: str) -> None:
    assert visible(text) == text


def test_what_cannot_be_seen_is_escaped() -> None:
    assert visible("\x00\x1b\r\x9b\u202e\ud800\ufffe") == r"\x00\x1b\x0d\x9b\u202e\ud800\ufffe"
