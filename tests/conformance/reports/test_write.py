import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from audience_conformance import reports
from audience_conformance.reports import REPORTS, STEP_SUMMARY, ReportError, write
from audience_conformance.reports.table import print_table
from audience_conformance.results.summary import Summary


def test_every_report_is_written_once_into_a_folder_that_is_made(every: Summary, tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    paths = write(every, [*REPORTS, "json"], folder)
    assert [path.name for path in paths] == [name for name, _ in REPORTS.values()]
    assert sorted(folder.iterdir()) == sorted(paths)
    assert all(path.read_text(encoding="utf-8").strip() for path in paths)


def test_nothing_is_made_when_nothing_is_asked_for(every: Summary, tmp_path: Path) -> None:
    assert write(every, [], tmp_path / "none") == []
    assert not (tmp_path / "none").exists()


def test_an_unknown_report_is_refused_with_the_ones_there_are(every: Summary, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="unknown report: pdf; choose from junit, html"):
        write(every, ["pdf"], tmp_path)


def test_a_folder_that_cannot_be_made_is_told(every: Summary, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ReportError, match=r"cannot write reports to .*file/below: .*--report-dir"):
        write(every, ["json"], tmp_path / "file" / "below")


def test_a_report_that_fails_leaves_the_old_file(
    every: Summary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (old,) = write(every, ["badge"], tmp_path)
    before = old.read_bytes()

    def full(_: Path, __: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ReportError, match="No space left on device"):
        write(every, ["badge"], tmp_path)
    assert old.read_bytes() == before
    assert list(tmp_path.iterdir()) == [old]


def test_the_markdown_goes_to_github_by_itself_and_after_what_is_there(
    every: Summary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "summary.md"
    page.write_text("before\n")
    monkeypatch.setenv(STEP_SUMMARY, str(page))
    assert write(every, [], tmp_path) == []
    assert page.read_text(encoding="utf-8").startswith("before\n## ❌ Audience contract: Does not conform")


def test_a_summary_of_github_that_cannot_be_written_is_told_after_all_else_is_written(
    every: Summary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STEP_SUMMARY, str(tmp_path / "no" / "such.md"))
    with pytest.raises(ReportError, match=STEP_SUMMARY):
        write(every, ["json"], tmp_path)
    assert json.loads((tmp_path / "report.json").read_text())["format"] == 3


def test_every_report_has_the_location_of_the_check_of_every_finding(every: Summary, tmp_path: Path) -> None:
    table = Console(file=io.StringIO(), width=200)
    print_table(every, table)
    texts = [path.read_text() for path in write(every, set(REPORTS) - {"badge", "har"}, tmp_path)]
    texts.append(table.file.getvalue())  # type: ignore[attr-defined]
    for text in texts:
        for finding in every.findings():
            assert finding.location in text
        assert not re.search("location +\n|Check: *(``)?\n|<code></code>", text), "an error without a location"


def test_an_empty_run_has_every_report(empty: Summary, tmp_path: Path) -> None:
    assert len(write(empty, REPORTS, tmp_path)) == len(reports.REPORTS)
