import pytest
from tests.conformance.lint.linting import after, assert_marked, before, found, seed

NAME = '  name: {$ref: "#/components/schemas/Name"}\n'

FAULTS = {
    "a reference to nothing": (
        '        200: {$ref: "#/components/responses/Pet"}\n        404: ',
        '        200: {$ref: "#/components/responses/Bird"}  # <- ref-resolves\n        404: ',
    ),
    "a reference without its slash": (
        'X-Total: {$ref: "#/components/headers/Total"}',
        """X-Total: {$ref: "#/components/headers/Total"}
            X-Other: {$ref: "#components/headers/Total"}  # <- ref-resolves""",
    ),
    "a reference to another file": (
        'rex: {$ref: "#/components/examples/Rex"}\n      links',
        'rex: {$ref: "rex.yaml"}  # <- ref-resolves\n      links',
    ),
    "a reference to the web": (
        'rex: {$ref: "#/components/examples/Rex"}\n      links',
        'rex: {$ref: "https://example.org/#/Rex"}  # <- ref-resolves\n      links',
    ),
    "a reference to an object of another kind": (
        'X-Total: {$ref: "#/components/headers/Total"}',
        """X-Total: {$ref: "#/components/headers/Total"}
            X-Other: {$ref: "#/components/schemas/Name"}  # <- ref-resolves""",
    ),
    "a reference to a text": after(
        '  name: {$ref: "#/components/schemas/Name"}', '              last: {$ref: "#/info/title"}  # <- ref-resolves\n'
    ),
    "a reference that leads to itself": after(
        "    Name:",
        """      allOf: [{$ref: "#/components/schemas/Knot"}]  # <- ref-resolves
    Knot: {$ref: "#/components/schemas/Knot"}  # <- ref-resolves
    Unused:  # <- unused-component
""",
    ),
    "a mapping to nothing": (
        '        mapping: {Dog: Dog, Cat: "#/components/schemas/Cat"}',
        """        mapping:
          Dog: Dogge  # <- ref-resolves
          Cat: "#/components/schemas/Kat"  # <- ref-resolves""",
    ),
    "an unused schema": before("    Name:", "    Bird: {type: object}  # <- unused-component\n"),
    "two schemas that use only each other": before(
        "    Name:",
        """    Egg:  # <- unused-component
      properties: {hen: {$ref: "#/components/schemas/Hen"}}
    Hen:  # <- unused-component
      properties: {egg: {$ref: "#/components/schemas/Egg"}}
""",
    ),
    "a subtype of a schema without a discriminator": before(
        "    Name:",
        """    Title:  # <- unused-component
      allOf: [{$ref: "#/components/schemas/Name"}]
""",
    ),
    "a schema whose property is a subtype": before(
        "    Name:",
        """    Kennel:  # <- unused-component
      properties:
        dog:
          allOf: [{$ref: "#/components/schemas/Pet"}]
""",
    ),
    "unused components of every section": (
        "  securitySchemes:\n",
        """  callbacks:
    created: {}  # <- unused-component
  securitySchemes:
    other: {type: http, scheme: basic}  # <- unused-component
""",
    ),
    "an unused parameter": (
        "  parameters:\n    PageSize:\n",
        "  parameters:\n    Q: {name: q, in: query, schema: {}}  # <- unused-component\n    PageSize:\n",
    ),
    "an unused header": before("    Total:", "    Least: {schema: {type: integer}}  # <- unused-component\n"),
    "an unused example": before("    Rex:", "    Tom: {value: Tom}  # <- unused-component\n"),
    "an unused body": after("  requestBodies:", "    None: {content: {}}  # <- unused-component\n"),
    "an unused response": before("    Error:", "    Gone: {description: Gone}  # <- unused-component\n"),
    "an unused link": before("    Again:", "    Once: {operationId: getPet}  # <- unused-component\n"),
}

SOUND = {
    "a reference with escapes": (
        NAME,
        """  name: {$ref: "#/components/responses/Error/content/application~1json/schema/properties/%7e0~1"}
              ~/: {$ref: "#/components/schemas/Name"}
""",
    ),
    "a reference into a list": (
        NAME,
        """  name: {anyOf: [{$ref: "#/components/schemas/Name"}]}
              last:
                $ref: "#/components/responses/Error/content/application~1json/schema/properties/name/anyOf/0"
""",
    ),
    "a scheme that one operation asks for": after("      operationId: getPhoto", "      security: [{key: []}]\n"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named(fault: str) -> None:
    assert_marked(*FAULTS[fault])


@pytest.mark.parametrize("change", SOUND)
def test_no_finding_for(change: str) -> None:
    assert found(seed(*SOUND[change])) == []
