"""The SARIF 2.1.0 report, for code scanning: each finding is located at its operation or rule in openapi.yaml."""

import hashlib
import json
import os
import re
from typing import Any

from audience_conformance import home_page
from audience_conformance.contract.document import operations
from audience_conformance.contract.location import FILE_NAME
from audience_conformance.contract.rules import Rule, catalogue
from audience_conformance.reports import facts
from audience_conformance.reports.basis import SOURCES, basis_line, operation_line, rule_line
from audience_conformance.reports.causes import MOST_CAUSE, cause_of
from audience_conformance.reports.evidence import evidence, evidence_text
from audience_conformance.results.result import Result
from audience_conformance.results.summary import Summary

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"MUST": "error", "SHOULD": "warning"}
ROOT = "%SRCROOT%"
_WEB_PAGE = re.compile(r"https?://[!-~]+")


def report(summary: Summary) -> str:
    """Return one JSON object in ASCII."""
    run = {
        "tool": {"driver": _driver(summary)},
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder of openapi.yaml."}}},
        "invocations": [_invocation(summary)],
        "results": [_result(summary, result) for result in summary.findings()],
        "properties": {
            "verdict": summary.verdict.name,
            "headline": facts.verdict(summary).headline,
            "target": facts.visible(summary.target),
            "profile": summary.profile,
            "seed": summary.seed,
            "notes": [facts.visible(note) for note in summary.notes],
        },
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _driver(summary: Summary) -> dict[str, Any]:
    driver: dict[str, Any] = {
        "name": "audience-conformance",
        "rules": [_rule(rule) for rule in catalogue().values()],
    }
    more = {"informationUri": _home(), "version": facts.visible(summary.version)}
    return driver | {name: text for name, text in more.items() if text}


def _home() -> str:
    """The page of the suite: its own, or that of the repository whose pipeline runs it; "" if none is known."""
    if home := home_page():
        return home
    server, repository = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
    url = f"{server}/{repository}" if server and repository else os.environ.get("CI_PROJECT_URL", "")
    return url if _WEB_PAGE.fullmatch(url) else ""


def _rule(rule: Rule) -> dict[str, Any]:
    bound = ", ".join(rule.operations)
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.sentence},
        "fullDescription": {"text": f"{rule.sentence}. {rule.level}: based on {rule.source}. Applies to {bound}."},
        "help": {"text": f"audience-conformance rules {rule.id} explains its checks and their prerequisites."},
        "defaultConfiguration": {"level": LEVELS[rule.level]},
        "properties": {"tags": [rule.group, rule.level]},
    }


def _invocation(summary: Summary) -> dict[str, Any]:
    errors = [result for result in summary.results if result.status in ("error", "not judged")]
    invocation: dict[str, Any] = {
        "executionSuccessful": not (errors or summary.interrupted or summary.ended or summary.out_of_time),
        "exitCode": summary.exit_code,
        "exitCodeDescription": facts.verdict(summary).headline,
        "toolExecutionNotifications": [
            {
                "level": "error",
                "message": {"text": facts.shortened(f"{result.id}: {result.actual}", facts.MOST_SHOWN)},
                "associatedRule": {"id": result.rule, "index": list(catalogue()).index(result.rule)},
            }
            for result in errors
        ],
    }
    return invocation | ({"startTimeUtc": facts.visible(summary.started)} if summary.started else {})


def _result(summary: Summary, result: Result) -> dict[str, Any]:
    finding: dict[str, Any] = {
        "ruleId": result.rule,
        "ruleIndex": list(catalogue()).index(result.rule),
        "kind": "fail",
        "level": LEVELS[result.level],
        "message": {"text": f"{facts.describe(summary, result)}\n{evidence_text(result)}"},
        "locations": [_location(result)],
        # The only name that GitHub reads. Without the response, so that a finding keeps its identity.
        "partialFingerprints": {"primaryLocationLineHash": f"{_fingerprint(result)}:1"},
        "properties": {
            "check": facts.visible(result.check),
            "case": facts.visible(result.case),
            "location": facts.visible(result.location),
            "overdue": result.overdue,
            "seenAfter": result.seen_after,
            "cause": facts.one_line(cause_of(result), MOST_CAUSE),
            "restsOn": SOURCES[result.source],
            "contractLine": basis_line(result),
            "curl": list(map(facts.visible, result.curl)),
            "evidence": {part.title: part.lines for part in evidence(result)},
        },
    }
    if facts.status_of(summary, result) == "known":
        why = facts.visible(facts.reason(summary, result))
        finding["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
    return finding


def _location(result: Result) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": FILE_NAME, "uriBaseId": ROOT},
            "region": {"startLine": _line(result)},
        },
    }
    if result.operation in operations():
        method, path, _ = operations()[result.operation]
        name = {"name": result.operation, "fullyQualifiedName": f"{method} {path}", "kind": "function"}
        location["logicalLocations"] = [name]
    return location


def _line(result: Result) -> int:
    """The line of the operation, or of the rule."""
    return operation_line(result.operation) or rule_line(result.rule)


def _fingerprint(result: Result) -> str:
    identity = json.dumps([result.rule, result.check, result.case, result.operation])
    return hashlib.sha256(identity.encode()).hexdigest()[:32]
