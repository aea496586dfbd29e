"""A script is safe to run whatever the target answered, makes what it needs, and deletes what it made."""

import json
import signal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from tests.conformance.reproduce.scripts import (
    BODY,
    CREATED,
    HOSTILE,
    PATH,
    RUN,
    exchange,
    run,
    script_of,
    server,
    text_of,
)

from audience_conformance.client.exchange import Exchange
from audience_conformance.results.finding import Finding


def test_it_keeps_ids_in_variables_and_deletes_what_it_made(tmp_path: Path) -> None:
    text = text_of(
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY, Content_Type="application/json"),
        exchange("GET", f"/user_attribute/definition/{CREATED['_id']}", 404, {"message": "none"}),
        expected="200 for the read",
    )
    made = {"_id": "an id/'with' $(odd) %s", "slug": "s"}
    with server(POST=(201, made), GET=(404, {"message": "none"})) as (url, received):
        done = run(text, tmp_path, url)
    assert done.returncode == 1, done
    own = f"/user_attribute/definition/{made['_id']}"
    assert [(method, unquote(path.removeprefix(PATH))) for method, path, _, _ in received] == [
        ("POST", "/user_attribute/definition"),
        ("GET", own),
        ("DELETE", own),
    ]
    assert RUN.encode() not in received[0][2]
    assert received[0][2].startswith(b'{"slug": "acs-')


@pytest.mark.parametrize(("status", "code"), [(404, 1), (422, 1), (200, 0), (503, 2)])
def test_a_finding_about_a_status_is_judged_by_the_status(tmp_path: Path, status: int, code: int) -> None:
    text = text_of(exchange("GET", "/user_group", 404, {"message": "none"}), expected="200 for the list")
    with server(GET=(status, {})) as (url, _):
        assert run(text, tmp_path, url).returncode == code


def test_other_ids_and_times_are_the_same_answer_and_other_facts_are_not(tmp_path: Path) -> None:
    was = {"_id": "650000000000000000000001", "pinned": True, "created_at": "2026-01-01T00:00:00.000Z", "message": "a"}
    text = text_of(exchange("GET", "/user_group/tags", 200, was))
    same = {**was, "_id": "650000000000000000000002", "created_at": "2027-01-01T00:00:00.000Z", "message": "b"}
    for answer, code in ((same, 1), ({**same, "pinned": False}, 0), ({**same, "created_at": None}, 0)):
        with server(GET=(200, answer)) as (url, _):
            assert run(text, tmp_path, url).returncode == code


def test_it_is_safe_whatever_the_target_answered(tmp_path: Path) -> None:
    hostile_id = "x'; touch BROKEN; '$(touch BROKEN)\n%s"
    text = text_of(
        exchange("POST", "/user_group", 201, {"_id": hostile_id, "uid": HOSTILE, "name": HOSTILE}, BODY),
        exchange("GET", "/user_group/x%27%3B%20touch%20BROKEN%3B%20%27%24%28touch%20BROKEN%29%0A%25s", 200, HOSTILE),
        exchange("GET", "/user_group", 200, b"\xff\x00\xfe'" + HOSTILE.encode()),
        expected=HOSTILE,
    )
    hostile = {"_id": hostile_id, "name": HOSTILE}
    with server(POST=(201, hostile), GET=(200, b"\x1b]0;x\x07" + HOSTILE.encode())) as (url, _):
        done = run(text, tmp_path, url)
    assert done.returncode in (0, 1, 2)
    assert b"\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize("body", [bytes(range(256)), HOSTILE.encode(), b"'", b"%d%s\\n", b"-n", b"@/etc/passwd"])
def test_a_body_arrives_as_it_was_sent(tmp_path: Path, body: bytes) -> None:
    text = text_of(exchange("POST", "/user_group", 400, {}, body), expected="201 for it")
    with server(POST=(400, {})) as (url, received):
        assert run(text, tmp_path, url).returncode == 1
    assert [sent for _, _, sent, _ in received] == [body]


