"""Schemathesis: calls that it generates from the contract.

Schemathesis sends nothing itself, so that the ledger, the trace and the rate limit include its calls. Its configuration
is set here, so that a schemathesis.toml of the user has no effect. It is imported on first use: loading it takes longer
than most checks, and few of them need it.
"""

from __future__ import annotations

import copy
import functools
import json
import threading
from typing import TYPE_CHECKING, Any

from audience_conformance.checks.protocol.requests.call import Call
from audience_conformance.contract.document import contract, follow, operations
from audience_conformance.contract.open_tenants import TENANT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hypothesis.strategies import SearchStrategy
    from schemathesis.generation import GenerationMode
    from schemathesis.generation.case import Case
    from schemathesis.specs.openapi.schemas import OpenApiSchema

    from audience_conformance.client.ledger import Tenant

SETTINGS: dict[str, Any] = {
    "suppress-health-check": ["all"],
    "generation": {"database": "none", "allow-x00": False, "with-security-parameters": False},
    "phases": {"coverage": {"unexpected-methods": []}},
}

_lock = threading.Lock()


@functools.cache
def _schema(tenant: Tenant) -> OpenApiSchema:
    """The contract as Schemathesis reads it, with the company and application of the run."""
    import schemathesis
    from schemathesis.config import SchemathesisConfig

    document = copy.deepcopy(contract())
    for parameter in document["components"]["parameters"].values():
        if parameter["name"] in TENANT:
            value = tenant[TENANT.index(parameter["name"])]
            parameter["examples"] = {"of_the_run": {"value": value}}
            parameter["schema"] = {**follow(parameter["schema"])}
            if "enum" in parameter["schema"]:
                parameter["schema"]["enum"] = [value]
    _drop_implied_format(document)
    schema: OpenApiSchema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(SETTINGS))
    return schema


def _drop_implied_format(document: dict[str, Any]) -> None:
    """Drop the format of FileUrl, if it has one: its pattern implies it.

    Schemathesis would search for ten seconds for a text that breaks the format alone, and there is none.
    """
    document["components"]["schemas"]["FileUrl"].pop("format", None)


def _operation(tenant: Tenant, operation_id: str) -> Any:
    return _schema(tenant).find_operation_by_id(operation_id)


def prepare(tenant: Tenant) -> None:
    """Do what takes seconds now: processes that are forked afterwards share it."""
    for operation_id in operations():
        documented(tenant, operation_id)
        coverage(tenant, operation_id, valid=True)


# --- calls ------------------------------------------------------------------------------------------


@functools.cache
def documented(tenant: Tenant, operation_id: str) -> list[Call]:
    """The documented examples."""
    from schemathesis.generation.feedback import NO_FEEDBACK
    from schemathesis.generation.hypothesis.builder import generate_example_cases

    with _lock:
        operation = _operation(tenant, operation_id)
        cases = generate_example_cases(test=lambda: None, operation=operation, fill_missing=True, feedback=NO_FEEDBACK)
        return _distinct(_call(operation_id, case, "documented example") for case in cases)


@functools.cache
def coverage(tenant: Tenant, operation_id: str, *, valid: bool) -> list[Call]:
    """The calls of Schemathesis' coverage phase: every keyword of every schema, observed or violated."""
    with _lock:
        schema, operation = _schema(tenant), _operation(tenant, operation_id)
        generation = schema.config.generation_for(operation=operation, phase="coverage")
        cases = schema.iter_coverage_cases(operation, generation_modes=[_mode(valid)], generation_config=generation)
        return _distinct(_call(operation_id, case, _scenario(case)) for case in cases)


def generated(tenant: Tenant, operation_id: str, *, valid: bool) -> SearchStrategy[Call]:
    """Calls with a random query and body; the path parameters are "x"."""
    from schemathesis.generation.feedback import NO_FEEDBACK

    with _lock:
        operation = _operation(tenant, operation_id)
        cases: SearchStrategy[Case[Any]] = operation.as_strategy(
            generation_mode=_mode(valid),
            feedback=NO_FEEDBACK,
            path_parameters=dict.fromkeys((parameter.name for parameter in operation.path_parameters), "x"),
        )
    return cases.map(lambda case: _call(operation_id, case, "generated"))


def _mode(valid: bool) -> GenerationMode:
    from schemathesis.generation import GenerationMode

    return GenerationMode.POSITIVE if valid else GenerationMode.NEGATIVE


def _scenario(case: Case[Any]) -> str:
    data = case.meta.phase.data if case.meta else None
    return f"{getattr(data, 'scenario', 'coverage')} {getattr(data, 'parameter', None) or ''}".strip()


def _call(operation_id: str, case: Case[Any], about: str) -> Call:
    from schemathesis.core import NOT_SET

    media_type = case.headers.get("Content-Type") if case.headers else None
    sendable = isinstance(media_type, str) and media_type.isascii() and media_type.isprintable()
    content = case.body if isinstance(case.body, bytes) else None
    return Call(
        operation_id,
        about,
        query=tuple((str(name), text) for name, value in (case.query or {}).items() for text in _texts(value)),
        body=... if content is not None or case.body is NOT_SET else case.body,
        content=content,
        headers=(("Content-Type", str(media_type)),) if sendable else (),
    )


def _texts(value: Any) -> Iterator[str]:
    """The texts of a query value in a URL: one for each item of a list."""
    if isinstance(value, list):
        yield from (text for item in value for text in _texts(item))
    else:
        yield value if isinstance(value, str) else json.dumps(value)


def _distinct(calls: Iterable[Call]) -> list[Call]:
    """Calls that differ in more than the path, which will be replaced."""
    return list({repr((call.query, call.body, call.content, call.headers)): call for call in calls}.values())
