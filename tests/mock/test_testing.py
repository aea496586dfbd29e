"""`MockServer`: a mock in a thread, for tests."""

import asyncio
import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.mock.helpers import GROUPS, a_group, seed_file

from audience_mock import testing
from audience_mock.seeds import SeedProblem
from audience_mock.serve.socket import listen
from audience_mock.testing import MockServer, create_app


def names(mock: MockServer, session: str = "default") -> list[str]:
    answer = httpx.get(f"{mock.api_url}{GROUPS}", params={"page_size": 100}, headers=mock.sessions(session))
    return [group["name"] for group in answer.raise_for_status().json()["items"]]


def make(mock: MockServer, name: str, session: str = "default") -> None:
    body = a_group(name=name)
    httpx.post(f"{mock.api_url}{GROUPS}", json=body, headers=mock.sessions(session)).raise_for_status()


def is_free(url: str) -> bool:
    host, port = url.removeprefix("http://").split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) != 0


Threads = Callable[[], list[str]]


@pytest.fixture
def threads() -> Threads:
    """The names of the mocks' threads that this test has started."""
    others = threading.enumerate()
    return lambda: [
        thread.name
        for thread in threading.enumerate()
        if thread not in others and thread.name.startswith("audience-mock")
    ]


def test_a_mock_listens_as_long_as_its_block_runs(threads: Threads) -> None:
    with MockServer(seed="empty") as mock:
        url = mock.url
        assert url.startswith("http://127.0.0.1:")
        assert f"{mock}" == url
        assert mock.api_url.startswith(f"{url}/service/")
        assert names(mock) == []
    assert is_free(url)
    assert threads() == []


def test_its_options_are_those_of_the_command(tmp_path: Path) -> None:
    seed = seed_file(tmp_path, groups=[{"name": "Walkers", "category": "l1"}])
    with MockServer(seed=str(seed), job_delay=0, check_responses=True, bearer="secret") as mock:
        assert httpx.get(f"{mock.api_url}{GROUPS}").status_code == 401
        answer = httpx.get(f"{mock.api_url}{GROUPS}", headers={"Authorization": "Bearer secret"})
        assert [group["name"] for group in answer.json()["items"]] == ["Walkers"]
        mock.reset()


def test_an_unknown_option_or_seed_is_an_error(threads: Threads) -> None:
    with pytest.raises(TypeError, match="seeds"):
        MockServer(seeds="empty").start()
    with pytest.raises(SeedProblem, match="nowhere"), MockServer(seed="nowhere"):
        pass
    assert threads() == []


def test_each_block_starts_from_the_seed() -> None:
    mock = MockServer(seed="empty")
    for _ in range(2):
        with mock:
            assert names(mock) == []
            make(mock, "Mine")
            assert names(mock) == ["Mine"]


def test_several_run_in_parallel_and_do_not_share_data(threads: Threads) -> None:
    def use(number: int) -> list[str]:
        with MockServer(seed="empty") as mock:
            make(mock, f"G{number}")
            return names(mock)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(use, range(8))) == [[f"G{number}"] for number in range(8)]
    assert threads() == []


def test_it_starts_once_stops_again_and_has_a_url_while_it_runs() -> None:
    mock = MockServer(seed="empty")
    mock.stop()
    with pytest.raises(RuntimeError, match="not running"):
        _ = mock.url
    mock.start()
    with pytest.raises(RuntimeError, match=mock.url):
        mock.start()
    assert names(mock) == []
    mock.stop()
    mock.stop()


def test_a_reset_goes_back_to_the_seed_or_to_another_or_to_a_snapshot() -> None:
    with MockServer(seed="empty") as mock:
        make(mock, "Mine")
        httpx.put(f"{mock.url}/__mock__/snapshots/mine")
        mock.reset()
        assert names(mock) == []
        mock.reset("documents")
        assert len(names(mock)) > 1
        mock.reset(to="mine")
        assert names(mock) == ["Mine"]
        with pytest.raises(ValueError, match="nowhere"):
            mock.reset("nowhere")


