"""The pytest plugin behind `pytest --pyargs audience_conformance --url …`: it shows a run as tests.

pytest loads this file in every project that shares its environment: there it does nothing, and adds no options, which
another plugin or a conftest.py could need.
"""

from __future__ import annotations

import os
from argparse import SUPPRESS
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from audience_conformance.runner.session import Session

KEY = "audience_conformance"
"""The name of the package, and the key of results in pytest's reports."""
_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 (pathlib need not be loaded for others)


def _is_selected(args: list[str]) -> bool:
    """The command line of pytest names this package, or a file of it."""
    names = [arg.partition("::")[0] for arg in args]
    paths = [os.path.abspath(name) for name in names if not name.startswith("-")]  # noqa: PTH100
    inside = any(path == _FOLDER or path.startswith(_FOLDER + os.sep) for path in [*paths, os.getcwd()])  # noqa: PTH109
    return inside or any(name.partition(".")[0] == KEY for name in names)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser, args: list[str]) -> None:
    if not _is_selected(args):
        return
    import click  # noqa: PLC0415

    from audience_conformance.settings.options import OPTIONS  # noqa: PLC0415

    group = parser.getgroup("audience-conformance", "the conformance suite of the Audience API")
    context = click.Context(click.Command("run"))
    for option in OPTIONS:
        if not option.pytest_names:
            continue
        form: dict[str, Any] = {"action": "append" if option.multiple else "store_true" if option.is_flag else "store"}
        if not option.is_flag:
            form["metavar"] = option.make_metavar(context)
        text = (option.help or "").replace("%", "%%")
        group.addoption(*option.pytest_names, dest=_dest(option.name), default=None, help=text, **form)
        if option.old_name:
            group.addoption(option.old_name, dest=_dest(option.name), default=None, help=SUPPRESS)
    # Until here their values were taken for files and folders.
    early_config.known_args_namespace.file_or_dir = parser.parse_known_args(args).file_or_dir


def _dest(name: str | None) -> str:
    return f"{KEY}_{name}"


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config.option, _dest("url")):
        return
    from audience_conformance.runner.front import Front  # noqa: PLC0415

    if getattr(config.option, "numprocesses", None) or getattr(config.option, "tx", None):
        raise pytest.UsageError("-n is for other tests; here --connections N runs checks side by side")
    config.pluginmanager.register(Front(_session(config)), "audience-conformance-run")


def _session(config: pytest.Config) -> Session:
    """The run with the options given to pytest."""
    import click  # noqa: PLC0415

    from audience_conformance.runner.session import Session  # noqa: PLC0415
    from audience_conformance.settings.options import OPTIONS, note_old_names, note_unknown_variables  # noqa: PLC0415
    from audience_conformance.settings.parse import read_settings  # noqa: PLC0415

    note_old_names(config.invocation_params.args, OPTIONS)
    note_unknown_variables()
    try:
        settings = read_settings({option.name: getattr(config.option, _dest(option.name), None) for option in OPTIONS})
    except click.UsageError as error:
        raise pytest.UsageError(error.format_message()) from None
    if settings.dry_run:
        raise pytest.UsageError("dry-run is for `audience-conformance run`; pytest has --collect-only")
    return Session(settings)
