"""The CSV of users behind a file_url: parsing, data: URLs, and fetching over HTTP."""

import asyncio
import base64
import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.mock.helpers import csv_of

from audience_mock.errors import FileProblem
from audience_mock.session import user_files as files
from audience_mock.session.user_files import Files, parse

quick = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
IDS = st.lists(st.text(max_size=5) | st.sampled_from(["u1", "u2", " u1 ", "", "\t", 'a"b', "a,b", "a\nb", "ü", "\x00"]))


def in_order(places: dict[str, int]) -> list[str]:
    """The user ids, in the order of their places."""
    assert list(places.values()) == list(range(len(places)))
    return list(places)


def read(url: str, *hosts: str) -> list[str]:
    return in_order(asyncio.run(Files(hosts).read(url)))


def once(user_ids: list[str]) -> list[str]:
    return list(dict.fromkeys(stripped for user_id in user_ids if (stripped := user_id.strip())))


# --- CSV -------------------------------------------------------------------------------------------


def cell(text: str, quoted: bool) -> str:
    return '"' + text.replace('"', '""') + '"' if quoted or set(text) & set('",\r\n') else text


@quick
@given(
    user_ids=IDS,
    quoted=st.booleans(),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    mark=st.sampled_from(["", "\ufeff"]),
    before=st.lists(st.sampled_from(["name", "a,b", ""]), max_size=2),
    after=st.lists(st.sampled_from(["name", 'say "hi"']), max_size=2),
)
def test_the_column_user_id_is_read_each_id_once_in_order(
    user_ids: list[str], quoted: bool, end: str, mark: str, before: list[str], after: list[str]
) -> None:
    rows = [[*before, " user_id", *after], *([*before, user_id, *after] for user_id in user_ids)]
    text = mark + "".join(",".join(cell(item, quoted) for item in row) + end for row in rows)
    assert in_order(parse(text.encode())) == once(user_ids)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"user_id", []),
        (b"user_id\n", []),
        (b"user_id\nu1", ["u1"]),
        (b"user_id\n\n\r\nu1\n\n", ["u1"]),
        (b"name,user_id\nAda\nBob,u2\n", ["u2"]),
        (b"user_id\nu1,surplus\n", ["u1"]),
        (b"user_id,user_id\nu1,u2\n", ["u1"]),
        (b"user_id\nu2\nu1\nu2\n", ["u2", "u1"]),
    ],
)
def test_rows_may_be_blank_short_or_long(content: bytes, expected: list[str]) -> None:
    assert in_order(parse(content)) == expected


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        *((c, "no column user_id") for c in (b"", b"\n", b"name,id\nAda,u1\n", b"USER_ID\nu1\n", b"user_id;name\n")),
        *((c, "not UTF-8") for c in (b"user_id\n\xff", "user_id\nü".encode("latin-1"), "user_id\nu1".encode("utf-16"))),
        *((c, "not CSV: .*, line 2") for c in (b'user_id\n"u1', b'user_id\n"u1"u2\n', b"user_id\n" + b"u" * 2**18)),
    ],
)
def test_another_file_is_refused(content: bytes, problem: str) -> None:
    with pytest.raises(FileProblem, match=problem):
        parse(content)


# --- data: -----------------------------------------------------------------------------------------


@quick
@given(user_ids=IDS.map(once))
def test_a_data_url_holds_the_file_itself(user_ids: list[str]) -> None:
    text = "".join(f"{cell(user_id, quoted=True)}\n" for user_id in ["user_id", *user_ids])
    encoded = base64.b64encode(text.encode()).decode()
    assert read(f"data:text/csv,{quote(text)}") == user_ids
    assert read(f"data:text/csv;charset=utf-8;base64,{encoded}") == user_ids
    assert read(f"data:text/csv;base64,{quote(encoded)}") == user_ids


@pytest.mark.parametrize(
    "url",
    [
        "data:text/csv,user_id%0Au1",
        "DATA:Text/CSV,user_id%0au1",
        "data:text/csv;header=present,user_id\nu1",
        "data:text/csv;BASE64,dXNlcl9pZAp1MQ==",
    ],
)
def test_a_data_url_is_written_in_any_case_and_with_parameters(url: str) -> None:
    assert read(url) == ["u1"]


