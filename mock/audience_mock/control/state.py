"""The state of a session: reset, snapshots, export and import, and the sessions themselves."""

import time
from typing import Any

from audience_mock import errors
from audience_mock.control.app import Asked
from audience_mock.control.calls import Call, Json
from audience_mock.seeds import SeedProblem
from audience_mock.seeds.exporting import exported, imported

NAME: Json = {"type": "string"}


async def reset(asked: Asked) -> Any:
    session = asked.session
    session.become(asked.sessions.origin(asked.query("to"), session))
    return _counts(asked)


def _counts(asked: Asked) -> Json:
    return {"session": asked.session.name, "tenants": asked.session.backend.world.counts()}


async def read_state(asked: Asked) -> Any:
    return exported(asked.session.backend.world)


async def write_state(asked: Asked) -> Any:
    session = asked.session
    try:
        world = imported(asked.content, session.backend.world)
    except SeedProblem as problem:
        raise errors.one("body", str(problem)) from None
    session.become(world)
    return _counts(asked)


async def list_snapshots(asked: Asked) -> Any:
    return {"items": [{"name": name, "tenants": world.counts()} for name, world in asked.session.snapshots.items()]}


async def take_snapshot(asked: Asked) -> Any:
    session = asked.session
    session.snapshots[asked.path("name")] = session.backend.world.fork()
    return _counts(asked)


async def restore_snapshot(asked: Asked) -> Any:
    session = asked.session
    session.become(session.restored(asked.path("name")))
    return _counts(asked)


async def delete_snapshot(asked: Asked) -> Any:
    session = asked.session
    session.restored(asked.path("name"))
    del session.snapshots[asked.path("name")]
    return {"success": True, "message": f"The snapshot {asked.path('name')} is deleted."}


async def list_sessions(asked: Asked) -> Any:
    now = time.monotonic()
    return {
        "items": [
            {"name": session.name, "idle": round(now - session.used, 1), "tenants": session.backend.world.counts()}
            for session in asked.sessions
        ]
    }


async def end_session(asked: Asked) -> Any:
    asked.sessions.end(asked.path("name"))
    return {"success": True, "message": f"The session {asked.path('name')} has ended; its next request begins it anew."}


async def end_sessions(asked: Asked) -> Any:
    ended = [session.name for session in asked.sessions]
    for name in ended:
        asked.sessions.end(name)
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
