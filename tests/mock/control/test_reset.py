"""A reset takes back everything of a session, but for what it is asked to keep."""

import asyncio
import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.control.helpers import CONTROL, JOBS, JOURNAL, NOON, bulk_update, clock, items, rule, state, use
from tests.mock.helpers import DOCUMENTED, GROUPS, a_group, refused, seed_file

from audience_mock.app import Options, create_start, seed_worlds
from audience_mock.seeds import BUILT_IN
from audience_mock.store.world import World

PARTS = ["journal", "faults", "clock", "jobs"]


def everything(api: Api) -> dict[str, Any]:
    """What can be read of a session; the time of a running clock is not part of it."""
    jobs = api.get(JOBS).json()
    return {
        "state": state(api),
        "faults": items(api, "/faults"),
        "clock": api.get(f"{CONTROL}/clock").json()["frozen"],
        "progression": jobs["progression"],
        "jobs": [job["id"] for job in jobs["items"]],
        "journal": api.get(JOURNAL).json(),
        "counts": items(api, "/journal/counts"),
    }


def disturb(api: Api) -> None:
    """Leave something of every kind behind."""
    use(api)
    rule(api, operation="getUserGroups", status=503)
    refused(api.get(GROUPS), 503)
    clock(api, freeze=NOON)
    api.put(f"{JOBS}/progression", {"reads": 3})
    api.post(GROUPS, a_group(["u1"]))


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


def of(session: str) -> dict[str, str]:
    return {"X-Mock-Session": session}


def names(api: Api, session: str) -> list[str]:
    found = api.request("GET", f"{GROUPS}?page_size=100", headers=of(session)).json()["items"]
    return [group["name"] for group in found]


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


# --- the seed's file ------------------------------------------------------------------------------------


def walkers(folder: Path, *named: str) -> str:
    """A seed file with these groups."""
    return str(seed_file(folder, groups=[{"name": name, "category": "l1"} for name in named]))


RESETS = [("POST", "/reset"), ("DELETE", "/sessions"), ("DELETE", "/sessions/default")]


@pytest.mark.parametrize(
    ("name", "says"), [("default", "The default session is reset"), ("a", "The session a has ended")]
)
def test_the_end_of_a_session_reads_a_changed_seed_file_again(
    make_api: MakeApi, tmp_path: Path, name: str, says: str
) -> None:
    api = make_api(seed=walkers(tmp_path, "One"))
    assert names(api, name) == ["One"]
    walkers(tmp_path, "Two")
    assert api.delete(f"{CONTROL}/sessions/{name}").json()["message"].startswith(says)
    assert names(api, name) == ["Two"]


def test_a_seed_that_takes_long_to_make_holds_nobody_up_and_is_made_once(api: Api) -> None:
    make, going_on, made = seed_worlds()["documents"], threading.Event(), []

    def slowly(like: World) -> World:
        assert going_on.wait(60)
        made.append(make(like))
        return made[-1]

    api.sessions._seeds["huge"] = slowly

    async def story() -> list[httpx.Response]:
        resets = [api.start("POST", f"{CONTROL}/reset?to=huge", headers=of(name)) for name in "ab"]
        await asyncio.sleep(0)
        others = [await api.send("GET", GROUPS), await api.send("POST", f"{CONTROL}/reset?to=empty")]
        assert not any(reset.done() for reset in resets)
        going_on.set()
        return [*others, *await asyncio.gather(*resets)]

    assert all(answer.is_success for answer in api.run(story()))
    assert len(made) == 1


@pytest.mark.parametrize(("method", "path"), RESETS)
def test_a_reset_reads_a_changed_seed_file_again(make_api: MakeApi, tmp_path: Path, method: str, path: str) -> None:
    api = make_api(seed=walkers(tmp_path, "One"))
    walkers(tmp_path, "One", "Two")
    assert names(api, "default") == ["One"]
    assert api.request(method, f"{CONTROL}{path}").is_success
    assert names(api, "default") == names(api, "new") == ["One", "Two"]


