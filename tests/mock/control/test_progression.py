"""Jobs that wait until they are advanced or read, and jobs that fail on demand."""

import asyncio
from typing import Any

import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.control.helpers import (
    CONTROL,
    JOBS,
    NOON,
    advance,
    bulk_update,
    clock,
    group_status,
    items,
    manual,
)
from tests.mock.helpers import GROUPS, a_group, refused

GROUP = f"{GROUPS}/64f111111111111111111111"


def test_a_job_waits_for_its_advance(make_api: MakeApi) -> None:
    api = manual(make_api)
    group = api.post(GROUPS, a_group(["u1"])).json()
    clock(api, advance=1e6)
    for _ in range(5):
        assert group_status(api, group) == "pending"
    (job,) = items(api, "/jobs")
    assert (job["id"], job["kind"], job["subject"], job["status"]) == ("job-1", "group file", group["_id"], "waiting")
    assert job["progression"] == {"seconds": None, "reads": None}
    assert advance(api)["status"] == "completed"
    assert group_status(api, group) == "completed"


def test_a_job_waits_for_reads_of_what_it_works_on(make_api: MakeApi) -> None:
    api = manual(make_api, reads=2)
    group, other = (api.post(GROUPS, a_group(["u1"])).json() for _ in "ab")
    api.get(GROUPS)
    assert group_status(api, group) == "pending"
    assert [job["reads"] for job in items(api, "/jobs")] == [0, 1]
    group_status(api, group)
    clock(api, run=True)  # whose answer comes when the jobs that are due are done
    assert group_status(api, group) == "completed"
    assert group_status(api, other) == "pending"


def test_a_bulk_update_waits_for_reads_of_its_job(make_api: MakeApi) -> None:
    api = manual(make_api, reads=2)
    job_id, values = bulk_update(api, "u1")
    for reads in (1, 2):
        refused(api.get(f"{values}/u1"), 404)
        assert api.get(f"{JOBS}/{job_id}").json()["reads"] == reads
    api.settle()
    assert api.get(f"{values}/u1").is_success


@pytest.mark.parametrize("status", ["completed", "failed"])
def test_a_refresh_is_a_job_too(make_api: MakeApi, status: str) -> None:
    api = manual(make_api)
    before = api.get(GROUP).json()
    api.post(f"{GROUP}/refresh")
    assert [(job["kind"], job["subject"]) for job in items(api, "/jobs")] == [("refresh", "64f111111111111111111111")]
    if status == "failed":
        api.post(f"{JOBS}/job-1/fail")
    assert advance(api)["status"] == status
    assert (api.get(GROUP).json() == before) is (status == "failed")


def test_a_progression_is_for_new_jobs(make_api: MakeApi) -> None:
    api = manual(make_api)
    first = api.post(GROUPS, a_group()).json()
    assert api.put(f"{JOBS}/progression", {"seconds": 0}).json() == {"seconds": 0, "reads": None}
    second = api.post(GROUPS, a_group()).json()
    clock(api, run=True)
    assert [group_status(api, group) for group in (first, second)] == ["pending", "completed"]
    api.post(f"{CONTROL}/reset")


@pytest.mark.parametrize(
    "body", [{"seconds": -1}, {"seconds": 2e9}, {"reads": 0}, {"reads": 1.5}, {"after": 1}, {"reads": "2"}]
)
def test_an_invalid_progression_is_refused(shared_api: Api, body: Any) -> None:
    before = shared_api.get(JOBS).json()["progression"]
    refused(shared_api.put(f"{JOBS}/progression", body))
    assert shared_api.get(JOBS).json()["progression"] == before


# --- failing ------------------------------------------------------------------------------------------


def test_a_job_is_made_to_fail(make_api: MakeApi) -> None:
    api = manual(make_api)
    group = api.post(GROUPS, a_group(["u1"])).json()
    assert api.post(f"{JOBS}/job-1/fail", {}).json()["fails"]
    job = advance(api)
    assert job["status"] == "failed"
    assert "set to fail" in job["problem"]
    assert group_status(api, group) == "failed"


def test_rows_of_a_groups_file_are_made_to_fail(make_api: MakeApi) -> None:
    api = manual(make_api)
    group = api.post(GROUPS, a_group(["u1", "u2", "u3", "u4"])).json()
    assert api.post(f"{JOBS}/job-1/fail", {"rows": [1, 3, 9]}).json()["failing_rows"] == [1, 3, 9]
    assert advance(api)["status"] == "completed"
    users = api.get(f"{GROUPS}/{group['_id']}/users").json()["items"]
    assert [user["user_id"] for user in users] == ["u2", "u4"]


def test_rows_of_a_bulk_update_are_made_to_fail(make_api: MakeApi) -> None:
    api = manual(make_api)
    job_id, values = bulk_update(api, "u1", "u2")
    api.post(f"{JOBS}/{job_id}/fail", {"rows": [1]})
    advance(api, job_id)
    refused(api.get(f"{values}/u1"), 404)
    assert api.get(f"{values}/u2").is_success


@pytest.mark.parametrize("rows", [[0], ["1"], 1, [1.5]])
def test_invalid_rows_are_refused(make_api: MakeApi, rows: Any) -> None:
    api = manual(make_api)
    api.post(GROUPS, a_group())
    assert refused(api.post(f"{JOBS}/job-1/fail", {"rows": rows}))[0].startswith("body.rows")
    assert not items(api, "/jobs")[0]["failing_rows"]


def test_an_ended_job_can_be_neither_advanced_nor_failed(api: Api) -> None:
    api.post(GROUPS, a_group())
    api.settle()
    for action in ("advance", "fail"):
        answer = api.post(f"{JOBS}/job-1/{action}")
        assert refused(answer) == ["path.job_id"]
        assert "completed" in answer.json()["message"]


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/advance"), ("POST", "/fail")])
def test_an_unknown_job_is_404(shared_api: Api, method: str, path: str) -> None:
    answer = shared_api.request(method, f"{JOBS}/none{path}")
    refused(answer, 404)
    assert '"none"' in answer.json()["message"]


def test_jobs_are_listed_newest_first(make_api: MakeApi) -> None:
    api = manual(make_api)
    for name in "ab":
        api.post(GROUPS, a_group(name=name))
    assert [job["id"] for job in items(api, "/jobs")] == ["job-2", "job-1"]
    assert items(api, "/jobs")[0] == api.get(f"{JOBS}/job-2").json()


def test_a_group_deleted_while_its_job_waits_stays_gone(make_api: MakeApi) -> None:
    api = manual(make_api)
    group = api.post(GROUPS, a_group(["u1"])).json()
    api.delete(f"{GROUPS}/{group['_id']}")
    assert advance(api)["status"] == "completed"
    refused(api.get(f"{GROUPS}/{group['_id']}"), 404)


def test_a_frozen_clock_holds_nothing_but_what_waits_for_it(api: Api) -> None:
    clock(api, freeze=NOON)
    group = api.post(GROUPS, a_group(["u1"])).json()
    api.run(asyncio.wait_for(api.backend.jobs.settled(), 30))
    assert group_status(api, group) == "completed"
