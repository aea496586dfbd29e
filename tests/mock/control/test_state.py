"""Reset and snapshots."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.control.helpers import CONTROL, bulk_update, items, state, use
from tests.mock.helpers import (
    DEFINITIONS,
    DOCUMENTED,
    GROUPS,
    a_definition,
    a_group,
    all_items,
    refused,
    seeded,
)


def test_a_reset_restores_the_seed(api: Api) -> None:
    before = state(api)
    use(api)
    assert state(api) != before
    answer = api.post(f"{CONTROL}/reset")
    assert answer.json()["session"] == "default"
    assert answer.json()["tenants"][DOCUMENTED]["groups"] == len(before[DOCUMENTED]["groups"])
    assert state(api) == before


def test_a_reset_restarts_the_ids(api: Api) -> None:
    first = api.post(GROUPS, a_group()).json()
    api.post(f"{CONTROL}/reset")
    again = api.post(GROUPS, a_group()).json()
    assert (again["_id"], again["uid"]) == (first["_id"], first["uid"])
    assert items(api, "/jobs")[0]["id"] == "job-1"


@pytest.mark.parametrize("seed", ["empty", "documents", "demo"])
def test_a_reset_goes_to_any_seed(api: Api, make_api: MakeApi, seed: str) -> None:
    use(api)
    assert api.post(f"{CONTROL}/reset?to={seed}").is_success
    assert state(api).get(DOCUMENTED, {}) == state(make_api(seed=seed)).get(DOCUMENTED, {})


def test_after_a_reset_to_a_seed_every_application_is_still_served(make_api: MakeApi, tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(json.dumps({DOCUMENTED: {}, "7/shop": {}}))
    api = make_api(seed=str(tmp_path / "two.yaml"))
    api.post(f"{CONTROL}/reset?to=empty")
    other = "//service/platform/user/v1.0/company/7/application/shop/user_group"
    api.post(other, a_group(name="Kept"))
    assert [group["name"] for group in api.get(other).json()["items"]] == ["Kept"]


def test_a_reset_to_an_unknown_name_is_refused_and_changes_nothing(api: Api) -> None:
    use(api)
    api.put(f"{CONTROL}/snapshots/mine", None)
    before = state(api)
    answer = api.post(f"{CONTROL}/reset?to=nowhere")
    assert refused(answer) == ["query.to"]
    assert '"nowhere"' in answer.json()["message"]
    assert all(name in answer.json()["message"] for name in ("empty", "documents", "demo", "mine"))
    assert refused(api.post(f"{CONTROL}/reset?from=demo")) == ["query.from"]
    assert state(api) == before


def test_a_reset_cancels_waiting_jobs(make_api: MakeApi) -> None:
    api = make_api(job_delay=60)
    made = api.post(GROUPS, a_group(["u1"])).json()
    bulk_update(api, "u1")
    api.post(f"{CONTROL}/reset")
    assert items(api, "/jobs") == []
    api.settle()
    refused(api.get(f"{GROUPS}/{made['_id']}"), 404)


def test_a_snapshot_can_be_restored_again(api: Api) -> None:
    use(api)
    kept = state(api)
    assert api.put(f"{CONTROL}/snapshots/before lunch", None).is_success
    for group in all_items(api, GROUPS):
        api.delete(f"{GROUPS}/{group['_id']}")
    wrecked = state(api)
    for back in (f"{CONTROL}/snapshots/before lunch", f"{CONTROL}/reset?to=before lunch"):
        assert state(api) == wrecked
        assert api.post(back).is_success
        assert state(api) == kept
        for group in all_items(api, GROUPS):
            api.delete(f"{GROUPS}/{group['_id']}")


def test_a_snapshot_is_listed_replaced_and_deleted(api: Api) -> None:
    api.put(f"{CONTROL}/snapshots/mine", None)
    api.post(DEFINITIONS, a_definition())
    api.put(f"{CONTROL}/snapshots/mine", None)
    (listed,) = items(api, "/snapshots")
    assert listed["name"] == "mine"
    assert listed["tenants"][DOCUMENTED]["definitions"] == len(state(api)[DOCUMENTED]["definitions"])
    assert api.delete(f"{CONTROL}/snapshots/mine").json()["success"]
    assert items(api, "/snapshots") == []


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_an_unknown_snapshot_is_404(api: Api, method: str) -> None:
    answer = api.request(method, f"{CONTROL}/snapshots/none")
    refused(answer, 404)
    assert '"none"' in answer.json()["message"]


def test_a_restored_snapshot_continues_its_jobs(make_api: MakeApi) -> None:
    api = make_api(job_delay=60)
    made = api.post(GROUPS, a_group(["u1", "u2"])).json()
    api.put(f"{CONTROL}/snapshots/reading", None)
    api.delete(f"{GROUPS}/{made['_id']}")
    api.put(f"{CONTROL}/jobs/progression", {"seconds": 0})
    api.post(f"{CONTROL}/snapshots/reading")
    api.settle()
    group = api.get(f"{GROUPS}/{made['_id']}").json()
    assert (group["status"], group["total_users"]["count"]) == ("completed", 2)


def test_an_unknown_path_and_a_wrong_method_are_refused_in_the_contracts_shape(api: Api) -> None:
    refused(api.get(f"{CONTROL}/nothing"), 404)
    answer = api.patch(f"{CONTROL}/snapshots/x", {})
    refused(answer, 405)
    assert answer.headers["allow"] == "DELETE, POST, PUT"
    assert "use DELETE, POST, PUT" in answer.json()["message"]


def test_every_call_is_described(api: Api) -> None:
    described = api.get(f"{CONTROL}/openapi.json").json()
    assert {"/__mock__/reset", "/__mock__/state", "/__mock__/snapshots/{name}", "/__mock__/sessions/{name}"} <= set(
        described["paths"]
    )
    assert set(described["paths"]["/__mock__/snapshots/{name}"]) == {"put", "post", "delete"}


def test_a_reset_goes_to_the_seed_of_the_options(make_api: MakeApi, tmp_path: Path) -> None:
    api = seeded(make_api, tmp_path, groups=[{"name": "Mine", "category": "l1"}])
    api.post(GROUPS, a_group())
    api.post(f"{CONTROL}/reset")
    assert [group["name"] for group in api.get(GROUPS).json()["items"]] == ["Mine"]


@pytest.mark.parametrize("name", ["a/b", "a%2Fb", "ž", "."])
def test_names_of_snapshots_and_sessions_may_have_any_characters(api: Api, name: str) -> None:
    path = quote(name, safe="")
    assert api.request("PUT", f"{CONTROL}/snapshots/{path}x").is_success
    assert items(api, "/snapshots")[0]["name"] == f"{name}x"
    assert api.request("DELETE", f"{CONTROL}/snapshots/{path}x").is_success
    api.get(f"{CONTROL}/clock", session=f"{name}x")
    assert f"{name}x" in [session["name"] for session in items(api, "/sessions")]
    assert api.request("DELETE", f"{CONTROL}/sessions/{path}x").is_success
