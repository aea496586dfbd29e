"""The journal: entries, filters, counts and coverage."""

from typing import Any

import pytest
from tests.mock.conftest import BASE, Api, MakeApi
from tests.mock.control.helpers import CONTROL, JOURNAL, clock, items, last, recorded
from tests.mock.helpers import CONTRACT, DEFINITIONS, GROUPS, OPERATIONS, Json, a_definition, csv_of, refused

from audience_mock.operations import OPERATIONS as SERVED
from audience_mock.session import journal as bounds

# --- entries --------------------------------------------------------------------------------------------


def test_an_entry_has_the_request_and_the_response(api: Api) -> None:
    clock(api, freeze="2030-01-02T03:04:05.678Z")
    body = a_definition()
    answer = api.request("POST", DEFINITIONS, params={"a": ["1", "2"], "b": ""}, json=body)
    entry = last(api)
    assert entry["id"] == 1
    assert entry["time"] == "2030-01-02T03:04:05.678Z"
    assert (entry["session"], entry["tenant"]) == ("default", "559/64b000000000000000000001")
    assert (entry["method"], entry["path"]) == ("POST", f"{BASE}{DEFINITIONS}")
    assert entry["query"] == {"a": ["1", "2"], "b": ""}
    assert entry["operation"] == "createUserAttributeDefinition"
    assert entry["request"]["body"] == body
    assert entry["request"]["size"] == len(answer.request.content)
    assert entry["request"]["headers"]["content-type"] == "application/json"
    assert entry["response"]["status"] == 201
    assert entry["response"]["body"] == answer.json()
    assert entry["response"]["size"] == len(answer.content)
    assert entry["response"]["headers"] == dict(answer.headers)
    assert entry["duration"] > 0
    assert (entry["outcome"], entry["why"], entry["applied"]) == ("ok", None, [])
    assert api.get(f"{JOURNAL}/1").json() == entry


def test_a_refusal_has_the_violations_or_the_message_as_its_reason(api: Api) -> None:
    fields = refused(api.post(DEFINITIONS, {"name": "Hat size"}))
    entry = last(api)
    assert entry["outcome"] == "refused"
    assert [one["field"] for one in entry["why"]] == fields
    assert all(one["message"] for one in entry["why"])
    answer = api.get("/hats")
    entry = last(api)
    assert (entry["operation"], entry["tenant"]) == (None, None)
    assert (entry["outcome"], entry["why"]) == ("refused", answer.json()["message"])


def test_a_refusal_that_is_cut_still_has_its_reason(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "LONGEST_BODY", 5000)
    attributes = [{"key": f"hat-{number}", "value": 1} for number in range(100)]
    answer = api.patch("/user_attribute/bulk_update", {"file_url": csv_of(["anna"]), "attributes": attributes})
    assert answer.status_code == 400
    assert len(answer.content) > 5000
    entry = last(api)
    assert entry["response"]["cut"] is True
    assert entry["why"] == answer.json()["message"]


def test_a_forced_response_is_forced_and_a_delayed_one_keeps_its_outcome(api: Api) -> None:
    api.request("GET", GROUPS, headers={"Prefer": "code=404"})
    entry = last(api)
    assert (entry["outcome"], entry["applied"]) == ("forced", ["Prefer: code=404"])
    assert "code=404" in entry["why"]
    api.request("GET", GROUPS, params={"page_size": "x"}, headers={"Prefer": "delay=1"})
    entry = last(api)
    assert (entry["outcome"], entry["applied"]) == ("refused", ["Prefer: delay=1"])
    assert entry["why"][0]["field"] == "query.page_size"


def test_a_crash_of_the_mock_is_failed_with_its_reason(
    make_api: MakeApi, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setitem(SERVED, "getUserGroups", (200, fail))
    api = make_api(raise_faults=False)
    assert api.get(GROUPS).status_code == 500
    entry = last(api)
    assert entry["outcome"] == "failed"
    assert "ZeroDivisionError" in entry["why"]


async def raise_error(scope: Any, receive: Any, send: Any) -> None:
    raise ConnectionError


async def ignore(scope: Any, receive: Any, send: Any) -> None:
    await receive()


async def send_half(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})


