from typing import Any

import pytest
import yaml

from audience_conformance.contract.document import contract, operations
from audience_conformance.contract.sources import Pointer, source_of, sourced_objects

DOCUMENT = yaml.safe_load("""
paths:
  /pets:
    x-source: {path: sdk}
    get:
      parameters:
        - {name: size, in: query, required: true, x-source: {required: documents}, schema: {minimum: 1}}
        - name: sort
          in: query
          x-source: {schema: sdk, name: decision}
          schema: {type: string, maxLength: 9, pattern: a, x-source: {pattern: decision}}
components:
  schemas:
    Pet:
      x-source: decision
      required: [name]
      properties:
        name: {type: string, minLength: 1, maxLength: 2, x-source: {maxLength: sdk}}
        x-source: {type: string, minLength: 1}
        properties: {type: object, required: [a], x-source: {required: documents}}
        sex: {type: string, x-source: sdk}
    Plain:
      required: [a]
      properties:
        a: {type: string, format: date-time, nullable: true}
        b: {type: string, format: uri}
        e: {type: number, format: double}
        c: {enum: [p, q], default: p, x-source: {enum: decision}}
        d: {enum: [p, q], default: p, x-source: {enum: decision, default: sdk}}
        x-source: {type: string, maxLength: 3}
    Choice:
      x-source: {oneOf: decision, default: sdk}
      oneOf: [{type: string, minLength: 1}, {type: array, items: {type: string}}]
""")
PET: Pointer = ("components", "schemas", "Pet")
PLAIN: Pointer = ("components", "schemas", "Plain")
CHOICE: Pointer = ("components", "schemas", "Choice")
PARAMETERS: Pointer = ("paths", "/pets", "get", "parameters")


@pytest.mark.parametrize(
    ("pointer", "keyword", "source"),
    [
        (PET, "required", "decision"),
        (PET, "type", "decision"),
        ((*PET, "properties", "name"), "minLength", "decision"),
        ((*PET, "properties", "name"), "maxLength", "sdk"),
        ((*PET, "properties", "properties"), "required", "documents"),
        ((*PET, "properties", "properties"), "type", "decision"),
        ((*PET, "properties", "sex"), "type", "sdk"),
        ((*PET, "properties", "x-source"), "minLength", "decision"),
        (PLAIN, "required", None),
        (PLAIN, "properties", "documents"),
        ((*PLAIN, "properties", "a"), "type", "documents"),
        ((*PLAIN, "properties", "e"), "format", "decision"),
        ((*PLAIN, "properties", "a"), "format", "documents"),
        ((*PLAIN, "properties", "a"), "nullable", "documents"),
        ((*PLAIN, "properties", "a"), "in", None),
        ((*PLAIN, "properties", "b"), "format", None),
        ((*PLAIN, "properties", "b"), "minLength", None),
        ((*PLAIN, "properties", "c"), "enum", "decision"),
        ((*PLAIN, "properties", "c"), "default", "decision"),
        ((*PLAIN, "properties", "d"), "default", "sdk"),
        ((*PLAIN, "properties", "x-source"), "maxLength", None),
        (CHOICE, "oneOf", "decision"),
        ((*CHOICE, "oneOf", 0), "type", "decision"),
        ((*CHOICE, "oneOf", 0), "minLength", "decision"),
        ((*CHOICE, "oneOf", 1, "items"), "type", "decision"),
        ((*PARAMETERS, 0), "required", "documents"),
        ((*PARAMETERS, 0), "in", "documents"),
        ((*PARAMETERS, 0), "name", "documents"),
        ((*PARAMETERS, 0, "schema"), "minimum", None),
        ((*PARAMETERS, 1), "name", "decision"),
        ((*PARAMETERS, 1), "in", "documents"),
        ((*PARAMETERS, 1, "schema"), "maxLength", "sdk"),
        ((*PARAMETERS, 1, "schema"), "type", "sdk"),
        ((*PARAMETERS, 1, "schema"), "pattern", "decision"),
    ],
)
def test_the_nearest_x_source_that_covers_a_keyword_counts(pointer: Pointer, keyword: str, source: str | None) -> None:
    assert source_of(DOCUMENT, pointer, keyword) == source


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        (("components", "schemas", "Cat", "properties"), "components/schemas/Cat"),
        ((*PARAMETERS, 7), "paths//pets/get/parameters/7"),
        ((*PET, "x-source", 1), "components/schemas/Pet/x-source/1"),
    ],
)
def test_a_wrong_pointer_is_named(pointer: Pointer, place: str) -> None:
    with pytest.raises(LookupError, match=f"nothing at {place};"):
        source_of(DOCUMENT, pointer, "type")


