"""The journal, live: server-sent events, over a port, as a browser's EventSource reads them."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from tests.mock.conftest import BASE, Api

from audience_mock.app import Options, create_app, create_backend, seed_worlds
from audience_mock.control import journal as control
from audience_mock.session.sessions import Sessions

EVENTS = "/__mock__/journal/events"
GROUPS = f"{BASE}/user_group"
Json = dict[str, Any]


class Server(uvicorn.Server):
    """A server in a thread, that lets go of its streams when it stops."""

    def __init__(self) -> None:
        contract, backend = create_backend(Options(seed="documents", job_delay=0))
        self.sessions = Sessions(backend, seed_worlds())
        app = create_app(contract, self.sessions)
        super().__init__(uvicorn.Config(app, port=0, log_level="warning", lifespan="on"))
        self.loop: asyncio.AbstractEventLoop | None = None
        self.url = ""
        self.listens = threading.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.loop = asyncio.get_running_loop()
        self.url = f"http://127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}"
        self.listens.set()

    async def shutdown(self, sockets: Any = None) -> None:
        self.sessions.close_streams()
        await super().shutdown(sockets)

    def watchers(self) -> int:
        return sum(len(session.journal._watchers) for session in self.sessions)


@contextmanager
def running() -> Iterator[tuple[Server, httpx.Client]]:
    server = Server()
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.listens.wait(30)
        with httpx.Client(base_url=server.url, timeout=30) as client:
            yield server, client
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()


@contextmanager
def listening(client: httpx.Client, **options: Any) -> Iterator[Iterator[str]]:
    """The lines of a stream, its greeting read."""
    with client.stream("GET", EVENTS, **options) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "content-length" not in answer.headers
        lines = answer.iter_lines()
        assert [next(lines) for _ in range(3)] == [": the journal, live", "retry: 1000", ""]
        yield lines


def event(lines: Iterator[str]) -> Json:
    """The entry of the next event."""
    name, number, data, end = (next(lines) for _ in range(4))
    assert (name, end) == ("event: entry", "")
    entry: Json = json.loads(data.removeprefix("data: "))
    assert number == f"id: {entry['id']}"
    return entry


def test_each_new_entry_is_told_once_and_in_order() -> None:
    with running() as (_, client):
        client.get(GROUPS)
        with listening(client) as lines:
            for number in range(2, 12):
                client.get(GROUPS, params={"page_no": number})
            told = [event(lines) for _ in range(10)]
        assert [entry["id"] for entry in told] == list(range(2, 12))
        assert told[0] == client.get("/__mock__/journal/2").json()


def test_a_stream_is_about_the_session_that_its_parameter_names() -> None:
    with running() as (_, client), listening(client, params={"session": "anna"}) as lines:
        client.get(GROUPS)
        client.get(GROUPS, headers={"X-Mock-Session": "anna"})
        assert event(lines)["session"] == "anna"


def test_a_stream_goes_on_where_it_broke_off() -> None:
    with running() as (_, client):
        for _ in range(3):
            client.get(GROUPS)
        with listening(client, headers={"Last-Event-ID": "1"}) as lines:
            assert [event(lines)["id"], event(lines)["id"]] == [2, 3]
        with listening(client, params={"since": 2}) as lines:
            assert event(lines)["id"] == 3
        with listening(client, headers={"Last-Event-ID": "99"}) as lines:  # of a server before this one
            assert event(lines)["id"] == 1


def test_two_watchers_are_told_the_same() -> None:
    with running() as (_, client), listening(client) as one, listening(client) as other:
        client.get(GROUPS)
        assert event(one) == event(other)


def test_a_stream_without_news_has_a_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "HEARTBEAT", 0.01)
    with running() as (_, client), listening(client) as lines:
        assert [next(lines), next(lines)] == [": still here", ""]


def test_a_client_that_goes_is_forgotten() -> None:
    with running() as (server, client):
        with listening(client):
            assert server.watchers() == 1
        for _ in range(1000):
            if not server.watchers():
                break
            client.get("/__mock__/clock")
        assert server.watchers() == 0


def test_a_server_that_stops_ends_its_streams() -> None:
    """It would wait for them for ever; `running` asserts that it does not."""
    with running() as (server, client), listening(client) as lines:
        server.should_exit = True
        assert list(lines) == []


def test_a_session_that_ends_ends_its_streams() -> None:
    with running() as (_, client), listening(client, params={"session": "anna"}) as lines:
        client.delete("/__mock__/sessions/anna")
        assert list(lines) == []


def test_a_cleared_journal_goes_on_being_told() -> None:
    with running() as (_, client):
        client.get(GROUPS)
        with listening(client) as lines:
            client.delete("/__mock__/journal")
            client.get(GROUPS)
            assert event(lines)["id"] == 2


def test_a_bad_beginning_is_refused(api: Api) -> None:
    assert api.get("//__mock__/journal/events", since="x").status_code == 400