@pytest.mark.parametrize(
    ("app", "status", "body", "why"),
    [
        (raise_error, None, None, "ConnectionError"),
        (ignore, None, None, "connection ended"),
        (send_half, 200, "half", "connection ended"),
    ],
)
def test_an_incomplete_response_is_recorded_as_failed(
    api: Api, app: Any, status: int | None, body: str | None, why: str
) -> None:
    entry = recorded(api, app)
    assert (entry["outcome"], entry["response"]["status"], entry["response"]["body"]) == ("failed", status, body)
    assert why in entry["why"]


def test_requests_are_recorded_with_cors_headers_but_preflights_and_the_control_api_are_not(api: Api) -> None:
    api.get(f"{CONTROL}/clock")
    api.post(f"{CONTROL}/reset")
    api.request("OPTIONS", GROUPS, headers={"Origin": "http://a.test", "Access-Control-Request-Method": "GET"})
    assert items(api, "/journal") == []
    api.request("GET", GROUPS, headers={"Origin": "http://a.test"})
    assert "access-control-allow-origin" in last(api)["response"]["headers"]


def test_each_session_has_its_own_journal(api: Api) -> None:
    api.get(GROUPS)
    api.request("GET", DEFINITIONS, headers={"X-Mock-Session": "anna"})
    assert [entry["operation"] for entry in items(api, "/journal")] == ["getUserGroups"]
    (entry,) = items(api, "/journal", session="anna")
    assert (entry["operation"], entry["session"], entry["id"]) == ("getUserAttributeDefinitions", "anna", 1)


@pytest.mark.parametrize(("method", "path"), [("POST", "/reset"), ("DELETE", "/sessions/default")])
def test_a_reset_and_the_end_of_a_session_clear_the_journal(api: Api, method: str, path: str) -> None:
    api.get(GROUPS)
    api.request(method, f"{CONTROL}{path}")
    assert items(api, "/journal") == []
    assert items(api, "/journal/counts") == []


# --- filters --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def busy(shared_api: Api) -> Api:
    return six_requests(shared_api)


def six_requests(api: Api) -> Api:
    """The mock after six requests: ids 1 to 6."""
    api.get(GROUPS)
    api.get(DEFINITIONS)
    api.post(DEFINITIONS, a_definition())
    api.post(DEFINITIONS, {})
    api.get(f"{GROUPS}/none")
    api.get("/hats", page="[1]*")
    return api


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, [6, 5, 4, 3, 2, 1]),
        ({"operation": "createUserAttributeDefinition"}, [4, 3]),
        ({"status": "404"}, [6, 5]),
        ({"status": "4xx"}, [6, 5, 4]),
        ({"method": "post"}, [4, 3]),
        ({"path": "user_group"}, [5, 1]),
        ({"path": "user_*/none"}, [5]),
        ({"path": "ha[t]s"}, []),
        ({"text": "USER_ATTRIBUTE"}, [4, 3, 2]),
        ({"text": "page=[1]*"}, [6]),
        ({"text": "body.slug", "status": "400"}, [4]),
        ({"since": 4}, [6, 5]),
        ({"before": 3}, [2, 1]),
        ({"since": 1, "before": 5, "status": "2xx"}, [3, 2]),
        ({"since": 99}, []),
    ],
)
def test_entries_that_pass_all_filters_are_listed_newest_first(busy: Api, query: Json, ids: list[int]) -> None:
    found = busy.request("GET", JOURNAL, params=query).json()
    assert [entry["id"] for entry in found["items"]] == ids
    assert (found["total"], found["dropped"]) == (len(ids), 0)


def test_a_limit_changes_the_list_and_not_the_total(busy: Api) -> None:
    found = busy.get(JOURNAL, limit=2, status="4xx").json()
    assert [entry["id"] for entry in found["items"]] == [6, 5]
    assert found["total"] == 3


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"operation": "getHats"}, "getHats"),
        ({"status": "9xx"}, "9xx"),
        ({"status": "999"}, "404 or 4xx"),
        ({"since": "-1"}, "-1"),
        ({"before": "x"}, "x"),
        ({"console": "yes"}, "yes"),
        ({"limit": "0"}, "1 to 1000"),
        ({"limit": "1001"}, "1001"),
        ({"path": "*a" * 501}, "at most 1000 characters"),
        ({"hat": "1"}, "hat"),
    ],
)
def test_an_invalid_filter_is_refused(shared_api: Api, query: Json, named: str) -> None:
    answer = shared_api.request("GET", JOURNAL, params=query)
    assert refused(answer) == [f"query.{next(iter(query))}"]
    assert named in answer.text


