import pytest
from tests.conformance.lint.linting import after, assert_marked, found, messages, seed

PHOTO_LINK = """        photo:
          operationRef: "#/paths/~1pets~1{pet_id}~1photos~1{number}/get"
"""
PET_ID = '        pet_id: "$response.body#/id"\n'
PHOTO_ID = "      operationId: getPhoto\n"

FAULTS = {
    "a missing operationId": (f"    get:\n{PHOTO_ID}", "    get:  # <- operation-id\n"),
    "an empty operationId": (PHOTO_ID, "      operationId: ''  # <- operation-id\n"),
    "a repeated operationId": (PHOTO_ID, "      operationId: getPets  # <- operation-id\n"),
    "a repeated operationId in a callback": after(
        "      operationId: createPet",
        """      callbacks:
        created:
          "{$request.body#/url}":
            post:
              operationId: createPet  # <- operation-id
              responses: {default: {description: Received}}
""",
    ),
    "a body without 400": (
        '      responses:\n        "201": {$ref: "#/components/responses/Pet"}\n        default: ',
        '      responses:  # <- error-documented\n        "201": {$ref: "#/components/responses/Pet"}\n        "500": ',
    ),
    "an id without 404": (
        '      responses:\n        "200": {$ref: "#/components/responses/Pet"}\n        "404": ',
        '      responses:  # <- error-documented\n        "200": {$ref: "#/components/responses/Pet"}\n        "403": ',
    ),
    "an operation's own parameter, which overrides that of the path": (
        "      operationId: getPet\n      x-rules: [PET-01]\n      responses:\n",
        """      operationId: getPet
      x-rules: [PET-01]
      parameters: [{name: pet_id, in: path, required: true, schema: {type: string, format: uuid}}]
      responses:  # <- error-documented
""",
    ),
    "a link to no operation": (
        "    Again:\n      operationId: getPet\n",
        "    Again:\n      operationId: getPett  # <- link-target\n",
    ),
    "a link to a pointer of no operation": (
        PHOTO_LINK,
        '        photo:\n          operationRef: "#/paths/~1pets/patch"  # <- link-target\n',
    ),
    "a link to another file": (
        PHOTO_LINK,
        '        photo:\n          operationRef: "photos.yaml#/paths/~1pets/get"  # <- link-target\n',
    ),
    "a link without a target": (PHOTO_LINK, "        photo:  # <- link-target\n"),
    "a link's parameter that the operation lacks": (
        PET_ID,
        '        id: "$response.body#/id"  # <- link-target\n',
    ),
    "a link's parameter that is in another place": (
        PET_ID,
        '        query.pet_id: "$response.body#/id"  # <- link-target\n',
    ),
}

FREE = [
    "{name: q, in: query, schema: {type: string, description: Any, example: a, x-source: sdk}}",
    "{name: q, in: query, schema: {}}",
    "{name: q, in: query}",
    "{name: id, in: path, required: true, schema: {type: string}}",
    "{name: user_id, in: path, required: true, schema: {type: string}}",
    "{name: Accept, in: header, schema: {type: integer}}",
]
CONSTRAINED = [
    "{name: q, in: query, schema: {type: integer}}",
    "{name: q, in: query, schema: {type: string, enum: [a]}}",
    "{name: q, in: query, schema: {type: string, maxLength: 3}}",
    "{name: q, in: query, schema: {$ref: '#/components/schemas/Name'}}",
    "{name: q, in: query, required: true, schema: {type: string}}",
    "{name: q, in: query, content: {application/json: {}}}",
    "{name: q, in: header, schema: {type: boolean}}",
    "{name: q, in: cookie, schema: {type: array, items: {type: string}}}",
    "{name: id, in: path, required: true, schema: {type: string, pattern: a}}",
    "{name: company_id, in: path, required: true, schema: {type: string, enum: ['559']}}",
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named(fault: str) -> None:
    assert_marked(*FAULTS[fault])


@pytest.mark.parametrize("parameter", CONSTRAINED)
def test_input_that_may_be_invalid_requires_400(parameter: str) -> None:
    text = seed(*after("      operationId: getOldestPet", f"      parameters: [{parameter}]\n"))
    assert any(message.endswith("may be invalid; document 400") for message in messages(text))


@pytest.mark.parametrize("parameter", FREE)
def test_input_that_is_always_valid_requires_no_error(parameter: str) -> None:
    text = seed(*after("      operationId: getOldestPet", f"      parameters: [{parameter}]\n"))
    assert "error-documented" not in [check for _, check in found(text)]


@pytest.mark.parametrize("status", ["'400'", "4XX", "default"])
def test_a_status_a_range_and_the_default_document_400(status: str) -> None:
    assert found(seed("        default: {$ref", f"        {status}: {{$ref")) == []
