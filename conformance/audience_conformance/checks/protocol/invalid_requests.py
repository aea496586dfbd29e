"""FMT-05 to FMT-10: what the contract forbids is refused, and with which status."""

from dataclasses import replace
from http import HTTPStatus

from audience_conformance.checks.protocol import schemathesis_bridge as generate
from audience_conformance.checks.protocol.requests import batches
from audience_conformance.checks.protocol.requests.call import Call, discard, per_operation, send, template
from audience_conformance.checks.protocol.requests.rejected import MALFORMED, OTHER_TYPE, VIOLATION, methods_of
from audience_conformance.checks.protocol.requests.resources import Resources, has_ids
from audience_conformance.checks.protocol.requests.schema_violations import (
    documents_400,
    is_certainly_invalid,
    is_constrained,
    sanitized,
)
from audience_conformance.checks.protocol.requests.valid import has_input
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api
from audience_conformance.client.target import Answer
from audience_conformance.contract.document import operations
from audience_conformance.results.finding import expect

CONSTRAINED = [operation_id for operation_id in operations() if is_constrained(operation_id)]
FMT_05 = [operation_id for operation_id in CONSTRAINED if documents_400(operation_id)]
FMT_06 = [operation_id for operation_id in CONSTRAINED if not documents_400(operation_id)]
WITH_BODY = [id_ for id_, (_, _, operation) in operations().items() if "requestBody" in operation]
PATHS = list({path: operation_id for operation_id, (_, path, _) in reversed(operations().items())}.values())[::-1]
"""One operation for each path."""


def _is_refused(api: Api, call: Call, allowed: set[int]) -> None:
    answer = send(api, call)
    discard(api, call, answer)
    _was_refused(call, answer, allowed)


def _was_refused(call: Call, answer: Answer, allowed: set[int]) -> None:
    expected = f"{' or '.join(map(str, sorted(allowed)))} for an invalid request: {call.about}"
    expect(answer.status in allowed, expected, str(answer), operation=call.operation)


def _all_refused(api: Api, operation_id: str) -> None:
    fields: dict[tuple[str, ...], Call] = {}
    for sent in batches.refusals(api, operation_id):
        if sent.kind == VIOLATION:
            _was_refused(
                sent.call,
                sent.answer,
                {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND} if sent.call.tenant else {HTTPStatus.BAD_REQUEST},
            )
            if not sent.call.tenant:
                fields[sent.call.fields] = sent.call
    if has_ids(operation_id):
        unknown = Resources(api).unknown(operation_id)
        for call in fields.values():
            _is_refused(
                api,
                replace(call, about=f"{call.about}, with unknown ids", ids=unknown),
                {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND},
            )


def _all_generated_refused(api: Api, operation_id: str) -> None:
    resources = Resources(api)
    resources.ids(operation_id)

    def is_refused(call: Call) -> None:
        call = sanitized(api, resources, call)
        if is_certainly_invalid(call):
            _is_refused(api, call, {HTTPStatus.BAD_REQUEST})

    invalid = generate.generated(api, operation_id, valid=False)
    api.for_all(is_refused, examples=max(api.budget.examples // 2, 5), call=invalid)


@per_operation("FMT-05", FMT_05)
def an_invalid_request_is_refused(api: Api, operation_id: str) -> None:
    """Break every constraint of every field, one at a time: type, presence, length, pattern, enum, bounds, null."""
    _all_refused(api, operation_id)


@per_operation("FMT-05", [operation_id for operation_id in FMT_05 if has_input(operation_id)], generates=True)
def a_generated_invalid_request_is_refused(api: Api, operation_id: str) -> None:
    """Send what Schemathesis makes of broken schemas, where it is certainly invalid and leaves no doubt."""
    _all_generated_refused(api, operation_id)


@per_operation("FMT-06", FMT_06)
def an_invalid_request_is_refused_too(api: Api, operation_id: str) -> None:
    """The same for the operations whose documents show no 400: every query parameter, body field and enum."""
    _all_refused(api, operation_id)


@per_operation("FMT-06", [operation_id for operation_id in FMT_06 if has_input(operation_id)], generates=True)
def a_generated_invalid_request_is_refused_too(api: Api, operation_id: str) -> None:
    """The same for the operations whose documents show no 400."""
    _all_generated_refused(api, operation_id)


@check("FMT-07", on=" ".join(operations()), cases=PATHS)
def a_lacking_method_is_405(api: Api, operation_id: str) -> None:
    """Send every method but OPTIONS and HEAD that a path lacks, to each path; Allow names the methods it has."""
    for sent in batches.lacking_methods(api, operation_id):
        name, answer = sent.call.about, sent.answer
        expected = f"{HTTPStatus.METHOD_NOT_ALLOWED} for {name} {template(operation_id)}"
        expect(answer.status == HTTPStatus.METHOD_NOT_ALLOWED, expected, str(answer), operation=operation_id)
        allowed = {part.strip().upper() for part in answer.headers.get("allow", "").split(",")}
        documented = methods_of(operation_id)
        right = allowed.issuperset(documented) and name not in allowed
        actual = answer.headers.get("allow", "no Allow")
        expected = f"{expected}, with an Allow that names {', '.join(documented)}"
        expect(right, expected, f"{actual}, with {answer}", operation=operation_id)


@per_operation("FMT-08", WITH_BODY)
def malformed_json_is_400(api: Api, operation_id: str) -> None:
    """Send bodies that would be valid, but for a comma, a brace or a quote."""
    for sent in batches.refusals(api, operation_id):
        if sent.kind == MALFORMED:
            expected = f"{HTTPStatus.BAD_REQUEST} for malformed JSON ({sent.call.about})"
            expect(sent.answer.status == HTTPStatus.BAD_REQUEST, expected, str(sent.answer), operation=operation_id)


@per_operation("FMT-09", WITH_BODY)
def a_body_that_is_not_json_is_415(api: Api, operation_id: str) -> None:
    """Send text, forms, XML and bytes, said to be what they are."""
    for sent in batches.refusals(api, operation_id):
        if sent.kind == OTHER_TYPE:
            expected = f"{HTTPStatus.UNSUPPORTED_MEDIA_TYPE} for a body that is {sent.call.about}"
            expect(
                sent.answer.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                expected,
                str(sent.answer),
                operation=operation_id,
            )


@check("FMT-10", on=" ".join(operations()), read_only=True)
def an_unknown_path_is_404(api: Api) -> None:
    """Ask for paths that the contract lacks: misspelt, cut off, with a segment too many, below every path."""
    for sent in batches.unknown_paths(api):
        expect(
            sent.answer.status == HTTPStatus.NOT_FOUND, f"{HTTPStatus.NOT_FOUND} for an unknown path", str(sent.answer)
        )
