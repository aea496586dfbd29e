"""Every report shows the deciding request and its answer first, then those that it depends on, and the script."""

import json
import subprocess
from pathlib import Path

import pytest

from audience_conformance.reports import REPORTS, write
from audience_conformance.reports.evidence import MARK, evidence, script_name
from audience_conformance.results.result import Result
from audience_conformance.results.summary import Summary

DECIDING, BEFORE = "curl -sS 'http://t/deciding'", ["curl -sS 'http://t/first'", "curl -sS 'http://t/second'"]
RESULT = Result(
    "DEF-05",
    "a_check",
    "a case",
    "failed",
    expected="a sensible answer",
    actual="nonsense",
    curl=[DECIDING, *BEFORE],
    answer="418 {}",
    script=f"#!/bin/sh\n{MARK}\nexit 1\n",
    rules=["DEF-05"],
)
SUMMARY = Summary("http://t", "smoke", 0, [RESULT])


def test_the_deciding_request_and_its_answer_come_first() -> None:
    assert [(part.title, part.lines) for part in evidence(RESULT)] == [
        ("Deciding request", [DECIDING]),
        ("Its answer", ["418 {}"]),
        ("It depends on, in order", BEFORE),
        ("Script", [f"sh reproduce/{script_name(RESULT)}"]),
    ]


@pytest.mark.parametrize("kind", ["junit", "html", "markdown", "sarif"])
def test_each_report_shows_the_evidence_in_this_order(kind: str) -> None:
    text = REPORTS[kind][1](SUMMARY).replace("&#39;", "'")
    parts = [DECIDING, "418 {}", *BEFORE, f"sh reproduce/{script_name(RESULT)}"]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "Deciding request" in text


def test_the_json_names_the_script_by_its_path_from_the_report(tmp_path: Path) -> None:
    report, folder = write(SUMMARY, ["json"], tmp_path)
    assert folder == tmp_path / "reproduce"
    (shown,) = json.loads(report.read_text("utf-8"))["rules"]["DEF-05"]["results"]
    assert (shown["curl"], shown["answer"]) == ([DECIDING, *BEFORE], "418 {}")
    assert subprocess.run([tmp_path / shown["script"]], check=False).returncode == 1


def test_scripts_of_an_earlier_run_go_and_those_of_others_stay(tmp_path: Path) -> None:
    write(SUMMARY, ["json"], tmp_path)
    folder = tmp_path / "reproduce"
    (folder / "mine.sh").write_text("#!/bin/sh\n")
    write(Summary("http://t", "smoke", 0), ["json"], tmp_path)
    assert [path.name for path in folder.iterdir()] == ["mine.sh"]


@pytest.mark.parametrize("case", ["", "a/../b", "x y'; $(id)", "ä" * 400])
def test_the_name_of_a_script_is_safe(case: str) -> None:
    name = script_name(Result("DEF-05", "a_check", case, "failed"))
    assert name.replace("-", "").replace("_", "").replace(".", "").isalnum()
    assert name.isascii()
    assert len(name) < 200


def test_names_of_different_cases_differ() -> None:
    names = {script_name(Result("DEF-05", "a_check", case, "failed")) for case in ("a b", "a/b", "a-b", "")}
    assert len(names) == 4
