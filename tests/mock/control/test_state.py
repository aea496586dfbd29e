"""Reset, snapshots, export and import."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.helpers import (
    DEFINITIONS,
    DOCUMENTED,
    GROUPS,
    a_definition,
    a_group,
    all_items,
    csv_of,
    refused,
    seeded,
)

ATTRIBUTES = "/user_attribute"


def state(api: Api) -> Any:
    return api.get("//__mock__/state").json()


def use(api: Api) -> None:
    """Do something of every kind."""
    definition = api.post(DEFINITIONS, a_definition()).json()
    api.put(f"{DEFINITIONS}/{definition['_id']}/user/u1", {"attribute": {"value": "XL"}})
    api.post(GROUPS, a_group(["u1", "u2"]))
    api.settle()
    for group in api.get(GROUPS).json()["items"][:1]:
        api.delete(f"{GROUPS}/{group['_id']}")


def test_a_reset_begins_anew(api: Api) -> None:
    before = state(api)
    use(api)
    assert state(api) != before
    answer = api.post("//__mock__/reset")
    assert answer.json()["session"] == "default"
    assert answer.json()["tenants"][DOCUMENTED]["groups"] == len(before[DOCUMENTED]["groups"])
    assert state(api) == before


def test_ids_begin_anew_too(api: Api) -> None:
    first = api.post(GROUPS, a_group()).json()
    api.post("//__mock__/reset")
    again = api.post(GROUPS, a_group()).json()
    assert (again["_id"], again["uid"]) == (first["_id"], first["uid"])
    assert api.get("//__mock__/jobs").json()["items"][0]["id"] == "job-1"


@pytest.mark.parametrize("seed", ["empty", "documents", "demo"])
def test_a_reset_goes_to_any_seed(api: Api, make_api: MakeApi, seed: str) -> None:
    use(api)
    assert api.post(f"//__mock__/reset?to={seed}").is_success
    assert state(api).get(DOCUMENTED, {}) == state(make_api(seed=seed)).get(DOCUMENTED, {})


def test_after_a_reset_to_a_seed_every_application_is_still_served(make_api: MakeApi, tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(json.dumps({DOCUMENTED: {}, "7/shop": {}}))
    api = make_api(seed=str(tmp_path / "two.yaml"))
    api.post("//__mock__/reset?to=empty")
    other = "//service/platform/user/v1.0/company/7/application/shop/user_group"
    api.post(other, a_group(name="Kept"))
    assert [group["name"] for group in api.get(other).json()["items"]] == ["Kept"]


def test_a_seed_that_nobody_knows_is_refused_and_nothing_changes(api: Api) -> None:
    use(api)
    api.put("//__mock__/snapshots/mine", None)
    before = state(api)
    answer = api.post("//__mock__/reset?to=nowhere")
    assert refused(answer) == ["query.to"]
    assert '"nowhere"' in answer.json()["message"]
    assert all(name in answer.json()["message"] for name in ("empty", "documents", "demo", "mine"))
    assert refused(api.post("//__mock__/reset?from=demo")) == ["query.from"]
    assert state(api) == before


def test_a_reset_cancels_the_jobs_that_are_still_to_come(make_api: MakeApi) -> None:
    api = make_api(job_delay=60)
    made = api.post(GROUPS, a_group(["u1"])).json()
    definition = api.post(DEFINITIONS, a_definition()).json()
    update = {"file_url": csv_of(["u1"]), "attributes": [{"key": definition["slug"], "value": "XL"}]}
    assert api.patch("/user_attribute/bulk_update", update).status_code == 202
    api.post("//__mock__/reset")
    assert api.get("//__mock__/jobs").json()["items"] == []
    api.settle()
    refused(api.get(f"{GROUPS}/{made['_id']}"), 404)


def test_a_snapshot_is_restored_as_often_as_one_likes(api: Api) -> None:
    use(api)
    kept = state(api)
    assert api.put("//__mock__/snapshots/before lunch", None).is_success
    for group in all_items(api, GROUPS):
        api.delete(f"{GROUPS}/{group['_id']}")
    wrecked = state(api)
    for back in ("//__mock__/snapshots/before lunch", "//__mock__/reset?to=before lunch"):
        assert state(api) == wrecked
        assert api.post(back).is_success
        assert state(api) == kept
        for group in all_items(api, GROUPS):
            api.delete(f"{GROUPS}/{group['_id']}")


def test_a_snapshot_is_listed_replaced_and_forgotten(api: Api) -> None:
    api.put("//__mock__/snapshots/mine", None)
    api.post(DEFINITIONS, a_definition())
    api.put("//__mock__/snapshots/mine", None)
    (listed,) = api.get("//__mock__/snapshots").json()["items"]
    assert listed["name"] == "mine"
    assert listed["tenants"][DOCUMENTED]["definitions"] == len(state(api)[DOCUMENTED]["definitions"])
    assert api.delete("//__mock__/snapshots/mine").json()["success"]
    assert api.get("//__mock__/snapshots").json()["items"] == []


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_snapshot_that_is_not_there_is_a_404(api: Api, method: str) -> None:
    answer = api.request(method, "//__mock__/snapshots/none")
    refused(answer, 404)
    assert '"none"' in answer.json()["message"]


def test_a_snapshot_of_a_group_being_read_goes_on_reading_it(make_api: MakeApi) -> None:
    api = make_api(job_delay=60)
    made = api.post(GROUPS, a_group(["u1", "u2"])).json()
    api.put("//__mock__/snapshots/reading", None)
    api.delete(f"{GROUPS}/{made['_id']}")
    api.put("//__mock__/jobs/progression", {"seconds": 0})
    api.post("//__mock__/snapshots/reading")
    api.settle()
    group = api.get(f"{GROUPS}/{made['_id']}").json()
    assert (group["status"], group["total_users"]["count"]) == ("completed", 2)


def test_an_unknown_path_and_a_wrong_method_are_refused_in_the_contracts_shape(api: Api) -> None:
    refused(api.get("//__mock__/nothing"), 404)
    answer = api.patch("//__mock__/snapshots/x", {})
    refused(answer, 405)
    assert answer.headers["allow"] == "DELETE, POST, PUT"
    assert "use DELETE, POST, PUT" in answer.json()["message"]


def test_every_call_is_described(api: Api) -> None:
    described = api.get("//__mock__/openapi.json").json()
    assert {"/__mock__/reset", "/__mock__/state", "/__mock__/snapshots/{name}", "/__mock__/sessions/{name}"} <= set(
        described["paths"]
    )
    assert set(described["paths"]["/__mock__/snapshots/{name}"]) == {"put", "post", "delete"}


def test_a_seed_of_ones_own_is_where_a_reset_goes(make_api: MakeApi, tmp_path: Path) -> None:
    api = seeded(make_api, tmp_path, groups=[{"name": "Mine", "category": "l1"}])
    api.post(GROUPS, a_group())
    api.post("//__mock__/reset")
    assert [group["name"] for group in api.get(GROUPS).json()["items"]] == ["Mine"]


@pytest.mark.parametrize("name", ["a/b", "a%2Fb", "ž", "."])
def test_a_snapshot_and_a_session_may_be_called_anything(api: Api, name: str) -> None:
    path = quote(name, safe="")
    assert api.request("PUT", f"//__mock__/snapshots/{path}x").is_success
    assert api.get("//__mock__/snapshots").json()["items"][0]["name"] == f"{name}x"
    assert api.request("DELETE", f"//__mock__/snapshots/{path}x").is_success
    api.get("//__mock__/clock", session=f"{name}x")
    assert f"{name}x" in [session["name"] for session in api.get("//__mock__/sessions").json()["items"]]
    assert api.request("DELETE", f"//__mock__/sessions/{path}x").is_success
