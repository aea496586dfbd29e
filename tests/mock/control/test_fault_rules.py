"""Fault rules: which requests they match, their headers, sequences and delays, and what they say of themselves."""

import asyncio
import gzip
import json
from typing import Any

import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.control.helpers import CONTROL, clock, items, last, rule
from tests.mock.helpers import DEFINITIONS, GROUPS, Json, a_definition, refused

from audience_mock.contract.document import documented_responses, json_schema, load_contract
from audience_mock.control import fault_schema
from audience_mock.session.fault_requests import contains

TAGS = "/user_group/tags"
GROUP = "64f111111111111111111111"
FAULTS = f"{CONTROL}/faults"
RESPONSES = documented_responses(load_contract())
LONG_GLOB = "*a" * 501


@pytest.fixture
def api(shared_api: Api) -> Api:
    """One mock for the whole file, reset before each test."""
    assert shared_api.post(f"{CONTROL}/reset").is_success
    return shared_api


# --- which requests -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "sent", "status"),
    [
        ({"page_no": "2"}, {"page_no": "2", "page_size": "1"}, 503),
        ({"page_no": 2}, {"page_no": "2"}, 503),
        ({"page_no": "2"}, {"page_no": "1"}, 200),
        ({"page_no": "2"}, {"page_no": "22"}, 200),
        ({"page_no": "2"}, {}, 200),
        ({"page_no": "2", "page_size": "1"}, {"page_no": "2"}, 200),
        ({"page_no": None}, {"page_size": "1"}, 503),
        ({"page_no": None}, {"page_no": "1"}, 200),
        ({"name": "*café *"}, {"name": "the café à la"}, 503),
        ({"name": "[a]?"}, {"name": "[a]?"}, 503),
        ({"name": "[a]?"}, {"name": "ab"}, 200),
        ({"is_active": True}, {"is_active": "true"}, 503),
        ({"tags": "b"}, {"tags": ["a", "b"]}, 503),
        ({"name": ""}, {"name": ""}, 503),
    ],
)
def test_a_rule_applies_to_a_query(api: Api, query: Json, sent: Json, status: int) -> None:
    rule(api, operation="getUserGroups", query=query, status=503)
    assert (api.get(GROUPS, **sent).status_code == 503) is (status == 503)


def test_a_rule_applies_to_one_group_of_all_operations(api: Api) -> None:
    rule(api, parameters={"group_id": GROUP}, status=503)
    assert api.get(f"{GROUPS}/{GROUP}").status_code == 503
    assert api.get(f"{GROUPS}/{GROUP}/users").status_code == 503
    assert api.get(f"{GROUPS}/64f555555555555555555555").status_code == 200
    assert api.get(GROUPS).status_code == 200


@pytest.mark.parametrize(
    ("expected", "status"),
    [({"x-version": "2*"}, 503), ({"X-VERSION": "1"}, 200), ({"X-Version": None}, 200), ({"Other": None}, 503)],
)
def test_a_rule_applies_to_a_header(api: Api, expected: Json, status: int) -> None:
    rule(api, request_headers=expected, status=503)
    assert api.request("GET", TAGS, headers={"X-Version": "2.1"}).status_code == status


@pytest.mark.parametrize(
    ("expected", "status"),
    [
        ({"slug": "hat-size"}, 503),
        ({"slug": "hat-size", "type": "string"}, 503),
        ({"slug": "hat"}, 201),
        ({"slug": "hat*", "tags": None}, 503),
        ({"slug": None}, 201),
        ({"slug": "hat-size", "pinned": True}, 201),
        ({}, 503),
        ([], 201),
        (None, 201),
    ],
)
def test_a_rule_applies_to_fields_of_the_body(api: Api, expected: Any, status: int) -> None:
    rule(api, request_body=expected, status=503)
    assert api.post(DEFINITIONS, a_definition("hat-size")).status_code == status
    entry = last(api)
    assert entry["request"]["body"]["slug"] == "hat-size"
    assert api.get(DEFINITIONS).status_code == 200