@pytest.mark.parametrize("entry_id", ["0", "7", "hat", "99999999999999999999"])
def test_an_unknown_entry_is_404(busy: Api, entry_id: str) -> None:
    answer = busy.get(f"{JOURNAL}/{entry_id}")
    assert answer.status_code == 404
    assert entry_id in answer.json()["message"]


# --- counts and coverage --------------------------------------------------------------------------------


def test_requests_are_counted_by_operation_and_status(busy: Api) -> None:
    counts = {(one["operation"], one["status"]): one["count"] for one in busy.get(f"{JOURNAL}/counts").json()["items"]}
    assert counts == {
        ("getUserGroups", 200): 1,
        ("getUserAttributeDefinitions", 200): 1,
        ("createUserAttributeDefinition", 201): 1,
        ("createUserAttributeDefinition", 400): 1,
        ("getUserGroupById", 404): 1,
        (None, 404): 1,
    }


def test_a_cleared_journal_is_empty_and_its_ids_continue(api: Api) -> None:
    busy = six_requests(api)
    busy.delete(JOURNAL)
    assert busy.get(JOURNAL).json() == {"items": [], "total": 0, "dropped": 0}
    assert busy.get(f"{JOURNAL}/counts").json() == {"items": []}
    assert busy.get(f"{JOURNAL}/coverage").json()["exercised"] == 0
    busy.get(GROUPS)
    assert [entry["id"] for entry in items(busy, "/journal", since=6)] == [7]


def test_requests_of_the_console_are_listed_but_not_counted(api: Api) -> None:
    busy = six_requests(api)
    before = busy.get(f"{JOURNAL}/coverage").json()
    busy.request("GET", "/user_group/categories", headers={"X-Mock-Console": "true"})
    assert busy.get(JOURNAL).json()["items"][0]["operation"] == "getUserGroupCategories"
    assert busy.get(f"{JOURNAL}/coverage").json() == before
    without = busy.get(JOURNAL, console="false").json()
    assert [entry["id"] for entry in without["items"]] == [6, 5, 4, 3, 2, 1]


def test_a_text_is_found_however_the_body_escapes_it(api: Api) -> None:
    body = rb'{"name": "\u0160\u00e1tek", "slug": 1}'
    api.request("POST", DEFINITIONS, content=body, headers={"Content-Type": "application/json"})
    api.post(DEFINITIONS, {"name": "Hat", "slug": 1})
    for text in ("Šátek", "šÁTEK"):
        assert [entry["id"] for entry in items(api, "/journal", text=text)] == [1]


def test_a_secret_is_not_found_by_its_text(api: Api) -> None:
    api.get(GROUPS, token="hunter2")
    api.post(DEFINITIONS, {"name": "Hat", "password": "hunter2"})
    assert items(api, "/journal", text="hunter2") == []
    assert len(items(api, "/journal", text="token=")) == 1


def test_coverage_has_every_documented_status_of_every_operation(busy: Api) -> None:
    coverage = busy.get(f"{JOURNAL}/coverage").json()
    statuses = {one["operation"]: one["statuses"] for one in coverage["items"]}
    assert sorted(statuses) == sorted(operation.id for operation in OPERATIONS)
    for operation in OPERATIONS:
        documented = CONTRACT["paths"][operation.path][operation.method.lower()]["responses"]
        assert list(statuses[operation.id]) == [str(status) for status in documented]
    assert statuses["createUserAttributeDefinition"] == {"201": 1, "400": 1}
    assert statuses["deleteUserGroup"]["200"] == 0
    assert coverage["exercised"] == 5
    assert coverage["documented"] == sum(map(len, statuses.values()))
    methods = {one["operation"]: (one["method"], one["path"]) for one in coverage["items"]}
    assert methods == {operation.id: (operation.method, operation.path) for operation in OPERATIONS}
