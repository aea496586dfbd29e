"""Fault rules: responses that are replaced, delayed or broken on demand."""

from typing import Any

from audience_mock import errors
from audience_mock.control.app import ControlRequest
from audience_mock.control.calls import Call, Json
from audience_mock.control.fault_schema import RULE, problems
from audience_mock.control.fault_words import in_words
from audience_mock.control.schemas import listing, ref
from audience_mock.session.fault_rules import Fault


def _shown(rule: Fault) -> Json:
    return {"id": rule.id, "describes": in_words(rule.fields), **rule.fields, "hits": rule.hits}


async def list_faults(request: ControlRequest) -> Any:
    return {"items": [_shown(rule) for rule in request.session.faults]}


async def add_fault(request: ControlRequest) -> Any:
    found = list(problems(request.content))
    if found:
        raise errors.invalid(found)
    return _shown(request.session.faults.add(request.content))


async def delete_fault(request: ControlRequest) -> Any:
    fault_id = request.path("fault_id")
    if not request.session.faults.remove(fault_id):
        raise errors.unknown_fault(fault_id)
    return {"success": True, "message": f"The fault {fault_id} is deleted."}


async def delete_faults(request: ControlRequest) -> Any:
    request.session.faults.clear()
    return {"success": True, "message": "All faults of the session are deleted."}


CALLS = (
    Call("GET", "/faults", list_faults, "List the fault rules", answer=listing("FaultRule")),
    Call("POST", "/faults", add_fault, "Add a fault rule", body=RULE, status=201, answer=ref("FaultRule")),
    Call("DELETE", "/faults", delete_faults, "Delete all fault rules", answer=ref("Done")),
    Call("DELETE", "/faults/{fault_id}", delete_fault, "Delete a fault rule", answer=ref("Done"), refusals=(404,)),
)
