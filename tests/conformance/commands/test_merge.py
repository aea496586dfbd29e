"""`audience-conformance merge` makes one report of all shards of a run, or says why it cannot."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.conformance.cli_runner import conformance

from audience_conformance.contract.rules import catalogue
from audience_conformance.reports import write
from audience_conformance.results.result import Result, Status
from audience_conformance.results.summary import Summary

RUN = {"known_failures": False, "checked_rules": list(catalogue()), "seed": 0}
MUST = [rule.id for rule in catalogue().values() if rule.level == "MUST"]


def result(rule: str, status: Status = "passed", check: str = "a_check", **more: Any) -> Result:
    return Result(rule, check, "", status, rules=[rule], **more)


def shard(folder: Path, number: int, results: list[Result], *, of: int = 2, **more: Any) -> Path:
    """Write the report of a shard into a folder; return its path."""
    fields: dict[str, Any] = {"started": "2026-01-15T09:30:00Z", "seconds": 10.0, "sent": 100, "version": "1"} | more
    run = Summary("http://t", "smoke", 0, results, shard=(number, of), **{"of_whole_run": RUN} | fields)
    write(run, ["json"], folder)
    return folder / f"report-{number}-of-{of}.json"


def merged(folder: Path, *arguments: str | Path) -> dict[str, Any]:
    """Merge what is in a folder; the report, with the exit code of the command."""
    done = conformance("merge", folder, "--report", "json", "--report-dir", folder / "merged", *arguments)
    report: dict[str, Any] = json.loads((folder / "merged" / "report.json").read_text())
    assert report["exit_code"] == done.code
    return report


def test_the_merged_report_is_that_of_a_whole_run(tmp_path: Path) -> None:
    options = ("--rules", "DEF-0*,TEN-01,FMT-11", "--profile", "smoke", "--seed", "3", "--report", "json")
    conformance("run", *options, "--report-dir", tmp_path / "whole", samples=False)
    for number in (1, 2, 3):
        conformance("run", *options, "--report-dir", tmp_path / "parts", "--shard", f"{number}/3", samples=False)
    conformance("merge", tmp_path / "parts", "--report", "json", "--report-dir", tmp_path / "merged")
    whole, parts = (json.loads((tmp_path / name / "report.json").read_text()) for name in ("whole", "merged"))
    for same in ("verdict", "headline", "exit_code", "counts", "options", "command", "selected_rules", "shard"):
        assert parts[same] == whole[same], same
    for rule in catalogue():
        found = [
            sorted((one["check"], one["case"], one["status"]) for one in report["rules"][rule]["results"])
            for report in (whole, parts)
        ]
        assert found[0] == found[1], rule
    assert parts["rules"]["DEF-04"]["results"]


def test_a_shard_never_conforms_and_all_shards_together_do(tmp_path: Path) -> None:
    every = [result(rule) for rule in catalogue()]
    half = Summary("http://t", "smoke", 0, every, shard=(1, 2)).verdict
    assert (half.name, half.exit_code) == ("Partly checked", 0)
    shard(tmp_path, 1, every[::2])
    shard(tmp_path, 2, every[1::2])
    report = merged(tmp_path)
    assert (report["headline"], report["exit_code"]) == ("Conforms: all 121 rules hold", 0)
    assert (report["requests"], report["seconds"]) == (200, 10)


def test_a_finding_of_any_shard_breaks_the_run_and_keeps_all_that_it_says(tmp_path: Path) -> None:
    found = result(
        *("DEF-05", "failed"), expected="sense", actual="nonsense", operation="updateUserAttributeDefinition",
        operations=["updateUserAttributeDefinition"], curl=["curl a", "curl b"], answer="200 {}", sent=7,
        script="#!/bin/sh\n# Written by audience-conformance.\n", location="checks/x.py:1", seconds=0.5,
        trouble=[("502", 2, "502 once")], rests_on=["components", "schemas", "Slug", "pattern"],
    )  # fmt: skip
    shard(tmp_path / "a", 1, [result(rule) for rule in MUST])
    shard(tmp_path / "b", 2, [found])
    report = merged(tmp_path)
    assert (report["verdict"], report["exit_code"]) == ("Does not conform", 1)
    alone = json.loads((tmp_path / "b" / "report-2-of-2.json").read_text())["rules"]["DEF-05"]["results"]
    both = report["rules"]["DEF-05"]["results"]
    assert [one for one in both if one["status"] == "failed"] == alone
    assert (tmp_path / "merged" / both[-1]["script"]).read_text() == found.script


def test_a_shard_that_ended_early_leaves_the_run_partly_checked(tmp_path: Path) -> None:
    shard(tmp_path, 1, [result(rule) for rule in MUST[1:]])
    shard(tmp_path, 2, [result(MUST[0])], interrupted=2)
    report = merged(tmp_path)
    assert (report["verdict"], report["exit_code"]) == ("Partly checked", 2)
    assert "shard 2/2 was interrupted" in report["headline"]


def test_a_known_failure_of_one_shard_is_not_out_of_date_because_another_holds(tmp_path: Path) -> None:
    known = tmp_path / "known.yaml"
    known.write_text("- {rule: DEF-05, reason: soon}\n- {rule: DEF-06, reason: never happens}\n")
    fields: dict[str, Any] = {"of_whole_run": RUN | {"known_failures": True}, "known": {"DEF-05": "soon"}}
    every = [result(rule) for rule in catalogue()]
    first = Summary("http://t", "smoke", 0, every, shard=(1, 2), known={"DEF-05": "soon"})
    assert (first.fixed, first.exit_code) == ([], 0)
    shard(tmp_path, 1, every, **fields)
    shard(tmp_path, 2, [result("DEF-05", "failed", "another", known="soon")], **fields)
    report = merged(tmp_path, "--known-failures", known)
    assert (report["known_failures"], report["passing_known_failures"], report["exit_code"]) == (
        {"DEF-05": "soon", "DEF-06": "never happens"},
        ["DEF-06"],
        1,
    )
    refused = conformance("merge", tmp_path / "report-1-of-2.json", tmp_path / "report-2-of-2.json")
    assert (refused.code, "were run with --known-failures; name that file" in refused.err) == (2, True)


def test_notes_say_which_shards_they_are_of(tmp_path: Path) -> None:
    shard(tmp_path, 1, [], notes=["both", "only one"])
    shard(tmp_path, 2, [], notes=["both"])
    assert merged(tmp_path)["notes"] == ["merged from the reports of 2 shards", "both", "shard 1: only one"]


def test_time_in_which_no_shard_ran_does_not_count(tmp_path: Path) -> None:
    shard(tmp_path, 1, [], of=3)
    shard(tmp_path, 2, [], of=3, started="2026-01-15T09:30:05Z")
    shard(tmp_path, 3, [], of=3, started="2026-01-15T11:00:00Z", seconds=2.0)
    assert merged(tmp_path)["seconds"] == 17


def _refused(*paths: Path) -> str:
    done = conformance("merge", *paths)
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    return done.err


def test_what_is_not_all_shards_of_one_run_is_refused(tmp_path: Path) -> None:
    first = shard(tmp_path / "a", 1, [], of=3)
    second = shard(tmp_path / "b", 2, [], of=3)
    assert "the report of shard 3/3 is missing" in _refused(first, second)
    assert "the report of shard 2/3, 3/3 are missing" in _refused(first)
    assert "are both of shard 1/3" in _refused(first, shard(tmp_path / "c", 1, [], of=3))
    assert "the number of shards is 3 and 2" in _refused(first, shard(tmp_path / "d", 2, []))
    assert 'version is "1" and "2"' in _refused(first, shard(tmp_path / "e", 2, [], of=3, version="2"))
    other = shard(tmp_path / "f", 2, [], of=3, of_whole_run={**RUN, "seed": 7})
    assert "seed is 0 and 7" in _refused(first, other)


def test_what_is_no_report_of_a_shard_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "no report-*-of-*.json is in" in _refused(tmp_path / "empty")
    write(replace(Summary("http://t", "smoke", 0, [])), ["json"], tmp_path)
    assert "is the report of a whole run" in _refused(tmp_path / "report.json")
    (tmp_path / "x.json").write_text("[1]")
    assert "is no report" in _refused(tmp_path / "x.json")
    path = shard(tmp_path / "cut", 1, [result("DEF-05")], of=1)
    document = json.loads(path.read_text())
    del document["rules"]["DEF-05"]["results"][0]["trouble"]
    path.write_text(json.dumps(document))
    assert "not as run --shard writes it (KeyError('trouble'))" in _refused(path)
    assert "--report har" in conformance("merge", path, "--report", "har").err


def test_a_script_outside_the_folder_of_a_report_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    found = result("DEF-05", "failed", script="#!/bin/sh\n")
    path = shard(tmp_path / "in", 1, [found], of=1)
    path.write_text(path.read_text().replace("reproduce/DEF-05-a_check.sh", "../secret"))
    report = merged(tmp_path / "in")
    assert report["rules"]["DEF-05"]["results"][0]["script"] == ""
