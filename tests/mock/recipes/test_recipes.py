"""Runs the recipes of mock/README.md's section "Use it in your tests".

JavaScript runs with node, without npm: files in this folder replace Playwright and Vitest.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from tests.mock.helpers import ROOT
from tests.mock.test_pytest_plugin import run

from audience_mock.testing import MockServer

RECIPES = Path(__file__).parent
DOCUMENT = (ROOT / "mock" / "README.md").read_text(encoding="utf-8")
SECTION = DOCUMENT.partition("\n## Use it in your tests\n")[2].partition("\n## ")[0]
PYTHON, JAVASCRIPT = (re.findall(rf"```{language}\n(.*?)```", SECTION, re.DOTALL) for language in ("python", "js"))
NODE = shutil.which("node")

needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")


def recipe(name: str) -> str:
    """The block that begins with a comment naming this file."""
    (block,) = [str(block) for block in JAVASCRIPT if re.match(rf"// (\S*/)?{re.escape(name)}\b", block)]
    return block


def node(folder: Path, *arguments: str | Path, **env: str) -> str:
    """The output of node in a folder; `audience-mock` is the command of this environment."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    assert NODE is not None
    done = subprocess.run(
        [NODE, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PATH": path, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def with_package(folder: Path, name: str, file: str) -> None:
    """Put a replacement of an npm package into a folder, and the drivers beside it, which import the package too."""
    package = folder / "node_modules" / name
    package.mkdir(parents=True)
    shutil.copy(RECIPES / file, package / "index.mjs")
    (package / "package.json").write_text(json.dumps({"name": name, "exports": "./index.mjs"}))
    for driver in RECIPES.glob("*.mjs"):
        shutil.copy(driver, folder)


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_every_block_of_the_section_is_run_here() -> None:
    assert len(PYTHON) == 2
    assert len(JAVASCRIPT) == 5


LEFT = """
import httpx

def disturb(mock, headers):
    for method, path, body in (
        ("POST", "faults", {"status": 503, "body": {}, "path": "*"}),
        ("POST", "clock", {"freeze": "2031-01-01T00:00:00Z"}),
        ("PUT", "jobs/progression", {}),
    ):
        httpx.request(method, f"{mock}/__mock__/{path}", json=body, headers=headers).raise_for_status()
    assert httpx.get(f"{mock.api_url}/user_group", headers=headers).status_code == 503
    assert left(mock, headers) == ["faults", "clock", "progression", "journal"]

def left(mock, headers):
    faults, clock, jobs, journal = (
        httpx.get(f"{mock}/__mock__/{path}", headers=headers).json() for path in ("faults", "clock", "jobs", "journal")
    )
    found = {
        "faults": faults["items"],
        "clock": clock["frozen"],
        "progression": jobs["progression"]["seconds"] is None,
        "journal": journal["total"],
    }
    return [name for name in found if found[name]]
"""
"""What a test may leave behind in a session."""


def test_the_pytest_recipe_runs_after_a_test_that_leaves_everything_behind(tmp_path: Path) -> None:
    before = "def test_before(audience_mock):\n    from left import disturb\n    disturb(audience_mock, {})\n\n\n"
    head, _, test = PYTHON[0].partition("def test_")
    after = "\n\ndef test_after(audience_mock):\n    from left import left\n    assert left(audience_mock, {}) == []\n"
    assert "3 passed" in run(tmp_path, test_recipe=f"{head}{before}def test_{test}{after}", left=LEFT)


def test_the_python_recipe_runs_and_its_resets_take_back_everything(tmp_path: Path) -> None:
    (tmp_path / "left.py").write_text(LEFT)
    lines = ["from left import disturb, left"]
    for line in PYTHON[1].splitlines():
        if "mock.reset(" in line:
            session = "mine" if "mine" in line else "{}"
            lines += [f"    disturb(mock, {session})", line, f"    assert left(mock, {session}) == []"]
        else:
            lines.append(line)
    (tmp_path / "recipe.py").write_text("\n".join([*lines, "    print('done')"]))
    done = subprocess.run(
        [sys.executable, "recipe.py"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
    assert sum("disturb(" in line for line in lines) == 2


@needs_node
def test_the_playwright_recipe_runs(tmp_path: Path) -> None:
    with_package(tmp_path, "@playwright/test", "playwright_test.mjs")
    port = str(a_free_port())
    for name in ("playwright.config.mjs", "mock.mjs"):
        assert "4010" in recipe(name)
        (tmp_path / name).write_text(recipe(name).replace("4010", port), encoding="utf-8")
    assert node(tmp_path, "playwright.mjs") == "played\n"


@needs_node
def test_the_vitest_recipe_runs(tmp_path: Path) -> None:
    (tmp_path / "mock.setup.mjs").write_text(recipe("mock.setup.mjs"), encoding="utf-8")
    assert node(tmp_path, RECIPES / "vitest.mjs") == "provided\n"


@needs_node
def test_the_vitest_recipe_says_when_the_mock_does_not_start(tmp_path: Path) -> None:
    broken = recipe("mock.setup.mjs").replace("'--port', '0'", "'--port', 'none'")
    (tmp_path / "mock.setup.mjs").write_text(broken, encoding="utf-8")
    with pytest.raises(AssertionError, match="audience-mock did not start"):
        node(tmp_path, RECIPES / "vitest.mjs")


@needs_node
def test_the_vitest_recipe_resets_the_session_of_the_worker(tmp_path: Path) -> None:
    with_package(tmp_path, "vitest", "vitest_package.mjs")
    (tmp_path / "mock.reset.mjs").write_text(recipe("mock.reset.mjs"), encoding="utf-8")
    with MockServer() as mock:
        assert node(tmp_path, "vitest_reset.mjs", AUDIENCE_MOCK=mock.url, VITEST_POOL_ID="3") == "reset\n"


@needs_node
def test_the_recipe_with_fetch_runs_in_a_session_that_a_test_has_left(tmp_path: Path) -> None:
    (tmp_path / "groups.test.mjs").write_text(recipe("groups.test.mjs"), encoding="utf-8")
    with MockServer() as mock:
        headers = mock.sessions("groups.test")
        rule = {"operation": "createUserGroup", "status": 503}
        httpx.post(f"{mock.url}/__mock__/faults", json=rule, headers=headers).raise_for_status()
        httpx.post(f"{mock.url}/__mock__/clock", json={"freeze": True}, headers=headers).raise_for_status()
        assert httpx.post(f"{mock.api_url}/user_group", json={}, headers=headers).status_code == 503
        output = node(tmp_path, "--test", "groups.test.mjs", AUDIENCE_MOCK=mock.url)
        journal = httpx.get(f"{mock.url}/__mock__/journal", headers=headers).json()
        assert [entry["operation"] for entry in journal["items"]] == ["getUserGroupById", "createUserGroup"]
    assert re.search(r"^# pass 1$", output, re.MULTILINE), output
