"""The tools of package.json and requirements.txt, installed under .cache/clients when these files change."""

import shutil
import sys

from tests.clients.commands import CACHE, HERE, PYTHON, run

_NODE_FILES = ("package.json", "package-lock.json")
_PYTHON_FILE = "requirements.txt"


def install() -> None:
    """Install what is missing or of another version.

    Raises:
        Failed: npm or pip cannot install it.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    if _changed(*_NODE_FILES):
        print("Installing the tools from npm (once) ...", flush=True)
        _forget(*_NODE_FILES)
        shutil.copy(HERE / "package.json", CACHE)
        shutil.copy(HERE / "package-lock.json", CACHE)
        try:
            run(("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"), CACHE)
        except BaseException:
            _forget(*_NODE_FILES)
            raise
    if _changed(_PYTHON_FILE):
        print("Installing the tools from PyPI (once) ...", flush=True)
        _forget(_PYTHON_FILE)
        run((sys.executable, "-m", "venv", "--clear", PYTHON.parent), CACHE)
        pip = (PYTHON / "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps")
        run((*pip, "-r", HERE / _PYTHON_FILE), CACHE)
        shutil.copy(HERE / _PYTHON_FILE, CACHE)


def _changed(*names: str) -> bool:
    return any(
        not (CACHE / name).is_file() or (CACHE / name).read_bytes() != (HERE / name).read_bytes() for name in names
    )


def _forget(*names: str) -> None:
    """An installation that was interrupted is done again."""
    for name in names:
        (CACHE / name).unlink(missing_ok=True)
