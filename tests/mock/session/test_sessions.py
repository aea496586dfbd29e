"""Sessions: each has its own data, isolated from all others."""

from time import monotonic
from typing import Any

import httpx
import pytest
from tests.mock.conftest import BASE, Api, MakeApi
from tests.mock.helpers import DEFINITIONS, GROUPS, a_definition, a_group, refused

from audience_mock.session import sessions


def ask(api: Api, session: str, method: str, path: str, **options: Any) -> httpx.Response:
    return api.request(method, path, headers={"X-Mock-Session": session}, **options)


def names(api: Api, session: str) -> list[str]:
    items = ask(api, session, "GET", GROUPS, params={"page_size": 100}).json()["items"]
    return [group["name"] for group in items]


def listed(api: Api) -> list[str]:
    return [session["name"] for session in api.get("//__mock__/sessions").json()["items"]]


def test_a_session_begins_as_the_seed_is_whatever_the_default_one_has_become(api: Api) -> None:
    seeded = names(api, "default")
    api.post(GROUPS, a_group(name="Mine"))
    assert names(api, "a") == seeded
    assert names(api, "default") == [*seeded, "Mine"]


def test_a_request_without_the_header_is_in_the_default_session(api: Api) -> None:
    api.post(GROUPS, a_group(name="Mine"))
    assert names(api, "default")[-1] == names(api, "")[-1] == "Mine"


def test_the_control_api_takes_the_session_from_the_header_or_the_parameter(api: Api) -> None:
    ask(api, "a", "POST", "//__mock__/clock", json={"freeze": "2030-01-01T00:00:00Z"})
    assert api.get("//__mock__/clock", session="a").json()["frozen"]
    assert not api.get("//__mock__/clock").json()["frozen"]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_name_outside_ascii_is_one_session_however_it_is_sent(api: Api, encoding: str) -> None:
    headers = {"X-Mock-Session": "Zoë".encode(encoding)}
    api.request("POST", GROUPS, json=a_group(), headers=headers)
    api.request("POST", "//__mock__/clock", json={"freeze": "2030-01-01T00:00:00Z"}, headers=headers)
    assert api.get("//__mock__/clock", session="Zoë").json()["frozen"]
    assert listed(api) == ["default", "Zoë"]


def test_a_session_has_ids_jobs_and_clock_of_its_own(make_api: MakeApi) -> None:
    api = make_api(job_delay=60)
    a, b = (ask(api, name, "POST", GROUPS, json=a_group()).json() for name in "ab")
    assert (a["_id"], a["uid"]) == (b["_id"], b["uid"])
    (job,) = ask(api, "a", "GET", "//__mock__/jobs").json()["items"]
    assert ask(api, "b", "GET", "//__mock__/jobs").json()["items"][0]["id"] == job["id"] == "job-1"
    ask(api, "a", "POST", f"//__mock__/jobs/{job['id']}/advance")
    ask(api, "a", "POST", "//__mock__/clock", json={"freeze": True})
    assert [ask(api, name, "GET", f"{GROUPS}/{a['_id']}").json()["status"] for name in "ab"] == ["completed", "pending"]
    assert not ask(api, "b", "GET", "//__mock__/clock").json()["frozen"]
    assert api.get("//__mock__/jobs").json()["items"] == []


def test_a_progression_set_in_one_session_is_not_that_of_another(api: Api) -> None:
    default = api.get("//__mock__/jobs").json()["progression"]
    api.put("//__mock__/jobs/progression", {"reads": 3})
    ask(api, "a", "PUT", "//__mock__/jobs/progression", json={})
    assert api.get("//__mock__/jobs").json()["progression"] == {"seconds": None, "reads": 3}
    assert ask(api, "b", "GET", "//__mock__/jobs").json()["progression"] == default


def test_two_hundred_sessions_do_not_see_each_other(api: Api) -> None:
    before = len(names(api, "default"))

    def all_at_once(method: str, path: str, numbered: bool) -> list[httpx.Response]:
        return api.gather(
            *(
                (
                    method,
                    path,
                    {"headers": {"X-Mock-Session": f"s{n}"}, **({"json": a_group(name=f"G{n}")} if numbered else {})},
                )
                for n in range(200)
            )
        )

    made = [answer.json() for answer in all_at_once("POST", GROUPS, numbered=True)]
    assert {group["_id"] for group in made} == {made[0]["_id"]}
    read = [answer.json()["items"] for answer in all_at_once("GET", f"{GROUPS}?page_size=100", numbered=False)]
    assert [items[-1]["name"] for items in read] == [f"G{n}" for n in range(200)]
    assert {len(items) for items in read} == {before + 1}
    assert len(names(api, "default")) == before
    assert len(listed(api)) == 201


