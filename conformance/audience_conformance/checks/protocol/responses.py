"""FMT-01 to FMT-04, FMT-12, FMT-14: status, schema and content type of responses, and no 5xx for any request."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from http import HTTPStatus
from itertools import chain
from typing import NoReturn

from hypothesis import strategies as st

from audience_conformance.checks.assertions import body, field, has_fields, subset
from audience_conformance.checks.groups.helpers import PENDING, group_body
from audience_conformance.checks.prerequisites import SUCCESSFUL_REQUEST, TAGGED_GROUPS
from audience_conformance.checks.protocol import schemathesis_bridge
from audience_conformance.checks.protocol.requests import batches, spec
from audience_conformance.checks.protocol.requests.call import Call, each, sample, send, try_send
from audience_conformance.checks.protocol.requests.decisions import decision_behind
from audience_conformance.checks.protocol.requests.hostile import hostile_calls
from audience_conformance.checks.protocol.requests.rejected import UNKNOWN_IDS
from audience_conformance.checks.protocol.requests.resources import Resources
from audience_conformance.checks.protocol.requests.schema_violations import MARK, sanitized
from audience_conformance.checks.protocol.requests.spec import per_operation
from audience_conformance.checks.protocol.requests.valid import adapted, may_be_past_the_end, valid_calls
from audience_conformance.checks.registry import check
from audience_conformance.checks.shared_requests import Sent
from audience_conformance.client.api import GROUPS, Api, JsonObject, group_path
from audience_conformance.client.exchange import Answer
from audience_conformance.client.trouble import Unreachable
from audience_conformance.contract.document import operations
from audience_conformance.contract.rules import catalogue
from audience_conformance.contract.schema_errors import SchemaError, decided, first_printed, schema_errors
from audience_conformance.results.finding import Skip, expect, fail, same
from audience_conformance.results.result import UNKNOWN_PATH

WITH_INPUT = [operation_id for operation_id in operations() if spec.has_input(operation_id)]
IN_STATES = [
    operation_id
    for operation_id in operations()
    if spec.path_parameters(operation_id) or operation_id == "createUserAttributeDefinition"
]
"""The operations that `batches.resource_states` uses."""
OF_USERS = sorted(
    (operation_id for operation_id in operations() if "user_id" in spec.path_parameters(operation_id)),
    key=lambda operation_id: ("PUT", "GET", "DELETE").index(spec.method(operation_id)),
)
NEW_GROUP: JsonObject = {
    "type": "file",
    "status": PENDING,
    "is_active": True,
    "tags": [],
    "__v": 0,
    "total_users": {"count": 0, "refreshed_at": None},
}
LASTING_DEFAULTS = ("type", "is_active", "tags", "__v")
"""The defaults that stay when the group's file has been read."""
BELOW_500 = ("1??", "2??", "3??", "4??")
ACCEPTS = ("*/*", "application/json", "text/html", "application/xml", "text/html,application/xhtml+xml,*/*;q=0.8")


# --- FMT-01 -------------------------------------------------------------------------------------------


def _succeeds(call: Call, answer: Answer) -> None:
    allowed = {spec.success(call.operation)}
    if may_be_past_the_end(call):
        allowed |= {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}
    expected = f"{spec.success(call.operation)} for a valid request ({call.about})"
    rests_on = decision_behind(call)
    expect(answer.status in allowed, expected, str(answer), operation=call.operation, rests_on=rests_on)


@per_operation("FMT-01", catalogue()["FMT-01"].operations)
def a_valid_request_gets_its_documented_success(api: Api, operation_id: str) -> None:
    """Send the documented examples, each query parameter alone and in pairs, and bodies of every kind.

    Each must get the documented status of success; a page that may be past the end may get 400 or 404. FMT-14 is about
    those that need what the contract decided.
    """
    for sent in batches.valid(api, operation_id):
        if sent.kind == batches.VALID and not decision_behind(sent.call):
            _succeeds(sent.call, sent.answer)


@per_operation("FMT-14", catalogue()["FMT-14"].operations)
def a_request_at_the_edge_of_a_decision_succeeds(api: Api, operation_id: str) -> None:
    """Send the longest and shortest texts in any script, all bounds, members of enums, forms of file_url, 100 items.

    Each must get the documented status of success, and pages of the size asked for; a page that may be past the end may
    get 400 or 404.
    """
    for sent in batches.valid(api, operation_id):
        if sent.kind == batches.VALID and decision_behind(sent.call):
            _succeeds(sent.call, sent.answer)
            _is_not_smaller(sent.call, sent.answer)


