"""The structure that the SARIF 2.1.0 schema asks for, in so far as the report uses it."""

import json
import re
from email.message import Message
from typing import Any

import pytest

from audience_conformance import home_page
from audience_conformance.contract.location import contract_path
from audience_conformance.contract.rules import catalogue
from audience_conformance.reports import sarif
from audience_conformance.results.summary import Summary

ALLOWED = {
    "log": {"$schema", "version", "runs"},
    "run": {"tool", "originalUriBaseIds", "invocations", "results", "properties"},
    "rule": {"id", "shortDescription", "fullDescription", "help", "defaultConfiguration", "properties"},
    "result": {
        *("ruleId", "ruleIndex", "kind", "level", "message", "locations", "partialFingerprints"),
        *("suppressions", "properties"),
    },
    "invocation": {
        "executionSuccessful",
        "exitCode",
        "exitCodeDescription",
        "toolExecutionNotifications",
        "startTimeUtc",
    },
}


def read(summary: Summary) -> dict[str, Any]:
    log = json.loads(sarif.report(summary))
    assert set(log) <= ALLOWED["log"]
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert set(run) <= ALLOWED["run"]
    return dict(run)


@pytest.mark.parametrize(
    ("home", "variables", "uri"),
    [
        ("", {}, None),
        ("", {"CI_PROJECT_URL": "not a page"}, None),
        ("", {"CI_PROJECT_URL": "https://git.example.com/a/b"}, "https://git.example.com/a/b"),
        (
            "",
            {"GITHUB_SERVER_URL": "https://git.example.com", "GITHUB_REPOSITORY": "a/b"},
            "https://git.example.com/a/b",
        ),
        ("https://example.com/home", {"CI_PROJECT_URL": "https://git.example.com/a/b"}, "https://example.com/home"),
    ],
)
def test_the_driver_has_a_page_for_information_if_one_is_known(
    empty: Summary, monkeypatch: pytest.MonkeyPatch, home: str, variables: dict[str, str], uri: str | None
) -> None:
    for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "CI_PROJECT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sarif, "home_page", lambda: home)
    assert read(empty)["tool"]["driver"].get("informationUri") == uri


def test_the_page_is_the_first_of_the_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    about = Message()
    about["Project-URL"] = "Homepage, https://example.com/home"
    about["Project-URL"] = "Source, https://example.com/source"
    monkeypatch.setattr("importlib.metadata.metadata", lambda _: about)
    assert home_page() == "https://example.com/home"


def test_every_rule_is_described_with_its_level(empty: Summary) -> None:
    driver = read(empty)["tool"]["driver"]
    assert driver["name"] == "audience-conformance"
    assert [rule["id"] for rule in driver["rules"]] == list(catalogue())
    for rule in driver["rules"]:
        assert set(rule) <= ALLOWED["rule"]
        level = catalogue()[rule["id"]].level
        assert rule["defaultConfiguration"]["level"] == {"MUST": "error", "SHOULD": "warning"}[level]
        assert rule["shortDescription"]["text"]


def test_every_finding_is_a_result_of_its_rule(every: Summary) -> None:
    run = read(every)
    assert len(run["results"]) == len(every.findings())
    for result in run["results"]:
        assert set(result) <= ALLOWED["result"]
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning")
        assert isinstance(result["message"]["text"], str)
        for part in ("Expected: ", "Actual: ", "Replay: audience-conformance run"):
            assert part in result["message"]["text"]


def test_a_finding_stands_at_its_operation_else_at_its_rule(every: Summary) -> None:
    lines = contract_path().read_text(encoding="utf-8").splitlines()
    seen = set()
    for result in read(every)["results"]:
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert physical["artifactLocation"] == {"uri": "openapi.yaml", "uriBaseId": "%SRCROOT%"}
        start = physical["region"]["startLine"]
        if "logicalLocations" in location:
            operation_id = location["logicalLocations"][0]["name"]
            operation = next(line for line in lines[start:] if "operationId" in line)
            assert re.fullmatch(r"    (get|put|post|patch|delete):", lines[start - 1])
            assert operation.endswith(f"operationId: {operation_id}")
            seen.add("operation")
        else:
            assert f"id: {result['ruleId']}," in lines[start - 1]
            seen.add("rule")
    assert seen == {"operation", "rule"}


def test_fingerprints_tell_findings_apart_and_stay_from_run_to_run(every: Summary) -> None:
    def prints() -> list[str]:
        return [result["partialFingerprints"]["primaryLocationLineHash"] for result in read(every)["results"]]

    first = prints()
    assert len(set(first)) == len(first)
    for result in every.results:
        result.actual = "something else"
    assert prints() == first


def test_known_failures_are_suppressed_with_their_reason(every: Summary) -> None:
    suppressed = [result for result in read(every)["results"] if "suppressions" in result]
    assert [result["ruleId"] for result in suppressed] == ["PAG-09"]
    assert suppressed[0]["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "AUD-7 | `unsorted`"}
    ]


def test_errors_are_of_the_tool_and_no_results(every: Summary) -> None:
    (invocation,) = read(every)["invocations"]
    assert set(invocation) <= ALLOWED["invocation"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["associatedRule"]["id"] == "MEM-01"
    assert "KeyError" in notification["message"]["text"]


def test_an_empty_run_is_whole(empty: Summary) -> None:
    run = read(empty)
    assert run["results"] == []
    assert run["invocations"] == [
        {
            "executionSuccessful": True,
            "exitCode": 2,
            "exitCodeDescription": "Not judged: nothing was checked",
            "toolExecutionNotifications": [],
        }
    ]
