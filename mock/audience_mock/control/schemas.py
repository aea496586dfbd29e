"""The schemas of the control API's responses (OpenAPI 3.0). Objects are closed, so that tests hold every field."""

from typing import Any

from audience_mock.control.fault_schema import RULE
from audience_mock.operations import OPERATIONS
from audience_mock.session.journal import LONGEST_BODY

Json = dict[str, Any]


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def record(**properties: Json) -> Json:
    """An object with exactly these fields."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def array(items: Json) -> Json:
    return {"type": "array", "items": items}


def nullable(schema: Json) -> Json:
    return {**schema, "nullable": True}


def by_name(values: Json) -> Json:
    """An object with any names."""
    return {"type": "object", "additionalProperties": values}


def listing(name: str) -> Json:
    return record(items=array(ref(name)))


TEXT: Json = {"type": "string"}
COUNT: Json = {"type": "integer", "minimum": 0}
NUMBER: Json = {"type": "number"}
FLAG: Json = {"type": "boolean"}
TIME: Json = {"type": "string", "format": "date-time"}
ANY_OBJECT: Json = {"type": "object", "additionalProperties": True}
OPERATION: Json = {"type": "string", "enum": list(OPERATIONS)}
ENCODING: Json = {
    "type": "string",
    "enum": ["json", "text", "base64", None],
    "nullable": True,
    "description": "of body; null without one",
}
_VIOLATION = record(field=TEXT, message=TEXT)
_MESSAGE: Json = {
    "headers": by_name(TEXT),
    "body": {"description": "JSON, text or base64, see encoding"},
    "encoding": ENCODING,
    "size": {**COUNT, "description": f"bytes, of which the journal keeps the first {LONGEST_BODY}"},
    "cut": FLAG,
}
_CONTACT: Json = {"primary": FLAG, "verified": FLAG, "active": FLAG}


def _contacts(**fields: Json) -> Json:
    return array({**record(**fields, **_CONTACT), "required": list(fields)[:1]})


SCHEMAS: dict[str, Json] = {
    "ApiError": {
        "type": "object",
        "additionalProperties": False,
        "description": "The error shape of the Audience API",
        "required": ["success", "status_code", "message"],
        "properties": {
            "success": {"type": "boolean", "enum": [False]},
            "status_code": {"type": "integer", "minimum": 400, "maximum": 599},
            "message": {**TEXT, "description": "the wrong value and the fix"},
            "errors": {**array(_VIOLATION), "description": "of a 400: every wrong field, the first 100"},
        },
    },
    "Done": record(success={"type": "boolean", "enum": [True]}, message=TEXT),
    "Health": record(
        status={"type": "string", "enum": ["ok"]},
        version=TEXT,
        uptime={**NUMBER, "description": "seconds since the start"},
        seed={**TEXT, "description": "the seed that a reset goes back to"},
        sessions=COUNT,
    ),
    "Counts": by_name(record(definitions=COUNT, values=COUNT, groups=COUNT, users=COUNT)),
    "SessionCounts": record(session=TEXT, tenants=ref("Counts")),
    "Session": record(
        name=TEXT, idle={**NUMBER, "description": "seconds since its last request"}, tenants=ref("Counts")
    ),
    "Snapshot": record(name=TEXT, tenants=ref("Counts")),
    "State": {**ANY_OBJECT, "description": "COMPANY/APPLICATION -> its data, in the form of a seed file"},
    "Clock": record(now=TIME, frozen=FLAG),
    "Progression": record(seconds=nullable(NUMBER), reads=nullable(COUNT)),
    "Job": record(
        id=TEXT,
        kind=TEXT,
        subject={**TEXT, "description": "the id of the group, or of the job itself"},
        title=TEXT,
        status={"type": "string", "enum": ["waiting", "running", "completed", "failed"]},
        reads=COUNT,
        created_at=TIME,
        ended_at=nullable(TIME),
        fails=FLAG,
        problem=nullable(TEXT),
        progression=ref("Progression"),
        failing_rows=array(COUNT),
    ),
    "Jobs": record(progression=ref("Progression"), items=array(ref("Job"))),
    "FaultRule": {
        **record(
            id=TEXT,
            describes={**TEXT, "description": "what the rule will do, in words"},
            hits={**COUNT, "description": "number of requests that it has applied to"},
            **RULE["properties"],
        ),
        "required": ["id", "describes", "hits"],
    },
    "JournalEntry": record(
        id=COUNT,
        time=TIME,
        session=TEXT,
        method=TEXT,
        path=TEXT,
        query=by_name({"oneOf": [TEXT, array(TEXT)]}),
        operation=nullable({**OPERATION, "enum": [*OPERATIONS, None]}),
        tenant=nullable({**TEXT, "description": "COMPANY/APPLICATION"}),
        request=record(**_MESSAGE),
        response=record(status=nullable({"type": "integer"}), **_MESSAGE),
        duration={**NUMBER, "description": "milliseconds"},
        outcome={"type": "string", "enum": ["ok", "refused", "failed", "forced", "deviates"]},
        why={
            "description": "null for ok; the errors of a 400, or else a text",
            "oneOf": [nullable(TEXT), array(_VIOLATION)],
        },
        applied={**array(TEXT), "description": "the faults of the response"},
    ),
    "Journal": record(
        items=array(ref("JournalEntry")),
        total={**COUNT, "description": "entries that pass the filters"},
        dropped={**COUNT, "description": "entries that the journal had no room for"},
    ),
    "CallCount": record(
        operation=nullable({**OPERATION, "enum": [*OPERATIONS, None]}),
        status=nullable({"type": "integer"}),
        count=COUNT,
    ),
    "Verification": record(
        ok=FLAG,
        matched=COUNT,
        expected=record(min=COUNT, max=nullable(COUNT)),
        ids=array(COUNT),
        nearest=array(record(id=COUNT, differences=array(_VIOLATION))),
        dropped=COUNT,
    ),
    "Coverage": record(
        items=array(
            record(
                operation=OPERATION,
                method=TEXT,
                path=TEXT,
                statuses={**by_name(COUNT), "description": "number of responses by documented status"},
            )
        ),
        exercised=COUNT,
        documented=COUNT,
    ),
    "HttpArchive": record(
        log=record(
            version={"type": "string", "enum": ["1.2"]},
            creator=record(name=TEXT, version=TEXT),
            entries=array(ANY_OBJECT),
        )
    ),
    "User": record(
        user_id=TEXT,
        emails=_contacts(email=TEXT),
        phone_numbers=_contacts(phone=TEXT, country_code={"type": "integer"}),
        blacklisted=FLAG,
    ),
    "Users": record(
        items=array(ref("User")),
        page=record(
            type={"type": "string", "enum": ["number"]},
            current=COUNT,
            size=COUNT,
            item_total=COUNT,
            has_next=FLAG,
            has_previous=FLAG,
        ),
    ),
    "OpenApi": {
        "type": "object",
        "additionalProperties": True,
        "required": ["openapi", "info", "paths"],
        "properties": {"openapi": TEXT, "info": ANY_OBJECT, "paths": ANY_OBJECT, "components": ANY_OBJECT},
    },
}
"""The components of the description."""
