"""The journal: stored bodies, and secrets."""

import asyncio
import json
from typing import Any

import pytest
from tests.mock.conftest import Api
from tests.mock.control.helpers import JOURNAL, last, recorded
from tests.mock.helpers import DEFINITIONS, GROUPS, a_definition

from audience_mock.middleware import recorder
from audience_mock.session.journal import LONGEST_BODY


@pytest.mark.parametrize(
    ("content", "kind", "shown", "encoding"),
    [
        (b"", "application/json", None, None),
        (b"null", "application/json", None, "json"),
        (b'{"a": 123456789012345678901234567890}', "application/json", {"a": 123456789012345678901234567890}, "json"),
        (b'{"a": 1', "application/json", '{"a": 1', "text"),
        (b'{"a": NaN}', "application/json", '{"a": NaN}', "text"),
        (b'"\\ud800"', "application/json", '"\\ud800"', "text"),
        (b"[" * 900 + b"]" * 900, "application/json", "[" * 900 + "]" * 900, "text"),
        (b"a=1", "application/x-www-form-urlencoded", "a=1", "text"),
        ("é".encode(), "text/plain", "é", "text"),
        (b"\xff\x00", "application/octet-stream", "/wA=", "base64"),
    ],
)
def test_a_body_is_shown_as_json_text_or_base64(
    api: Api, content: bytes, kind: str, shown: Any, encoding: str | None
) -> None:
    api.request("POST", DEFINITIONS, content=content, headers={"Content-Type": kind})
    request = last(api)["request"]
    assert (request["body"], request["encoding"]) == (shown, encoding)
    assert (request["size"], request["cut"]) == (len(content), False)


def test_a_long_body_is_cut_and_marked(api: Api) -> None:
    content = json.dumps(a_definition(description="é" * LONGEST_BODY), ensure_ascii=False).encode()
    api.request("POST", DEFINITIONS, content=content, headers={"Content-Type": "application/json"})
    request = last(api)["request"]
    assert (request["cut"], request["size"], request["encoding"]) == (True, len(content), "text")
    assert content.decode().startswith(request["body"])
    assert LONGEST_BODY - 3 <= len(request["body"].encode()) <= LONGEST_BODY


def test_a_body_that_comes_in_parts_is_put_together(api: Api) -> None:
    parts = [b'{"name"', b': "Hat', b' size"}']

    async def sent() -> Any:
        for part in parts:
            yield part

    api.request("POST", DEFINITIONS, content=sent(), headers={"Content-Type": "application/json"})
    assert last(api)["request"]["body"] == {"name": "Hat size"}


def test_a_body_is_recorded_though_the_answer_did_not_need_it(api: Api) -> None:
    """A path that is unknown, a method that is not allowed, an answer that is forced."""
    for path, prefer in (("/hats", "a"), (f"{GROUPS}/tags", "a"), (DEFINITIONS, "code=500")):
        api.request("POST", path, json={"name": "Hat size"}, headers={"Prefer": prefer})
        assert last(api)["request"]["body"] == {"name": "Hat size"}


def test_a_long_body_that_the_answer_did_not_need_is_not_read(api: Api) -> None:
    async def sent() -> Any:
        raise AssertionError("it was read")
        yield b""

    api.request("POST", "/hats", content=sent(), headers={"Content-Length": "1000000"})
    request = last(api)["request"]
    assert (request["size"], request["cut"], request["body"]) == (1_000_000, True, "")


def test_a_body_that_never_comes_keeps_no_answer_back(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "BODY_TIMEOUT", 0.01)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body"})

    async def never() -> Any:
        await asyncio.Event().wait()

    entry = recorded(api, app, never, [(b"content-length", b"12")])
    assert entry["response"]["status"] == 404
    assert (entry["request"]["size"], entry["request"]["cut"], entry["request"]["body"]) == (12, True, "")


# --- secrets --------------------------------------------------------------------------------------------


def test_secrets_come_out_nowhere(api: Api) -> None:
    headers = {
        "Authorization": "Bearer hush-1",
        "Cookie": "login=hush-2",
        "X-Mock-Token": "hush-3",
        "X-Api-Key": "hush-4",
        "Proxy-Authorization": "hush 5",
    }
    query = {"access_token": "hush-6", "token": "hush-7", "page_size": "1"}
    api.request("GET", GROUPS, headers=headers, params=query)
    entry = last(api)
    shown = entry["request"]["headers"]
    assert shown["authorization"] == "Bearer [redacted]"
    assert {shown[name] for name in ("cookie", "x-mock-token", "x-api-key", "proxy-authorization")} == {"[redacted]"}
    assert entry["query"] == {"access_token": "[redacted]", "token": "[redacted]", "page_size": "1"}
    verified = api.post(f"{JOURNAL}/verify", {"headers": {"Cookie": "other", "X-Api-Key": "other"}})
    assert verified.json()["nearest"]
    for answer in (api.get(JOURNAL), api.get(f"{JOURNAL}/1"), api.get(f"{JOURNAL}/har"), verified):
        assert "hush" not in answer.text
