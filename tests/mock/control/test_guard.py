"""Access to the control API: from this machine, and from no other web page than the console."""

import pytest
from starlette.requests import Request
from tests.mock.conftest import Api, MakeApi
from tests.mock.control.helpers import CONTROL
from tests.mock.helpers import GROUPS, a_group, refused

from audience_mock.app import Options, create_app, create_backend
from audience_mock.control.guard import Guard, normal_origin
from audience_mock.errors import Refusal
from audience_mock.session.sessions import Sessions


def build(method: str = "GET", query: str = "", **headers: str) -> Request:
    """A request to the control API, its headers written with _ for -."""
    raw = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    return Request(
        {"type": "http", "method": method, "path": "/__mock__/", "query_string": query.encode(), "headers": raw}
    )


def status(request: Request, token: str | None = None) -> int:
    """The status of the guard; 200 if the request passes."""
    try:
        Guard(token).check(request)
    except Refusal as refusal:
        return refusal.status
    return 200


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:4010", "127.9.9.9", "localhost", "LOCALHOST:80", "app.localhost:4010", "[::1]:4010", "[::1]"],
)
def test_a_host_name_of_this_machine_has_access(host: str) -> None:
    assert status(build(host=host)) == 200


@pytest.mark.parametrize(
    "host",
    [
        "rebound.example:4010", "localhost.example", "127.0.0.1.example", "notlocalhost", "192.168.0.2:4010", "0.0.0.0",
        "[::2]", "", "[", "[::1", "]", "127.0.0.1@rebound.example", "localhost:80@rebound.example:80", "local host",
    ],
)  # fmt: skip
def test_a_host_name_that_may_have_been_rebound_is_refused(host: str) -> None:
    assert status(build(host=host)) == 403
    assert status(build("POST", host=host, origin=f"http://{host}")) == 403


def test_a_request_without_a_host_is_refused() -> None:
    assert status(build()) == 403


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:5173", "http://127.0.0.1:4010", "http://localhost", "http://evil.example", "null", "", "http://[",
        "file://", "http://localhost:4010.evil.example", "http://evil.example/http://localhost:4010",
    ],
)  # fmt: skip
def test_a_page_of_another_origin_is_refused(origin: str) -> None:
    assert status(build("POST", host="localhost:4010", origin=origin)) == 403


def test_the_console_has_access() -> None:
    own = {"host": "localhost:4010", "origin": "http://localhost:4010", "sec_fetch_site": "same-origin"}
    assert status(build("POST", **own)) == 200
    assert status(build(host="localhost:4010", sec_fetch_site="none")) == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "else"])
def test_a_page_of_another_site_is_refused_even_without_an_origin(site: str) -> None:
    for mode, dest in (("no-cors", "image"), ("no-cors", "script"), ("navigate", "iframe"), ("cors", "empty")):
        request = build(host="localhost", sec_fetch_site=site, sec_fetch_mode=mode, sec_fetch_dest=dest)
        assert status(request) == 403


def test_a_link_of_another_site_to_the_console_works_and_a_form_does_not() -> None:
    link = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}
    link["host"] = "localhost"
    assert status(build("GET", **link)) == 200
    assert status(build("POST", **link)) == 403
    assert status(build("GET", **{**link, "host": "rebound.example"})) == 403


def test_with_a_token_every_host_but_no_other_page_has_access() -> None:
    wrong: list[dict[str, str]] = [{}, {"x_mock_token": "wrong"}, {"x_mock_token": "sécret"}]
    right = [{"x_mock_token": "secret"}, {"cookie": "a=b; mock-token=secret"}, {"query": "token=secret"}]
    for host in ("mock.example:4010", "localhost"):
        assert [status(build(host=host, **sent), "secret") for sent in wrong] == [401] * 3
        assert [status(build(host=host, **sent), "secret") for sent in right] == [200] * 3
    assert status(build(host="["), "secret") == 401
    request = build("POST", host="mock.example", origin="http://evil.example", x_mock_token="secret")
    assert status(request, "secret") == 403


PAGE = "http://localhost:5173"


