"""Which checks run: --operations, --tags and --failed-from."""

import json
from pathlib import Path
from typing import Any

import click
import pytest
from tests.conformance.cli_runner import conformance

from audience_conformance.contract.document import operations
from audience_conformance.results.result import exercised
from audience_conformance.settings.parse import read_settings


def ids(**texts: Any) -> set[tuple[str, str | None]]:
    return {(check.name, case) for check, case in read_settings(texts).items()}


def test_operations_select_the_cases_that_exercise_them() -> None:
    chosen = read_settings({"operations": "deleteUserGroup"}).items()
    assert chosen
    for check, case in chosen:
        assert "deleteUserGroup" in exercised(check.operations, case)
        assert case is None or case not in operations() or case == "deleteUserGroup"
    assert ids(operations="deleteusergroup") == ids(operations="deleteUserGroup")
    assert ids(operations="getUserGroups") < ids(operations="getUserGroup*")
    paged = {case for name, case in ids(operations="getUserGroups", rules="PAG-06")}
    assert paged == {"getUserGroups", "getUserGroups whole"}


def test_a_request_to_an_unknown_path_is_of_no_operation() -> None:
    assert not [case for _, case in ids(operations="*") if case == "unknown-path"]
    assert [case for _, case in ids() if case == "unknown-path"]


def test_tags_select_their_operations_and_narrow_other_options() -> None:
    groups, attributes = ids(tags="User groups"), ids(tags="user attributes")
    assert ids(tags="User groups,User attributes") == groups | attributes
    assert ("a_created_group_reads_back", "l1") in groups - attributes
    assert ids(tags="User groups", operations="getUserGroups") == ids(operations="getUserGroups")
    assert ids(tags="User groups", rules="DEF-01") == set()


def test_the_selected_rules_are_those_of_the_checks_that_run() -> None:
    settings = read_settings({"operations": "getUserGroupTags", "rules": "GRP-*"})
    assert (
        set(settings.selection())
        == {check.rules[0] for check, _ in settings.items()}
        < set(read_settings({"rules": "GRP-*"}).selection())
    )
    assert read_settings({}).selection() == []


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"operations": "getUserGroop"}, "no operation is called getUserGroop; did you mean getUserGroups?"),
        ({"operations": "xyzzy"}, "no operation is called xyzzy; there are getUserAttributeDefinitions, "),
        ({"operations": ","}, "it names no operation"),
        ({"tags": "user group"}, "no tag is called user group; did you mean User groups?"),
        ({"failed_from": "no.json"}, "no.json cannot be read: No such file or directory"),
    ],
)
def test_an_unknown_name_is_an_error_with_a_suggestion(texts: dict[str, str], message: str) -> None:
    with pytest.raises(click.UsageError) as raised:
        read_settings(texts)
    assert message in raised.value.format_message()


def test_what_failed_in_an_earlier_run_is_run_again(url: str, tmp_path: Path) -> None:
    arguments: list[str | Path] = ["run", "--url", url, "--report", "json", "--report-dir", tmp_path]
    done = conformance(*arguments, "--rules", "DEF-01,DEF-02,DEF-03,DEF-05,DEF-12")
    assert done.code == 1
    done = conformance(*arguments, "--failed-from", tmp_path / "report.json")
    assert done.code == 1
    again = json.loads((tmp_path / "report.json").read_text())
    run = {result["check"] for rule in again["rules"].values() for result in rule["results"]}
    assert run == {"breaks_a_must_rule", "crashes", "breaks_a_should_rule"}
    assert again["selected_rules"] == ["DEF-03", "DEF-05", "DEF-12"]
    assert (
        "nothing to check"
        in conformance(*arguments, "--failed-from", tmp_path / "report.json", "--tags", "User groups").err
    )


RESULT = {"rule": "DEF-01", "check": "reads", "case": "", "rules": ["DEF-01"], "status": "failed", "known_failure": ""}


def report(result: dict[str, Any]) -> dict[str, Any]:
    return {"rules": {"DEF-01": {"results": [result]}}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<junit/>", "is not a report.json of this suite"),
        ([], "is not a report.json of this suite"),
        ({"rules": []}, "is not a report.json of this suite"),
        (report({"status": "failed"}), "is not a report.json of this suite"),
        (report({**RESULT, "status": "passed"}), "nothing failed in"),
        (report({**RESULT, "known_failure": "accepted"}), "nothing failed in"),
        (report({**RESULT, "check": "read"}), "no check is called DEF-01-read, as"),
    ],
)
def test_a_report_that_names_nothing_to_run_again_is_an_error(tmp_path: Path, content: Any, message: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    done = conformance("run", "--failed-from", path)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert message in done.err
