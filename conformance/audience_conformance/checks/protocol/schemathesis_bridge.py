"""The bridge to Schemathesis: what it makes of the contract as calls of ours, and its judgement of an answer.

Only its generators and its reading of response schemas are used. It sends nothing itself, so that the ledger,
the trace, the rate and the counting hold for its cases too; and it gets a configuration of ours, so that no
schemathesis.toml of the user's has a say.
"""

import copy
import functools
import json
import threading
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

import requests
import schemathesis
from hypothesis.strategies import SearchStrategy
from schemathesis.config import SchemathesisConfig
from schemathesis.core import NOT_SET
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.generation.case import Case
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.generation.hypothesis.builder import generate_example_cases
from schemathesis.specs.openapi.schemas import OpenApiSchema

from audience_conformance.checks.protocol.requests.call import Call, success
from audience_conformance.client.api import Api
from audience_conformance.contract.document import contract

SETTINGS: dict[str, Any] = {
    "suppress-health-check": ["all"],
    "generation": {"database": "none", "allow-x00": False, "with-security-parameters": False},
    "phases": {"coverage": {"unexpected-methods": []}},
}
TENANT = ("company_id", "application_id")

_lock = threading.Lock()
_REQUEST = requests.Request("GET", "http://localhost").prepare()


@functools.cache
def _schema(tenant: tuple[str, str]) -> OpenApiSchema:
    """The contract as Schemathesis reads it, where the companies and applications are the run's own."""
    document = copy.deepcopy(contract())
    for parameter in document["components"]["parameters"].values():
        if parameter["name"] in TENANT:
            own = tenant[TENANT.index(parameter["name"])]
            parameter["example"] = own
            if "enum" in parameter["schema"]:
                parameter["schema"]["enum"] = [own]
    loaded: OpenApiSchema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(SETTINGS))
    return loaded


def _operation(api: Api, operation_id: str) -> tuple[OpenApiSchema, Any]:
    with _lock:
        schema = _schema(api.tenant)
        return schema, schema.find_operation_by_id(operation_id)


# --- calls ------------------------------------------------------------------------------------------


def documented(api: Api, operation_id: str) -> list[Call]:
    """The operation's documented examples."""
    return _examples(api.tenant, operation_id)


@functools.cache
def _examples(tenant: tuple[str, str], operation_id: str) -> list[Call]:
    def nothing() -> None: ...

    with _lock:
        operation = _schema(tenant).find_operation_by_id(operation_id)
        cases = generate_example_cases(test=nothing, operation=operation, fill_missing=True, feedback=NO_FEEDBACK)
        return _distinct(_call(operation_id, case, "documented example") for case in cases)


def coverage(api: Api, operation_id: str, *, valid: bool) -> list[Call]:
    """What Schemathesis' coverage phase sends: every keyword of every schema, kept or broken."""
    return _coverage(api.tenant, operation_id, valid)


@functools.cache
def _coverage(tenant: tuple[str, str], operation_id: str, valid: bool) -> list[Call]:
    with _lock:
        schema = _schema(tenant)
        operation = schema.find_operation_by_id(operation_id)
        generation = schema.config.generation_for(operation=operation, phase="coverage")
        cases = schema.iter_coverage_cases(operation, generation_modes=[_mode(valid)], generation_config=generation)
        return _distinct(_call(operation_id, case, _scenario(case)) for case in cases)


def generated(api: Api, operation_id: str, *, valid: bool) -> SearchStrategy[Call]:
    """Calls of an operation, with everything but the ids in the path drawn at random."""
    _, operation = _operation(api, operation_id)
    path = dict.fromkeys((parameter.name for parameter in operation.path_parameters), "x")
    with _lock:
        cases: SearchStrategy[Case[Any]] = operation.as_strategy(
            generation_mode=_mode(valid), feedback=NO_FEEDBACK, path_parameters=path
        )

    def call(case: Case[Any]) -> Call:
        return _call(operation_id, case, "generated")

    return cases.map(call)


def _mode(valid: bool) -> GenerationMode:
    return GenerationMode.POSITIVE if valid else GenerationMode.NEGATIVE


def _scenario(case: Case[Any]) -> str:
    data = case.meta.phase.data if case.meta else None
    return f"{getattr(data, 'scenario', 'coverage')} {getattr(data, 'parameter', None) or ''}".strip()


def _call(operation_id: str, case: Case[Any], about: str) -> Call:
    media_type = case.headers.get("Content-Type") if case.headers else None
    content: bytes | None = None
    body: Any = ...
    if isinstance(case.body, bytes):
        content = case.body
    elif case.body is not NOT_SET:
        body = case.body
    return Call(
        operation_id,
        about,
        query=tuple((str(name), text) for name, value in (case.query or {}).items() for text in _texts(value)),
        body=body,
        content=content,
        headers=_headers(media_type),
    )


def _headers(media_type: Any) -> tuple[tuple[str, str], ...]:
    sendable = isinstance(media_type, str) and media_type.isascii() and media_type.isprintable()
    return (("Content-Type", media_type),) if sendable else ()


def _texts(value: Any) -> Iterator[str]:
    """A query value as it is written in a URL; a list is written once for each of its items."""
    if isinstance(value, list):
        yield from (text for item in value for text in _texts(item))
    else:
        yield value if isinstance(value, str) else json.dumps(value)


def _distinct(calls: Iterable[Call]) -> list[Call]:
    """Calls that differ in more than the path, which is replaced anyway."""
    return list({repr((call.query, call.body, call.content, call.headers)): call for call in calls}.values())


# --- judgement --------------------------------------------------------------------------------------


def deviation(api: Api, operation_id: str, content: bytes) -> str | None:
    """Where the body of a success deviates from its schema, or None. Its content type is another rule's matter."""
    try:
        json.loads(content.decode("utf-8"), parse_constant=_no_constant)
    except ValueError as error:
        return f"not JSON: {error}"
    _, operation = _operation(api, operation_id)
    response = Response(
        success(operation_id),
        headers={"content-type": ["application/json"]},
        content=content,
        request=_REQUEST,
        elapsed=0.0,
        verify=False,
    )
    try:
        operation.validate_response(response)
    except FailureGroup as group:
        return "; ".join(_told(failure) for failure in group.exceptions)
    except Failure as failure:
        return _told(failure)
    return None


def _told(failure: Failure) -> str:
    path = ".".join(["body", *map(str, getattr(failure, "instance_path", ()))])
    return f"{path}: {getattr(failure, 'validation_message', failure.message)}"


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON value")
