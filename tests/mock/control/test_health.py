"""GET /__mock__/health: whether the server runs."""

import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.control.helpers import CONTROL, items
from tests.mock.helpers import GROUPS, refused

from audience_mock import __version__

HEALTH = f"{CONTROL}/health"


def test_it_names_version_seed_and_sessions(api: Api) -> None:
    api.request("GET", GROUPS, headers={"X-Mock-Session": "mine"})
    body = api.get(HEALTH).json()
    assert body.pop("uptime") >= 0
    assert body == {"status": "ok", "version": __version__, "seed": "documents", "sessions": 2}
    assert api.request("HEAD", HEALTH).status_code == 200


@pytest.mark.parametrize(("headers", "query"), [({"X-Mock-Session": "new"}, {}), ({}, {"session": "new"})])
def test_it_creates_no_session(api: Api, headers: dict[str, str], query: dict[str, str]) -> None:
    for _ in range(2):
        assert api.request("GET", HEALTH, headers=headers, params=query).json()["sessions"] == 1
    assert [one["name"] for one in items(api, "/sessions")] == ["default"]


def test_it_needs_no_token_and_is_not_forced_by_faults(make_api: MakeApi) -> None:
    api = make_api(token="secret")
    api.request("POST", f"{CONTROL}/faults", json={"status": 503}, headers={"X-Mock-Token": "secret"})
    assert api.get(HEALTH).status_code == 200
    for path in ("/health/", "/health/x", "/sessions", "/HEALTH"):
        refused(api.get(f"{CONTROL}{path}"), 401)
    refused(api.post(HEALTH), 405)


def test_a_page_of_another_origin_cannot_read_it(api: Api) -> None:
    refused(api.request("GET", HEALTH, headers={"Origin": "http://evil.example"}), 403)
    refused(api.request("GET", HEALTH, headers={"Host": "rebound.example"}), 403)
