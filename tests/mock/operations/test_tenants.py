"""Two applications on one server: isolation, and tenants that are not served (TEN-01, TEN-02)."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.helpers import (
    DEFINITIONS,
    GROUPS,
    OPERATIONS,
    Operation,
    a_definition,
    a_group,
    created,
    csv_of,
    examples,
    filled,
    one_mock,
    refused,
)
from tests.yaml_files import read_yaml

from audience_mock.contract.document import TenantName, resolve

OURS = ("559", "64b000000000000000000001")
SHOP = ("7", "shop")
NOT_SERVED = [("560", "64b000000000000000000001"), ("559", "other"), ("8", "x"), ("", ""), ("Shop", "7")]
ENUMERATED = {
    *("getUserAttributeDefinitions", "createUserAttributeDefinition", "bulkUpdateUserAttributes"),
    *("deleteUserAttribute", "getUserGroupTags", "getUserGroupCategories", "getCategorisedUserGroups"),
    *("getUserGroups", "createUserGroup"),
}
"""Operations 1, 2, 6 and 10 to 15 (contract.md, section 2)."""
FAVOURITE_COLOUR = f"{DEFINITIONS}/64f666666666666666666666"
FREQUENT_BUYERS = f"{GROUPS}/64f111111111111111111111"
GRACE = "/user_attribute/user/64f222222222222222222222"
LISTS = (DEFINITIONS, GRACE, f"{GROUPS}/tags", f"{GROUPS}/categories", f"{GROUPS}/categorised", GROUPS)


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    return make_api(tenants=(TenantName(*SHOP),))


@pytest.fixture(scope="module")
def shared() -> Iterator[Api]:
    with one_mock(tenants=(TenantName(*SHOP),)) as api:
        yield api


def send(api: Api, tenant: tuple[str, str], method: str, path: str, **options: Any) -> httpx.Response:
    company_id, application_id = tenant
    base = f"//service/platform/user/v1.0/company/{company_id}/application/{application_id}"
    return api.request(method, f"{base}{path}", **options)


def everything(api: Api, tenant: tuple[str, str]) -> list[Any]:
    """The data of a tenant, by all reads."""
    paths = (*LISTS, FAVOURITE_COLOUR, FREQUENT_BUYERS, f"{FREQUENT_BUYERS}/users")
    return [send(api, tenant, "GET", path, params={"page_size": 100}).json() for path in paths]


def test_a_new_tenant_is_empty(api: Api) -> None:
    """TEN-01."""
    for path in (DEFINITIONS, GRACE, f"{GROUPS}/tags", GROUPS):
        assert send(api, SHOP, "GET", path).json()["items"] == []
    assert not any(send(api, SHOP, "GET", f"{GROUPS}/categorised").json()["user_groups"].values())
    categories = send(api, SHOP, "GET", f"{GROUPS}/categories").json()["items"]
    assert {item["total_groups"] for item in categories} == {0}


def test_nothing_is_found_by_id_across_tenants(api: Api) -> None:
    """TEN-01: each id that one knows is 404 in the other, whatever is done to it."""
    by_id: list[tuple[str, str, Any]] = [
        *((method, FAVOURITE_COLOUR, {"name": "New"}) for method in ("GET", "PUT", "DELETE")),
        *((m, f"{FAVOURITE_COLOUR}{GRACE[15:]}", {"attribute": {"value": "x"}}) for m in ("GET", "PUT", "DELETE")),
        *((method, FREQUENT_BUYERS, {"name": "New"}) for method in ("GET", "PATCH", "DELETE")),
        ("GET", f"{FREQUENT_BUYERS}/users", None),
        ("POST", f"{FREQUENT_BUYERS}/refresh", None),
    ]
    before = everything(api, OURS)
    for tenant in (SHOP, (OURS[0], SHOP[1]), (SHOP[0], OURS[1])):
        for method, path, body in by_id:
            refused(send(api, tenant, method, path, json=body), 404)
    api.settle()
    assert everything(api, OURS) == before


def test_no_write_in_one_tenant_shows_in_the_other(api: Api) -> None:
    """TEN-02, both ways; a slug and a uid that one has are free in the other."""
    for here, there in ((SHOP, OURS), (OURS, SHOP)):
        before = everything(api, there)
        definition = created(
            send(api, here, "POST", DEFINITIONS, json=a_definition("gift_wrap" if here == SHOP else "b"))
        )
        group = created(send(api, here, "POST", GROUPS, json=a_group(["u1"])))
        value = f"{DEFINITIONS}/{definition['_id']}{GRACE[15:]}"
        created(send(api, here, "PUT", value, json={"attribute": {"value": "here"}}))
        bulk = {
            "file_url": csv_of(["64f222222222222222222222"]),
            "attributes": [{"key": definition["slug"], "value": "bulk"}],
        }
        assert send(api, here, "PATCH", "/user_attribute/bulk_update", json=bulk).status_code == 202
        api.settle()
        assert send(api, here, "GET", value).json()["attribute"]["value"] == "bulk"
        send(api, here, "PATCH", f"{GROUPS}/{group['_id']}", json={"name": "New", "file_url": csv_of(["u2"])})
        send(api, here, "POST", f"{GROUPS}/{group['_id']}/refresh")
        api.settle()
        assert everything(api, there) == before
        assert everything(api, here) != before
        assert send(api, here, "DELETE", value).status_code == 200
        assert send(api, here, "DELETE", f"{DEFINITIONS}/{definition['_id']}").status_code == 200
        assert send(api, here, "DELETE", f"{GROUPS}/{group['_id']}").status_code == 200
        assert everything(api, there) == before


def test_records_have_their_own_application(api: Api) -> None:
    """ATT-02, GRP-18: and each tenant counts its own uids."""
    group = created(send(api, SHOP, "POST", GROUPS, json=a_group()))
    assert (group["application_id"], group["uid"]) == ("shop", 1)
    definition = created(send(api, SHOP, "POST", DEFINITIONS, json=a_definition()))
    path = f"{DEFINITIONS}/{definition['_id']}/user/u1"
    assert created(send(api, SHOP, "PUT", path, json={"attribute": {"value": "x"}}))["application_id"] == "shop"


@pytest.mark.parametrize("operation", OPERATIONS, ids=[operation.id for operation in OPERATIONS])
def test_a_tenant_that_is_not_served_is_400_where_it_is_enumerated_and_empty_elsewhere(
    shared: Api, operation: Operation
) -> None:
    """FMT-05, FMT-06, TEN-01."""
    body = next(iter(operation.bodies.values()))["value"] if operation.bodies else None
    path = filled(operation.path, **examples(operation, "path"))
    for tenant in NOT_SERVED:
        answer = send(shared, tenant, operation.method, path, **({"json": body} if operation.bodies else {}))
        if "" in tenant:
            refused(answer, 404)  # no such path
        elif operation.id in ENUMERATED:
            wrong = {"path.company_id": tenant[0] not in {"559", "7"}}
            wrong["path.application_id"] = tenant[1] not in {OURS[1], "shop"}
            assert refused(answer) == [field for field, is_wrong in wrong.items() if is_wrong]
        elif operation.id == "getUserAttributesForUser":
            assert (answer.status_code, answer.json()["items"]) == (200, [])
        else:
            refused(answer, 404)


def test_the_contract_enumerates_what_the_documents_do() -> None:
    """contract.md, section 2: the closed sets; openapi.yaml has only the documented members."""
    found: dict[str, list[list[str] | None]] = {}
    for operation in OPERATIONS:
        own = {p["name"]: p["schema"].get("enum") for p in operation.parameters}
        found[operation.id] = [own["company_id"], own["application_id"]]
    documented = [[OURS[0]], [OURS[1]]]
    assert found == {o.id: documented if o.id in ENUMERATED else [None, None] for o in OPERATIONS}


@pytest.mark.parametrize(("path", "read"), [("//openapi.json", json.loads), ("//openapi.yaml", read_yaml)])
@pytest.mark.parametrize("added", [[], [SHOP]], ids=["documented", "and another"])
def test_the_served_contract_lists_the_tenants_that_are_served(
    make_api: MakeApi, path: str, read: Any, added: list[tuple[str, str]]
) -> None:
    answer = make_api(tenants=tuple(TenantName(*tenant) for tenant in added)).get(path)
    assert answer.status_code == 200
    served = read(answer.text)
    parameters = resolve(served, served["components"]["parameters"])
    for name, values in zip(("ServedCompanyId", "ServedApplicationId"), zip(OURS, *added, strict=True), strict=True):
        assert parameters[name]["schema"]["enum"] == list(values)
    assert "enum" not in parameters["CompanyId"]["schema"]
