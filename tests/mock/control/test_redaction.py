"""Secrets by kind of name: in headers, queries, JSON, forms, URLs and the log; and what stays readable."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mock.conftest import Api
from tests.mock.control.helpers import CONTROL, JOURNAL, last
from tests.mock.helpers import CONTRACT, DEFINITIONS, GROUPS, a_definition, a_group

from audience_mock.control import redaction
from audience_mock.control.redaction import REDACTED

SECRET = [
    "token", "Access_Token", "refreshToken", "id-token", "x-csrf-token", "tokens", "api_key", "apikey", "X-API-KEY",
    "Ocp-Apim-Subscription-Key", "key_id", "privateKey", "secret", "client_secret", "password", "userPassword",
    "session", "sessionid", "JSESSIONID", "X-Session-Id", "sig", "X-Sig", "signature", "X-Amz-Signature", "auth",
    "X-Auth", "authorization", "Proxy-Authorisation", "oauth_verifier", "authcode", "cookie", "Set-Cookie", "cookies",
    "passwd", "%74oken", "%2574oken", "to%6Ben", "api%5Fkey", "filter[token]", "X-Amz-Credential", "jwt",
]  # fmt: skip
OPEN = [
    "author", "authors", "co_author", "keyboard", "keyword", "keywords", "monkey", "turkey", "signal", "design",
    "signed_at", "insight", "sigma", "name", "slug", "page_size", "q", "user_id", "state", "cursor", "category", "tags",
    "passenger", "compass", "authored", "assigned",
]  # fmt: skip


@pytest.mark.parametrize("name", SECRET)
def test_a_name_with_a_secret_word_is_secret_in_every_place(name: str) -> None:
    assert redaction.is_secret(name)
    assert redaction.header(name, "hush") == REDACTED
    assert redaction.query(f"a=1&{name}=hush&b=2") == f"a=1&{name}={REDACTED}&b=2"
    assert redaction.value({"a": [{name: "hush"}]}) == {"a": [{name: REDACTED}]}
    assert json.loads(redaction.body(json.dumps({"a": [{name: "hush"}]}))) == {"a": [{name: REDACTED}]}


@pytest.mark.parametrize("name", OPEN)
def test_an_ordinary_name_is_not(name: str) -> None:
    assert redaction.header(name, "shown") == "shown"
    assert redaction.query(f"{name}=shown") == f"{name}=shown"
    assert redaction.value({name: "shown"}) == {name: "shown"}
    assert redaction.body(json.dumps({name: "shown"})) == json.dumps({name: "shown"})


def test_the_fields_of_the_contract_stay_readable() -> None:
    names: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            names.update(node["properties"] if isinstance(node.get("properties"), dict) else ())
            names.update(one["name"] for one in node.get("parameters", ()) if "name" in one)
        for below in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            walk(below)

    walk(CONTRACT["paths"])
    walk(CONTRACT["components"]["schemas"])
    assert len(names) > 40
    assert [name for name in names if redaction.is_secret_field(name)] == []


def test_key_is_a_field_of_the_contract_in_json_only() -> None:
    assert redaction.value({"key": "hat-size"}) == {"key": "hat-size"}
    assert redaction.query("key=hush") == f"key={REDACTED}"
    assert redaction.header("key", "hush") == REDACTED
    assert redaction.value({"Key": "hush"}) == {"Key": REDACTED}


@pytest.mark.parametrize("name", ["X-Mock-Session", "WWW-Authenticate", "Access-Control-Allow-Credentials"])
def test_a_header_that_holds_no_secret_is_shown(name: str) -> None:
    assert redaction.header(name, "Bearer mine") == "Bearer mine"


@pytest.mark.parametrize("value", [True, False, None, "", [], {}])
def test_a_field_that_holds_nothing_is_shown(value: Any) -> None:
    assert redaction.value({"is_authorized": value}) == {"is_authorized": value}


@pytest.mark.parametrize("value", [1234, ["hush"], {"a": "hush"}, "hush"])
def test_all_of_a_secret_field_is_hidden(value: Any) -> None:
    assert redaction.value({"password": value}) == {"password": REDACTED}
    assert json.loads(redaction.body(json.dumps({"password": value, "a": 1}))) == {"password": REDACTED, "a": 1}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://a.example/b?sig=hush&x=1", f"https://a.example/b?sig={REDACTED}&x=1"),
        ("see https://me:hush@a.example/b and more", f"see https://me:{REDACTED}@a.example/b and more"),
        ("https://a.example/b;jsessionid=hush/c", f"https://a.example/b;jsessionid={REDACTED}/c"),
        ("https://a.example/b?x=1", "https://a.example/b?x=1"),
    ],
)
def test_a_url_in_a_text_loses_its_secrets(text: str, shown: str) -> None:
    assert redaction.value({"file_url": text}) == {"file_url": shown}
    assert redaction.header("Referer", text) == shown
    assert redaction.body(f'{{"file_url": "{text}"') == f'{{"file_url": "{shown}"'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"password": "hu', f'{{"password": "{REDACTED}"'),
        ('{"password": {"a": ["hush", "}"]}, "b": 1', f'{{"password": "{REDACTED}", "b": 1'),
        ('{"password": ["hush", {"a', f'{{"password": "{REDACTED}"'),
        ('{"pass\\u0077ord" : 1234}', f'{{"pass\\u0077ord" : "{REDACTED}"}}'),
        ('{"a": "\\"password\\": \\"no\\"", }', '{"a": "\\"password\\": \\"no\\"", }'),
        ('{"is_auth": true, "token": "", "key": "x"', '{"is_auth": true, "token": "", "key": "x"'),
        ("user=anna&password=hush", f"user=anna&password={REDACTED}"),
        ("plain text", "plain text"),
        ('"', '"'),
        ('{"token":', '{"token":'),
    ],
)  # fmt: skip
def test_a_body_that_is_no_whole_json_loses_its_secrets_too(text: str, shown: str) -> None:
    assert redaction.body(text) == shown


@pytest.mark.parametrize("part", ['\\"', '"', '{"token":[', '"a\\', "\\", "://", '"token":{"', ";a=", "a=&"])
def test_a_hostile_body_takes_linear_time(part: str) -> None:
    text = part * (65536 // len(part))
    redaction.body(text)  # with a quadratic pattern this takes minutes
    redaction.text_with_urls(text)
    redaction.path(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=3),
    max_leaves=10,
)


@settings(max_examples=50, deadline=None)
@given(JSON, st.sampled_from(SECRET), st.booleans(), st.floats(0, 1))
def test_no_secret_is_left_in_any_json(data: Any, name: str, wrapped: bool, cut: float) -> None:
    body = json.dumps({"a": data, name: [data, "hush-hush"] if wrapped else "hush-hush", "z": 1})
    assert "hush-hush" not in redaction.body(body)
    assert json.loads(redaction.body(body))["z"] == 1
    assert "hush" not in redaction.body(body[: int(cut * len(body))])


def test_the_journal_hides_secrets_in_all_its_forms(api: Api) -> None:
    body = {**a_definition(), "apiKey": "hush-1", "nested": {"passwords": ["hush-2"]}}
    query = {"%74oken": "hush-3", "sig": "hush-4"}
    headers = {"X-My-Secret": "hush-5", "Referer": "http://a.example/?session=hush-6", "X-Mock-Session": "mine"}
    api.request("POST", DEFINITIONS, json=body, params=query, headers=headers)
    api.request("POST", DEFINITIONS, content=b'{"password": "hush-7"', headers=headers)
    api.request("POST", GROUPS, json=a_group(file_url="https://x:hush-8@a.example/a?sig=hush-9"), headers=headers)
    mine = {"X-Mock-Session": "mine"}
    for path in ("", "/har", "/3", "/2", "/1"):
        text = api.request("GET", f"{JOURNAL}{path}", headers=mine).text
        assert REDACTED in text
        assert "hush" not in text, path
    assert api.request("GET", f"{JOURNAL}/1", headers=mine).json()["request"]["headers"]["x-mock-session"] == "mine"


def test_secrets_can_be_verified_and_are_not_shown(api: Api) -> None:
    api.request("POST", DEFINITIONS, params={"token": "hush-1"}, json={**a_definition(), "password": "hush-2"})
    right = {"query": {"token": "hush-1"}, "body": {"password": "hush-2"}}
    assert api.post(f"{CONTROL}/journal/verify", right).json()["ok"] is True
    wrong = {"query": {"token": "x"}, "body": {"password": "y", "slug": "z"}}
    answer = api.post(f"{CONTROL}/journal/verify", wrong)
    assert answer.json()["ok"] is False
    assert "hush" not in answer.text
    assert "hat-size" in answer.text
    assert last(api)["query"] == {"token": REDACTED}
