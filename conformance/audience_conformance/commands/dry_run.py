"""What a run would do, without a request: --dry-run."""

import click

from audience_conformance.checks.registry import Check
from audience_conformance.client.api import PREFIX
from audience_conformance.contract.document import operations
from audience_conformance.contract.rules import catalogue
from audience_conformance.runner.summarize import nothing_to_check
from audience_conformance.settings.settings import Settings


def print_plan(settings: Settings) -> None:
    """Print the checks that would run, and what each would write."""
    items = settings.items()
    if not items:
        raise click.ClickException(nothing_to_check(settings))
    checks: dict[Check, int] = {}
    for check, _ in items:
        checks[check] = checks.get(check, 0) + 1
    for check, number in checks.items():
        cases = f" ({number} cases)" if check.cases else ""
        click.echo(f"{check.rules[0]}  {check.name.replace('_', ' ')}{cases}: {_effect(check, settings)}")
    click.echo()
    rules = {check.rules[0] for check in checks}
    click.echo(f"{len(rules)} of {len(catalogue())} rules, {len(items)} checks and cases.")
    target = settings.url or "a mock that the run starts"
    other = f" and {settings.other_application}" if settings.other_application else ""
    applications = f"application{'s' if other else ''} {settings.application}{other}"
    click.echo(f"Target: {target}, company {settings.company}, {applications}.")
    if settings.writes:
        click.echo(f"It would write only resources named {PREFIX}<run id>-…, and delete them at the end.")
        if settings.locked_definition:
            click.echo(f"It would also try to change and to delete {settings.locked_definition} (--locked-definition).")
        if settings.validated_definition:
            click.echo(f"It would also put values of {settings.validated_definition} (--validated-definition).")
    else:
        click.echo("It would write nothing: " + ("--read-only." if settings.read_only else "--write is not given."))
    click.echo("Nothing was sent.")


def _effect(check: Check, settings: Settings) -> str:
    writing_cases = [case for case in check.cases or (None,) if check.writes(case)]
    if not writing_cases:
        return "reads"
    if not settings.writes:
        reading = [case for case in check.cases if not check.writes(case)]
        reads = f"reads for {', '.join(reading)}; otherwise " if reading else ""
        return f"{reads}skipped, it needs write permission"
    writing = [name for name in check.operations if operations()[name][0] != "GET"]
    return f"writes by {', '.join(writing)}" if writing else "writes to have something to read"