def _is_not_smaller(call: Call, answer: Answer) -> None:
    """A page has the size that was asked for, where it says so."""
    wanted = dict(call.pairs).get("page_size")
    page = answer.json.get("page") if answer.ok and isinstance(answer.json, dict) else None
    size = page.get("size") if isinstance(page, dict) else None
    if wanted and wanted.isdecimal() and isinstance(size, int):
        rests_on = decision_behind(call)
        expect(size >= int(wanted), f"pages of {wanted}", str(answer), operation=call.operation, rests_on=rests_on)


@per_operation("FMT-01", WITH_INPUT, generates=True)
def a_generated_valid_request_gets_its_documented_success(api: Api, operation_id: str) -> None:
    """Send random valid requests that Schemathesis generates, with existing ids: each must succeed as documented.

    FMT-14 is about those that need what the contract decided.
    """
    resources = Resources(api)

    def succeeds(call: Call) -> None:
        call = adapted(api, resources, call)
        answer = send(api, call)
        if not decision_behind(call):
            _succeeds(call, answer)

    api.for_all(succeeds, call=schemathesis_bridge.generated(api.tenant, operation_id, valid=True))


@per_operation("FMT-01", filter(spec.can_be_404, operations()))
def a_request_for_what_is_not_there_gets_a_documented_status(api: Api, operation_id: str) -> None:
    """Send valid requests with ids of definitions and groups that do not exist: each must get 404 or succeed."""
    expected = f"{HTTPStatus.NOT_FOUND}, as the operation documents, for ids that do not exist"

    def is_404_or_success(answer: Answer) -> None:
        right = answer.status in {HTTPStatus.NOT_FOUND, spec.success(operation_id)}
        expect(right, expected, str(answer), operation=operation_id)

    for sent in batches.rejected(api, operation_id):
        if sent.kind == UNKNOWN_IDS:
            is_404_or_success(sent.answer)
    resources = Resources(api)
    plain = valid_calls(api, resources, operation_id)[0]
    for tail in each(api, subset(api, ("-žluť", " x", "/x", "-" + "x" * 500))):
        ids = {name: f"{value}{tail}" for name, value in resources.unknown(operation_id).items()}
        is_404_or_success(send(api, replace(plain, ids=ids)))


@check("FMT-01", on=" ".join(IN_STATES))
def a_valid_request_succeeds_in_every_state(api: Api) -> None:
    """Send requests about groups in every state: pending, completed, failed, empty, updated, deleted.

    Do the same with definitions in use and deleted ones. Each request must get the documented success; 404 is also
    right for a deleted resource, 400 for a type that a stored value does not fit.
    """
    for sent in batches.resource_states(api):
        allowed = sorted({spec.success(sent.call.operation), *sent.call.also})
        expected = f"{' or '.join(map(str, allowed))} for {sent.call.about}"
        expect(sent.answer.status in allowed, expected, str(sent.answer), operation=sent.call.operation)


@check("FMT-01", on=" ".join(OF_USERS))
def a_user_may_be_called_anything(api: Api) -> None:
    """Put, list, read and delete values of users with unusual ids: each must succeed, for the ids have no pattern."""
    definition_id = api.definition()["_id"]
    for tail in ("-žluť漢🦊", " and blanks", "@example.com", "+1:2;3,4=5&6?7#8%20", "'\"", "-" + "x" * 200):
        ids = {"definition_id": definition_id, "user_id": f"{api.unique('u')}{tail}"}
        for operation_id in OF_USERS:
            body = {"attribute": {"value": "x"}} if spec.method(operation_id) == "PUT" else ...
            answer = send(api, Call(operation_id, ids=ids, body=body))
            expected = f"{spec.success(operation_id)} for the user {ids['user_id']}"
            expect(answer.status == spec.success(operation_id), expected, str(answer), operation=operation_id)


# --- FMT-02 -------------------------------------------------------------------------------------------


@per_operation("FMT-02", catalogue()["FMT-02"].operations, needs=(SUCCESSFUL_REQUEST,))
def a_success_body_matches_its_schema(api: Api, operation_id: str) -> None:
    """Read responses of every kind: values of every type, null where allowed, full lists, users with contacts.

    The body of each success must match the schema of the operation.
    """
    for answer, errors in _schema_errors(api, operation_id):
        if error := first_printed(errors):
            _fail_schema(operation_id, error, answer)


@per_operation("FMT-12", catalogue()["FMT-12"].operations, needs=(SUCCESSFUL_REQUEST,))
def a_success_body_has_what_was_decided(api: Api, operation_id: str) -> None:
    """Read responses of every kind: values of every type, null where allowed, full lists, users with contacts.

    The body of each success must have the required fields and the members of enums that the contract decided.
    """
    for answer, errors in _schema_errors(api, operation_id):
        for error in decided(errors):
            _fail_schema(operation_id, error, answer)


