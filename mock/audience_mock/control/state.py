"""The state of a session: reset, snapshots, export and import; and the list of sessions."""

import asyncio
import time
from typing import Any

from audience_mock import errors
from audience_mock.control.app import ControlRequest
from audience_mock.control.calls import Call, Json
from audience_mock.control.schemas import listing, ref
from audience_mock.seeds import BUILT_IN, SeedProblem
from audience_mock.seeds.exporting import exported, imported
from audience_mock.seeds.reading import lines_of
from audience_mock.session.sessions import DEFAULT, KEEPABLE

NAME: Json = {"type": "string"}
MAX_IMPORTED = 500_000
"""Strings, commas and brackets of an import: some 40,000 records, which others wait for some 40 ms."""
KEEP = (
    f"what to keep, with commas between: {', '.join(KEEPABLE)} (their progression, and those that ended; a new bulk "
    "update replaces a kept one of the same id)"
)


async def reset(request: ControlRequest) -> Any:
    kept, to = _kept(request), request.query.get("to")
    if to is None:
        await _refresh_seed(request)
    world = await request.sessions.origin(to)
    request.sessions.reset(request.session, world, kept)
    return _counts(request)


def _kept(request: ControlRequest) -> set[str]:
    """The parts to keep; the parameter may be repeated. Raises Refusal 400."""
    texts = request.request.query_params.getlist("keep")
    parts = {part.strip() for text in texts for part in text.split(",")} - {""}
    unknown = sorted(parts - set(KEEPABLE))
    if unknown:
        raise errors.one("query.keep", f"A reset cannot keep {errors.show(unknown[0])}; send {', '.join(KEEPABLE)}.")
    return parts


async def _refresh_seed(request: ControlRequest) -> None:
    """Read a changed seed file again. Raises Refusal 400 if it cannot be used."""
    try:
        await request.sessions.source.refresh()
    except SeedProblem as problem:
        raise errors.one("seed", f"Nothing was reset: {problem}.") from None


def _counts(request: ControlRequest) -> Json:
    return {"session": request.session.name, "tenants": request.session.backend.world.counts()}


async def read_state(request: ControlRequest) -> Any:
    return exported(request.session.backend.world)


async def write_state(request: ControlRequest) -> Any:
    like = request.session.backend.world
    try:
        world = await asyncio.to_thread(imported, request.content, like, lines_of(request.text))
    except SeedProblem as problem:
        raise errors.one("body", f"{problem}.") from None
    request.session.switch_to(world)
    return _counts(request)


async def list_snapshots(request: ControlRequest) -> Any:
    return {"items": [{"name": name, "tenants": world.counts()} for name, world in request.sessions.snapshots.items()]}


async def take_snapshot(request: ControlRequest) -> Any:
    request.sessions.take_snapshot(request.path("name"), request.session.backend.world)
    return _counts(request)


async def restore_snapshot(request: ControlRequest) -> Any:
    request.session.switch_to(request.sessions.snapshot(request.path("name")))
    return _counts(request)


async def delete_snapshot(request: ControlRequest) -> Any:
    request.sessions.snapshot(request.path("name"))
    del request.sessions.snapshots[request.path("name")]
    return {"success": True, "message": f"The snapshot {request.path('name')} is deleted."}


async def list_sessions(request: ControlRequest) -> Any:
    now = time.monotonic()
    return {
        "items": [
            {"name": session.name, "idle": round(now - session.used, 1), "tenants": session.backend.world.counts()}
            for session in request.sessions
        ]
    }


async def end_session(request: ControlRequest) -> Any:
    name = request.path("name")
    if request.sessions.find(name):
        await _refresh_seed(request)
    request.sessions.end(name)
    message = (
        "The default session is reset to the seed."
        if name == DEFAULT
        else f"The session {name} has ended; its next request starts it again from the seed."
    )
    return {"success": True, "message": message}


async def end_sessions(request: ControlRequest) -> Any:
    await _refresh_seed(request)
    ended = [session.name for session in request.sessions]
    for name in ended:
        request.sessions.end(name)
    request.sessions.snapshots.clear()
    return {
        "success": True,
        "message": f"{len(ended)} sessions have ended; the default session is reset, and there are no snapshots.",
    }


CALLS = (
    Call(
        "POST",
        "/reset",
        reset,
        "Reset everything of the session: data, ids, jobs, their progression, fault rules, clock and journal",
        query={
            "to": (f"{', '.join(BUILT_IN)}, or the name of a snapshot; by default the server's seed", NAME),
            "keep": (KEEP, NAME),
        },
        answer=ref("SessionCounts"),
    ),
    Call("GET", "/state", read_state, "Export all data as a seed", answer=ref("State")),
    Call(
        "PUT",
        "/state",
        write_state,
        f"Import all data from an export or a seed, of {MAX_IMPORTED:,} strings, commas and brackets at most; "
        "a larger one is for --seed FILE",
        body={"type": "object"},
        max_parts=MAX_IMPORTED,
        answer=ref("SessionCounts"),
    ),
    Call(
        "GET", "/snapshots", list_snapshots, "List the snapshots, which all sessions share", answer=listing("Snapshot")
    ),
    Call(
        "PUT",
        "/snapshots/{name:path}",
        take_snapshot,
        "Save all data as a snapshot for all sessions",
        answer=ref("SessionCounts"),
    ),
    Call(
        "POST",
        "/snapshots/{name:path}",
        restore_snapshot,
        "Restore the data of a snapshot; POST /reset?to= resets the rest too",
        answer=ref("SessionCounts"),
        refusals=(404,),
    ),
    Call("DELETE", "/snapshots/{name:path}", delete_snapshot, "Delete a snapshot", answer=ref("Done"), refusals=(404,)),
    Call("GET", "/sessions", list_sessions, "List the sessions", answer=listing("Session")),
    Call(
        "DELETE",
        "/sessions",
        end_sessions,
        "End all sessions and delete all snapshots; the default session is reset",
        answer=ref("Done"),
    ),
    Call(
        "DELETE",
        "/sessions/{name:path}",
        end_session,
        "End a session; the default session is reset",
        answer=ref("Done"),
        refusals=(404,),
    ),
)
