"""FMT-01 to FMT-04: statuses, schemas and content types of what is served, and that nothing breaks the server."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from http import HTTPStatus
from itertools import chain

from hypothesis import strategies as st

from audience_conformance.checks.prerequisites import SUCCESSFUL_REQUEST
from audience_conformance.checks.protocol import schemathesis_bridge as generate
from audience_conformance.checks.protocol.requests import batches
from audience_conformance.checks.protocol.requests.call import (
    Call,
    discard,
    each,
    method,
    per_operation,
    sample,
    send,
    success,
)
from audience_conformance.checks.protocol.requests.hostile import METHODS, hostile_calls
from audience_conformance.checks.protocol.requests.rejected import UNKNOWN_IDS, methods_of
from audience_conformance.checks.protocol.requests.resources import Resources, has_ids
from audience_conformance.checks.protocol.requests.schema_violations import MARK, sanitized
from audience_conformance.checks.protocol.requests.valid import adapted, has_input, may_be_past_the_end, valid_calls
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api
from audience_conformance.client.target import Answer, Unreachable
from audience_conformance.contract.document import operations
from audience_conformance.contract.rules import catalogue
from audience_conformance.results.finding import Skip, expect, fail

WITH_INPUT = [operation_id for operation_id in operations() if has_input(operation_id)]
"""The operations that take more than a path."""
WITH_IDS = [operation_id for operation_id in operations() if has_ids(operation_id)]
IN_STATES = [
    operation_id
    for operation_id in operations()
    if has_ids(operation_id) or operation_id in {"getUserAttributesForUser", "createUserAttributeDefinition"}
]
"""The operations that are about one thing, which has states."""
OF_USERS = ("updateUserAttribute", "getUserAttributeById", "getUserAttributesForUser", "deleteUserAttribute")
UNKNOWN_PATH = "unknown-path"
PATHS = list({path: operation_id for operation_id, (_, path, _) in reversed(operations().items())}.values())
"""One operation for each path."""
ACCEPTS = ("*/*", "application/json", "text/html", "application/xml", "text/html,application/xhtml+xml,*/*;q=0.8")


# --- FMT-01 -----------------------------------------------------------------------------------------


def _gets_its_success(call: Call, answer: Answer) -> None:
    """A valid call with ids that exist succeeds with the documented status."""
    allowed = {success(call.operation)}
    if may_be_past_the_end(call):
        allowed |= {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}
    expected = f"{success(call.operation)} for a valid request ({call.about})"
    expect(answer.status in allowed, expected, str(answer), operation=call.operation)


@per_operation("FMT-01", catalogue()["FMT-01"].operations)
def a_valid_request_gets_its_documented_success(api: Api, operation_id: str) -> None:
    """Send the documented examples, every query parameter alone and in pairs, all bounds, and bodies of every kind."""
    for sent in batches.valid(api, operation_id):
        if sent.kind == batches.VALID:
            _gets_its_success(sent.call, sent.answer)


@per_operation("FMT-01", WITH_INPUT, generates=True)
def a_generated_valid_request_gets_its_documented_success(api: Api, operation_id: str) -> None:
    """Send requests that Schemathesis generates from the contract, about things that exist."""
    resources = Resources(api)

    def gets_its_success(call: Call) -> None:
        call = adapted(api, resources, call)
        _gets_its_success(call, send(api, call))

    api.for_all(gets_its_success, call=generate.generated(api, operation_id, valid=True))


@per_operation("FMT-01", WITH_IDS)
def a_request_for_what_is_not_there_gets_a_documented_status(api: Api, operation_id: str) -> None:
    """Name definitions and groups that do not exist, by ids of any form, in requests that are valid otherwise."""
    expected = f"{HTTPStatus.NOT_FOUND}, as the operation documents, for ids that nothing has"
    for sent in batches.refusals(api, operation_id):
        if sent.kind == UNKNOWN_IDS:
            right = sent.answer.status in {HTTPStatus.NOT_FOUND, success(operation_id)}
            expect(right, expected, str(sent.answer), operation=operation_id)
    resources = Resources(api)
    plain = valid_calls(api, resources, operation_id)[0]
    for tail in each(api, ("-žluť", " x", "/x", "-" + "x" * 500)):
        ids = {name: f"{value}{tail}" for name, value in resources.unknown(operation_id).items()}
        call = Call(operation_id, query=plain.query, body=plain.body, ids=ids)
        answer = send(api, call)
        expect(
            answer.status in {HTTPStatus.NOT_FOUND, success(operation_id)},
            expected,
            str(answer),
            operation=operation_id,
        )


@check("FMT-01", on=" ".join(IN_STATES))
def a_valid_request_succeeds_in_every_state(api: Api) -> None:
    """Ask about groups that are pending, read, failed, empty, mended, counted; definitions in use; what was deleted."""
    for seen in batches.resource_states(api):
        expected = f"{' or '.join(map(str, sorted(seen.allowed)))} for {seen.call.about}"
        expect(seen.answer.status in seen.allowed, expected, str(seen.answer), operation=seen.call.operation)


@check("FMT-01", on=" ".join(OF_USERS))
def a_user_may_be_called_anything(api: Api) -> None:
    """Put, read, list and delete values of users whose ids are of any form: there is no pattern for them."""
    definition_id = api.definition()["_id"]
    for tail in ("-žluť漢🦊", " and blanks", "@example.com", "+1:2;3,4=5&6?7#8%20", "'\"", "-" + "x" * 200):
        ids = {"definition_id": definition_id, "user_id": f"{api.fresh('u')}{tail}"}
        for operation_id in OF_USERS:
            body = {"attribute": {"value": "x"}} if method(operation_id) == "PUT" else ...
            answer = send(api, Call(operation_id, ids=ids, body=body))
            expected = f"{success(operation_id)} for the user {ids['user_id']}"
            expect(answer.status == success(operation_id), expected, str(answer), operation=operation_id)


# --- FMT-02 -----------------------------------------------------------------------------------------


@per_operation("FMT-02", catalogue()["FMT-02"].operations, needs=(SUCCESSFUL_REQUEST,))
def a_success_body_matches_its_schema(api: Api, operation_id: str) -> None:
    """Judge answers of every kind: values of every type, null where it may be, full lists, users with contacts."""
    judged = 0
    for answer in _successes(api, operation_id):
        judged += 1
        wrong = generate.deviation(api, operation_id, _without_refused(answer))
        expect(wrong is None, "a body that matches its schema", f"{wrong}, in {answer}", operation=operation_id)
    if not judged:
        raise Skip(f"{SUCCESSFUL_REQUEST}: {operation_id}")


def _successes(api: Api, operation_id: str) -> Iterator[Answer]:
    for sent in batches.valid(api, operation_id):
        refused = sent.refused and may_be_past_the_end(sent.call)
        if sent.kind == batches.VALID and not refused:
            yield sent.answer
    yield from (sent.answer for sent in batches.response_variants(api, operation_id))


def _without_refused(answer: Answer) -> bytes:
    """The body without what a target took although a check of ours made it invalid: that is FMT-06's matter."""
    body = answer.json if MARK.encode() in answer.content else None
    if not isinstance(body, dict):
        return answer.content
    lists = [body.get("items")]
    groups = body.get("user_groups")
    lists += groups.values() if isinstance(groups, dict) else ()
    for items in lists:
        if isinstance(items, list):
            items[:] = [item for item in items if MARK not in json.dumps(item)]
    return json.dumps(body).encode()


