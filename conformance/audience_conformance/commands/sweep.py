"""The command `audience-conformance sweep`."""

import sys
from dataclasses import replace
from typing import Any

import click

from audience_conformance.commands.base import Command
from audience_conformance.settings import types
from audience_conformance.settings.options import OPTIONS, Option

EXIT_NOT_DELETED = 1


DRY_RUN = Option("--dry-run", is_flag=True, help="Print what would be deleted, and delete nothing.")


@click.command(cls=Command, params=[*(option for option in OPTIONS if option.sweep), DRY_RUN])
@click.option(
    "--run",
    "run_ids",
    type=types.run_id,
    multiple=True,
    metavar="ID",
    help="Delete only what this run left. Repeatable. Example: --run 5f2a09",
)
@click.option(
    "--older-than", type=types.time, help="Delete only what was created before this time. Example: --older-than 2h"
)
def sweep(dry_run: bool, run_ids: tuple[str, ...], older_than: float | None, **values: Any) -> None:
    """Delete what earlier runs left behind in a target.

    These are the definitions and groups whose name, slug or file has the prefix of a run. It does not ask for
    confirmation. A run that is in progress loses the resources that it works on, unless --run or --older-than spare
    them. Exits 0 when nothing is left, 1 when something could not be deleted, 2 when the target cannot be reached.

    \b
    Example: audience-conformance sweep --url http://127.0.0.1:4010 --dry-run
    """  # noqa: D301 (click wants the character)
    # Imported here: --help need not wait for it.
    from audience_conformance.client.target import Target  # noqa: PLC0415
    from audience_conformance.client.trouble import Unreachable  # noqa: PLC0415
    from audience_conformance.reports.facts import visible  # noqa: PLC0415
    from audience_conformance.runner.cleanup import patience  # noqa: PLC0415
    from audience_conformance.runner.leftovers import (  # noqa: PLC0415
        delete_leftovers,
        find_leftovers,
        tenants,
    )
    from audience_conformance.runner.leftovers import older_than as older  # noqa: PLC0415
    from audience_conformance.runner.message import scrub, secrets_of  # noqa: PLC0415
    from audience_conformance.runner.preflight import check_target  # noqa: PLC0415
    from audience_conformance.settings.parse import read_settings  # noqa: PLC0415

    if values["url"] is None:
        raise click.UsageError("name the target, as --url http://127.0.0.1:4010")
    settings = replace(read_settings({}), **values)
    check_target(settings)
    target = Target(settings.options())
    try:
        found = find_leftovers(target, tenants(settings), run_ids or None)
        found = found if older_than is None else older(found, older_than)
    except Unreachable as error:
        raise click.ClickException(str(error)) from None
    lines = [] if dry_run else delete_leftovers(target, found, patience(settings))
    not_deleted = [scrub(line, secrets_of(settings)) for line in lines]
    target.close()
    kept = {line.partition(": ")[0] for line in not_deleted}
    for leftover in found:
        url = target.url(leftover.created.path, tenant=leftover.created.tenant)
        if url not in kept:
            done = "would delete" if dry_run else "deleted"
            click.echo(visible(f"{done} {url} ({leftover.label!r}, run {leftover.run_id})"))
    for line in not_deleted:
        click.echo(visible(f"not deleted: {line}"), err=True)
    number = len(found) - len(not_deleted)
    click.echo(f"{number} leftover{'' if number == 1 else 's'} {'to delete' if dry_run else 'deleted'}", err=True)
    if not_deleted:
        sys.exit(EXIT_NOT_DELETED)
