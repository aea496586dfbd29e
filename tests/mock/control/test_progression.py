"""Jobs that wait for what they are told, and jobs that are made to fail."""

import asyncio
from typing import Any

import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.control.test_times import clock, group_status, jobs, manual
from tests.mock.helpers import DEFINITIONS, GROUPS, a_definition, a_group, csv_of, refused

NOON = "2031-05-01T12:00:00.000Z"


# --- jobs by other progressions -----------------------------------------------------------------------


def test_a_job_waits_for_its_advance(make_api: MakeApi) -> None:
    api = manual(make_api)
    group = api.post(GROUPS, a_group(["u1"])).json()
    clock(api, advance=1e6)
    for _ in range(5):
        assert group_status(api, group) == "pending"
    (job,) = jobs(api)
    assert (job["id"], job["kind"], job["subject"], job["status"]) == ("job-1", "group file", group["_id"], "waiting")
    assert job["progression"] == {"seconds": None, "reads": None}
    assert api.post("//__mock__/jobs/job-1/advance").json()["status"] == "completed"
    assert group_status(api, group) == "completed"


def test_a_job_waits_for_reads_of_what_it_works_on(make_api: MakeApi) -> None:
    api = manual(make_api, reads=2)
    group, other = (api.post(GROUPS, a_group(["u1"])).json() for _ in "ab")
    api.get(GROUPS)
    assert group_status(api, group) == "pending"
    assert [job["reads"] for job in jobs(api)] == [0, 1]
    group_status(api, group)
    clock(api, run=True)  # whose answer comes when the jobs that are due are done
    assert group_status(api, group) == "completed"
    assert group_status(api, other) == "pending"


def test_a_bulk_update_waits_for_reads_of_its_job(make_api: MakeApi) -> None:
    api = manual(make_api, reads=2)
    definition = api.post(DEFINITIONS, a_definition()).json()
    update = {"file_url": csv_of(["u1"]), "attributes": [{"key": definition["slug"], "value": "XL"}]}
    job_id = api.patch("/user_attribute/bulk_update", update).json()["job_id"]
    value = f"{DEFINITIONS}/{definition['_id']}/user/u1"
    for reads in (1, 2):
        refused(api.get(value), 404)
        assert api.get(f"//__mock__/jobs/{job_id}").json()["reads"] == reads
    api.settle()
    assert api.get(value).is_success


def test_a_refresh_is_a_job_too(make_api: MakeApi) -> None:
    api = manual(make_api)
    api.post(f"{GROUPS}/64f111111111111111111111/refresh")
    assert [(job["kind"], job["subject"]) for job in jobs(api)] == [("refresh", "64f111111111111111111111")]
    assert api.post("//__mock__/jobs/job-1/advance").json()["status"] == "completed"


def test_a_progression_is_for_new_jobs(make_api: MakeApi) -> None:
    api = manual(make_api)
    first = api.post(GROUPS, a_group()).json()
    assert api.put("//__mock__/jobs/progression", {"seconds": 0}).json() == {"seconds": 0, "reads": None}
    second = api.post(GROUPS, a_group()).json()
    clock(api, run=True)
    assert [group_status(api, group) for group in (first, second)] == ["pending", "completed"]
    api.post("//__mock__/reset")


@pytest.mark.parametrize(
    "body", [{"seconds": -1}, {"seconds": 2e9}, {"reads": 0}, {"reads": 1.5}, {"after": 1}, {"reads": "2"}]
)
def test_a_progression_that_cannot_be_is_refused(api: Api, body: Any) -> None:
    before = api.get("//__mock__/jobs").json()["progression"]
    refused(api.put("//__mock__/jobs/progression", body))
    assert api.get("//__mock__/jobs").json()["progression"] == before


# --- failing ------------------------------------------------------------------------------------------


def test_a_job_is_made_to_fail(make_api: MakeApi) -> None:
    api = manual(make_api)
    group = api.post(GROUPS, a_group(["u1"])).json()
    assert api.post("//__mock__/jobs/job-1/fail", {}).json()["fails"]
    job = api.post("//__mock__/jobs/job-1/advance").json()
    assert job["status"] == "failed"
    assert "told to fail" in job["problem"]
    assert group_status(api, group) == "failed"


