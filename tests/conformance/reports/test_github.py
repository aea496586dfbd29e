"""The annotations of a run in GitHub Actions."""

from pathlib import Path

import pytest
from tests.conformance.cli_runner import conformance
from tests.conformance.reports.conftest import result

from audience_conformance.contract.location import contract_path
from audience_conformance.contract.rules import catalogue
from audience_conformance.reports.basis import operation_line
from audience_conformance.reports.github import MOST, annotations
from audience_conformance.results.summary import Summary


@pytest.fixture(autouse=True)
def _in_github(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))


def test_elsewhere_there_are_none(every: Summary, monkeypatch: pytest.MonkeyPatch) -> None:
    assert annotations(every)
    monkeypatch.delenv("GITHUB_ACTIONS")
    assert annotations(every) == []


def test_a_rule_that_fails_the_run_is_an_error_and_another_a_warning(empty: Summary) -> None:
    empty.results = [result("DEF-05", "failed"), result("DEF-05", "failed", "pinned"), result("DEF-12", "failed")]
    error, warning = annotations(empty)
    assert error.startswith("::error title=DEF-05 MUST%3A An update leaves")
    assert "%0AFindings of this rule: 2%0AReplay: audience-conformance run" in error
    assert warning.startswith("::warning title=DEF-12 SHOULD%3A")
    empty.strict = True
    assert annotations(empty)[1].startswith("::error title=DEF-12")


def test_a_finding_is_at_its_line_of_the_contract_if_that_is_in_the_workspace(
    empty: Summary, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty.results = [result("DEF-05", "failed", operation="updateUserAttributeDefinition")]
    assert "file=" not in annotations(empty)[0]
    monkeypatch.setenv("GITHUB_WORKSPACE", str(contract_path().parent.parent))
    line = operation_line("updateUserAttributeDefinition")
    path = f"{contract_path().parent.name}/openapi.yaml"
    assert annotations(empty)[0].startswith(f"::error file={path},line={line},title=DEF-05 MUST%3A")


def test_nothing_of_the_target_begins_a_command(every: Summary) -> None:
    every.results.append(result("DEF-01", "failed", actual="100 % of it\r\n::error::smuggled\x1b[31m"))
    for line in annotations(every):
        assert line.startswith(("::error", "::warning"))
        assert line.isprintable()
    assert r"Actual: 100 %25 of it\x0d%0A::error::smuggled\x1b[31m" in "\n".join(annotations(every))


def test_no_more_lines_are_printed_than_github_shows(clean: Summary) -> None:
    for found in clean.results:
        found.status = "failed"
    lines = annotations(clean)
    assert len(lines) == 2 * MOST
    must = sum(rule.level == "MUST" for rule in catalogue().values())
    assert lines[MOST - 1] == f"::error::… and {must - MOST + 1} more, in the table and the reports of this run"


def test_what_else_fails_the_run_is_an_error_too(every: Summary, clean: Summary) -> None:
    assert [line for line in annotations(every) if "DEF-04 holds" in line or "BLK-01 expired" in line]
    clean.interrupted = True
    (line,) = annotations(clean)
    assert line.startswith("::error::")


def test_the_command_prints_them(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.conformance.cli_runner.DROPPED", ("GITHUB_STEP",))
    done = conformance("run", "--url", url, "--rules", "DEF-03")
    assert "\n::error title=DEF-03 MUST%3A" in done.out
