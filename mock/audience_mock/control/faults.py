"""Faults on demand: rules that spoil answers of the API."""

from typing import Any

from audience_mock import errors
from audience_mock.control.app import ControlRequest
from audience_mock.control.calls import Call, Json
from audience_mock.errors import Violation
from audience_mock.middleware.prefer_header import KINDS
from audience_mock.operations import OPERATIONS

SECONDS: Json = {"type": "number", "minimum": 0, "maximum": 3600}
RULE: Json = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "operation": {"enum": list(OPERATIONS), "description": "the operationId"},
        "method": {"enum": ["GET", "POST", "PUT", "PATCH", "DELETE"]},
        "path": {
            "type": "string",
            "minLength": 1,
            "description": "whole, or below the application; * is anything",
        },
        "status": {"type": "integer", "minimum": 200, "maximum": 599},
        "body": {"description": "of the answer; without it, one that the contract allows"},
        "example": {"type": "string", "description": "the name of one of the contract's examples"},
        "delay": {
            "description": "seconds, or how they are distributed",
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
        "seed": {"type": "integer", "description": "makes the probability and the delay the same every time"},
        "times": {"type": "integer", "minimum": 1, "description": "how many requests it strikes"},
        "rate": {
            "type": "object",
            "description": "strikes the requests beyond so many in so many seconds: 429 with Retry-After",
            "additionalProperties": False,
            "required": ["limit", "seconds"],
            "properties": {"limit": {"type": "integer", "minimum": 0}, "seconds": {"type": "number", "minimum": 0.001}},
        },
        "kind": {"enum": list(KINDS), "description": "no answer, half an answer, or an answer that is no JSON"},
    },
}
LEAST_ERROR = 400
EFFECTS = ("status", "body", "example", "delay", "rate", "kind")


async def list_faults(request: ControlRequest) -> Any:
    return {"items": [rule.described() for rule in request.session.faults]}


async def add_fault(request: ControlRequest) -> Any:
    fields = request.content
    if not any(effect in fields for effect in EFFECTS):
        message = f"The rule does nothing; give it one of {', '.join(EFFECTS)}."
        raise errors.invalid([Violation("body", message)])
    if fields.get("status", LEAST_ERROR) < LEAST_ERROR and not {"operation", "body"} & fields.keys():
        message = (
            f"A rule for every operation cannot know the body of a {fields['status']}; give it operation, or body."
        )
        raise errors.one("body.status", message)
    return request.session.faults.add(fields).described()


async def delete_fault(request: ControlRequest) -> Any:
    fault_id = request.path("fault_id")
    if not request.session.faults.remove(fault_id):
        raise errors.unknown_fault(fault_id)
    return {"success": True, "message": f"The fault {fault_id} is deleted."}


async def delete_faults(request: ControlRequest) -> Any:
    request.session.faults.clear()
    return {"success": True, "message": "All faults of the session are deleted."}


CALLS = (
    Call("GET", "/faults", list_faults, "List the faults that were given"),
    Call("POST", "/faults", add_fault, "Spoil answers from now on", body=RULE, status=201),
    Call("DELETE", "/faults", delete_faults, "Forget all faults"),
    Call("DELETE", "/faults/{fault_id}", delete_fault, "Forget a fault"),
)
