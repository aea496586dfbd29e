"""From the text of the options to settings: a bad value ends here, with a line that says what to write instead."""

import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from audience_conformance.settings.options import KINDS, LEVELS, OPTIONS, PROFILES
from audience_conformance.settings.settings import IDS, BadOption, Settings

MOST_WORKERS = 64
_TIMES = {"s": 1, "m": 60, "h": 3600}
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def read_settings(values: Mapping[str, Any]) -> Settings:
    """The settings that these options give, named as in OPTIONS; those that are missing have their defaults.

    Raises:
        BadOption: a value that cannot be.
    """
    given: dict[str, Any] = {}
    for option in OPTIONS:
        value = values.get(option.field)
        if value is None or value == ():
            value = option.default
        if value is not None:
            given[option.field] = value
    given["headers"] = tuple(map(_header, given.pop("header", ())))
    given["rate"] = _rate(given.pop("rate_limit", None))
    given["report"] = _kinds(given.get("report", ()))
    for name, read in _READERS.items():
        if name in given:
            given[name] = read(name, given[name])
    settings = Settings(**{field.name: given[field.name] for field in fields(Settings) if field.name in given})
    _judge(settings)
    return settings


def _judge(settings: Settings) -> None:
    """Refuse what is wrong only together with something else, or only now."""
    if settings.write and settings.read_only:
        raise BadOption("--write and --read-only contradict each other; give one of them")
    path = settings.write_known_failures
    if path is not None and Path(path).exists():
        raise BadOption(f"--write-known-failures: {path} exists; name a new file, or move that one away")
    if path is not None and not Path(path).absolute().parent.is_dir():
        raise BadOption(f"--write-known-failures: there is no folder {Path(path).parent}")
    if settings.report and Path(settings.report_dir).exists() and not Path(settings.report_dir).is_dir():
        raise BadOption(f"--report-dir: {settings.report_dir} is a file; name a folder")
    settings.chosen()
    settings.known()


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    name, value = name.strip(), value.strip()
    # The text may hold a secret wherever it went wrong: the message repeats none of it.
    if not colon or not _HEADER_NAME.fullmatch(name):
        raise BadOption("--header: one of them is not NAME: VALUE; write it as -H 'Authorization: Bearer …'")
    if not _HEADER_VALUE.fullmatch(value):
        raise BadOption(f"--header: the value of {name} holds a character that no header can (a line break?)")
    return name, value


def _url(name: str, text: str) -> str:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises ValueError for one that cannot be
        host = parts.hostname
    except ValueError as error:
        raise BadOption(f"--{_flag(name)}: not a URL: {error}") from None
    if "@" in parts.netloc:
        raise BadOption(f"--{_flag(name)}: a password in it would be printed; use -H 'Authorization: Basic …'")
    if parts.scheme not in ("http", "https") or not host:
        raise BadOption(f"--{_flag(name)}: {text!r} is not http://… or https://…, like http://127.0.0.1:4010")
    if re.search(r"[\s\x00-\x1f]", text):
        raise BadOption(f"--{_flag(name)}: {text!r} holds a blank or a control character")
    if parts.query or parts.fragment:
        raise BadOption(f"--{_flag(name)}: leave out what follows ? or #; the origin and the base path are enough")
    return text


def _text(name: str, text: str) -> str:
    if not text.strip():
        raise BadOption(f"--{_flag(name)} is empty; leave it out or give it a value")
    return text


def _one_of(name: str, text: str) -> str:
    choices = PROFILES if name == "profile" else LEVELS
    if text.lower() not in choices:
        raise BadOption(f"--{_flag(name)}: {text!r} is not one of {', '.join(choices)}")
    return text.lower()


def _seed(name: str, text: Any) -> int:
    if not re.fullmatch(r"\d{1,18}", str(text)):
        raise BadOption(f"--{_flag(name)}: {text!r} is not a whole number from 0, like 7")
    return int(text)


def _workers(name: str, text: Any) -> int:
    if str(text).lower() == "auto":
        return 0
    if not re.fullmatch(r"\d{1,3}", str(text)) or not 1 <= int(text) <= MOST_WORKERS:
        raise BadOption(f"--{_flag(name)}: {text!r} is not a number from 1 to {MOST_WORKERS}, or auto")
    return int(text)


def _seconds(name: str, text: Any) -> float:
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)([smh]?)", str(text).strip())
    seconds = float(match[1]) * _TIMES[match[2] or "s"] if match else 0.0
    if not seconds:
        raise BadOption(f"--{_flag(name)}: {text!r} is not a time above 0, like 90, 90s, 5m or 1h")
    return seconds


def _rate(text: str | None) -> float:
    if text is None:
        return 0.0
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)/([smh])", text.strip())
    rate = float(match[1]) / _TIMES[match[2]] if match else 0.0
    if not rate:
        raise BadOption(f"--rate-limit: {text!r} is not requests a time, like 5/s, 100/m or 2000/h")
    return rate


def _kinds(texts: Any) -> tuple[str, ...]:
    kinds = [kind.strip().lower() for text in texts for kind in text.split(",") if kind.strip()]
    for kind in kinds:
        if kind not in KINDS:
            raise BadOption(f"--report: {kind!r} is not one of {', '.join(KINDS)}")
    return tuple(dict.fromkeys(kinds))


def _flag(name: str) -> str:
    return name.replace("_", "-")


_READERS = {
    "url": _url,
    "profile": _one_of,
    "level": _one_of,
    "seed": _seed,
    "workers": _workers,
    "timeout": _seconds,
    "async_timeout": _seconds,
    "max_time": _seconds,
    **dict.fromkeys(("company", "application", *IDS, "known_failures", "write_known_failures", "report_dir"), _text),
}
