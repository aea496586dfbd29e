"""Runs the recipes of the README's section "Use it in your tests".

JavaScript runs with node, without npm: files in this folder replace Playwright and Vitest.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.mock.helpers import ROOT
from tests.mock.test_pytest_plugin import run

from audience_mock.testing import MockServer

RECIPES = Path(__file__).parent
SECTION = (
    (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Use it in your tests\n")[2].partition("\n## ")[0]
)
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


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_every_block_of_the_section_is_run_here() -> None:
    assert len(PYTHON) == 2
    assert len(JAVASCRIPT) == 4


def test_the_pytest_recipe_runs(tmp_path: Path) -> None:
    assert "1 passed" in run(tmp_path, test_recipe=PYTHON[0])


def test_the_python_recipe_runs() -> None:
    done = subprocess.run([sys.executable, "-c", PYTHON[1]], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr


@needs_node
def test_the_playwright_recipe_runs(tmp_path: Path) -> None:
    package = tmp_path / "node_modules" / "@playwright" / "test"
    package.mkdir(parents=True)
    shutil.copy(RECIPES / "playwright_test.mjs", package / "index.mjs")
    (package / "package.json").write_text('{"name": "@playwright/test", "exports": "./index.mjs"}')
    port = str(a_free_port())
    for name in ("playwright.config.mjs", "mock.mjs"):
        assert "4010" in recipe(name)
        (tmp_path / name).write_text(recipe(name).replace("4010", port), encoding="utf-8")
    assert node(tmp_path, RECIPES / "playwright.mjs") == "played\n"


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
def test_the_recipe_with_fetch_runs(tmp_path: Path) -> None:
    (tmp_path / "groups.test.mjs").write_text(recipe("groups.test.mjs"), encoding="utf-8")
    with MockServer() as mock:
        output = node(tmp_path, "--test", "groups.test.mjs", AUDIENCE_MOCK=mock.url)
    assert re.search(r"^# pass 1$", output, re.MULTILINE), output