# --- FMT-03 -----------------------------------------------------------------------------------------


@per_operation("FMT-03", catalogue()["FMT-03"].operations, more=[UNKNOWN_PATH])
def a_body_is_served_as_json(api: Api, operation_id: str) -> None:
    """Look at the content type of successes and of every kind of refusal, whatever the request says it accepts."""
    if operation_id == UNKNOWN_PATH:
        for sent in batches.unknown_paths(api):
            if sent.answer.status >= HTTPStatus.BAD_REQUEST:
                _is_json(sent.answer, None)
        return
    for sent in batches.valid(api, operation_id):
        if sent.kind == batches.VALID:
            _is_json(sent.answer, operation_id)
    resources = Resources(api)
    for accept in ACCEPTS if method(operation_id) == "GET" else ():
        answer = send(api, Call(operation_id, ids=resources.ids(operation_id), headers=(("Accept", accept),)))
        _is_json(answer, operation_id)
    for sent in batches.refusals(api, operation_id):
        if sent.refused:
            _is_json(sent.answer, operation_id)


def _is_json(answer: Answer, operation_id: str | None) -> None:
    """Judge the content type of a body; what a 5xx looks like is no matter here."""
    if answer.content and answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        served = answer.headers.get("content-type", "")
        right = served.partition(";")[0].strip().lower() == "application/json"
        actual = f"{served or 'no content type'}, of {answer}"
        expect(right, "a body served as application/json", actual, operation=operation_id)


