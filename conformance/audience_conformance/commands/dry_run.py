"""What a run would do, as far as it can be known without its requests: --dry-run."""

import time
from collections import Counter

import click

from audience_conformance.checks.prerequisites import (
    LOCKED_DEFINITION,
    OTHER_APPLICATION,
    USERS_FILE,
    VALIDATED_DEFINITION,
    WRITE_PERMISSION,
)
from audience_conformance.checks.registry import Check
from audience_conformance.client.api import PREFIX
from audience_conformance.client.connections import ConnectionSettingError
from audience_conformance.client.target import Target
from audience_conformance.client.trouble import Unreachable
from audience_conformance.contract.document import operations
from audience_conformance.contract.rules import catalogue
from audience_conformance.reports.facts import visible
from audience_conformance.results.verdict import count
from audience_conformance.runner.estimate import estimate, is_measured, side_by_side
from audience_conformance.runner.message import scrub, secrets_of
from audience_conformance.runner.shards import of_shard
from audience_conformance.runner.summarize import nothing_to_check
from audience_conformance.runner.units import Item, split
from audience_conformance.settings.settings import Settings

PREREQUISITES = {
    OTHER_APPLICATION: "other_application",
    LOCKED_DEFINITION: "locked_definition",
    VALIDATED_DEFINITION: "validated_definition",
    USERS_FILE: "users_file_url",
}
"""What only an option can give: prerequisite -> option."""
MOCK_LATENCY = 0.0015
"""Seconds for a request to a mock on this machine."""
_MINUTE = 60


def print_plan(settings: Settings) -> None:
    """Print the checks that would run, what each would write, what would be skipped, and how long it would take."""
    items = of_shard(settings)
    if not items and not settings.shard:
        raise click.ClickException(nothing_to_check(settings))
    checks = Counter(check for check, _ in items)
    for check, number in checks.items():
        cases = f" ({number} cases)" if check.cases else ""
        chosen = [case for one, case in items if one == check]
        click.echo(f"{check.rules[0]}  {check.name.replace('_', ' ')}{cases}: {_effect(check, chosen, settings)}")
    click.echo()
    rules = {check.rules[0] for check in checks}
    click.echo(f"{len(rules)} of {len(catalogue())} rules, {len(items)} checks and cases.")
    target = settings.url or "a mock that the run starts"
    other = f" and {settings.other_application}" if settings.other_application else ""
    applications = f"application{'s' if other else ''} {settings.application}{other}"
    click.echo(f"Target: {target}, company {settings.company}, {applications}.")
    _print_writes(settings)
    _print_estimate([item for item in items if not _missing(*item, settings)], settings)


def _print_writes(settings: Settings) -> None:
    if not settings.writes:
        click.echo("It would write nothing: " + ("--read-only." if settings.read_only else "--write is not given."))
        return
    click.echo(f"It would write only resources named {PREFIX}<run id>-…, and delete them at the end.")
    if settings.locked_definition:
        click.echo(f"It would also try to change and to delete {settings.locked_definition} (--locked-definition).")
    if settings.validated_definition:
        definition = f"{settings.validated_definition} (--validated-definition)"
        click.echo(f"It would also put values of {definition}, and change its description for a moment.")


def _print_estimate(items: list[Item], settings: Settings) -> None:
    total, unmeasured = estimate(items, settings.profile)
    about = "about" if is_measured(settings.profile) else "more than"
    more = f", and those of {count(unmeasured, 'check')} never measured" if unmeasured else ""
    requests = count(total.requests, "request")
    click.echo(f"It would send {about} {requests}{more}, if the target has all that checks may look for.")
    if not items:
        return
    if settings.url is None:
        click.echo(f"That takes {about} {_duration(items, MOCK_LATENCY, settings)}. Nothing was sent.")
        return
    try:
        latency = _latency(settings)
    except (Unreachable, ConnectionSettingError) as error:
        why = scrub(error.why if isinstance(error, Unreachable) else str(error), secrets_of(settings))
        click.echo(visible(f"How long that takes is unknown: {settings.url} did not answer a probe: {why}."))
        return
    milliseconds = f"{latency * 1000:.3g} ms"
    click.echo(f"That takes {about} {_duration(items, latency, settings)}, at {milliseconds} a request.")
    click.echo("Nothing was sent but two reads as a probe, the second of which was timed.")


def _latency(settings: Settings) -> float:
    """Seconds for a request on a connection that is open. Raises Unreachable or ConnectionSettingError."""
    target = Target(settings.options())
    try:
        target.probe()
        started, before = time.monotonic(), target.sent
        target.probe()
        return (time.monotonic() - started) / (target.sent - before)
    finally:
        target.close()


def _duration(items: list[Item], latency: float, settings: Settings) -> str:
    connections = settings.connections_at(latency)
    parts = [estimate(unit, settings.profile)[0] for unit in split(items, settings.profile, connections)]
    seconds = side_by_side(parts, latency, settings.rate, connections)
    if settings.max_time is not None and seconds > settings.max_time:
        return f"{settings.max_time:g} s, where --max-time ends it (it would need {_time(seconds)})"
    return _time(seconds)


def _time(seconds: float) -> str:
    whole = max(1, round(seconds))
    return f"{whole} s" if whole < 2 * _MINUTE else f"{whole // _MINUTE} min {whole % _MINUTE} s"


def _missing(check: Check, case: str | None, settings: Settings) -> str:
    """The prerequisite without which a check is certainly skipped, or ""."""
    if check.writes(case) and not settings.writes:
        return WRITE_PERMISSION
    if settings.url is None:  # the mock has all of them
        return ""
    needs = (need for need in check.prerequisites if need in PREREQUISITES)
    return next((need for need in needs if not getattr(settings, PREREQUISITES[need])), "")


def _effect(check: Check, chosen: list[str | None], settings: Settings) -> str:
    missing = {case: _missing(check, case, settings) for case in chosen}
    if all(missing.values()):
        return f"skipped, it needs {next(iter(missing.values()))}"
    if not any(check.writes(case) for case in chosen):
        return "reads"
    if not settings.writes:
        reading = [case for case in chosen if case and not missing[case]]
        return f"reads for {', '.join(reading)}; otherwise skipped, it needs {WRITE_PERMISSION}"
    writing = [name for name in check.operations if operations()[name][0] != "GET"]
    return f"writes by {', '.join(writing)}" if writing else "writes to have something to read"
