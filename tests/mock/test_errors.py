"""Error responses that any operation may give: 400, 404, 405, 413, 415, and their shape."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from tests.mock.conftest import BASE, Api
from tests.mock.helpers import (
    CONTRACT,
    DEFINITIONS,
    GROUPS,
    METHODS,
    OPERATIONS,
    Operation,
    a_definition,
    filled,
    one_mock,
    refused,
)

FAVOURITE_COLOUR = f"{DEFINITIONS}/64f666666666666666666666"
JSON = {"content-type": "application/json"}
WITH_BODY = [operation for operation in OPERATIONS if operation.bodies]
EVERY_BODY = pytest.mark.parametrize("operation", WITH_BODY, ids=[operation.id for operation in WITH_BODY])


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with one_mock() as api:
        yield api


def send(api: Api, operation: Operation, content: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
    options: Any = {"content": content, "headers": JSON if headers is None else headers}
    return api.request(operation.method, filled(operation.path), **options)


# --- 404 and 405 ------------------------------------------------------------------------------------


def test_an_unknown_path_is_404(api: Api) -> None:
    """FMT-10, ERR-01, ERR-02."""
    unknown = [
        *("//nothing", "//service", f"/{BASE}", "//service/platform/user/v2.0", f"/{BASE}/user_group/tags/users"),
        *(f"/{BASE}/user_groups", f"/{BASE}/user_attribute", f"/{BASE}//user_group", "//nothing//", "//UI"),
    ]
    for path in unknown:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            refused(api.request(method, path), 404)
    refused(api.get("//ui/nothing.js"), 404)


@pytest.mark.parametrize("template", CONTRACT["paths"])
def test_a_trailing_slash_makes_a_path_unknown(api: Api, template: str) -> None:
    """FMT-10: and is not redirected."""
    answer = api.get(f"{filled(template)}/")
    refused(answer, 404)
    assert "location" not in answer.headers


@pytest.mark.parametrize("template", CONTRACT["paths"])
def test_a_method_that_the_path_lacks_is_405_and_allow_names_all_it_has(api: Api, template: str) -> None:
    """FMT-07, ERR-01, ERR-02."""
    has = {method.upper() for method in METHODS if method in CONTRACT["paths"][template]}
    has |= {"HEAD"} if "GET" in has else set()
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "SLY"):
        if method in has:
            continue
        answer = api.request(method, filled(template), content=b"{}", headers=JSON)
        assert set(answer.headers["allow"].split(", ")) == has, method
        if method != "HEAD":
            refused(answer, 405)
            assert method in answer.json()["message"]
        assert answer.status_code == 405


@pytest.mark.parametrize("literal", ["tags", "categories", "categorised", "%74ags"])
def test_a_literal_path_is_never_a_group(api: Api, literal: str) -> None:
    """contract.md, section 1: a literal segment wins over a parameter, for every method."""
    for method in ("DELETE", "PATCH", "PUT", "POST"):
        answer = api.request(method, f"{GROUPS}/{literal}", json={"name": "x"})
        refused(answer, 405)
        assert answer.headers["allow"] == "GET, HEAD"
    assert api.get(f"{GROUPS}/{literal}").status_code == 200
    refused(api.get(f"{GROUPS}/{literal}/users"), 404)
    refused(api.get(f"{GROUPS}/{literal.upper()}"), 404)


def test_head_answers_like_get_without_a_body(api: Api) -> None:
    for operation in OPERATIONS:
        if operation.method == "GET":
            path = filled(operation.path)
            head, get = api.request("HEAD", path), api.get(path)
            assert (head.status_code, head.content) == (200, b"")
            assert head.headers["content-length"] == str(len(get.content))
            assert head.headers["content-type"] == "application/json"
    for path in (f"{GROUPS}/nothing", f"/{BASE}/nothing"):
        assert api.request("HEAD", path).status_code == 404
    assert api.request("HEAD", f"{GROUPS}?page_no=0").status_code == 400


# --- ids --------------------------------------------------------------------------------------------

ODD_IDS = ["a%2Fb", "%2F", "%00", "%E2%98%82", "%20", "%0A", "%25", "%252F", "..%2F..", "%3F", "null", "{id}"]


@pytest.mark.parametrize("odd", ["%FF", "%FE", "a%C3", "%ED%A0%80", "%C0%80"])
def test_an_id_that_is_not_utf8_is_refused(api: Api, odd: str) -> None:
    """Two of them would be the same id: the bytes that are not UTF-8 would all be U+FFFD."""
    for path in (f"{GROUPS}/{odd}", f"{DEFINITIONS}/{odd}", f"/user_attribute/user/{odd}", f"//nothing/{odd}"):
        assert refused(api.get(path)) == ["path"]
    assert refused(api.put(f"/user_attribute/user/{odd}/definition/x", {"attribute": {"value": 1}})) == ["path"]
    assert refused(api.get(f"//__mock__/users/{odd}")) == ["path"]


@pytest.mark.parametrize("odd", [*ODD_IDS, "x" * 3000])
def test_an_odd_id_is_simply_unknown(api: Api, odd: str) -> None:
    """contract.md, section 2: 404, never 400 and never another path."""
    bodies: dict[str, Any] = {"updateUserAttribute": {"attribute": {"value": 1}}}
    for operation in OPERATIONS:
        for name in ("definition_id", "group_id"):
            if f"{{{name}}}" in operation.path:
                path = filled(operation.path, **{name: odd})
                body = bodies.get(operation.id, {"name": "x"})
                refused(api.request(operation.method, path, json=body if operation.bodies else None), 404)
    assert api.get(f"/user_attribute/user/{odd}").json()["items"] == []


# --- media types ------------------------------------------------------------------------------------

NOT_JSON = [
    *("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"),
    *("application/json; charset=utf-16", "application/merge-patch+json", "application/jsonp", "json", "", "*/*"),
]
IS_JSON = [
    *("application/json", "Application/JSON", "application/json; charset=utf-8", 'application/json;charset="UTF-8"'),
    *("application/json ; charset=utf8", "application/json; profile=x"),
]


@EVERY_BODY
def test_a_body_that_is_not_sent_as_json_is_415(api: Api, operation: Operation) -> None:
    """FMT-09, ERR-01, ERR-02: whatever it holds."""
    for media_type in NOT_JSON:
        for content in (b"{}", b"a=b", b"<a/>"):
            answer = send(api, operation, content, {"content-type": media_type})
            refused(answer, 415)
            assert media_type in answer.json()["message"]


def test_a_body_sent_as_json_or_as_nothing_is_read(api: Api) -> None:
    for media_type in (*IS_JSON, None):
        headers = {} if media_type is None else {"content-type": media_type}
        answer = api.request("PUT", FAVOURITE_COLOUR, content='{"name": "Größe"}'.encode(), headers=headers)
        assert (answer.status_code, answer.json()["name"]) == (200, "Größe"), media_type


# --- malformed bodies -------------------------------------------------------------------------------

MALFORMED = [
    *(b"{", b"}", b"nothing", b'{"a": 1,}', b"{'a': 1}", b'{"a": 01}', b'{"a": 1} {}', b'"\n"', b"// {}\n{}", b" "),
    *(b'{"a": NaN}', b'{"a": Infinity}', b'{"a": -Infinity}', b'{"a": 1e999}', b"undefined", b"\x00"),
    *(rb'{"a": "\ud800"}', rb'{"a": "\udc00\ud800"}', rb'{"\ud800": 1}', b'{"a": "\\x"}'),
    *(b'{"a": "\xff"}', b'{"a": "\xed\xa0\x80"}', b'\xef\xbb\xbf{"a": 1}', '{"a": 1}'.encode("utf-16")),
    *(b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    *(b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}", b'{"a": ' + b"9" * 5000 + b"}"),
]


@EVERY_BODY
def test_malformed_json_is_400(api: Api, operation: Operation) -> None:
    """FMT-08, ERR-03: NaN, lone surrogates, a BOM, and what nests too deep, too."""
    for content in MALFORMED:
        answer = send(api, operation, content)
        assert refused(answer) == ["body"], content[:40]
        assert len(answer.json()["message"]) < 300


@EVERY_BODY
def test_a_body_that_is_no_object_is_400(api: Api, operation: Operation) -> None:
    """FMT-05, FMT-06."""
    for content in (b"", b"null", b"[]", b'"{}"', b"0", b"true", b"[{}]"):
        for headers in (JSON, {}):
            assert refused(send(api, operation, content, headers)) == ["body"], content


def test_a_body_beyond_the_limit_is_413(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Announced or not, and just at the limit it is read."""
    monkeypatch.setattr("audience_mock.middleware.request_validation.MAX_BODY", 100)

    def put(size: int, *, announced: bool) -> httpx.Response:
        content = b'{"name": "x"}'.ljust(size)

        async def chunks() -> Any:
            for start in range(0, size, 10):
                yield content[start : start + 10]

        return api.request("PUT", FAVOURITE_COLOUR, content=content if announced else chunks(), headers=JSON)

    for announced in (True, False):
        assert put(100, announced=announced).status_code == 200
        refused(put(101, announced=announced), 413)
    assert api.get(FAVOURITE_COLOUR).json()["name"] == "x"


