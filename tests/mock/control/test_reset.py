"""A reset takes back everything of a session, but for what it is asked to keep."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.control.helpers import (
    CONTROL,
    JOBS,
    JOURNAL,
    NOON,
    bulk_update,
    clock,
    disturb,
    everything,
    items,
    names,
    of,
    rule,
    state,
    use,
)
from tests.mock.helpers import GROUPS, a_group, refused

from audience_mock.seeds import BUILT_IN

PARTS = ["journal", "faults", "clock", "jobs"]


def test_a_reset_takes_back_everything(api: Api) -> None:
    before = everything(api)
    disturb(api)
    changed = everything(api)
    assert [name for name in before if before[name] == changed[name]] == []
    assert api.post(f"{CONTROL}/reset").is_success
    assert everything(api) == before
    assert clock(api, run=True)["now"] < "2031"
    assert api.get(GROUPS).is_success


def test_after_a_reset_all_numbers_begin_anew(api: Api) -> None:
    def numbers() -> list[Any]:
        group = api.post(GROUPS, a_group()).json()
        return [group["_id"], group["uid"], rule(api, status=500, path="/x", body=1)["id"]] + [
            items(api, path)[0]["id"] for path in ("/jobs", "/journal")
        ]

    first = numbers()
    api.post(f"{CONTROL}/reset")
    assert numbers() == first


@pytest.mark.parametrize("to", ["", "documents", "mine"])
def test_a_reset_to_any_data_takes_back_the_rest_too(api: Api, to: str) -> None:
    api.put(f"{CONTROL}/snapshots/mine", None)
    before = everything(api)
    disturb(api)
    assert api.post(f"{CONTROL}/reset" + (f"?to={to}" if to else "")).is_success
    assert everything(api) == before


def test_a_reset_of_one_session_leaves_the_others(api: Api) -> None:
    disturb(api)
    before = everything(api)
    api.request("POST", f"{CONTROL}/reset", headers={"X-Mock-Session": "a"})
    assert everything(api) == before


CHECKS: dict[str, Callable[[Api], bool]] = {
    "journal": lambda api: api.get(JOURNAL).json()["total"] > 0,
    "faults": lambda api: [one["hits"] for one in items(api, "/faults")] == [1],
    "clock": lambda api: api.get(f"{CONTROL}/clock").json() == {"now": NOON, "frozen": True},
    "jobs": lambda api: api.get(JOBS).json()["progression"]["reads"] == 3 and len(items(api, "/jobs")) == 2,
}


@pytest.mark.parametrize("keep", [[part] for part in PARTS] + [PARTS, ["clock", "faults"]], ids=",".join)
def test_a_reset_keeps_what_it_is_asked_to_keep(api: Api, keep: list[str]) -> None:
    data = state(api)
    disturb(api)
    assert api.post(f"{CONTROL}/reset?keep={','.join(keep)}").is_success
    assert [part for part in PARTS if CHECKS[part](api)] == [part for part in PARTS if part in keep]
    assert state(api) == data


def test_a_kept_job_that_had_not_run_is_told_as_failed(api: Api) -> None:
    disturb(api)
    api.post(f"{CONTROL}/reset?keep=jobs")
    new, old = items(api, "/jobs")
    assert (new["id"], new["status"], new["problem"]) == ("job-2", "failed", "Its data was reset before it ran.")
    assert (old["id"], old["status"]) == ("job-1", "completed")
    made = api.post(GROUPS, a_group(["u1"])).json()
    assert items(api, "/jobs")[0]["id"] == "job-3"
    for _ in range(3):
        api.get(f"{GROUPS}/{made['_id']}")
    api.settle()
    assert api.get(f"{GROUPS}/{made['_id']}").json()["status"] == "completed"


def test_a_kept_journal_and_kept_rules_go_on_counting(api: Api) -> None:
    disturb(api)
    total = api.get(JOURNAL).json()["total"]
    api.post(f"{CONTROL}/reset?keep=journal&keep=%20faults%20")
    refused(api.get(GROUPS), 503)
    assert items(api, "/journal")[0]["id"] == total + 1
    assert [one["hits"] for one in items(api, "/faults")] == [2]


def test_a_kept_clock_is_that_of_new_data_and_jobs(api: Api) -> None:
    clock(api, freeze=NOON)
    api.post(f"{CONTROL}/reset?keep=clock")
    api.put(f"{JOBS}/progression", {"seconds": 10})
    made = api.post(GROUPS, a_group(["u1"])).json()
    assert made["created_at"] == NOON
    clock(api, advance=11)
    assert api.get(f"{GROUPS}/{made['_id']}").json()["status"] == "completed"


@pytest.mark.parametrize("keep", ["state", "journal,clocks", "Journal", "data"])
def test_an_unknown_part_to_keep_is_refused_and_nothing_changes(api: Api, keep: str) -> None:
    disturb(api)
    before = everything(api)
    answer = api.post(f"{CONTROL}/reset?keep={keep}")
    assert refused(answer) == ["query.keep"]
    message = answer.json()["message"]
    assert f'"{keep.rsplit(",", maxsplit=1)[-1]}"' in message
    assert all(part in message for part in PARTS)
    assert everything(api) == before


@pytest.mark.parametrize(("keep", "status"), [("", "waiting"), ("?keep=jobs,clock", "failed")])
def test_nothing_of_before_a_reset_is_running(make_api: MakeApi, keep: str, status: str) -> None:
    api = make_api(job_delay=3)
    api.post(GROUPS, a_group(["u1"]))
    world, jobs, clock_before = api.backend.world, api.backend.jobs, api.sessions.default.clock
    (job,) = jobs.list()
    api.post(f"{CONTROL}/reset{keep}")
    clock_before.advance(timedelta(days=1))
    clock(api, advance=1e6)
    api.run(jobs.settled())
    assert job.status == status
    assert [group["status"] for tenant in world.tenants() for group in tenant.groups][-1] == "pending"


def test_a_bulk_update_after_a_reset_is_the_newest_of_the_kept_jobs(api: Api) -> None:
    """Its id is that of data, which begins anew."""
    first = bulk_update(api, "u1")[0]
    api.settle()
    api.post(GROUPS, a_group())
    api.post(f"{CONTROL}/reset?keep=jobs")
    assert bulk_update(api, "u1")[0] == first
    assert [job["id"] for job in items(api, "/jobs")] == [first, "job-2"]


@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("end", ["POST /reset", "POST /reset?keep=clock,jobs", "DELETE /sessions/default"])
def test_a_delayed_request_is_answered_at_once_and_leaves_nothing_behind(api: Api, frozen: bool, end: str) -> None:
    before = everything(api)
    if frozen:
        clock(api, freeze=NOON)

    async def story() -> httpx.Response:
        waiting = api.start("POST", GROUPS, json=a_group(name="Late"), headers={"Prefer": "delay=3000000"})
        await asyncio.sleep(0.05)
        assert not waiting.done()
        method, path = end.split()
        await api.send(method, f"{CONTROL}{path}")
        return await asyncio.wait_for(waiting, 30)

    assert api.run(story()).status_code == 201
    clock(api, reset=True)
    assert everything(api) == before


def test_a_delayed_request_of_an_ended_session_is_answered_at_once(api: Api) -> None:
    headers = {"X-Mock-Session": "a"}
    api.request("POST", f"{CONTROL}/clock", json={"freeze": True}, headers=headers)

    async def story() -> httpx.Response:
        waiting = api.start("GET", GROUPS, headers={**headers, "Prefer": "delay=3000000"})
        await asyncio.sleep(0.05)
        await api.send("DELETE", f"{CONTROL}/sessions/a")
        return await asyncio.wait_for(waiting, 30)

    assert api.run(story()).is_success
    assert [one["name"] for one in items(api, "/sessions")] == ["default"]


# --- snapshots ------------------------------------------------------------------------------------------


def test_a_snapshot_of_one_session_is_usable_in_all(api: Api) -> None:
    api.request("POST", GROUPS, json=a_group(name="Prepared"), headers=of("setup"))
    api.request("PUT", f"{CONTROL}/snapshots/prepared", headers=of("setup"))
    api.request("DELETE", f"{CONTROL}/sessions/setup")
    for worker in ("worker 0", "worker 1", "default"):
        assert api.request("POST", f"{CONTROL}/reset?to=prepared", headers=of(worker)).is_success
        assert names(api, worker)[-1] == "Prepared"
        assert [one["name"] for one in items(api, "/snapshots", session=worker)] == ["prepared"]
    api.request("POST", GROUPS, json=a_group(name="Mine"), headers=of("worker 0"))
    assert names(api, "worker 1")[-1] == "Prepared"
    assert api.request("POST", f"{CONTROL}/snapshots/prepared", headers=of("worker 0")).is_success
    assert names(api, "worker 0")[-1] == "Prepared"
    api.request("DELETE", f"{CONTROL}/snapshots/prepared", headers=of("worker 1"))
    assert refused(api.request("POST", f"{CONTROL}/reset?to=prepared", headers=of("worker 0"))) == ["query.to"]


def test_a_snapshot_outlives_resets_and_ended_sessions_but_not_the_end_of_all(api: Api) -> None:
    api.put(f"{CONTROL}/snapshots/mine", None)
    api.post(f"{CONTROL}/reset")
    api.delete(f"{CONTROL}/sessions/default")
    assert [one["name"] for one in items(api, "/snapshots")] == ["mine"]
    api.delete(f"{CONTROL}/sessions")
    assert items(api, "/snapshots") == []


def test_every_seed_is_described_and_named_to_who_asks_for_another(api: Api) -> None:
    described = api.get(f"{CONTROL}/openapi.json").json()["paths"]["/__mock__/reset"]["post"]["parameters"]
    answer = api.post(f"{CONTROL}/reset?to=large")
    assert refused(answer) == ["query.to"]
    for text in (described[0]["description"], answer.json()["message"]):
        assert all(name in text for name in BUILT_IN)


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_snapshot_cannot_have_the_name_of_a_seed(api: Api, name: str) -> None:
    answer = api.put(f"{CONTROL}/snapshots/{name}", None)
    assert refused(answer) == ["path.name"]
    assert f'"{name}"' in answer.json()["message"]
    assert items(api, "/snapshots") == []


def test_the_number_of_snapshots_is_bounded(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audience_mock.session.sessions.MOST_SNAPSHOTS", 2)
    for name in "aba":
        assert api.put(f"{CONTROL}/snapshots/{name}", None).is_success
    assert refused(api.put(f"{CONTROL}/snapshots/c", None)) == ["path.name"]


@pytest.mark.parametrize(
    "request_line", ["POST /reset", "POST /reset?keep=jobs", "DELETE /sessions", "DELETE /faults", "GET /clock"]
)
@pytest.mark.parametrize("body", [b'{"to": "empty"}', b"to=empty", b"[]", b"{"])
def test_a_body_that_would_have_no_effect_is_refused(api: Api, request_line: str, body: bytes) -> None:
    use(api)
    before = state(api)
    method, path = request_line.split()
    answer = api.request(method, f"{CONTROL}{path}", content=body)
    assert refused(answer) == ["body"]
    assert "reads no body" in answer.json()["message"]
    assert state(api) == before


def test_who_sends_the_parameters_of_a_reset_in_a_body_learns_where_they_go(api: Api) -> None:
    message = api.post(f"{CONTROL}/reset", {"to": "empty"}).json()["message"]
    assert message == (
        "POST /__mock__/reset reads no body; it reads the query parameters to, keep; send it without a body."
    )


@pytest.mark.parametrize("body", [b"", b"{}", b" { }\n", b"null"])
def test_a_body_that_says_nothing_is_as_good_as_none(api: Api, body: bytes) -> None:
    api.post(GROUPS, a_group())
    assert api.request("POST", f"{CONTROL}/reset?to=empty", content=body).is_success
    assert state(api) == {}
