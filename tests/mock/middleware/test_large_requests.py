"""Requests with very many errors cost little, and their answers are small."""

import asyncio
from collections.abc import Iterator

import pytest
from tests.mock.conftest import Api
from tests.mock.helpers import Json, csv_of, one_mock, refused

from audience_mock.contract.schema import Schema
from audience_mock.errors import MAX_ERRORS, MAX_JUDGED, Violation, invalid

BULK = "/user_attribute/bulk_update"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with one_mock() as api:
        yield api


@pytest.mark.parametrize("value", [None, [1, 2], ["a", 1]])
def test_a_bulk_update_with_very_many_wrong_items_is_refused_with_the_first_errors(api: Api, value: object) -> None:
    items = [{"key": 1, "value": value}] * 20_000
    answer = api.patch(BULK, {"file_url": csv_of(["u"]), "attributes": items})
    fields = refused(answer)
    assert fields[:3] == ["body.attributes", "body.attributes.0.key", "body.attributes.0.value"]
    assert len(fields) == MAX_ERRORS
    assert answer.json()["message"].startswith("201 errors in this request.")
    assert answer.json()["message"].endswith("lists the first 100; 101 more are not listed.")
    assert len(answer.content) < 50_000


def test_others_are_answered_while_a_large_request_is_read(api: Api) -> None:
    body = {"file_url": csv_of(["u"]), "attributes": [{"key": 1, "value": None}] * 200_000}

    async def story() -> bool:
        large = api.start("PATCH", BULK, json=body)
        await asyncio.sleep(0)
        while api.sessions.get(None).journal.last == before and not large.done():
            await api.send("GET", "/user_group/tags")
        was_first = not large.done()
        assert (await large).status_code == 400
        return was_first

    before = api.sessions.get(None).journal.last
    assert api.run(story())


def test_a_value_with_very_many_wrong_parts_is_one_error(api: Api) -> None:
    attributes = [{"key": "a", "value": [1] * 300_000}]
    assert refused(api.patch(BULK, {"file_url": csv_of(["u"]), "attributes": attributes})) == [
        "body.attributes.0.value"
    ]


def test_exactly_as_many_errors_as_are_listed_leave_none_out() -> None:
    refusal = invalid([Violation(f"body.{number}", "Wrong.") for number in range(MAX_ERRORS)])
    assert len(refusal.body()["errors"]) == MAX_ERRORS
    assert refusal.message == "100 errors in this request. Wrong. Wrong. Wrong. And 97 more: see errors."


def test_judging_stops_and_says_so() -> None:
    schema = Schema({"type": "array", "items": {"type": "object", "required": ["a"]}})
    found = schema.violations([{}] * 50_000, "body")
    assert len(found) == MAX_JUDGED
    refusal = invalid(found)
    assert len(refusal.body()["errors"]) == MAX_ERRORS
    assert refusal.message.startswith("At least 1000 errors in this request.")
    assert refusal.message.endswith("at least 900 more are not listed.")


LISTS: Json = {"type": "array", "items": {"type": "string"}, "maxItems": 2}
NAMED: Json = {"type": "object", "properties": {"a": LISTS, "b": {}}, "required": ["b"], "additionalProperties": False}


@pytest.mark.parametrize(
    ("schema", "value", "fields"),
    [
        (LISTS, {"a": 1}, ["x"]),
        (LISTS, ["a", 1], ["x.1"]),
        (LISTS, ["a", "b", "c"], ["x"]),
        (NAMED, [1], ["x"]),
        (NAMED, {"a": [1], "b": 1}, ["x.a.0"]),
        (NAMED, {"a": {}, "c": 1}, ["x", "x.b", "x.a"]),
        ({"additionalProperties": LISTS}, {"p": ["a"], "q": [1, "a"]}, ["x.q.0"]),
        ({"oneOf": [LISTS, {"type": "number"}]}, [1], ["x"]),
        ({"allOf": [{"required": ["a"]}, {"required": ["b"]}]}, {}, ["x.a", "x.b"]),
        ({"type": "string", "pattern": "^a", "minLength": 3, "nullable": True}, "bb", ["x", "x"]),
        ({"type": "string", "nullable": True}, None, []),
        ({"enum": [1, 2]}, 3, ["x"]),
    ],
)
def test_each_violation_is_named_by_its_place(schema: Json, value: object, fields: list[str]) -> None:
    assert [violation.field for violation in Schema(schema).violations(value, "x")] == fields
