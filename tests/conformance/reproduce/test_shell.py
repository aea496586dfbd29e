"""A script is safe to run whatever the target answered, makes what it needs, and deletes what it made."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from tests.conformance.cli_runner import BASE
from tests.http_server import http_server

from audience_conformance.client.exchange import Answer, Exchange
from audience_conformance.reproduce.quoting import Origin
from audience_conformance.reproduce.shell import script
from audience_conformance.reproduce.slicing import evidence
from audience_conformance.results.finding import Finding
from audience_conformance.results.result import Result

SHELL = shutil.which("dash") or "sh"
PATH = f"{BASE}/64b000000000000000000001"
RUN = "0123abcd"
HOSTILE = (
    "$(touch BROKEN) `touch BROKEN` '; touch BROKEN; ' \" ; touch BROKEN; \" \\ \\' %s %n %% & | > BROKEN\n"
    "\x00\x1b]0;title\x07\r\nEND_OF_AWK\n' \n# ' \u202e æøå 日本語 \x9b !! ~ * {a,b}"
)
"""What a target may answer with."""


class Server(BaseHTTPRequestHandler):
    """Answers each request from `answers` by its method, or by what it has received, and notes it."""

    answers: dict[str, tuple[int, Any]]
    received: list[tuple[str, str, bytes, dict[str, str]]]

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.received.append((self.command, self.path, body, dict(self.headers.items())))
        status, content = self.answers.get(self.command, (200, {}))
        content = content(self.received) if callable(content) else content
        sent = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 (as http.server has it)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def server(**answers: tuple[int, Any]) -> Iterator[tuple[str, list[tuple[str, str, bytes, dict[str, str]]]]]:
    handler = type("Handler", (Server,), {"answers": answers, "received": []})
    with http_server(handler) as url:
        yield url, handler.received  # type: ignore[attr-defined]


def exchange(method: str, path: str, status: int, answer: Any, body: bytes | None = None, **headers: str) -> Exchange:
    content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    sent = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    media = {"content-type": "application/json"}
    return Exchange(method, f"http://127.0.0.1:1{PATH}{path}", sent, body, Answer(status, media, content), 0.01)


def text_of(*exchanges: Exchange, expected: str = "something else", actual: str = "", **secrets: str) -> str:
    return script_of(Finding(expected, actual or str(exchanges[-1].answer)), *exchanges, **secrets)


def script_of(finding: Finding, *exchanges: Exchange, **secrets: str) -> str:
    rests_on = evidence(exchanges, finding)
    assert rests_on is not None
    result = Result(
        "DEF-05", "a_check", "", "failed", expected=finding.expected, actual=finding.actual, rules=["DEF-05"]
    )
    base = f"http://127.0.0.1:1{PATH.partition('/company')[0]}"
    return script(result, finding, rests_on, Origin(base, RUN, secrets, 1))


def run(text: str, folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    file = folder / "script.sh"
    file.write_text(text, "utf-8")
    assert subprocess.run([SHELL, "-n", file], check=False).returncode == 0
    done = subprocess.run(
        [SHELL, file, *arguments],
        capture_output=True,
        check=False,
        cwd=folder,
        timeout=30,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(folder), **environment},
    )
    assert sorted(path.name for path in folder.iterdir()) == ["script.sh"]  # nothing was touched, and nothing is left
    return done


CREATED = {"_id": "650000000000000000000001", "slug": f"acs-{RUN}-s1"}
BODY = json.dumps({"slug": f"acs-{RUN}-s1"}).encode()


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


def test_other_lists_with_what_other_checks_had_made_say_nothing(tmp_path: Path) -> None:
    of_another = {"_id": "b" * 24, "name": "acs-89abcdef-Name 1"}
    shown = {"items": [CREATED, of_another], "page": {"item_total": 2}}
    text = text_of(
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        exchange("GET", "/user_attribute/definition", 200, shown),
        actual=json.dumps(CREATED),
    )
    for is_listed, others, code in ((True, [], 1), (True, [{**of_another, "_id": "c" * 24}], 1), (False, [], 2)):

        def listed(received: list[Any], is_listed: bool = is_listed, others: list[Any] = others) -> Any:
            own = {**CREATED, **json.loads(received[0][2])}
            items = [own, *others] if is_listed else others
            return {"items": items, "page": {"item_total": len(items)}}

        with server(POST=(201, CREATED), GET=(200, listed)) as (url, _):
            done = run(text, tmp_path, url)
        assert done.returncode == code, done
        assert (b"audience-conformance replay" in done.stderr) == (code == 2)


def listing(*items: Any, total: int | None = None, **page: Any) -> dict[str, Any]:
    return {"items": list(items), "page": {"item_total": len(items) if total is None else total, **page}}


OF_ANOTHER_CHECK = {"_id": "b" * 24, "slug": f"acs-{RUN}-s352"}
"""An item that another check of the same process has made."""
OF_OTHERS = [{"_id": f"{number:024}", "name": f"Of others {number}"} for number in range(9)]


@pytest.mark.parametrize(
    ("was", "now", "code"),
    [
        ([OF_ANOTHER_CHECK], [], 2),
        ([OF_ANOTHER_CHECK], OF_OTHERS, 2),
        ([CREATED], [], 0),
        ([OF_OTHERS[0], CREATED], OF_OTHERS, 0),  # both lists are shown in full
    ],
)
def test_a_list_without_what_another_check_made_says_nothing(
    tmp_path: Path, was: list[Any], now: list[Any], code: int
) -> None:
    text = text_of(
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        exchange("GET", "/user_attribute/definition?page_size=1", 200, listing(*was)),
        actual=json.dumps(was[-1]),
    )
    with server(POST=(201, CREATED), GET=(200, listing(*now))) as (url, _):
        done = run(text, tmp_path, url)
    assert done.returncode == code, done
    assert (b"audience-conformance replay" in done.stderr) == (code == 2)


@pytest.mark.parametrize(
    ("was", "now", "code"),
    [
        (listing(OF_OTHERS[0], CREATED, total=2, current=2), listing(*OF_OTHERS[:2], total=7, current=2), 2),
        (listing(OF_OTHERS[0], CREATED, has_next=True, total=5), listing(*OF_OTHERS[1:3], total=7), 2),
        (listing(OF_OTHERS[0], CREATED, has_next=True, total=5), listing(*OF_OTHERS[1:3], total=5), 0),
    ],
)
def test_a_page_on_which_other_items_stand_says_nothing(tmp_path: Path, was: Any, now: Any, code: int) -> None:
    text = text_of(
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        exchange("GET", "/user_attribute/definition?page_no=2&page_size=2", 200, was),
        actual=json.dumps(CREATED),
    )
    with server(POST=(201, CREATED), GET=(200, now)) as (url, _):
        assert run(text, tmp_path, url).returncode == code


def test_an_item_that_is_on_no_page_of_others_is_missed(tmp_path: Path) -> None:
    pages = [listing(OF_OTHERS[0], current=1, has_next=True, total=2), listing(current=2, has_next=False, total=2)]
    text = text_of(
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        *(
            exchange("GET", f"/user_attribute/definition?page_no={number}", 200, page)
            for number, page in enumerate(pages)
        ),
        expected="the list to have it",
        actual="[...]",
    )
    for is_listed, code in ((False, 1), (True, 0)):

        def listed(received: list[Any], is_listed: bool = is_listed) -> Any:
            own = {**CREATED, **json.loads(received[0][2])}
            if received[-1][1].endswith("0"):
                return listing(OF_OTHERS[1], current=1, has_next=True, total=9)
            return listing(*([own] if is_listed else []), current=2, has_next=False, total=9)

        with server(POST=(201, lambda received: {**CREATED, **json.loads(received[0][2])}), GET=(200, listed)) as (
            url,
            _,
        ):
            assert run(text, tmp_path, url).returncode == code


@pytest.mark.parametrize(
    ("query", "more", "code"),
    [("", {"has_next": True}, 2), (f"&name=acs-{RUN}-s1", {"has_next": True}, 0), ("", {}, 0)],
)
def test_more_items_than_now_of_which_none_was_shown_say_nothing(
    tmp_path: Path, query: str, more: dict[str, Any], code: int
) -> None:
    text = text_of(
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        exchange("GET", f"/user_attribute/definition?page_size=1{query}", 200, listing(CREATED, total=18, **more)),
        actual="[...]",
    )

    def created(received: list[Any]) -> Any:
        return {**CREATED, **json.loads(received[0][2])}

    with server(POST=(201, created), GET=(200, lambda received: listing(created(received)))) as (url, _):
        assert run(text, tmp_path, url).returncode == code


@pytest.mark.parametrize(("then", "code"), [(2, 2), (0, 0)])
def test_counts_that_others_changed_while_the_check_ran_say_nothing(tmp_path: Path, then: int, code: int) -> None:
    url = "/user_attribute/definition?page_size=1&page_no="
    text = text_of(
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        exchange("GET", f"{url}1", 200, listing(CREATED, total=1)),
        exchange("GET", f"{url}2", 200, listing(total=then)),
        actual="[1, then]",
    )

    def created(received: list[Any]) -> Any:
        return {**CREATED, **json.loads(received[0][2])}

    def listed(received: list[Any]) -> Any:
        return listing(created(received)) if received[-1][1].endswith("1") else listing(total=1)

    with server(POST=(201, created), GET=(200, listed)) as (base, _):
        assert run(text, tmp_path, base).returncode == code


@pytest.mark.parametrize("is_there", [True, False])
def test_an_item_of_others_that_a_finding_names_must_still_be_there(tmp_path: Path, is_there: bool) -> None:
    text = text_of(
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        exchange("GET", "/user_attribute/definition?type=date", 200, listing(OF_OTHERS[0])),
        actual=json.dumps(OF_OTHERS[0]),
    )

    class Lists(Server):
        def do_GET(self) -> None:
            is_list = "?" in self.path
            self.answers = {"GET": (200 if is_list or is_there else 404, listing() if is_list else {})}
            self._answer()

    handler = type("Handler", (Lists,), {"answers": {"POST": (201, CREATED)}, "received": []})
    with http_server(handler) as url:
        assert run(text, tmp_path, url).returncode == (0 if is_there else 2)


@pytest.mark.parametrize(("others", "total", "code"), [(1, 3, 1), (1, 2, 0), (2, 3, 2), (2, 2, 2)])
def test_a_count_of_a_list_is_judged_only_if_others_have_the_same_items(
    tmp_path: Path, others: int, total: int, code: int
) -> None:
    was = listing(OF_OTHERS[0], CREATED, total=3)
    exchanges = (
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        exchange("GET", "/user_attribute/definition", 200, was),
    )
    finding = Finding("page.item_total to be 2", "3", values=(3, 2))
    with server(POST=(201, CREATED), GET=(200, listing(*OF_OTHERS[:others], total=total))) as (url, _):
        assert run(script_of(finding, *exchanges), tmp_path, url).returncode == code


@pytest.mark.parametrize(
    ("query", "total", "code"), [(f"?slug=acs-{RUN}-s1", 2, 1), (f"?slug=acs-{RUN}-s1", 1, 0), ("?page_no=2", 1, 1)]
)
def test_the_count_of_a_list_of_own_items_counts_beside_lists_of_others(
    tmp_path: Path, query: str, total: int, code: int
) -> None:
    """A list that no filter limits to what the script makes may have another number of items each time."""
    text = text_of(
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        exchange("GET", "/user_attribute/definition", 200, listing(OF_OTHERS[0], CREATED)),
        exchange("GET", f"/user_attribute/definition{query}", 200, listing(CREATED, total=2)),
        expected="as many items as item_total says",
        actual=json.dumps(CREATED),
    )

    def answered(received: list[Any]) -> Any:
        own = {**CREATED, **json.loads(received[0][2])}
        return listing(own, total=total) if "?" in received[-1][1] else listing(OF_OTHERS[0], own)

    with server(POST=(201, CREATED), GET=(200, answered)) as (url, _):
        assert run(text, tmp_path, url).returncode == code


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


def test_users_that_are_not_ours_are_compared_too(tmp_path: Path) -> None:
    """Every user of a group of ours counts, whatever he is called."""
    users = {"items": [{"user_id": "ada"}, {"user_id": "ben"}]}
    text = text_of(
        exchange("POST", "/user_group", 201, CREATED, BODY),
        exchange("GET", f"/user_group/{CREATED['_id']}/users", 200, users),
        expected="no user twice",
        actual="[...]",
    )
    for now, code in ((users, 1), ({"items": [{"user_id": "ada"}]}, 0)):
        made = (201, lambda received: {**CREATED, **json.loads(received[0][2])})
        with server(POST=made, GET=(200, now)) as (url, _):
            assert run(text, tmp_path, url).returncode == code
