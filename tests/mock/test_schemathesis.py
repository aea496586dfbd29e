"""Schemathesis against the mock as an ASGI application.

Its engine runs as in `schemathesis run`, with our own configuration (no schemathesis.toml is read), the same cases
every time, and the mock's own response validation on.
"""

import base64
import copy
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest
import schemathesis
from openapi_schema_validator import OAS30Validator
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.python.asgi import shutdown_lifespans
from tests.mock.helpers import CONTRACT, DOCUMENTED, OPERATIONS, Json, follow

from audience_mock.app import Options, create_mock
from audience_mock.contract.schema import Schema
from audience_mock.store.definitions import DEFAULTS
from audience_mock.store.groups import Groups

CONFORMS = [
    *("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"),
]
REFUSES = ["not_a_server_error", "content_type_conformance", "negative_data_rejection"]
LASTS = [*CONFORMS, "use_after_free", "ensure_resource_availability"]
PHASES = ("examples", "coverage", "fuzzing", "stateful")
BY_LABEL = {f"{operation.method} {operation.path}": operation for operation in OPERATIONS}
COMPANY, APPLICATION = DOCUMENTED.split("/")
TENANT = {"path.company_id": COMPANY, "path.application_id": APPLICATION}
ENDS = ("deleteUserAttributeDefinitionById", "deleteUserAttribute", "deleteUserGroup")
KNOWN = {
    "path.definition_id": "64f666666666666666666666",
    "path.group_id": "64f111111111111111111111",
    "path.user_id": "64f222222222222222222222",
}


class Call(NamedTuple):
    """One request, and the status of its response."""

    operation: str
    uri: str
    body: bytes | None
    status: int
    link: str | None
    """operationId -> operationId, if the request followed a link."""


class Run(NamedTuple):
    calls: list[Call]
    failures: list[str]


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Only our configuration: if a schemathesis.toml were read, it would be this invalid one."""
    monkeypatch.delenv("SCHEMATHESIS_HOOKS", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schemathesis.toml").write_text("stray = true", encoding="utf-8")
    yield
    shutdown_lifespans()


def run(mode: str, phases: dict[str, Json], checks: list[str], **more: Any) -> Run:
    """Run Schemathesis against a new mock."""
    app = create_mock(Options(seed="documents", job_delay=0, check_responses=True))
    config = SchemathesisConfig.from_dict(
        {
            "seed": 559,
            "suppress-health-check": ["all"],
            "generation": {"mode": mode, "deterministic": True, "database": "none", "no-shrink": True},
            "checks": {"enabled": False, **{check: {"enabled": True} for check in checks}},
            "phases": {name: {"enabled": name in phases, **phases.get(name, {})} for name in PHASES},
            **more,
        }
    )
    schema = schemathesis.openapi.from_dict(_contract(), config=config)
    schema.app = app
    found = Run([], [])
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            found.calls.extend(_calls(event.recorder))
            found.failures.extend(_failures(event.recorder))
        elif isinstance(event, events.NonFatalError):
            found.failures.append(f"{event.label}: {event.info.title}: {event.info.message}")
        elif isinstance(event, events.FatalError):
            raise event.exception
    return found


def _contract() -> Json:
    """The contract, which the mock serves as it is (test_docs.py), without the format that a pattern implies.

    Schemathesis searches for ten seconds and more for a text that breaks the format alone: there is none.
    """
    contract = copy.deepcopy(CONTRACT)
    contract["components"]["schemas"]["FileUrl"].pop("format", None)
    return contract


def examples(number: int) -> Json:
    return {"generation": {"max-examples": number}}


def _calls(recorder: ScenarioRecorder) -> Iterator[Call]:
    for case_id, sent in recorder.interactions.items():
        node = recorder.cases[case_id]
        assert sent.response is not None
        operation_id = BY_LABEL[node.value.operation.label].id
        parent = recorder.cases[node.parent_id].value.operation.label if node.parent_id else None
        link = f"{BY_LABEL[parent].id} -> {operation_id}" if parent and node.is_transition_applied else None
        body = base64.b64decode(sent.request.encoded_body) if sent.request.encoded_body else None
        yield Call(operation_id, sent.request.uri, body, sent.response.status_code, link)


def _failures(recorder: ScenarioRecorder) -> Iterator[str]:
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if info := check.failure_info:
                answer = recorder.interactions[case_id].response
                body = answer.text if answer else "no answer"
                yield f"{check.name}: {info.failure.message}\n{info.code_sample}\n{body}"


def successes(found: Run) -> Counter[str]:
    return Counter(call.operation for call in found.calls if 200 <= call.status < 300)


# --- valid requests ---------------------------------------------------------------------------------


def test_requests_that_the_contract_allows_get_documented_answers() -> None:
    """FMT-01, FMT-02, FMT-03, FMT-04: a 400 for a value that does not fit its definition is one of them."""
    found = run("positive", {"fuzzing": examples(10)}, CONFORMS)
    assert not found.failures, "\n\n".join(found.failures)
    assert set(successes(found)) >= {operation.id for operation in OPERATIONS if "{" not in operation.path[54:]}


def test_requests_about_what_is_there_get_documented_answers() -> None:
    """FMT-01, FMT-02, FMT-03, FMT-04: with known ids, so that every operation succeeds many times."""
    known = [operation.id for operation in OPERATIONS if operation.id not in ENDS]
    operations = [{"include-operation-id": known, "parameters": {**TENANT, **KNOWN}}]
    phases = {"examples": {}, "coverage": {}, "fuzzing": examples(10)}
    found = run("positive", phases, CONFORMS, operations=operations)
    assert not found.failures, "\n\n".join(found.failures)
    counted = successes(found)
    assert set(counted) == {operation.id for operation in OPERATIONS}
    assert {operation_id for operation_id in known if counted[operation_id] < 3} == set()


# --- invalid requests -------------------------------------------------------------------------------


def _fits(parameter: Json, text: str) -> bool:
    schema = parameter["schema"]
    if schema["type"] == "integer":
        whole = re.fullmatch(r"-?[0-9]+", text) is not None
        return whole and schema["minimum"] <= int(text) <= schema.get("maximum", int(text))
    if schema["type"] == "boolean":
        return text in {"true", "false"}
    return text in schema.get("enum", [text])


def _resolved(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _resolved(value) for key, value in follow(node).items() if key != "x-source"}
    return [_resolved(item) for item in node] if isinstance(node, list) else node


def is_invalid(call: Call) -> bool:
    """Is this request invalid by the contract? Checked again, because Schemathesis only knows how it mutated it."""
    operation = next(o for o in OPERATIONS if o.id == call.operation)
    parts = urlsplit(call.uri)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    declared = {p["name"]: p for p in operation.parameters if p["in"] == "query"}
    if any(name in query and not _fits(parameter, query[name]) for name, parameter in declared.items()):
        return True
    if not operation.bodies:
        return False
    content = CONTRACT["paths"][operation.path][operation.method.lower()]["requestBody"]["content"]
    schema = _resolved(content["application/json"]["schema"])
    try:
        return not OAS30Validator(schema).is_valid(json.loads(call.body or b""))
    except ValueError:
        return True


def check_refusals(found: Run) -> list[str]:
    """All failures of a run of invalid requests."""
    accepted = [f"{c.operation} {c.uri} {c.body!r}" for c in found.calls if c.status < 300 and is_invalid(c)]
    return [*found.failures, *accepted]


def test_requests_that_the_contract_forbids_are_refused() -> None:
    """FMT-04, FMT-05, FMT-06."""
    found = run("negative", {"coverage": {}, "fuzzing": examples(3)}, REFUSES)
    wrong = check_refusals(found)
    assert not wrong, "\n\n".join(wrong)
    refused = {call.operation for call in found.calls if call.status == 400}
    assert refused >= {operation.id for operation in OPERATIONS if operation.bodies}
    assert {call.status for call in found.calls} <= {200, 201, 202, 400, 404, 405, 415}


# --- links -----------------------------------------------------------------------------------------


def linked(number: int) -> Json:
    """So many scenarios of up to 30 requests along the contract's links, no guessed ones."""
    stateful = {"max-steps": 30, **examples(number), "inference": {"algorithms": []}}
    return {"phases": {"stateful": stateful}, "checks": LASTS, "parameters": TENANT}


