"""What a run would do, without a request: --dry-run."""

import click

from audience_conformance.checks.registry import Check
from audience_conformance.client.api import PREFIX
from audience_conformance.commands.base import give_up
from audience_conformance.contract.document import operations
from audience_conformance.contract.rules import catalogue
from audience_conformance.runner.summarize import nothing_to_check
from audience_conformance.settings.settings import Settings


def print_plan(settings: Settings) -> None:
    """Print the checks that would run, and what each would write."""
    cases: dict[str, list[str]] = {}
    checks: dict[str, Check] = {}
    for check, case in settings.items():
        checks[check.name] = check
        cases.setdefault(check.name, []).extend([case] if case else [])
    if not checks:
        give_up("run", nothing_to_check(settings))
    for name, check in checks.items():
        times = f" ({len(cases[name])} cases)" if cases[name] else ""
        click.echo(f"{check.rules[0]}  {name.replace('_', ' ')}{times}: {_does(check, settings)}")
    rules = {check.rules[0] for check in checks.values()}
    click.echo()
    number = sum(len(names) or 1 for names in cases.values())
    target = settings.url or "a mock that the run starts"
    click.echo(f"{len(rules)} of {len(catalogue())} rules, {number} checks and cases.")
    click.echo(f"Target: {target}, company {settings.company}, {_places(settings)}.")
    if settings.writes:
        click.echo(f"It would write only things of its own, called {PREFIX}<run id>-…, and delete them at the end.")
        if settings.locked_definition:
            click.echo(f"It would also try to change and to delete {settings.locked_definition} (--locked-definition).")
        if settings.validated_definition:
            click.echo(f"It would also put values of {settings.validated_definition} (--validated-definition).")
    else:
        click.echo("It would write nothing: " + ("--read-only." if settings.read_only else "--write is not given."))
    click.echo("Nothing was sent.")


def _does(check: Check, settings: Settings) -> str:
    if not any(check.writes(case) for case in check.cases or (None,)):
        return "reads"
    if not settings.writes:
        reading = [case for case in check.cases if not check.writes(case)]
        reads = f"reads for {', '.join(reading)}; otherwise " if reading else ""
        return f"{reads}skipped, it would have to write"
    writing = [name for name in check.operations if operations()[name][0] != "GET"]
    return f"writes by {', '.join(writing)}" if writing else "writes to have something to read"


def _places(settings: Settings) -> str:
    places = [settings.application, *([settings.other_application] if settings.other_application else [])]
    return f"application{'s' if len(places) > 1 else ''} {' and '.join(places)}"
