"""The clock of a session, and the jobs that wait for it."""

from collections.abc import Iterable
from typing import Any

import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.control.helpers import CONTROL, JOBS, NOON, advance, clock, group_status, items, manual
from tests.mock.helpers import DEFINITIONS, GROUPS, HeldFiles, a_definition, a_group, csv_of, moment, refused

from audience_mock.control import times

# --- the clock --------------------------------------------------------------------------------------


def test_a_frozen_clock_sets_every_timestamp(api: Api) -> None:
    assert clock(api, freeze=NOON) == {"now": NOON, "frozen": True}
    definition = api.post(DEFINITIONS, a_definition()).json()
    assert (definition["created_at"], definition["modified_at"]) == (NOON, NOON)
    group = api.post(GROUPS, a_group(["u1"])).json()
    api.settle()
    assert api.get(f"{GROUPS}/{group['_id']}").json()["total_users"]["refreshed_at"] == NOON
    assert items(api, "/jobs")[0]["ended_at"] == NOON


def test_two_changes_at_one_frozen_moment_still_follow_each_other(api: Api) -> None:
    clock(api, freeze=NOON)
    made = api.post(GROUPS, a_group()).json()
    first, second = (api.patch(f"{GROUPS}/{made['_id']}", {"name": name}).json() for name in ("a", "b"))
    assert made["modified_at"] < first["modified_at"] < second["modified_at"]


def test_a_clock_is_frozen_advanced_set_run_and_reset(api: Api) -> None:
    begin = clock(api, freeze=True)
    assert begin["frozen"]
    assert api.get(f"{CONTROL}/clock").json() == begin
    assert clock(api, set=NOON) == {"now": NOON, "frozen": True}
    assert clock(api, advance=90.5)["now"] == "2031-05-01T12:01:30.500Z"
    running = clock(api, run=True)
    assert not running["frozen"]
    assert "2031-05-01T12:01:30.500Z" <= running["now"] < "2031-05-01T12:30"
    assert clock(api, advance=3600)["now"] > "2031-05-01T13:01:30"
    assert not clock(api, set="2040-01-01T00:00:00Z")["frozen"]
    assert api.get(f"{CONTROL}/clock").json()["now"].startswith("2040-01-01T00:")
    assert clock(api, reset=True)["now"] < "2031"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2031-05-01T17:30:00+05:30", NOON),
        ("2031-05-01t12:00:00z", NOON),
        ("2031-05-01T12:00:00.123456789Z", "2031-05-01T12:00:00.123Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
        ("9000-01-01T00:00:00Z", "9000-01-01T00:00:00.000Z"),
    ],
)
def test_every_notation_of_a_time_is_parsed(api: Api, text: str, says: str) -> None:
    assert clock(api, freeze=text)["now"] == says
    assert moment(api.post(DEFINITIONS, a_definition()).json()["created_at"]) == moment(says)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"freeze": True, "run": True},
        {"stop": True},
        {"freeze": False},
        {"freeze": 1},
        {"freeze": "noon"},
        {"freeze": "2031-05-01T12:00:00"},
        {"set": "0000-01-01T00:00:00Z"},
        {"set": "0001-01-01T00:00:00+23:59"},
        {"set": "9999-12-31T23:59:59-23:59"},
        {"set": "9000-01-01T00:00:01Z"},
        {"set": True},
        {"advance": -1},
        {"advance": 1e11},
        {"advance": "60"},
        {"run": False},
        {"reset": None},
    ],
)
def test_an_invalid_clock_is_refused_and_changes_nothing(shared_api: Api, body: Any) -> None:
    before = clock(shared_api, freeze=NOON)
    (field,) = refused(shared_api.post(f"{CONTROL}/clock", body))
    assert field.startswith("body")
    assert shared_api.get(f"{CONTROL}/clock").json() == before


