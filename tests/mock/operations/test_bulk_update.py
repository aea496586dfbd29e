"""Operation 6: one set of values for all users of a file (contract.md, section 3)."""

import logging
from typing import Any

import httpx
import pytest
from tests.mock.conftest import Api
from tests.mock.helpers import (
    DEFINITIONS,
    HeldFiles,
    Json,
    a_definition,
    all_items,
    created,
    csv_of,
    refused,
)

PATH = "/user_attribute/bulk_update"
GRACE = "64f222222222222222222222"
COLOUR = {"key": "favourite_colour", "value": "green"}


def bulk(api: Api, file_url: str, *attributes: Json) -> httpx.Response:
    return api.patch(PATH, {"file_url": file_url, "attributes": list(attributes)})


def queued(api: Api, file_url: str, *attributes: Json) -> Json:
    answer = bulk(api, file_url, *attributes)
    assert answer.status_code == 202, answer.text
    job: Json = answer.json()
    return job


def values(api: Api, user_id: str) -> Json:
    """A user's values, by key."""
    items = all_items(api, f"/user_attribute/user/{user_id}")
    return {item["attribute"]["key"]: item["attribute"]["value"] for item in items}


def test_a_bulk_update_is_queued(api: Api) -> None:
    """BLK-01, BLK-03: with its own job id."""
    job = queued(api, csv_of(["u1"]), COLOUR)
    assert set(job) == {"success", "message", "processing_type", "job_id", "status_code"}
    assert (job["success"], job["processing_type"], job["status_code"]) == (True, "async", 202)
    assert job["job_id"] in job["message"]
    assert len({queued(api, csv_of(["u1"]), COLOUR)["job_id"] for _ in range(20)}) == 20


def test_every_user_of_the_file_gets_every_value(api: Api) -> None:
    """BLK-04, ATT-01."""
    samples: dict[str, Any] = {
        "string": "",
        "number": 2**80,
        "boolean": False,
        "date": "2024-05-01",
        "datetime": "2024-05-01T09:30:00Z",
        "list": [],
        "object": {"a": {"b": None}},
    }
    for type_ in samples:
        created(api.post(DEFINITIONS, a_definition(f"a-{type_}", type=type_)))
    users = [f"u{n}" for n in range(700)]
    queued(api, csv_of(users), *({"key": f"a-{type_}", "value": value} for type_, value in samples.items()))
    api.settle()
    expected = {f"a-{type_}": value for type_, value in samples.items()}
    for user_id in ("u0", "u350", "u699"):
        assert values(api, user_id) == expected
    assert values(api, "u700") == {}


def test_a_value_is_replaced_and_keeps_its_id(api: Api) -> None:
    """BLK-04, ATT-05."""
    path = f"{DEFINITIONS}/64f666666666666666666666/user/{GRACE}"
    before = api.get(path).json()
    queued(api, csv_of([GRACE]), COLOUR)
    api.settle()
    after = api.get(path).json()
    assert after == {**before, "attribute": {"key": "favourite_colour", "value": "green"}}


def test_an_attribute_named_twice_gets_the_last_value(api: Api) -> None:
    queued(api, csv_of(["u1"]), COLOUR, {**COLOUR, "value": "blue"})
    api.settle()
    assert values(api, "u1") == {"favourite_colour": "blue"}


@pytest.mark.parametrize(
    "file_url",
    [
        "https://files.example.com/users.csv",
        "http://127.0.0.1:9/users.csv",
        "data:text/csv,id%0Au1",
        "data:text/csv;base64,!",
        "data:text/csv,user_id%0Au1%0A%FF",
        "data:text/csv,user_id%0Au1%0A%22open",
    ],
)
def test_a_file_that_cannot_be_read_harms_nothing(api: Api, file_url: str, caplog: pytest.LogCaptureFixture) -> None:
    before = values(api, GRACE)
    with caplog.at_level(logging.WARNING):
        job = queued(api, file_url, COLOUR)
        api.settle()
    assert any(job["job_id"] in record.getMessage() for record in caplog.records)
    assert not any(record.levelno >= logging.ERROR for record in caplog.records)
    assert values(api, GRACE) == before
    assert values(api, "u1") == {}
    queued(api, csv_of([GRACE]), COLOUR)
    api.settle()
    assert values(api, GRACE)["favourite_colour"] == "green"