def test_data_and_property_names_have_no_x_source() -> None:
    schema: dict[str, Any] = {
        "properties": {"x-source": {"x-source": "sdk"}, "default": {"x-source": "decision"}},
        "example": {"x-source": "a"},
        "default": [{"x-source": "b"}],
        "enum": [{"x-source": "c"}],
        "examples": {"x-source": {"value": {"x-source": "d"}}},
        "x-more": {"x-source": "e"},
        "allOf": [{"x-source": {"type": "sdk"}}],
    }
    assert [pointer for pointer, _ in sourced_objects({"schema": schema})] == [
        ("schema", "properties", "x-source"),
        ("schema", "properties", "default"),
        ("schema", "allOf", 0),
    ]


NAMED = yaml.safe_load("""
paths:
  /pets:
    get:
      callbacks: {x-done: {x-source: sdk}}
      responses:
        x-source: {default: decision}
        x-more: {x-source: a}
        default:
          x-source: decision
          headers: {x-source: {required: true}, x-rate: {x-source: sdk}}
          content: {x-world/x-3dmf: {x-source: sdk, encoding: {default: {x-source: sdk}}}}
          links: {example: {x-source: sdk}}
components:
  x-more: {x-source: a}
  schemas: {default: {x-source: sdk}, x-pet: {x-source: sdk}, properties: {properties: {enum: {x-source: sdk}}}}
  responses: {x-source: {x-source: sdk}, example: {x-source: sdk}}
  parameters: {enum: {x-source: sdk}}
servers: [{variables: {default: {x-source: sdk}}}]
""")
RESPONSES: Pointer = ("paths", "/pets", "get", "responses")


def test_an_object_of_any_name_has_its_x_source() -> None:
    answer, world = (*RESPONSES, "default"), ("content", "x-world/x-3dmf")
    assert [pointer for pointer, _ in sourced_objects(NAMED)] == [
        ("paths", "/pets", "get", "callbacks", "x-done"),
        RESPONSES,
        answer,
        (*answer, "headers", "x-rate"),
        (*answer, *world),
        (*answer, *world, "encoding", "default"),
        (*answer, "links", "example"),
        ("components", "schemas", "default"),
        ("components", "schemas", "x-pet"),
        ("components", "schemas", "properties", "properties", "enum"),
        ("components", "responses", "x-source"),
        ("components", "responses", "example"),
        ("components", "parameters", "enum"),
        ("servers", 0, "variables", "default"),
    ]
    assert source_of(NAMED, (*answer, "headers", "x-source"), "required") == "decision"


SCHEMAS: Pointer = ("components", "schemas")
PARAMETER: Pointer = ("components", "parameters")


@pytest.mark.parametrize(
    ("pointer", "keyword", "source"),
    [
        ((*PARAMETER, "PageNo", "schema"), "type", "documents"),
        ((*PARAMETER, "PageNo", "schema"), "minimum", "decision"),
        ((*PARAMETER, "PageNo", "schema"), "default", "sdk"),
        ((*PARAMETER, "GroupId"), "required", "documents"),
        ((*SCHEMAS, "ServedCompany"), "enum", "decision"),
        ((*SCHEMAS, "CreateUserGroup"), "required", "documents"),
        ((*SCHEMAS, "CreateUserGroup", "properties", "name"), "maxLength", "decision"),
        ((*SCHEMAS, "CreateUserGroup", "properties", "name"), "type", "documents"),
        ((*SCHEMAS, "UserGroup"), "required", "decision"),
        ((*SCHEMAS, "UserGroup", "properties", "created_at"), "format", "documents"),
        ((*SCHEMAS, "CursorPage", "properties", "next_cursor"), "nullable", "documents"),
        ((*SCHEMAS, "AttributeValueOrNull", "oneOf", 0), "nullable", "documents"),
        ((*SCHEMAS, "AttributeValueOrNull", "oneOf", 1), "type", "decision"),
        ((*SCHEMAS, "TotalUsers", "properties", "refreshed_at"), "nullable", "decision"),
        ((*SCHEMAS, "FileUrl"), "format", "decision"),
        ((*SCHEMAS, "FileUrl"), "type", "documents"),
        ((*SCHEMAS, "ApiError"), "type", "decision"),
    ],
)
def test_the_contract_says_what_a_keyword_rests_on(pointer: Pointer, keyword: str, source: str) -> None:
    assert source_of(contract(), pointer, keyword) == source


def test_a_body_must_be_there_by_decision_and_its_fields_by_the_documents() -> None:
    """No request body is Required in the documents; the fields in it are."""
    for operation_id, (method, path, operation) in operations().items():
        if "requestBody" in operation:
            pointer: Pointer = ("paths", path, method.lower(), "requestBody")
            assert source_of(contract(), pointer, "required") == "decision", operation_id
