"""Redaction: which values of the journal and the log are secret, and how the others stay readable.

A value is secret by its name, in a header, a query or JSON: one that contains any of the words below, in any case, with
percent-encoded characters too. So an unknown header is rather hidden than shown. What is not hidden:

- ordinary words that contain such a word: author, keyboard, signal, … (the look-arounds);
- `key` itself in JSON, because it is a field of the contract: a slug in a bulk update, the category of a group;
- X-Mock-Session, which names a session of the mock and opens nothing;
- WWW-Authenticate and Access-Control-Allow-Credentials, which say that something is needed, and hold none;
- true, false, null and empty texts, which hold nothing.
"""

import json
import logging
import re
from typing import Any
from urllib.parse import unquote_plus

REDACTED = "[redacted]"
_SECRET = re.compile(
    r"""
      token | secret | passw | passphrase | pwd | session | cookie | credential | jwt
    | (?<!mon)(?<!don)(?<!tur)(?<!hoc)(?<!joc)(?<!whis) key (?!board|word|note|stone)
    | sig (?!n(?!ature)|h|ma)
    | auth (?!or(?!i[sz]))
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OPEN_HEADERS = frozenset(
    {"access-control-allow-credentials", "proxy-authenticate", "www-authenticate", "x-mock-session"}
)
_OPEN_FIELDS = frozenset({"key"})
_SCHEMES = frozenset({"basic", "bearer", "digest"})
_URL = re.compile(r"(?<=://)[^\s\"'<>\\]+")
_MATRIX = re.compile(r";([^=;/]+)=([^;/]*)")
_STRING = re.compile(r'"(?:[^"\\]|\\.?)*+(?:"|\Z)', re.DOTALL)
_BEFORE_VALUE = re.compile(r"\s*+:\s*+")
_SCALAR = re.compile(r"[^\s,\]}]*+")
_PART = re.compile(r'"(?:[^"\\]|\\.?)*+(?:"|\Z)|[\[{\]}]', re.DOTALL)
_MOST_ENCODINGS = 3
_EMPTY = frozenset({"", '""', "true", "false", "null"})


# --- names ----------------------------------------------------------------------------------------------


def is_secret(name: str) -> bool:
    """Does a query parameter of this name hold a secret; also one that is percent-encoded several times."""
    for _ in range(_MOST_ENCODINGS):
        name = unquote_plus(name) if "%" in name else name
    return _SECRET.search(name) is not None


def is_secret_header(name: str) -> bool:
    return name.lower() not in _OPEN_HEADERS and is_secret(name)


def is_secret_field(name: str) -> bool:
    """Does a field of JSON of this name hold a secret."""
    return name not in _OPEN_FIELDS and is_secret(name)


# --- values ---------------------------------------------------------------------------------------------


def header(name: str, value: str) -> str:
    """The value of a header; of a secret one only the scheme, like Bearer."""
    if not is_secret_header(name):
        return text_with_urls(value)
    scheme, _, rest = value.partition(" ")
    return f"{scheme} {REDACTED}" if rest and scheme.lower() in _SCHEMES else REDACTED


def query(text: str) -> str:
    """A query as sent, or a form: name=value, with & between."""
    return "&".join(map(_pair, text.split("&")))


def _pair(part: str) -> str:
    name, is_given, value = part.partition("=")
    return f"{name}={REDACTED}" if is_given and value and is_secret(name) else part


def path(text: str) -> str:
    """A path, which may have parameters like ;jsessionid=1."""
    if ";" not in text:
        return text
    return _MATRIX.sub(lambda found: f";{found[1]}={REDACTED}" if is_secret(found[1]) else found[0], text)


def text_with_urls(text: str) -> str:
    """A text in which the URLs lose the secrets of their queries, and their passwords."""
    return _URL.sub(_url, text) if "://" in text else text


def _url(found: re.Match[str]) -> str:
    address, mark, rest = found[0].partition("?")
    host, slash, below = address.partition("/")
    login, at, name = host.rpartition("@")
    if ":" in login:
        host = f"{login.partition(':')[0]}:{REDACTED}{at}{name}"
    return f"{host}{slash}{path(below)}{mark}{query(rest)}"


def value(data: Any) -> Any:
    """JSON data."""
    if isinstance(data, dict):
        return {name: field(name, part) for name, part in data.items()}
    if isinstance(data, list):
        return [value(part) for part in data]
    return text_with_urls(data) if isinstance(data, str) else data


def field(name: str, data: Any) -> Any:
    """The value of a field of JSON."""
    holds_nothing = data is None or isinstance(data, bool) or data in ("", [], {})
    return REDACTED if is_secret_field(name) and not holds_nothing else value(data)


def body(text: str) -> str:
    """A body as text: JSON, also cut off or not quite valid, or a form. Takes time linear in its length."""
    parts, place = [], 0
    while found := _STRING.search(text, place):
        colon = _BEFORE_VALUE.match(text, found.end())
        if not colon or not is_secret_field(_unescaped(found[0])):
            parts.append(text[place : found.end()])
            place = found.end()
            continue
        end = _end_of_value(text, colon.end())
        shown = text[colon.end() : end]
        parts += text[place : colon.end()], shown if shown in _EMPTY else f'"{REDACTED}"'
        place = end
    text = text_with_urls("".join([*parts, text[place:]]))
    return query(text) if "=" in text and not text.lstrip().startswith(("{", "[", '"')) else text


def _unescaped(string: str) -> str:
    try:
        return str(json.loads(string, strict=False))
    except ValueError:
        return string


def _end_of_value(text: str, begin: int) -> int:
    first = text[begin : begin + 1]
    if first == '"':
        found = _STRING.match(text, begin)
        return found.end() if found else len(text)
    if first not in {"{", "["}:
        scalar = _SCALAR.match(text, begin)
        return scalar.end() if scalar else begin
    depth = 0
    for part in _PART.finditer(text, begin):
        depth += part[0] in {"{", "["}
        depth -= part[0] in {"}", "]"}
        if not depth:
            return part.end()
    return len(text)


class AccessLog(logging.Filter):
    """Redacts the path and query in the lines that uvicorn logs for requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_target(one) if isinstance(one, str) else one for one in record.args)
        return True


def _target(text: str) -> str:
    address, mark, rest = text.partition("?")
    return f"{path(address)}{mark}{query(rest)}"
