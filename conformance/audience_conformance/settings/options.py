"""The options of `audience-conformance run` and of `pytest --pyargs audience_conformance`: one table.

It imports nothing heavy: --help and other projects' pytest runs must stay quick.

A value comes from the command line, else from a variable of the environment, else from the file of options, else it is
the default. `${NAME}` in a value is the variable NAME, so that a secret need not stand on the command line.
"""

import os
import re
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from audience_conformance.contract.names import did_you_mean
from audience_conformance.settings import config_file, types

PROFILES = ("smoke", "standard", "deep")
LEVELS = ("must", "should")
DEFAULT_COMPANY, DEFAULT_APPLICATION = "559", "64b000000000000000000001"
VARIABLES = "AUDIENCE_CONFORMANCE_"
"""How the names of variables begin that give options."""
_VARIABLE = re.compile(r"(\$?)\$\{([A-Za-z_]\w*)\}", re.ASCII)
_CONFIG = "audience_conformance.config"


class Option(click.Option):
    """One option; its Python name is the field of Settings.

    Args:
        names: as click takes them.
        in_pytest: its name in pytest, where the plain one belongs to pytest or a well-known plugin; None for an
            option that pytest has itself (-x, -n, --collect-only).
        sweep: `sweep` takes it too.
        comma: its value is a list with commas.
        path: its value is a path, or several with commas.
        literal: `${NAME}` in its value stays: it is a command for a shell.
        old_name: its name in earlier versions, still accepted with a note on stderr.
        attributes: of click.Option.
    """

    def __init__(
        self,
        *names: str,
        in_pytest: str | None = "",
        sweep: bool = False,
        comma: bool = False,
        path: bool = False,
        literal: bool = False,
        old_name: str | None = None,
        **attributes: Any,
    ) -> None:
        self.key = names[0].removeprefix("--")
        super().__init__(names, show_default=True, envvar=variable(self.key), **attributes)
        self.pytest_names = [] if in_pytest is None else [in_pytest or self.opts[0], *self.opts[1:]]
        self.sweep = sweep
        self.comma = comma
        self.path = path
        self.literal = literal
        self.old_name = old_name

    def value_from_envvar(self, ctx: click.Context) -> Any:
        """The value of the option's variable; of several values, each is on a line of its own."""
        text = self.resolve_envvar_value(ctx)
        return super().value_from_envvar(ctx) if text is None or not self.multiple else text.splitlines()

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        try:
            return super().process_value(ctx, value if self.literal else _expanded(value))
        except click.BadParameter as error:
            source = ctx.get_parameter_source(self.name)
            if source == ParameterSource.ENVIRONMENT:
                error.param_hint = variable(self.key)
            elif source == ParameterSource.DEFAULT_MAP:
                error.param_hint = f"{self.key} in {ctx.meta.get(_CONFIG)}"
            raise

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        super().add_to_parser(parser, ctx)
        if self.old_name:  # known to the parser only: --help does not show it
            parser.add_option(obj=self, opts=[self.old_name], dest=self.name)


def variable(key: str) -> str:
    """The variable of the environment that gives an option, as AUDIENCE_CONFORMANCE_RATE_LIMIT."""
    return f"{VARIABLES}{key.upper().replace('-', '_')}"


def _expanded(value: Any) -> Any:
    """A value with the variables that it names; `$${NAME}` stands for the text `${NAME}`."""
    if isinstance(value, list | tuple):
        return [_expanded(item) for item in value]
    return _VARIABLE.sub(_expand, value) if isinstance(value, str) else value


def _expand(match: re.Match[str]) -> str:
    if match[1]:
        return match[0][1:]
    if not (text := os.environ.get(match[2])):
        state = "not set" if text is None else "empty"
        raise click.BadParameter(f"the environment variable {match[2]} is {state}; set it, or write $${{{match[2]}}}")
    return text


def _read_config(ctx: click.Context, _: click.Parameter, named: str | None) -> str | None:
    """Read the file of options, named or found; return its path."""
    if named == config_file.NO_FILE:
        return None
    try:
        path = Path(named) if named else config_file.find(Path.cwd())
        if path is None:
            return None
        shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        ctx.default_map = config_file.read(shown, (option for option in OPTIONS if option.name != "config"))
    except FileNotFoundError:  # the working directory is gone
        return None
    except config_file.ConfigError as error:
        raise click.UsageError(str(error)) from None
    ctx.meta[_CONFIG] = str(shown)
    return str(shown)


def note_unknown_variables() -> None:
    """Print a note on stderr for each variable of the environment that looks like an option and is none."""
    known = {variable(option.key) for option in OPTIONS}
    for name in sorted(os.environ):
        if name.startswith(VARIABLES) and name not in known:
            close = did_you_mean(name, known)
            click.echo(f"{name} gives no option{f'; did you mean {close}?' if close else ''}", err=True)


