"""The mock in front of a real server: forwarded requests, and recorded deviations."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar

import pytest
from tests.http_server import http_server
from tests.mock.conftest import BASE, Api, MakeApi
from tests.mock.control.helpers import CONTROL, last, state

from audience_mock.cli import main
from audience_mock.middleware import request_validation
from audience_mock.middleware.origin import target_problem

TAGS = "/user_group/tags"


class Real(BaseHTTPRequestHandler):
    """A server with a fixed response, which stores its requests."""

    response: ClassVar[tuple[int, dict[str, str], bytes]] = (200, {}, b"")
    requests: ClassVar[list[tuple[str, str, dict[str, str], bytes]]] = []

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        sent = {name.lower(): value for name, value in self.headers.items()}
        self.requests.append((self.command, self.path, sent, self.rfile.read(length)))
        status, headers, body = self.response
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 (the library's names)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def real() -> Iterator[str]:
    """A real server's origin."""
    Real.requests.clear()
    Real.response = (200, {"Content-Type": "application/json"}, b'{"items":["a"]}')
    with http_server(Real) as origin:
        yield origin


@pytest.fixture
def through(make_api: MakeApi, real: str) -> Api:
    """The mock in front of the real server."""
    return make_api(proxy=real)


def applied(api: Api) -> list[str]:
    """The texts of the newest journal entry."""
    return [str(text) for text in last(api)["applied"]]


def test_a_request_goes_through_unchanged_and_so_does_its_answer(through: Api, real: str) -> None:
    body = b'{"name": "x",   "description": "y"}'
    Real.response = (200, {"Content-Type": "application/json; charset=utf-8", "X-Own": "1"}, b'{ "odd":  "body" }')
    answer = through.request(
        "PATCH",
        "/user_group/a%2Fb?x=%C3%A9&y=1",
        content=body,
        headers={"Content-Type": "application/json", "Authorization": "Bearer t"},
    )
    assert (answer.status_code, answer.content, answer.headers["X-Own"]) == (200, b'{ "odd":  "body" }', "1")
    ((method, path, headers, sent),) = Real.requests
    assert (method, path, sent) == ("PATCH", f"{BASE}/user_group/a%2Fb?x=%C3%A9&y=1", body)
    assert headers["authorization"] == "Bearer t"
    assert headers["host"] == real.removeprefix("http://")


def test_what_keeps_the_contract_is_noted_as_sent_on_alone(through: Api, real: str) -> None:
    assert through.get(TAGS).json() == {"items": ["a"]}
    assert applied(through) == [f"proxied to {real}"]
    assert last(through)["outcome"] == "ok"


@pytest.mark.parametrize(
    ("response", "field"),
    [
        ((200, {"Content-Type": "application/json"}, b'{"items":[5]}'), "body.items.0"),
        ((418, {"Content-Type": "application/json"}, b"{}"), "status"),
        ((200, {"Content-Type": "text/html"}, b"<p>"), "header.content-type"),
        ((200, {"Content-Type": "application/json"}, b"{"), "body"),
        ((500, {"Content-Type": "application/json"}, b"{}"), "status"),
    ],
)
def test_a_response_that_deviates_is_passed_on_and_recorded(through: Api, response: Any, field: str) -> None:
    Real.response = response
    answer = through.get(TAGS)
    assert (answer.status_code, answer.content) == (response[0], response[2])
    deviation = applied(through)[1]
    assert deviation.startswith(f"response deviates: {field}: ")
    entry = last(through)
    assert entry["outcome"] == "deviates"
    assert deviation in entry["why"]


def test_a_request_that_deviates_is_sent_on_and_noted(through: Api) -> None:
    Real.response = (201, {"Content-Type": "application/json"}, b"{}")
    through.post("/user_group", {"name": 5})
    assert len(Real.requests) == 1
    texts = applied(through)
    assert any(text.startswith("request deviates (400): body.name") for text in texts)
    assert any(text.startswith("request deviates (400): body.category") for text in texts)


def test_an_unknown_path_is_sent_on_and_noted(through: Api) -> None:
    through.get("/nope")
    assert len(Real.requests) == 1
    assert any(text.startswith("request deviates (404)") for text in applied(through))


def test_a_body_that_is_too_large_is_not_sent_on(through: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_validation, "MAX_BODY", 100)
    assert through.post("/user_group", {"name": "x" * 100}).status_code == 413
    assert Real.requests == []


def test_nothing_is_kept_in_the_mock_itself(through: Api) -> None:
    before = state(through)
    Real.response = (200, {"Content-Type": "application/json"}, b'{"success": true, "message": "Gone."}')
    through.delete("/user_group/64f555555555555555555555")
    assert state(through) == before


def test_the_mocks_own_pages_are_its_own(through: Api) -> None:
    assert through.get("//openapi.json").json()["openapi"] == "3.0.3"
    assert through.get(f"{CONTROL}/sessions").status_code == 200
    assert Real.requests == []


def test_a_server_that_is_not_there_is_502_in_the_contracts_shape(make_api: MakeApi) -> None:
    api = make_api(proxy="http://127.0.0.1:9")
    answer = api.get(TAGS)
    assert answer.status_code == 502
    assert "http://127.0.0.1:9 did not respond" in answer.json()["message"]


@pytest.mark.parametrize("target", ["files.example", "ftp://x", "http://", "https://api.example/base", "http://a?b=1"])
def test_what_cannot_be_an_origin_is_refused_at_start(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert target_problem(target)
    with pytest.raises(SystemExit) as ended:
        main(["--proxy", target])
    assert ended.value.code == 2
    assert target in capsys.readouterr().err
