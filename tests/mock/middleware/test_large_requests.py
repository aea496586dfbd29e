"""Requests with very many errors cost little, and their answers are small."""

import json
import threading
import tracemalloc
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mock.conftest import Api
from tests.mock.helpers import Json, created, csv_of, one_mock, refused

from audience_mock.contract.schema import Schema
from audience_mock.errors import MAX_ERRORS, MAX_JUDGED, Violation, invalid, show
from audience_mock.middleware import json_request
from audience_mock.middleware.json_request import MAX_PARTS, MAX_STRING

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


def test_a_large_request_is_judged_in_a_thread(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others are answered meanwhile."""
    body = {"file_url": csv_of(["u"]), "attributes": [{"key": 1, "value": None}] * 20_000}
    goes_on = threading.Event()
    judge = Schema.violations

    def slow(schema: Schema, value: object, field: str) -> list[Violation]:
        if isinstance(value, dict) and "file_url" in value:
            assert goes_on.wait(20)
        return judge(schema, value, field)

    async def story() -> httpx.Response:
        large = api.start("PATCH", BULK, json=body)
        while api.sessions.get(None).journal.last == before:
            await api.send("GET", "/user_group/tags")
        goes_on.set()
        return await large

    monkeypatch.setattr(Schema, "violations", slow)
    before = api.sessions.get(None).journal.last
    assert len(refused(api.run(story()))) == MAX_ERRORS


PARTS = {
    "objects": (b'{"key":"a","value":1}', 6),
    "empty objects": (b"{}", 2),
    "lists": (b"[[]]", 3),
    "numbers": (b"1", 1),
    "strings": (rb'"a\",[{"', 2),
    "a string that is a text": (b'"data:text/csv,user_id%0Aa,b,c,d[{,,,"', 2),
}


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("piece", [1, 2, 3, 7, 2**20])
def test_the_parts_of_a_text_are_counted(monkeypatch: pytest.MonkeyPatch, name: str, piece: int) -> None:
    monkeypatch.setattr(json_request, "_PIECE", max(piece, 2))
    one, parts = PARTS[name]
    content = b"[" + b",".join([one] * 100) + b"]"
    longest = len(one) - 2 if one.startswith(b'"') else 5 * (name == "objects")
    assert json_request.count_parts(content, 10**6) == (100 * parts, longest)
    assert json_request.count_parts(content, 10).number <= 10 + 100 * parts


@given(st.binary(max_size=50) | st.text('a\\"[{,', max_size=50).map(str.encode))
def test_any_bytes_can_be_counted(content: bytes) -> None:
    number, longest = json_request.count_parts(content, 10**6)
    assert 0 <= number <= len(content)
    assert 0 <= longest <= len(content)


@pytest.mark.parametrize("name", ["objects", "empty objects", "lists", "numbers", "strings"])
def test_a_body_with_more_parts_than_are_read_is_400_and_not_parsed(
    api: Api, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    one, parts = PARTS[name]
    content = b'{"attributes":[' + b",".join([one] * (MAX_PARTS // parts + 10)) + b"]}"
    monkeypatch.setattr(f"{json_request.__name__}.orjson", None)
    answer = api.request("PATCH", BULK, content=content)
    assert refused(answer) == ["body"]
    assert f"more than {MAX_PARTS} strings, commas and brackets" in answer.json()["message"]
    assert refused(api.request("POST", "//__mock__/clock", content=content)) == ["body"]


@pytest.mark.parametrize("one", [b"[]", b"{}", b"[[]]", b'{"a":0}', b'{"a":{}}', b"[1.5]", b'""'])
def test_the_largest_number_of_the_smallest_parts_takes_less_than_50_mb(one: bytes) -> None:
    """Empty lists and objects take many times their size: their number is what has a bound."""
    share = 50
    parts = json_request.count_parts(one, 10).number + 1
    content = b"[" + b",".join([one] * (MAX_PARTS // share // parts)) + b"]"
    tracemalloc.start()
    try:
        assert json_request.parse_json(content)[1] is None
        assert tracemalloc.get_traced_memory()[1] < 50_000_000 // share
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "part", [b"a", rb"\n", rb"\"", "漢".encode()], ids=["letters", "escapes", "quotes", "characters"]
)
def test_a_body_with_a_longer_string_than_is_read_is_400_and_not_parsed(
    api: Api, monkeypatch: pytest.MonkeyPatch, part: bytes
) -> None:
    monkeypatch.setattr(f"{json_request.__name__}.orjson", None)
    content = b'{"name":"' + part * (MAX_STRING // len(part) + 1) + b'"}'
    answer = api.request("POST", "/user_group", content=content)
    assert refused(answer) == ["body"]
    assert f"a string of more than {MAX_STRING} bytes" in answer.json()["message"]


def test_a_large_text_has_few_parts(api: Api) -> None:
    users = "%0A".join(f"{number},x[" for number in range(100_000)).replace("[", "%5B")
    body = {"name": "n", "description": "d", "category": "l1", "file_url": f"data:text/csv,user_id,x%0A{users}"}
    assert len(created(api.post("/user_group", body))["file_url"]) == len(body["file_url"])


@pytest.mark.parametrize("wrong", ["👒", " ", "%"])
def test_what_is_wrong_with_a_large_text_is_said_without_copying_it(api: Api, wrong: str) -> None:
    body = {"name": "n", "description": "d", "category": "l1", "file_url": f"data:text/csv,{'a' * 100_000}{wrong}"}
    answer = api.post("/user_group", body)
    assert refused(answer) == ["body.file_url"]
    assert len(answer.content) < 1_500
    assert refused(api.post("/user_group", {**body, "file_url": "x" * 100_000})) == ["body.file_url", "body.file_url"]


def test_a_value_with_very_many_wrong_parts_is_one_error(api: Api) -> None:
    attributes = [{"key": "a", "value": [1] * 150_000}]
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


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=99),
    lambda below: st.lists(below, max_size=40) | st.dictionaries(st.text(max_size=60), below, max_size=9),
)


@settings(max_examples=30)
@given(JSON_VALUES, st.integers(1, 40))
def test_a_shown_value_is_the_begin_of_its_json(value: object, limit: int) -> None:
    """Not all of a large value is written."""
    cut = f"{value[:limit]}…" if isinstance(value, str) and len(value) > limit else value
    text = json.dumps(cut, ensure_ascii=False)
    assert show(value, limit) == (text if len(text) <= 2 * limit else f"{text[: 2 * limit]}…")


def test_only_the_begin_of_a_large_value_is_copied() -> None:
    deep: object = []
    for _ in range(100_000):
        deep = [deep, "a" * 10]
    assert show(deep) == "[" * 120 + "…"
    assert show([[]] * 10**6).startswith("[[], []")
