"""The command `audience-conformance sweep`."""

import sys
from typing import Any

import click

from audience_conformance.commands.base import Command, give_up, with_options
from audience_conformance.settings.options import OPTIONS

_OPTIONS = tuple(option for option in OPTIONS if option.sweeps)
STAYS = 1


class _Sweep(Command):
    sections = _OPTIONS


@click.command(cls=_Sweep)
@with_options(_OPTIONS)
@click.option("--dry-run", is_flag=True, help="Print what would be deleted, and delete nothing.")
def sweep(dry_run: bool, **values: Any) -> None:
    """Delete what earlier runs left behind in a target.

    That is definitions and groups whose name, slug or file bears the prefix of a run. Asks nothing. A run that is
    going on at the same time loses what it works on. Exits 0 when nothing stays, 1 when something could not be
    deleted, 2 when the target could not be asked.

    \b
    Example: audience-conformance sweep --url http://127.0.0.1:4010 --dry-run
    """  # noqa: D301 (click wants the character)
    # Imported here: --help need not wait for it.
    from audience_conformance.client.target import Target, Unreachable  # noqa: PLC0415
    from audience_conformance.runner.leftovers import leftovers, remove, tenants  # noqa: PLC0415
    from audience_conformance.runner.message import scrub, secrets_of  # noqa: PLC0415
    from audience_conformance.runner.preflight import CannotRun, reach  # noqa: PLC0415
    from audience_conformance.settings.parse import read_settings  # noqa: PLC0415
    from audience_conformance.settings.settings import BadOption  # noqa: PLC0415

    try:
        settings = read_settings(values)
        if settings.url is None:
            give_up("sweep", "name the target, as --url http://127.0.0.1:4010")
        reach(settings)
        target = Target(settings.options())
        found = leftovers(target, tenants(settings))
    except (BadOption, CannotRun, Unreachable) as error:
        give_up("sweep", str(error))
    stays = [] if dry_run else [scrub(line, secrets_of(settings)) for line in remove(target, found)]
    kept = {line.partition(": ")[0] for line in stays}
    for leftover in found:
        url = target.url(leftover.made.path, tenant=leftover.made.tenant)
        if url not in kept:
            click.echo(f"{'would delete' if dry_run else 'deleted'} {url} ({leftover.label!r}, run {leftover.run_id})")
    for line in stays:
        click.echo(f"stays {line}", err=True)
    number = len(found) - len(stays)
    click.echo(f"{number} leftover{'' if number == 1 else 's'} {'to delete' if dry_run else 'deleted'}", err=True)
    target.close()
    if stays:
        sys.exit(STAYS)
