"""Faults, delays and Prefer in front of a real server."""

import pytest
from tests.mock.conftest import BASE, Api, MakeApi
from tests.mock.control.helpers import CONTROL, last
from tests.mock.middleware.upstreams import RawServer, exchange, response

from audience_mock.middleware import fault_injection
from audience_mock.testing import MockServer

TAGS = "/user_group/tags"


@pytest.mark.parametrize(
    ("prefer", "status"), [("code=503", 503), ("dynamic=true", 200), ("example=documents", 200), ("code=204", 204)]
)
def test_a_forced_response_needs_no_real_server(through: Api, real: RawServer, prefer: str, status: int) -> None:
    answer = through.request("GET", TAGS, headers={"Prefer": prefer})
    assert (answer.status_code, answer.headers["Preference-Applied"]) == (status, prefer)
    assert real.requests == []
    assert last(through)["outcome"] == "forced"


def test_a_rule_forces_a_response(through: Api, real: RawServer) -> None:
    through.post(f"{CONTROL}/faults", {"operation": "getUserGroupTags", "status": 503, "times": 1})
    assert [through.get(TAGS).status_code for _ in range(2)] == [503, 200]
    assert len(real.requests) == 1


def test_a_rule_forces_a_response_on_a_path_that_is_no_operation(through: Api, real: RawServer) -> None:
    through.post(f"{CONTROL}/faults", {"path": "/nope", "status": 503})
    assert through.get("/nope").status_code == 503
    assert real.requests == []


@pytest.mark.parametrize("prefer", ["code=200", "dynamic=true", "example=documents"])
def test_what_cannot_be_forced_on_such_a_path_is_refused(through: Api, real: RawServer, prefer: str) -> None:
    answer = through.request("GET", "/nope", headers={"Prefer": prefer})
    assert answer.status_code == 400
    assert "no operation of the contract" in answer.json()["message"]
    assert real.requests == []


def test_a_delay_delays_and_the_answer_is_the_real_servers(through: Api) -> None:
    answer = through.request("GET", TAGS, headers={"Prefer": "delay=1"})
    assert (answer.json(), answer.headers["Preference-Applied"]) == ({"items": ["a"]}, "delay=1")
    entry = last(through)
    assert entry["outcome"] == "ok"
    assert "Prefer: delay=1" in entry["applied"]


def test_the_body_of_a_delayed_request_arrives(through: Api, real: RawServer) -> None:
    through.request("POST", "/user_group", json={"name": "x"}, headers={"Prefer": "delay=1"})
    assert real.requests[0].endswith(b'{"name":"x"}')


@pytest.mark.parametrize("kind", ["malformed", "half"])
def test_a_response_of_the_real_server_is_truncated(real: RawServer, kind: str) -> None:
    with MockServer(seed="empty", proxy=real.origin) as mock:
        request = f"GET {BASE}{TAGS} HTTP/1.1\r\nHost: x\r\nPrefer: fault={kind}\r\nConnection: close\r\n\r\n"
        received = exchange(mock.url, request.encode())
    assert received.partition(b"\r\n\r\n")[2] == b'{"items"'[:7]
    assert len(real.requests) == 1


@pytest.mark.parametrize("kind", ["malformed", "half"])
def test_a_large_response_is_truncated_before_its_end(
    fronted: tuple[MockServer, RawServer], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mock, real = fronted
    monkeypatch.setattr(fault_injection, "MAX_HALVED", 1000)
    real.answer = response(body=b"a" * 10**6)
    request = f"GET {BASE}{TAGS} HTTP/1.1\r\nHost: x\r\nPrefer: fault={kind}\r\nConnection: close\r\n\r\n"
    body = exchange(mock.url, request.encode()).partition(b"\r\n\r\n")[2]
    assert 500 <= len(body) < 10**5
    assert set(body) == {ord("a")}


def test_a_wrong_preference_is_refused(through: Api, real: RawServer) -> None:
    assert through.request("GET", TAGS, headers={"Prefer": "code=9"}).status_code == 400
    assert real.requests == []


def test_a_request_without_the_required_token_is_not_sent_on(make_api: MakeApi, real: RawServer) -> None:
    api = make_api(proxy=real.origin, bearer="secret")
    assert api.get(TAGS).status_code == 401
    assert real.requests == []
