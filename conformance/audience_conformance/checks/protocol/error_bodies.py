"""ERR: the bodies of rejections."""

import re
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus

from audience_conformance.checks.prerequisites import REJECTED_REQUEST
from audience_conformance.checks.protocol.requests import batches, spec
from audience_conformance.checks.protocol.requests.call import Call, discard, send
from audience_conformance.checks.protocol.requests.resources import Resources
from audience_conformance.checks.protocol.requests.schema_violations import marked_body
from audience_conformance.checks.protocol.requests.spec import per_operation
from audience_conformance.client.api import Api, JsonObject
from audience_conformance.client.exchange import Answer
from audience_conformance.contract.document import follow
from audience_conformance.contract.rules import catalogue
from audience_conformance.results.finding import Skip, expect, fail, show
from audience_conformance.results.result import UNKNOWN_PATH


def _rejections(api: Api, case: str) -> Iterator[tuple[Call, Answer]]:
    """All rejections of an operation, or of unknown paths. Raises Skip if the target rejects nothing."""
    skipped = True
    for sent in batches.unknown_paths(api) if case == UNKNOWN_PATH else batches.rejected(api, case):
        if sent.rejected or not isinstance(sent.outcome, Answer):
            skipped = False
            yield sent.call, sent.answer
    if skipped:
        raise Skip(REJECTED_REQUEST)


@per_operation("ERR-01", catalogue()["ERR-01"].operations, more=[UNKNOWN_PATH], needs=(REJECTED_REQUEST,))
def an_error_is_an_object_with_a_message(api: Api, case: str) -> None:
    """Send unknown ids, invalid fields, unsupported methods and media types, malformed JSON and unknown paths.

    The body of each 4xx must be a JSON object with a message that is not empty.
    """
    for call, answer in _rejections(api, case):
        message = answer.json.get("message") if isinstance(answer.json, dict) else None
        right = isinstance(message, str) and message.strip() != ""
        expected = "a JSON object with a message that is not empty"
        expect(right, expected, f"{answer} ({call.about})", operation=call.operation or None)


@per_operation("ERR-02", catalogue()["ERR-02"].operations, more=[UNKNOWN_PATH], needs=(REJECTED_REQUEST,))
def an_error_says_that_it_is_one(api: Api, case: str) -> None:
    """Send unknown ids, invalid fields, unsupported methods and media types, malformed JSON and unknown paths.

    The body of each 4xx must have success false, and a status_code equal to the status.
    """
    for call, answer in _rejections(api, case):
        body = answer.json if isinstance(answer.json, dict) else {}
        code = body.get("status_code")
        right = body.get("success") is False and not isinstance(code, bool) and code == answer.status
        expected = f"success false and status_code {answer.status}"
        expect(right, expected, f"{answer} ({call.about})", operation=call.operation or None)


@per_operation("ERR-03", catalogue()["ERR-03"].operations, needs=(REJECTED_REQUEST,))
def a_400_names_the_offending_fields(api: Api, case: str) -> None:
    """Violate each constraint of each field, one at a time, and several fields in one request.

    Each 400 must have errors, a list of objects with field and message, that names every invalid field, or one that
    holds it.
    """
    skipped = True
    for call, answer in _rejections(api, case):
        if answer.status == HTTPStatus.BAD_REQUEST:
            skipped = False
            _names_its_fields(call, answer)
    for call in _several_violations(api, case):
        answer = send(api, call)
        discard(api, call, answer)
        if answer.status == HTTPStatus.BAD_REQUEST:
            _names_its_fields(call, answer)
    if skipped:
        locked = case == "deleteUserAttributeDefinitionById"
        raise Skip(f"{REJECTED_REQUEST}: {case}{' (--locked-definition)' if locked else ''}")


def _names_its_fields(call: Call, answer: Answer) -> None:
    errors = answer.json.get("errors") if isinstance(answer.json, dict) else None
    if not errors or not isinstance(errors, list) or not all(map(_is_error, errors)):
        expected = "errors to be a list of objects with field and message, and not empty"
        fail(expected, f"{answer} ({call.about})", operation=call.operation)
    # A field may be written as a path: "attributes[0].key".
    names = {name for error in errors for name in re.split(r"[^\w]+", error["field"].lower())}
    for path in call.fields:
        right = not names.isdisjoint(path.split("."))
        expect(right, f"errors to name {path}", f"{show(errors)} for {call.about}", operation=call.operation)


def _is_error(error: JsonObject) -> bool:
    return isinstance(error, dict) and all(isinstance(error.get(name), str) for name in ("field", "message"))


def _several_violations(api: Api, operation_id: str) -> Iterator[Call]:
    """Requests in which two or more fields are invalid or missing."""
    resources = Resources(api)
    schema = spec.body_schema(operation_id)
    if schema:
        body = marked_body(api, resources, operation_id)
        fields = tuple(name for name in body if name != "attribute")
        for names in {fields[-2:], fields}:
            if len(names) > 1:
                call = Call(operation_id, f"wrong {' and '.join(names)}", body={**body, **dict.fromkeys(names, 5)})
                yield replace(call, ids=resources.ids(operation_id), fields=names)
        required = tuple(follow(schema).get("required", ()))
        if len(required) > 1:
            ids = resources.ids(operation_id)
            yield Call(operation_id, f"no {' and no '.join(required)}", body={}, ids=ids, fields=required)
    texts = {"integer": "many", "boolean": "perhaps"}
    types = {parameter["name"]: parameter["schema"]["type"] for parameter in spec.query_parameters(operation_id)}
    query = tuple((name, texts[type_]) for name, type_ in types.items() if type_ in texts)
    if len(query) > 1:
        names = tuple(name for name, _ in query)
        about = f"wrong {' and '.join(names)}"
        yield Call(operation_id, about, query=query, ids=resources.ids(operation_id), fields=names)
