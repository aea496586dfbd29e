"""/__mock__/openapi.json describes every answer; tests/mock/control/description.py holds it in all other tests too."""

from typing import Any

import pytest
from openapi_spec_validator import validate
from tests.mock.conftest import Api
from tests.mock.control.description import DOCUMENT
from tests.mock.control.helpers import CONTROL, use
from tests.mock.helpers import GROUPS, Json, a_group

OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}
SUCCESSES: dict[str, tuple[str, Json]] = {
    "read_health": ("/health", {}),
    "reset": ("/reset?keep=jobs", {}),
    "read_state": ("/state", {}),
    "write_state": ("/state", {"json": {"559/64b000000000000000000001": {}}}),
    "list_snapshots": ("/snapshots", {}),
    "take_snapshot": ("/snapshots/other", {}),
    "restore_snapshot": ("/snapshots/saved", {}),
    "delete_snapshot": ("/snapshots/saved", {}),
    "list_sessions": ("/sessions", {}),
    "end_sessions": ("/sessions", {}),
    "end_session": ("/sessions/default", {}),
    "read_clock": ("/clock", {}),
    "set_clock": ("/clock", {"json": {"freeze": True}}),
    "list_jobs": ("/jobs", {}),
    "set_progression": ("/jobs/progression", {"json": {"reads": 2}}),
    "read_job": ("/jobs/job-1", {}),
    "advance_job": ("/jobs/job-2", {}),
    "fail_job": ("/jobs/job-2", {"json": {"rows": [1]}}),
    "list_faults": ("/faults", {}),
    "add_fault": ("/faults", {"json": {"sequence": [503, {"status": 429}, "ok"], "query": {"a": None}}}),
    "delete_faults": ("/faults", {}),
    "delete_fault": ("/faults/fault-1", {}),
    "list_entries": ("/journal", {}),
    "clear_journal": ("/journal", {}),
    "count_entries": ("/journal/counts", {}),
    "verify_calls": ("/journal/verify", {"json": {"operation": "deleteUserGroup", "times": 9}}),
    "export_har": ("/journal/har", {}),
    "read_coverage": ("/journal/coverage", {}),
    "read_entry": ("/journal/1", {}),
    "list_users": ("/users", {}),
    "put_user": ("/users/u1", {"json": {"emails": [{"email": "a@b.c"}], "phone_numbers": [{"phone": "1"}]}}),
    "delete_user": ("/users/known", {}),
    "find_console": ("", {}),
    "show_console": ("/", {}),
    "read_console_file": ("/console/main.js", {}),
}
"""A successful request of each operation after `prepare`, but for the stream and the description itself."""
ELSEWHERE = {"stream_entries", "describe"}


def prepare(api: Api) -> None:
    """Something of every kind: a snapshot, jobs that ended and that wait, rules, entries of every outcome."""
    assert api.post(f"{CONTROL}/reset?to=documents").is_success
    use(api)
    api.put(f"{CONTROL}/snapshots/saved", None)
    api.put(f"{CONTROL}/jobs/progression", {})
    api.post(GROUPS, a_group(["u1"]))
    rule = {"operation": "getUserGroupTags", "status": 500, "times": 1, "probability": 1}
    api.post(f"{CONTROL}/faults", rule)
    api.get("/user_group/tags")
    api.get("/hats", a=["1", "2"])
    api.request("POST", GROUPS, content=b"\xff")
    api.put(f"{CONTROL}/users/known", {"emails": [{"email": "a@b.c", "primary": True}]})


@pytest.mark.parametrize("name", SUCCESSES)
def test_every_success_is_described(shared_api: Api, name: str) -> None:
    prepare(shared_api)
    method, template, operation = OPERATIONS[name]
    path, options = SUCCESSES[name]
    suffix = "/advance" if name == "advance_job" else "/fail" if name == "fail_job" else ""
    answer = shared_api.request(method.upper(), f"{CONTROL}{path}{suffix}", **options)
    assert str(answer.status_code) == next(iter(operation["responses"])), (template, answer.text)


def test_every_operation_has_a_success_here() -> None:
    assert {*SUCCESSES, *ELSEWHERE} == set(OPERATIONS)


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", "/clock", {"params": {"hat": 1}}, 400),
        ("POST", "/clock", {"json": {"freeze": 1}}, 400),
        ("POST", "/clock", {"content": b"{", "headers": {"Content-Encoding": "br"}}, 415),
        ("GET", "/clock", {"headers": {"Host": "rebound.example"}}, 403),
        ("GET", "/journal/99", {}, 404),
        ("GET", "/jobs/job-99", {}, 404),
        ("POST", "/jobs/job-99/advance", {}, 404),
        ("POST", "/jobs/job-99/fail", {}, 404),
        ("POST", "/snapshots/none", {}, 404),
        ("DELETE", "/snapshots/none", {}, 404),
        ("DELETE", "/sessions/none", {}, 404),
        ("DELETE", "/faults/none", {}, 404),
        ("DELETE", "/users/none", {}, 404),
        ("GET", "/console/none", {}, 404),
        ("GET", "/nothing", {}, 404),
        ("PATCH", "/clock", {}, 405),
    ],
)
def test_every_refusal_is_described(shared_api: Api, method: str, path: str, options: Any, status: int) -> None:
    assert shared_api.request(method, f"{CONTROL}{path}", **options).status_code == status


def test_the_description_is_valid_and_the_served_one() -> None:
    validate(DOCUMENT)
    for _, path, operation in OPERATIONS.values():
        success, *refusals = operation["responses"]
        assert "content" in operation["responses"][success] or success == "307"
        assert {"400", "403", "default"} <= set(refusals), path
        assert operation.get("security") == [] or "401" in refusals


def test_the_served_description_has_the_same_operations(shared_api: Api) -> None:
    served = shared_api.get(f"{CONTROL}/openapi.json").json()
    assert {path: set(item) for path, item in served["paths"].items()} == {
        path: set(item) for path, item in DOCUMENT["paths"].items()
    }
    assert served["components"] == DOCUMENT["components"]
