"""A file that is no report of this format is refused in words, whatever it holds."""

import json
from pathlib import Path
from typing import Any

import pytest

from audience_conformance.reports import write
from audience_conformance.reports.data import FORMAT
from audience_conformance.reports.reading import NotAReport, read_report
from audience_conformance.results.summary import Summary


def test_a_report_reads_back(tmp_path: Path, every: Summary) -> None:
    every.options = {"profile": "smoke", "seed": 7}
    (path,) = write(every, ["json"], tmp_path)
    report = read_report(path)
    assert report.options == {"profile": "smoke", "seed": 7}
    found = sorted((one.rule, one.check, one.case) for one in report.findings)
    assert found == sorted((one.rule, one.check, one.case) for one in every.findings())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("nonsense", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is no report"),
        ('{"rules": {}}', "is no report"),
        (json.dumps({"format": FORMAT - 1, "rules": {}}), f"has format {FORMAT - 1}, this version reads {FORMAT}"),
        (json.dumps({"format": FORMAT, "rules": {"XXX-01": {"results": []}}}), "'XXX-01' is no rule"),
        (json.dumps({"format": FORMAT, "rules": {"DEF-01": []}}), "'DEF-01' is no rule"),
        (json.dumps({"format": FORMAT, "rules": {"DEF-01": {"results": [7]}}}), "rule of result 0 of DEF-01"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, content: Any, says: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(content)
    with pytest.raises(NotAReport, match=says):
        read_report(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAReport, match="No such file"):
        read_report(tmp_path / "none.json")
