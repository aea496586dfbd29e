"""What the other servers are configured with: three operations of openapi.yaml, and ours's answers to them."""

import json
import uuid
from typing import Any

import yaml
from tests.bench.scenarios import BASE, CANNED, DEFINITIONS, FOLDER, SCENARIOS, new_definition

from audience_mock.contract.document import load_contract, resolve

_PATHS = {
    "/company/{company_id}/application/{application_id}/user_attribute/definition": ("get", "post"),
    "/company/{company_id}/application/{application_id}/user_attribute/definition/{definition_id}": ("get",),
}
_SCENARIO_OF = {
    "getUserAttributeDefinitionById": "read",
    "getUserAttributeDefinitions": "list",
    "createUserAttributeDefinition": "create",
}
_JSON = {"Content-Type": "application/json"}


def compact(value: Any) -> str:
    """JSON without blanks, as ours and WireMock write it."""
    return json.dumps(value, separators=(",", ":"))


def write(canned: dict[str, Any]) -> None:
    """Write the configuration of every server into .cache/bench.

    Args:
        canned: what ours answered, by scenario.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    CANNED.write_text(compact(canned))
    (FOLDER / "fragment.yaml").write_text(yaml.safe_dump(fragment(canned), sort_keys=False))
    (FOLDER / "mockoon.json").write_text(json.dumps(mockoon(canned)))
    mappings = FOLDER / "wiremock" / "mappings"
    mappings.mkdir(parents=True, exist_ok=True)
    (mappings / "canned.json").write_text(json.dumps(wiremock(canned)))
    examples = FOLDER / "fragment_examples"
    examples.mkdir(exist_ok=True)
    for name, example in specmatic(canned).items():
        (examples / f"{name}.json").write_text(json.dumps(example))


def fragment(canned: dict[str, Any]) -> dict[str, Any]:
    """The contract's three operations with their schemas in place, the base path in their paths, one example each."""
    contract = load_contract()
    paths: dict[str, Any] = {}
    for path, methods in _PATHS.items():
        item = resolve(contract, contract["paths"][path])
        kept = {key: _plain(item[key]) for key in ("parameters", *methods)}
        for method in methods:
            _give_example(kept[method], canned)
        paths[BASE + path] = kept
    return {"openapi": contract["openapi"], "info": _plain(contract["info"]), "paths": paths}


def _give_example(operation: dict[str, Any], canned: dict[str, Any]) -> None:
    for status, response in operation["responses"].items():
        response.pop("links", None)
        if status.startswith("2"):
            content = response["content"]["application/json"]
            content.pop("examples", None)
            content["example"] = canned[_SCENARIO_OF[operation["operationId"]]]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content.pop("examples", None)


def _plain(node: Any) -> Any:
    """Without the contract's own `x-` keys."""
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items() if not key.startswith("x-")}
    return [_plain(item) for item in node] if isinstance(node, list) else node


def wiremock(canned: dict[str, Any]) -> dict[str, Any]:
    """Three stubs; the read's takes any id."""
    paths = {"read": {"urlPathPattern": f"{DEFINITIONS}/[^/]+"}}
    return {
        "mappings": [
            {
                "request": {"method": scenario.method, **paths.get(scenario.name, {"urlPath": DEFINITIONS})},
                "response": {"status": scenario.status, "headers": _JSON, "jsonBody": canned[scenario.name]},
            }
            for scenario in SCENARIOS
        ]
    }


def mockoon(canned: dict[str, Any]) -> dict[str, Any]:
    """An environment of three routes; the read's takes any id."""
    paths = {"read": f"{DEFINITIONS}/:id"}
    routes = [
        {
            "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, scenario.name)),
            "type": "http",
            "documentation": "",
            "method": scenario.method.lower(),
            "endpoint": paths.get(scenario.name, DEFINITIONS).lstrip("/"),
            "responses": [_mockoon_response(scenario.name, scenario.status, canned[scenario.name])],
            "responseMode": None,
            "streamingMode": None,
            "streamingInterval": 0,
        }
        for scenario in SCENARIOS
    ]
    return {
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, "environment")),
        "lastMigration": 33,
        "name": "Definitions",
        "endpointPrefix": "",
        "latency": 0,
        "port": 3000,
        "hostname": "",
        "folders": [],
        "routes": routes,
        "rootChildren": [{"type": "route", "uuid": route["uuid"]} for route in routes],
        "proxyMode": False,
        "cors": False,
        "headers": [],
        "data": [],
        "callbacks": [],
    }


def _mockoon_response(name: str, status: int, body: Any) -> dict[str, Any]:
    return {
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{name} response")),
        "body": compact(body),
        "latency": 0,
        "statusCode": status,
        "label": "",
        "headers": [{"key": key, "value": value} for key, value in _JSON.items()],
        "bodyType": "INLINE",
        "filePath": "",
        "databucketID": "",
        "sendFileAsBody": False,
        "rules": [],
        "rulesOperator": "OR",
        "disableTemplating": True,
        "fallbackTo404": False,
        "default": True,
        "crudKey": "id",
        "callbacks": [],
    }


def specmatic(canned: dict[str, Any]) -> dict[str, Any]:
    """One example file for each scenario; a create may have any slug."""
    bodies = {"create": {"body": new_definition("(string)")}}
    return {
        scenario.name: {
            "http-request": {"method": scenario.method, "path": scenario.path.partition("?")[0]}
            | ({"query": {"page_no": 1, "page_size": 10}} if scenario.name == "list" else {})
            | bodies.get(scenario.name, {}),
            "http-response": {"status": scenario.status, "headers": _JSON, "body": canned[scenario.name]},
        }
        for scenario in SCENARIOS
    }