def note_old_names(arguments: Iterable[str], options: Iterable[click.Parameter]) -> None:
    """Print a note on stderr for each option that is given by its old name."""
    given = {argument.partition("=")[0] for argument in arguments}
    for option in options:
        if isinstance(option, Option) and option.old_name in given:
            click.echo(f"{option.old_name} is now {option.opts[0]}; the old name still works", err=True)


_ID: dict[str, Any] = {"type": types.non_empty, "metavar": "ID"}
SECTIONS: dict[str, tuple[Option, ...]] = {
    "The target": (
        Option(
            "--url",
            type=types.url,
            sweep=True,
            help="Base URL of the server under test (without it, `run` starts a mock, and `replay` takes that of the "
            "report). Example: --url http://127.0.0.1:4010",
        ),
        Option(
            "--header",
            "-H",
            "headers",
            type=types.header,
            metavar="'NAME: VALUE'",
            multiple=True,
            sweep=True,
            help="Header for every request; its value is never printed. Repeatable. "
            "Example: -H 'Authorization: Bearer 5f2a…'",
        ),
        Option(
            "--header-command",
            type=types.non_empty,
            metavar="CMD",
            literal=True,
            sweep=True,
            help="Command of the shell that prints headers for every request, one a line as NAME: VALUE; it is run "
            "again when the target answers 401. Example: --header-command './new-token --header'",
        ),
        Option(
            "--company",
            **_ID,
            default=DEFAULT_COMPANY,
            sweep=True,
            help="Company to work in. Example: --company 559",
        ),
        Option(
            "--application",
            **_ID,
            default=DEFAULT_APPLICATION,
            sweep=True,
            help=f"Application of the company to work in. Example: --application {DEFAULT_APPLICATION}",
        ),
        Option(
            "--other-application",
            **_ID,
            sweep=True,
            help="Second application of the company, for the rules of tenant isolation. "
            "Example: --other-application 64b000000000000000000002",
        ),
        Option(
            "--group-id",
            **_ID,
            help="Group with users, if possible with blacklisted ones; it is only read. "
            "Example: --group-id 64f111111111111111111111",
        ),
        Option(
            "--users-file-url",
            type=types.non_empty,
            metavar="URL",
            help="CSV file with a column user_id that the target can fetch, for a target that does not read data: "
            "URLs. Example: --users-file-url https://files.example.com/users.csv",
        ),
        Option(
            "--locked-definition",
            **_ID,
            help="Locked definition that the run may try to change and to delete: the API cannot create one. "
            "Example: --locked-definition 64f666666666666666666666",
        ),
        Option(
            "--validated-definition",
            **_ID,
            help="Definition with validations; the run may put values of it for new users, and change its description "
            "for a moment: the API cannot create one. "
            "Example: --validated-definition 64f888888888888888888888",
        ),
    ),
    "The way to the target": (
        Option(
            "--proxy",
            type=types.proxy,
            metavar="URL|none",
            in_pytest="--conformance-proxy",
            sweep=True,
            help="Proxy to reach the target through (default: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, except "
            "for a target on this machine). Example: --proxy http://me:secret@proxy.example.com:3128",
        ),
        Option(
            "--tls-verify",
            type=types.tls_verify,
            metavar="PATH|false",
            path=True,
            sweep=True,
            help="Certificates to trust, a PEM file or a folder (default: SSL_CERT_FILE or REQUESTS_CA_BUNDLE, else "
            "the usual ones); false trusts any. Example: --tls-verify company-ca.pem",
        ),
        Option(
            "--client-cert",
            type=types.client_cert,
            metavar="PATH[,KEY]",
            path=True,
            sweep=True,
            help="Client certificate as a PEM file, with its key in it or in a second file. "
            "Example: --client-cert client.pem,client.key",
        ),
    ),
    "What is checked": (
        Option(
            "--rules", type=types.patterns, comma=True, help="Check only these rules. Example: --rules 'DEF-*,PAG-02'"
        ),
        Option(
            "--skip-rules",
            type=types.patterns,
            comma=True,
            help="Do not check these rules. Example: --skip-rules 'CON-*'",
        ),
        Option(
            "--operations",
            type=types.operations,
            metavar="NAMES",
            comma=True,
            help="Run only the checks that exercise one of these operations, by operationId. "
            "Example: --operations 'createUserGroup,get*'",
        ),
        Option(
            "--tags",
            type=types.tags,
            metavar="NAMES",
            comma=True,
            help="Run only the checks that exercise an operation with one of these tags. Example: --tags 'User groups'",
        ),
        Option(
            "--failed-from",
            type=types.failed_report,
            metavar="FILE",
            path=True,
            help="Run only what did not pass in an earlier run, by its JSON report. "
            "Example: --failed-from conformance-report/report.json",
        ),
        Option(
            "--level",
            type=click.Choice(LEVELS, case_sensitive=False),
            help="Check only the rules of this level. Example: --level must",
        ),
        Option(
            "--profile",
            type=click.Choice(PROFILES, case_sensitive=False),
            default="standard",
            in_pytest="--conformance-profile",
            help="Test depth: smoke tries a few values of each kind, standard many, deep hundreds; --dry-run says how "
            "many requests that is, and how long they take. Example: --profile smoke",
        ),
        Option(
            "--shard",
            type=types.shard,
            metavar="N/OF",
            in_pytest="--conformance-shard",
            help="Run only this part of the checks, so that several machines share a run; `merge` makes one report of "
            "all shards' JSON reports, which --shard always writes. Example: --shard 2/5",
        ),
        Option(
            "--strict",
            is_flag=True,
            in_pytest="--conformance-strict",
            help="Fail the run for a broken SHOULD rule too.",
        ),
        Option(
            "--allow-partial",
            is_flag=True,
            help="Exit 0 although the time was up or trouble on the way stopped checks, if all that was checked holds. "
            "Example: --max-time 5m --allow-partial",
        ),
    ),
    "How it runs": (
        Option(
            "--seed",
            type=types.WholeNumber(),
            metavar="N",
            default="0",
            help="Seed of all random choices; the same seed gives the same run. Example: --seed 7",
        ),
        Option(
            "--connections",
            type=types.connections,
            metavar="N|auto",
            default="auto",
            old_name="--workers",
            help="Connections to the target, with one request at a time on each: so many checks run side by side. auto "
            "is 16, 4 for a target on this machine, or 1 with --rate-limit. Example: --connections 8",
        ),
        Option(
            "--rate-limit",
            "rate",
            type=types.rate,
            metavar="N/s|m|h",
            help="Maximum number of requests per second, minute or hour, of all connections together. "
            "Example: --rate-limit 100/m",
        ),
        Option(
            "--max-time",
            type=types.time,
            help="Interrupt the checks after this time; the remaining ones are skipped. Example: --max-time 5m",
        ),
        Option(
            "--timeout",
            type=types.time,
            default="10",
            in_pytest="--conformance-timeout",
            sweep=True,
            help="Time for a whole request, from connecting to the last byte of its answer. Example: --timeout 30",
        ),
        Option(
            "--async-timeout",
            type=types.time,
            default="10",
            old_name="--patience",
            help="How long to wait for background jobs, such as reading a file of users. Example: --async-timeout 60",
        ),
        Option(
            "--consistency",
            type=types.time,
            help="Before a read, wait until this time has passed since the last write, for a target whose reads lag. "
            "Example: --consistency 0.5",
        ),
        Option("--fail-fast", is_flag=True, in_pytest=None, help="Stop at the first finding that fails the run."),
    ),
    "Safety": (
        Option(
            "--dry-run",
            is_flag=True,
            in_pytest=None,
            help="Print what would run, be written and be skipped, how many requests and how long; send only a probe. "
            "Example: --dry-run --rules 'GRP-*'",
        ),
        Option(
            "--write",
            is_flag=True,
            help="Permission to write to a target that is not on this machine. The run changes only resources that it "
            "created, and deletes them at its end. Example: --url https://staging.example.com --write",
        ),
        Option(
            "--keep",
            is_flag=True,
            help="Leave what the checks with a finding have made, and what checks share, to look at it; the run says "
            "what stays, and sweep deletes it later. Example: --rules DEF-05 --keep",
        ),
        Option("--read-only", is_flag=True, help="Check only the rules of reading, on any target."),
    ),
    "Known failures": (
        Option(
            "--known-failures",
            type=types.known_failures,
            metavar="FILE",
            path=True,
            help="Known failures: they do not fail the run, but fail it once they pass or expire. "
            "Example: --known-failures known.yaml",
        ),
        Option(
            "--write-known-failures",
            type=types.new_file,
            metavar="FILE",
            path=True,
            help="Write the findings as a file of known failures, which must not exist. "
            "Example: --write-known-failures known.yaml",
        ),
    ),
    "Where options come from": (
        Option(
            "--config",
            type=types.non_empty,
            metavar="FILE|none",
            in_pytest="--conformance-config",
            is_eager=True,
            callback=_read_config,
            sweep=True,
            help="File of options (default: audience-conformance.toml, or [tool.audience-conformance] of a "
            "pyproject.toml, in this folder or above it). Example: --config ci.toml",
        ),
    ),
    "Reports": (
        Option(
            "--report",
            type=types.kinds,
            multiple=True,
            help=f"Reports to write: {', '.join(types.REPORT_KINDS)}. Repeatable. Example: --report html,junit",
        ),
        Option(
            "--report-dir",
            type=types.non_empty,
            metavar="FOLDER",
            path=True,
            default="conformance-report",
            help="Folder for the reports. Example: --report-dir build/conformance",
        ),
    ),
}
OPTIONS = tuple(chain.from_iterable(SECTIONS.values()))
