"""The state of a session: reset, snapshots, export and import; and the list of sessions."""

import time
from typing import Any

from audience_mock import errors
from audience_mock.control.app import ControlRequest
from audience_mock.control.calls import Call, Json
from audience_mock.seeds import SeedProblem
from audience_mock.seeds.exporting import exported, imported

NAME: Json = {"type": "string"}


async def reset(request: ControlRequest) -> Any:
    session = request.session
    session.switch_to(request.sessions.origin(request.query.get("to"), session))
    return _counts(request)


def _counts(request: ControlRequest) -> Json:
    return {"session": request.session.name, "tenants": request.session.backend.world.counts()}


async def read_state(request: ControlRequest) -> Any:
    return exported(request.session.backend.world)


async def write_state(request: ControlRequest) -> Any:
    session = request.session
    try:
        world = imported(request.content, session.backend.world)
    except SeedProblem as problem:
        raise errors.one("body", str(problem)) from None
    session.switch_to(world)
    return _counts(request)


async def list_snapshots(request: ControlRequest) -> Any:
    return {"items": [{"name": name, "tenants": world.counts()} for name, world in request.session.snapshots.items()]}


async def take_snapshot(request: ControlRequest) -> Any:
    session = request.session
    session.snapshots[request.path("name")] = session.backend.world.fork()
    return _counts(request)


async def restore_snapshot(request: ControlRequest) -> Any:
    session = request.session
    session.switch_to(session.snapshot(request.path("name")))
    return _counts(request)


async def delete_snapshot(request: ControlRequest) -> Any:
    session = request.session
    session.snapshot(request.path("name"))
    del session.snapshots[request.path("name")]
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
    request.sessions.end(request.path("name"))
    return {
        "success": True,
        "message": f"The session {request.path('name')} has ended; its next request starts it again from the seed.",
    }


async def end_sessions(request: ControlRequest) -> Any:
    ended = [session.name for session in request.sessions]
    for name in ended:
        request.sessions.end(name)
    return {"success": True, "message": f"{len(ended)} sessions have ended; the default session is reset."}


CALLS = (
    Call(
        "POST",
        "/reset",
        reset,
        "Reset all data to the seed, another seed or a snapshot, and cancel waiting jobs",
        query={"to": ("empty, documents, demo, or the name of a snapshot; by default the initial seed", NAME)},
    ),
    Call("GET", "/state", read_state, "Export all data as a seed"),
    Call("PUT", "/state", write_state, "Import all data from an export or a seed", body={"type": "object"}),
    Call("GET", "/snapshots", list_snapshots, "List the snapshots"),
    Call("PUT", "/snapshots/{name:path}", take_snapshot, "Save all data as a snapshot"),
    Call("POST", "/snapshots/{name:path}", restore_snapshot, "Restore a snapshot"),
    Call("DELETE", "/snapshots/{name:path}", delete_snapshot, "Delete a snapshot"),
    Call("GET", "/sessions", list_sessions, "List the sessions"),
    Call("DELETE", "/sessions", end_sessions, "End all sessions; the default session is reset"),
    Call("DELETE", "/sessions/{name:path}", end_session, "End a session; the default session is reset"),
)
