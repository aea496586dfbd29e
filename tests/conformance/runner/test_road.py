"""Trouble on the way during a run: a check is run again, what does not end is one line, and too much ends the run."""

import itertools
import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.cli_runner import conformance
from tests.conformance.raw_server import Connection, raw_server
from tests.faults.harness import checks_of, perform, serving
from tests.faults.patching import Exchange

from audience_conformance.checks.protocol.requests.call import Call, try_send
from audience_conformance.checks.protocol.responses import _no_5xx
from audience_conformance.checks.registry import Check
from audience_conformance.checks.shared_requests import Sent
from audience_conformance.client import ledger, target, trouble
from audience_conformance.client.api import DEFINITIONS, Api, Budget
from audience_conformance.client.exchange import Answer
from audience_conformance.client.ledger import Ledger
from audience_conformance.client.pace import Pace
from audience_conformance.client.target import Options, Target
from audience_conformance.client.trouble import Unreachable
from audience_conformance.results.finding import Finding, fail
from audience_conformance.results.result import MORE_TIME, Result
from audience_conformance.runner.execute import TIMES_RUN, Run
from audience_conformance.runner.summarize import summarize
from audience_conformance.runner.trouble_watch import TroubleWatch
from audience_conformance.runner.worker import Worker
from audience_conformance.settings.parse import read_settings

GATEWAY_PAGE = b"<h1>502</h1>"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (trouble, target, ledger):
        monkeypatch.setattr(module, "PAUSES", (0.0,) * 5)


def check(function: Any, rule: str = "DEF-01") -> Check:
    return Check((rule,), function.__name__, function, "", ("getUserAttributeDefinitions",), read_only=frozenset({""}))


def reads(api: Api) -> None:
    api.get(DEFINITIONS)


def posts(api: Api) -> None:
    api.post("/user_group/x/refresh")


class Answers:
    """A server that answers the requests for a path with each of these statuses in turn, the last one for ever.

    0 closes the connection. Other paths get 200.
    """

    def __init__(self, *statuses: int, part: str = DEFINITIONS, others: int = 200) -> None:
        self.statuses = list(statuses)
        self.part = part
        self.others = others

    def __call__(self, connection: Connection, received: list[str]) -> None:
        while request := connection.request():
            received.append(request)
            status = self.others
            if self.part in request.partition("\r\n")[0]:
                status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
            if not status:
                return
            connection.answer(status, GATEWAY_PAGE if status != 200 else b"{}")


def worker(url: str, folder: Path) -> Worker:
    return Worker(replace(read_settings({}), url=url), folder, None, Pace(0.0))


def test_a_check_is_run_again_if_a_write_got_lost() -> None:
    with raw_server(Answers(502, 200, part="/refresh")) as server:
        result = Run(Options(server.url), "smoke", 0).perform(check(posts), None)
    assert (result.status, [entry[:2] for entry in result.trouble]) == ("passed", [("502 from the gateway", 1)])
    assert sum("/refresh" in request for request in server.received) == 2


def test_a_check_that_trouble_stops_again_is_not_judged() -> None:
    with raw_server(Answers(0, part="/refresh")) as server:
        result = Run(Options(server.url), "smoke", 0).perform(check(posts), None)
    assert (result.status, result.actual) == ("not judged", "a new connection was closed without an answer")
    assert sum("/refresh" in request for request in server.received) == TIMES_RUN


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_request_that_closes_every_connection_is_a_finding_of_fmt_04(method: str) -> None:
    call = Call("getUserGroupTags", method=method, ids={})
    with raw_server(Answers(0, part="/tags?x=1")) as server:
        api = Api(Target(Options(server.url)), Ledger(), Budget(1, 1, 1, 0), "0" * 8)
        api.target.probe()
        outcome = try_send(api, replace(call, query="x=1"))
        assert isinstance(outcome, Unreachable)
        with pytest.raises(Finding, match="no response, again and again"):
            _no_5xx(Sent(call, outcome))


