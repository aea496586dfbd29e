"""Known failures: their checks run and do not fail the run, until they pass or expire."""

from pathlib import Path

import pytest
import yaml
from tests.conformance.cli_runner import conformance, pytest_suite

from audience_conformance.checks.registry import Check
from audience_conformance.client.api import Api
from audience_conformance.results.finding import expect
from audience_conformance.results.known_failures import KnownFailuresError, as_yaml, read_known
from audience_conformance.results.result import Result, Status


def known(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "known.txt"
    path.write_text(text, encoding="utf-8")
    return path


def finding(rule: str, operation: str = "", *operations: str) -> Result:
    checked = list(operations or (operation,))
    return Result(rule, "check", "", "failed", "this", "that", operation=operation, operations=checked, rules=[rule])


@pytest.mark.parametrize(
    ("text", "options", "code", "messages"),
    [
        (
            "DEF-03: ids are reused ticket=AUD-7",
            ["--rules", "DEF-01,DEF-03", "--fail-fast"],
            0,
            ["1 known, 1 passed", "DEF-03: ids are reused (AUD-7)"],
        ),
        ("DEF-03 createUserAttributeDefinition: here", ["--rules", "DEF-03"], 0, []),
        ("DEF-03 getUserAttributeDefinitionById: elsewhere", ["--rules", "DEF-03"], 1, ["DEF-03 MUST failed"]),
        (
            "DEF-01: was broken",
            ["--rules", "DEF-01"],
            1,
            ["DEF-01 holds, yet is listed as a known failure (was broken): take it off the list."],
        ),
        ("DEF-01: was broken, and is not checked", ["--rules", "DEF-02"], 0, []),
        (
            "DEF-12: slow team expires=2024-02-29",
            ["--rules", "DEF-12"],
            1,
            ["The known failure DEF-12 has expired (slow team (until 2024-02-29))"],
        ),
        ("DEF-12: slow team expires=2999-01-01", ["--rules", "DEF-12", "--strict"], 0, []),
    ],
)
def test_a_known_failure_does_not_fail_the_run_until_it_passes_or_expires(
    url: str, tmp_path: Path, text: str, options: list[str], code: int, messages: list[str]
) -> None:
    done = conformance("run", "--url", url, "--known-failures", known(tmp_path, text), *options)
    assert (done.code, done.err) == (code, "")
    for message in messages:
        assert message in done.out


def test_a_new_file_is_written_and_can_be_used(url: str, tmp_path: Path) -> None:
    path = tmp_path / "known.yaml"
    rules = "DEF-01,DEF-03,DEF-12"
    done = conformance("run", "--url", url, "--rules", rules, "--write-known-failures", path)
    assert done.code == 1
    assert f"wrote {path}" in done.out
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert [(entry["rule"], entry.get("operation")) for entry in entries] == [
        ("DEF-03", "createUserAttributeDefinition"),
        ("DEF-12", None),
    ]
    assert [entry["check"] for entry in entries] == ["breaks_a_must_rule", "breaks_a_should_rule"]
    assert conformance("run", "--url", url, "--rules", rules, "--known-failures", path, "--strict").code == 0


def test_known_failures_work_in_pytest(url: str, tmp_path: Path) -> None:
    path = known(tmp_path, "DEF-03: ids are reused\nDEF-01: was broken")
    done = pytest_suite(
        "--url", url, "--rules", "DEF-01,DEF-03", "--known-failures", path, "--connections", "2", cwd=tmp_path
    )
    assert "1 passed, 1 xfailed" in done.out
    assert "DEF-01 holds, yet is listed as a known failure" in done.out
    assert done.code == 1


def test_lines_and_yaml_are_equivalent(tmp_path: Path) -> None:
    lines = known(
        tmp_path, "# ours\n\nDEF-05 updateUserAttributeDefinition: a: b, c  expires=2027-01-31 ticket=A-1 # x\n"
    )
    listed = tmp_path / "known.yaml"
    listed.write_text(
        "# ours\n- {rule: DEF-05, operation: updateUserAttributeDefinition, reason: 'a: b, c', ticket: A-1,"
        " expires: 2027-01-31}\n"
    )
    assert read_known(lines) == read_known(listed)
    (entry,) = read_known(lines).entries
    assert (entry.reason, entry.ticket, str(entry.expires)) == ("a: b, c", "A-1", "2027-01-31")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("DEF-99: gone", "known.txt:1: 'DEF-99' is no rule"),
        ("\n\nDEF-05:", "known.txt:3: DEF-05 has no reason"),
        ("DEF-05: ticket=A-1", "DEF-05 has no reason"),
        ("DEF-05", "not RULE: REASON"),
        ("DEF-05 nothing: reason", "'nothing' is no operationId"),
        ("DEF-05: a expires=soon", "expires is 'soon'; write a day like"),
        ("DEF-05: a\nDEF-05: b", "names DEF-05 twice"),
        ("- {rule: DEF-05}", "entry 1: DEF-05 has no reason"),
        ("- {rule: DEF-05, reason: a, until: 2027-01-01}", "until is no field"),
        ("- {rule: DEF-05, reason: a, chek: b}", "chek is no field of an entry; did you mean check?"),
        ("DEF-05 getUserGroop: a", "'getUserGroop' is no operationId; did you mean getUserGroups?"),
        ("DEF-05: a flaky=often", "flaky is 'often'; write true or false"),
        ("- {rule: DEF-05, check: b, reason: a}\n- {rule: DEF-05, check: b, reason: c}", "names DEF-05 b twice"),
        ("- DEF-05", "is not a list of entries"),
        ("- {rule: DEF-05, reason: [}", "is not YAML"),
        ("{rule: DEF-05, reason: a}", "is not a list of entries"),
        ("- {reason: a}", "'' is no rule"),
    ],
)
def test_an_invalid_entry_is_an_error_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(KnownFailuresError, match=r".") as error:
        read_known(known(tmp_path, text))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_may_be_empty(tmp_path: Path) -> None:
    assert read_known(known(tmp_path, "# nothing\n")).entries == ()


