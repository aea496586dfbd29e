"""`audience-conformance compare` tells new, gone and changed findings apart."""

from pathlib import Path
from typing import Any

import pytest
from tests.conformance.cli_runner import conformance

from audience_conformance.reports import write
from audience_conformance.results.result import Result, Status
from audience_conformance.results.summary import Summary


def result(rule: str = "DEF-05", status: Status = "failed", actual: str = "nonsense", **more: Any) -> Result:
    return Result(rule, "a_check", "a case", status, expected="sense", actual=actual, rules=[rule], **more)


def compared(folder: Path, old: list[Result], new: list[Result]) -> tuple[int, list[str]]:
    paths = []
    for name, results in (("old", old), ("new", new)):
        paths += write(Summary("http://t", "smoke", 0, results), ["json"], folder / name)
    done = conformance("compare", *paths)
    return done.code, [line.split("  ")[0].strip() for line in done.out.splitlines()]


def test_equal_reports_differ_in_nothing(tmp_path: Path) -> None:
    assert compared(tmp_path, [result()], [result()]) == (0, [])


def test_a_new_finding_exits_1(tmp_path: Path) -> None:
    assert compared(tmp_path, [result(status="passed")], [result()]) == (1, ["new"])


def test_a_finding_of_another_rule_by_the_same_check_is_new(tmp_path: Path) -> None:
    assert compared(tmp_path, [result()], [result("FMT-04")]) == (1, ["new", "gone"])


def test_a_new_known_failure_exits_0(tmp_path: Path) -> None:
    assert compared(tmp_path, [], [result(known="AUD-7")]) == (0, ["new"])


def test_a_finding_whose_check_passes_is_gone(tmp_path: Path) -> None:
    assert compared(tmp_path, [result()], [result(status="passed")]) == (0, ["gone"])


@pytest.mark.parametrize("status", ["skipped", "error", "not judged", None])
def test_a_finding_whose_check_was_not_performed_is_not_gone(tmp_path: Path, status: Status | None) -> None:
    new = [] if status is None else [result(status=status)]
    assert compared(tmp_path, [result()], new) == (0, ["not checked"])


def test_another_actual_is_a_change(tmp_path: Path) -> None:
    assert compared(tmp_path, [result(actual="409 {}")], [result(actual="422 {}")]) == (0, ["changed"])


def test_other_ids_and_times_are_no_change(tmp_path: Path) -> None:
    old = '{"_id": "64f111111111111111111111", "slug": "acs-0123abcd-s12", "created_at": "2026-01-15T09:30:00.123Z"}'
    new = '{"_id": "64f222222222222222222222", "slug": "acs-89efab01-s7", "created_at": "2026-02-16T10:31:01.000Z"}'
    assert compared(tmp_path, [result(actual=old)], [result(actual=new)]) == (0, [])


def test_a_file_that_is_no_report_is_an_error_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text("{}")
    done = conformance("compare", tmp_path / "no.json", tmp_path / "no.json")
    assert (done.code, done.out) == (2, "")
    assert "is no report; name a report.json" in done.err


def test_what_a_target_said_is_shown_escaped_on_one_line(tmp_path: Path) -> None:
    (path,) = write(Summary("t", "smoke", 0, [result(actual="\x1b]0;x\n::error::\x00")]), ["json"], tmp_path)
    (none,) = write(Summary("t", "smoke", 0, []), ["json"], tmp_path / "none")
    done = conformance("compare", none, path)
    assert len(done.out.splitlines()) == 1
    assert "\x1b" not in done.out
