"""`make soak` says of a mock that keeps its promises that it does, and of one that does not what it broke."""

import asyncio
import json
import os
from pathlib import Path

import httpx
import pytest
from tests.soak.__main__ import Soak, run
from tests.soak.hostile import SEED
from tests.soak.model import Model, difference
from tests.soak.wire import Answer, Expected

from audience_mock.testing import MockServer


def soaked(mock: MockServer, requests: int = 600) -> Soak:
    soak = Soak(requests, os.getpid())
    port = int(mock.url.rpartition(":")[2])
    asyncio.run(run(soak, port, sessions=6, connections=3, seed=1, wait=0.3))
    return soak


@pytest.fixture
def seed(tmp_path: Path) -> str:
    path = tmp_path / "seed.json"
    path.write_text(json.dumps(SEED), "utf-8")
    return str(path)


def test_the_mock_stands_a_small_soak(seed: str) -> None:
    with MockServer(seed=seed, job_delay=0.01) as mock:
        soak = soaked(mock)
    assert soak.failures == []
    assert (soak.server_errors, soak.hangs) == (0, 0)
    assert soak.sent > soak.requests
    assert 0.3 < soak.hostile / soak.sent < 0.7


def test_a_5xx_and_a_wrong_answer_are_seen(seed: str) -> None:
    with MockServer(seed=seed, job_delay=0.01) as mock:
        rule = {"operation": "getUserGroups", "status": 503}
        for number in range(6):
            headers = mock.sessions(f"soak-{number}")
            httpx.post(f"{mock.url}/__mock__/faults", json=rule, headers=headers).raise_for_status()
        soak = soaked(mock, 200)
    assert soak.server_errors
    assert any("503 instead of 200" in failure for failure in soak.failures)


def test_a_state_that_differs_from_the_model_is_seen(seed: str) -> None:
    with MockServer(seed=seed) as mock:
        body = {"name": "n", "slug": "slug-not-of-the-model", "description": "d", "type": "string"}
        url = f"{mock.api_url}/user_attribute/definition"
        httpx.post(url, json=body, headers=mock.sessions("soak-0")).raise_for_status()
        soak = soaked(mock, 1)
    assert any("page.item_total" in failure or "items.0._id" in failure for failure in soak.failures)


@pytest.mark.parametrize(
    ("expected", "body", "problem"),
    [
        ({("a", 0): 1}, {"a": [1]}, None),
        ({("a", 0): 1}, {"a": [2]}, "a.0 is 2 instead of 1"),
        ({("a", 0): 1}, {"a": [True]}, "a.0 is True instead of 1"),
        ({("a", 1): None}, {"a": [1]}, None),
        ({("a", "b"): 1}, {}, "a.b is None instead of 1"),
    ],
)
def test_an_answer_is_compared_with_what_the_model_expects(
    expected: Expected, body: object, problem: str | None
) -> None:
    request = Model("s", 1).request("GET", "/x", 200, expected=expected)
    found = difference(request, Answer(200, json.dumps(body).encode()))
    assert found == (f"{request.about}: {problem}" if problem else None)
