"""The clock and the jobs of a session."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from audience_mock import errors
from audience_mock.control.app import ControlRequest
from audience_mock.control.calls import Call, Json
from audience_mock.session.jobs import Job, Progression
from audience_mock.session.sessions import Session
from audience_mock.store.world import timestamp

MOMENT: Json = {"type": "string", "format": "date-time", "description": "RFC 3339, with a zone"}
CLOCK: Json = {
    "type": "object",
    "additionalProperties": False,
    "description": "one of these",
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
ROWS: Json = {"type": "array", "items": {"type": "integer", "minimum": 1}, "description": "users of the file, from 1"}
PROGRESSION: Json = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "seconds": {"type": "number", "minimum": 0, "maximum": 1e9, "nullable": True},
        "reads": {"type": "integer", "minimum": 1, "nullable": True},
    },
}


FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""The clock stays between them, so that times can be written and added to."""
_LEAP_SECOND = re.compile(r"(?<=:)60(?=[.Z+-])")
PATIENCE = 5.0
"""Seconds that an answer waits for the jobs that it has set going."""


def _moment(field: str, text: str) -> datetime:
    """The time that a text of RFC 3339 says; a leap second is the one before it. Raises Refusal 400."""
    try:
        moment = datetime.fromisoformat(_LEAP_SECOND.sub("59", text.upper()))
    except ValueError:  # the year 0
        moment = datetime.min.replace(tzinfo=UTC)
    if not FIRST <= moment <= LAST:
        raise errors.one(field, f"{field} is {errors.show(text)}; send a time from {FIRST.year} to {LAST.year}.")
    return moment


async def read_clock(request: ControlRequest) -> Any:
    return _clock(request.session)


def _clock(session: Session) -> Json:
    return {"now": timestamp(session.clock.now()), "frozen": session.clock.is_frozen}


async def set_clock(request: ControlRequest) -> Any:
    """Jobs whose time has come by it are done when the answer comes, if they can be in a few seconds."""
    clock = request.session.clock
    if len(request.content) != 1:
        names = ", ".join(CLOCK["properties"])
        raise errors.one("body", f"The body has {len(request.content)} fields; send exactly one of {names}.")
    ((what, value),) = request.content.items()
    if what == "freeze":
        clock.freeze(None if value is True else _moment("body.freeze", value))
    elif what == "set":
        clock.set(_moment("body.set", value))
    elif what == "advance":
        if clock.now() + timedelta(seconds=value) > LAST:
            raise errors.one("body.advance", f"The clock cannot go {value} s forward: its years end at {LAST.year}.")
        clock.advance(timedelta(seconds=value))
    elif what == "run":
        clock.run()
    else:
        clock.reset()
    await request.session.backend.jobs.caught_up(PATIENCE)
    return _clock(request.session)


async def list_jobs(request: ControlRequest) -> Any:
    jobs = request.session.backend.jobs
    return {"progression": _told(jobs.progression), "items": [_job(job) for job in jobs.list()]}


def _told(progression: Progression) -> Json:
    return {"seconds": progression.seconds, "reads": progression.reads}


def _job(job: Job) -> Json:
    told = job.described().items()
    return {name: timestamp(value) if isinstance(value, datetime) else value for name, value in told}


def _found(request: ControlRequest) -> Job:
    job_id = request.path("job_id")
    job = request.session.backend.jobs.get(job_id)
    if job is None:
        raise errors.unknown_job(job_id)
    return job


def _waiting(request: ControlRequest) -> Job:
    job = _found(request)
    if job.status != "waiting":
        raise errors.ended_job(job.id, job.status)
    return job


async def read_job(request: ControlRequest) -> Any:
    """For a job that the API itself cannot read, as a bulk update, this is one of the reads that it waits for."""
    job = _found(request)
    if job.subject == job.id:
        request.session.backend.jobs.seen(job.subject)
    return _job(job)


async def advance_job(request: ControlRequest) -> Any:
    """It has ended when the answer comes, if it can in a few seconds."""
    job = _waiting(request)
    request.session.backend.jobs.advance(job)
    await request.session.backend.jobs.caught_up(PATIENCE)
    return _job(job)


async def fail_job(request: ControlRequest) -> Any:
    job = _waiting(request)
    rows = request.content.get("rows")
    job.fails = rows is None
    job.failing_rows = frozenset(rows or ())
    return _job(job)


async def set_progression(request: ControlRequest) -> Any:
    """`{}` is manual: nothing happens before the job is advanced."""
    jobs = request.session.backend.jobs
    jobs.progression = Progression(request.content.get("seconds"), request.content.get("reads"))
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
