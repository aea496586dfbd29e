"""Makes the settings of a run from its options."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from audience_conformance.settings.options import OPTIONS, Option
from audience_conformance.settings.settings import Settings


def read_settings(texts: Mapping[str, Any]) -> Settings:
    """The settings that these options give as texts, by name; a missing option has its default.

    Raises:
        click.UsageError: a value cannot be used; the message says the fix.
    """
    arguments = [argument for option in OPTIONS for argument in _arguments(option, texts.get(option.name))]
    return make_settings(click.Command("run", params=list(OPTIONS)).make_context("run", arguments).params)


def _arguments(option: Option, value: Any) -> list[str]:
    if option.is_flag:
        return [option.opts[0]] if value else []
    texts = value if option.multiple else [value]
    return [f"{option.opts[0]}={text}" for text in texts or () if text is not None]


def make_settings(values: Mapping[str, Any]) -> Settings:
    """The settings with these values of all options.

    Raises:
        click.UsageError: two values contradict each other.
    """
    kinds = (kind for kinds in values["report"] for kind in kinds)
    settings = Settings(**{**values, "report": tuple(dict.fromkeys(kinds))})
    if settings.write and settings.read_only:
        raise click.UsageError("--write and --read-only contradict each other; give one of them")
    if settings.report and Path(settings.report_dir).exists() and not Path(settings.report_dir).is_dir():
        raise click.UsageError(f"--report-dir: {settings.report_dir} is a file; name a folder")
    return settings
