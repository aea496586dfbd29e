"""ERR: the bodies of rejections."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from audience_conformance.checks.assertions import at_most
from audience_conformance.checks.attributes.values import MISFITS
from audience_conformance.checks.prerequisites import REJECTED_REQUEST
from audience_conformance.checks.protocol.requests import batches, spec
from audience_conformance.checks.protocol.requests.call import Call, discard, send
from audience_conformance.checks.protocol.requests.rejected import LOCKED
from audience_conformance.checks.protocol.requests.resources import Resources
from audience_conformance.checks.protocol.requests.schema_violations import marked_body
from audience_conformance.checks.protocol.requests.spec import per_operation
from audience_conformance.client.api import Api, JsonObject
from audience_conformance.client.exchange import Answer
from audience_conformance.contract.document import follow
from audience_conformance.contract.open_tenants import TENANT
from audience_conformance.contract.rules import catalogue
from audience_conformance.results.finding import Skip, expect, fail, show
from audience_conformance.results.result import UNKNOWN_PATH

BEGINNING = 12
"""Characters of a wrong value that a message must repeat: it may shorten a long one."""


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


@per_operation("ERR-04", catalogue()["ERR-04"].operations, needs=(REJECTED_REQUEST,))
def the_message_of_a_400_names_what_was_wrong(api: Api, case: str) -> None:
    """Violate each constraint of each field, one at a time; put values that fit no type, and null.

    The message of each 400 must name the invalid field, or one that holds it, or repeat the value.
    """
    skipped = True
    for call, answer in _rejections_of_fields(api, case):
        message = str(answer.json.get("message")) if isinstance(answer.json, dict) else ""
        if answer.status == HTTPStatus.BAD_REQUEST:
            skipped = False
            for path in call.fields:
                right = _names_field(message, path) or any(_repeats(message, value) for value in _values(call, path))
                expected = f"a message that names {path} or the value that was wrong"
                expect(right, expected, f"{answer} ({call.about})", operation=call.operation)
    if skipped:
        raise Skip(f"{REJECTED_REQUEST}: {case}")


def _rejections_of_fields(api: Api, case: str) -> Iterator[tuple[Call, Answer]]:
    """All rejections of an operation that are due to a field, or to a locked definition."""
    for call, answer in _rejections(api, case):
        if call.about == LOCKED:
            yield replace(call, fields=("definition_id.is_locked.locked",)), answer
        elif call.fields:
            yield call, answer
    if case == "updateUserAttribute":
        resources = Resources(api)
        for type_ in at_most(api, [*MISFITS], 3):
            ids = {"definition_id": resources.definition(type_)["_id"], "user_id": resources.user_id}
            for value in (MISFITS[type_][0], None):
                about = f"{show(value)} for a {type_}"
                call = Call(case, about, body={"attribute": {"value": value}}, ids=ids, fields=("attribute.value",))
                yield call, send(api, call)


def _names_field(message: str, path: str) -> bool:
    """Is a field, or one that holds it, in a message: file_url also as fileUrl or "file URL", company_id as company."""
    words = f" {_words(message)} "
    return any(f" {_words(name).removesuffix(' id')} " in words for name in path.split("."))


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text))).lower()


def _repeats(message: str, value: Any) -> bool:
    """Is a value, or the beginning of a long one, in a message."""
    spellings = [value] if isinstance(value, str) else [json.dumps(value), json.dumps(value, separators=(",", ":"))]
    spellings += [] if isinstance(value, str) else [repr(value)]
    return any(_has(message, text[:BEGINNING]) for text in spellings if text)


def _has(message: str, text: str) -> bool:
    """Is a text in a message, and not only within a longer word or number of it."""
    return re.search(rf"(?<!\w){re.escape(text)}" if text[0].isalnum() else re.escape(text), message) is not None


def _values(call: Call, path: str) -> list[Any]:
    """The values of a call at the path of a field, in each item of a list."""
    texts = [value for name, value in call.pairs if name == path]
    texts += [own for name, own in zip(TENANT, call.tenant or (), strict=False) if name == path]
    texts += [text for name, text in call.ids.items() if name in path.split(".")]
    found = [] if call.body is ... else [call.body]
    for name in path.split("."):
        parts = [part for value in found for part in (value if isinstance(value, list) else [value])]
        found = [part[name] for part in parts if isinstance(part, dict) and name in part]
    return [*texts, *found]
