"""Every example request of the contract works on a fresh mock (contract.md, section 4)."""

from typing import Any

import httpx
import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.helpers import OPERATIONS, Operation, example_of, examples, filled

EXAMPLES = [(operation, name) for operation in OPERATIONS for name in operation.bodies or ("no body",)]
BY_ID = {operation.id: operation for operation in OPERATIONS}
NEW = {"_id", "created_at", "modified_at"}
CHANGED = {"modified_at"}
AS_DOCUMENTED: list[tuple[str, set[str]]] = [
    ("createUserAttributeDefinition", NEW),
    ("getUserAttributeDefinitionById", set()),
    ("updateUserAttributeDefinition", CHANGED),
    ("getUserAttributeById", {"_id"}),
    ("updateUserAttribute", {"_id"}),
    ("getUserGroupCategories", set()),
    ("createUserGroup", NEW),
    ("getUserGroupById", set()),
    ("updateUserGroup", CHANGED),
]
"""Operations whose example answer is that of a fresh mock, and the fields that are new each time."""


def send(api: Api, operation: Operation, example: str) -> httpx.Response:
    """One documented request: every parameter's example, and one of the body's."""
    options: dict[str, Any] = {"json": operation.bodies[example]["value"]} if operation.bodies else {}
    path = filled(operation.path, **examples(operation, "path", example))
    return api.request(operation.method, path, params=examples(operation, "query", example), **options)


def test_there_are_20_operations() -> None:
    assert len(BY_ID) == len(OPERATIONS) == 20


def test_every_required_parameter_has_an_example() -> None:
    without = [
        (operation.id, parameter["name"])
        for operation in OPERATIONS
        for parameter in operation.parameters
        if parameter.get("required") and example_of(parameter) is None
    ]
    assert not without


@pytest.mark.parametrize("seed", ["documents", "demo"])
@pytest.mark.parametrize(("operation", "example"), EXAMPLES, ids=[f"{o.id}-{name}" for o, name in EXAMPLES])
def test_a_documented_request_gets_its_documented_status(
    make_api: MakeApi, seed: str, operation: Operation, example: str
) -> None:
    """FMT-01, on a server of its own."""
    answer = send(make_api(seed=seed), operation, example)
    assert answer.status_code == operation.success, answer.text


@pytest.mark.parametrize("seed", ["documents", "demo"])
def test_the_documented_requests_work_one_after_the_other(make_api: MakeApi, seed: str) -> None:
    api = make_api(seed=seed)
    statuses = {}
    for operation, example in EXAMPLES:
        statuses[operation.id, example] = send(api, operation, example).status_code
        api.settle()
    assert statuses == {(operation.id, example): operation.success for operation, example in EXAMPLES}


@pytest.mark.parametrize(("operation_id", "new"), AS_DOCUMENTED)
def test_an_answer_is_the_documented_one(api: Api, operation_id: str, new: set[str]) -> None:
    operation = BY_ID[operation_id]
    example = next(iter(operation.bodies), "no body")
    answer = send(api, operation, example).json()
    documented = next(iter(operation.answers.values()))["value"]
    assert set(documented) == set(answer)
    assert {k: v for k, v in answer.items() if k not in new} == {k: v for k, v in documented.items() if k not in new}