ANY_WAY: Json = {"mode": "positive", "deterministic": False, "database": "none", "no-shrink": True}


def links() -> set[str]:
    """Every link of the contract, from operationId to operationId."""
    operations = [o for item in CONTRACT["paths"].values() for o in item.values() if "operationId" in o]
    return {
        f"{operation['operationId']} -> {follow(link)['operationId']}"
        for operation in operations
        for answer in operation["responses"].values()
        for link in answer.get("links", {}).values()
    }


def test_what_was_created_is_found_by_its_links_until_it_is_deleted() -> None:
    """DEF-01, DEF-07, DEF-08, ATT-07, ATT-09, GRP-01, GRP-07, GRP-08."""
    followed: Counter[str] = Counter()
    # On a busy machine a run may end before it has followed each link: further ones take other ways.
    ways: list[Json] = [linked(60), *({**linked(60), "seed": seed, "generation": ANY_WAY} for seed in range(3))]
    for way in ways:
        found = run("positive", **way)
        assert not found.failures, "\n\n".join(found.failures)
        followed.update(call.link for call in found.calls if call.link and call.status < 300)
        if set(followed) == links():
            break
    assert followed["createUserAttributeDefinition -> getUserAttributeDefinitionById"] > 0
    assert followed["createUserGroup -> getUserGroupById"] > 0
    assert set(followed) == links()
    assert len(links()) == 12


# --- seeded faults ---------------------------------------------------------------------------------


FIRST: Json = {"max-failures": 1}
"""Stop at the first failure."""


def _wrong_default(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setitem(DEFAULTS, "encrypted", "no")
    return run("positive", {"examples": {}}, CONFORMS, **FIRST).failures


def _no_validation(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(Schema, "violations", lambda *_: [])
    one = [{"exclude-operation-id": "createUserGroup", "enabled": False}]
    return check_refusals(run("negative", {"coverage": {}}, ["negative_data_rejection"], operations=one, **FIRST))


def _no_deletion(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(Groups, "delete", lambda *_: None)
    return run("positive", **linked(5), **FIRST).failures


@pytest.mark.parametrize(
    ("seed", "named"),
    [
        (_wrong_default, "body.encrypted"),
        (_no_validation, "negative_data_rejection"),
        (_no_deletion, "use_after_free"),
    ],
)
def test_a_seeded_fault_is_found(
    monkeypatch: pytest.MonkeyPatch, seed: Callable[[pytest.MonkeyPatch], list[str]], named: str
) -> None:
    assert any(named in failure for failure in seed(monkeypatch))