def test_a_clock_does_not_go_beyond_its_last_year(api: Api) -> None:
    clock(api, freeze="8999-12-31T00:00:00Z")
    answer = api.post(f"{CONTROL}/clock", {"advance": 1e9})
    assert refused(answer) == ["body.advance"]
    assert "9000" in answer.json()["message"]


# --- jobs by the clock --------------------------------------------------------------------------------


def test_a_job_waits_for_the_clock(make_api: MakeApi) -> None:
    api = make_api(job_delay=60)
    clock(api, freeze=NOON)
    group = api.post(GROUPS, a_group(["u1"])).json()
    clock(api, advance=59)
    assert (group_status(api, group), items(api, "/jobs")[0]["status"]) == ("pending", "waiting")
    clock(api, advance=1)
    assert (group_status(api, group), items(api, "/jobs")[0]["status"]) == ("completed", "completed")


def test_jobs_have_ended_when_the_clock_responds(make_api: MakeApi) -> None:
    api = make_api(job_delay=3600)
    groups = [api.post(GROUPS, a_group([f"u{n}"])).json() for n in range(20)]
    clock(api, advance=3601)
    assert {group_status(api, group) for group in groups} == {"completed"}


def test_a_clock_set_back_makes_a_job_wait_longer(make_api: MakeApi) -> None:
    api = make_api(job_delay=60)
    clock(api, freeze=NOON)
    group = api.post(GROUPS, a_group()).json()
    clock(api, set="2031-05-01T11:00:00Z")
    clock(api, advance=3600)
    assert group_status(api, group) == "pending"
    clock(api, advance=60)
    assert group_status(api, group) == "completed"


def test_a_job_of_a_very_long_delay_is_reached_by_the_clock(make_api: MakeApi) -> None:
    api = manual(make_api, seconds=1e9)
    clock(api, freeze="9000-01-01T00:00:00Z")
    group = api.post(GROUPS, a_group()).json()
    assert group_status(api, group) == "pending"
    clock(api, set="1970-01-01T00:00:00Z")
    other = api.post(GROUPS, a_group()).json()
    clock(api, advance=1e9)
    assert [group_status(api, one) for one in (group, other)] == ["pending", "completed"]


def test_an_answer_does_not_wait_for_ever_for_a_job(make_api: MakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    api = manual(make_api)
    held = HeldFiles(api, monkeypatch)
    monkeypatch.setattr(times, "JOB_TIMEOUT", 0.01)
    body = a_group(["u1"])
    group = api.post(GROUPS, body).json()
    assert advance(api)["status"] == "running"
    refused(api.post(f"{JOBS}/job-1/advance"))
    held.let_go(body["file_url"])
    api.settle()
    assert group_status(api, group) == "completed"


@pytest.mark.parametrize(("seconds", "order"), [([10] * 12, range(12)), (range(12, 0, -1), range(11, -1, -1))])
def test_jobs_that_become_due_together_run_in_the_order_of_their_times_and_then_of_their_requests(
    make_api: MakeApi, seconds: Iterable[int], order: Iterable[int]
) -> None:
    api = make_api()
    clock(api, freeze=NOON)
    definition = api.post(DEFINITIONS, a_definition(type="number")).json()
    for number, delay in enumerate(seconds):
        api.put(f"{JOBS}/progression", {"seconds": delay})
        update = {"file_url": csv_of(["u1"]), "attributes": [{"key": definition["slug"], "value": number}]}
        api.patch("/user_attribute/bulk_update", update)
    written: list[Any] = []
    attributes = next(iter(api.backend.world.tenants())).attributes
    put = attributes.put

    def noted(user_id: str, definition: Any, value: Any) -> Any:
        written.append(value)
        return put(user_id, definition, value)

    attributes.put = noted  # type: ignore[method-assign, assignment]
    clock(api, advance=60)
    api.settle()
    assert written == list(order)
    value = api.get(f"{DEFINITIONS}/{definition['_id']}/user/u1").json()["attribute"]["value"]
    assert value == written[-1]