def test_a_refresh_is_made_to_fail(make_api: MakeApi) -> None:
    api = manual(make_api)
    before = api.get(f"{GROUPS}/64f111111111111111111111").json()
    api.post(f"{GROUPS}/64f111111111111111111111/refresh")
    api.post("//__mock__/jobs/job-1/fail")
    assert api.post("//__mock__/jobs/job-1/advance").json()["status"] == "failed"
    assert api.get(f"{GROUPS}/64f111111111111111111111").json() == before


def test_rows_of_a_groups_file_are_made_to_fail(make_api: MakeApi) -> None:
    api = manual(make_api)
    group = api.post(GROUPS, a_group(["u1", "u2", "u3", "u4"])).json()
    assert api.post("//__mock__/jobs/job-1/fail", {"rows": [1, 3, 9]}).json()["failing_rows"] == [1, 3, 9]
    assert api.post("//__mock__/jobs/job-1/advance").json()["status"] == "completed"
    users = api.get(f"{GROUPS}/{group['_id']}/users").json()["items"]
    assert [user["user_id"] for user in users] == ["u2", "u4"]


def test_rows_of_a_bulk_update_are_made_to_fail(make_api: MakeApi) -> None:
    api = manual(make_api)
    definition = api.post(DEFINITIONS, a_definition()).json()
    update = {"file_url": csv_of(["u1", "u2"]), "attributes": [{"key": definition["slug"], "value": "XL"}]}
    job_id = api.patch("/user_attribute/bulk_update", update).json()["job_id"]
    api.post(f"//__mock__/jobs/{job_id}/fail", {"rows": [1]})
    api.post(f"//__mock__/jobs/{job_id}/advance")
    refused(api.get(f"{DEFINITIONS}/{definition['_id']}/user/u1"), 404)
    assert api.get(f"{DEFINITIONS}/{definition['_id']}/user/u2").is_success


@pytest.mark.parametrize("rows", [[0], ["1"], 1, [1.5]])
def test_rows_that_cannot_be_are_refused(make_api: MakeApi, rows: Any) -> None:
    api = manual(make_api)
    api.post(GROUPS, a_group())
    assert refused(api.post("//__mock__/jobs/job-1/fail", {"rows": rows}))[0].startswith("body.rows")
    assert not jobs(api)[0]["failing_rows"]


def test_a_job_that_has_ended_cannot_be_told_to(api: Api) -> None:
    api.post(GROUPS, a_group())
    api.settle()
    for what in ("advance", "fail"):
        answer = api.post(f"//__mock__/jobs/job-1/{what}")
        assert refused(answer) == ["path.job_id"]
        assert "completed" in answer.json()["message"]


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/advance"), ("POST", "/fail")])
def test_a_job_that_is_not_there_is_a_404(api: Api, method: str, path: str) -> None:
    answer = api.request(method, f"//__mock__/jobs/none{path}")
    refused(answer, 404)
    assert '"none"' in answer.json()["message"]


def test_jobs_are_listed_newest_first(make_api: MakeApi) -> None:
    api = manual(make_api)
    for name in "ab":
        api.post(GROUPS, a_group(name=name))
    assert [job["id"] for job in jobs(api)] == ["job-2", "job-1"]
    assert jobs(api)[0] == api.get("//__mock__/jobs/job-2").json()


def test_a_group_deleted_while_its_job_waits_stays_gone(make_api: MakeApi) -> None:
    api = manual(make_api)
    group = api.post(GROUPS, a_group(["u1"])).json()
    api.delete(f"{GROUPS}/{group['_id']}")
    assert api.post("//__mock__/jobs/job-1/advance").json()["status"] == "completed"
    refused(api.get(f"{GROUPS}/{group['_id']}"), 404)


def test_a_frozen_clock_holds_nothing_but_what_waits_for_it(api: Api) -> None:
    clock(api, freeze=NOON)
    group = api.post(GROUPS, a_group(["u1"])).json()
    api.run(asyncio.wait_for(api.backend.jobs.settled(), 30))
    assert group_status(api, group) == "completed"
