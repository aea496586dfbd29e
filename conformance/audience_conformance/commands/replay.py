"""The command `audience-conformance replay`: the checks of the findings of a report, run again."""

import random
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audience_conformance.commands.base import EXIT_UNABLE, Command
from audience_conformance.settings.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audience_conformance.reports.reading import Recorded, Report
    from audience_conformance.results.result import Result
    from audience_conformance.settings.settings import Settings

EXIT_THERE, EXIT_GONE = 1, 0
_TAKEN = ("url", "headers", "header_command", "proxy", "tls_verify", "client_cert", "timeout", "async_timeout", "write")
"""The options that it takes, by name; the others are those of the report's run."""


@click.command(cls=Command, params=[option for option in OPTIONS if option.name in _TAKEN])
@click.argument("report", metavar="report.json", type=click.Path(path_type=Path))
@click.argument("finding", required=False, default="")
def replay(report: Path, finding: str, **values: Any) -> None:
    """Run the checks of a report's findings again, with its seed and options.

    FINDING is a rule or the name of a script in reproduce/, * stands for any text; without it all are tried. The
    target is that of the report's run, or --url. It writes what the run would write, and deletes it.

    \b
    Exit code:
      0  every fault that was tried is gone, or the report has none
      1  a fault is there
      2  none is there, but some could not be tried
      130  it was interrupted (143 by SIGTERM); what it made is deleted

    Example: audience-conformance replay conformance-report/report.json DEF-13
    """  # noqa: D301 (click wants the character)
    # Imported here: --help need not wait for it.
    from audience_conformance.reports.reading import NotAReport, read_report  # noqa: PLC0415

    context = click.get_current_context()
    source = click.core.ParameterSource.DEFAULT
    given = {name: value for name, value in values.items() if context.get_parameter_source(name) is not source}
    try:
        recorded = read_report(report)
    except NotAReport as error:
        raise click.ClickException(str(error)) from None
    if not recorded.findings:
        click.echo(f"{report} has no findings: there is nothing to replay", err=True)
        return
    findings = [one for one in recorded.findings if not finding or _is_named(one, finding)]
    if not findings:
        names = ", ".join(dict.fromkeys(one.rule for one in recorded.findings))
        raise click.ClickException(f"no finding of {report} is called {finding}; it has: {names}")
    sys.exit(_replay(findings, recorded, given))


def _is_named(finding: "Recorded", pattern: str) -> bool:
    name = Path(pattern).name if pattern.endswith(".sh") else pattern
    script = Path(finding.script).name
    return any(fnmatchcase(text, name) for text in (finding.rule, finding.name, script, script.removesuffix(".sh")))


def _replay(findings: "Iterable[Recorded]", report: "Report", given: dict[str, Any]) -> int:
    """Run the checks, print a line for each finding, and return the exit code."""
    from audience_conformance.runner import local_mock  # noqa: PLC0415

    settings = _settings(report, given)
    mock = local_mock.start() if settings.url is None else None
    try:
        codes = list(_codes(findings, mock.apply_to(settings) if mock else settings))
    finally:
        if mock:
            mock.stop()
    return EXIT_THERE if EXIT_THERE in codes else max(codes)


def _settings(report: "Report", given: dict[str, Any]) -> "Settings":
    """The settings of the report's run, with these instead."""
    from dataclasses import replace  # noqa: PLC0415

    from audience_conformance.settings.parse import read_settings  # noqa: PLC0415

    kept = {name: str(value) for name, value in report.options.items() if isinstance(value, str | int | float)}
    kept["write"] = str(report.options.get("write") or "") if "url" not in given else ""
    return replace(read_settings(kept), **given)


def _codes(findings: "Iterable[Recorded]", settings: "Settings") -> "Iterable[int]":
    from audience_conformance.checks.registry import all_checks  # noqa: PLC0415
    from audience_conformance.client.ledger import delete_all  # noqa: PLC0415
    from audience_conformance.reports.facts import one_line  # noqa: PLC0415
    from audience_conformance.results.result import item_id  # noqa: PLC0415
    from audience_conformance.runner.cleanup import patience  # noqa: PLC0415
    from audience_conformance.runner.execute import Run  # noqa: PLC0415
    from audience_conformance.runner.message import scrubbed  # noqa: PLC0415
    from audience_conformance.runner.preflight import check_target  # noqa: PLC0415

    check_target(settings)
    run = Run(settings.options(), settings.profile, settings.seed)
    checks = {check.name: check for check in all_checks()}
    try:
        for finding in findings:
            check, case = checks.get(finding.check), finding.case or None
            if check is None or (case is not None and case not in check.cases):
                click.echo(f"not tried  {one_line(finding.name, 200)}: this version has no such check")
                yield EXIT_UNABLE
                continue
            random.seed(f"{settings.seed} {item_id(check.name, case, check.rules)}")
            result = scrubbed(run.perform(check, case), settings, run.target.printed_values)
            code, verdict = _verdict(result)
            click.echo(f"{verdict:9}  {one_line(f'{finding.name}: {_why(result)}', 1_000)}")
            yield code
    finally:  # also after a signal
        for line in delete_all(run.target, run.ledger, patience=patience(settings)):
            click.echo(f"not deleted: {one_line(line, 1_000)}", err=True)
        run.target.close()


def _verdict(result: "Result") -> tuple[int, str]:
    if result.status == "failed":
        return EXIT_THERE, "there"
    return (EXIT_GONE, "gone") if result.status == "passed" else (EXIT_UNABLE, "not tried")


def _why(result: "Result") -> str:
    if result.status == "failed":
        return f"{result.rule}: expected {result.expected}; actual: {result.actual}"
    if result.status == "passed":
        return "the check passes"
    return f"{result.status}: {result.actual.strip().rpartition(chr(10))[2]}"
