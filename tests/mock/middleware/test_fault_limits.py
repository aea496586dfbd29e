"""Fault rules at the edge: statuses without a body, absurd rates, delays without an end."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.mock.conftest import BASE, Api
from tests.mock.helpers import Json, refused

from audience_mock.session.fault_rules import MAX_DELAY, Fault
from audience_mock.testing import MockServer

FAULTS = "//__mock__/faults"
TAGS = "/user_group/tags"


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """A client that uses one connection for all requests: bytes too many would be seen."""
    with MockServer(seed="documents") as mock, httpx.Client(base_url=mock.url, trust_env=False) as client:
        yield client


@pytest.mark.parametrize("status", [204, 304])
@pytest.mark.parametrize("more", [{}, {"operation": "getUserGroupTags"}])
def test_a_rule_with_a_status_without_a_body_sends_none(client: httpx.Client, status: int, more: Json) -> None:
    rule = client.post("/__mock__/faults", json={"path": TAGS, "status": status, "times": 1, **more})
    assert rule.status_code == 201, rule.text
    answer = client.get(f"{BASE}{TAGS}")
    assert (answer.status_code, answer.content) == (status, b"")
    assert not {"content-length", "content-type", "transfer-encoding"} & {*answer.headers}
    assert client.get(f"{BASE}{TAGS}").status_code == 200
    client.delete("/__mock__/faults")


@pytest.mark.parametrize("status", [204, 304])
@pytest.mark.parametrize("more", ["", ", fault=malformed"])
def test_prefer_with_such_a_status_sends_none(client: httpx.Client, status: int, more: str) -> None:
    answer = client.get(f"{BASE}{TAGS}", headers={"Prefer": f"code={status}{more}"})
    assert (answer.status_code, answer.content) == (status, b"")
    assert answer.headers["preference-applied"] == f"code={status}{more}"
    assert client.get(f"{BASE}{TAGS}").status_code == 200


@pytest.mark.parametrize(
    "rate",
    [
        {"limit": 1, "seconds": 1e15},
        {"limit": 1, "seconds": 1e300},
        {"limit": 1, "seconds": 31_536_001},
        {"limit": 10**18, "seconds": 1},
        {"limit": 100_001, "seconds": 1},
    ],
)
def test_an_absurd_rate_is_refused_when_it_is_given(api: Api, rate: Json) -> None:
    assert refused(api.post(FAULTS, {"rate": rate}))[0].startswith("body.rate.")
    assert api.get(FAULTS).json()["items"] == []


def test_the_largest_rate_works_also_by_the_oldest_clock(api: Api) -> None:
    assert api.post("//__mock__/clock", {"freeze": "1970-01-01T00:00:00Z"}).status_code == 200
    assert api.post(FAULTS, {"rate": {"limit": 1, "seconds": 31_536_000}}).status_code == 201
    assert api.get(TAGS).status_code == 200
    answer = api.get(TAGS)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "31536000"


def test_a_rate_allows_as_many_requests_as_it_says_in_each_period(api: Api) -> None:
    api.post("//__mock__/clock", {"freeze": "2030-01-01T00:00:00Z"})
    api.post(FAULTS, {"rate": {"limit": 2, "seconds": 10}})
    assert [api.get(TAGS).status_code for _ in range(3)] == [200, 200, 429]
    api.post("//__mock__/clock", {"advance": 10})
    assert [api.get(TAGS).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize(
    "delay",
    [
        {"type": "lognormal", "median": 1000, "sigma": 10},
        {"type": "lognormal", "median": MAX_DELAY, "sigma": 10},
        {"type": "lognormal", "median": 0, "sigma": 10},
        {"type": "lognormal", "median": MAX_DELAY, "sigma": 0},
        {"type": "uniform", "lower": 0, "upper": MAX_DELAY},
    ],
)
def test_a_distribution_without_an_end_has_one(delay: Json) -> None:
    rule = Fault("fault-1", {"delay": delay, "seed": 1})
    delays = [rule.draw(delay) for _ in range(1000)]
    assert all(0 <= one <= MAX_DELAY for one in delays)


@pytest.mark.parametrize(
    ("delay", "middle"),
    [
        ({"type": "lognormal", "median": 300, "sigma": 0.5}, 300),
        ({"type": "uniform", "lower": 100, "upper": 500}, 300),
        (300, 300),
    ],
)
def test_a_delay_is_about_what_it_says(delay: Any, middle: int) -> None:
    rule = Fault("fault-1", {"delay": delay, "seed": 1})
    delays = sorted(rule.draw(delay) for _ in range(1001))
    assert delays[500] == pytest.approx(middle, rel=0.1)
    assert (delays[0] == delays[-1]) is isinstance(delay, int)
