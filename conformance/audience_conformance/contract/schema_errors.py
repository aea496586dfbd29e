"""Where a value breaks a schema of openapi.yaml: each broken keyword, and the source that it rests on."""

import functools
from collections.abc import Iterator
from typing import Any, NamedTuple

import jsonschema_rs

from audience_conformance.contract.document import contract, follow
from audience_conformance.contract.sources import Pointer, source_of


class SchemaError(NamedTuple):
    """One broken keyword.

    Args:
        place: where the wrong value stands, as "page.has_next"; "" for the whole.
        message: what is wrong with it.
        keyword: the pointer of the keyword in openapi.yaml.
    """

    place: str
    message: str
    keyword: Pointer


def schema_errors(pointer: Pointer, value: Any) -> list[SchemaError]:
    """Everything in which a value breaks the schema at a pointer."""
    return [
        SchemaError(
            ".".join(map(str, error.instance_path)), error.message, keyword_at(pointer, tuple(error.schema_path))
        )
        for error in _validator(pointer).iter_errors(value)
    ]


def keyword_at(pointer: Pointer, path: Pointer) -> Pointer:
    """The pointer of a keyword that stands below a schema when all references are followed."""
    for step in path:
        pointer = (*target_of(pointer), step)
    return pointer


def target_of(pointer: Pointer) -> Pointer:
    """The pointer of the object that a reference at the pointer names, or the pointer itself."""
    node = value_at(pointer)
    while isinstance(node, dict) and "$ref" in node:
        pointer = tuple(node["$ref"].removeprefix("#/").split("/"))
        node = value_at(pointer)
    return pointer


def value_at(pointer: Pointer) -> Any:
    """What openapi.yaml has at a pointer, None if it has nothing there."""
    node: Any = contract()
    for step in pointer:
        if isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
        elif isinstance(node, dict):
            node = node.get(step)
        else:
            return None
    return node


def source_at(pointer: Pointer) -> str:
    """The source of the keyword at a pointer; what openapi.yaml does not have is a decision."""
    return source_of(contract(), pointer[:-1], str(pointer[-1])) or "decision"


def first_printed(errors: list[SchemaError]) -> SchemaError | None:
    """The first error that rests on the documents, None if there is none."""
    return next((error for error in errors if source_at(error.keyword) == "documents"), None)


def decided(errors: list[SchemaError]) -> Iterator[SchemaError]:
    """The errors that do not rest on the documents."""
    return (error for error in errors if source_at(error.keyword) != "documents")


@functools.cache
def _validator(pointer: Pointer) -> jsonschema_rs.Draft4Validator:
    return jsonschema_rs.Draft4Validator(json_schema(value_at(pointer)), validate_formats=True)


def json_schema(node: Any) -> Any:
    """An OpenAPI 3.0 schema as JSON Schema draft 4, references followed; `nullable` counts only beside `type`."""
    if isinstance(node, list):
        return [json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = {key: json_schema(value) for key, value in follow(node).items() if not key.startswith("x-")}
    if schema.pop("nullable", False) is True and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    return schema
