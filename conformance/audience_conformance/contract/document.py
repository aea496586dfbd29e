"""openapi.yaml as data, and its operations."""

import functools
from typing import Any

import yaml

from audience_conformance.contract.location import contract_path


@functools.cache
def contract() -> dict[str, Any]:
    """The OpenAPI document."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with contract_path().open("rb") as file:
        document: dict[str, Any] = yaml.load(file, loader)  # noqa: S506 (a safe loader)
    return document


@functools.cache
def operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """OperationId -> (method, path template, operation object), in the order of the contract."""
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, item in contract()["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict) and "operationId" in operation
    }


def operations_by_tag() -> dict[str, list[str]]:
    """Tag -> the operationIds that have it."""
    by_tag: dict[str, list[str]] = {tag["name"]: [] for tag in contract()["tags"]}
    for operation_id, (_, _, operation) in operations().items():
        for tag in operation["tags"]:
            by_tag[tag].append(operation_id)
    return by_tag


def follow(node: dict[str, Any], document: dict[str, Any] | None = None) -> dict[str, Any]:
    """The object that a local $ref names, or the node itself; by default in the contract."""
    while "$ref" in node:
        target: Any = contract() if document is None else document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node
