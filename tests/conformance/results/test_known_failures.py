"""Known failures: their checks run and do not fail the run, until they pass or expire."""

from pathlib import Path

import pytest
import yaml
from tests.conformance.cli_runner import conformance, pytest_suite

from audience_conformance.results.known_failures import KnownFailuresError, as_yaml, read_known
from audience_conformance.results.result import Result


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
    assert conformance("run", "--url", url, "--rules", rules, "--known-failures", path, "--strict").code == 0


def test_known_failures_work_in_pytest(url: str, tmp_path: Path) -> None:
    path = known(tmp_path, "DEF-03: ids are reused\nDEF-01: was broken")
    done = pytest_suite("--url", url, "--rules", "DEF-01,DEF-03", "--known-failures", path, "-n", "1", cwd=tmp_path)
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


def test_text_of_a_hostile_target_is_written_as_data(tmp_path: Path) -> None:
    result = finding("DEF-05", "updateUserAttributeDefinition")
    result.actual = "'}\n- {rule: DEF-01, reason: smuggled\x00\N{SNOWMAN} # \""
    path = tmp_path / "known.yaml"
    path.write_text(as_yaml([result]), encoding="utf-8")
    assert [entry.rule for entry in read_known(path).entries] == ["DEF-05"]
