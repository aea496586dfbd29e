"""The journal of a session: list, count, verify, export and stream its requests and responses."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import compress
from typing import Any

from starlette.responses import StreamingResponse

from audience_mock.contract.document import PATTERN_DESCRIPTION
from audience_mock.control.app import ControlRequest
from audience_mock.control.calls import Call, Json
from audience_mock.control.documented import documented
from audience_mock.control.journal_entries import BATCH, contains, entry, map_in_batches
from audience_mock.control.journal_har import archive, archived
from audience_mock.control.journal_verify import EXPECTATION, verify_calls
from audience_mock.control.schemas import listing, ref
from audience_mock.errors import Refusal, show
from audience_mock.middleware.json_response import dump, json_response
from audience_mock.operations import OPERATIONS
from audience_mock.patterns import LONGEST, fits_glob
from audience_mock.session.journal import Record
from audience_mock.session.sessions import Session

HEARTBEAT = 15.0
"""Seconds between the heartbeats of a stream without new entries."""

_ID: Json = {"type": "integer", "minimum": 0, "maximum": 10**18}
FILTERS: dict[str, tuple[str, Json]] = {
    "operation": ("an operationId", {"type": "string", "enum": list(OPERATIONS)}),
    "status": (
        "a status such as 404, or a class such as 4xx",
        {"type": "string", "pattern": "^[1-5](xx|[0-9]{2})$", PATTERN_DESCRIPTION: "a status like 404 or 4xx"},
    ),
    "method": ("an HTTP method", {"type": "string"}),
    "path": ("part of the path; * matches any text", {"type": "string", "maxLength": LONGEST}),
    "text": ("part of the path, of the query or of a body, in any case", {"type": "string"}),
    "console": ("false: without the requests of the console itself", {"type": "boolean", "default": True}),
    "since": ("only entries newer than the entry with this id", _ID),
    "before": ("only entries older than the entry with this id", _ID),
    "limit": ("maximum number of entries", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}),
}
HAR_FILTERS = {**FILTERS, "limit": ("maximum number of entries; by default all", {"type": "integer", "minimum": 1})}


# --- filters --------------------------------------------------------------------------------------------


def _filters(request: ControlRequest) -> Iterator[Callable[[Record], bool]]:
    """The filters of a request."""
    operation, status, method, path = map(request.query.get, ("operation", "status", "method", "path"))
    if operation is not None:
        yield lambda record: record.operation == operation
    if status is not None:
        pattern = re.compile(status.replace("xx", "[0-9]{2}"))
        yield lambda record: bool(pattern.fullmatch(str(record.status)))
    if method is not None:
        yield lambda record: record.method == method.upper()
    if path is not None:
        yield lambda record: fits_glob(record.path, f"*{path}*")
    if not request.query["console"]:
        yield lambda record: not record.from_console
    if text := request.query.get("text"):
        yield lambda record: contains(record, text)


async def _matching(request: ControlRequest) -> list[Record]:
    """The entries that pass the filters of the request, newest first."""
    since = request.query.get("since", 0)
    before = request.query.get("before", request.session.journal.last + 1)
    filters = list(_filters(request))
    records = [record for record in request.session.journal.newest() if since < record.id < before]
    passed = await map_in_batches(records, lambda record: all(passes(record) for passes in filters))
    return list(compress(records, passed))


# --- reading --------------------------------------------------------------------------------------------


async def list_entries(request: ControlRequest) -> Any:
    found = await _matching(request)
    session = request.session
    items = await map_in_batches(found[: request.query["limit"]], lambda record: entry(record, session.name))
    return {"items": items, "total": len(found), "dropped": session.journal.dropped}


async def read_entry(request: ControlRequest) -> Any:
    text = request.path("id")
    session = request.session
    record = session.journal.get(int(text)) if re.fullmatch("[0-9]{1,18}", text) else None
    if record is None:
        raise Refusal(
            404,
            f"There is no entry {show(text)} in the journal of the session {show(session.name)}; "
            "GET /__mock__/journal lists the entries.",
        )
    return entry(record, session.name)


async def clear_journal(request: ControlRequest) -> Any:
    request.session.journal.clear()
    return {"success": True, "message": f"The journal of the session {request.session.name} is cleared."}


async def count_entries(request: ControlRequest) -> Any:
    """Since the journal was cleared; dropped entries count too."""
    counts = sorted(request.session.journal.counts.items(), key=lambda pair: (pair[0][0] or "~", pair[0][1] or 0))
    return {"items": [{"operation": key[0], "status": key[1], "count": count} for key, count in counts]}


async def export_har(request: ControlRequest) -> Any:
    found = (await _matching(request))[: request.query.get("limit")]
    response = json_response(200, archive(await map_in_batches(reversed(found), archived)))
    response.headers["Content-Disposition"] = 'attachment; filename="audience-mock.har"'
    return response


async def read_coverage(request: ControlRequest) -> Any:
    """Since the journal was cleared; dropped entries count too."""
    counts = request.session.journal.counts
    items: list[Json] = []
    numbers: list[int] = []
    for operation, (method, path, statuses) in documented().items():
        found = {str(status): counts[operation, status] for status in statuses}
        items.append({"operation": operation, "method": method, "path": path, "statuses": found})
        numbers += found.values()
    return {"items": items, "exercised": sum(map(bool, numbers)), "documented": len(numbers)}


# --- live -----------------------------------------------------------------------------------------------


async def stream_entries(request: ControlRequest) -> Any:
    """Continues after the entry of the header Last-Event-ID, which browsers send when they reconnect."""
    journal = request.session.journal
    begin = request.query.get("since", journal.last)
    last_event_id = request.request.headers.get("last-event-id", "")
    if re.fullmatch("[0-9]{1,18}", last_event_id):
        begin = int(last_event_id)
    return StreamingResponse(
        _events(request, begin if begin <= journal.last else 0),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(request: ControlRequest, seen: int) -> AsyncIterator[bytes]:
    """One event for each entry after `seen`, until the session ends or the server stops; and one for a reset."""
    session = request.session
    yield b": the journal, live\nretry: 1000\n\n"
    while True:
        async for event in _new_entries(request, session, seen):
            yield event
        current = request.sessions.find(session.name)
        if current is None or current.journal is session.journal:
            return
        session, seen = current, 0
        yield b"event: reset\nid: 0\ndata: {}\n\n"


async def _new_entries(request: ControlRequest, session: Session, seen: int) -> AsyncIterator[bytes]:
    """One event for each entry after `seen`, until the journal is closed."""
    journal = session.journal
    with journal.watched() as news:
        while not journal.is_closed:
            news.clear()
            for record in journal.after(seen, BATCH):
                seen = record.id
                yield b"event: entry\nid: %d\ndata: %b\n\n" % (seen, dump(entry(record, session.name)))
                await asyncio.sleep(0)  # let other requests run during a long backlog
            if seen < journal.last or journal.is_closed:
                continue
            request.sessions.get(session.name)  # a watched session is not idle
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await news.wait()
            except TimeoutError:
                yield b": still here\n\n"


CALLS = (
    Call("GET", "/journal", list_entries, "List the entries, newest first", query=FILTERS, answer=ref("Journal")),
    Call("DELETE", "/journal", clear_journal, "Clear the journal and its counts", answer=ref("Done")),
    Call(
        "GET", "/journal/counts", count_entries, "Count requests by operation and status", answer=listing("CallCount")
    ),
    Call(
        "POST",
        "/journal/verify",
        verify_calls,
        "Check whether and how often a request was made",
        body=EXPECTATION,
        answer=ref("Verification"),
    ),
    Call(
        "GET",
        "/journal/har",
        export_har,
        "Export an HTTP archive (HAR 1.2)",
        query=HAR_FILTERS,
        answer=ref("HttpArchive"),
    ),
    Call(
        "GET",
        "/journal/coverage",
        read_coverage,
        "Count the responses of each documented status",
        answer=ref("Coverage"),
    ),
    Call(
        "GET",
        "/journal/events",
        stream_entries,
        "Stream new entries (server-sent events), and an event `reset` after which ids begin at 1",
        answer={"type": "string", "description": "events with a JournalEntry as data"},
        media="text/event-stream",
        query={"since": ("start after the entry with this id; by default with the next one", _ID)},
    ),
    Call("GET", "/journal/{id}", read_entry, "Read an entry", answer=ref("JournalEntry"), refusals=(404,)),
)