@pytest.mark.parametrize("content", [b"{", b"", b"\xff"])
def test_a_body_that_is_not_json_matches_no_rule_and_is_refused_as_ever(api: Api, content: bytes) -> None:
    rule(api, request_body={}, status=503)
    assert api.request("POST", DEFINITIONS, content=content).status_code == 400


def test_a_compressed_body_is_matched_and_stored(api: Api) -> None:
    made = rule(api, request_body={"slug": "hat-size"}, delay=1)
    content = gzip.compress(json.dumps(a_definition("hat-size")).encode())
    answer = api.request("POST", DEFINITIONS, content=content, headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 201
    assert items(api, "/faults") == [{**made, "hits": 1}]


def test_a_body_is_matched_before_a_delay_by_the_clock(api: Api) -> None:
    rule(api, request_body={"slug": "hat-size"}, delay=1000)
    clock(api, freeze=True)

    async def story() -> int:
        slow = api.start("POST", DEFINITIONS, json=a_definition("hat-size"))
        while not api.sessions.get(None).clock.has_sleepers:  # noqa: ASYNC110 (there is no event to wait for)
            await asyncio.sleep(0)
        await api.send("POST", f"{CONTROL}/clock", json={"advance": 1})
        return int((await slow).status_code)

    assert api.run(story()) == 201


@pytest.mark.parametrize(
    ("found", "expected", "fits"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, True),
        ({"a": [{"b": 1, "c": 2}]}, {"a": [{"b": 1}]}, True),
        ({"a": [1, 2]}, {"a": [1]}, False),
        ({"a": 1}, {"a": True}, False),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": None}, {"a": None}, True),
        ({}, {"a": None}, True),
        ({"a": 1}, {"a": None}, False),
        ({"a": {"c": 1}}, {"a": {"b": None, "c": 1}}, True),
        ({}, {"a": {"b": None}}, False),
        ({"a": "Walkers"}, {"a": "Walk*"}, True),
        ({"a": "Sidewalk"}, {"a": "Walk*"}, False),
        ({"a": {"b": ["x1", "y"]}}, {"a": {"b": ["x*", "y"]}}, True),
        ({"a": 1}, {"a": "*"}, False),
        ({}, {"a": "*"}, False),
        ([], {}, False),
    ],
)
def test_a_body_contains_the_expected_one(found: Any, expected: Any, fits: bool) -> None:
    assert contains(found, expected) is fits


# --- what happens ---------------------------------------------------------------------------------------


def test_a_rule_sends_headers(api: Api) -> None:
    rule(api, operation="getUserGroupTags", status=503, headers={"Retry-After": 5, "X-Reason": "tea"})
    answer = api.get(TAGS)
    assert (answer.headers["Retry-After"], answer.headers["X-Reason"]) == ("5", "tea")
    assert answer.json()["status_code"] == 503


@pytest.mark.parametrize("status", [None, 204])
def test_headers_also_come_with_a_usual_response_and_with_none(api: Api, status: int | None) -> None:
    fields = {} if status is None else {"status": status}
    rule(api, path=TAGS, headers={"X-Reason": "tea"}, **fields)
    answer = api.get(TAGS)
    assert (answer.status_code, answer.headers["X-Reason"]) == (status or 200, "tea")


def test_a_header_of_a_rule_takes_the_place_of_the_mocks(api: Api) -> None:
    rule(api, path=TAGS, rate={"limit": 0, "seconds": 60}, headers={"retry-after": "7", "content-type": "text/html"})
    answer = api.get(TAGS)
    assert answer.headers.get_list("retry-after") == ["7"]
    assert answer.headers.get_list("content-type") == ["text/html"]


def test_a_page_of_another_origin_can_read_the_headers_of_a_rule(api: Api) -> None:
    rule(api, path=TAGS, status=429, headers={"X-RateLimit-Remaining": 0, "Retry-After": 1}, times=1)
    exposed = [api.request("GET", TAGS, headers={"Origin": "https://shop.example"}).headers for _ in range(2)]
    names = [headers["access-control-expose-headers"].split(", ") for headers in exposed]
    assert "X-RateLimit-Remaining" in names[0]
    assert names[0].count("Retry-After") == 1
    assert "X-RateLimit-Remaining" not in names[1]


