"""CORS: pages of any origin may use the mock (Fetch standard)."""

from collections.abc import Iterator
from typing import Any

import httpx
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


def preflight(
    api: Api, path: str = GROUPS, *, origin: str = ORIGINS[0], method: str = "GET", **more: str
) -> httpx.Headers:
    named = {name.replace("_", "-"): value for name, value in more.items()}
    headers = {"Origin": origin, "Access-Control-Request-Method": method, **named}
    answer = api.request("OPTIONS", path, headers=headers)
    assert answer.status_code in {200, 204}
    assert answer.headers["access-control-allow-origin"] == origin
    return answer.headers


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
def test_a_preflight_allows_any_origin_method_and_headers(api: Api, origin: str, method: str) -> None:
    for path in (FAVOURITE_COLOUR, GROUPS, f"/{BASE}/nothing"):
        for names in ("content-type", "authorization, x-anything", "X-Fp-Date,X-Fp-Signature", "*"):
            headers = preflight(api, path, origin=origin, method=method, access_control_request_headers=names)
            assert headers["access-control-allow-credentials"] == "true"
            assert method.lower() in listed(headers["access-control-allow-methods"])
            assert listed(names) <= listed(headers["access-control-allow-headers"])
            assert "origin" in listed(headers["vary"])


def test_a_preflight_allows_a_private_network_if_asked_and_every_method_of_the_contract(api: Api) -> None:
    name = "access-control-allow-private-network"
    assert preflight(api, access_control_request_private_network="true")[name] == "true"
    headers = preflight(api)
    assert name not in headers
    used = {key for item in CONTRACT["paths"].values() for key, value in item.items() if "operationId" in value}
    assert used <= listed(headers["access-control-allow-methods"])


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
def test_every_response_can_be_read_by_any_origin_and_varies_with_it(
    api: Api, status: int, method: str, path: str, options: dict[str, Any]
) -> None:
    """Also without an origin: a cache must not use the response to one origin for another."""
    for origin in (*ORIGINS, None):
        headers = {"Origin": origin, "Cookie": "a=b"} if origin else {}
        answer = api.request(method, path, **{**options, "headers": {**options.get("headers", {}), **headers}})
        assert answer.status_code == status
        assert "origin" in listed(answer.headers["vary"])
        if origin:
            assert answer.headers["access-control-allow-origin"] == origin
            assert answer.headers["access-control-allow-credentials"] == "true"
            assert listed(answer.headers["access-control-expose-headers"]) == EXPOSED


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