def test_an_operation_that_passes_while_another_fails_is_reported(tmp_path: Path) -> None:
    read = read_known(known(tmp_path, "FMT-02 getUserGroups: a\nFMT-02 createUserGroup: b"))
    results = [finding("FMT-02", "getUserGroups"), finding("FMT-02", "getUserGroupById", "getUserGroupById")]
    results.append(Result("FMT-02", "check", "", "passed", operations=["createUserGroup"], rules=["FMT-02"]))
    assert [bool(read.why(result)) for result in results[:2]] == [True, False]
    assert read.rules(results) == {}
    assert read.stale(results, ["FMT-02"]) == [
        "FMT-02 createUserGroup holds, yet is listed as a known failure (b): take it off the list."
    ]


def of_check(check: str, case: str = "", status: Status = "failed", actual: str = "409 Conflict") -> Result:
    operations = ["getUserGroups", "getUserGroupTags"]
    return Result("FMT-01", check, case, status, "200", actual, operations=operations, rules=["FMT-01"])


@pytest.mark.parametrize(
    ("narrowed", "others"),
    [
        ("check: a", [of_check("b")]),
        ("check: a, case: getUserGroups", [of_check("a", "getUserGroupTags"), of_check("b", "getUserGroups")]),
        ("operation: getUserGroups", [of_check("a", "getUserGroupTags"), of_check("a", "unknown-path")]),
        ("check: a, text: '409  Conflict'", [of_check("a", "getUserGroups", actual="500"), of_check("b")]),
        ("text: '200 409'", [of_check("a", "getUserGroups", actual="500")]),
    ],
)
def test_another_finding_of_the_rule_is_a_new_one(tmp_path: Path, narrowed: str, others: list[Result]) -> None:
    read = read_known(known(tmp_path, f"- {{rule: FMT-01, {narrowed}, reason: r}}"))
    accepted = of_check("a", "getUserGroups")
    accepted.known = read.why(accepted)
    assert accepted.known == "r"
    assert [read.why(other) for other in others] == [""] * len(others)
    assert (read.rules([accepted, *others]), read.rules([accepted])) == ({}, {"FMT-01": "r"})
    assert read.stale([accepted, *others], ["FMT-01"]) == []


def test_an_entry_that_did_not_happen_is_told_once_all_that_it_concerns_is_judged(tmp_path: Path) -> None:
    read = read_known(known(tmp_path, "- {rule: FMT-01, check: a b, case: getUserGroups, text: '409', reason: r}"))
    passed, other = of_check("a_b", "getUserGroups", "passed"), of_check("a_b", "getUserGroups", actual="500")
    assert read.stale([passed, of_check("c")], ["FMT-01"]) == [
        'FMT-01 a b (getUserGroups) with "409" holds, yet is listed as a known failure (r): take it off the list.'
    ]
    assert read.stale([other], ["FMT-01"]) == [
        'The known failure FMT-01 a b (getUserGroups) with "409" did not happen (r), another did: correct its text.'
    ]
    undecided = [of_check("a_b", "getUserGroups", "not judged"), of_check("a_b", "getUserGroupTags", "passed")]
    assert read.stale(undecided, ["FMT-01"]) == []
    assert read.rules([passed]) == {}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("check: breaks a must rul", "DEF-03 has no such check; did you mean breaks a must rule?"),
        ("check: writes", "DEF-03 has no such check; there are breaks a must rule"),
        ("check: breaks a must rule, case: one", "the check has no such case; there are none"),
    ],
)
def test_an_unknown_check_or_case_is_an_error(tmp_path: Path, entry: str, message: str) -> None:
    path = known(tmp_path, f"- {{rule: DEF-03, {entry}, reason: r}}")
    done = conformance("run", "--known-failures", path)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert message in done.err


@pytest.mark.parametrize(
    ("outcomes", "code", "said"),
    [
        ("fail pass", 0, "DEF-01: slow; flaky: it passed when it was run again alone"),
        ("fail fail", 1, "DEF-01 MUST failed"),
        ("pass", 0, "1 passed"),
    ],
)
def test_a_flaky_check_is_run_again_alone(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcomes: str, code: int, said: str
) -> None:
    left = outcomes.split()

    def fails_at_first(api: Api) -> None:
        expect(left.pop(0) == "pass", "this", "that")

    check = Check(("DEF-01",), "fails_at_first", fails_at_first, "", ("getUserGroups",), read_only=frozenset({""}))
    monkeypatch.setattr("audience_conformance.checks.registry.all_checks", lambda: [check])
    entry = known(tmp_path, "DEF-01: slow flaky=true")
    done = conformance("run", "--url", url, "--known-failures", entry, samples=False)
    assert (done.code, done.err, left) == (code, "", [])
    assert said in done.out


def test_text_of_a_hostile_target_is_written_as_data(tmp_path: Path) -> None:
    result = finding("DEF-05", "updateUserAttributeDefinition")
    result.actual = "'}\n- {rule: DEF-01, reason: smuggled\x00\N{SNOWMAN} # \""
    path = tmp_path / "known.yaml"
    path.write_text(as_yaml([result]), encoding="utf-8")
    assert [entry.rule for entry in read_known(path).entries] == ["DEF-05"]
