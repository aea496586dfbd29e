"""The command `audience-conformance run`: a front to pytest, in which the checks are performed."""

import os
import sys
import traceback
from typing import TYPE_CHECKING, Any

import click

from audience_conformance.commands.base import UNABLE, Command, give_up, with_options
from audience_conformance.settings.options import OPTIONS

if TYPE_CHECKING:
    from rich.console import Console

    from audience_conformance.runner.session import Session
    from audience_conformance.settings.settings import Settings

INTERRUPTED = 130


class _Run(Command):
    sections = OPTIONS


@click.command(cls=_Run)
@with_options(OPTIONS)
def run(**values: Any) -> None:
    """Check a server against the contract.

    Says which of its rules hold, which break, and how to see it. Without --url a mock is started and checked. Writes
    only to what the run makes, and deletes it at the end, also after Ctrl-C.

    \b
    Exit code:
      0    all MUST rules hold
      1    one is broken (with --strict, a SHOULD rule too), or a known failure has gone
      2    the run could not do its job
      130  it was interrupted

    \b
    Example: audience-conformance run --url http://127.0.0.1:4010
    Example: audience-conformance run --url https://staging.example.com --write --report html
    """  # noqa: D301 (click wants the character)
    # Imported here: --help need not wait for it.
    from audience_conformance.settings.parse import read_settings  # noqa: PLC0415
    from audience_conformance.settings.settings import BadOption  # noqa: PLC0415

    try:
        settings = read_settings(values)
    except BadOption as bad:
        give_up("run", str(bad))
    if settings.dry_run:
        from audience_conformance.commands.dry_run import print_plan  # noqa: PLC0415

        print_plan(settings)
        return
    try:
        code = _perform(settings)
    except KeyboardInterrupt:
        click.echo("audience-conformance run: interrupted before the first check", err=True)
        code = INTERRUPTED
    except Exception:  # noqa: BLE001 (a crash of ours must not look like a finding, which is exit code 1)
        click.echo(f"audience-conformance run: a fault of the suite itself\n{traceback.format_exc()}", err=True)
        code = UNABLE
    sys.exit(code)


def _perform(settings: "Settings") -> int:
    from rich.console import Console  # noqa: PLC0415

    from audience_conformance.runner.preflight import CannotRun  # noqa: PLC0415
    from audience_conformance.runner.progress import watcher  # noqa: PLC0415
    from audience_conformance.runner.session import Session  # noqa: PLC0415

    console = Console(highlight=False, file=sys.stdout)
    session = Session(settings)
    try:
        session.start()
        with watcher(console, list(session.items.values()), strict=settings.strict) as watch:
            session.watch = watch
            _pytest(session)
        summary = session.finish()
        if session.crash:
            give_up("run", f"a fault of the suite itself: {session.crash}")
        return _report(session, console) or summary.exit_code
    except CannotRun as cannot_run:
        give_up("run", str(cannot_run))
    finally:
        session.close()


def _pytest(session: "Session") -> None:
    """Let pytest perform the checks, away from all configuration and plugins of the project it happens to be in."""
    import pytest  # noqa: PLC0415

    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 (as plugin.py has it)
    arguments = [os.path.join(folder, "test_rules.py")]  # noqa: PTH118
    arguments += ["--config-file", os.devnull, "--rootdir", folder, "--import-mode", "importlib", "--assert", "plain"]
    arguments += ["--disable-plugin-autoload", "-p", "audience_conformance.runner.plugin", "-p", "xdist.plugin"]
    arguments += ["-p", "no:cacheprovider", "-p", "no:terminalreporter", "--capture", "sys"]
    workers = session.settings.processes(len(session.items))
    if workers > 1:
        arguments += ["-n", str(workers)]
    if session.settings.fail_fast:
        arguments.append("-x")
    pytest.main(arguments, plugins=[session])


def _report(session: "Session", console: "Console") -> int:
    """Print the table, and write what was asked for; give 2 where that failed."""
    from audience_conformance.reports.table import print_table  # noqa: PLC0415
    from audience_conformance.runner.preflight import CannotRun  # noqa: PLC0415
    from audience_conformance.runner.summarize import write_files  # noqa: PLC0415

    console.print()
    print_table(session.finish(), console)
    try:
        for path in write_files(session.settings, session.finish()):
            console.print(f"wrote {path}", soft_wrap=True, markup=False)
    except CannotRun as cannot_run:
        click.echo(f"audience-conformance run: {cannot_run}", err=True)
        return INTERRUPTED if session.interrupted else UNABLE
    return 0
