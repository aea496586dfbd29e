"""The journal of a session: what was asked and answered, filtered, counted, verified, exported and told live."""

import asyncio
import functools
import re
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from connexion.http_facts import METHODS
from starlette.responses import StreamingResponse

from audience_mock import errors
from audience_mock.contract.document import load_contract
from audience_mock.control.app import ControlRequest
from audience_mock.control.calls import Call, Json
from audience_mock.control.journal_entries import AT_ONCE, each, entry
from audience_mock.control.journal_har import archive, archived
from audience_mock.control.journal_verify import EXPECTATION, is_like, verify_calls
from audience_mock.errors import Refusal, show
from audience_mock.middleware.json_response import answer, dump
from audience_mock.operations import OPERATIONS
from audience_mock.session.journal import Record

LIMIT, MOST = 100, 1000
"""Entries of a list, if it is not said, and at most."""
HEARTBEAT = 15.0
"""Seconds after which a stream without news says that it lives."""

_STATUS = re.compile(r"[1-5](xx|[0-9]{2})")
_ID: Json = {"type": "integer", "minimum": 0}
FILTERS: dict[str, tuple[str, Json]] = {
    "operation": ("an operationId", {"type": "string", "enum": list(OPERATIONS)}),
    "status": ("a status, or a class of them such as 4xx", {"type": "string", "pattern": f"^{_STATUS.pattern}$"}),
    "method": ("a method", {"type": "string"}),
    "path": ("a part of the path; * stands for anything", {"type": "string"}),
    "since": ("only what is newer than the entry of this id", _ID),
    "before": ("only what is older than the entry of this id", _ID),
    "limit": (f"how many at most; {LIMIT} if it is not said", {"type": "integer", "minimum": 1, "maximum": MOST}),
}


# --- filters --------------------------------------------------------------------------------------------


def _number(request: ControlRequest, name: str, least: int, most: int, otherwise: int) -> int:
    text = request.query(name)
    if text is None:
        return otherwise
    if not re.fullmatch("[0-9]{1,18}", text) or not least <= int(text) <= most:
        raise errors.one(f"query.{name}", f"query.{name} is {show(text)}; send a whole number, {least} to {most}.")
    return int(text)


def _filters(request: ControlRequest) -> Iterator[Callable[[Record], bool]]:
    """What an entry has to pass. Raises Refusal 400."""
    operation, status, method, path = map(request.query, ("operation", "status", "method", "path"))
    if operation is not None:
        if operation not in OPERATIONS:
            known = ", ".join(OPERATIONS)
            raise errors.one("query.operation", f"There is no operation {show(operation)}; there are {known}.")
        yield lambda record: record.operation == operation
    if status is not None:
        if not _STATUS.fullmatch(status):
            raise errors.one("query.status", f"query.status is {show(status)}; send a status such as 404 or 4xx.")
        pattern = re.compile(status.replace("xx", "[0-9]{2}"))
        yield lambda record: bool(pattern.fullmatch(str(record.status)))
    if method is not None:
        yield lambda record: record.method == method.upper()
    if path is not None:
        yield lambda record: is_like(record.path, f"*{path}*")


def _matching(request: ControlRequest) -> list[Record]:
    """The entries that pass the request's filters, newest first."""
    last = request.session.journal.last
    since = _number(request, "since", 0, 10**18, 0)
    before = _number(request, "before", 0, 10**18, last + 1)
    filters = list(_filters(request))
    found = []
    for record in request.session.journal.newest():
        if record.id <= since:
            break
        if record.id < before and all(passes(record) for passes in filters):
            found.append(record)
    return found


# --- reading --------------------------------------------------------------------------------------------


async def list_entries(request: ControlRequest) -> Any:
    limit = _number(request, "limit", 1, MOST, LIMIT)
    found = _matching(request)
    session = request.session
    items = await each(found[:limit], lambda record: entry(record, session.name))
    return {"items": items, "total": len(found), "dropped": session.journal.dropped}


