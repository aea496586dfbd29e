"""The open rendering and the one with bearer auth, wherever the enums of company and application stand."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import validate
from tests.mock.helpers import Json, differences

from audience_mock.contract.document import TenantName, add_tenants, error_schema, load_contract, resolve, tenant_enums
from audience_mock.contract.renderings import open_tenants, with_bearer_auth
from audience_mock.contract.schema import Schema
from audience_mock.errors import unauthorised

TENANT = ("company_id", "application_id")
NAMED = {"company_id": "ServedCompany", "application_id": "ServedApplication"}


def with_named_schemas() -> Json:
    """The contract with the enums in `components/schemas`, the parameters referring to them."""
    contract = load_contract()
    for name, schema in tenant_enums(contract):
        contract["components"]["schemas"][NAMED[name]] = copy.deepcopy(schema)
    for parameter in contract["components"]["parameters"].values():
        if "enum" in parameter["schema"]:
            parameter["schema"] = {"$ref": f"#/components/schemas/{NAMED[parameter['name']]}"}
    return contract


def with_schemas_in_the_parameters() -> Json:
    """The contract with the enums in the parameters themselves."""
    contract = load_contract()
    for parameter in contract["components"]["parameters"].values():
        if parameter["name"] in TENANT:
            parameter["schema"] = resolve(contract, parameter["schema"])
    for name in NAMED.values():
        contract["components"]["schemas"].pop(name, None)
    return contract


@pytest.fixture(params=[with_named_schemas, with_schemas_in_the_parameters], ids=["named", "in the parameters"])
def contract(request: pytest.FixtureRequest) -> Json:
    made: Json = request.param()
    return made


def path_parameters(contract: Json) -> Iterator[tuple[str, Json]]:
    """The schema of each company and application of each path, references resolved."""
    for path, item in contract["paths"].items():
        for parameter in resolve(contract, item["parameters"]):
            if parameter["name"] in TENANT:
                yield f"{path} {parameter['name']}", parameter["schema"]


def test_added_tenants_are_in_the_enums_once_and_in_order(contract: Json) -> None:
    add_tenants(contract, [TenantName("7", "shop"), TenantName("559", "shop"), TenantName("7", "other")])
    enums = {tuple(schema["enum"]) for _, schema in path_parameters(contract) if "enum" in schema}
    assert enums == {("559", "7"), ("64b000000000000000000001", "shop", "other")}


def test_the_open_rendering_takes_any_company_and_application(contract: Json) -> None:
    opened = open_tenants(contract)
    schemas = dict(path_parameters(opened))
    assert len(schemas) == 2 * len(contract["paths"])
    assert {schema["type"] for schema in schemas.values()} == {"string"}
    assert [place for place, schema in schemas.items() if "enum" in schema] == []
    assert {name for name, schema in path_parameters(contract) if "enum" in schema} != set()


def test_the_open_rendering_differs_in_the_enums_and_their_source_only(contract: Json) -> None:
    opened = open_tenants(contract)
    places = differences(contract, opened)
    assert len(places) >= 2
    for place in places:
        changed = place[next(n for n, key in enumerate(place, 1) if key in {"schema", *NAMED.values()}) :]
        assert changed in {("enum",), ("x-source",), ("x-source", "enum")}, place
    assert not any("559" in str(enum) for enum in values_of(opened, "enum"))
    assert list(opened) == list(contract)


def test_a_source_of_another_keyword_stays(contract: Json) -> None:
    for _, schema in tenant_enums(contract):
        schema["maxLength"] = 99
        schema["x-source"] = {"enum": "decision", "maxLength": "decision"}
    opened = open_tenants(contract)
    limited = [schema for _, schema in path_parameters(opened) if "maxLength" in schema]
    assert limited
    assert all(schema["x-source"] == {"maxLength": "decision"} for schema in limited)


def test_every_rendering_is_valid_openapi_and_leaves_the_contract_as_it_is(contract: Json) -> None:
    before = copy.deepcopy(contract)
    for made in (open_tenants(contract), with_bearer_auth(contract), open_tenants(with_bearer_auth(contract))):
        validate(made)
        assert made != before
    assert contract == before


def test_with_bearer_auth_every_operation_documents_the_401_that_is_sent(contract: Json) -> None:
    secured = with_bearer_auth(contract)
    assert secured["security"] == [{"bearerAuth": []}]
    scheme = secured["components"]["securitySchemes"]["bearerAuth"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    operations = [o for item in secured["paths"].values() for o in item.values() if "operationId" in o]
    assert len(operations) == 20
    for operation in operations:
        media = resolve(secured, operation["responses"]["401"])["content"]["application/json"]
        assert Schema(media["schema"]).violations(unauthorised(sent=True).body(), "body") == []
        assert [example["value"] for example in media["examples"].values()] == [unauthorised(sent=False).body()]
        assert list(operation["responses"]) == sorted(operation["responses"])
        assert "security" not in operation


def test_with_bearer_auth_nothing_but_security_and_the_401_differs(contract: Json) -> None:
    places = differences(contract, with_bearer_auth(contract))
    kinds = {place[0] if place[0] != "components" else place[:3] for place in places if place[-1] != "401"}
    assert kinds == {"security", ("components", "securitySchemes"), ("components", "responses", "Unauthorised")}


def test_the_error_schema_is_found_under_any_name(contract: Json) -> None:
    name = error_schema(contract)["$ref"].rpartition("/")[2]
    renamed = renaming(contract, f"#/components/schemas/{name}", "#/components/schemas/AnyName")
    renamed["components"]["schemas"]["AnyName"] = renamed["components"]["schemas"].pop(name)
    assert resolve(renamed, error_schema(renamed)) == resolve(contract, error_schema(contract))


def test_a_contract_without_a_404_has_no_error_schema() -> None:
    with pytest.raises(ValueError, match=r"documents a 404.*document one"):
        error_schema({"paths": {"/a": {"get": {"operationId": "a", "responses": {"200": {}}}}}})


def renaming(node: Any, old: str, new: str) -> Any:
    if isinstance(node, dict):
        return {key: renaming(value, old, new) for key, value in node.items()}
    if isinstance(node, list):
        return [renaming(item, old, new) for item in node]
    return new if node == old else node


def values_of(node: Any, key: str) -> Iterator[Any]:
    if isinstance(node, dict):
        yield from (value for name, value in node.items() if name == key)
        for value in node.values():
            yield from values_of(value, key)
    elif isinstance(node, list):
        for item in node:
            yield from values_of(item, key)
