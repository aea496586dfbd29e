"""The clock and the jobs of a session."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from audience_mock import errors
from audience_mock.control.app import ControlRequest
from audience_mock.control.calls import Call, Json
from audience_mock.control.schemas import ref
from audience_mock.session.jobs import Job, Progression
from audience_mock.session.sessions import Session
from audience_mock.store.ids import timestamp

MOMENT: Json = {"type": "string", "format": "date-time", "description": "RFC 3339 with a time zone"}
CLOCK: Json = {
    "type": "object",
    "additionalProperties": False,
    "description": "exactly one of these",
    "properties": {
        "freeze": {
            "description": "true to freeze the clock now, or the time to freeze it at",
            "oneOf": [{"enum": [True]}, MOMENT],
        },
        "set": MOMENT,
        "advance": {"type": "number", "description": "seconds to move forward", "minimum": 0, "maximum": 1e10},
        "run": {"enum": [True], "description": "run on from the frozen time"},
        "reset": {"enum": [True], "description": "return to real time"},
    },
}
ROWS: Json = {
    "type": "array",
    "items": {"type": "integer", "minimum": 1},
    "description": "numbers of the rows to skip, from 1",
}
PROGRESSION: Json = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "seconds": {"type": "number", "minimum": 0, "maximum": 1e9, "nullable": True},
        "reads": {"type": "integer", "minimum": 1, "nullable": True},
    },
}


FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""Limits of the clock, so that times can be formatted and added."""
_LEAP_SECOND = re.compile(r"(?<=:)60(?=[.Z+-])")
JOB_TIMEOUT = 5.0
"""Seconds that a response waits for the jobs that it has started."""


def _moment(field: str, text: str) -> datetime:
    """Parse RFC 3339; a leap second becomes the second before it. Raises Refusal 400."""
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
    """Responds when the jobs that are due have ended, or after JOB_TIMEOUT."""
    clock = request.session.clock
    if len(request.content) != 1:
        names = ", ".join(CLOCK["properties"])
        raise errors.one("body", f"The body has {len(request.content)} fields; send exactly one of {names}.")
    ((change, value),) = request.content.items()
    if change == "freeze":
        clock.freeze(None if value is True else _moment("body.freeze", value))
    elif change == "set":
        clock.set(_moment("body.set", value))
    elif change == "advance":
        if clock.now() + timedelta(seconds=value) > LAST:
            raise errors.one("body.advance", f"The clock cannot move {value} s forward; its last year is {LAST.year}.")
        clock.advance(timedelta(seconds=value))
    elif change == "run":
        clock.run()
    else:
        clock.reset()
    await request.session.backend.jobs.wait_for_due(JOB_TIMEOUT)
    return _clock(request.session)


async def list_jobs(request: ControlRequest) -> Any:
    jobs = request.session.backend.jobs
    return {"progression": _progression(jobs.progression), "items": [_job(job) for job in jobs.list()]}


def _progression(progression: Progression) -> Json:
    return {"seconds": progression.seconds, "reads": progression.reads}


def _job(job: Job) -> Json:
    fields = job.as_dict().items()
    return {name: timestamp(value) if isinstance(value, datetime) else value for name, value in fields}


def _get_job(request: ControlRequest) -> Job:
    job_id = request.path("job_id")
    job = request.session.backend.jobs.get(job_id)
    if job is None:
        raise errors.unknown_job(job_id)
    return job


def _get_waiting_job(request: ControlRequest) -> Job:
    job = _get_job(request)
    if job.status != "waiting":
        raise errors.ended_job(job.id, job.status)
    return job


async def read_job(request: ControlRequest) -> Any:
    """Counts as a read of the job if the API has no read for it (bulk update)."""
    job = _get_job(request)
    if job.subject == job.id:
        request.session.backend.jobs.seen(job.subject)
    return _job(job)


async def advance_job(request: ControlRequest) -> Any:
    """Responds when the job has ended, or after JOB_TIMEOUT."""
    job = _get_waiting_job(request)
    request.session.backend.jobs.advance(job)
    await request.session.backend.jobs.wait_for_due(JOB_TIMEOUT)
    return _job(job)


async def fail_job(request: ControlRequest) -> Any:
    job = _get_waiting_job(request)
    rows = request.content.get("rows")
    job.fails = rows is None
    job.failing_rows = frozenset(rows or ())
    return _job(job)


async def set_progression(request: ControlRequest) -> Any:
    """`{}` is manual: a job waits until it is advanced."""
    jobs = request.session.backend.jobs
    jobs.progression = Progression(request.content.get("seconds"), request.content.get("reads"))
    return _progression(jobs.progression)


CALLS = (
    Call("GET", "/clock", read_clock, "Read the clock", answer=ref("Clock")),
    Call("POST", "/clock", set_clock, "Freeze, set, advance or run the clock", body=CLOCK, answer=ref("Clock")),
    Call("GET", "/jobs", list_jobs, "List the jobs, newest first", answer=ref("Jobs")),
    Call(
        "PUT",
        "/jobs/progression",
        set_progression,
        "Set when new jobs run: after seconds, after a number of reads, or when they are advanced",
        body=PROGRESSION,
        answer=ref("Progression"),
    ),
    Call("GET", "/jobs/{job_id}", read_job, "Read a job", answer=ref("Job"), refusals=(404,)),
    Call("POST", "/jobs/{job_id}/advance", advance_job, "Run a waiting job now", answer=ref("Job"), refusals=(404,)),
    Call(
        "POST",
        "/jobs/{job_id}/fail",
        fail_job,
        "Make a waiting job fail, or skip rows of its file",
        body={"type": "object", "additionalProperties": False, "properties": {"rows": ROWS}},
        answer=ref("Job"),
        refusals=(404,),
    ),
)
