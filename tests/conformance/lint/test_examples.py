import pytest
from tests.conformance.lint.linting import after, assert_marked, before, found, messages, seed

PHOTO = "            text/plain:"

FAULTS = {
    "a value deep in an example of a response": (
        "                      born: 2020-02-29\n",
        "                      born: 2021-02-29  # <- example-valid\n",
    ),
    "a property that an example lacks, at its object": (
        "                    - name: Rex\n                      born: 2020-02-29\n",
        "                    - born: 2020-02-29  # <- example-valid\n",
    ),
    "a shared example, where it is written": (
        "      value: {name: Rex, kind: Dog, born: null}\n",
        "      value:\n        name: ''  # <- example-valid\n        kind: Dog\n",
    ),
    "an example of a parameter": ("        few: {value: 5}\n", "        few: {value: 500}  # <- example-valid\n"),
    "an example of a path parameter": (
        "schema: {type: integer}, example: 1}",
        "schema: {type: integer}, example: one}  # <- example-valid",
    ),
    "an example of a header": ("      example: 1\n", "      example: 1.5  # <- example-valid\n"),
    "an example of a schema": ("minLength: 1, example: Rex}", "minLength: 1, example: ''}  # <- example-valid"),
    "a default": ("maximum: 100, default: 10}", "maximum: 100, default: 101}  # <- example-valid"),
    "a pattern that is too large": (
        "{type: string, minLength: 1, example: Rex}",
        "{type: string, pattern: '(a{1000}){1000}', example: Rex}  # <- example-valid",
    ),
    "a response without an example": before(PHOTO, "            text/csv: {}  # <- example-present\n"),
    "a response with an empty map of examples": before(
        PHOTO, "            text/csv: {examples: {}}  # <- example-present\n"
    ),
    "a request body without an example": after(
        "  requestBodies:\n    Pet:\n      content:", "        text/csv: {}  # <- example-present\n"
    ),
    "a reference to nothing, against which no example is checked": before(
        PHOTO,
        """            application/json:
              schema: {$ref: "#/components/schemas/Nobody"}  # <- ref-resolves
              example: 1
""",
    ),
}

# A schema, a valid value, an invalid value.
SCHEMAS = [
    ("{type: integer}", "1", "1.5"),
    ("{type: string}", "'1'", "1"),
    ("{type: string}", "2024-05-06", "null"),
    ("{type: string, nullable: true}", "null", "1"),
    ("{type: string, nullable: true, enum: [a, a]}", "a", "null"),
    ("{type: string, nullable: true, enum: [a, null]}", "null", "b"),
    ("{oneOf: [{type: string, nullable: true}, {type: number}]}", "null", "true"),
    ("{nullable: true, allOf: [{type: string}]}", "a", "null"),
    ("{minimum: 5, exclusiveMinimum: true}", "5.1", "5"),
    ("{maximum: 5, exclusiveMaximum: false}", "5", "5.1"),
    ("{type: string, format: date}", "2024-02-29", "2023-02-29"),
    ("{type: string, format: date}", "'2024-02-29'", "'20240229'"),
    ("{type: string, format: date-time}", "'2024-05-06T07:08:09Z'", "'2024-05-06T07:08:09'"),
    ("{type: string, format: uri}", "'https://a.b/c'", "a b"),
    ("{type: string, format: email}", "a@b.c", "a"),
    ("{type: string, format: made-up}", "a", "1"),
    ("{type: string, pattern: ^a}", "ab", "ba"),
    ("{type: array, minItems: 1, uniqueItems: true, items: {type: integer}}", "[1, 2]", "[1, 1]"),
    ("{type: object, additionalProperties: false}", "{}", "{a: 1}"),
    ("{properties: {a: {}}, additionalProperties: false}", "{a: 1}", "{b: 1}"),
    ("{additionalProperties: {type: integer}}", "{a: 1}", "{a: b}"),
    ("{properties: {a: {readOnly: true}, b: {}}, required: [a, b]}", "{b: 1}", "{a: 1}"),
    ("{properties: {a: {writeOnly: true}, b: {}}, required: [a, b]}", "{b: 1}", "{a: 1}"),
    ("{anyOf: [{type: string}, {type: object, required: [a]}]}", "{a: 1}", "{}"),
    ("{not: {type: string}}", "1", "a"),
    ("{allOf: [{minimum: 1}, {maximum: 2}]}", "1", "3"),
    ("{$ref: '#/components/schemas/Name', type: integer}", "Rex", "1"),
    ("{properties: {id: {type: string}, $ref: {type: string}}}", "{id: '#', $ref: '#'}", "{$ref: 1}"),
    ("{items: {$ref: '#/components/schemas/Pet'}}", "[{name: a, kind: b}]", "[{name: a}]"),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named(fault: str) -> None:
    assert_marked(*FAULTS[fault])


@pytest.mark.parametrize(("schema", "valid", "invalid"), SCHEMAS)
def test_a_value_is_read_as_openapi_reads_it(schema: str, valid: str, invalid: str) -> None:
    def checks_of(value: str) -> set[str]:
        text = seed(*before(PHOTO, f"            application/json: {{schema: {schema}, example: {value}}}\n"))
        return {check for _, check in found(text) if check.startswith("example")}

    assert checks_of(valid) == set()
    assert checks_of(invalid) == {"example-valid"}


def test_a_schema_that_is_wrong_is_named_once_however_many_examples_it_has() -> None:
    text = seed("minLength: 1, example: Rex}", "minLength: one, example: Rex}")
    assert [check for _, check in found(text)] == ["openapi"]


def test_a_mismatch_says_what_is_wrong_and_where_the_schema_is() -> None:
    text = seed("few: {value: 5}", "few: {value: 500}")
    assert messages(text) == ["500 is greater than the maximum of 100 (schema: line 112)"]


def test_a_mismatch_of_a_one_of_is_explained_by_the_intended_form() -> None:
    schema = "{oneOf: [{type: string}, {type: object, required: [a]}]}"
    text = seed(
        "few: {value: 5}",
        f"few: {{value: 5}}\n    Q:\n      name: q\n      in: query\n      schema: {schema}\n      example: {{b: 1}}",
    )
    assert '"a" is a required property (schema: line 118)' in messages(text)
