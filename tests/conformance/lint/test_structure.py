import socket

import pytest
from tests.conformance.lint.linting import CLEAN, after, assert_marked, found, messages, seed

from audience_conformance.lint import checks, document

FAULTS = {
    "a field that OpenAPI does not have": after(
        "      operationId: getOldestPet", "      sumary: The oldest  # <- openapi\n"
    ),
    "a missing field, at its parent": ("version: 1.0.0, x-released: 2024-02-30}", "x-a: b}  # <- openapi"),
    "a value outside an enum, inside a oneOf": (
        "    Name:\n      type: string\n",
        "    Name:\n      type: strin  # <- openapi\n",
    ),
    "a place that is none of four, named at the place": (
        "      name: page_size\n      in: query\n",
        "      name: page_size\n      in: qurey  # <- openapi\n",
    ),
    "a status that is none": (
        "        4XX: {$ref: ",
        "        oops: {description: Not a status}  # <- openapi\n        4XX: {$ref: ",
    ),
    "an unquoted status": (
        "        4XX: {$ref: ",
        "        404: {description: Gone}  # <- quoted-status\n        4XX: {$ref: ",
    ),
    "an unquoted status in a merged mapping": (
        "        4XX: {$ref: ",
        "        <<:\n          404: {description: Gone}  # <- quoted-status\n        4XX: {$ref: ",
    ),
    "a member that is twice in an enum": ("enum: [Rex, Tom]", "enum: [Rex, Tom, Rex]  # <- openapi"),
    "a field of the wrong type": ("      requestBody: ", "      deprecated: 1  # <- openapi\n      requestBody: "),
    "an example beside examples": ("    PageSize:\n", "    PageSize:  # <- openapi\n      example: 5\n"),
    "a repeated parameter": (
        '      parameters:\n        - $ref: "#/components/parameters/PageSize"\n',
        """      parameters:  # <- openapi
        - $ref: "#/components/parameters/PageSize"
        - {name: page_size, in: query, schema: {}}
""",
    ),
    "a parameter without schema and content": (
        "        - name: after\n          in: query\n",
        "        - {name: before, in: query}  # <- openapi\n        - name: after\n          in: query\n",
    ),
    "a repeated tag": ("tags: [{name: pets}]", "tags: [{name: pets}, {name: pets}]  # <- openapi"),
    "an invalid pattern, behind a reference": after("      enum: [Rex, Tom]", "      pattern: '('  # <- openapi\n"),
    "a repeated key": after("      operationId: getPhoto", "      operationId: getPhoto  # <- duplicate-key\n"),
    "a required property that an allOf does not have": (
        "    Fish:\n      allOf:",
        "    Fish:\n      required: [fins]  # <- openapi\n      allOf:",
    ),
    "each required property that an allOf does not have": (
        "    Fish:\n      allOf:",
        "    Fish:\n      required:\n        - fins  # <- openapi\n        - tail  # <- openapi\n      allOf:",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_openapi_names(fault: str) -> None:
    assert_marked(*FAULTS[fault])


def test_a_clean_document_has_no_finding() -> None:
    assert found(CLEAN) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("type: string\n      enum", "type: strin\n      enum", '"strin" is not one of "array", "boolean", "integer"'),
        ("type: apiKey, in: header", "type: apiKey, in: head", '"head" is not one of "header", "query", "cookie"'),
        (*after("    PageSize:", "      example: 5\n"), "example and examples are mutually exclusive; delete one"),
        ("schema: {type: integer}, example: 1}", "}", ' needs "schema" or "content"'),
        (
            "    Fish:\n      allOf:",
            "    Fish:\n      required: [fins]\n      allOf:",
            'no part of the schema has the required property "fins"; add it to properties or correct it',
        ),
        ("  /pets:\n", "  /pets}:\n", "gives up: ValueError"),
    ],
)
def test_a_message_is_about_the_intended_form(old: str, new: str, message: str) -> None:
    assert any(message in text for text in messages(seed(old, new)))


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    text = seed(
        '"A property\'s name, not a reference"}',
        'x}\n              other: {properties: {$ref: "http://127.0.0.1/x"}}',
    )
    assert found(text)
    assert found(seed(*after("      operationId: createPet", '      x-more: {$ref: "http://127.0.0.1/x"}\n'))) == []


def test_the_message_of_an_unquoted_status_shows_the_fix() -> None:
    text = seed("        4XX: {$ref: ", "        404: {description: Gone}\n        4XX: {$ref: ")
    assert messages(text) == ['the response code 404 is not quoted, and YAML reads it as a number; write "404"']


@pytest.mark.parametrize("key", ["null", "on", "2.0", "0x1F", "600", "1_00"])
def test_a_key_that_is_no_response_code_is_not_told_to_be_quoted(key: str) -> None:
    assert_marked("        4XX: {$ref: ", f"        {key}: {{description: Gone}}  # <- openapi\n        4XX: {{$ref: ")


@pytest.mark.parametrize("key", ["2XX", "default", "x-more", '"404"', "'404'"])
def test_a_key_that_yaml_reads_as_a_text_needs_no_quotes(key: str) -> None:
    text = seed("        4XX: {$ref: ", f"        {key}: {{description: Gone}}\n        4XX: {{$ref: ")
    assert "quoted-status" not in [check for _, check in found(text)]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "    Name:\n      type: string\n",
            "    Name:\n      required: yes-string\n",
            'required is "yes-string", but must be a list',
        ),
        ("enum: [Rex, Tom]", "enum: 3", "enum is 3, but must be a list"),
        ("enum: [Rex, Tom]", 'minLength: "3"', 'minLength is "3", but must be an integer'),
        ("enum: [Rex, Tom]", "required: [3]", "required[0] is 3, but must be a string"),
        ("enum: [Rex, Tom]", "items: 3", "items is 3, but must be a mapping"),
        ("enum: [Rex, Tom]", "nullable: 1", "nullable is 1, but must be true or false"),
        ("enum: [Rex, Tom]", "properties:", "properties is null, but must be a mapping"),
        ("tags: [{name: pets}]", "tags: {name: pets}", 'tags is {"name": "pets"}, but must be a list'),
        (
            "        4XX: {$ref: ",
            '        "404": Gone\n        4XX: {$ref: ',
            'responses[404] is "Gone", but must be a mapping',
        ),
        (
            "  /pets/{pet_id}:\n    parameters:\n      - {name",
            "  /pets/{pet_id}:\n    parameters:\n      0: {name",
            "parameters is {",
        ),
        (
            "weight: {type: number, minimum: 0, ",
            'weight: {type: number, minimum: "0", ',
            'minimum is "0", but must be a number',
        ),
        ("example: 0.5}", "example: half}", 'the value is "half", but must be a number'),
    ],
)
def test_a_value_of_the_wrong_type_names_its_field(old: str, new: str, message: str) -> None:
    assert any(message in text for text in messages(seed(old, new)))


def test_paths_that_are_a_list_are_named_with_line_and_column() -> None:
    text = 'openapi: 3.0.3\ninfo: {title: a, version: "1"}\npaths: []\n'
    assert [(line, column, message) for line, column, _, message in checks.lint(document.parse(text))] == [
        (3, 1, "paths is [], but must be a mapping")
    ]