@check("FMT-12", on="createUserGroup getUserGroupById")
def a_new_group_has_the_defaults(api: Api) -> None:
    """Create a group, also with other values for what a creation does not take: it has what was decided of a new one.

    In the response: type, status, is_active, tags, __v and total_users. By its id: those that no job changes.
    """
    ignored = {"status": "completed", "is_active": False, "tags": ["x"], "__v": 7, "total_users": {"count": 3}}
    others: list[JsonObject] = []
    for more in ({}, ignored):
        of_others = {name: one.get(name) for one in others for name in ("_id", "uid")}
        created = body(api.post(GROUPS, group_body(api, **more, **of_others)), operation="createUserGroup")
        expect(isinstance(created.get("_id"), str), "a created group with an _id", created, rule="FMT-02")
        has_fields(created, NEW_GROUP, "a new group")
        taken = [name for one in others for name in ("_id", "uid") if name in one and created.get(name) == one[name]]
        expect(not taken, f"{' and '.join(taken)} of its own, though the body has those of another group", created)
        others.append(created)
        group = body(api.get(group_path(created["_id"])), operation="getUserGroupById")
        has_fields(group, {name: NEW_GROUP[name] for name in LASTING_DEFAULTS}, "a new group, read by its id")


@check("FMT-12", on="getUserGroupTags", read_only=True, needs=(TAGGED_GROUPS,))
def the_tag_list_is_sorted(api: Api) -> None:
    """Read the tag list: its tags of small Latin letters, which every collation sorts alike, are sorted."""
    tags = field(body(api.get(f"{GROUPS}/tags"), operation="getUserGroupTags"), "items")
    plain = [tag for tag in tags if isinstance(tag, str) and re.fullmatch("[a-z]+", tag)]
    same(plain, sorted(plain), "the tags of small letters in the tag list, which is sorted,")
    if len(plain) < len("ab"):
        raise Skip(TAGGED_GROUPS)


def _fail_schema(operation_id: str, error: SchemaError, answer: Answer) -> NoReturn:
    where = ".".join(filter(None, ("body", error.place)))
    actual = f"{where}: {error.message}, in {answer}"
    fail("a body that matches its schema", actual, operation=operation_id, rests_on=error.keyword)


def _schema_errors(api: Api, operation_id: str) -> Iterator[tuple[Answer, list[SchemaError]]]:
    """Each success with its errors. Raises Skip if there is none."""
    skipped = True
    pointer = spec.success_pointer(operation_id)
    for answer in _successes(api, operation_id):
        skipped = False
        try:
            body = json.loads(_without_accepted_violations(answer).decode("utf-8"), parse_constant=_reject_constant)
        except ValueError as error:
            fail("a body that is JSON", f"{error}, in {answer}", rule="FMT-02", operation=operation_id)
        yield answer, schema_errors(pointer, body)
    if skipped:
        raise Skip(f"{SUCCESSFUL_REQUEST}: {operation_id}")


def _reject_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON value")


def _successes(api: Api, operation_id: str) -> Iterator[Answer]:
    for sent in batches.valid(api, operation_id):
        if sent.kind == batches.VALID and sent.answer.ok:
            yield sent.answer
    for sent in batches.response_variants(api, operation_id):
        if sent.answer.ok:
            yield sent.answer


def _without_accepted_violations(answer: Answer) -> bytes:
    """The body without list items from invalid requests that the target accepted: FMT-06 reports those."""
    body = answer.json if MARK.encode() in answer.content else None
    if not isinstance(body, dict):
        return answer.content
    groups = body.get("user_groups")
    for items in (body.get("items"), *(groups.values() if isinstance(groups, dict) else ())):
        if isinstance(items, list):
            items[:] = [item for item in items if MARK not in json.dumps(item)]
    return json.dumps(body).encode()


# --- FMT-03 -------------------------------------------------------------------------------------------


@per_operation("FMT-03", catalogue()["FMT-03"].operations, more=[UNKNOWN_PATH])
def a_body_is_served_as_json(api: Api, operation_id: str) -> None:
    """Send valid requests, requests with several Accept headers, and invalid ones.

    Each body must have the content type application/json; a 5xx is not checked.
    """
    if operation_id == UNKNOWN_PATH:
        for sent in batches.unknown_paths(api):
            if sent.answer.status >= HTTPStatus.BAD_REQUEST:
                _is_json(sent.answer, None)
        return
    for sent in batches.valid(api, operation_id):
        if sent.kind == batches.VALID:
            _is_json(sent.answer, operation_id)
    resources = Resources(api)
    for accept in subset(api, ACCEPTS) if spec.is_read(operation_id) else ():
        answer = send(api, Call(operation_id, ids=resources.ids(operation_id), headers=(("Accept", accept),)))
        _is_json(answer, operation_id)
    for sent in batches.rejected(api, operation_id):
        if sent.rejected:
            _is_json(sent.answer, operation_id)


