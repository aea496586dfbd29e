"""The files of the console."""

import re

import pytest
from tests.mock.conftest import Api

from audience_mock.control.console import FOLDER, TYPES, files


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        ("/", 200, None),
        ("?session=mine", 307, "/__mock__/?session=mine"),
        ("/?token=secret&session=mine", 303, "/__mock__/?session=mine"),
    ],
)
def test_the_console_is_at_the_root_and_its_address_loses_the_token(
    shared_api: Api, path: str, status: int, location: str | None
) -> None:
    answer = shared_api.request("GET", f"//__mock__{path}")
    assert (answer.status_code, answer.headers.get("location")) == (status, location)
    if status == 200:
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_every_file_of_the_folder_is_served() -> None:
    assert sorted(files()) == sorted(path.name for path in FOLDER.iterdir())


@pytest.mark.parametrize("name", sorted(files()))
def test_a_file_is_served_with_its_type_and_may_load_from_this_server_only(shared_api: Api, name: str) -> None:
    answer = shared_api.get(f"//__mock__/console/{name}")
    assert answer.content == (FOLDER / name).read_bytes()
    assert answer.headers["content-type"].startswith(TYPES[f".{name.rpartition('.')[2]}"])
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"].split("; ")
    assert policy[0] == "default-src 'self'"
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["nothing.js", "..%2fapp.py", "%2e%2e%2fapp.py", "../app.py"])
def test_nothing_else_is_served(shared_api: Api, name: str) -> None:
    assert shared_api.get(f"//__mock__/console/{name}").status_code == 404


def test_the_console_cannot_be_written(shared_api: Api) -> None:
    answer = shared_api.put("//__mock__/console/main.js", {})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("name", sorted(files()))
def test_a_file_names_no_other_server_and_parses_no_text_as_markup(name: str) -> None:
    content = files()[name].decode()
    assert set(re.findall(r"https?://[^\s\"'`<)]+", content)) <= {"http://www.w3.org/2000/svg"}
    if name.endswith(".js"):
        markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\("
        assert re.findall(markup, content) == []
    if name.endswith(".html"):
        assert re.findall(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|javascript:", content) == []


def test_the_guard_protects_the_console_too(shared_api: Api) -> None:
    for path in ("//__mock__/", "//__mock__/console/main.js"):
        assert shared_api.request("GET", path, headers={"Host": "attacker.example"}).status_code == 403
