"""Every example of the contract is what a fresh mock does, word for word (contract.md, section 4)."""

from typing import Any, NamedTuple

import httpx
import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.helpers import CONTRACT, OPERATIONS, Json, Operation, examples, follow

BY_ID = {operation.id: operation for operation in OPERATIONS}
DOCUMENTS = "documents"
"""Name of the examples of parameters, body and answer that belong together."""
LISTS = [operation for operation in OPERATIONS if operation.method == "GET" and "items" in str(operation.answers)]
NOW = "2024-03-01T08:00:00.000Z"
UNKNOWN_ID = "64f000000000000000000000"


class Change(NamedTuple):
    """What is sent instead of the documented example, for one example of an error."""

    path: Json | None = None
    query: Json | None = None
    body: Json | None = None


CAUSES = {
    "empty_name": Change(body={"name": ""}),
    "locked": Change(path={"definition_id": "64f444444444444444444444"}),
    "no_value": Change(path={"definition_id": "64f888888888888888888888"}),
    "page_too_large": Change(query={"page_size": 500}),
    "slug_taken": Change(body={"slug": "favourite_colour"}),
    "unknown_category": Change(body={"category": "gold"}),
    "unknown_cursor": Change(query={"cursor": "abc"}),
    "unknown_definition": Change(path={"definition_id": UNKNOWN_ID}),
    "unknown_group": Change(path={"group_id": UNKNOWN_ID}),
    "unknown_key": Change(body={"attributes": [{"key": "shoe_size", "value": 42}]}),
    "unknown_type": Change(body={"type": "text"}),
    "unserved_company": Change(path={"company_id": "560"}),
    "value_in_the_way": Change(path={"definition_id": "64f666666666666666666666"}, body={"type": "number"}),
    "wrong_type": Change(body={"attribute": {"value": "many"}}),
}
"""Name of an error's example -> the request that gets it."""


def answers() -> list[tuple[str, int, str, Any]]:
    """(operation, status, name, value) of every example of an answer."""
    return [
        (declared["operationId"], int(status), name, example["value"])
        for item in CONTRACT["paths"].values()
        for declared in item.values()
        if isinstance(declared, dict) and "operationId" in declared
        for status, answer in declared["responses"].items()
        for name, example in follow(answer)["content"]["application/json"]["examples"].items()
    ]


ANSWERS = answers()


def send(api: Api, operation: Operation, change: Change | None = None) -> httpx.Response:
    """The documented request of an operation, with some changes."""
    path, query, body = (part or {} for part in change or Change())
    address = operation.path.format(**{**examples(operation, "path"), **path})
    options: dict[str, Any] = {"json": {**operation.bodies[DOCUMENTS]["value"], **body}} if operation.bodies else {}
    url = f"//{CONTRACT['servers'][0]['url'].lstrip('/')}{address}"
    return api.request(operation.method, url, params={**examples(operation, "query"), **query}, **options)


def test_there_are_20_operations() -> None:
    assert len(BY_ID) == len(OPERATIONS) == 20


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_parameters_body_and_answer_have_an_example_of_the_same_name(operation: Operation) -> None:
    assert [p["name"] for p in operation.parameters if DOCUMENTS not in p["examples"]] == []
    assert list(operation.bodies) in ([], [DOCUMENTS])
    assert list(operation.answers) == [DOCUMENTS]


@pytest.mark.parametrize(
    ("operation_id", "status", "name", "value"), ANSWERS, ids=[f"{one[0]}-{one[1]}-{one[2]}" for one in ANSWERS]
)
def test_an_answer_is_the_documented_one(api: Api, operation_id: str, status: int, name: str, value: Any) -> None:
    api.post("//__mock__/clock", {"freeze": NOW})
    answer = send(api, BY_ID[operation_id], None if name == DOCUMENTS else CAUSES[name])
    assert answer.status_code == status, answer.text
    assert answer.json() == value


def test_every_cause_of_an_error_has_an_example() -> None:
    assert {name for _, _, name, _ in ANSWERS} == {DOCUMENTS, *CAUSES}


@pytest.mark.parametrize("seed", ["documents", "demo"])
def test_the_documented_requests_work_one_after_the_other(make_api: MakeApi, seed: str) -> None:
    """FMT-01; the deleting ones have ids of their own."""
    api = make_api(seed=seed)
    statuses = {}
    for operation in OPERATIONS:
        statuses[operation.id] = send(api, operation).status_code
        api.settle()
    assert statuses == {operation.id: operation.success for operation in OPERATIONS}


@pytest.mark.parametrize("seed", ["documents", "demo"])
@pytest.mark.parametrize("operation", LISTS, ids=lambda operation: operation.id)
def test_a_documented_list_is_not_empty(make_api: MakeApi, seed: str, operation: Operation) -> None:
    """A client into which the contract is imported shows something, with every example filter set."""
    assert send(make_api(seed=seed), operation).json()["items"]
