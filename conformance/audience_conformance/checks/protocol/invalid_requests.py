"""FMT-05 to FMT-10, FMT-13: requests that the contract forbids are rejected with the right status."""

from dataclasses import replace
from http import HTTPStatus

from audience_conformance.checks.protocol import schemathesis_bridge
from audience_conformance.checks.protocol.requests import batches, spec
from audience_conformance.checks.protocol.requests.call import Call, discard, send
from audience_conformance.checks.protocol.requests.rejected import MALFORMED, MEDIA_TYPE, VIOLATION
from audience_conformance.checks.protocol.requests.resources import Resources
from audience_conformance.checks.protocol.requests.schema_violations import breaks_print, sanitized
from audience_conformance.checks.protocol.requests.spec import per_operation
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api
from audience_conformance.client.exchange import Answer
from audience_conformance.contract.document import operations
from audience_conformance.contract.rules import catalogue
from audience_conformance.results.finding import expect

CONSTRAINED = [operation_id for operation_id in operations() if spec.is_constrained(operation_id)]
FMT_05 = [operation_id for operation_id in CONSTRAINED if spec.documents_400(operation_id)]
FMT_06 = [operation_id for operation_id in CONSTRAINED if not spec.documents_400(operation_id)]
WITH_BODY = [operation_id for operation_id in operations() if spec.body_schema(operation_id)]


def _send_invalid(api: Api, call: Call, *, or_404: bool = False) -> None:
    answer = send(api, call)
    discard(api, call, answer)
    _is_rejected(call, answer, or_404=or_404)


def _is_rejected(call: Call, answer: Answer, *, or_404: bool = False) -> None:
    allowed = [HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND] if or_404 else [HTTPStatus.BAD_REQUEST]
    expected = f"{' or '.join(map(str, allowed))} for an invalid request: {call.about}"
    expect(answer.status in allowed, expected, str(answer), operation=call.operation, rests_on=call.rests_on)


def _violations_are_rejected(api: Api, operation_id: str, *, printed: bool = True) -> None:
    """Each violation of what the documents print, or of what the contract decided alone, is refused."""
    one_per_field: dict[tuple[str, ...], Call] = {}
    for sent in batches.rejected(api, operation_id):
        if sent.kind == VIOLATION and sent.call.breaks_print is printed:
            _is_rejected(sent.call, sent.answer, or_404=sent.call.tenant is not None)
            if not sent.call.tenant:
                one_per_field[sent.call.fields] = sent.call
    if spec.can_be_404(operation_id):
        unknown = Resources(api).unknown(operation_id)
        for call in one_per_field.values():
            about = f"{call.about}, with unknown ids"
            _send_invalid(api, replace(call, about=about, ids=unknown), or_404=True)


def _generated_calls_are_rejected(api: Api, operation_id: str) -> None:
    resources = Resources(api)
    resources.ids(operation_id)

    def is_rejected(call: Call) -> None:
        call = sanitized(api, resources, call)
        if breaks_print(call):
            _send_invalid(api, call)

    invalid = schemathesis_bridge.generated(api.tenant, operation_id, valid=False)
    api.for_all(is_rejected, examples=max(api.budget.examples // 2, 5), call=invalid)


@per_operation("FMT-05", FMT_05)
def an_invalid_request_is_refused(api: Api, operation_id: str) -> None:
    """Violate what the documents print of each field, one at a time: type, presence, null.

    Each request must get 400; with unknown ids, 404 is also right.
    """
    _violations_are_rejected(api, operation_id)


@per_operation("FMT-05", filter(spec.has_input, FMT_05), generates=True)
def a_generated_invalid_request_is_refused(api: Api, operation_id: str) -> None:
    """Send random invalid requests that Schemathesis generates: each that breaks what is printed must get 400."""
    _generated_calls_are_rejected(api, operation_id)


@per_operation("FMT-06", FMT_06)
def an_invalid_request_is_refused_too(api: Api, operation_id: str) -> None:
    """For the operations whose documents show no 400: violate what is printed of each parameter and field.

    Each request must get 400; with unknown ids, 404 is also right.
    """
    _violations_are_rejected(api, operation_id)


@per_operation("FMT-06", filter(spec.has_input, FMT_06), generates=True)
def a_generated_invalid_request_is_refused_too(api: Api, operation_id: str) -> None:
    """For the operations whose documents show no 400: send random requests that Schemathesis generates.

    Each that breaks what is printed must get 400.
    """
    _generated_calls_are_rejected(api, operation_id)


@per_operation("FMT-13", catalogue()["FMT-13"].operations)
def a_request_that_breaks_a_decision_is_refused(api: Api, operation_id: str) -> None:
    """Violate what only the contract decided, one at a time: length, pattern, enum, bounds, an absent body, the tenant.

    Each request must get 400; with unknown ids, 404 is also right.
    """
    _violations_are_rejected(api, operation_id, printed=False)


@check("FMT-07", on=" ".join(operations()), cases=spec.FIRST_OF_PATHS)
def a_lacking_method_is_405(api: Api, operation_id: str) -> None:
    """Send each method that a path does not have, except OPTIONS and HEAD.

    Each must get 405, with an Allow header that names the methods of the path and not this one.
    """
    for sent in batches.unsupported_methods(api, operation_id):
        name, answer = sent.call.about, sent.answer
        expected = f"{HTTPStatus.METHOD_NOT_ALLOWED} for {name} {spec.template(operation_id)}"
        expect(answer.status == HTTPStatus.METHOD_NOT_ALLOWED, expected, str(answer), operation=operation_id)
        allow = answer.headers.get("allow", "")
        allowed = {part.strip().upper() for part in allow.split(",")}
        documented = spec.methods_of_path(operation_id)
        right = allowed.issuperset(documented) and name not in allowed
        expected = f"{expected}, with an Allow header that names {', '.join(documented)} and not {name}"
        expect(right, expected, f"{allow or 'no Allow header'}, with {answer}", operation=operation_id)


@per_operation("FMT-08", WITH_BODY)
def malformed_json_is_400(api: Api, operation_id: str) -> None:
    """Send bodies with one syntax error each, such as a missing brace, colon or quote: each must get 400."""
    for sent in batches.rejected(api, operation_id):
        if sent.kind == MALFORMED:
            expected = f"{HTTPStatus.BAD_REQUEST} for malformed JSON ({sent.call.about})"
            right = sent.answer.status == HTTPStatus.BAD_REQUEST
            expect(right, expected, str(sent.answer), operation=operation_id)


@per_operation("FMT-09", WITH_BODY)
def a_body_that_is_not_json_is_415(api: Api, operation_id: str) -> None:
    """Send plain text, a form, XML, multipart and bytes, with their content types: each must get 415."""
    for sent in batches.rejected(api, operation_id):
        if sent.kind == MEDIA_TYPE:
            expected = f"{HTTPStatus.UNSUPPORTED_MEDIA_TYPE} for a body of the type {sent.call.about}"
            right = sent.answer.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
            expect(right, expected, str(sent.answer), operation=operation_id)


@check("FMT-10", on=" ".join(operations()), read_only=True)
def an_unknown_path_is_404(api: Api) -> None:
    """Send requests to paths that the contract does not have: misspelt, cut off, with a segment too many.

    Each must get 404.
    """
    for sent in batches.unknown_paths(api):
        right = sent.answer.status == HTTPStatus.NOT_FOUND
        expect(right, f"{HTTPStatus.NOT_FOUND} for an unknown path", str(sent.answer))
