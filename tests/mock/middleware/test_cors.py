"""Pages of any origin may use the mock: a browser's rules (Fetch standard, CORS)."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.mock.conftest import BASE, Api, MakeApi
from tests.mock.helpers import CONTRACT, DEFINITIONS, GROUPS, one_mock

from audience_mock.store.collection import Collection

ORIGINS = ("https://shop.example.com", "http://localhost:3000", "http://127.0.0.1:8080", "null", "moz-extension://a-b")
FAVOURITE_COLOUR = f"{DEFINITIONS}/64f666666666666666666666"
EXPOSED = {"allow", "content-length", "date", "preference-applied", "retry-after", "www-authenticate"}


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with one_mock() as api:
        yield api


def listed(text: str) -> set[str]:
    return {word.strip().lower() for word in text.split(",")}


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
def test_a_preflight_lets_any_origin_use_any_method_with_any_headers(api: Api, origin: str, method: str) -> None:
    for path in (FAVOURITE_COLOUR, GROUPS, f"/{BASE}/nothing"):
        for wanted in ("content-type", "authorization, x-anything", "X-Fp-Date,X-Fp-Signature", "*"):
            headers = {
                "Origin": origin,
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": wanted,
            }
            answer = api.request("OPTIONS", path, headers=headers)
            assert answer.status_code in {200, 204}
            assert answer.headers["access-control-allow-origin"] == origin
            assert answer.headers["access-control-allow-credentials"] == "true"
            assert method.lower() in listed(answer.headers["access-control-allow-methods"])
            assert listed(wanted) <= listed(answer.headers["access-control-allow-headers"])
            assert "origin" in listed(answer.headers["vary"])


def test_a_preflight_may_ask_for_no_headers(api: Api) -> None:
    headers = {"Origin": ORIGINS[0], "Access-Control-Request-Method": "GET"}
    answer = api.request("OPTIONS", GROUPS, headers=headers)
    assert answer.status_code in {200, 204}
    assert answer.headers["access-control-allow-origin"] == ORIGINS[0]


def test_a_page_on_the_internet_may_reach_the_mock_on_a_private_network(api: Api) -> None:
    headers = {"Origin": ORIGINS[0], "Access-Control-Request-Method": "GET"}
    asking = {**headers, "Access-Control-Request-Private-Network": "true"}
    answer = api.request("OPTIONS", GROUPS, headers=asking)
    assert answer.headers["access-control-allow-private-network"] == "true"
    assert "access-control-allow-private-network" not in api.request("OPTIONS", GROUPS, headers=headers).headers


def test_every_method_of_the_contract_is_allowed(api: Api) -> None:
    headers = {"Origin": ORIGINS[0], "Access-Control-Request-Method": "GET"}
    allowed = listed(api.request("OPTIONS", GROUPS, headers=headers).headers["access-control-allow-methods"])
    used = {name for item in CONTRACT["paths"].values() for name, value in item.items() if "operationId" in value}
    assert used <= allowed


def test_options_without_an_origin_is_no_preflight(api: Api) -> None:
    answer = api.request("OPTIONS", GROUPS)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")


REQUESTS: list[tuple[int, str, str, dict[str, Any]]] = [
    (200, "GET", DEFINITIONS, {}),
    (200, "HEAD", DEFINITIONS, {}),
    (200, "PUT", FAVOURITE_COLOUR, {"json": {}}),
    (202, "POST", f"{GROUPS}/64f111111111111111111111/refresh", {}),
    (400, "GET", f"{DEFINITIONS}?page_no=0", {}),
    (400, "PUT", FAVOURITE_COLOUR, {"content": b"{"}),
    (404, "GET", f"{GROUPS}/nothing", {}),
    (404, "GET", f"/{BASE}/nothing", {}),
    (405, "DELETE", f"{GROUPS}/tags", {}),
    (415, "PUT", FAVOURITE_COLOUR, {"content": b"x", "headers": {"Content-Type": "text/plain"}}),
    (200, "GET", "//openapi.json", {}),
    (200, "GET", "//openapi.yaml", {}),
    (200, "GET", "//ui/", {}),
    (200, "GET", "//ui/swagger-ui.css", {}),
    (307, "GET", "//ui", {}),
]


@pytest.mark.parametrize(("status", "method", "path", "options"), REQUESTS)
def test_every_answer_can_be_read_by_any_origin(
    api: Api, status: int, method: str, path: str, options: dict[str, Any]
) -> None:
    for origin in ORIGINS:
        options = {**options, "headers": {**options.get("headers", {}), "Origin": origin, "Cookie": "a=b"}}
        answer = api.request(method, path, **options)
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == origin
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert listed(answer.headers["access-control-expose-headers"]) == EXPOSED
        assert "origin" in listed(answer.headers["vary"])


@pytest.mark.parametrize(("status", "method", "path", "options"), REQUESTS)
def test_every_answer_varies_with_the_origin_even_without_one(
    api: Api, status: int, method: str, path: str, options: dict[str, Any]
) -> None:
    """A cache must not hand one origin's answer to another."""
    answer = api.request(method, path, **options)
    assert answer.status_code == status
    assert "origin" in listed(answer.headers["vary"])


@pytest.mark.parametrize("check_responses", [False, True])
def test_a_500_can_be_read_by_any_origin(
    make_api: MakeApi, monkeypatch: pytest.MonkeyPatch, check_responses: bool
) -> None:
    api = make_api(raise_faults=False, check_responses=check_responses)
    monkeypatch.setattr(Collection, "get", lambda *_: 1 // 0)
    answer = api.request("GET", FAVOURITE_COLOUR, headers={"Origin": ORIGINS[0]})
    assert answer.status_code == 500
    assert answer.headers["access-control-allow-origin"] == ORIGINS[0]
    assert "origin" in listed(answer.headers["vary"])
