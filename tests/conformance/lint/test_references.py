import pytest
from tests.conformance.lint.linting import after, assert_marked, before, found, messages, seed

NAME = '  name: {$ref: "#/components/schemas/Name"}\n'

FAULTS = {
    "a reference to nothing": (
        '        "200": {$ref: "#/components/responses/Pet"}\n        "404": ',
        '        "200": {$ref: "#/components/responses/Bird"}  # <- ref-resolves\n        "404": ',
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


def chain(schemas: dict[str, str]) -> str:
    """The clean document with these schemas, used by a response."""
    listed = "".join(f"    {name}: {schema}\n" for name, schema in schemas.items())
    return seed(*before("    Name:", listed)).replace(
        NAME, NAME + '              s: {$ref: "#/components/schemas/S0"}\n'
    )


FORMS = {
    "references alone": "{{$ref: {0}}}",
    "properties": "{{type: object, properties: {{a: {{$ref: {0}}}}}}}",
    "lists": "{{type: array, items: {{$ref: {0}}}}}",
    "allOf": "{{required: [a], allOf: [{{$ref: {0}}}]}}",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("ring", [True, False])
def test_a_long_chain_or_ring_of_references_is_a_finding(form: str, ring: bool) -> None:
    many = 1500
    schemas = {f"S{n}": FORMS[form].format(f'"#/components/schemas/S{(n + 1) % many}"') for n in range(many)}
    if not ring:
        schemas[f"S{many - 1}"] = "{type: object, properties: {a: {type: string}}}"
    said = messages(chain(schemas))
    if form != "references alone":
        assert any('/S99" is 101 references deep inside' in text for text in said)
    elif ring:
        assert any("leads only to other references" in text for text in said)
    else:
        assert any('S1399" leads through 101 references to its object; refer to "#/comp' in text for text in said)
    assert not any("RecursionError" in text for text in said)


@pytest.mark.parametrize("form", FORMS)
def test_a_chain_of_a_hundred_references_is_none(form: str) -> None:
    many = 99  # and one more, to the response
    schemas = {f"S{n}": FORMS[form].format(f'"#/components/schemas/S{n + 1}"') for n in range(many - 1)}
    schemas[f"S{many - 1}"] = "{type: object, properties: {a: {type: string}}}"
    assert found(chain(schemas)) == []