@pytest.mark.parametrize("shift", range(7))
def test_a_large_data_url_is_decoded_as_one(shift: int) -> None:
    user_ids = ["x" * shift + "é" * 30_000, "%é%41" * 9_000, "x" * 100_000]
    assert read(csv_of(user_ids)) == user_ids


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("data:text/csv", "not of the form"),
        ("data:,user_id", "not of the form"),
        ("data:text/html,user_id", "not of the form"),
        ("data:text/csv;base64,!!!", "not valid base64"),
        ("data:text/csv;base64,dXNlcl9pZA", "not valid base64"),
    ],
)
def test_a_data_url_that_holds_no_file_is_refused(url: str, problem: str) -> None:
    with pytest.raises(FileProblem, match=problem):
        read(url)


# --- http ------------------------------------------------------------------------------------------

CONTENT = b"user_id\nu1\nu2\n"


class Handler(BaseHTTPRequestHandler):
    """/3/… redirects three times; the names of other paths say what they do."""

    def do_GET(self) -> None:
        first, _, rest = self.path[1:].partition("/")
        if first == "slow":
            self.answer(200, {"Content-Length": "1000000"})
            while not self.server.over.wait(0.01):  # type: ignore[attr-defined]
                self.wfile.write(b"\n")
        elif first == "to":
            self.answer(302, {"Location": rest})
        elif first.isdecimal() and int(first):
            self.answer(int(f"30{1 + int(first) % 2}"), {"Location": f"/{int(first) - 1}/{rest}"})
        elif first == "status":
            self.answer(int(rest), {}, CONTENT if rest != "304" else b"")
        elif first == "zip":
            self.answer(200, {"Content-Encoding": "gzip"}, gzip.compress(CONTENT))
        elif first == "badzip":
            self.answer(200, {"Content-Encoding": "gzip"}, CONTENT)
        elif first == "cut":
            self.answer(200, {"Content-Length": "1000"}, CONTENT)
        else:
            self.answer(200, {}, CONTENT)

    def answer(self, status: int, headers: dict[str, str], content: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    over = threading.Event()

    def handle_error(self, *arguments: object) -> None:
        """A client that leaves early is no error."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.over.set()
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["users.csv", "1/x", "5/x", "zip"])
def test_a_file_is_fetched_from_loopback(port: int, path: str) -> None:
    assert read(f"http://127.0.0.1:{port}/{path}") == ["u1", "u2"]
    assert read(f"HTTP://LocalHost:{port}/{path}") == ["u1", "u2"]


def test_no_proxy_of_the_environment_is_used(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert read(f"http://127.0.0.1:{port}/") == ["u1", "u2"]


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("status/404", "answered 404, not 200"),
        ("status/500", "answered 500"),
        ("status/206", "answered 206"),
        ("status/304", "answered 304"),
        ("status/302", "answered 302"),
        ("6/x", "redirects more than 5 times"),
        ("to/file:///etc/passwd", "neither http, https"),
        ("badzip", "cannot be fetched"),
        ("cut", "cannot be fetched"),
    ],
)
def test_an_answer_that_is_no_file_is_refused(port: int, path: str, problem: str) -> None:
    with pytest.raises(FileProblem, match=problem):
        read(f"http://127.0.0.1:{port}/{path}")


def test_a_redirect_may_name_the_same_host_in_full(port: int) -> None:
    assert read(f"http://127.0.0.1:{port}/to/http://127.0.0.1:{port}/users.csv") == ["u1", "u2"]


@pytest.mark.parametrize("path", ["users.csv", "zip"])
def test_a_file_that_is_too_large_is_refused(port: int, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", len(CONTENT))
    assert read(f"http://127.0.0.1:{port}/{path}") == ["u1", "u2"]
    monkeypatch.setattr(files, "MAX_BYTES", len(CONTENT) - 1)
    with pytest.raises(FileProblem, match="larger than"):
        read(f"http://127.0.0.1:{port}/{path}")


def test_a_file_that_takes_too_long_is_refused(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "TIME_LIMIT", 0.2)
    with pytest.raises(FileProblem, match="did not arrive within"):
        read(f"http://127.0.0.1:{port}/slow")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://127.0.0.1:99999/", "http://127.0.0.1:-1/", "http://127.0.0.1:x/"]
)
def test_a_port_where_nothing_can_listen_is_refused(url: str) -> None:
    with pytest.raises(FileProblem, match="cannot be fetched"):
        read(url)
