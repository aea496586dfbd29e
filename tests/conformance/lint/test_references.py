from collections.abc import Callable

import pytest

Found = Callable[[str], list[tuple[int, str]]]
Seed = Callable[[str, str], str]

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
    "a reference to what is no object": (
        NAME,
        """  name: {$ref: "#/components/schemas/Name"}
              last: {$ref: "#/info/title"}  # <- ref-resolves
""",
    ),
    "a reference that leads to itself": (
        "    Name:\n",
        """    Name:
      allOf: [{$ref: "#/components/schemas/Knot"}]  # <- ref-resolves
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
    "a schema in no use": (
        "    Name:\n",
        "    Bird: {type: object}  # <- unused-component\n    Name:\n",
    ),
    "two schemas in use of each other only": (
        "    Name:\n",
        """    Egg:  # <- unused-component
      properties: {hen: {$ref: "#/components/schemas/Hen"}}
    Hen:  # <- unused-component
      properties: {egg: {$ref: "#/components/schemas/Egg"}}
    Name:
""",
    ),
    "an heir of a schema without a discriminator": (
        "    Name:\n",
        """    Title:  # <- unused-component
      allOf: [{$ref: "#/components/schemas/Name"}]
    Name:
""",
    ),
    "a schema whose property is an heir": (
        "    Name:\n",
        """    Kennel:  # <- unused-component
      properties:
        dog:
          allOf: [{$ref: "#/components/schemas/Pet"}]
    Name:
""",
    ),
    "unused components of every section": (
        "  securitySchemes:\n",
        """  callbacks:
    told: {}  # <- unused-component
  securitySchemes:
    other: {type: http, scheme: basic}  # <- unused-component
""",
    ),
    "an unused parameter": (
        "  parameters:\n    PageSize:\n",
        "  parameters:\n    Q: {name: q, in: query, schema: {}}  # <- unused-component\n    PageSize:\n",
    ),
    "an unused header": (
        "    Total:\n",
        "    Least: {schema: {type: integer}}  # <- unused-component\n    Total:\n",
    ),
    "an unused example": (
        "    Rex:\n",
        "    Tom: {value: Tom}  # <- unused-component\n    Rex:\n",
    ),
    "an unused body": (
        "  requestBodies:\n",
        "  requestBodies:\n    None: {content: {}}  # <- unused-component\n",
    ),
    "an unused response": (
        "    Error:\n",
        "    Gone: {description: Gone}  # <- unused-component\n    Error:\n",
    ),
    "an unused link": (
        "    Again:\n",
        "    Once: {operationId: getPet}  # <- unused-component\n    Again:\n",
    ),
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
    "a scheme that one operation asks for": (
        "      operationId: getPhoto\n",
        "      operationId: getPhoto\n      security: [{key: []}]\n",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named(fault: str, seed: Seed, found: Found, marked: Found) -> None:
    text = seed(*FAULTS[fault])
    assert found(text) == marked(text) != []


@pytest.mark.parametrize("change", SOUND)
def test_no_finding_for(change: str, seed: Seed, found: Found) -> None:
    assert found(seed(*SOUND[change])) == []
