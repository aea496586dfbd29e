"""The pytest fixtures, in another project."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tests.mock.helpers import ROOT

PLUGIN = "audience_mock.pytest_plugin"
STORY = """
import asyncio, socket
import httpx, pytest
from urllib.parse import urlsplit

def groups(mock):
    return httpx.get(f"{mock.api_url}/user_group?page_size=100").json()["items"]

def test_a_leaves_nothing_behind(audience_mock):
    assert str(audience_mock) == audience_mock.url
    assert groups(audience_mock)
    for group in groups(audience_mock):
        httpx.delete(f"{audience_mock.api_url}/user_group/{group['_id']}")
    assert groups(audience_mock) == []
    control = f"{audience_mock}/__mock__"
    httpx.post(f"{control}/clock", json={"freeze": "2030-01-01T00:00:00Z"}).raise_for_status()
    httpx.put(f"{control}/snapshots/mine").raise_for_status()
    httpx.put(f"{control}/jobs/progression", json={}).raise_for_status()
    httpx.get(f"{control}/clock", headers=audience_mock.sessions("mine"))
    pytest.first = audience_mock.url

def test_b_begins_anew_on_the_same_server(audience_mock):
    assert audience_mock.url == pytest.first
    assert groups(audience_mock)
    control = f"{audience_mock}/__mock__"
    assert not httpx.get(f"{control}/clock").json()["frozen"]
    assert httpx.get(f"{control}/snapshots").json()["items"] == []
    assert httpx.get(f"{control}/jobs").json()["progression"]["seconds"] is not None
    assert [session["name"] for session in httpx.get(f"{control}/sessions").json()["items"]] == ["default"]

BASE = "/service/platform/user/v1.0/company/559/application/64b000000000000000000001"

def ask(app, method, path):
    async def send():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            return await client.request(method, BASE + path)
    return asyncio.run(send())

@pytest.mark.parametrize("time", [1, 2])
def test_c_the_application_is_fresh_for_each_test(audience_mock_app, time):
    group = ask(audience_mock_app, "GET", "/user_group").json()["items"][0]
    assert ask(audience_mock_app, "DELETE", f"/user_group/{group['_id']}").is_success
    assert ask(audience_mock_app, "GET", f"/user_group/{group['_id']}").status_code == 404
"""


def run(folder: Path, *arguments: str, **files: str) -> str:
    """The output of pytest for these files; all their tests pass."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider", "-W", "error", *arguments]
    # By name only: where the plugin is installed it would be loaded twice.
    env = {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_mock_is_reset_before_each_test_also_in_workers_of_xdist(tmp_path: Path) -> None:
    assert "4 passed" in run(tmp_path, "-p", "xdist.plugin", "-n", "2", "--dist", "loadfile", test_story=STORY)


def test_a_project_chooses_the_options(tmp_path: Path) -> None:
    conftest = """
import pytest

@pytest.fixture(scope="session")
def audience_mock_options():
    return {"seed": "empty", "job_delay": 0}
"""
    test = """
import httpx

def test_empty(audience_mock, audience_mock_app):
    assert httpx.get(f"{audience_mock.api_url}/user_group").json()["items"] == []
    assert httpx.get(f"{audience_mock}/__mock__/jobs").json()["progression"]["seconds"] == 0
"""
    assert "1 passed" in run(tmp_path, conftest=conftest, test_empty=test)


def test_an_unknown_option_is_an_error_of_the_test(tmp_path: Path) -> None:
    test = """
import pytest

@pytest.fixture(scope="session")
def audience_mock_options():
    return {"seeds": "empty"}

@pytest.mark.xfail(raises=TypeError, strict=True)
def test_it(audience_mock):
    pass
"""
    assert "1 xfailed" in run(tmp_path, test_it=test)


def test_a_project_without_the_fixtures_does_not_import_the_mock(tmp_path: Path) -> None:
    test = """
import sys

def test_nothing_is_loaded():
    ours = {name for name in sys.modules if name.startswith("audience_mock")}
    assert ours == {"audience_mock", "audience_mock.pytest_plugin"}
    assert not {"connexion", "uvicorn", "httpx", "starlette", "yaml"} & set(sys.modules)
"""
    assert "1 passed" in run(tmp_path, test_other=test)


def test_the_fixtures_have_docstrings(tmp_path: Path) -> None:
    listed = run(tmp_path, "--fixtures")
    for name in ("audience_mock ", "audience_mock_app ", "audience_mock_options "):
        assert f"\n{name}" in listed
    assert "no docstring" not in listed.partition("audience_mock")[2].partition("\n\n")[0]


def test_the_plugin_is_found_where_the_package_is_installed() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert declared["project"]["entry-points"]["pytest11"]["audience-mock"] == PLUGIN


@pytest.mark.parametrize("name", ["audience_mock", "audience_mock_app"])
def test_it_works_in_the_projects_own_run(request: pytest.FixtureRequest, name: str) -> None:
    if not request.config.pluginmanager.has_plugin("audience-mock"):
        pytest.skip("this environment is older than the plugin; run `make install`")
    assert request.getfixturevalue(name)
