"""Fault rules: responses that are replaced, delayed or broken on demand."""

from http import HTTPStatus
from typing import Any

from audience_mock import errors
from audience_mock.control.app import ControlRequest
from audience_mock.control.calls import Call, Json
from audience_mock.middleware.prefer_header import KINDS
from audience_mock.operations import OPERATIONS
from audience_mock.session.fault_rules import MAX_DELAY, WITHOUT_BODY

MAX_LIMIT, MAX_SECONDS = 100_000, 31_536_000
"""Of a rate: a rule remembers the time of so many requests; a year."""
SECONDS: Json = {"type": "number", "minimum": 0, "maximum": MAX_DELAY}
RULE: Json = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "operation": {"enum": list(OPERATIONS), "description": "the operationId"},
        "method": {"enum": ["GET", "POST", "PUT", "PATCH", "DELETE"]},
        "path": {
            "type": "string",
            "minLength": 1,
            "description": "the full path, or the path below the application; * matches any text",
        },
        "status": {"type": "integer", "minimum": 200, "maximum": 599},
        "body": {
            "description": "of the response, which has none for 204 and 304; by default an example from the contract"
        },
        "example": {"type": "string", "description": "name of one of the contract's examples"},
        "delay": {
            "description": "seconds, or a distribution of seconds",
            "oneOf": [
                SECONDS,
                {
                    "type": "object",
                    "additionalProperties": False,
                    "minProperties": 1,
                    "maxProperties": 1,
                    "properties": {
                        "uniform": {"type": "array", "items": SECONDS, "minItems": 2, "maxItems": 2},
                        "lognormal": {"type": "array", "items": SECONDS, "minItems": 2, "maxItems": 2},
                    },
                },
            ],
        },
        "probability": {"type": "number", "minimum": 0, "maximum": 1},
        "seed": {"type": "integer", "description": "random seed of the probability and the delay"},
        "times": {"type": "integer", "minimum": 1, "description": "number of requests that the rule applies to"},
        "rate": {
            "type": "object",
            "description": "429 with Retry-After for more than `limit` requests in `seconds`",
            "additionalProperties": False,
            "required": ["limit", "seconds"],
            "properties": {
                "limit": {"type": "integer", "minimum": 0, "maximum": MAX_LIMIT},
                "seconds": {"type": "number", "minimum": 0.001, "maximum": MAX_SECONDS},
            },
        },
        "kind": {"enum": list(KINDS), "description": "no response, half a response, or a body that is not JSON"},
    },
}
EFFECTS = ("status", "body", "example", "delay", "rate", "kind")


async def list_faults(request: ControlRequest) -> Any:
    return {"items": [rule.as_dict() for rule in request.session.faults]}


async def add_fault(request: ControlRequest) -> Any:
    fields = request.content
    if not any(effect in fields for effect in EFFECTS):
        raise errors.one("body", f"The rule has no effect; send at least one of {', '.join(EFFECTS)}.")
    status = fields.get("status", HTTPStatus.BAD_REQUEST)
    if status < HTTPStatus.BAD_REQUEST and status not in WITHOUT_BODY and not {"operation", "body"} & fields.keys():
        message = f"The body of a {status} depends on the operation; send operation or body too."
        raise errors.one("body.status", message)
    return request.session.faults.add(fields).as_dict()


async def delete_fault(request: ControlRequest) -> Any:
    fault_id = request.path("fault_id")
    if not request.session.faults.remove(fault_id):
        raise errors.unknown_fault(fault_id)
    return {"success": True, "message": f"The fault {fault_id} is deleted."}


async def delete_faults(request: ControlRequest) -> Any:
    request.session.faults.clear()
    return {"success": True, "message": "All faults of the session are deleted."}


CALLS = (
    Call("GET", "/faults", list_faults, "List the fault rules"),
    Call("POST", "/faults", add_fault, "Add a fault rule", body=RULE, status=201),
    Call("DELETE", "/faults", delete_faults, "Delete all fault rules"),
    Call("DELETE", "/faults/{fault_id}", delete_fault, "Delete a fault rule"),
)
