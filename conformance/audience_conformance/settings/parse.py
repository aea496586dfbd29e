"""Makes the settings of a run from its options."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from audience_conformance.settings.options import OPTIONS, Option
from audience_conformance.settings.settings import Settings


def read_settings(texts: Mapping[str, Any]) -> Settings:
    """The settings that these options give as texts, by name; others come from the environment and the file of options.

    Raises:
        click.UsageError: a value cannot be used; the message says the fix.
    """
    arguments = [argument for option in OPTIONS for argument in _arguments(option, texts.get(option.name))]
    return make_settings(click.Command("run", params=list(OPTIONS)).make_context("run", arguments))


def _arguments(option: Option, value: Any) -> list[str]:
    if option.is_flag:
        return [option.opts[0]] if value else []
    texts = value if option.multiple else [value]
    return [f"{option.opts[0]}={text}" for text in texts or () if text is not None]


def make_settings(context: click.Context) -> Settings:
    """The settings with the values of all options in this context.

    Raises:
        click.UsageError: two values contradict each other.
    """
    values = context.params
    kinds = [kind for kinds in values["report"] for kind in kinds]
    if values["shard"]:
        kinds.append("json")
    settings = Settings(**{**values, **_permission(context), "report": tuple(dict.fromkeys(kinds))})
    if settings.write and settings.read_only:
        raise click.UsageError("--write and --read-only contradict each other; give one of them")
    if settings.report and Path(settings.report_dir).exists() and not Path(settings.report_dir).is_dir():
        raise click.UsageError(f"--report-dir: {settings.report_dir} is a file; name a folder")
    return settings


def _permission(context: click.Context) -> dict[str, bool]:
    """--write and --read-only: the one of the earlier source overrides the other."""
    given = [name for name in ("write", "read_only") if context.params[name]]
    sources = {name: context.get_parameter_source(name) or ParameterSource.DEFAULT for name in given}
    first = min(sources.values(), default=None)
    return {name: source == first for name, source in sources.items()}
