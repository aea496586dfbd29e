"""What the commands share: help in sections, and errors in one line."""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from audience_conformance.runner.interrupts import exit_code, interruptible
from audience_conformance.settings.options import SECTIONS, Option, note_old_names, note_unknown_variables

EXIT_UNABLE = 2
EXTRA = frozenset(
    {"certifi", "hypothesis", "jinja2", "markupsafe", "openapi_schema_validator", "openapi_spec_validator", "pytest"}
    | {"rich", "schemathesis", "urllib3"}
)
"""What the extra `conformance` installs, as modules."""


class Command(click.Command):
    """A command with the options of `run` in sections, and an error in one line: exit code 2.

    A signal interrupts it: exit code 128 and the signal's number, after a clean-up.
    """

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        note_old_names(args, self.params)
        if any(isinstance(parameter, Option) for parameter in self.params):
            note_unknown_variables()
        with _errors_in_one_line(info_name):
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _errors_in_one_line(ctx.info_name):
            return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        in_sections: dict[click.Parameter, str] = {
            option: section for section, options in SECTIONS.items() for option in options
        }
        shown: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            if record := parameter.get_help_record(ctx):
                shown.setdefault(in_sections.get(parameter, "Options"), []).append(record)
        for section, records in shown.items():
            with formatter.section(section):
                formatter.write_dl(records)


@contextmanager
def _errors_in_one_line(command: str | None) -> Iterator[None]:
    try:
        with interruptible():
            yield
    except click.ClickException as error:
        hint = f" (see audience-conformance {command} --help)" if isinstance(error, click.UsageError) else ""
        # Imported here: most commands end without an error.
        from audience_conformance.reports.facts import visible  # noqa: PLC0415

        message = visible(" ".join(error.format_message().split())).rstrip(".")
        click.echo(f"audience-conformance {command}: {message}{hint}", err=True)
        sys.exit(EXIT_UNABLE)
    except (click.exceptions.Exit, click.Abort):
        raise
    except Exception as error:  # noqa: BLE001 (a crash must not look like a finding, which is exit code 1)
        if isinstance(error, ModuleNotFoundError) and str(error.name).partition(".")[0] in EXTRA:
            fix = "pip install 'audience-contract[conformance]'"
            click.echo(f"audience-conformance {command}: {error.name} is not installed; {fix}", err=True)
            sys.exit(EXIT_UNABLE)
        from audience_conformance.reports.facts import visible  # noqa: PLC0415

        message = f"audience-conformance {command}: internal error in the suite\n{traceback.format_exc()}"
        click.echo(visible(message), err=True)
        sys.exit(EXIT_UNABLE)
    except KeyboardInterrupt as interrupt:
        click.echo(f"audience-conformance {command}: interrupted", err=True)
        sys.exit(exit_code(interrupt))
