"""Entries of the journal as people and programs read them: parsed, judged, and without secrets."""

import asyncio
import base64
import json
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl

import orjson

from audience_mock.session.journal import Body, Headers, Record
from audience_mock.store.world import timestamp

T = TypeVar("T")
Json = dict[str, Any]
AT_ONCE = 50
"""Entries that are read without a pause."""
REDACTED = "[redacted]"
SECRET_HEADERS = frozenset(
    {
        "authorization",
        "cookie",
        "proxy-authorization",
        "set-cookie",
        "x-api-key",
        "x-auth-token",
        "x-csrf-token",
        "x-mock-token",
        "x-xsrf-token",
    }
)

_TOLD = {"forced": "The answer was forced", "deviates": "The contract was broken"}
_LEAVES_THE_ANSWER = re.compile(r"(^|: )delay\b|^proxied to ")
_SECRET_PARAMETERS = re.compile(
    r"(?i)(^|&)((?:access_|refresh_|id_)?token|api[_-]?key|password|(?:client_)?secret)=[^&]*"
)
_SCHEMES = frozenset({"basic", "bearer", "digest"})
_LONG_NUMBER = re.compile(rb"[0-9]{16}")
_DEEP = 100
"""Opening brackets in a body, from which on it may nest deeper than can be written."""


class Content(NamedTuple):
    """A body as it is shown: JSON, text, or base64 of what is neither; None and None where there is none."""

    value: Any
    encoding: str | None


def entry(record: Record, session: str) -> Json:
    """An entry as plain data."""
    asked, answered = record.headers, record.response_headers
    outcome = outcome_of(record)
    return {
        "id": record.id,
        "time": timestamp(record.began),
        "session": session,
        "method": record.method,
        "path": record.path,
        "query": query_of(record),
        "operation": record.operation,
        "tenant": record.tenant,
        "request": {"headers": _headers(asked), **_body(record.request_body, asked)},
        "response": {"status": record.status, "headers": _headers(answered), **_body(record.response_body, answered)},
        "duration": round(record.duration * 1000, 3),
        "outcome": outcome,
        "why": None if outcome == "ok" else why(record, outcome),
        "applied": list(record.applied or ()),
    }


async def each(records: Iterable[Record], tell: Callable[[Record], T]) -> list[T]:
    """`tell` of every entry, with pauses in which other requests have their turn."""
    told = []
    for place, record in enumerate(list(records)):
        if place % AT_ONCE == 0:
            await asyncio.sleep(0)
        told.append(tell(record))
    return told


def outcome_of(record: Record) -> str:
    """`forced` where a fault made the answer, not merely later; `failed` for a 5xx and for no whole answer.

    `deviates` where a side of a proxied call breaks the contract.
    """
    if any(" deviates" in text for text in record.applied or ()):
        return "deviates"
    if any(not _LEAVES_THE_ANSWER.search(text) for text in record.applied or ()):
        return "forced"
    status = record.status
    if status is None or not record.is_whole or record.problem or status >= 500:  # noqa: PLR2004
        return "failed"
    return "refused" if status >= 400 else "ok"  # noqa: PLR2004


def why(record: Record, outcome: str) -> Any:
    """What was wrong: the error body's list or message, else a sentence."""
    if outcome in _TOLD:
        return f"{_TOLD[outcome]}: {', '.join(record.applied or ())}."
    if record.problem:
        return f"No whole answer was sent: {record.problem}."
    if record.status is None or not record.is_whole:
        return "The connection ended before the whole answer was sent."
    content = content_of(record.response_body, record.response_headers).value
    if isinstance(content, dict):
        return content.get("errors") or content.get("message")
    if isinstance(content, str) and (found := re.search(r'"message":\s*("(?:[^"\\]|\\.)*")', content)):
        return json.loads(found[1], strict=False)  # of a body that was cut
    return f"The answer was {record.status}."


def query_of(record: Record) -> Json:
    """The query's parameters; one that is repeated has a list."""
    query: Json = {}
    for name, value in parse_qsl(query_text(record), keep_blank_values=True):
        if name not in query:
            query[name] = value
        elif isinstance(query[name], list):
            query[name].append(value)
        else:
            query[name] = [query[name], value]
    return query


def query_text(record: Record) -> str:
    """The query as it was sent, but for secrets."""
    return _SECRET_PARAMETERS.sub(rf"\1\2={REDACTED}", record.query)


def header_pairs(headers: Headers, *, secret: bool = False) -> list[tuple[str, str]]:
    """Headers as text, in order, the values of secret ones withheld unless they are asked for."""
    pairs = ((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers)
    return [(name, value if secret or name not in SECRET_HEADERS else _redacted(value)) for name, value in pairs]


def _redacted(value: str) -> str:
    scheme, _, rest = value.partition(" ")
    return f"{scheme} {REDACTED}" if rest and scheme.lower() in _SCHEMES else REDACTED


def joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Headers by name; the values of repeated ones are put together."""
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _headers(headers: Headers) -> dict[str, str]:
    return joined(header_pairs(headers))


def _body(body: Body, headers: Headers) -> Json:
    content = content_of(body, headers)
    return {"body": content.value, "encoding": content.encoding, "size": body.size, "cut": body.is_cut}


def media_type(headers: Headers) -> str:
    """The Content-Type; empty if there is none."""
    return next((value.decode("latin-1") for name, value in headers if name.lower() == b"content-type"), "")


def content_of(body: Body, headers: Headers) -> Content:
    """A body, read: as JSON only where it is whole and sent as such, or sent as nothing."""
    if not body.size:
        return Content(None, None)
    raw = bytes(body.content)
    kind = media_type(headers)
    if (not kind or "json" in kind.lower()) and not body.is_cut:
        try:
            return Content(_parsed(raw), "json")
        except (ValueError, RecursionError):
            pass
    return text_of(raw, is_cut=body.is_cut)


def _parsed(raw: bytes) -> Any:
    """JSON whose numbers are exact, and that can be written again. Raises ValueError."""
    value = orjson.loads(raw)
    if raw.count(b"[") + raw.count(b"{") > _DEEP:
        try:
            orjson.dumps([[[[[value]]]]])
        except TypeError as error:
            raise ValueError from error
    return json.loads(raw) if _LONG_NUMBER.search(raw) else value


def text_of(raw: bytes, *, is_cut: bool) -> Content:
    """Bytes as text where they are UTF-8; a character that the cut went through is left out."""
    try:
        return Content(raw.decode(), "text")
    except UnicodeDecodeError as error:
        if is_cut and error.start >= len(raw) - 3 and error.reason == "unexpected end of data":
            return Content(raw[: error.start].decode(), "text")
    return Content(base64.b64encode(raw).decode(), "base64")