# --- FMT-04 -----------------------------------------------------------------------------------------


def _withstands(api: Api, call: Call, *, method_: str | None = None) -> Answer:
    """Send whatever it is: the server answers, and with no 5xx."""
    came: Answer | Unreachable
    try:
        came = send(api, call, method_=method_)
    except Unreachable as silence:
        if not batches.answers_others(api):
            raise
        came = silence
    return _withstood(call, came)


def _withstood(call: Call, came: Answer | Unreachable) -> Answer:
    expected = f"any answer below {HTTPStatus.INTERNAL_SERVER_ERROR} ({call.about})"
    if isinstance(came, Unreachable):
        fail(expected, f"no answer, although others are answered: {came}", operation=call.operation)
    expect(came.status < HTTPStatus.INTERNAL_SERVER_ERROR, expected, str(came), operation=call.operation)
    return came


def _withstands_and_reads(api: Api, call: Call) -> None:
    """Send it, and where it has changed something, read that too."""
    answer = _withstands(api, call)
    if not answer.ok:
        return
    reading = batches.reader(call, answer)
    if reading is not None:
        _withstands(api, reading)
    discard(api, call, answer)


@per_operation("FMT-04", catalogue()["FMT-04"].operations)
def no_request_gets_a_5xx(api: Api, operation_id: str) -> None:
    """Send valid, forbidden and odd requests: ids, queries, methods, media types, broken, deep and huge bodies."""
    told = set()
    for sent in chain(batches.valid(api, operation_id), batches.refusals(api, operation_id)):
        told.add(sent.call.likeness)
        _withstood(sent.call, sent.came)
    resources = Resources(api)
    resources.ids(operation_id)
    for call in each(api, sample(api, hostile_calls(api, resources, operation_id), 10)):
        if not (call.query or call.content is not None) or call.likeness not in told:
            _withstands_and_reads(api, call)
    if api.options.writes and operation_id in PATHS:
        _other_methods(api, resources, operation_id)


def _other_methods(api: Api, resources: Resources, operation_id: str) -> None:
    """Methods that a path lacks, also with a body, and those that a server may answer by itself."""
    call = Call(operation_id, ids=resources.ids(operation_id))
    for name in (*METHODS, "OPTIONS", "HEAD"):
        if name not in methods_of(operation_id):
            _withstands(api, replace(call, about=f"{name} there, with a body", body={}), method_=name)
            if name not in METHODS:
                _withstands(api, replace(call, about=f"{name} there"), method_=name)


@check("FMT-04", on=" ".join(IN_STATES))
def no_state_gets_a_5xx(api: Api) -> None:
    """Ask about groups that are pending, read, failed, empty, mended, counted; definitions in use; what was deleted."""
    for seen in batches.resource_states(api):
        expected = f"any answer below {HTTPStatus.INTERNAL_SERVER_ERROR} ({seen.call.about})"
        expect(
            seen.answer.status < HTTPStatus.INTERNAL_SERVER_ERROR,
            expected,
            str(seen.answer),
            operation=seen.call.operation,
        )


@per_operation("FMT-04", WITH_INPUT, generates=True)
def no_generated_request_gets_a_5xx(api: Api, operation_id: str) -> None:
    """Send valid and invalid requests that Schemathesis generates, and those of its coverage phase."""
    resources = Resources(api)
    resources.ids(operation_id)
    for call in each(api, generate.coverage(api, operation_id, valid=False)):
        _withstands_and_reads(api, sanitized(api, resources, call))
    valid = st.tuples(st.just(adapted), generate.generated(api, operation_id, valid=True))
    invalid = st.tuples(st.just(sanitized), generate.generated(api, operation_id, valid=False))

    def withstands(drawn: tuple[Callable[[Api, Resources, Call], Call], Call]) -> None:
        fit, call = drawn
        _withstands_and_reads(api, fit(api, resources, call))

    api.for_all(withstands, drawn=st.one_of(invalid, valid))
