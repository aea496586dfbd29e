"""The command `audience-conformance run`."""

import sys
from typing import TYPE_CHECKING, Any

import click

from audience_conformance.commands.base import EXIT_UNABLE, Command
from audience_conformance.settings.options import OPTIONS

if TYPE_CHECKING:
    from rich.console import Console

    from audience_conformance.runner.session import Session
    from audience_conformance.settings.settings import Settings


@click.command(cls=Command, params=list(OPTIONS))
@click.pass_context
def run(context: click.Context, /, **_: Any) -> None:
    """Check a server against the contract.

    Reports which rules hold, which are broken, and how to reproduce each finding. Without --url it starts a mock and
    checks that. It writes only resources of its own and deletes them at the end, also after Ctrl-C.

    An option is taken from the command line, else from its environment variable (--rate-limit is
    AUDIENCE_CONFORMANCE_RATE_LIMIT; several values have a line each), else from the file of options (rate-limit =
    "5/s"), else it has its default. ${NAME} in a value is the variable NAME: a token in it does not show in the list of
    processes.

    \b
    Exit code:
      0    Conforms, Conforms with warnings (a SHOULD rule is broken, or a known failure is), or Partly checked: the
           MUST rules that the options chose, and that the target has the prerequisites of, hold
      1    Does not conform: a MUST rule is broken (with --strict, also a SHOULD rule), even if others were not
           checked; or a known failure now passes or has expired
      2    Partly checked or Not judged: the time was up or trouble on the way stopped checks (exit 0 if all else
           holds, with --allow-partial), the suite itself failed, or nothing was checked; also a wrong option, a
           target that cannot be reached, a report that cannot be written
      130  it was interrupted (143 by SIGTERM)

    \b
    Example: audience-conformance run --url http://127.0.0.1:4010
    Example: audience-conformance run --url https://staging.example.com --write --report html
    """  # noqa: D301 (click wants the character)
    # Imported here: --help need not wait for it.
    from audience_conformance.settings.parse import make_settings  # noqa: PLC0415

    settings = make_settings(context)
    if settings.dry_run:
        from audience_conformance.commands.dry_run import print_plan  # noqa: PLC0415

        print_plan(settings)
        return
    sys.exit(_perform(settings))


def _perform(settings: "Settings") -> int:
    from rich.console import Console  # noqa: PLC0415

    from audience_conformance.runner.progress import progress_display  # noqa: PLC0415
    from audience_conformance.runner.session import Session  # noqa: PLC0415

    console = Console(highlight=False, file=sys.stdout)
    session = Session(settings)
    try:
        session.start()
        session.launch()
        with progress_display(console, list(session.items.values()), strict=settings.strict) as on_result:
            session.on_result = on_result
            session.perform()
        return _report(session, console) or session.finish().exit_code
    finally:
        session.close()


def _report(session: "Session", console: "Console") -> int:
    """Print the table and write the reports; the exit code if that fails, else 0."""
    from audience_conformance.reports.github import annotations  # noqa: PLC0415
    from audience_conformance.reports.table import print_table  # noqa: PLC0415
    from audience_conformance.runner.preflight import CannotRun  # noqa: PLC0415
    from audience_conformance.runner.summarize import write_files  # noqa: PLC0415

    console.print()
    print_table(session.finish(), console)
    for line in annotations(session.finish()):
        click.echo(line)
    try:
        for path in write_files(session.settings, session.finish()):
            console.print(f"wrote {path}", soft_wrap=True, markup=False)
    except CannotRun as error:
        click.echo(f"audience-conformance run: {error}", err=True)
        return session.finish().exit_code if session.interrupted else EXIT_UNABLE
    return 0
