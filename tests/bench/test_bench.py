import os
import subprocess
import time
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import yaml
from openapi_spec_validator import validate
from tests.bench.distance import Distance, delayed, memory
from tests.bench.figures import Spread, aligned, markdown, number, ratios
from tests.bench.fragment import fragment
from tests.bench.goals import Goal, distance_goals, scale_goals, speed_goals
from tests.bench.plot import apart, plot
from tests.bench.profiling import OTHER, PARTS, shares
from tests.bench.publish import publish
from tests.bench.scenarios import ROOT, SCENARIOS, Invalid, new_definition
from tests.bench.servers import SERVERS
from tests.bench.speed import Row
from tests.bench.tables import absent, ratio_table, speed_table
from tests.conformance.raw_server import Connection, raw_server


def row(name: str, *per_second: float, ready: float = 0.2, p99: float = 1.0) -> Row:
    server = next(server for server in SERVERS if server.name == name)
    rounds = {one.name: [{"per_second": each, "p50": p99, "p99": p99} for each in per_second] for one in SCENARIOS}
    return Row(server, ready=[ready], memory={"ready": 50.0, "loaded": 60.0}, rounds=rounds)


def part(small: float, large: float) -> dict[str, Any]:
    ratio = large / small
    each = {"1000": Spread(small, small, small)._asdict(), "1000000": Spread(large, large, large)._asdict()}
    one = {"first page": {"microseconds": each, "ratio": Spread(ratio, ratio, ratio)._asdict()}}
    return {"sizes": [1000, 1_000_000], "steady": one, "first": {}}


def verdicts(goals: list[Goal]) -> dict[tuple[str, str], bool | None]:
    return {(goal.title, goal.wanted): goal.met for goal in goals}


def test_a_ratio_is_of_the_same_round() -> None:
    assert ratios([10, 100, 30], [5, 50, 10]) == Spread(2, 2, 3)


def test_numbers_keep_the_digits_that_mean_something() -> None:
    assert [number(value) for value in (12345.6, 45.67, 1.234)] == ["12,346", "45.7", "1.23"]


def test_a_table_has_its_numbers_to_the_right() -> None:
    assert aligned([["a", "n"], ["bb", "10"]]) == "  a    n\n  bb  10"
    assert markdown([["a", "n"], ["bb", "10"]]) == "| a | n |\n| --- | --: |\n| bb | 10 |"


def test_goals_are_judged_by_the_median_of_the_ratios() -> None:
    found = verdicts(speed_goals([row("floor", 300, 300), row("ours", 120, 90), row("wiremock", 30, 30)]))
    assert found["read", "at least 3x WireMock"] is True
    assert found["read", "at least a third of the floor"] is True
    assert found["prism", "at least 6x Prism"] is None
    assert found["ready", "within 0.5 s"] is True


def test_a_goal_that_is_missed_is_said_to_be() -> None:
    found = verdicts(speed_goals([row("ours", 100, ready=0.7, p99=9), row("ours-checked", 80)]))
    assert found["p99, read", "under 5 ms"] is False
    assert found["ready", "within 0.5 s"] is False
    assert found["checking responses, read", "costs at most 15 %"] is False


def test_the_worst_page_decides_about_scale() -> None:
    flat, steep = scale_goals({"worlds": {"users": part(100, 140), "groups": part(100, 190)}})
    assert (flat.met, steep.met) == (True, False)


def test_a_large_body_may_neither_hold_up_others_nor_fill_the_memory() -> None:
    figures = {"before_ms": 1.0, "status": 400}
    bodies = {
        name: {**figures, "longest_wait_ms": wait, "times_its_size": size}
        for name, wait, size in (("good", 50.0, 5.0), ("slow", 51.0, 1.0), ("large", 1.0, 5.1))
    }
    assert [goal.met for goal in scale_goals({"worlds": {}, "bodies": bodies})] == [True, False, False]


def test_a_server_that_did_not_run_is_named_with_the_reason() -> None:
    missing = row("wiremock")
    missing.not_run = "no java"
    assert absent([row("ours", 1), missing]) == ["WireMock: not run: no java"]
    assert "wiremock" not in str(speed_table([row("ours", 1), missing])).lower()
    goals = speed_goals([row("ours", 1), missing])
    assert [goal.figure for goal in goals if "WireMock" in goal.wanted] == ["no java"]


def test_ours_is_compared_with_every_other() -> None:
    assert [line[0] for line in ratio_table([row("floor", 2), row("ours", 1), row("prism", 1)])] == [
        "ours over",
        "raw ASGI on uvicorn",
        "Prism",
    ]


