"""Programs that take openapi.yaml as it is: Specmatic tests a server against it, Postman imports it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from tests.clients.commands import JAVA, NODE, Failed, run
from tests.clients.mock import BASE, Mock, mock

SEEDS = ("documents", "demo")
_SUMMARY = re.compile(r"Tests run: (\d+), Successes: (\d+), Failures: (\d+)")
_LISTS = ("items", "user_groups")


def specmatic(folder: Path, contract: Path) -> str:
    """A Specmatic test run on both seeds: it takes its requests from the named examples."""
    said = []
    for seed in SEEDS:
        place = folder / seed
        place.mkdir()
        with mock(seed) as server:
            jar = NODE / "specmatic" / "specmatic.jar"
            printed = run((*JAVA, "-jar", jar, "test", f"--testBaseURL={server.url}", contract), place)
            said.append(f"{seed}: {server.expect_all_operations()}, {successes(printed)}")
    return "; ".join(said)


def successes(printed: str) -> str:
    found = _SUMMARY.search(printed)
    if found is None:
        raise Failed("Specmatic prints no line with the number of its tests")
    tests, passed, failures = map(int, found.groups())
    if failures or passed != tests or not tests:
        raise Failed(f"Specmatic: {found.group()}")
    return f"{passed} of {tests} tests"


def postman(folder: Path, contract: Path) -> str:
    """A Postman collection, made and sent as it is to both seeds: each request succeeds, and no list is empty."""
    convert = (NODE / ".bin/openapi2postmanv2", "-s", contract, "-o", "collection.json")
    run((*convert, "-O", "parametersResolution=Example"), folder)
    collection = json.loads((folder / "collection.json").read_text("utf-8"))
    said = []
    for seed in SEEDS:
        with mock(seed) as server:
            answers = dict(_send(server, request) for request in requests_of(collection))
            said.append(f"{seed}: {server.expect_all_operations()}, {lists_with_items(answers)}")
    return "; ".join(said)


def lists_with_items(answers: dict[str, dict[str, Any]]) -> str:
    """Say how many of the answers, by request, are lists.

    Raises:
        Failed: one of them is empty, or none is a list.
    """
    lists = {request: answer[key] for request, answer in answers.items() for key in _LISTS if key in answer}
    empty = [request for request, items in lists.items() if not items]
    if empty or not lists:
        raise Failed(f"No items from {', '.join(empty)}" if empty else "No request of the collection is a list")
    return f"{len(lists)} of {len(lists)} lists with items"


def requests_of(folder: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in folder["item"]:
        if "item" in item:
            yield from requests_of(item)
        else:
            yield item["request"]


def _send(server: Mock, request: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Send a request as Postman does: its variables filled in, its disabled parameters left out."""
    address = request["url"]
    variables = {variable["key"]: variable["value"] for variable in address.get("variable", ())}
    path = "/".join(variables[part[1:]] if part.startswith(":") else part for part in address["path"])
    query = {one["key"]: one["value"] for one in address.get("query", ()) if not one.get("disabled")}
    body = request.get("body", {}).get("raw")
    headers = {} if body is None else {"Content-Type": "application/json"}
    answer = httpx.request(
        request["method"], f"{server.origin}{BASE}/{path}", params=query, content=body, headers=headers, timeout=30
    )
    name = f"{request['method']} {answer.url.raw_path.decode()}"
    if not answer.is_success:
        raise Failed(f"{answer.status_code} to {name}: {answer.text}")
    return name, answer.json()