# --- refusals ---------------------------------------------------------------------------------------


def test_unknown_keys_and_invalid_values_are_all_named_and_queue_nothing(api: Api) -> None:
    """BLK-05, ERR-03."""
    attributes: list[Json] = [
        {"key": "nothing", "value": 1},
        COLOUR,
        {"key": "gift_wrap", "value": 0},
        {"key": "loyalty_points", "value": -1},
        {"key": "favourite_colour", "value": "x" * 31},
        {"key": "Favourite_Colour", "value": "red"},
    ]
    answer = bulk(api, csv_of([GRACE]), *attributes)
    assert refused(answer) == [
        "body.attributes.0.key",
        "body.attributes.2.value",
        "body.attributes.3.value",
        "body.attributes.4.value",
        "body.attributes.5.key",
    ]
    assert '"nothing"' in answer.json()["message"]
    for wrong in attributes[:1], attributes[2:3]:
        refused(bulk(api, csv_of([GRACE]), COLOUR, *wrong))
    api.settle()
    assert values(api, GRACE) == {"favourite_colour": "teal", "gift_wrap": True}


def test_an_incomplete_bulk_update_is_refused(api: Api) -> None:
    """BLK-02."""
    file_url = csv_of(["u1"])
    wrong: list[tuple[Any, list[str]]] = [
        ({"attributes": [COLOUR]}, ["body.file_url"]),
        ({"file_url": file_url}, ["body.attributes"]),
        ({}, ["body.attributes", "body.file_url"]),
        ({"file_url": file_url, "attributes": []}, ["body.attributes"]),
        ({"file_url": file_url, "attributes": [COLOUR] * 101}, ["body.attributes"]),
        ({"file_url": file_url, "attributes": {"0": COLOUR}}, ["body.attributes"]),
        ({"file_url": file_url, "attributes": [COLOUR, {"key": "gift_wrap"}]}, ["body.attributes.1.value"]),
        ({"file_url": file_url, "attributes": [{"value": True}]}, ["body.attributes.0.key"]),
        ({"file_url": file_url, "attributes": [{**COLOUR, "value": None}]}, ["body.attributes.0.value"]),
        ({"file_url": file_url, "attributes": [{**COLOUR, "key": ""}]}, ["body.attributes.0.key"]),
        ({"file_url": "users.csv", "attributes": [None]}, ["body.attributes.0", "body.file_url"]),
        (None, ["body"]),
        ([COLOUR], ["body"]),
    ]
    for body, fields in wrong:
        assert sorted(set(refused(api.request("PATCH", PATH, json=body)))) == fields, body
    assert refused(api.request("PATCH", PATH)) == ["body"]
    api.settle()
    assert values(api, "u1") == {}
    queued(api, file_url, *[COLOUR] * 100)


# --- between the answer and the work ----------------------------------------------------------------


def test_the_job_writes_later_and_over_values_put_meanwhile(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    files = HeldFiles(api, monkeypatch)
    file_url = csv_of(["u1"])
    queued(api, file_url, COLOUR)
    assert values(api, "u1") == {}
    created(api.put(f"{DEFINITIONS}/64f666666666666666666666/user/u1", {"attribute": {"value": "red"}}))
    files.let_go(file_url)
    api.settle()
    assert values(api, "u1") == {"favourite_colour": "green"}


def test_values_are_validated_again_when_their_definition_changed_meanwhile(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """ATT-10, DEF-17: no value may be stored that does not fit, or whose definition is gone."""
    files = HeldFiles(api, monkeypatch)
    file_url = csv_of(["u1"])
    paths = {}
    for slug in ("goes", "changes", "stays"):
        paths[slug] = f"{DEFINITIONS}/{created(api.post(DEFINITIONS, a_definition(slug)))['_id']}"
    queued(api, file_url, *({"key": slug, "value": "large"} for slug in paths))
    assert api.put(paths["changes"], {"type": "number"}).status_code == 200
    assert api.delete(paths["goes"]).status_code == 200
    files.let_go(file_url)
    api.settle()
    assert values(api, "u1") == {"stays": "large"}
    assert not caplog.records
