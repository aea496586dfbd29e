"""Shared helpers of the mock's tests: request bodies, seeds, the contract as data, checks of error responses."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
import pytest
from tests.mock.conftest import DEFAULTS, Api, MakeApi
from tests.yaml_files import contract

from audience_mock.app import Options
from audience_mock.contract import document

Json = dict[str, Any]

DOCUMENTED = "559/64b000000000000000000001"
DEFINITIONS = "/user_attribute/definition"
GROUPS = "/user_group"
ROOT = Path(__file__).resolve().parents[2]
CONTRACT: Json = contract()
METHODS = ("get", "post", "put", "patch", "delete")


# --- the contract -----------------------------------------------------------------------------------


class Operation(NamedTuple):
    """One operation of openapi.yaml, with references resolved."""

    id: str
    method: str
    path: str
    parameters: list[Json]
    bodies: Json
    success: int
    answers: Json


def follow(node: Json) -> Json:
    """`node`, or the target of its reference."""
    return document.follow(CONTRACT, node)


def _operation(path: str, item: Json, method: str) -> Operation:
    declared = item[method]
    listed = map(follow, [*item.get("parameters", []), *declared.get("parameters", [])])
    parameters = {p["name"]: {**p, "schema": follow(p["schema"])} for p in listed}
    content = declared.get("requestBody", {}).get("content", {})
    success = next(status for status in declared["responses"] if status.startswith("2"))
    answers = follow(declared["responses"][success])["content"]["application/json"]["examples"]
    return Operation(
        declared["operationId"],
        method.upper(),
        path,
        list(parameters.values()),
        content.get("application/json", {}).get("examples", {}),
        int(success),
        answers,
    )


OPERATIONS = [
    _operation(path, item, method) for path, item in CONTRACT["paths"].items() for method in METHODS if method in item
]


def differences(one: Any, other: Any, place: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The places, from the root down, where two documents differ."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return [] if one == other else [place]
    found: list[tuple[str, ...]] = []
    for key in {**one, **other}:
        found += differences(one.get(key, ...), other.get(key, ...), (*place, key))
    return found


def examples(operation: Operation, where: str) -> dict[str, Any]:
    """The contract's examples of an operation's parameters in "path" or "query", those of the call "documents"."""
    return {
        parameter["name"]: follow(parameter["examples"]["documents"])["value"]
        for parameter in operation.parameters
        if parameter["in"] == where and "documents" in parameter.get("examples", {})
    }


def filled(template: str, **parameters: str) -> str:
    """A path of the contract below the tenant, with these parameters, or the contract's examples of them."""
    known = {name: text for o in OPERATIONS if o.path == template for name, text in examples(o, "path").items()}
    return template.split("/application/{application_id}")[1].format(**{**known, **parameters})


# --- bodies and seeds -------------------------------------------------------------------------------


def a_definition(slug: str = "hat-size", **fields: Any) -> Json:
    return {"name": "Hat size", "slug": slug, "description": "Worn on heads", "type": "string", **fields}


def a_group(user_ids: Iterable[str] = (), **fields: Any) -> Json:
    body = {"name": "Hat wearers", "description": "Seen with hats", "category": "l2", "file_url": csv_of(user_ids)}
    return {**body, **fields}


def csv_of(user_ids: Iterable[str]) -> str:
    """A data: URL with a CSV of these users."""
    return f"data:text/csv,{quote(chr(10).join(['user_id', *user_ids]))}"


def seed_file(folder: Path, **parts: list[Json]) -> Path:
    """A seed of these definitions, users, values and groups, written into a folder; JSON is YAML."""
    seed = folder / "seed.yaml"
    seed.write_text(json.dumps({DOCUMENTED: parts}), encoding="utf-8")
    return seed


def seeded(make_api: MakeApi, tmp_path: Path, **parts: list[Json]) -> Api:
    """A mock that holds these definitions, users, values and groups, and nothing else."""
    return make_api(seed=str(seed_file(tmp_path, **parts)))


@contextmanager
def one_mock(**options: Any) -> Iterator[Api]:
    """One mock for all tests of a file that do not change it; conftest's mocks are new for each test."""
    api = Api(Options(**{**DEFAULTS, **options}))
    yield api
    api.close()


# --- answers ----------------------------------------------------------------------------------------


def created(answer: httpx.Response) -> Json:
    """The record of a 201."""
    assert answer.status_code == 201, answer.text
    record: Json = answer.json()
    return record


def refused(answer: httpx.Response, status: int = 400) -> list[str]:
    """Check the shape of an error response (ERR-01, ERR-02, ERR-03), and return the fields that it names."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body["success"] is False
    assert body["status_code"] == status
    assert isinstance(body["message"], str)
    assert body["message"]
    violations = body.get("errors", [])
    assert violations or status != 400
    assert all(isinstance(v["field"], str) and v["field"] and v["message"] for v in violations)
    return [v["field"] for v in violations]


def all_items(api: Api, path: str, **query: Any) -> list[Any]:
    """All items of a list, page by page."""
    items: list[Any] = []
    for page_no in range(1, 1000):
        answer = api.get(path, page_no=page_no, page_size=100, **query).json()
        items += answer["items"]
        if not answer["page"]["has_next"]:
            break
    return items


def ids(records: Iterable[Json]) -> list[str]:
    return [record["_id"] for record in records]


def moment(text: str) -> datetime:
    """Parse a timestamp of the contract (FMT-11)."""
    assert text.endswith("Z")
    assert len(text) == len("2024-05-01T09:30:00.000Z")
    return datetime.fromisoformat(text)


# --- background jobs --------------------------------------------------------------------------------


class HeldFiles:
    """Makes every read of a file wait until `let_go`."""

    def __init__(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        self._read = api.backend.files.read
        self._gates: dict[str, asyncio.Event] = {}
        monkeypatch.setattr(api.backend.files, "read", self._held)

    def let_go(self, file_url: str) -> None:
        self._gates.setdefault(file_url, asyncio.Event()).set()

    async def _held(self, file_url: str) -> dict[str, int]:
        await self._gates.setdefault(file_url, asyncio.Event()).wait()
        return await self._read(file_url)


def wait_until(api: Api, condition: Callable[[], bool]) -> None:
    """Run background jobs until the condition holds, where `settle` would wait for held files."""
    for _ in range(2000):
        if condition():
            return
        api.run(asyncio.sleep(0.005))
    raise AssertionError("the condition never became true")
