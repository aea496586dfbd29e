"""The command `audience-conformance compare`: what is new, gone and changed between two reports."""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audience_conformance.commands.base import Command

if TYPE_CHECKING:
    from audience_conformance.reports.reading import Recorded, Report

EXIT_NEW = 1
MOST_SHOWN = 300
"""Characters of a value that are shown."""


@click.command(cls=Command)
@click.argument("old", metavar="OLD.json", type=click.Path(path_type=Path))
@click.argument("new", metavar="NEW.json", type=click.Path(path_type=Path))
def compare(old: Path, new: Path) -> None:
    """Compare the findings of two reports: which are new, gone and changed.

    The reports are those of run --report json.
    A finding is the same if its rule, check and case are; it has changed if the operation, the expected or the actual
    differs in more than ids and times. One whose check the new run has not performed is "not checked", not gone.

    Exits 1 if a finding is new that is no known failure, else 0; 2 if a file is no report of this format.

    Example: audience-conformance compare main/report.json report.json
    """
    # Imported here: --help need not wait for it.
    from audience_conformance.reports.facts import one_line  # noqa: PLC0415
    from audience_conformance.reports.reading import NotAReport, read_report  # noqa: PLC0415

    try:
        before, after = read_report(old), read_report(new)
    except NotAReport as error:
        raise click.ClickException(str(error)) from None
    rows = _rows(before, after)
    for kind, finding in rows:
        known = f" (known: {finding.known_failure})" if finding.known_failure else ""
        where = " ".join(filter(None, (finding.rule, finding.check.replace("_", " "), finding.case, finding.operation)))
        click.echo(f"{kind:11}  {one_line(f'{where}{known}: {finding.actual}', MOST_SHOWN)}")
    kinds = [kind for kind, _ in rows]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in ("new", "gone", "changed", "not checked"))
    click.echo(f"{counts}, {len(after.findings)} in all", err=True)
    if any(kind == "new" and not finding.known_failure for kind, finding in rows):
        sys.exit(EXIT_NEW)


def _rows(old: "Report", new: "Report") -> list[tuple[str, "Recorded"]]:
    """The findings that differ, each with what it is, the new ones first."""
    before = {(one.rule, *one.item): one for one in old.findings}
    after = {(one.rule, *one.item): one for one in new.findings}
    judged = {one.item for one in new.results if one.status in ("passed", "failed")}
    missing = [one for key, one in before.items() if key not in after]
    return [
        *(("new", one) for key, one in after.items() if key not in before),
        *(("changed", one) for key, one in after.items() if key in before and _text(one) != _text(before[key])),
        *(("gone", one) for one in missing if one.item in judged),
        *(("not checked", one) for one in missing if one.item not in judged),
    ]


def _text(finding: "Recorded") -> str:
    """What a finding says, without what differs in each run: ids, times and the texts that the suite makes unique."""
    text = f"{finding.operation}\n{finding.expected}\n{finding.actual}"
    text = re.sub(r"(?i)acs[-_][0-9a-f]{8}([-_][a-z_ -]*)\d+", r"acs\1", text)
    text = re.sub(r"\b[0-9a-f]{24}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "id", text)
    return re.sub(r"\d{4}-\d\d-\d\d[T ][0-9:.]+", "time", text)
