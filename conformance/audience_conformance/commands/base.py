"""What the commands `run` and `sweep` share: options from the one table, help in sections, errors in one line."""

import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

import click

from audience_conformance.settings.options import Option

UNABLE = 2
WIDTH = 110
"""Columns of help, at the most."""


class Command(click.Command):
    """A command whose options are shown in sections, and whose misuse is told in one line."""

    sections: tuple[Option, ...] = ()

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **more: Any) -> click.Context:
        try:
            return super().make_context(info_name, args, *rest, **{"max_content_width": WIDTH, **more})
        except click.UsageError as error:
            give_up(info_name or "", f"{error.format_message()} (see audience-conformance {info_name} --help)")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        shown: dict[str, list[tuple[str, str]]] = {}
        section_of = {option.field: option.section for option in self.sections}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                shown.setdefault(section_of.get(parameter.name or "", "Options"), []).append(record)
        for section, records in shown.items():
            with formatter.section(section):
                formatter.write_dl(records)


def with_options(options: Iterable[Option]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a function these options, as text for `read_settings`."""
    chosen = tuple(options)

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(chosen):
            names = [f"--{option.name}", *([f"-{option.short}"] if option.short else [])]
            told = f"{option.help} [default: {option.default}]" if option.default is not None else option.help
            more: dict[str, Any] = {"is_flag": True} if option.metavar is None else {"metavar": option.metavar}
            function = click.option(*names, option.field, multiple=option.repeat, help=told, **more)(function)
            if option.old_name:
                function = _old_name(option)(function)
        return function

    return decorate


def _old_name(option: Option) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A hidden option under the name of earlier versions, which sets the one of today."""

    def set_value(context: click.Context, _: click.Parameter, value: str | None) -> None:
        if value is not None:
            click.echo(f"--{option.old_name} is now --{option.name}; the old name still works", err=True)
            context.params.setdefault(option.field, value)

    return click.option(f"--{option.old_name}", hidden=True, expose_value=False, callback=set_value, is_eager=True)


def give_up(command: str, reason: str) -> NoReturn:
    """Say in one line why the command cannot do its job, and end with exit code 2."""
    click.echo(f"audience-conformance {command}: {' '.join(reason.split())}", err=True)
    sys.exit(UNABLE)
