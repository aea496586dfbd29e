"""The documentation pages."""

import yaml
from tests.mock.conftest import Api, MakeApi

from audience_mock.contract.document import TenantName, load_contract


def test_the_contract_is_served_as_json_and_as_yaml(api: Api) -> None:
    assert api.get("//openapi.json").json() == load_contract()
    served = api.get("//openapi.yaml")
    assert served.headers["content-type"].startswith("application/yaml")
    assert yaml.safe_load(served.text) == load_contract()


def test_the_served_contract_names_every_tenant(make_api: MakeApi) -> None:
    parameters = make_api(tenants=(TenantName("7", "shop"),)).get("//openapi.json").json()["components"]["parameters"]
    assert parameters["ServedCompanyId"]["schema"]["enum"] == ["559", "7"]
    assert parameters["ServedApplicationId"]["schema"]["enum"] == ["64b000000000000000000001", "shop"]


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