def test_a_sequence_takes_one_step_for_each_request(api: Api) -> None:
    made = rule(api, path=TAGS, sequence=[503, 502, "ok"], headers={"Retry-After": "1"})
    answers = [api.get(TAGS) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [503, 502, 200, 200, 200]
    assert ["retry-after" in answer.headers for answer in answers] == [True, True, False, False, False]
    assert items(api, "/faults") == [{**made, "hits": 3}]
    entries = list(reversed(items(api, "/journal")))
    assert [entry["outcome"] for entry in entries] == ["forced", "forced", "ok", "ok", "ok"]
    assert [entry["applied"] for entry in entries[:3]] == [
        ["rule fault-1 step 1"],
        ["rule fault-1 step 2"],
        ["rule fault-1 step 3: ok"],
    ]


def test_a_sequence_runs_as_often_as_it_says(api: Api) -> None:
    rule(api, path=TAGS, sequence=["ok", 503], times=2)
    assert [api.get(TAGS).status_code for _ in range(6)] == [200, 503, 200, 503, 200, 200]


def test_the_steps_of_a_sequence_may_have_effects_of_their_own(api: Api) -> None:
    rule(
        api,
        path=TAGS,
        headers={"A": "1"},
        sequence=[{"status": 429, "headers": {"B": "2"}}, {"status": 418, "body": {"teapot": True}}, "malformed"],
    )
    first, second, third = (api.get(TAGS) for _ in range(3))
    assert (first.status_code, first.headers["A"], first.headers["B"]) == (429, "1", "2")
    assert (second.status_code, second.json(), second.headers["A"]) == (418, {"teapot": True}, "1")
    assert third.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        third.json()


def test_a_sequence_counts_the_requests_that_it_matches(api: Api) -> None:
    rule(api, query={"page_no": "2"}, sequence=[503, "ok", 500])
    statuses = [api.get(GROUPS, page_no=number).status_code for number in (1, 2, 1, 2, 1, 2, 2)]
    assert statuses == [200, 503, 200, 200, 200, 500, 200]


def test_chance_can_be_repeated_with_the_seed_that_the_response_shows(make_api: MakeApi) -> None:
    def statuses(**seed: Any) -> tuple[list[int], int]:
        api = make_api()
        made = rule(api, path=TAGS, status=500, probability=0.5, **seed)
        return [api.get(TAGS).status_code for _ in range(20)], made["seed"]

    first, seed = statuses()
    assert statuses(seed=seed) == (first, seed)


def test_a_rule_without_chance_has_no_seed(api: Api) -> None:
    assert "seed" not in rule(api, status=503)
    assert "seed" in rule(api, delay={"type": "uniform", "lower": 1, "upper": 2})
    assert "seed" in rule(api, sequence=[{"delay": {"type": "uniform", "lower": 1, "upper": 2}}])


# --- what they say --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"operation": "getUserGroups", "status": 503, "delay": 500, "times": 2},
            "Each GET …/user_group answers 503 after 500 ms, 2 times",
        ),
        ({"kind": "drop"}, "Each request drops the connection"),
        ({"delay": 500}, "Each request answers as usual after 500 ms"),
        (
            {"method": "DELETE", "path": "/user_group/*", "status": 503, "headers": {"Retry-After": 5}, "times": 1},
            "Each DELETE /user_group/* answers 503 with Retry-After: 5, once",
        ),
        (
            {"operation": "getUserGroups", "query": {"page_no": "2", "q": None}, "status": 503, "probability": 0.5},
            "Each GET …/user_group with the query page_no=2 and the query q absent answers 503, with probability 0.5",
        ),
        (
            {"parameters": {"group_id": GROUP}, "request_headers": {"A": "b"}, "kind": "half"},
            f"Each request with the parameter group_id={GROUP} and the header A: b sends half of the response",
        ),
        ({"request_body": {"a": 1}, "status": 500}, 'Each request with the body {"a": 1} answers 500'),
        ({"sequence": [503, 503, "ok"]}, "Each request answers in turn: 503, 503, as usual, once"),
        (
            {"sequence": ["drop", {"status": 429, "delay": 20}], "delay": 100, "times": 3},
            "Each request answers in turn: drops the connection after 100 ms, 429 after 20 ms, 3 times",
        ),
        ({"sequence": [503] * 12}, f"Each request answers in turn: {'503, ' * 10}and 2 more, once"),
        (
            {"rate": {"limit": 2, "seconds": 60}},
            "Each request answers 429 with Retry-After if more than 2 arrive in 60 s",
        ),
        ({"status": 418, "body": {"teapot": True}}, 'Each request answers 418 with the body {"teapot": true}'),
        (
            {"delay": {"type": "uniform", "lower": 100, "upper": 500}},
            "Each request answers as usual after 100 to 500 ms",
        ),
        (
            {"status": 503, "delay": {"type": "lognormal", "median": 300, "sigma": 0.5}},
            "Each request answers 503 after about 300 ms (lognormal, sigma 0.5)",
        ),
    ],
)
def test_a_rule_says_what_it_will_do(api: Api, fields: Json, words: str) -> None:
    assert rule(api, **fields)["describes"] == words
    assert items(api, "/faults")[0]["describes"] == words