def test_the_token_is_read_from_the_environment(tmp_path: Path) -> None:
    sent = exchange("GET", "/user_group", 404, {}, None, Authorization="Bearer sesame-1234", X_Plain="it's")
    text = text_of(sent, expected="200 for it", authorization="Bearer $TOKEN")
    assert "sesame" not in text
    with server(GET=(404, {})) as (url, received):
        assert run(text, tmp_path, url).returncode == 2
        assert received == []
        assert run(text, tmp_path, url, TOKEN='a"b\\c').returncode == 1
    headers = received[0][3]
    assert (headers["Authorization"], headers["X-Plain"]) == ('Bearer a"b\\c', "it's")


def test_what_was_made_is_deleted_though_a_later_step_fails_and_kept_with_keep(tmp_path: Path) -> None:
    text = text_of(
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        exchange("GET", f"/user_attribute/definition/{CREATED['_id']}", 404, {}),
        expected="200 for the read",
    )
    with server(POST=(201, CREATED), GET=(503, {})) as (url, received):
        assert run(text, tmp_path, url).returncode == 2
        assert [method for method, *_ in received] == ["POST", "GET", "DELETE"]
        received.clear()
        done = run(text, tmp_path, url, KEEP="1")
        assert [method for method, *_ in received] == ["POST", "GET"]
        assert f"{PATH}/user_attribute/definition/{CREATED['_id']}".encode() in done.stdout


def test_what_cannot_be_deleted_is_named_and_the_rest_is_deleted(tmp_path: Path) -> None:
    other = {"_id": "650000000000000000000002", "slug": f"acs-{RUN}-s2"}
    text = text_of(
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        exchange("POST", "/user_attribute/definition", 201, other, BODY.replace(b"s1", b"s2")),
        exchange("GET", f"/user_attribute/definition?slugs={CREATED['slug']},{other['slug']}", 404, {}),
        expected="200 for the read",
    )

    def deleted(received: list[Any]) -> Any:
        if received[-1][1].endswith("/2"):
            raise ConnectionAbortedError
        return {}

    made = (201, lambda received: {"_id": f"{len(received)}"})
    with server(POST=made, GET=(404, {}), DELETE=(200, deleted)) as (url, received):
        done = run(text, tmp_path, url)
    folder = f"{PATH}/user_attribute/definition"
    assert [path for method, path, *_ in received if method == "DELETE"] == [f"{folder}/2", f"{folder}/1"]
    assert f"not deleted: {url}{folder}/2\n".encode() in done.stderr
    assert f"not deleted: {url}{folder}/1\n".encode() not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_was_made_is_deleted_though_it_is_interrupted(tmp_path: Path, number: signal.Signals) -> None:
    text = text_of(
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        exchange("GET", f"/user_attribute/definition/{CREATED['_id']}", 404, {}),
        expected="200 for the read",
    )
    text = text.replace("# The deciding request.\n", f"kill -{number.value} $$\n# The deciding request.\n")
    with server(POST=(201, CREATED), GET=(404, {})) as (url, received):
        assert run(text, tmp_path, url).returncode == 128 + number
    assert [method for method, *_ in received] == ["POST", "DELETE"]


@pytest.mark.parametrize(("reads_status", "code"), [(False, 2), (True, 0)])
def test_users_that_were_read_while_a_job_ran_say_nothing(tmp_path: Path, reads_status: bool, code: int) -> None:
    group = {"_id": "6" * 24, "status": "completed"}
    file = json.dumps({"name": f"acs-{RUN}-Name 1", "file_url": "http://f/u.csv"}).encode()
    text = text_of(
        exchange("POST", "/user_group", 201, {**group, "status": "pending"}, file),
        exchange("GET", f"/user_group/{group['_id']}/users?page_size=1", 200, {"items": []}),
        exchange("PATCH", f"/user_group/{group['_id']}", 200, {**group, "status": "pending"}, file),
        *([exchange("GET", f"/user_group/{group['_id']}", 200, group)] if reads_status else []),
        exchange(
            "GET", f"/user_group/{group['_id']}/users?page_size=1", 200, {"items": [], "page": {"has_next": True}}
        ),
        actual="[1]",
    )

    def answered(received: list[Any]) -> Any:
        return {"items": [], "page": {"has_next": False}} if "/users" in received[-1][1] else group

    with server(POST=(201, group), PATCH=(200, group), GET=(200, answered)) as (url, _):
        assert run(text, tmp_path, url, WAIT="1").returncode == code