@pytest.mark.parametrize("session", [None, "mine"])
def test_a_reset_takes_back_faults_clock_jobs_and_journal(session: str | None) -> None:
    with MockServer(seed="empty") as mock, httpx.Client(base_url=mock.url) as client:
        client.headers.update(mock.sessions(session) if session else {})

        def left() -> list[bool]:
            return [
                bool(client.get("/__mock__/journal").json()["items"]),
                bool(client.get("/__mock__/faults").json()["items"]),
                client.get("/__mock__/clock").json()["frozen"],
                client.get("/__mock__/jobs").json()["progression"]["seconds"] is None,
            ]

        client.post("/__mock__/faults", json={"operation": "getUserGroups", "status": 503})
        client.post("/__mock__/clock", json={"freeze": "2031-01-01T00:00:00Z"})
        client.put("/__mock__/jobs/progression", json={})
        assert client.get(f"{mock.api_url}{GROUPS}").status_code == 503
        mock.reset(session=session, keep=("journal", "faults", "clock", "jobs"))
        assert left() == [True] * 4
        mock.reset(session=session, keep="clock")
        assert left() == [False, False, True, False]
        mock.reset(session=session)
        assert left() == [False] * 4
        assert client.get(f"{mock.api_url}{GROUPS}").json()["items"] == []
        with pytest.raises(ValueError, match="clocks"):
            mock.reset(keep=["clocks"])


def test_a_reset_reads_a_changed_seed_file_again_or_raises(tmp_path: Path) -> None:
    seed = seed_file(tmp_path, groups=[{"name": "One", "category": "l1"}])
    with MockServer(seed=str(seed)) as mock:
        seed_file(tmp_path, groups=[{"name": "Other", "category": "l1"}])
        mock.reset()
        assert names(mock) == ["Other"]
        seed.write_text("[")
        with pytest.raises(ValueError, match=r"seed\.yaml is not YAML, line"):
            mock.reset()
        assert names(mock) == ["Other"]


def test_a_session_has_its_own_data() -> None:
    with MockServer(seed="empty") as mock:
        make(mock, "A", session="a")
        make(mock, "B", session="b")
        assert (names(mock, "a"), names(mock, "b"), names(mock)) == (["A"], ["B"], [])
        mock.reset(session="a")
        assert (names(mock, "a"), names(mock, "b")) == ([], ["B"])
        mock.end_sessions()
        assert (names(mock, "a"), names(mock, "b")) == ([], [])


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with MockServer(seed="empty") as mock:
        mock.reset()


def test_it_stops_despite_a_waiting_job_an_unfinished_request_and_an_open_connection(threads: Threads) -> None:
    with MockServer(seed="empty", job_delay=3600) as mock, httpx.Client() as client:
        client.post(f"{mock.api_url}{GROUPS}", json=a_group()).raise_for_status()
        url = mock.url
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as half:
            half.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n")
            mock.stop()
    assert is_free(url)
    assert threads() == []


def test_answers_are_sent_without_delay() -> None:
    with listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_a_start_that_fails_is_raised_with_its_cause(threads: Threads, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("no more memory")

    monkeypatch.setattr(testing._Server, "startup", fail)
    with pytest.raises(RuntimeError, match="no more memory") as raised:
        MockServer(seed="empty").start()
    assert isinstance(raised.value.__cause__, OSError)
    assert threads() == []


def test_a_server_failure_is_raised_at_the_end_unless_the_test_has_failed() -> None:
    def die(mock: MockServer) -> None:
        assert mock._running is not None
        mock._running._server.on_tick = None  # type: ignore[method-assign, assignment]
        mock._running._thread.join()

    with pytest.raises(RuntimeError, match="failed"), MockServer(seed="empty") as mock:
        die(mock)
    with pytest.raises(AssertionError, match="mine"), MockServer(seed="empty") as mock:  # noqa: PT012 (both happen)
        die(mock)
        raise AssertionError("mine")


def test_the_logging_of_the_test_run_does_not_change() -> None:
    def settings() -> list[Any]:
        return [(logger.level, logger.handlers[:]) for logger in map(logging.getLogger, ("", "uvicorn"))]

    before = settings()
    with MockServer(seed="empty"):
        pass
    assert settings() == before


def test_it_works_where_warnings_are_errors() -> None:
    code = "from audience_mock.testing import MockServer\nwith MockServer(seed='empty') as mock: mock.reset()"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


async def _status(path: str) -> int:
    transport = httpx.ASGITransport(create_app(seed="empty"))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return (await client.get(path)).status_code


def test_the_application_needs_no_port() -> None:
    assert asyncio.run(_status("/__mock__/sessions")) == 200
    assert asyncio.run(_status("/nothing")) == 404


def test_a_server_with_a_control_token_is_reset_as_any_other() -> None:
    with MockServer(seed="documents", token="secret") as mock:
        assert httpx.delete(f"{mock.url}/__mock__/journal").status_code == 401
        mock.reset()
        mock.end_sessions()
