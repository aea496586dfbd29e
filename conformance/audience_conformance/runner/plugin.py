"""The suite in pytest: `pytest --pyargs audience_conformance --url …`; the command `run` is a front to the same.

pytest loads this file in every project that shares its environment: there it does nothing, and adds no option that
another plugin or a conftest.py might want to have.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

KEY = "audience_conformance"
_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 (pathlib need not be loaded for others)


def _is_asked_for(args: list[str]) -> bool:
    """Does a command line of pytest name this package, or a file of it."""
    names = [arg.partition("::")[0] for arg in args]
    paths = [os.path.abspath(name) for name in names if not name.startswith("-")]  # noqa: PTH100
    inside = any(path == _FOLDER or path.startswith(_FOLDER + os.sep) for path in [*paths, os.getcwd()])  # noqa: PTH109
    return inside or any(name.partition(".")[0] == KEY for name in names)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser, args: list[str]) -> None:
    if not _is_asked_for(args):
        return
    from audience_conformance.settings.options import OPTIONS  # noqa: PLC0415

    group = parser.getgroup("audience-conformance", "the conformance suite of the Audience API")
    for option in OPTIONS:
        if option.pytest_name is None:
            continue
        names = [f"--{option.pytest_name}", *([f"-{option.short}"] if option.short else [])]
        more: dict[str, Any] = {"action": "store_true"} if option.metavar is None else {"metavar": option.metavar}
        if option.repeat:
            more["action"] = "append"
        group.addoption(*names, dest=_dest(option.field), default=None, help=option.help.replace("%", "%%"), **more)
    # Until here their values were taken for files and folders.
    early_config.known_args_namespace.file_or_dir = parser.parse_known_args(args).file_or_dir


def _dest(field: str) -> str:
    return f"{KEY}_{field}"


def pytest_configure(config: pytest.Config) -> None:
    worker_input = getattr(config, "workerinput", {}).get(KEY)
    if worker_input is None and not hasattr(config.option, _dest("url")):
        return
    from audience_conformance.runner import session  # noqa: PLC0415

    config.pluginmanager.register(Outcomes(), "audience-conformance-outcomes")
    if worker_input is not None:
        config.stash[session.WORKER_INPUT] = session.WorkerInput.from_json(worker_input)
    elif not hasattr(config, "workerinput") and not any(
        isinstance(plugin, session.Session) for plugin in config.pluginmanager.get_plugins()
    ):
        config.pluginmanager.register(_suite(config), "audience-conformance-suite")


def _suite(config: pytest.Config) -> object:
    """The run that the options of pytest ask for."""
    from audience_conformance.runner.session import Session  # noqa: PLC0415
    from audience_conformance.settings.options import OPTIONS  # noqa: PLC0415
    from audience_conformance.settings.parse import read_settings  # noqa: PLC0415
    from audience_conformance.settings.settings import BadOption  # noqa: PLC0415

    try:
        given = {option.field: getattr(config.option, _dest(option.field), None) for option in OPTIONS}
        return Session(read_settings(given))
    except BadOption as bad:
        raise pytest.UsageError(str(bad)) from None


class Outcomes:
    """What pytest makes of results: a finding that does not fail the run is an expected failure, a crash an error."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        from audience_conformance.runner import session  # noqa: PLC0415

        report = yield
        found = session.result_of(report) if call.when == "call" else None
        if found and found[0].status == "failed":
            result, _ = found
            strict = item.config.stash[session.WORKER_INPUT].settings.strict
            why = result.known or ("" if strict or result.level == "MUST" else f"a SHOULD rule: {result.requirement}")
            if why:
                report.outcome = "skipped"
                report.wasxfail = why
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.CollectReport | pytest.TestReport) -> Any:
        from audience_conformance.runner import session  # noqa: PLC0415

        if isinstance(report, pytest.TestReport) and report.when == "call":
            found = session.result_of(report)
            if found and found[0].status == "error":
                return "error", "E", "ERROR"
        return None

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        from audience_conformance.runner import terminal as in_pytest  # noqa: PLC0415

        in_pytest.print_summary(terminalreporter, config)
