"""The clock and the jobs of a session."""

from datetime import datetime, timedelta
from typing import Any

from audience_mock import errors
from audience_mock.control.app import Asked
from audience_mock.control.calls import Call, Json
from audience_mock.jobs import Job, Progression, described
from audience_mock.sessions import Session
from audience_mock.store.world import timestamp

MOMENT: Json = {"type": "string", "format": "date-time", "description": "RFC 3339, with a zone"}
CLOCK: Json = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
    "properties": {
        "freeze": {
            "description": "true to stand still now, or the moment to stand at",
            "oneOf": [{"enum": [True]}, MOMENT],
        },
        "set": MOMENT,
        "advance": {"type": "number", "description": "seconds to go forward by", "minimum": 0, "maximum": 1e10},
        "run": {"enum": [True], "description": "run on from where it stands"},
        "reset": {"enum": [True], "description": "real time again"},
    },
}
ROWS: Json = {"type": "array", "items": {"type": "integer", "minimum": 1}, "description": "rows of the file, from 1"}
PROGRESSION: Json = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "seconds": {"type": "number", "minimum": 0, "maximum": 1e9, "nullable": True},
        "reads": {"type": "integer", "minimum": 1, "nullable": True},
    },
}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def read_clock(asked: Asked) -> Any:
    return _clock(asked.session)


def _clock(session: Session) -> Json:
    return {"now": timestamp(session.clock.now()), "frozen": session.clock.is_frozen}


async def set_clock(asked: Asked) -> Any:
    clock = asked.session.clock
    ((what, value),) = asked.content.items()
    if what == "freeze":
        clock.freeze(None if value is True else _moment(value))
    elif what == "set":
        clock.set(_moment(value))
    elif what == "advance":
        try:
            clock.advance(timedelta(seconds=value))
        except OverflowError:
            raise errors.one(
                "body.advance", f"The clock cannot go {value} seconds forward: years end at 9999."
            ) from None
    elif what == "run":
        clock.run()
    else:
        clock.reset()
    return _clock(asked.session)


async def list_jobs(asked: Asked) -> Any:
    jobs = asked.session.backend.jobs
    return {"progression": _told(jobs.progression), "items": [_job(job) for job in jobs.list()]}


def _told(progression: Progression) -> Json:
    return {"seconds": progression.seconds, "reads": progression.reads}


def _job(job: Job) -> Json:
    (told,) = described([job])
    return {name: timestamp(value) if isinstance(value, datetime) else value for name, value in told.items()}


def _found(asked: Asked) -> Job:
    job_id = asked.path("job_id")
    job = asked.session.backend.jobs.get(job_id)
    if job is None:
        raise errors.unknown_job(job_id)
    return job


def _waiting(asked: Asked) -> Job:
    job = _found(asked)
    if job.status != "waiting":
        raise errors.ended_job(job.id, job.status)
    return job


async def read_job(asked: Asked) -> Any:
    return _job(_found(asked))


async def advance_job(asked: Asked) -> Any:
    job = _waiting(asked)
    asked.session.backend.jobs.advance(job)
    return _job(job)


async def fail_job(asked: Asked) -> Any:
    job = _waiting(asked)
    rows = asked.content.get("rows")
    job.fails = rows is None
    job.failing_rows = frozenset(rows or ())
    return _job(job)


async def set_progression(asked: Asked) -> Any:
    """`{}` is manual: nothing happens before the job is advanced."""
    jobs = asked.session.backend.jobs
    jobs.progression = Progression(asked.content.get("seconds"), asked.content.get("reads"))
    return _told(jobs.progression)


CALLS = (
    Call("GET", "/clock", read_clock, "Read the clock"),
    Call("POST", "/clock", set_clock, "Freeze, set, advance or run the clock", body=CLOCK),
    Call("GET", "/jobs", list_jobs, "List the jobs, newest first"),
    Call(
        "PUT",
        "/jobs/progression",
        set_progression,
        "Say when new jobs do their work: after seconds, after so many reads, or when they are advanced",
        body=PROGRESSION,
    ),
    Call("GET", "/jobs/{job_id}", read_job, "Read a job"),
    Call("POST", "/jobs/{job_id}/advance", advance_job, "Let a waiting job do its work now"),
    Call(
        "POST",
        "/jobs/{job_id}/fail",
        fail_job,
        "Make a waiting job fail, or skip some rows of its file",
        body={"type": "object", "additionalProperties": False, "properties": {"rows": ROWS}},
    ),
)
