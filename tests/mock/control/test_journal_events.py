"""The journal as server-sent events, read over a port as by a browser's EventSource."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from tests.mock.conftest import BASE, Api

from audience_mock.control import journal as control
from audience_mock.testing import MockServer

EVENTS = "/__mock__/journal/events"
GROUPS = f"{BASE}/user_group"
Json = dict[str, Any]


@pytest.fixture
def mock() -> Iterator[MockServer]:
    with MockServer(seed="documents", job_delay=0) as mock:
        yield mock


@pytest.fixture
def client(mock: MockServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=mock.url, timeout=30) as client:
        yield client


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


def test_each_new_entry_is_sent_once_and_in_order(client: httpx.Client) -> None:
    client.get(GROUPS)
    with listening(client) as lines:
        for number in range(2, 12):
            client.get(GROUPS, params={"page_no": number})
        entries = [event(lines) for _ in range(10)]
    assert [entry["id"] for entry in entries] == list(range(2, 12))
    assert entries[0] == client.get("/__mock__/journal/2").json()


def test_a_stream_is_about_the_session_of_its_parameter(client: httpx.Client) -> None:
    with listening(client, params={"session": "anna"}) as lines:
        client.get(GROUPS)
        client.get(GROUPS, headers={"X-Mock-Session": "anna"})
        assert event(lines)["session"] == "anna"


def test_a_stream_continues_where_it_ended(client: httpx.Client) -> None:
    for _ in range(3):
        client.get(GROUPS)
    with listening(client, headers={"Last-Event-ID": "1"}) as lines:
        assert [event(lines)["id"], event(lines)["id"]] == [2, 3]
    with listening(client, params={"since": 2}) as lines:
        assert event(lines)["id"] == 3
    with listening(client, headers={"Last-Event-ID": "99"}) as lines:  # of a server before this one
        assert event(lines)["id"] == 1


def test_two_watchers_get_the_same(client: httpx.Client) -> None:
    with listening(client) as one, listening(client) as other:
        client.get(GROUPS)
        assert event(one) == event(other)


def test_a_stream_without_new_entries_has_a_heartbeat(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "HEARTBEAT", 0.01)
    with listening(client) as lines:
        assert [next(lines), next(lines)] == [": still here", ""]


def test_a_closed_stream_is_no_watcher_any_more(mock: MockServer, client: httpx.Client) -> None:
    assert mock._running is not None
    journal = mock._running._server._sessions.get(None).journal
    with listening(client):
        assert len(journal._watchers) == 1
    for _ in range(1000):
        if not journal._watchers:
            break
        client.get("/__mock__/clock")
    assert not journal._watchers


def test_a_server_that_stops_ends_its_streams(mock: MockServer, client: httpx.Client) -> None:
    """It would wait for them; a stream that is cut off instead raises here."""
    assert mock._running is not None
    with listening(client) as lines:
        mock._running._server.should_exit = True
        assert list(lines) == []


def test_a_session_that_ends_ends_its_streams(client: httpx.Client) -> None:
    with listening(client, params={"session": "anna"}) as lines:
        client.delete("/__mock__/sessions/anna")
        assert list(lines) == []


def test_a_stream_survives_clearing_the_journal(client: httpx.Client) -> None:
    client.get(GROUPS)
    with listening(client) as lines:
        client.delete("/__mock__/journal")
        client.get(GROUPS)
        assert event(lines)["id"] == 2


def test_a_stream_goes_on_after_a_reset_and_tells_it(client: httpx.Client) -> None:
    with listening(client) as lines:
        client.get(GROUPS)
        assert event(lines)["id"] == 1
        client.post("/__mock__/reset")
        assert [next(lines) for _ in range(4)] == ["event: reset", "id: 0", "data: {}", ""]
        client.get(GROUPS)
        assert event(lines)["id"] == 1


def test_a_stream_of_a_kept_journal_goes_on(client: httpx.Client) -> None:
    with listening(client) as lines:
        client.get(GROUPS)
        client.post("/__mock__/reset?keep=journal")
        client.get(GROUPS)
        assert [event(lines)["id"], event(lines)["id"]] == [1, 2]


def test_a_bad_start_is_refused(api: Api) -> None:
    assert api.get("//__mock__/journal/events", since="x").status_code == 400
