"""The rounds that several rules judge, sent once in a run: valid calls, refusals, visits, states, other methods."""

from collections.abc import Iterator
from dataclasses import replace

from audience_conformance.checks.protocol.requests.call import Call, discard, method, sample, send
from audience_conformance.checks.protocol.requests.hostile import METHODS
from audience_conformance.checks.protocol.requests.rejected import (
    UNKNOWN_ABOVE,
    UNKNOWN_PATHS,
    at_lacking_method,
    methods_of,
    path_of,
    refusable,
)
from audience_conformance.checks.protocol.requests.resource_states import resource_states as states
from audience_conformance.checks.protocol.requests.resources import Resources
from audience_conformance.checks.protocol.requests.response_variants import response_variants as answers
from audience_conformance.checks.protocol.requests.valid import adapted, valid_calls
from audience_conformance.checks.shared_requests import Sent, shared_requests
from audience_conformance.client.api import GROUPS, Api
from audience_conformance.client.target import Answer, Unreachable
from audience_conformance.contract.document import operations

VALID, READ, VISIT, STATE, METHOD, UNKNOWN_PATH = "valid", "read", "visit", "state", "method", "unknown path"
MOST_SILENCES = 3
"""Requests of a round that get no answer although others are answered; behind so many the round ends."""
_READERS = {
    "createUserAttributeDefinition": "getUserAttributeDefinitionById",
    "updateUserAttributeDefinition": "getUserAttributeDefinitionById",
    "updateUserAttribute": "getUserAttributeById",
    "createUserGroup": "getUserGroupById",
    "updateUserGroup": "getUserGroupById",
}


# --- what the checks ask for --------------------------------------------------------------------------


def valid(api: Api, operation_id: str) -> Iterator[Sent]:
    """Valid calls of every kind, and what they have changed, read (`READ`)."""
    return shared_requests(api, _valid, operation_id)


def refusals(api: Api, operation_id: str) -> Iterator[Sent]:
    """Every way to be refused by an operation; behind it, the methods that its path lacks (`METHOD`)."""
    yield from shared_requests(api, _refusals, operation_id)
    for sent in lacking_methods(api, operation_id):
        yield replace(sent, call=replace(sent.call, operation=operation_id))


def lacking_methods(api: Api, operation_id: str) -> Iterator[Sent]:
    """Every method but OPTIONS and HEAD that an operation's path lacks; nothing where the run may not write.

    The method is what the call is about.
    """
    return shared_requests(api, _lacking_methods, path_of(operation_id)) if api.options.writes else iter(())


def response_variants(api: Api, operation_id: str) -> Iterator[Sent]:
    """A round through a reading operation that sees all kinds of its answers."""
    return shared_requests(api, _response_variants, operation_id)


def resource_states(api: Api) -> Iterator[Sent]:
    """Calls about things in every state, with the statuses that are allowed."""
    return shared_requests(api, _resource_states)


def unknown_paths(api: Api) -> Iterator[Sent]:
    """Paths that the contract lacks; whatever writes goes to one that nobody can have."""
    return shared_requests(api, _unknown_paths)


# --- how they are sent ----------------------------------------------------------------------------------


def _valid(api: Api, operation_id: str) -> Iterator[Sent]:
    resources, silences = Resources(api), [0]
    resources.ids(operation_id)
    for call in sample(api, valid_calls(api, resources, operation_id), 5):
        yield from _sent(api, VALID, adapted(api, resources, call), silences)


def _refusals(api: Api, operation_id: str) -> Iterator[Sent]:
    resources, silences = Resources(api), [0]
    for kind, call in refusable(api, resources, operation_id):
        yield from _sent(api, kind, call, silences)


def _lacking_methods(api: Api, path: str) -> Iterator[Sent]:
    operation_id = next(known for known in operations() if path_of(known) == path)
    call, silences = at_lacking_method(api, Resources(api), operation_id), [0]
    for name in METHODS:
        if name not in methods_of(operation_id):
            about = replace(call, about=name)
            yield Sent(METHOD, about, _answer(api, about, silences, name))


def _response_variants(api: Api, operation_id: str) -> Iterator[Sent]:
    for answer in answers(api, Resources(api), operation_id):
        yield Sent(VISIT, Call(operation_id, "a visit"), answer)


def _resource_states(api: Api) -> Iterator[Sent]:
    for call, allowed in states(api):
        yield Sent(STATE, call, send(api, call), allowed)


def _unknown_paths(api: Api) -> Iterator[Sent]:
    unknown = Call("", "an unknown path")
    for path in UNKNOWN_PATHS:
        yield Sent(UNKNOWN_PATH, unknown, api.get(path))
    for path in UNKNOWN_ABOVE:
        answer = api.target.send("GET", f"{api.options.base_url}{path}", {}, None, api.trace)
        yield Sent(UNKNOWN_PATH, unknown, answer)
    for name in METHODS if api.options.writes else ():
        yield Sent(UNKNOWN_PATH, unknown, api.request(name, f"/{api.fresh('none')}"))
        path = f"{GROUPS}/{api.fresh('none')}/{api.fresh('none')}"
        yield Sent(UNKNOWN_PATH, unknown, api.request(name, path))


def _sent(api: Api, kind: str, call: Call, silences: list[int]) -> Iterator[Sent]:
    """Send a call, and where it has changed something, read that too; what it has created is deleted."""
    came = _answer(api, call, silences)
    yield Sent(kind, call, came)
    if not isinstance(came, Answer) or not came.ok:
        return
    reading = reader(call, came)
    if reading is not None:
        yield Sent(READ, reading, _answer(api, reading, silences))
    discard(api, call, came)


def reader(call: Call, answer: Answer) -> Call | None:
    """The call that reads what a call has changed."""
    created = answer.json if method(call.operation) == "POST" else None
    ids = dict(call.ids)
    if isinstance(created, dict) and isinstance(created.get("_id"), str):
        ids = {"group_id" if "Group" in call.operation else "definition_id": created["_id"]}
    by = _READERS.get(call.operation)
    if not by or not ids or (call.body is ... and call.content is None):
        return None
    return Call(by, f"{call.about}, then read", ids=ids, tenant=call.tenant)


def _answer(api: Api, call: Call, silences: list[int], method_: str | None = None) -> Answer | Unreachable:
    """What comes of a call. Raises Unreachable where nobody answers any more, or too often."""
    try:
        return send(api, call, method_=method_)
    except Unreachable as silence:
        silences[0] += 1
        if silences[0] > MOST_SILENCES or not answers_others(api):
            raise
        return silence


def answers_others(api: Api) -> bool:
    """Does the target answer an innocent request."""
    try:
        api.target.send("GET", api.target.url(f"{GROUPS}/tags"), {}, None, None)
    except Unreachable:
        return False
    return True
