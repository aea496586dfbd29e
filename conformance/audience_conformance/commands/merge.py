"""The command `audience-conformance merge`: one report of all shards of a run."""

import sys
from pathlib import Path
from typing import Any

import click

from audience_conformance.commands.base import Command
from audience_conformance.settings.options import OPTIONS

_TAKEN = ("known_failures", "report", "report_dir")
"""The options of `run` that it takes, by name."""


@click.command(cls=Command, params=[option for option in OPTIONS if option.name in _TAKEN])
@click.argument("paths", metavar="REPORTS...", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
def merge(paths: tuple[Path, ...], known_failures: str | None, report: Any, report_dir: str) -> None:
    """Make one report, with one verdict, of the JSON reports of all shards of a run.

    REPORTS are the files report-1-of-5.json and so on that run --shard 1/5 writes, or folders that hold them. Scripts
    of findings are taken from the folders of the reports. Each shard must be there once, and all must have been run
    with the same options. With --known-failures, the shards and this command take the same file.

    \b
    Exit code: as that of run. 2 also if the reports are not all shards of one run.

    Example: audience-conformance merge shards/ --report html,junit
    """  # noqa: D301 (click wants the character)
    # Imported here: --help need not wait for it.
    from rich.console import Console  # noqa: PLC0415

    from audience_conformance import reports  # noqa: PLC0415
    from audience_conformance.reports.github import annotations  # noqa: PLC0415
    from audience_conformance.reports.merging import NotMerged, find_reports, merged  # noqa: PLC0415
    from audience_conformance.reports.reading import NotAReport  # noqa: PLC0415
    from audience_conformance.reports.table import print_table  # noqa: PLC0415
    from audience_conformance.results.known_failures import read_known  # noqa: PLC0415

    kinds = [kind for kinds in report for kind in kinds]
    if "har" in kinds:
        raise click.UsageError("--report har: the requests are in the run.har of each shard; leave har out")
    try:
        summary = merged(find_reports(paths), read_known(Path(known_failures)) if known_failures else None)
    except (NotMerged, NotAReport) as error:
        raise click.ClickException(str(error)) from None
    console = Console(highlight=False, file=sys.stdout)
    print_table(summary, console)
    for line in annotations(summary):
        click.echo(line)
    try:
        for path in reports.write(summary, kinds, Path(report_dir)):
            console.print(f"wrote {path}", soft_wrap=True, markup=False)
    except reports.ReportError as error:
        raise click.ClickException(str(error)) from None
    sys.exit(summary.exit_code)
