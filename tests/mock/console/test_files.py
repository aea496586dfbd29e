"""The console's files, as the mock serves them; what the page does with them is in test_console_page.py."""

import re

import pytest
from tests.mock.conftest import Api

from audience_mock.control.console import FOLDER, TYPES, files

TYPE_OF_PAGE = "text/html; charset=utf-8"


def test_the_console_is_at_the_root_of_the_control_api(api: Api) -> None:
    page = api.get("//__mock__/")
    assert (page.status_code, page.headers["content-type"]) == (200, TYPE_OF_PAGE)


def test_the_address_without_a_slash_leads_to_the_console(api: Api) -> None:
    answer = api.request("GET", "//__mock__?session=mine")
    assert (answer.status_code, answer.headers["location"]) == (307, "/__mock__/?session=mine")


def test_a_token_goes_from_the_address(api: Api) -> None:
    answer = api.request("GET", "//__mock__/?token=secret&session=mine")
    assert (answer.status_code, answer.headers["location"]) == (303, "/__mock__/?session=mine")


def test_every_file_of_the_folder_is_served() -> None:
    assert sorted(files()) == sorted(path.name for path in FOLDER.iterdir())


@pytest.mark.parametrize("name", sorted(files()))
def test_a_file_is_served_with_its_type_and_may_load_from_this_server_only(api: Api, name: str) -> None:
    answer = api.get(f"//__mock__/console/{name}")
    assert answer.content == (FOLDER / name).read_bytes()
    assert answer.headers["content-type"].startswith(TYPES[f".{name.rpartition('.')[2]}"])
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"].split("; ")
    assert policy[0] == "default-src 'self'"
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["nothing.js", "..%2fapp.py", "%2e%2e%2fapp.py", "../app.py"])
def test_nothing_else_is_served(api: Api, name: str) -> None:
    assert api.get(f"//__mock__/console/{name}").status_code == 404


def test_the_console_cannot_be_written(api: Api) -> None:
    answer = api.put("//__mock__/console/main.js", {})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("name", sorted(files()))
def test_a_file_names_no_other_server(name: str) -> None:
    found = set(re.findall(r"https?://[^\s\"'`<)]+", files()[name].decode()))
    assert found <= {"http://www.w3.org/2000/svg"}


def test_the_page_holds_no_script_and_no_style_of_its_own() -> None:
    page = files()["index.html"].decode()
    assert re.findall(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|javascript:", page) == []


@pytest.mark.parametrize("name", sorted(name for name in files() if name.endswith(".js")))
def test_no_text_is_ever_read_as_markup(name: str) -> None:
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", files()[name].decode()) == []


def test_the_guard_stands_before_the_console_too(api: Api) -> None:
    for path in ("//__mock__/", "//__mock__/console/main.js"):
        assert api.request("GET", path, headers={"Host": "attacker.example"}).status_code == 403
