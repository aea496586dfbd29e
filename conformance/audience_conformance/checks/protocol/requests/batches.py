"""The batches of requests that several checks use: each is sent once in a run (see `shared`)."""

from collections.abc import Iterator
from dataclasses import replace

from audience_conformance.checks.protocol.requests import spec
from audience_conformance.checks.protocol.requests.call import Call, discard, reading_call, sample, send, try_send
from audience_conformance.checks.protocol.requests.rejected import PATHS_OUTSIDE, UNKNOWN_PATHS, rejected_calls
from audience_conformance.checks.protocol.requests.resource_states import calls_in_states
from audience_conformance.checks.protocol.requests.resources import Resources
from audience_conformance.checks.protocol.requests.response_variants import variants
from audience_conformance.checks.protocol.requests.valid import adapted, valid_calls
from audience_conformance.checks.shared_requests import Sent, shared
from audience_conformance.client.api import GROUPS, Api
from audience_conformance.client.exchange import Answer

VALID = "valid"


@shared
def valid(api: Api, operation_id: str) -> Iterator[Sent]:
    """Valid calls (`VALID`), each followed by a read of the resource that it created or changed."""
    resources = Resources(api)
    resources.ids(operation_id)
    for call in sample(api, valid_calls(api, resources, operation_id), 4):
        yield from send_and_read(api, adapted(api, resources, call), VALID)


def rejected(api: Api, operation_id: str) -> Iterator[Sent]:
    """Calls that the operation must reject, for each possible reason; then the methods that its path does not have."""
    yield from _rejected(api, operation_id)
    for sent in unsupported_methods(api, operation_id):
        yield replace(sent, call=replace(sent.call, operation=operation_id))


@shared
def _rejected(api: Api, operation_id: str) -> Iterator[Sent]:
    for kind, call in rejected_calls(api, Resources(api), operation_id):
        yield from send_and_read(api, call, kind)


def unsupported_methods(api: Api, operation_id: str) -> Iterator[Sent]:
    """The methods that the operation's path does not have, without OPTIONS and HEAD; none in a run that only reads."""
    return _unsupported_methods(api, spec.of_same_path(operation_id)[0]) if api.options.writes else iter(())


@shared
def _unsupported_methods(api: Api, operation_id: str) -> Iterator[Sent]:
    """Send calls that are harmless even if a server takes the method for another one.

    They name a resource of the batch or, if the path names none, a filter that matches nothing.
    """
    ids = Resources(api).ids(operation_id)
    none = api.unique("none")
    call = Call(operation_id, ids=ids, query=() if ids else (("name", none), ("slug", none)))
    for name in spec.METHODS:
        if name not in spec.methods_of_path(operation_id):
            call = replace(call, about=name, method=name)
            yield Sent(call, try_send(api, call))


@shared
def response_variants(api: Api, operation_id: str) -> Iterator[Sent]:
    """Reads with responses of every kind: see `variants`."""
    for answer in variants(api, Resources(api), operation_id):
        yield Sent(Call(operation_id, "a response variant"), answer)


@shared
def resource_states(api: Api) -> Iterator[Sent]:
    """Calls about resources in every state."""
    for call in calls_in_states(api):
        yield Sent(call, send(api, call))


@shared
def unknown_paths(api: Api) -> Iterator[Sent]:
    """Paths that the contract does not have; methods other than GET go to paths with unique names."""
    unknown = Call("", "an unknown path")
    for path in UNKNOWN_PATHS:
        yield Sent(unknown, api.get(path))
    for path in PATHS_OUTSIDE:
        yield Sent(unknown, api.target.send("GET", f"{api.options.base_url}{path}", {}, None, api.trace))
    for name in spec.METHODS if api.options.writes else ():
        yield Sent(unknown, api.request(name, f"/{api.unique('none')}"))
        yield Sent(unknown, api.request(name, f"{GROUPS}/{api.unique('none')}/{api.unique('none')}"))


def send_and_read(api: Api, call: Call, kind: str = "") -> Iterator[Sent]:
    """Send a call, read the resource that it created or changed, and delete one that it created."""
    outcome = try_send(api, call)
    yield Sent(call, outcome, kind)
    if isinstance(outcome, Answer) and outcome.ok:
        reading = reading_call(call, outcome)
        if reading is not None:
            yield Sent(reading, try_send(api, reading))
        discard(api, call, outcome)