def test_another_session_keeps_its_data_when_the_file_is_read_again(make_api: MakeApi, tmp_path: Path) -> None:
    api = make_api(seed=walkers(tmp_path, "One"))
    assert names(api, "a") == ["One"]
    walkers(tmp_path, "Two")
    api.post(f"{CONTROL}/reset")
    assert names(api, "a") == ["One"]
    api.request("POST", f"{CONTROL}/reset", headers=of("a"))
    assert names(api, "a") == ["Two"]


def test_sessions_that_are_reset_at_once_all_get_the_new_file(make_api: MakeApi, tmp_path: Path) -> None:
    api = make_api(seed=walkers(tmp_path, "One"))
    walkers(tmp_path, "Two")

    async def story() -> list[httpx.Response]:
        resets = (api.send("POST", f"{CONTROL}/reset", headers=of(f"w{n}")) for n in range(20))
        return await asyncio.gather(*resets)

    assert all(answer.is_success for answer in api.run(story()))
    assert {tuple(names(api, f"w{n}")) for n in range(20)} == {("Two",)}


BROKEN = [
    ("[", "is not YAML, line"),
    (json.dumps({DOCUMENTED: {"groups": [{"name": 5, "category": "l1"}]}}), "groups"),
    (json.dumps({"7/shop": {}}), "7/shop"),
    (None, "cannot be read"),
]


@pytest.mark.parametrize(("content", "named"), BROKEN)
@pytest.mark.parametrize(("method", "path"), RESETS)
def test_a_broken_seed_file_is_told_and_changes_nothing(
    make_api: MakeApi, tmp_path: Path, method: str, path: str, content: str | None, named: str
) -> None:
    api = make_api(seed=walkers(tmp_path, "One"))
    disturb(api)
    before = everything(api)
    file = tmp_path / "seed.yaml"
    if content is None:
        file.unlink()
    else:
        file.write_text(content)
    for _ in "ab":
        answer = api.request(method, f"{CONTROL}{path}")
        assert refused(answer) == ["seed"]
        assert str(file) in answer.json()["message"]
        assert named in answer.json()["message"]
        assert answer.json()["message"].rstrip(".") == answer.json()["message"][:-1]
    assert everything(api) == before
    assert names(api, "new") == ["One"]
    walkers(tmp_path, "Mended")
    assert api.request(method, f"{CONTROL}{path}").is_success
    assert names(api, "default") == ["Mended"]


def test_a_reset_to_something_else_does_not_need_the_file(make_api: MakeApi, tmp_path: Path) -> None:
    api = make_api(seed=walkers(tmp_path, "One"))
    (tmp_path / "seed.yaml").unlink()
    assert api.post(f"{CONTROL}/reset?to=documents").is_success


# --- the state file -------------------------------------------------------------------------------------


def test_with_a_state_file_the_seed_is_the_seed(make_api: MakeApi, tmp_path: Path) -> None:
    kept = tmp_path / "state.json"
    kept.write_text(json.dumps({DOCUMENTED: {"groups": [{"name": "Kept", "category": "l1"}]}}))
    api = make_api(seed=walkers(tmp_path, "Seeded"), state=kept)
    assert names(api, "default") == ["Kept"]
    assert names(api, "other") == ["Seeded"]
    for way in (f"{CONTROL}/reset", f"{CONTROL}/reset?to={quote('documents')}", f"{CONTROL}/reset"):
        assert api.post(way).is_success
    assert names(api, "default") == ["Seeded"]


def test_applications_of_the_seed_and_of_the_state_file_are_served(make_api: MakeApi, tmp_path: Path) -> None:
    kept = tmp_path / "state.json"
    kept.write_text(json.dumps({"7/shop": {}}))
    api = make_api(seed=walkers(tmp_path, "Seeded"), state=kept)
    assert api.get("//service/platform/user/v1.0/company/7/application/shop/user_group").json()["items"] == []
    assert names(api, "default") == []
    api.post(f"{CONTROL}/reset")
    assert names(api, "default") == ["Seeded"]


def test_an_empty_state_file_is_as_good_as_none(make_api: MakeApi, tmp_path: Path) -> None:
    (tmp_path / "state.json").touch()
    options = Options(seed=walkers(tmp_path, "Seeded"), state=tmp_path / "state.json")
    assert create_start(options).origin == f"seed: {options.seed}"
    assert names(make_api(seed=options.seed, state=options.state), "default") == ["Seeded"]


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
