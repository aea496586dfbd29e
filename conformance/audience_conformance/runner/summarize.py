"""The end of a run: its summary and the files that it writes."""

import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from audience_conformance import installed_version, reports
from audience_conformance.client.ledger import Ledger
from audience_conformance.client.target import Target
from audience_conformance.client.trouble import TOO_MANY
from audience_conformance.results.known_failures import as_yaml
from audience_conformance.results.result import Result
from audience_conformance.results.summary import Summary
from audience_conformance.runner.message import scrub, secrets_of
from audience_conformance.runner.preflight import CannotRun
from audience_conformance.settings.settings import Settings

MOST_KEPT = 50
"""The most URLs that are named of what --keep leaves."""


def summarize(
    settings: Settings, results: list[Result], left: list[str], started: float, sent: int, *, interrupted: int
) -> Summary:
    """The summary of a run that ends now; `started` is its `time.time`."""
    known = settings.known()
    selected = settings.selected_rules()
    checked = {result.rule for result in results}
    secrets = secrets_of(settings)
    return Summary(
        target=settings.url or "",
        profile=settings.profile,
        seed=settings.seed,
        results=results,
        sent=sent,
        seconds=time.time() - started,
        started=datetime.fromtimestamp(started, UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        version=installed_version(),
        left=[scrub(line, secrets) for line in left],
        known={rule_id: why for rule_id, why in known.rules(results).items() if rule_id in checked},
        notes=_notes(settings, results),
        selected=settings.selection(),
        strict=settings.strict,
        allow_partial=settings.allow_partial,
        interrupted=interrupted,
        stale=[] if settings.shard else known.stale(results, selected),
        command=settings.command(),
        options=settings.replayed(),
        ended=next((result.ends_run for result in results if result.ends_run), ""),
        shard=settings.shard,
        of_whole_run=settings.of_whole_run() if settings.shard else {},
    )


def _notes(settings: Settings, results: list[Result]) -> list[str]:
    notes = []
    if settings.config:
        notes.append(f"options were read from {settings.config}")
    if settings.mock_started:
        notes.append("the target is a mock that this run started; --url names another target")
    if settings.shard:
        notes.append("this is one shard of a run: `audience-conformance merge` makes one report of all shards' reports")
    if settings.read_only:
        notes.append("only reading rules were checked: --read-only")
    elif not settings.writes:
        notes.append("only reading rules were checked: the target is not on this machine, and --write is not given")
    if any(result.out_of_time for result in results):
        notes.append(f"some checks were skipped: the time was up ({settings.max_time:g} s, --max-time)")
    return [*notes, *_trouble(results)]


def _trouble(results: list[Result]) -> list[str]:
    """A line for each kind of trouble on the way: how often, and the first time in full."""
    times: Counter[str] = Counter()
    firsts: dict[str, str] = {}
    for kind, number, first in (entry for result in results for entry in result.trouble):
        times[kind] += number
        if kind == TOO_MANY or kind not in firsts:  # the last advice of a rate is the best
            firsts[kind] = first
    lines = []
    for kind, number in times.items():
        often = "once" if number == 1 else f"{number} times"
        lines.append(f"trouble on the way, not a finding: {kind} {often}, as {firsts[kind]}")
    return lines


def note_of_leftovers(settings: Settings, run_ids: list[str]) -> str:
    """The command that deletes later what the clean-up could not."""
    runs = " ".join(f"--run {run_id}" for run_id in run_ids)
    return f"what could not be deleted, this deletes later: {settings.command('sweep')} {runs}"


def notes_of_kept(settings: Settings, run_ids: list[str], ledger: Ledger) -> list[str]:
    """What --keep leaves, one URL a note, and the command that deletes it later."""
    if not ledger.made:
        return ["--keep: nothing stays, for no check with a finding has made anything"]
    runs = " ".join(f"--run {run_id}" for run_id in run_ids)
    target = Target(settings.options())
    urls = [target.url(created.path, tenant=created.tenant) for created in ledger.made]
    target.close()
    more = [f"kept: … and {len(urls) - MOST_KEPT} more"] if len(urls) > MOST_KEPT else []
    kept = [f"kept: {url}" for url in urls[:MOST_KEPT]]
    return [*kept, *more, f"what is kept, this deletes later: {settings.command('sweep')} {runs}"]


def nothing_to_check(settings: Settings) -> str:
    """The message if the options select no check."""
    names = ("rules", "skip_rules", "operations", "tags", "failed_from", "level")
    values = {name.replace("_", "-"): getattr(settings, name) for name in names}
    options = [f"--{name} {value}" for name, value in values.items() if value]
    return f"nothing to check: no check matches {' '.join([*options, f'--profile {settings.profile}'])}"


def write_files(settings: Settings, summary: Summary) -> list[Path]:
    """Write the reports and the file of --write-known-failures; return their paths.

    Raises:
        CannotRun: a file cannot be written.
    """
    written = []
    try:
        if path := settings.write_known_failures:
            with Path(path).open("x", encoding="utf-8") as file:
                file.write(as_yaml(result for result in summary.findings() if not result.known))
            written.append(Path(path))
        return [*written, *reports.write(summary, settings.report, Path(settings.report_dir))]
    except (OSError, reports.ReportError) as error:
        raise CannotRun(str(error)) from None