@pytest.mark.parametrize("statuses", [(0, 0, 200), (502,)])
def test_one_that_is_answered_in_the_end_or_stopped_by_a_gateway_is_none(statuses: tuple[int, ...]) -> None:
    call = Call("getUserGroupTags", method="POST", ids={}, query="x=1")
    with raw_server(Answers(*statuses, part="/tags?x=1")) as server:
        api = Api(Target(Options(server.url)), Ledger(), Budget(1, 1, 1, 0), "0" * 8)
        if statuses[-1] == 200:
            assert isinstance(try_send(api, call), Answer)
        else:
            with pytest.raises(Unreachable):
                try_send(api, call)


@pytest.mark.parametrize("statuses", [(502, 404), (0, 404)])
def test_what_a_delete_answers_after_it_may_have_been_performed_is_not_judged(statuses: tuple[int, ...]) -> None:
    call = Call("getUserGroupTags", method="DELETE", ids={}, query="x=1")
    with raw_server(Answers(*statuses, part="/tags?x=1")) as server:
        api = Api(Target(Options(server.url)), Ledger(), Budget(1, 1, 1, 0), "0" * 8)
        with pytest.raises(Unreachable):
            try_send(api, call)


def test_a_finding_is_not_run_again() -> None:
    def finds(api: Api) -> None:
        reads(api)
        fail("x", "y")

    with raw_server(Answers(502, 200)) as server:
        assert Run(Options(server.url), "smoke", 0).perform(check(finds), None).status == "failed"
        assert len(server.received) == 2


def test_a_target_that_dies_ends_the_run_with_one_line(tmp_path: Path) -> None:
    with raw_server(Answers(200)) as server:
        one = worker(server.url, tmp_path)
        assert one.perform(check(reads), None).status == "passed"
    results = [one.perform(check(reads, rule), None) for rule in ("DEF-01", "DEF-02", "DEF-03")]
    one.close()
    assert {result.status for result in results} == {"not judged"}
    assert [result.sent > 0 for result in results] == [True, False, False]
    summary = summarize(one.settings, results, [], 0.0, 0, interrupted=False)
    assert summary.exit_code == 2
    assert summary.ended.startswith("the target no longer answers: ")
    assert len({result.actual for result in results}) == 1


def test_an_expired_token_ends_the_run(tmp_path: Path) -> None:
    with raw_server(Answers(200, 401, others=401)) as server:
        one = worker(server.url, tmp_path)
        statuses = [one.perform(check(reads), None) for _ in range(3)]
        one.close()
    assert [result.status for result in statuses] == ["passed", "not judged", "not judged"]
    assert "has the token expired?" in statuses[-1].ends_run


def test_the_time_of_the_run_interrupts_a_check_and_spares_its_clean_up() -> None:
    def goes_on(api: Api) -> None:
        api.definition()
        while True:
            api.get(DEFINITIONS)

    def answer(connection: Connection, received: list[str]) -> None:
        while request := connection.request():
            received.append(request.partition(" ")[0])
            connection.answer(200, b'{"_id": "x"}')

    with raw_server(answer) as server:
        result = Run(Options(server.url), "smoke", 0).perform(check(goes_on), None, time.time() + 0.3)
        assert (result.status, result.actual) == ("skipped", "more time (--max-time)")
        assert server.received[-1] == "DELETE"


def test_too_much_trouble_ends_the_run(tmp_path: Path) -> None:
    watch = TroubleWatch([])
    with raw_server(Answers(502)) as server:
        one = worker(server.url, tmp_path)
        results = [one.perform(check(reads), None) for _ in range(10)]
        one.close()
    for result in results:
        watch.note(result)
    assert [bool(result.ends_run) for result in results] == [False] * 9 + [True]
    assert results[-1].actual == "too much trouble on the way: 502 from the gateway"


def test_the_end_of_a_run_gives_the_other_checks_its_reason(url: str) -> None:
    with raw_server(Answers(200, 401, others=401)) as server:
        done = conformance("run", "--url", server.url, "--rules", "DEF-*", "--connections", "3")
    assert done.code == 2
    assert "has the token expired?" in done.out
    assert re.search(r"^DEF .* 8/8 .* 8 not judged$", done.out, re.MULTILINE)


