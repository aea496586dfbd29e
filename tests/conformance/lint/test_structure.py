import socket
from collections.abc import Callable

import pytest

Found = Callable[[str], list[tuple[int, str]]]
Seed = Callable[[str, str], str]

Text = Callable[[str], list[str]]

FAULTS = {
    "a field that OpenAPI does not know": (
        "      operationId: getOldestPet\n",
        "      operationId: getOldestPet\n      sumary: The oldest  # <- openapi\n",
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
    "a field of the wrong type": ("      requestBody: ", "      deprecated: 1  # <- openapi\n      requestBody: "),
    "an example beside examples": (
        "    PageSize:\n",
        "    PageSize:  # <- openapi\n      example: 5\n",
    ),
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
    "a pattern that is none, behind a reference": (
        "enum: [Rex, Tom]",
        "enum: [Rex, Tom]\n      pattern: '('  # <- openapi",
    ),
    "a required property that an allOf does not have": (
        '    Fish:\n      allOf: [{$ref: "#/components/schemas/Pet"}]\n',
        '    Fish:  # <- openapi\n      allOf: [{$ref: "#/components/schemas/Pet"}]\n      required: [fins]\n',
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_openapi_names(fault: str, seed: Seed, found: Found, marked: Found) -> None:
    text = seed(*FAULTS[fault])
    assert found(text) == marked(text) != []


def test_a_clean_document_has_no_finding(clean: str, found: Found) -> None:
    assert found(clean) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "type: string\n      enum",
            "type: strin\n      enum",
            '"strin" is not one of "array", "boolean", "integer"',
        ),
        ("type: apiKey, in: header", "type: apiKey, in: head", '"head" is not one of "header", "query", "cookie"'),
        (
            "    PageSize:\n",
            "    PageSize:\n      example: 5\n",
            "example and examples exclude each other; delete one",
        ),
        ("schema: {type: integer}, example: 1}", "}", ' needs "schema" or "content"'),
    ],
)
def test_a_message_speaks_of_the_form_that_was_meant(
    old: str, new: str, message: str, seed: Seed, messages: Text
) -> None:
    assert any(message in text for text in messages(seed(old, new)))


def test_a_repeated_key_is_named_where_it_stands_again(seed: Seed, found: Found, marked: Found) -> None:
    text = seed("      operationId: getPhoto\n", "      operationId: getPhoto\n" * 2)
    text = text.replace("operationId: getPhoto\n      x-", "operationId: getPhoto  # <- duplicate-key\n      x-")
    assert found(text) == marked(text) != []


def test_nothing_is_fetched(clean: str, seed: Seed, found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    text = seed(
        '"A property\'s name, not a reference"}',
        'x}\n              other: {properties: {$ref: "http://127.0.0.1/x"}}',
    )
    assert found(text)
    text = seed(
        "post:\n      operationId: createPet\n",
        'post:\n      operationId: createPet\n      x-more: {$ref: "http://127.0.0.1/x"}\n',
    )
    assert found(text) == []


def test_what_brings_the_validator_down_is_a_finding(seed: Seed, messages: Text) -> None:
    assert any("gives up: ValueError" in message for message in messages(seed("  /pets:\n", "  /pets}:\n")))