def _is_json(answer: Answer, operation_id: str | None) -> None:
    if answer.content and answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        content_type = answer.headers.get("content-type", "")
        right = content_type.partition(";")[0].strip().lower() == "application/json"
        actual = f"{content_type or 'no content type'}, of {answer}"
        expect(right, "a body served as application/json", actual, operation=operation_id)


# --- FMT-04 -------------------------------------------------------------------------------------------


def _no_5xx(sent: Sent) -> None:
    expected = f"any response below {HTTPStatus.INTERNAL_SERVER_ERROR} ({sent.call.about})"
    if isinstance(sent.outcome, Unreachable):
        actual = f"no response, again and again, although the target responds to other requests: {sent.outcome}"
        fail(expected, actual, operation=sent.call.operation)
    right = sent.outcome.status < HTTPStatus.INTERNAL_SERVER_ERROR
    expect(right, expected, str(sent.outcome), operation=sent.call.operation, statuses=BELOW_500)


def _gets_no_5xx(api: Api, call: Call) -> None:
    """No response to a call, and to a read of what it made, is a 5xx.

    A creation that got lost on the way is sent once more, which the client does not do. A request that the target never
    answers is lost again, and then the check is not judged.
    """
    for is_last in (False, True):
        try:
            for sent in batches.send_and_read(api, call):
                _no_5xx(sent)
        except Unreachable as trouble:
            if is_last or not trouble.passing:
                raise
        else:
            return


@per_operation("FMT-04", catalogue()["FMT-04"].operations)
def no_request_gets_a_5xx(api: Api, operation_id: str) -> None:
    """Send valid, invalid and hostile requests: ids, queries, methods, media types, malformed, deep and huge bodies.

    Each must get a response, and no response may be a 5xx.
    """
    sent_before = set()
    for sent in chain(batches.valid(api, operation_id), batches.rejected(api, operation_id)):
        sent_before.add(sent.call.normalized)
        _no_5xx(sent)
    resources = Resources(api)
    resources.ids(operation_id)
    for call in each(api, sample(api, hostile_calls(api, resources, operation_id), 4)):
        if not (call.query or call.content is not None) or call.normalized not in sent_before:
            _gets_no_5xx(api, call)
    if api.options.writes and operation_id in spec.FIRST_OF_PATHS:
        for call in _unsupported_methods(Call(operation_id, ids=resources.ids(operation_id))):
            _no_5xx(Sent(call, try_send(api, call)))


def _unsupported_methods(plain: Call) -> Iterator[Call]:
    """The methods that the path does not have, with a body; OPTIONS and HEAD also without: no batch has them."""
    for name in (*spec.METHODS, "OPTIONS", "HEAD"):
        if name not in spec.methods_of_path(plain.operation):
            yield replace(plain, about=f"{name} with a body", method=name, body={})
    for name in ("OPTIONS", "HEAD"):
        yield replace(plain, about=name, method=name)


@check("FMT-04", on=" ".join(IN_STATES))
def no_state_gets_a_5xx(api: Api) -> None:
    """Send requests about groups in every state: pending, completed, failed, empty, updated, deleted.

    Do the same with definitions in use and deleted ones. No request may get a 5xx.
    """
    for sent in batches.resource_states(api):
        _no_5xx(sent)


@per_operation("FMT-04", WITH_INPUT, generates=True)
def no_generated_request_gets_a_5xx(api: Api, operation_id: str) -> None:
    """Send random valid and invalid requests that Schemathesis generates, and those of its coverage phase.

    Each must get a response, and no response may be a 5xx.
    """
    resources = Resources(api)
    resources.ids(operation_id)

    def no_5xx(generated: tuple[Callable[[Api, Resources, Call], Call], Call]) -> None:
        adapt, call = generated
        _gets_no_5xx(api, adapt(api, resources, call))

    for call in each(api, schemathesis_bridge.coverage(api.tenant, operation_id, valid=False)):
        no_5xx((sanitized, call))
    valid = st.tuples(st.just(adapted), schemathesis_bridge.generated(api.tenant, operation_id, valid=True))
    invalid = st.tuples(st.just(sanitized), schemathesis_bridge.generated(api.tenant, operation_id, valid=False))
    api.for_all(no_5xx, generated=st.one_of(invalid, valid))