def test_the_notes_count_the_trouble_of_all_checks() -> None:
    kind = "502 from the gateway"
    results = [Result("DEF-01", "a", "", "passed", trouble=[(kind, number, f"GET /{number}")]) for number in (13, 1)]
    summary = summarize(replace(read_settings({}), url="http://t"), results, [], 0.0, 0, interrupted=False)
    assert [note for note in summary.notes if kind in note] == [
        f"trouble on the way, not a finding: {kind} 14 times, as GET /13"
    ]


@pytest.mark.parametrize(("allowed", "code"), [("", 2), ("yes", 0)])
def test_the_option_allow_partial_reaches_the_verdict(allowed: str, code: int) -> None:
    results = [Result("DEF-01", "a", "", "passed"), Result("DEF-02", "b", "", "skipped", actual=MORE_TIME)]
    settings = replace(read_settings({"allow_partial": allowed}), url="http://t", max_time=1.0)
    summary = summarize(settings, results, [], 0.0, 0, interrupted=False)
    assert summary.exit_code == code
    assert "some checks were skipped: the time was up (1 s, --max-time)" in summary.notes


@pytest.mark.parametrize("performed", [True, False])
def test_a_creation_that_got_lost_is_looked_up_and_done_again(performed: bool) -> None:
    """What it has created is deleted first, so that there is one of it."""
    things: dict[str, Any] = {}
    made: dict[str, Any] = {}

    def serve(connection: Connection, received: list[str]) -> None:
        nonlocal made
        while request := connection.request():
            method, path, _ = request.split(" ", 2)
            received.append(method)
            lost = method == "POST" and received.count("POST") == 1
            if method == "POST" and (performed or not lost):
                body = json.loads(request.rpartition("\r\n\r\n")[2])
                made = {**body, "pinned": False, "_id": f"id{len(received)}"}
                things[made["_id"]] = made
            if method == "DELETE":
                things.pop(path.rpartition("/")[2])
            if lost:
                connection.answer(502, GATEWAY_PAGE)
            else:
                listed = {"items": list(things.values())}
                connection.answer(
                    200, json.dumps(listed if method == "GET" else made if method == "POST" else {}).encode()
                )

    def creates(api: Api) -> None:
        api.definition(pinned="maybe")  # ignored, so it reads back as false
        assert len(things) == 1
        api.keep()

    with raw_server(serve) as server:
        result = Run(Options(server.url), "smoke", 0).perform(check(creates), None)
    assert result.status == "passed", result.actual
    assert server.received == ["POST", "GET", *(["DELETE"] if performed else []), "POST"]


@pytest.mark.parametrize(
    ("is_swallowed", "status"),
    [
        (lambda number, content: number % 12 == 0, "passed"),
        (lambda number, content: True, "not judged"),
        # One of many examples: the server may die of it, and a gateway says so in its place.
        (lambda number, content: b'"type": "' not in content, "not judged"),
    ],
)
def test_a_generated_creation_that_a_gateway_swallows_is_sent_once_more(
    is_swallowed: Callable[[int, bytes], bool], status: str
) -> None:
    numbers = itertools.count(1)

    def swallow(exchange: Exchange) -> None:
        if is_swallowed(next(numbers), exchange.content):
            exchange.answer(502, text="Bad Gateway", content_type="text/html")

    of_creations = ("no_generated_request_gets_a_5xx", "createUserAttributeDefinition")
    with serving(lambda mock: mock.request(swallow, of_creations[1])) as mock:
        (result,), _, _ = perform(mock.options, checks_of("FMT-04"), "smoke", only={of_creations})
    assert (result.status, [kind for kind, *_ in result.trouble]) == (status, ["502 from the gateway"])


def test_a_creation_that_is_no_json_is_sent_again_for_nothing_is_created_from_it() -> None:
    swallowed = []

    def swallow(exchange: Exchange) -> None:
        if exchange.body is None and exchange.content not in swallowed:
            swallowed.append(exchange.content)
            exchange.answer(502, text="Bad Gateway", content_type="text/html")

    malformed = ("malformed_json_is_400", "createUserGroup")
    with serving(lambda mock: mock.request(swallow, malformed[1])) as mock:
        (result,), _, _ = perform(mock.options, checks_of("FMT-08"), "smoke", only={malformed})
    assert (result.status, len(swallowed) > 1) == ("passed", True)
