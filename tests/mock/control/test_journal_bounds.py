"""The journal's memory is bounded: by entries, by bytes, and for all sessions together; the oldest go first."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.mock.conftest import Api
from tests.mock.control.helpers import JOURNAL, http_scope
from tests.mock.helpers import DEFINITIONS, GROUPS

from audience_mock.session import journal as bounds
from audience_mock.session.journal import Journal, MemoryBudget, Record


def record(size: int = 0) -> Record:
    made = Record(datetime.now(UTC), http_scope(headers=[(b"host", b"localhost")]), {})
    made.on_request({"type": "http.request", "body": b"x" * size})
    made.on_response({"type": "http.response.start", "status": 200, "headers": []})
    made.on_response({"type": "http.response.body"})
    return made


def ids(journal: Journal) -> list[int]:
    return [one.id for one in journal.newest()]


def test_no_more_than_so_many_entries_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_ENTRIES", 3)
    journal = Journal()
    for _ in range(5):
        journal.add(record())
    assert ids(journal) == [5, 4, 3]
    assert journal.dropped == 2
    assert journal.get(2) is None
    assert [one.id for one in journal.after(0, 10)] == [3, 4, 5]
    assert [one.id for one in journal.after(4, 10)] == [5]
    assert journal.counts[None, 200] == 5


def test_no_more_than_so_many_bytes_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_BYTES", 110_000)
    journal = Journal()
    for _ in range(10):
        journal.add(record(30_000))
        assert journal.held <= 110_000
    assert ids(journal) == [10, 9, 8]


def test_of_a_huge_body_only_its_beginning_is_kept() -> None:
    journal = Journal()
    journal.add(record(50_000_000))
    assert journal.held < bounds.LONGEST_BODY + 10_000


def test_the_largest_journal_makes_room_for_all() -> None:
    room = MemoryBudget(200_000)
    large, small = Journal(room), Journal(room)
    for _ in range(6):
        large.add(record(30_000))
    for _ in range(2):
        small.add(record(30_000))
    assert room.held <= 200_000
    assert room.held == large.held + small.held
    assert ids(small) == [2, 1]
    assert ids(large)[0] == 6
    assert large.dropped > 0


def test_a_session_that_ends_gives_its_room_back(api: Api) -> None:
    api.get(GROUPS)
    before = api.sessions.get(None).journal.held
    ended = api.sessions.get("anna").journal
    api.request("GET", GROUPS, headers={"X-Mock-Session": "anna"})
    assert ended._budget.held == before + ended.held > before
    api.delete("//__mock__/sessions/anna")
    assert ended._budget.held == before
    ended.add(record())
    assert (ended._budget.held, ids(ended)) == (before, [])


def test_what_was_dropped_is_told(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_ENTRIES", 1)
    api.get(GROUPS)
    api.get(DEFINITIONS)
    listed = api.get(JOURNAL).json()
    assert [entry["id"] for entry in listed["items"]] == [2]
    assert (listed["total"], listed["dropped"]) == (1, 1)
    assert api.get(f"{JOURNAL}/1").status_code == 404
    assert api.post(f"{JOURNAL}/verify", {"operation": "getUserGroups"}).json()["dropped"] == 1
    assert api.get(f"{JOURNAL}/coverage").json()["exercised"] == 2


def test_the_weight_of_an_entry_is_not_far_from_the_truth() -> None:
    """An entry is counted as what its texts take and a little more, whatever was sent."""
    headers = [(b"x-%d" % number, b"v" * 100) for number in range(50)]
    made = Record(datetime.now(UTC), http_scope(path="/", query_string=b"q" * 500, headers=headers), {})
    made.finish()
    texts = sum(len(name) + len(value) for name, value in headers) + 500
    assert texts + bounds.OVERHEAD < made.weight < 1.2 * (texts + bounds.OVERHEAD)


MEMORY = """
from datetime import UTC, datetime
from pathlib import Path
import orjson
from audience_mock.session.journal import Journal, MemoryBudget, Record

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

def header(name, value):
    return name.encode(), value.encode()

room = MemoryBudget(32 * 2**20)
journals = [Journal(room) for _ in range(120)]
before = resident()
for number in range(SIZES * 120):
    headers = [header("host", "127.0.0.1:4010"), header("x-mock-session", f"worker {number % 120}")]
    scope = {"method": b"POST".decode(), "http_version": "1.1", "scheme": "http", "raw_path": b"/group/%d" % number,
        "query_string": b"page_no=%d" % number, "headers": headers}
    record = Record(datetime.now(UTC), scope, dict(headers))
    record.on_request({"type": "http.request", "body": orjson.dumps({"name": "n" * (number % 50)})})
    content = orjson.dumps({"items": ["x" * (LENGTH * (number % 5) // 2)]})
    answered = [header("content-length", str(len(content))), header("vary", "Origin")]
    record.on_response({"type": "http.response.start", "status": 200, "headers": answered})
    record.on_response({"type": "http.response.body", "body": content})
    record.duration = number / 7
    journals[number % 120].add(record)
print(room.held, resident() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux")
@pytest.mark.parametrize(("length", "entries"), [(50, 400), (2_000, 200)])
def test_the_journals_take_what_their_bound_says(length: int, entries: int) -> None:
    """Of 120 sessions together, in the memory of a process, which has dropped entries already."""
    script = MEMORY.replace("LENGTH", str(length)).replace("SIZES", str(entries))
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60).stdout
    held, taken = map(int, said.split())
    assert 0.9 * 32 * 2**20 < held <= 32 * 2**20
    assert 0.8 < taken / held < 1.2
