"""Known failures: they run, do not fail the run, and fail it once they have gone."""

from pathlib import Path

import pytest
import yaml
from tests.conformance.cli_runner import conformance, pytest_suite

from audience_conformance.results.known_failures import KnownFailuresError, as_yaml, read_known
from audience_conformance.results.result import Result

FOUND = "DEF-03: ids are reused"


def known(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "known.txt"
    path.write_text(text, encoding="utf-8")
    return path


def finding(rule: str, operation: str = "", *operations: str) -> Result:
    operations = operations or (operation,)
    return Result(
        rule, "check", "", "failed", "this", "that", operation=operation, operations=list(operations), rules=[rule]
    )


def run(url: str, rules: str, path: Path, *more: str) -> tuple[int, str]:
    done = conformance("run", "--url", url, "--rules", rules, "--known-failures", path, *more)
    assert done.err == ""
    return done.code, done.out


# --- in a run -----------------------------------------------------------------------------------------


def test_a_known_finding_does_not_fail_the_run(url: str, tmp_path: Path) -> None:
    code, out = run(url, "DEF-01,DEF-03", known(tmp_path, f"{FOUND} ticket=AUD-7"), "--fail-fast")
    assert code == 0
    assert "1 known, 1 passed" in out
    assert "DEF-03: ids are reused (AUD-7)" in out


def test_a_known_finding_of_another_operation_fails_the_run(url: str, tmp_path: Path) -> None:
    code, out = run(url, "DEF-03", known(tmp_path, "DEF-03 getUserAttributeDefinitionById: elsewhere"))
    assert code == 1
    assert "DEF-03 MUST failed" in out
    code, _ = run(url, "DEF-03", known(tmp_path, "DEF-03 createUserAttributeDefinition: here"))
    assert code == 0


def test_one_that_passes_fails_the_run(url: str, tmp_path: Path) -> None:
    path = known(tmp_path, "DEF-01: was broken")
    code, out = run(url, "DEF-01", path)
    assert code == 1
    assert "DEF-01 holds, yet is listed as a known failure (was broken): take it off the list." in out
    assert run(url, "DEF-02", path)[0] == 0  # not looked at


def test_one_that_has_expired_fails_the_run(url: str, tmp_path: Path) -> None:
    code, out = run(url, "DEF-12", known(tmp_path, "DEF-12: slow team expires=2024-02-29"))
    assert code == 1
    assert "The known failure DEF-12 has expired (slow team (until 2024-02-29))" in out.replace(
        "expired (", "expired ("
    )
    assert run(url, "DEF-12", known(tmp_path, "DEF-12: slow team expires=2999-01-01"), "--strict")[0] == 0


def test_the_first_file_is_written_and_then_holds(url: str, tmp_path: Path) -> None:
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
    assert run(url, rules, path, "--strict")[0] == 0


def test_it_works_in_pytest_too(url: str, tmp_path: Path) -> None:
    path = known(tmp_path, f"{FOUND}\nDEF-01: was broken")
    done = pytest_suite("--url", url, "--rules", "DEF-01,DEF-03", "--known-failures", path, "-n", "1", cwd=tmp_path)
    assert "1 passed, 1 xfailed" in done.out
    assert "DEF-01 holds, yet is listed as a known failure" in done.out
    assert done.code == 1


# --- the file -----------------------------------------------------------------------------------------


def test_lines_and_yaml_say_the_same(tmp_path: Path) -> None:
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
    ("text", "told"),
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
        ("- DEF-05", "is not a list of entries"),
        ("- {rule: DEF-05, reason: [}", "is not YAML"),
        ("{rule: DEF-05, reason: a}", "is not a list of entries"),
        ("- {reason: a}", "'' is no rule"),
    ],
)
def test_an_entry_that_cannot_be_used_is_one_line_and_exit_2(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(KnownFailuresError, match=r".") as problem:
        read_known(known(tmp_path, text))
    assert told in str(problem.value)
    assert "\n" not in str(problem.value)


def test_a_bad_file_ends_the_command_with_exit_2(tmp_path: Path) -> None:
    done = conformance("run", "--known-failures", known(tmp_path, "DEF-05:"))
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_an_empty_file_knows_nothing(tmp_path: Path) -> None:
    assert read_known(known(tmp_path, "# nothing\n")).entries == ()


def test_one_operation_mended_while_another_fails_is_told(tmp_path: Path) -> None:
    read = read_known(known(tmp_path, "FMT-02 getUserGroups: a\nFMT-02 createUserGroup: b"))
    results = [finding("FMT-02", "getUserGroups"), finding("FMT-02", "getUserGroupById", "getUserGroupById")]
    results.append(Result("FMT-02", "check", "", "passed", operations=["createUserGroup"], rules=["FMT-02"]))
    assert [bool(read.why(result)) for result in results[:2]] == [True, False]
    assert read.rules(results) == {}
    assert read.stale(results, ["FMT-02"]) == [
        "FMT-02 createUserGroup holds, yet is listed as a known failure (b): take it off the list."
    ]


def test_findings_of_hostile_targets_are_written_as_data(tmp_path: Path) -> None:
    result = finding("DEF-05", "updateUserAttributeDefinition")
    result.actual = "'}\n- {rule: DEF-01, reason: smuggled\x00\N{SNOWMAN} # \""
    path = tmp_path / "known.yaml"
    path.write_text(as_yaml([result]), encoding="utf-8")
    assert [entry.rule for entry in read_known(path).entries] == ["DEF-05"]
