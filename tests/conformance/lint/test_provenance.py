import pytest
from tests.conformance.lint.linting import CLEAN, found, marked, messages, seed

SOURCED = """openapi: 3.0.3
info: {title: Pets, version: "1", x-source: decision}
paths:
  /pets:
    x-source: {path: sdk}
    post:
      operationId: createPet
      parameters:
        - {name: size, in: query, schema: {type: integer, nullable: true}}
        - $ref: "#/components/parameters/Page"
      requestBody:
        required: true
        x-source: {required: decision, place: sdk}
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Pet"}
            example: {name: Rex}
      responses:
        default: {description: Anything}
components:
  parameters:
    Page:
      name: page
      in: query
      schema:
        type: integer
        minimum: 1
        x-source: {minimum: decision}
  schemas:
    Pet:
      type: object
      required: [name]
      x-source: {required: documents, name: decision}
      properties:
        name: {type: string, minLength: 0, description: A word}
        born: {type: string, format: date-time, readOnly: false}
      additionalProperties: true
"""

NAME = "        name: {type: string, minLength: 0, description: A word}\n"


def change(old: str, new: str) -> str:
    assert SOURCED.count(old) == 1
    return SOURCED.replace(old, new)


UNSOURCED = [
    change("        minimum: 1\n", "        minimum: 1\n        maximum: 9  # <- constraint-source\n"),
    change("        x-source: {minimum: decision}\n", "").replace("minimum: 1", "minimum: 1  # <- constraint-source"),
    change("      required: [name]\n", "      required: [name]  # <- constraint-source\n").replace(
        "required: documents, ", ""
    ),
    change(
        "required: true\n        x-source: {required: decision, place: sdk}", "required: true  # <- constraint-source"
    ),
    change("      name: page\n", "      name: page\n      required: true  # <- constraint-source\n"),
    change("      name: page\n", "      name: page\n      explode: false  # <- constraint-source\n"),
    change(
        "additionalProperties: true\n",
        "additionalProperties: {type: string}  # <- constraint-source\n",
    ),
    *(
        change(NAME, f"        name: {{type: string, {keyword}: {value}}}  # <- constraint-source\n")
        for keyword, value in {
            "minLength": 1,
            "maxLength": 4,
            "pattern": "e",
            "format": "password",
            "default": "a",
            "enum": "[Rex]",
            "readOnly": "true",
            "allOf": "[{type: string}]",
            "not": "{type: integer}",
        }.items()
    ),
    change(
        NAME,
        "        name: {type: array, items: {type: string}, uniqueItems: true}  # <- constraint-source\n",
    ).replace("{name: Rex}", "{name: [Rex]}"),
]


def test_a_file_whose_constraints_have_sources_has_no_finding() -> None:
    assert found(SOURCED) == []


@pytest.mark.parametrize("text", UNSOURCED)
def test_a_constraint_without_a_source_is_named(text: str) -> None:
    assert found(text) == marked(text) != []


def test_the_message_names_the_keyword_its_value_and_the_fix() -> None:
    text = change(NAME, "        name: {type: string, format: password}\n")
    assert messages(text) == [
        'format: "password" has no source; add x-source: {format: one of documents, sdk, decision}',
    ]


MISSING = "minimum: 1 has no source; add x-source: {minimum: one of documents, sdk, decision}"


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ("{minimum: decison}", ['the source "decison" of minimum is not one of documents, sdk, decision']),
        ("{minimum: [sdk]}", [MISSING, 'the source ["sdk"] of minimum is not one of documents, sdk, decision']),
        ("{minimum: decision, maximum: SDK}", ['the source "SDK" of maximum is not one of documents, sdk, decision']),
    ],
)
def test_an_unknown_source_of_a_keyword_is_named(new: str, expected: list[str]) -> None:
    assert messages(change("{minimum: decision}", new)) == expected


@pytest.mark.parametrize("value", ["decison", "[sdk]", "", "3"])
def test_an_unknown_source_of_an_object_is_named_on_its_line(value: str) -> None:
    text = change("x-source: {path: sdk}", f"x-source: {value}  # <- constraint-source")
    assert marked(text)[0] in found(text)
    assert any(message.endswith("write one of documents, sdk, decision, or a mapping of keywords to them")
               for message in messages(text))  # fmt: skip


def test_a_file_without_x_source_needs_no_sources() -> None:
    assert "maximum" in CLEAN
    assert found(CLEAN) == []
    assert "constraint-source" in [check for _, check in found(seed("    Name:\n", "    Name:\n      x-source: {}\n"))]
