"""The file of options: audience-conformance.toml, or the table [tool.audience-conformance] of a pyproject.toml."""

import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audience_conformance.contract.names import did_you_mean

if TYPE_CHECKING:
    from audience_conformance.settings.options import Option

FILE_NAME = "audience-conformance.toml"
PROJECT_FILE = "pyproject.toml"
TABLE = "audience-conformance"
NO_FILE = "none"


class ConfigError(ValueError):
    """A file of options cannot be used; the message names the file, the line or the key, and the fix."""


def find(folder: Path) -> Path | None:
    """The file of options in a folder or the nearest one above it, up to the root of a Git repository."""
    for above in (folder, *folder.parents):
        own, project = above / FILE_NAME, above / PROJECT_FILE
        found = [path for path in (own, project) if os.path.isfile(path)]  # noqa: PTH113 (False where access is denied)
        found = [path for path in found if path == own or _has_table(path)]
        if len(found) > 1:
            raise ConfigError(f"both {own} and [tool.{TABLE}] of {project} have options; keep one of them")
        if found:
            return found[0]
        if os.path.exists(above / ".git"):  # noqa: PTH110 (as above)
            return None
    return None


def read(path: Path, options: Iterable["Option"]) -> dict[str, Any]:
    """The values in a file by the options' Python names, as texts, lists of texts and booleans.

    Raises:
        ConfigError: the file cannot be read, or has an unknown key or a value of the wrong type.
    """
    table = _parse(path)
    if path.name == PROJECT_FILE:
        table = table.get("tool", {}).get(TABLE)
        if not isinstance(table, dict):
            raise ConfigError(f"{path} has no table [tool.{TABLE}]")
    by_key = {option.key: option for option in options}
    values: dict[str, Any] = {}
    for key, value in table.items():
        option = by_key.get(key.replace("_", "-"))
        if option is None:
            raise ConfigError(f"{path}: {key} is no option{_suggestion(key, by_key)}")
        if option.name in values:
            raise ConfigError(f"{path}: {option.key} is given twice, as {key} too; remove one")
        values[option.name] = _relative(option, _texts(f"{path}: {key}", option, value), path.parent)
    return values


def _suggestion(key: str, keys: Mapping[str, Any]) -> str:
    close = did_you_mean(key.replace("_", "-"), keys)
    return f"; did you mean {close}?" if close else "; `audience-conformance run --help` lists them without their --"


def _has_table(path: Path) -> bool:
    """Has a pyproject.toml our table; a broken one that does not name us is not our concern."""
    try:
        ours = TABLE.encode() in path.read_bytes()
    except OSError:
        return False
    tool = _parse(path).get("tool") if ours else None
    return isinstance(tool, dict) and TABLE in tool


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}; correct --config") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}") from None
    except RecursionError:
        raise ConfigError(f"{path} is not TOML of options: it is nested too deeply") from None


def _texts(where: str, option: "Option", value: Any) -> Any:
    """The value as the option takes it from the command line. Raises ConfigError."""
    if option.is_flag:
        if not isinstance(value, bool):
            raise ConfigError(f"{where} is {_kind(value)}; write true or false")
        return value
    if isinstance(value, list) and (option.multiple or option.comma):
        if not all(isinstance(item, str) for item in value):
            raise ConfigError(f'{where} is a list of something else than texts; write ["…", "…"]')
        return value if option.multiple else ",".join(value)
    if isinstance(value, bool) and option.name == "tls_verify" and not value:
        return "false"
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        lists = ', or ["…", "…"]' if option.multiple or option.comma else ""
        raise ConfigError(f'{where} is {_kind(value)}; write "…"{lists}')
    return [str(value)] if option.multiple else str(value)


def _kind(value: Any) -> str:
    names = {bool: "a boolean", str: "a text", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return names.get(type(value), "a date or time")


def _relative(option: "Option", value: Any, folder: Path) -> Any:
    """Paths in a file are relative to its folder."""
    if not option.path or value == "false" or not isinstance(value, str) or "${" in value:
        return value
    return ",".join(os.path.relpath(folder / part) for part in value.split(",")) if value else value