@pytest.mark.parametrize(("status", "code"), [("pending", 2), ("failed", 1), ("completed", 1)])
def test_a_job_that_is_not_done_is_waited_for_and_then_not_tried(tmp_path: Path, status: str, code: int) -> None:
    group = {"_id": "6" * 24, "status": "completed"}
    text = text_of(
        exchange("POST", "/user_group", 201, {**group, "status": "pending"}, b"{}"),
        exchange("GET", f"/user_group/{group['_id']}", 200, group),
        exchange("DELETE", f"/user_group/{group['_id']}", 404, {}),
        expected="200 for the delete",
    )
    with server(POST=(201, group), GET=(200, {**group, "status": status}), DELETE=(404, {})) as (url, _):
        assert run(text, tmp_path, url, WAIT="0").returncode == code


def test_a_status_that_a_job_sets_is_waited_for(tmp_path: Path) -> None:
    url = f"/user_group/{'6' * 24}"
    finding = Finding('status to be "failed"', '"completed"', values=("completed", "failed"))
    text = script_of(finding, exchange("GET", url, 200, {"status": "completed"}))

    def answered(received: list[Any]) -> Any:
        return {"status": "failed" if len(received) > 1 else "pending"}

    with server(GET=(200, answered)) as (base, _):
        assert run(text, tmp_path, base, WAIT="9").returncode == 0


def test_a_request_that_no_longer_succeeds_is_not_tried(tmp_path: Path) -> None:
    text = text_of(
        exchange("PUT", "/user_attribute/definition/d/user/u", 201, {}, b"{}"),
        exchange("GET", "/user_attribute/definition/d/user/u", 200, {"value": 1}),
        expected="404 for the read",
    )
    with server(PUT=(400, {}), GET=(404, {})) as (url, _):
        done = run(text, tmp_path, url)
    assert done.returncode == 2
    assert b"audience-conformance replay" in done.stderr


def test_a_target_that_does_not_answer_is_not_tried(tmp_path: Path) -> None:
    text = text_of(exchange("GET", "/user_group", 404, {}), expected="200 for it")
    done = run(text, tmp_path)
    assert done.returncode == 2
    assert b"not tried" in done.stderr


def test_requests_at_the_same_time_are_left_to_replay(tmp_path: Path) -> None:
    one = exchange("GET", "/user_group", 404, {})
    at_once = [Exchange(one.method, one.url, (), None, one.answer, 1.0, started) for started in (1.0, 1.5)]
    posts = [Exchange("POST", one.url, (), b"{}", one.answer, 1.0, started) for started in (1.0, 1.5)]
    done = run(text_of(*posts, at_once[1], expected="200 for it"), tmp_path)
    assert done.returncode == 2
    assert b"audience-conformance replay" in done.stderr


@pytest.mark.parametrize(("status", "code"), [(500, 1), (404, 0)])
def test_the_id_of_a_request_in_an_error_body_says_nothing(tmp_path: Path, status: int, code: int) -> None:
    """A nonce differs in every answer: it must not make a fault look gone."""
    failure = {"message": "no", "trace": "0f3a"}
    text = text_of(
        exchange("GET", "/user_attribute/definition/x", 500, failure),
        expected="any response below 500 (x)",
        actual=f"500 {json.dumps(failure)}",
    )
    with server(GET=(status, lambda _: {"message": "other", "trace": "ffff"})) as (url, _):
        assert run(text, tmp_path, url).returncode == code
