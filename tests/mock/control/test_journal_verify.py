"""Verification of requests in the journal: matches, counts, and the nearest entries."""

from typing import Any

import pytest
from tests.mock.conftest import BASE, Api
from tests.mock.control.helpers import JOURNAL
from tests.mock.helpers import DEFINITIONS, GROUPS, Json, a_definition, refused

from audience_mock.session.journal import LONGEST_BODY

VERIFY = f"{JOURNAL}/verify"


@pytest.fixture(scope="module")
def busy(shared_api: Api) -> Api:
    """A mock with four requests: ids 1 to 4."""
    api = shared_api
    api.get(GROUPS, page_size=5, tags="vip")
    api.post(DEFINITIONS, a_definition("hat-size"))
    api.request("POST", DEFINITIONS, json=a_definition("shoe-size"), headers={"X-Page": "shoes"})
    api.get(f"{GROUPS}/none")
    return api


def verify(api: Api, **expected: Any) -> Json:
    answer = api.post(VERIFY, expected)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


@pytest.mark.parametrize(
    ("expected", "ids"),
    [
        ({}, [4, 3, 2, 1]),
        ({"operation": "createUserAttributeDefinition"}, [3, 2]),
        ({"method": "post", "path": DEFINITIONS}, [3, 2]),
        ({"path": f"{BASE}{GROUPS}"}, [1]),
        ({"path": "/user_group/{user_group_id}"}, [4]),
        ({"path": "/company/*/user_group"}, [1]),
        ({"query": {"page_size": 5}}, [1]),
        ({"query": {"page_size": "5", "tags": "vip"}}, [1]),
        ({"body": {"slug": "hat-size"}}, [2]),
        ({"body": {"type": "string"}}, [3, 2]),
        ({"headers": {"x-page": "shoes"}}, [3]),
        ({"headers": {"X-PAGE": "shoes"}, "body": {"name": "Hat size"}}, [3]),
    ],
)
def test_matching_requests_are_found(busy: Api, expected: Json, ids: list[int]) -> None:
    found = verify(busy, **expected)
    assert found == {
        "ok": True,
        "matched": len(ids),
        "expected": {"min": 1, "max": None},
        "ids": ids,
        "nearest": [],
        "dropped": 0,
    }


@pytest.mark.parametrize(
    ("times", "ok"),
    [(2, True), (1, False), (3, False), ({"min": 3}, False), ({"max": 2}, True), ({"max": 1}, False), (0, False)],
)
def test_the_number_of_requests_is_verified(busy: Api, times: Any, ok: bool) -> None:
    found = verify(busy, operation="createUserAttributeDefinition", times=times)
    assert (found["ok"], found["matched"], found["ids"]) == (ok, 2, [3, 2])


def test_zero_requests_may_be_expected(busy: Api) -> None:
    assert verify(busy, operation="deleteUserGroup", times=0)["ok"] is True
    assert verify(busy, operation="deleteUserGroup")["ok"] is False


def test_the_nearest_miss_comes_first_with_all_that_differs(busy: Api) -> None:
    body = {"slug": "sock-size", "type": "string", "unit": "cm"}
    found = verify(busy, operation="createUserAttributeDefinition", headers={"X-Page": "shoes"}, body=body)
    assert (found["ok"], found["matched"]) == (False, 0)
    assert [one["id"] for one in found["nearest"]] == [3, 2, 4]
    assert found["nearest"][0]["differences"] == [
        {"field": "body.slug", "message": 'body.slug is "shoe-size", expected "sock-size".'},
        {"field": "body.unit", "message": 'body.unit is missing, expected "cm".'},
    ]
    fields = [one["field"] for one in found["nearest"][1]["differences"]]
    assert fields == ["header.X-Page", "body.slug", "body.unit"]
    assert found["nearest"][2]["differences"][0]["message"] == (
        'operation is "getUserGroupById", expected "createUserAttributeDefinition".'
    )


def test_the_nearest_path_is_the_most_alike(busy: Api) -> None:
    (first, *_) = verify(busy, method="GET", path="/user_group/nobody")["nearest"]
    assert first["id"] == 4
    assert [one["field"] for one in first["differences"]] == ["path"]


def test_matching_entries_are_never_listed_as_nearest(busy: Api) -> None:
    found = verify(busy, body={"slug": "hat-size"}, times=2)
    assert found["ids"] == [2]
    assert 2 not in [one["id"] for one in found["nearest"]]


def test_an_empty_journal_has_no_nearest_entries(api: Api) -> None:
    assert verify(api)["nearest"] == []


@pytest.mark.parametrize(
    ("sent", "expected", "field"),
    [
        ({"a": 1}, {"a": True}, "body.a"),
        ({"a": 1}, {"a": 1.0}, None),
        ({"a": [1, {"b": 2, "c": 3}]}, {"a": [1, {"b": 2}]}, None),
        ({"a": [1, 2]}, {"a": [1]}, "body.a"),
        ({"a": [1, 2]}, {"a": [2, 1]}, "body.a.0"),
        ({"a": {}}, {"a": None}, "body.a"),
        ({"a": None}, {"a": None}, None),
        ({}, {"a": None}, "body.a"),
        ([{"a": 1}], [{}], None),
        ([1], {}, "body"),
    ],
)
def test_a_body_matches_if_the_expected_one_is_a_part_of_it(
    api: Api, sent: Any, expected: Any, field: str | None
) -> None:
    api.post(DEFINITIONS, sent)
    found = verify(api, body=expected)
    assert found["ok"] is (field is None)
    assert [one["field"] for miss in found["nearest"] for one in miss["differences"]][:1] == ([field] if field else [])


def test_a_missing_body_and_a_cut_body_are_differences(api: Api) -> None:
    api.post(DEFINITIONS, a_definition(description="x" * LONGEST_BODY))
    api.get(GROUPS)
    nearest = {one["id"]: one["differences"] for one in verify(api, body={"name": "Hat size"})["nearest"]}
    assert "too long" in nearest[1][0]["message"]
    assert "missing" in nearest[2][0]["message"]


def test_a_secret_header_can_be_verified_and_is_not_shown(api: Api) -> None:
    api.request("GET", GROUPS, headers={"Authorization": "Bearer hush"})
    assert verify(api, headers={"Authorization": "Bearer hush"})["ok"] is True
    missed = verify(api, headers={"Authorization": "Bearer other"})
    assert missed["ok"] is False
    assert "hush" not in str(missed)


@pytest.mark.parametrize(
    ("expected", "field"),
    [
        ({"operation": "getHats"}, "body.operation"),
        ({"times": -1}, "body.times"),
        ({"times": {"min": 3, "max": 1}}, "body.times"),
        ({"hats": 1}, "body"),
        ({"headers": {"x": 1}}, "body.headers.x"),
        ({"path": "*a" * 501}, "body.path"),
    ],
)
def test_an_invalid_expectation_is_refused(shared_api: Api, expected: Json, field: str) -> None:
    assert refused(shared_api.post(VERIFY, expected)) == [field]


def test_the_query_and_the_body_are_validated_together(api: Api) -> None:
    assert refused(api.post(f"{VERIFY}?x=1", {"hats": 1})) == ["query.x", "body"]
