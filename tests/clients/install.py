"""The tools of package.json and requirements.txt, installed under .cache/clients when these files change."""

import shutil
import sys

from tests.clients.commands import CACHE, HERE, NODE, PYTHON, run

_NODE_FILES = ("package.json", "package-lock.json")
_PYTHON_FILE = "requirements.txt"
"""Copied when all of it is installed."""
_NPM_ENDED = NODE / ".package-lock.json"
"""npm removes it at the start and writes it at the end."""


def install() -> None:
    """Install what is missing or of another version.

    Raises:
        Failed: npm or pip cannot install it.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    if _changed(*_NODE_FILES) or not _NPM_ENDED.is_file():
        print("Installing the tools from npm (once) ...", flush=True)
        for name in _NODE_FILES:
            shutil.copy(HERE / name, CACHE)
        run(("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"), CACHE)
    if _changed(_PYTHON_FILE):
        print("Installing the tools from PyPI (once) ...", flush=True)
        (CACHE / _PYTHON_FILE).unlink(missing_ok=True)
        run((sys.executable, "-m", "venv", "--clear", "--without-pip", PYTHON.parent), CACHE)
        pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python", PYTHON / "python")
        run((*pip, "install", "--no-compile", "--no-deps", "-r", HERE / _PYTHON_FILE), CACHE)
        shutil.copy(HERE / _PYTHON_FILE, CACHE)


def _changed(*names: str) -> bool:
    return any(
        not (CACHE / name).is_file() or (CACHE / name).read_bytes() != (HERE / name).read_bytes() for name in names
    )
