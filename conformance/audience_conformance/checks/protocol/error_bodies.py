"""ERR: the bodies of refusals, whatever it is that is refused."""

import re
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus

from audience_conformance.checks.prerequisites import REJECTED_REQUEST
from audience_conformance.checks.protocol.requests import batches
from audience_conformance.checks.protocol.requests.call import Call, discard, per_operation, send
from audience_conformance.checks.protocol.requests.resources import Resources
from audience_conformance.checks.protocol.requests.schema_violations import refusable_body
from audience_conformance.checks.protocol.requests.valid import follow, query_parameters
from audience_conformance.client.api import Api, JsonObject
from audience_conformance.client.target import Answer
from audience_conformance.contract.document import operations
from audience_conformance.contract.rules import catalogue
from audience_conformance.results.finding import Skip, expect, fail, show

UNKNOWN_PATH = "unknown-path"


def _refused(api: Api, case: str) -> Iterator[tuple[Call, Answer]]:
    """All refusals of an operation, or those of unknown paths. Raises Skip where there is none."""
    found = False
    for sent in batches.unknown_paths(api) if case == UNKNOWN_PATH else batches.refusals(api, case):
        if sent.refused or not isinstance(sent.came, Answer):
            found = True
            yield sent.call, sent.answer
    if not found:
        raise Skip(REJECTED_REQUEST)


@per_operation("ERR-01", catalogue()["ERR-01"].operations, more=[UNKNOWN_PATH], needs=(REJECTED_REQUEST,))
def an_error_is_an_object_with_a_message(api: Api, case: str) -> None:
    """Be refused in every way: unknown ids, invalid fields, wrong methods and media types, unknown paths."""
    for call, answer in _refused(api, case):
        body = answer.json
        message = body.get("message") if isinstance(body, dict) else None
        right = isinstance(message, str) and message.strip() != ""
        expect(right, "a JSON object with a message that is not empty", _shown(call, answer), operation=_at(call))


@per_operation("ERR-02", catalogue()["ERR-02"].operations, more=[UNKNOWN_PATH], needs=(REJECTED_REQUEST,))
def an_error_says_that_it_is_one(api: Api, case: str) -> None:
    """Be refused in every way: success is false, and status_code is the status."""
    for call, answer in _refused(api, case):
        body = answer.json if isinstance(answer.json, dict) else {}
        code = body.get("status_code")
        right = body.get("success") is False and not isinstance(code, bool) and code == answer.status
        expected = f"success false and status_code {answer.status}"
        expect(right, expected, _shown(call, answer), operation=_at(call))


@per_operation("ERR-03", catalogue()["ERR-03"].operations, needs=(REJECTED_REQUEST,))
def a_400_names_the_offending_fields(api: Api, case: str) -> None:
    """Break every constraint of every field, one at a time and two in one body: errors names each of them."""
    seen = False
    for call, answer in _refused(api, case):
        if answer.status == HTTPStatus.BAD_REQUEST:
            seen = True
            _names_its_fields(call, answer)
    for call in _twice_wrong(api, case):
        answer = send(api, call)
        discard(api, call, answer)
        if answer.status == HTTPStatus.BAD_REQUEST:
            _names_its_fields(call, answer)
    if not seen:
        locked = case == "deleteUserAttributeDefinitionById"
        raise Skip(f"{REJECTED_REQUEST}: {case}{' (--locked-definition)' if locked else ''}")


def _names_its_fields(call: Call, answer: Answer) -> None:
    """A 400 has errors, each with a field and a message, and every wrong field is among them, however spelt."""
    errors = _errors(answer)
    if errors is None:
        expected = "errors to be a list of objects with field and message, and not empty"
        fail(expected, _shown(call, answer), operation=_at(call))
    steps = {step for error in errors for step in re.split(r"[^\w]+", error["field"].lower())}
    for name in call.fields:
        expected = f"errors to name {name}"
        expect(name in steps, expected, f"{show(errors)} for {call.about}", operation=_at(call))


def _errors(answer: Answer) -> list[JsonObject] | None:
    body = answer.json
    errors = body.get("errors") if isinstance(body, dict) else None
    if not isinstance(errors, list) or not errors:
        return None
    texts = [error.get(name) for error in errors if isinstance(error, dict) for name in ("field", "message")]
    return errors if len(texts) == 2 * len(errors) and all(isinstance(text, str) for text in texts) else None


def _twice_wrong(api: Api, operation_id: str) -> Iterator[Call]:
    """Requests with two or more wrong fields, of a body or a query, or that lack them: all are to be named."""
    resources = Resources(api)
    if "requestBody" in operations()[operation_id][2]:
        body = refusable_body(api, resources, operation_id)
        every = [name for name in body if name != "attribute"]
        for names in {tuple(every[-2:]), tuple(every)}:
            if len(names) > 1:
                call = Call(operation_id, f"wrong {' and '.join(names)}", body={**body, **dict.fromkeys(names, 5)})
                yield replace(call, ids=resources.ids(operation_id), fields=names)
        required = _required(operation_id)
        if len(required) > 1:
            ids = resources.ids(operation_id)
            yield Call(operation_id, f"no {' and no '.join(required)}", body={}, ids=ids, fields=required)
    texts = {"integer": "many", "boolean": "perhaps"}
    kinds = {parameter["name"]: parameter["schema"]["type"] for parameter in query_parameters(operation_id)}
    query = tuple((name, texts[kind]) for name, kind in kinds.items() if kind in texts)
    if len(query) > 1:
        names = tuple(name for name, _ in query)
        about = f"wrong {' and '.join(names)}"
        yield Call(operation_id, about, query=query, ids=resources.ids(operation_id), fields=names)


def _required(operation_id: str) -> tuple[str, ...]:
    """The fields that a body needs."""
    content = operations()[operation_id][2]["requestBody"]["content"]["application/json"]
    return tuple(follow(content["schema"]).get("required", ()))


def _at(call: Call) -> str | None:
    return call.operation or None


def _shown(call: Call, answer: Answer) -> str:
    return f"{answer} ({call.about})"
