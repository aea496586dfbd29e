"""The types of option values: each turns a text into a value, or raises a ValueError that says the fix.

--help shows the name of a type in place of the value.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

import click

REPORT_KINDS = ("junit", "html", "json", "markdown", "sarif", "har", "badge")
MAX_CONNECTIONS = 64
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class WholeNumber(click.IntRange):
    name = "whole number from 0, like 7"  # click's message reads: 'x' is not a valid <name>.

    def __init__(self) -> None:
        super().__init__(min=0)


def non_empty(text: str) -> str:
    if not text.strip():
        raise ValueError("it is empty; leave the option out or give it a value")
    return text


def header(text: str) -> tuple[str, str]:
    name, colon, value = (part.strip() for part in text.partition(":"))
    # No message repeats the text: it may hold a secret anywhere.
    if not colon or not _HEADER_NAME.fullmatch(name):
        raise ValueError("it is not NAME: VALUE; write it as -H 'Authorization: Bearer …'")
    if not _HEADER_VALUE.fullmatch(value):
        raise ValueError(f"the value of {name} holds a character that no header can hold (a line break?)")
    return name, value


def url(text: str) -> str:
    try:
        parts = urlsplit(text)
        host = parts.hostname
        lacks_brackets = parts.netloc.count(":") > 1 and "[" not in parts.netloc
        _ = lacks_brackets or parts.port  # raises ValueError for an invalid port
    except ValueError as error:
        raise ValueError(f"it is not a URL: {error}") from None
    if "@" in parts.netloc:
        raise ValueError("a password in it would be printed; use -H 'Authorization: Basic …'")
    if lacks_brackets:
        raise ValueError(f"{text!r}: write an IPv6 address in brackets, like http://[::1]:4010")
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(f"{text!r} is not http://… or https://…, like http://127.0.0.1:4010")
    if re.search(r"[\s\x00-\x1f]", text):
        raise ValueError(f"{text!r} contains a space or a control character")
    if parts.query or parts.fragment:
        raise ValueError("remove the part after ? or #; the origin and the base path are enough")
    return text


def proxy(text: str) -> str:
    """A URL of a proxy, or none."""
    # No message repeats the text: it may hold a password.
    if text.lower() == "none":
        return "none"
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1)
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("it is not http://HOST:PORT, https://HOST:PORT or none; SOCKS is not supported")
    return text


def tls_verify(text: str) -> str:
    """The path of certificates, or false."""
    return "false" if text.lower() == "false" else existing(text, "name the certificates to trust, or false")


def client_cert(text: str) -> str:
    """One path, or that of the certificate and that of its key, with a comma between."""
    for part in text.split(","):
        existing(part, "name a PEM file with certificate and key, or CERTIFICATE,KEY")
    return text


def run_id(text: str) -> str:
    if not re.fullmatch("[0-9a-f]{6,8}", text.lower()):
        raise ValueError(f"{text!r} is not the id of a run, like 5f2a09")
    return text.lower()


def existing(text: str, fix: str) -> str:
    if not Path(non_empty(text)).exists():
        raise ValueError(f"there is no file {text}; {fix}")
    return text


def patterns(text: str) -> str:
    from audience_conformance.contract.rules import select  # noqa: PLC0415 (--help need not read the contract)

    select(text)
    return text


def operations(text: str) -> str:
    from audience_conformance.contract.document import operations as known  # noqa: PLC0415 (as above)
    from audience_conformance.contract.names import match  # noqa: PLC0415

    match(text, known(), "operation")
    return text


def tags(text: str) -> str:
    from audience_conformance.contract.document import operations_by_tag  # noqa: PLC0415 (as above)
    from audience_conformance.contract.names import match  # noqa: PLC0415

    match(text, operations_by_tag(), "tag")
    return text


def failed_report(text: str) -> str:
    from audience_conformance.settings.failed_report import read_failed  # noqa: PLC0415 (as above)

    read_failed(Path(non_empty(text)))
    return text


def connections(text: str) -> int:
    """The number of connections; 0 for auto."""
    if text.lower() == "auto":
        return 0
    if not re.fullmatch(r"\d{1,3}", text) or not 1 <= int(text) <= MAX_CONNECTIONS:
        raise ValueError(f"{text!r} is not a number from 1 to {MAX_CONNECTIONS}, or auto")
    return int(text)


def shard(text: str) -> tuple[int, int]:
    """The number of a shard, from 1, and how many there are."""
    match = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text.strip())
    number, of = (int(match[1]), int(match[2])) if match else (0, 0)
    if not match or not of:
        raise ValueError(f"{text!r} is not NUMBER/OF, like 2/5 for the second of five shards")
    if not 1 <= number <= of:
        raise ValueError(f"{text!r}: the shards are 1/{of} to {of}/{of}")
    return number, of


def time(text: str) -> float:
    """Seconds."""
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)([smh]?)", text.strip())
    seconds = float(match[1]) * _SECONDS[match[2] or "s"] if match else 0.0
    if not seconds:
        raise ValueError(f"{text!r} is not a time above 0, like 90, 90s, 5m or 1h")
    return seconds


def rate(text: str) -> float:
    """Requests a second."""
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)/([smh])", text.strip())
    per_second = float(match[1]) / _SECONDS[match[2]] if match else 0.0
    if not per_second:
        raise ValueError(f"{text!r} is not a number of requests per time, like 5/s, 100/m or 2000/h")
    return per_second


def known_failures(text: str) -> str:
    from audience_conformance.checks.registry import all_checks  # noqa: PLC0415 (as above)
    from audience_conformance.contract.names import suggestion  # noqa: PLC0415
    from audience_conformance.results.known_failures import read_known  # noqa: PLC0415

    entries = read_known(Path(text)).entries
    checks = {check.name: check for check in all_checks()} if any(entry.check for entry in entries) else {}
    for entry in entries:
        if entry.check is None:
            continue
        check = checks.get(entry.check)
        if check is None or entry.rule not in check.rules:
            of_rule = [name.replace("_", " ") for name, check in checks.items() if entry.rule in check.rules]
            raise ValueError(
                f"{text}: {entry.name}: {entry.rule} has no such check; {suggestion(entry.check, of_rule)}"
            )
        if entry.case and entry.case not in check.cases:
            raise ValueError(f"{text}: {entry.name}: the check has no such case; {suggestion(entry.case, check.cases)}")
    return text


def new_file(text: str) -> str:
    path = Path(non_empty(text))
    if path.exists():
        raise ValueError(f"{path} exists; name a new file, or move that one away")
    if not path.absolute().parent.is_dir():
        raise ValueError(f"there is no folder {path.parent}")
    return text


def kinds(text: str) -> tuple[str, ...]:
    kinds = tuple(kind.strip().lower() for kind in text.split(",") if kind.strip())
    for kind in kinds:
        if kind not in REPORT_KINDS:
            raise ValueError(f"{kind!r} is not one of {', '.join(REPORT_KINDS)}")
    return kinds