def test_a_page_of_an_allowed_origin_has_access_and_no_other(make_api: MakeApi) -> None:
    api = make_api(control_origins=(PAGE, "https://app.example"))
    for origin in (PAGE, "https://app.example"):
        sent = {"Origin": origin, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
        answer = api.request("POST", f"{CONTROL}/reset", headers=sent)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == origin
        assert "Origin" in answer.headers["vary"]
    for origin in (
        "http://localhost:5174",
        "https://localhost:5173",
        "http://app.example",
        "null",
        f"{PAGE}.evil.example",
    ):
        answer = api.request("POST", f"{CONTROL}/reset", headers={"Origin": origin})
        refused(answer, 403)
        assert "access-control-allow-origin" not in answer.headers
        assert "--control-origin" in answer.json()["message"]
    refused(api.request("GET", f"{CONTROL}/state", headers={"Sec-Fetch-Site": "cross-site"}), 403)
    refused(api.request("POST", f"{CONTROL}/reset", headers={"Origin": PAGE, "Host": "rebound.example"}), 403)


def test_the_preflight_of_an_allowed_origin_is_answered_without_the_token(make_api: MakeApi) -> None:
    api = make_api(control_origins=(PAGE,), token="secret")
    ask = {"Access-Control-Request-Method": "DELETE", "Access-Control-Request-Headers": "x-mock-session, x-mock-token"}
    answer = api.request("OPTIONS", f"{CONTROL}/faults", headers={**ask, "Origin": PAGE})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "DELETE" in answer.headers["access-control-allow-methods"]
    assert "x-mock-token" in answer.headers["access-control-allow-headers"]
    refused(api.request("OPTIONS", f"{CONTROL}/faults", headers={**ask, "Origin": "http://evil.example"}), 403)
    answer = api.request("DELETE", f"{CONTROL}/faults", headers={"Origin": PAGE})
    refused(answer, 401)
    assert answer.headers["access-control-allow-origin"] == PAGE
    headers = {"Origin": PAGE, "X-Mock-Token": "secret"}
    assert api.request("DELETE", f"{CONTROL}/faults", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("http://localhost:5173", "http://localhost:5173"),
        ("HTTP://LocalHost:5173/", "http://localhost:5173"),
        ("http://shop.example:80", "http://shop.example"),
        ("https://shop.example:443/", "https://shop.example"),
        ("http://[::1]:5173", "http://[::1]:5173"),
    ],
)
def test_an_origin_is_written_as_browsers_send_it(text: str, origin: str) -> None:
    assert normal_origin(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "*", "null", "", "localhost", "localhost:5173", "ftp://a", "http://", "http://a/b", "http://a?b", "http://a#b",
        "http://user@a", "http://a:x", "http://a:70000", "http://a:0", "http://*.example", "http://a b", "http://[",
    ],
)  # fmt: skip
def test_a_text_that_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an origin; give scheme, host and port"):
        normal_origin(text)


def test_a_refusal_has_the_contracts_shape_and_names_the_fix(api: Api) -> None:
    answer = api.request("POST", f"{CONTROL}/reset", headers={"Host": "rebound.example"})
    refused(answer, 403)
    assert '"rebound.example"' in answer.json()["message"]
    assert "127.0.0.1" in answer.json()["message"]
    answer = api.request("POST", f"{CONTROL}/reset", headers={"Origin": "http://evil.example"})
    refused(answer, 403)
    assert "access-control-allow-origin" not in answer.headers


def test_a_refused_request_changes_nothing(api: Api) -> None:
    made = api.post(GROUPS, a_group()).json()
    for headers in ({"Origin": "null"}, {"Host": "["}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://["}):
        refused(api.request("POST", f"{CONTROL}/reset", headers=headers), 403)
    assert api.get(f"{GROUPS}/{made['_id']}").is_success


def test_the_preflight_of_another_origin_is_refused_here_and_answered_by_the_api(api: Api) -> None:
    ask = {"Origin": "http://shop.example", "Access-Control-Request-Method": "POST"}
    assert api.request("OPTIONS", f"{CONTROL}/reset", headers=ask).status_code == 403
    answer = api.request("OPTIONS", GROUPS, headers={**ask, "Access-Control-Request-Headers": "x-mock-session"})
    assert answer.is_success
    assert "x-mock-session" in answer.headers["access-control-allow-headers"]


def test_the_api_itself_is_open_to_every_host_and_origin(api: Api) -> None:
    headers = {"Host": "rebound.example", "Origin": "http://shop.example", "Sec-Fetch-Site": "cross-site"}
    assert api.request("GET", GROUPS, headers=headers).is_success


def test_the_whole_server_asks_for_its_token(make_api: MakeApi) -> None:
    api = make_api()
    contract, backend = create_backend(Options(seed="empty"))
    api._client._transport.app = create_app(contract, Sessions(backend), token="secret")  # type: ignore[attr-defined]
    answer = api.get(f"{CONTROL}/sessions")
    refused(answer, 401)
    assert "X-Mock-Token" in answer.json()["message"]
    assert api.get(f"{CONTROL}/sessions", token="secret").is_success
    assert api.get(GROUPS).is_success
