"""The documentation pages."""

import json
from typing import Any

import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.helpers import refused
from tests.yaml_files import read_yaml

from audience_mock.contract.document import TenantName, load_contract
from audience_mock.contract.renderings import open_tenants
from audience_mock.middleware import docs


def test_the_contract_is_served_as_json_and_as_yaml(api: Api) -> None:
    assert api.get("//openapi.json").json() == load_contract()
    served = api.get("//openapi.yaml")
    assert served.headers["content-type"].startswith("application/yaml")
    assert read_yaml(served.text) == load_contract()


def test_each_rendering_is_written_once(shared_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = [f"//openapi.{form}{query}" for form in ("json", "yaml") for query in ("", "?tenants=open")]
    first = [shared_api.request("GET", address).content for address in addresses]
    monkeypatch.delattr(docs, "orjson")
    monkeypatch.delattr(docs, "yaml")
    assert [shared_api.request("GET", address).content for address in addresses] == first
    assert len(set(first)) == len(addresses)


READERS = [("//openapi.json", json.loads), ("//openapi.yaml", read_yaml)]


@pytest.mark.parametrize(("path", "read"), READERS)
def test_the_open_contract_is_served_on_request(make_api: MakeApi, path: str, read: Any) -> None:
    api = make_api(tenants=(TenantName("7", "shop"),))
    answer = api.get(path, tenants="open")
    assert answer.status_code == 200
    assert read(answer.text) == open_tenants(load_contract()) != read(api.get(path).text)


@pytest.mark.parametrize("path", ["//openapi.json", "//openapi.yaml"])
@pytest.mark.parametrize("query", ["tenants=all", "tenants=", "tenants=OPEN", "tenants=open&tenants=closed"])
def test_another_rendering_is_refused_and_the_message_says_what_to_send(api: Api, path: str, query: str) -> None:
    answer = api.request("GET", f"{path}?{query}")
    assert refused(answer) == ["query.tenants"]
    value = query.rpartition("=")[2]
    assert f'no rendering tenants="{value}"; send tenants=open' in answer.json()["message"]


def test_the_contract_declares_the_token_that_the_server_requires(make_api: MakeApi) -> None:
    api = make_api(bearer="secret")
    for query in ({}, {"tenants": "open"}):
        served = api.get("//openapi.json", **query).json()
        assert served["security"] == [{"bearerAuth": []}]
        assert served["components"]["securitySchemes"]["bearerAuth"]["scheme"] == "bearer"
    assert api.get("/user_group").status_code == 401


def test_without_a_required_token_the_contract_declares_none(api: Api) -> None:
    served = api.get("//openapi.json").json()
    assert served["security"] == []
    assert "securitySchemes" not in served["components"]


def test_swagger_ui_loads_only_files_of_this_server(api: Api) -> None:
    page = api.get("//ui/")
    assert page.status_code == 200
    for file in ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"):
        assert f'"/ui/{file}"' in page.text
        assert api.get(f"//ui/{file}").status_code == 200
    assert "http://" not in page.text
    assert "https://" not in page.text


def test_the_root_redirects_to_ui(api: Api) -> None:
    for path in ("//", "//ui"):
        answer = api.get(path)
        assert answer.status_code in {302, 307}
        assert answer.headers["location"] == "/ui/"


def test_an_unknown_page_is_404_in_the_error_shape(api: Api) -> None:
    for path in ("//ui/nothing.js", "//openapi.xml", "//nothing"):
        answer = api.get(path)
        assert answer.status_code == 404
        assert answer.json()["status_code"] == 404


def test_the_pages_have_no_other_method(api: Api) -> None:
    answer = api.post("//openapi.json", {})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.json()["status_code"] == 405


def test_a_refused_page_is_answered_here_and_not_by_the_server_behind_the_proxy(make_api: MakeApi) -> None:
    api = make_api(proxy="http://127.0.0.1:1")
    assert refused(api.get("//openapi.json", tenants="all")) == ["query.tenants"]
    assert api.get("/user_group").status_code == 502
