"""A finding that would vanish after a wait says so, and no other does."""

import json
import time
from typing import Any

import pytest
from tests.conformance.raw_server import Connection, raw_server
from tests.conformance.reports.conftest import result as made

from audience_conformance.checks.registry import Check
from audience_conformance.client.api import DEFINITIONS, Api
from audience_conformance.client.target import Options
from audience_conformance.reports import REPORTS
from audience_conformance.reports.causes import cause_of
from audience_conformance.results.finding import expect
from audience_conformance.results.result import Result
from audience_conformance.results.summary import Summary
from audience_conformance.runner import consistency
from audience_conformance.runner.execute import Run
from audience_conformance.runner.message import format_finding
from audience_conformance.settings.parse import read_settings

LAG = 0.05


def creates_and_reads(api: Api) -> None:
    created = api.definition()
    expect(api.get(f"{DEFINITIONS}/{created['_id']}").ok, "200 for the read of a new definition", "404 {}")


class Lagging:
    """A server whose reads are answered 404 for a while after a write, in the first `lags` of its writes."""

    def __init__(self, seconds: float, lags: int = 99) -> None:
        self.seconds, self.lags = seconds, lags
        self.written = 0.0

    def __call__(self, connection: Connection, received: list[str]) -> None:
        while request := connection.request():
            received.append(request.partition(" ")[0])
            if received[-1] != "GET":
                self.written = time.monotonic()
            late = time.monotonic() < self.written + self.seconds and received.count("POST") <= self.lags
            status = 404 if late and received[-1] == "GET" else 200
            connection.answer(status, b'{"_id": "x"}')


def perform(server: Any, **options: Any) -> tuple[Result, list[str]]:
    check = Check(("DEF-01",), "creates_and_reads", creates_and_reads, "", ())
    with raw_server(server) as running:
        run = Run(Options(running.url, **options), "smoke", 0, probes_lag=True)
        return run.perform(check, None), running.received


def test_reads_also_wait_for_what_a_clean_up_deletes() -> None:
    check = Check(("DEF-01",), "creates_and_reads", creates_and_reads, "", ())
    with raw_server(Lagging(LAG)) as running:
        run = Run(Options(running.url, consistency=2 * LAG), "smoke", 0)
        assert run.perform(check, None).status == "passed"
        assert running.received[-1] == "DELETE"
        reads = Check(("DEF-01",), "reads", lambda api: expect(api.get(DEFINITIONS).ok, "200 for the list", ""), "", ())
        assert run.perform(reads, None).status == "passed"


def test_a_finding_that_a_wait_makes_vanish_says_after_which_time() -> None:
    result, _ = perform(Lagging(LAG))
    assert result.status == "failed"
    assert 0 < result.seen_after <= consistency.MAX_LAG
    assert cause_of(result) == "consistency, reads lag behind writes: see --consistency"


def test_one_that_stays_is_not_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consistency, "MAX_LAG", 0.1)
    result, received = perform(Lagging(99.0))
    assert (result.status, result.seen_after) == ("failed", 0.0)
    assert received.count("POST") == 1  # it was not run again


def test_an_answer_that_changes_is_not_enough() -> None:
    """The check is run again, with waits, and finds it again."""

    def fails_always(connection: Connection, received: list[str]) -> None:
        while request := connection.request():
            received.append(request.partition(" ")[0])
            connection.answer(404 if received[-1] == "GET" else 200, b'{"_id": "x", "n": %d}' % len(received))

    result, received = perform(fails_always)
    assert (result.status, result.seen_after) == ("failed", 0.0)
    assert received.count("POST") == 2


def test_a_finding_without_a_write_before_it_costs_no_request() -> None:
    def reads(api: Api) -> None:
        expect(api.get(DEFINITIONS).status == 201, "201", "200")

    check = Check(("DEF-02",), "reads", reads, "", (), read_only=frozenset({""}))
    with raw_server(Lagging(0.0)) as server:
        result = Run(Options(server.url), "smoke", 0, probes_lag=True).perform(check, None)
    assert (result.status, result.seen_after, server.received) == ("failed", 0.0, ["GET"])


def test_a_run_that_finds_no_lag_stops_looking_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consistency, "MAX_LAG", 0.05)
    monkeypatch.setattr(consistency, "MAX_WASTED", 0.0)
    check = Check(("DEF-01",), "creates_and_reads", creates_and_reads, "", ())
    with raw_server(Lagging(99.0)) as server:
        run = Run(Options(server.url), "smoke", 0, probes_lag=True)
        reads = []
        for _ in range(2):
            before = server.received.count("GET")
            run.perform(check, None)
            reads.append(server.received.count("GET") - before)
    assert reads[0] > 1
    assert reads[1] == 1


@pytest.mark.parametrize("kind", ["html", "markdown", "junit", "sarif"])
def test_every_report_says_it(kind: str) -> None:
    finding = made("DEF-01", "failed", expected="200 for the read", actual="404 {}", seen_after=0.5)
    assert "seen after 0.5 s" in REPORTS[kind][1](Summary("http://t", "smoke", 0, [finding]))


def test_the_terminal_and_programs_get_it_too() -> None:
    finding = made("DEF-01", "failed", expected="200 for the read", actual="404 {}", seen_after=0.5)
    assert "actual, seen after 0.5 s (--consistency)\n" in format_finding(finding, read_settings({"url": "http://t"}))
    report = json.loads(REPORTS["json"][1](Summary("http://t", "smoke", 0, [finding])))
    assert report["rules"]["DEF-01"]["results"][0]["seen_after"] == 0.5