def test_the_fragment_is_a_contract_of_the_three_operations() -> None:
    canned = {scenario.name: {"made": "up"} for scenario in SCENARIOS}
    contract = yaml.safe_load(yaml.safe_dump(fragment(canned)))
    for item in contract["paths"].values():
        for operation in (one for key, one in item.items() if key != "parameters"):
            for status, response in operation["responses"].items():
                if status.startswith("2"):
                    assert response["content"]["application/json"].pop("example") == {"made": "up"}
    validate(contract)
    assert sum(len(item) - 1 for item in contract["paths"].values()) == len(SCENARIOS)


def test_the_load_creates_what_a_probe_creates() -> None:
    script = Path(__file__).with_name("wrk.lua").read_text()
    for field, value in new_definition("").items():
        assert f'"{field}":"{value}' in script


def test_the_plot_is_an_svg_with_a_line_for_each_operation() -> None:
    svg = ET.fromstring(plot({"worlds": {"users": part(100, 140), "groups": part(100, 190)}}))
    assert len(svg.findall("{*}polyline")) == 2


def test_labels_stay_apart_and_inside() -> None:
    places = apart([10, 11, 12, 99], 15, 0, 100)
    assert places == sorted(places)
    assert all(later - earlier >= 15 for earlier, later in pairwise(places))
    assert places[-1] <= 100


def test_results_replace_those_of_the_run_before(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("before\n<!-- bench:speed -->\nold\n<!-- /bench:speed -->\nafter\n")
    publish(readme, {"speed": "| a \\1 |"})
    publish(readme, {"speed": "| b |"})
    assert readme.read_text() == "before\n<!-- bench:speed -->\n| b |\n<!-- /bench:speed -->\nafter\n"


def test_a_readme_without_markers_is_left_alone(tmp_path: Path) -> None:
    readme, plotted = tmp_path / "README.md", tmp_path / "new.svg"
    readme.write_text("<!-- bench:speed -->\n<!-- /bench:speed -->\n")
    plotted.write_text("<svg/>")
    with pytest.raises(Invalid, match="bench:scale"):
        publish(readme, {"speed": "x", "scale": "y"}, plotted, tmp_path / "copy.svg")
    assert "x" not in readme.read_text()
    assert not (tmp_path / "copy.svg").exists()


def test_every_server_is_named_once() -> None:
    names = [server.name for server in SERVERS]
    assert len(names) == len(set(names))


def test_a_profile_is_told_by_parts_the_largest_first() -> None:
    def spent(seconds: float) -> tuple[int, int, float, float, Any]:
        return 1, 1, seconds, seconds, {}

    stats = {
        ("/x/audience_mock/store/table.py", 1, "get"): spent(1.0),
        ("/x/audience_mock/session/journal.py", 1, "add"): spent(5.0),
        ("/x/audience_mock/middleware/recorder.py", 1, "finish"): spent(1.0),
        ("~", 0, "<built-in method builtins.len>"): spent(3.0),
    }
    assert list(shares(stats).items()) == [("journal", 0.6), (OTHER, 0.3), ("store and operation", 0.1)]


def test_the_files_that_the_profile_names_exist() -> None:
    package = ROOT / "mock" / "audience_mock"
    named = [mark for marks in PARTS.values() for mark in marks if mark.endswith(".py")]
    assert [mark for mark in named if not (package / mark).is_file()] == []


def test_what_comes_through_the_relay_is_late_by_a_round_trip() -> None:
    def answer(connection: Connection, received: list[str]) -> None:
        while request := connection.request():
            received.append(request)
            connection.answer(200, b"{}")

    with raw_server(answer) as server, delayed(urlsplit(server.url).port or 0, 100) as url:
        started = time.monotonic()
        assert httpx.get(url).status_code == 200
        assert time.monotonic() - started > 0.19  # a round trip for the connection, one for the request


def test_the_goals_of_a_distant_target() -> None:
    near, far = Distance("smoke", 50, 31.0, 6000, 200.0), Distance("standard", 50, 110.0, 20_000, 300.0)
    assert [(goal.figure, goal.met) for goal in distance_goals([near, far])] == [
        ("31 s", False),
        ("110 s", True),
        ("300 MB", True),
    ]


def test_the_memory_of_a_process_that_has_ended_is_none() -> None:
    assert memory(os.getpid()) > 10
    process = subprocess.Popen(["true"])
    process.wait()
    assert memory(process.pid) == 0.0
