"""The state of a session: reset, snapshots, export and import, and the sessions themselves."""

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
    session.switch_to(request.sessions.origin(request.query("to"), session))
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
    session.switch_to(session.restored(request.path("name")))
    return _counts(request)


async def delete_snapshot(request: ControlRequest) -> Any:
    session = request.session
    session.restored(request.path("name"))
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
        "message": f"The session {request.path('name')} has ended; its next request begins it anew.",
    }


async def end_sessions(request: ControlRequest) -> Any:
    ended = [session.name for session in request.sessions]
    for name in ended:
        request.sessions.end(name)
    return {"success": True, "message": f"{len(ended)} sessions have ended; the default one has begun anew."}


CALLS = (
    Call(
        "POST",
        "/reset",
        reset,
        "Begin anew with the seed, another seed or a snapshot; jobs that are still to come are cancelled",
        query={"to": ("empty, documents, demo, or a snapshot's name", NAME)},
    ),
    Call("GET", "/state", read_state, "Export everything, as a seed"),
    Call("PUT", "/state", write_state, "Replace everything by an export, or by any seed", body={"type": "object"}),
    Call("GET", "/snapshots", list_snapshots, "List the snapshots"),
    Call("PUT", "/snapshots/{name:path}", take_snapshot, "Keep everything as it is now under a name"),
    Call("POST", "/snapshots/{name:path}", restore_snapshot, "Go back to a snapshot"),
    Call("DELETE", "/snapshots/{name:path}", delete_snapshot, "Forget a snapshot"),
    Call("GET", "/sessions", list_sessions, "List the sessions"),
    Call("DELETE", "/sessions", end_sessions, "End every session; the default one begins anew"),
    Call("DELETE", "/sessions/{name:path}", end_session, "End a session; the default one begins anew"),
)
