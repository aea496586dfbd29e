"""The command `audience-conformance`."""

import sys
from pathlib import Path
from typing import Any, NoReturn

import click

import audience_conformance
from audience_conformance.commands.base import Command
from audience_conformance.commands.compare import compare
from audience_conformance.commands.contract import contract
from audience_conformance.commands.merge import merge
from audience_conformance.commands.output import prepare_output
from audience_conformance.commands.replay import replay
from audience_conformance.commands.rules import rules
from audience_conformance.commands.run import run
from audience_conformance.commands.sweep import sweep
from audience_conformance.contract.location import contract_path

# Exit codes of `lint`, apart from 0.
FINDINGS, UNREADABLE = 1, 2


def _print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    unknown = f"unknown ({audience_conformance.DISTRIBUTION} is not installed)"
    click.echo(f"audience-conformance {audience_conformance.installed_version() or unknown}")
    context.exit()


class _Main(click.Group):
    def main(self, *arguments: Any, **more: Any) -> Any:
        prepare_output()
        return super().main(*arguments, **more)


@click.group(cls=_Main, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version and exit.",
)
def main() -> None:
    """Check the Audience contract.

    Example: audience-conformance run --url http://127.0.0.1:4010
    """


@main.command(cls=Command)
@click.argument("path", required=False, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--list",
    "list_only",
    is_flag=True,
    help="Print the checks, whose rule each is (OpenAPI's, OpenAPI's limited to one file, or this project's own), and "
    "exit.",
)
def lint(path: Path | None, list_only: bool) -> None:
    """Check an OpenAPI 3.0 file in YAML or JSON; by default the project's openapi.yaml; `-` reads standard input.

    References to other files are findings: the linter reads one file.

    Prints a line for each finding, `file:line:column: check: message`. Exits 0 without findings, 1 with findings, 2 if
    the file cannot be read as OpenAPI 3.0: then `file:line:column: message` says why.

    Example: audience-conformance lint openapi.yaml
    """
    # Imported here: their libraries take most of a second to load, and --help need not wait for them.
    from audience_conformance.lint import checks, document  # noqa: PLC0415

    if list_only:
        names, origins = (max(map(len, column)) for column in zip(*(check[:2] for check in checks.CHECKS), strict=True))
        for check in checks.CHECKS:
            click.echo(f"{check.name:{names}}  {check.origin:{origins}}  {check.sentence}")
        return
    try:
        path = path or _relative(contract_path())
        if path == Path("-"):
            path = Path("<stdin>")
            read = document.decode(sys.stdin.buffer.read())
        else:
            read = document.read(path)
    except FileNotFoundError as error:
        _exit_unreadable(str(error))
    except document.UnreadableError as error:
        place = f"{path}:{error.line}:{error.line.column}" if error.line else str(path)
        _exit_unreadable(f"{place}: {error}")
    findings = checks.lint(read)
    for finding in findings:
        click.echo(f"{path}:{finding.line}:{finding.column}: {finding.check}: {finding.message}")
    if findings:
        click.echo(f"{path}: {_count(len(findings), 'finding')}", err=True)
        sys.exit(FINDINGS)
    operations, rules = checks.size(read)
    click.echo(f"{path}: no findings, {_count(operations, 'operation')}, {_count(rules, 'rule')}", err=True)


for _command in (run, merge, replay, compare, rules, sweep, contract):
    main.add_command(_command)


def _relative(path: Path) -> Path:
    """The path, relative to the working directory if it is below it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _exit_unreadable(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(UNREADABLE)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
