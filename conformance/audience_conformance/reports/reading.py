"""Reads a report.json again."""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from audience_conformance.contract.rules import catalogue
from audience_conformance.reports.data import FORMAT


class NotAReport(Exception):
    """A file is no report that can be read; the message names it and says why."""


@dataclass(frozen=True)
class Recorded:
    """A result in a report; its fields are those of the JSON report."""

    rule: str
    check: str
    case: str
    operation: str
    status: str
    expected: str
    actual: str
    known_failure: str
    script: str

    @property
    def item(self) -> tuple[str, str]:
        """The check and its case."""
        return self.check, self.case

    @property
    def name(self) -> str:
        """As the script of the finding is called."""
        return f"{self.rule}-{self.check}{f'-{self.case}' if self.case else ''}"


@dataclass(frozen=True)
class Report:
    """What is used of a report: the options of its run, and its results."""

    options: dict[str, Any]
    results: list[Recorded]

    @property
    def findings(self) -> list[Recorded]:
        return [result for result in self.results if result.status == "failed"]


def read_report(path: Path) -> Report:
    """Read a JSON report.

    Raises:
        NotAReport: it cannot be read, is no report, or one of another format.
    """
    document = read_document(path)
    results = [
        _recorded(path, rule_id, number, result)
        for rule_id, rule in document["rules"].items()
        for number, result in enumerate(rule["results"])
    ]
    options = document.get("options")
    return Report(options if isinstance(options, dict) else {}, results)


def read_document(path: Path) -> dict[str, Any]:
    """Read a JSON report as it is; all its rules are known, and each has a list of results.

    Raises:
        NotAReport: it cannot be read, is no report, or one of another format.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise NotAReport(f"cannot read {path}: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise NotAReport(f"{path} is not JSON; name a report.json that run --report json has written") from None
    if not isinstance(document, dict) or "format" not in document or not isinstance(document.get("rules"), dict):
        raise NotAReport(f"{path} is no report; name a report.json that run --report json has written")
    if document["format"] != FORMAT:
        found = json.dumps(document["format"])[:40]
        raise NotAReport(f"{path} has format {found}, this version reads {FORMAT}: write it anew with this version")
    for rule_id, rule in document["rules"].items():
        if rule_id not in catalogue() or not isinstance(rule, dict) or not isinstance(rule.get("results"), list):
            raise NotAReport(f"{path}: {rule_id!r} is no rule with results")
    return document


def _recorded(path: Path, rule_id: str, number: int, result: Any) -> Recorded:
    values = {}
    for name in (one.name for one in fields(Recorded)):
        value = result.get(name) if isinstance(result, dict) else None
        if not isinstance(value, str):
            raise NotAReport(f"{path}: {name} of result {number} of {rule_id} is not a text")
        values[name] = value
    return Recorded(**values)