async def read_entry(request: ControlRequest) -> Any:
    text = request.path("id")
    session = request.session
    record = session.journal.get(int(text)) if re.fullmatch("[0-9]{1,18}", text) else None
    if record is None:
        raise Refusal(
            404,
            f"There is no entry {show(text)} in the journal of the session {show(session.name)}, or no longer; "
            "GET /__mock__/journal lists those there are.",
        )
    return entry(record, session.name)


async def clear_journal(request: ControlRequest) -> Any:
    request.session.journal.clear()
    return {"success": True, "message": f"The journal of the session {request.session.name} is empty."}


async def count_entries(request: ControlRequest) -> Any:
    """Since the journal was cleared: also of entries that were dropped."""
    counts = sorted(request.session.journal.counts.items(), key=lambda pair: (pair[0][0] or "~", pair[0][1] or 0))
    return {"items": [{"operation": key[0], "status": key[1], "count": count} for key, count in counts]}


async def export_har(request: ControlRequest) -> Any:
    found = _matching(request)[: _number(request, "limit", 1, 10**6, 10**6)]
    response = answer(200, archive(await each(reversed(found), archived)))
    response.headers["Content-Disposition"] = 'attachment; filename="audience-mock.har"'
    return response


async def read_coverage(request: ControlRequest) -> Any:
    """Since the journal was cleared: also of entries that were dropped."""
    counts = request.session.journal.counts
    items: list[Json] = []
    numbers: list[int] = []
    for operation, method, path, statuses in _documented():
        found = {status: counts[operation, int(status)] for status in statuses}
        items.append({"operation": operation, "method": method, "path": path, "statuses": found})
        numbers += found.values()
    return {"items": items, "exercised": sum(map(bool, numbers)), "documented": len(numbers)}


@functools.cache
def _documented() -> list[tuple[str, str, str, list[str]]]:
    """Every operation of the contract: operationId, method, path, statuses."""
    return [
        (operation["operationId"], method.upper(), path, list(operation["responses"]))
        for path, item in load_contract()["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


# --- live -----------------------------------------------------------------------------------------------


async def stream_entries(request: ControlRequest) -> Any:
    """Goes on where a stream that broke off had ended, if the browser says where that was."""
    journal = request.session.journal
    begin = _number(request, "since", 0, 10**18, journal.last)
    seen = request.request.headers.get("last-event-id", "")
    if re.fullmatch("[0-9]{1,18}", seen):
        begin = int(seen)
    return StreamingResponse(
        _events(request, begin if begin <= journal.last else 0),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(request: ControlRequest, seen: int) -> AsyncIterator[bytes]:
    """One event for each entry after `seen`, until the session ends or the server stops."""
    session = request.session
    journal = session.journal
    yield b": the journal, live\nretry: 1000\n\n"
    with journal.watched() as news:
        while not journal.is_closed:
            news.clear()
            for record in journal.after(seen, AT_ONCE):
                seen = record.id
                yield b"event: entry\nid: %d\ndata: %b\n\n" % (seen, dump(entry(record, session.name)))
                await asyncio.sleep(0)  # a long backlog lets others have their turn
            if seen < journal.last or journal.is_closed:
                continue
            request.sessions.get(session.name)  # who is watched is not idle
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await news.wait()
            except TimeoutError:
                yield b": still here\n\n"


CALLS = (
    Call("GET", "/journal", list_entries, "List what was asked and answered, newest first", query=FILTERS),
    Call("DELETE", "/journal", clear_journal, "Forget what was asked, and all counts"),
    Call("GET", "/journal/counts", count_entries, "Count requests by operation and status"),
    Call("POST", "/journal/verify", verify_calls, "Say whether something was called, and how often", body=EXPECTATION),
    Call("GET", "/journal/har", export_har, "Export an HTTP archive (HAR 1.2)", query=FILTERS),
    Call("GET", "/journal/coverage", read_coverage, "List which documented statuses were never answered"),
    Call(
        "GET",
        "/journal/events",
        stream_entries,
        "Tell of each new entry as it comes (server-sent events)",
        query={"since": ("begin after the entry of this id; with the next one if it is not said", _ID)},
    ),
    Call("GET", "/journal/{id}", read_entry, "Read an entry"),
)
