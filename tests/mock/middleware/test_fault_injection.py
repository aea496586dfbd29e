"""Broken responses, as seen by a client of a port."""

import json
from collections.abc import Iterator

import httpx
import pytest

from audience_mock.testing import MockServer

TAGS = "/user_group/tags"


@pytest.fixture(scope="module", params=[False, True], ids=["as it is", "with checked responses"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with MockServer(seed="documents", check_responses=request.param) as mock:
        yield mock.api_url


def test_a_dropped_answer_is_no_answer(url: str) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{url}{TAGS}", headers={"Prefer": "fault=drop"})


def test_half_an_answer_ends_before_its_length(url: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{url}{TAGS}", headers={"Prefer": "fault=half"})


def test_a_malformed_answer_is_whole_and_no_json(url: str) -> None:
    answer = httpx.get(f"{url}{TAGS}", headers={"Prefer": "fault=malformed"})
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize("kind", ["drop", "half"])
def test_a_broken_answer_is_in_the_journal_and_the_next_is_whole(url: str, kind: str) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{url}{TAGS}", headers={"Prefer": f"fault={kind}"})
    control = f"{url.partition('/service')[0]}/__mock__"
    entry = httpx.get(f"{control}/journal").json()["items"][0]
    assert entry["applied"] == [f"Prefer: fault={kind}"]
    assert entry["outcome"] == "forced"
    assert httpx.get(f"{url}{TAGS}").status_code == 200