def test_an_ended_session_begins_anew_with_its_next_request(api: Api) -> None:
    seeded = names(api, "a")
    ask(api, "a", "POST", GROUPS, json=a_group())
    assert api.delete("//__mock__/sessions/a").json()["success"]
    answer = api.delete("//__mock__/sessions/a")
    refused(answer, 404)
    assert '"a"' in answer.json()["message"]
    assert listed(api) == ["default"]
    assert names(api, "a") == seeded


def test_a_session_of_any_name_can_be_ended(api: Api) -> None:
    for name in ("a/b", "ü ?#", "sessions", "x" * 200):
        api.request("GET", GROUPS, headers={b"X-Mock-Session": name.encode("latin-1")})
        assert listed(api) == ["default", name]
        assert api.request("DELETE", f"//__mock__/sessions/{name.replace('?', '%3F').replace('#', '%23')}").is_success
        assert listed(api) == ["default"]


def test_ending_the_default_session_takes_it_back_to_where_it_began(api: Api) -> None:
    seeded, jobs = api.get("//__mock__/state").json(), api.get("//__mock__/jobs").json()
    api.put("//__mock__/jobs/progression", {})
    api.post(GROUPS, a_group())
    api.post("//__mock__/clock", {"freeze": "2030-01-01T00:00:00Z"})
    assert api.delete("//__mock__/sessions/default").is_success
    assert api.get("//__mock__/state").json() == seeded
    assert api.get("//__mock__/jobs").json() == jobs
    assert not api.get("//__mock__/clock").json()["frozen"]


def test_all_sessions_can_be_ended_at_once(api: Api) -> None:
    seeded = names(api, "default")
    for name in ("default", "a", "b"):
        ask(api, name, "DELETE", "//__mock__/sessions/default")
        ask(api, name, "POST", GROUPS, json=a_group())
    assert api.delete("//__mock__/sessions").is_success
    assert listed(api) == ["default"]
    assert names(api, "default") == names(api, "a") == seeded


def test_a_job_of_an_ended_session_does_nothing_more(make_api: MakeApi, caplog: pytest.LogCaptureFixture) -> None:
    api = make_api(job_delay=60)
    ask(api, "a", "POST", GROUPS, json=a_group())
    api.delete("//__mock__/sessions/a")
    assert ask(api, "a", "GET", "//__mock__/jobs").json()["items"] == []
    assert [record for record in caplog.records if record.name.startswith("audience_mock")] == []


@pytest.mark.parametrize("path", [GROUPS, "//__mock__/clock", "//__mock__/reset"])
def test_a_name_that_is_too_long_is_refused_everywhere(api: Api, path: str) -> None:
    answer = ask(api, "x" * 201, "POST" if path.endswith("reset") else "GET", path)
    assert refused(answer) == ["header.X-Mock-Session"]
    assert "201 characters" in answer.json()["message"]
    assert listed(api) == ["default"]


def test_an_unused_session_ends_but_never_the_default_one(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    real = monotonic
    api.post(GROUPS, a_group(name="Mine"))
    ask(api, "old", "POST", GROUPS, json=a_group(name="Old"))
    ask(api, "used", "POST", GROUPS, json=a_group(name="Used"))
    monkeypatch.setattr(sessions, "monotonic", lambda: real() + sessions.IDLE - 60)
    assert names(api, "used")[-1] == "Used"
    monkeypatch.setattr(sessions, "monotonic", lambda: real() + sessions.IDLE + 60)
    assert names(api, "used")[-1] == "Used"
    assert listed(api) == ["default", "used"]
    assert "Old" not in names(api, "old")
    monkeypatch.setattr(sessions, "monotonic", lambda: real() + 100 * sessions.IDLE)
    assert names(api, "default")[-1] == "Mine"


def test_all_sessions_can_be_ended_when_some_are_unused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    real = monotonic
    names(api, "old")
    monkeypatch.setattr(sessions, "monotonic", lambda: real() + 2 * sessions.IDLE)
    assert api.delete("//__mock__/sessions").is_success
    assert listed(api) == ["default"]


def test_the_least_recently_used_session_ends_for_a_new_one(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST", 4)
    for name in ("a", "b", "c", "a", "d"):
        names(api, name)
    assert listed(api) == ["default", "c", "a", "d"]


def test_a_session_is_listed_with_what_it_holds(api: Api) -> None:
    ask(api, "a", "POST", DEFINITIONS, json=a_definition())
    default, a = api.get("//__mock__/sessions").json()["items"]
    tenant = BASE.split("/company/")[1].replace("/application/", "/")
    assert a["tenants"][tenant]["definitions"] == default["tenants"][tenant]["definitions"] + 1
    assert a["idle"] >= 0
