"""How many requests a run sends, before it sends them."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.cli_runner import conformance
from tests.measure.__main__ import Frame, as_data

from audience_conformance.checks.registry import Check
from audience_conformance.results.result import item_id
from audience_conformance.runner.estimate import DATA, PREFLIGHT, Estimate, estimate, is_measured, side_by_side
from audience_conformance.settings.parse import read_settings

PROFILES = json.loads(DATA.read_text("utf-8"))


@pytest.mark.parametrize("profile", PROFILES)
def test_every_check_was_measured(profile: str) -> None:
    items = {item_id(check.name, case, check.rules) for check, case in read_settings({"profile": profile}).items()}
    measured = PROFILES[profile]["items"].keys()
    assert items == measured, f"run: make measure ARGS={profile}"


def item(name: str) -> tuple[Check, None]:
    return Check(("DEF-01",), name, print, "", ()), None


def test_what_checks_share_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    items = {"DEF-01-a": [5, 100, [0]], "DEF-01-b": [7, 200, [0, 1]], "DEF-01-c": [9, 0, []]}
    data = {"standard": {"items": items, "units": [[20, 1000, [1]], [300, 50, []]]}}
    monkeypatch.setattr("audience_conformance.runner.estimate._data", lambda: data)
    assert estimate([item("c")], "standard") == (Estimate(PREFLIGHT + 9, 0), 0)
    assert estimate([item("a"), item("b")], "standard") == (Estimate(PREFLIGHT + 332, 1.35), 0)
    assert estimate([item("a"), item("x")], "standard") == (Estimate(PREFLIGHT + 325, 1.15), 1)
    assert estimate([item("c")], "deep") == (Estimate(PREFLIGHT + 9, 0), 0)
    assert (is_measured("standard"), is_measured("deep")) == (True, False)


def test_the_time_is_that_of_the_requests_of_the_suite_and_of_the_rate_limit() -> None:
    halves = [Estimate(50, 2.5)] * 2
    assert side_by_side(halves, 0.1, None, 1) == 15
    assert side_by_side(halves, 0.1, None, 2) == 7.5
    assert side_by_side([Estimate(90, 0), Estimate(10, 0)], 0.1, None, 2) == 9  # one waits for the other
    assert side_by_side(halves, 0.1, 4.0, 1) == 25


def test_what_only_one_check_uses_is_part_of_it() -> None:
    units: dict[Any, Frame] = {"shared": Frame(4, 0.5), "alone": Frame(2, 0.25, {"shared": None})}
    items = {"a": Frame(1, 0.125, {"alone": None}), "b": Frame(3, 0, {"shared": None})}
    assert as_data(items, units) == {"units": [[4, 500, []]], "items": {"a": [3, 375, [0]], "b": [3, 0, [0]]}}


@pytest.mark.parametrize("rules", ["DEF-13", "GRP-08,DEF-18"])
def test_a_dry_run_tells_how_many_requests_the_run_sends(rules: str, url: str, tmp_path: Path) -> None:
    options = ["run", "--url", url, "--rules", rules, "--profile", "smoke", "--connections", "1"]
    plan = conformance(*options, "--dry-run", samples=False)
    assert plan.code == 0
    assert "Nothing was sent but two reads as a probe" in plan.out
    told = int(plan.out.partition("It would send about ")[2].split()[0].replace(",", ""))
    conformance(*options, "--report", "json", "--report-dir", str(tmp_path), samples=False)
    sent = json.loads((tmp_path / "report.json").read_text())["requests"]
    assert told == pytest.approx(sent, rel=0.05)