def test_a_body_announced_beyond_the_limit_is_413_before_any_of_it_is_read(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audience_mock.middleware.request_validation.MAX_BODY", 100)

    async def unread() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    headers = {**JSON, "content-length": "101"}
    refused(api.request("PUT", FAVOURITE_COLOUR, content=unread(), headers=headers), 413)


# --- parameters -------------------------------------------------------------------------------------


NO_INTEGER = ("1.0", "+1", "%2B1", "1e1", "%D9%A3", "", "1_0", "0x1", "%201", "1%00", "null", "true", "1,2", "9" * 4500)
NO_BOOLEAN = ("TRUE", "True", "1", "0", "", "yes", "null", "true%20", "true,false")


def test_a_parameter_of_the_wrong_form_is_400(api: Api) -> None:
    """FMT-06, ERR-03."""
    for name, texts in (("page_no", NO_INTEGER), ("encrypted", NO_BOOLEAN)):
        for text in texts:
            answer = api.request("GET", f"{DEFINITIONS}?{name}={text}")
            assert refused(answer) == [f"query.{name}"], text
            assert len(answer.json()["message"]) < 300


@pytest.mark.parametrize("odd", ["%FF", "%FE", "a%C3", "%ED%A0%80", "%C0%80"])
def test_a_query_that_is_not_utf8_is_400(api: Api, odd: str) -> None:
    for _ in range(2):  # the second may come from a cache
        answer = api.request("GET", f"{DEFINITIONS}?slug=hat&name={odd}+b")
        assert refused(answer) == ["query.name"]
        assert f'"{odd}%20b" is not UTF-8' in answer.json()["message"]
    assert refused(api.request("GET", f"{DEFINITIONS}?page_no={odd}&type=b")) == ["query.page_no"]
    assert refused(api.request("GET", f"//__mock__/journal?path={odd}")) == ["query.path"]
    assert refused(api.request("GET", f"//__mock__/journal?session={odd}")) == ["query.session"]
    assert refused(api.request("GET", f"//__mock__/journal?{odd}=1")) == [f"query.{odd}"]


def test_unknown_parameters_are_ignored_and_texts_are_free(api: Api) -> None:
    everything = api.get(DEFINITIONS).json()
    for query in ("page_no=01", "encrypted=false", "page_No=x", "page_no[]=x", "unknown=%ff", "a;b=c", "&&=&"):
        assert api.request("GET", f"{DEFINITIONS}?{query}").json() == everything, query
    for query in ("slug=%00", "type=%22", "name=%F0%9F%91%92", f"name={'x' * 5000}"):
        assert api.request("GET", f"{DEFINITIONS}?{query}").json()["items"] == [], query


def test_a_repeated_parameter_counts_once_and_is_validated(api: Api) -> None:
    assert api.request("GET", f"{DEFINITIONS}?page_no=1&page_no=2").json()["page"]["current"] in {1, 2}
    assert refused(api.request("GET", f"{DEFINITIONS}?page_no=0&page_no=0")) == ["query.page_no"]


def test_all_errors_of_a_request_are_listed_at_once(api: Api) -> None:
    """ERR-03: path, query and body together, each with its place."""
    path = "//service/platform/user/v1.0/company/0/application/0"
    assert sorted(refused(api.request("GET", f"{path}{DEFINITIONS}?page_no=0&is_locked=2"))) == [
        "path.application_id",
        "path.company_id",
        "query.is_locked",
        "query.page_no",
    ]
    body = {"name": "", "slug": "-", "type": "text"}
    answer = api.request("POST", f"{path}{DEFINITIONS}", json=body)
    fields = ["body.description", "body.name", "body.slug", "body.type", "path.application_id", "path.company_id"]
    assert sorted(refused(answer)) == fields
    assert answer.json()["message"].startswith("6 ")
    assert sorted(refused(api.request("POST", f"{path}{DEFINITIONS}", content=b"{"))) == ["body", *fields[4:]]


def test_a_refusal_names_the_wrong_value_shortened(api: Api) -> None:
    """contract.md, section 2: message names the value that was wrong."""
    message = api.post(DEFINITIONS, a_definition(type="colour")).json()["message"]
    assert '"colour"' in message
    assert "datetime" in message
    answer = api.post(DEFINITIONS, a_definition(name="x" * 10**6))
    assert refused(answer) == ["body.name"]
    assert len(answer.content) < 1000