# --- refused rules --------------------------------------------------------------------------------------

UNIFORM = {"type": "uniform", "lower": 1, "upper": 2}


@pytest.mark.parametrize(
    ("fields", "field", "named"),
    [
        ({}, "body", "no effect"),
        ({"times": 3}, "body", "no effect"),
        ({"query": {"page_no": "2"}}, "body", "no effect"),
        ({"operation": "nope", "status": 500}, "body.operation", "nope"),
        ({"status": 99}, "body.status", "99"),
        ({"status": 202}, "body.status", "202"),
        ({"status": 200, "path": "/user_group"}, "body.status", "operation or body"),
        ({"status": 201, "operation": "getUserGroups"}, "body.status", "201"),
        ({"status": 500, "colour": "red"}, "body", "colour"),
        ({"status": 500, "probability": 2}, "body.probability", "2"),
        ({"status": 500, "times": 0}, "body.times", "0"),
        ({"status": 500, "example": "nope"}, "body.example", "nope"),
        ({"rate": {"limit": 1}}, "body.rate.seconds", "missing"),
        ({"kind": "fire"}, "body.kind", "fire"),
        ({"delay": -1}, "body.delay", "milliseconds"),
        ({"delay": 0.5}, "body.delay", "0.5"),
        ({"delay": 3_600_001}, "body.delay", "3600001"),
        ({"delay": {"uniform": [1, 2]}}, "body.delay", '"lower"'),
        ({"delay": {**UNIFORM, "type": "normal"}}, "body.delay", "normal"),
        ({"delay": {**UNIFORM, "lower": 3}}, "body.delay.lower", "3"),
        ({"delay": {"type": "uniform", "lower": 1}}, "body.delay", "upper"),
        ({"delay": {"type": "lognormal", "median": 1, "sigma": 11}}, "body.delay", "11"),
        ({"delay": {}}, "body.delay", "{}"),
        ({"status": 500, "query": {"page_no": {"min": 2}}}, "body.query.page_no", "min"),
        ({"status": 500, "query": {}}, "body.query", "{}"),
        ({"status": 500, "query": {"a": LONG_GLOB}}, "body.query.a", "at most 1000 characters"),
        ({"status": 500, "parameters": {"group_id": LONG_GLOB}}, "body.parameters.group_id", "at most 1000 characters"),
        ({"status": 500, "request_headers": {"a": LONG_GLOB}}, "body.request_headers.a", "at most 1000 characters"),
        ({"status": 500, "path": LONG_GLOB}, "body.path", "1 to 1000 characters"),
        ({"status": 500, "query": "page_no=2"}, "body.query", "page_no=2"),
        ({"status": 500, "parameters": {"groop": "a"}}, "body.parameters.groop", "group_id"),
        ({"kind": "drop", "operation": "getUserGroups", "parameters": {"a": "b"}}, "body.parameters.a", "getUser"),
        ({"status": 500, "request_headers": {"a b": "c"}}, "body.request_headers", "a b"),
        ({"status": 500, "headers": {"": "c"}}, "body.headers", "no name"),
        ({"status": 500, "headers": {"A": "b\r\nC: d"}}, "body.headers.A", "line breaks"),
        ({"status": 500, "headers": {"A": " b"}}, "body.headers.A", "line breaks"),
        ({"status": 500, "headers": {"A": "☃"}}, "body.headers.A", "☃"),
        ({"status": 500, "headers": {"A": "5 €"}}, "body.headers.A", "Latin-1"),
        ({"status": 500, "headers": {"Content-Length": 5}}, "body.headers.Content-Length", "Content-Length"),
        ({"status": 500, "headers": {"transfer-encoding": "chunked"}}, "body.headers.transfer-encoding", "itself"),
        ({"sequence": []}, "body.sequence", "[]"),
        ({"sequence": [503, "okay"]}, "body.sequence.1", "okay"),
        ({"sequence": [99]}, "body.sequence.0", "99"),
        ({"sequence": [{}]}, "body.sequence.0", "{}"),
        ({"sequence": [{"times": 3}]}, "body.sequence.0", "times"),
        ({"sequence": [200]}, "body.sequence.0.status", "operation or body"),
        ({"sequence": [{"headers": {"Upgrade": "h2c"}}]}, "body.sequence.0.headers.Upgrade", "Upgrade"),
        ({"sequence": [503], "status": 500}, "body.status", "steps"),
        ({"status": 204, "body": {}}, "body.body", "204"),
        ({"status": 304, "body": None}, "body.body", "304"),
        ({"status": 204, "kind": "half"}, "body.kind", "204"),
        ({"status": 304, "kind": "malformed"}, "body.kind", "304"),
        ({"sequence": [{"status": 204, "kind": "half"}]}, "body.sequence.0.kind", "204"),
        ({"status": 500, "operation": "getUserGroups", "method": "POST"}, "body.method", "GET"),
        ({"status": 500, "headers": {"Retry-After": 1, "retry-after": 2}}, "body.headers.retry-after", "Retry-After"),
        ({"sequence": [{"headers": {"a": 1, "A": 2}}]}, "body.sequence.0.headers.A", "twice"),
        ({"status": 500, "request_headers": {"A": "1", "a": "2"}}, "body.request_headers.a", "twice"),
        ({"sequence": [503], "rate": {"limit": 1, "seconds": 1}}, "body.rate", "steps"),
    ],
)  # fmt: skip
def test_an_invalid_rule_is_refused_by_name_and_not_kept(api: Api, fields: Json, field: str, named: str) -> None:
    answer = api.post(FAULTS, fields)
    assert refused(answer) == [field]
    assert named in answer.json()["message"]
    assert items(api, "/faults") == []


def test_the_contract_is_resolved_once_for_all_steps_of_a_rule(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    resolved = []

    def documented(_: Any) -> Any:
        resolved.append(1)
        return RESPONSES

    monkeypatch.setattr(fault_schema, "documented_responses", documented)
    fault_schema._responses.cache_clear()
    answer = api.post(FAULTS, {"operation": "getUserGroups", "sequence": [201] * 1000})
    assert len(refused(answer)) == 100
    assert len(resolved) == 1


@pytest.mark.parametrize("name", ["query", "request_headers", "headers", "parameters"])
def test_too_many_names_are_refused_without_judging_all(api: Api, name: str) -> None:
    many = {f"a{number}": "x" for number in range(101)}
    for fields in ({name: many}, {"sequence": [{"headers": many}]} if name == "headers" else {name: many}):
        answer = api.post(FAULTS, {"delay": 1, **fields})
        assert len(refused(answer)) == 1
        assert "101" in answer.json()["message"]
    schema = json_schema(fault_schema.RULE["properties"][name])
    assert not {"minProperties", "maxProperties"} & set(schema), "with these, 1 MB takes jsonschema-rs 12 s"
