"""Journal entries as JSON: parsed, with their outcome, and without secrets."""

import asyncio
import base64
import json
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl, unquote_plus

import orjson

from audience_mock.control import redaction
from audience_mock.session.journal import Body, Headers, Record
from audience_mock.store.ids import timestamp

T = TypeVar("T")
Json = dict[str, Any]
BATCH = 50
"""Entries that are converted without a pause."""
_REASONS = {"forced": "The response was forced", "deviates": "The contract was broken"}
_KEEPS_RESPONSE = re.compile(r"(^|: )delay\b|: ok$|^proxied to ")
_LONG_NUMBER = re.compile(rb"[0-9]{16}")
_ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
_MANY_BRACKETS = 100
"""Opening brackets from which on a body may nest too deep to be serialized."""


class Content(NamedTuple):
    """A body as JSON, text or base64 (`encoding`); both fields are None without a body."""

    value: Any
    encoding: str | None


def entry(record: Record, session: str) -> Json:
    """A record as JSON data."""
    request_headers, response_headers = record.headers, record.response_headers
    outcome = outcome_of(record)
    return {
        "id": record.id,
        "time": timestamp(record.began),
        "session": session,
        "method": record.method,
        "path": redaction.path(record.path),
        "query": query_of(record),
        "operation": record.operation,
        "tenant": record.tenant,
        "request": {"headers": _headers(request_headers), **_body(record.request_body, request_headers)},
        "response": {
            "status": record.status,
            "headers": _headers(response_headers),
            **_body(record.response_body, response_headers),
        },
        "duration": round(record.duration * 1000, 3),
        "outcome": outcome,
        "why": None if outcome == "ok" else why(record, outcome),
        "applied": list(record.applied or ()),
    }


async def map_in_batches(records: Iterable[Record], function: Callable[[Record], T]) -> list[T]:
    """The results of `function`; other requests run between two batches."""
    results = []
    for index, record in enumerate(list(records)):
        if index % BATCH == 0:
            await asyncio.sleep(0)
        results.append(function(record))
    return results


def outcome_of(record: Record) -> str:
    """`ok`, `refused` (4xx), `failed` (5xx, or an incomplete response), `forced` or `deviates`.

    `forced`: a fault made the response; a fault that only delays does not count. `deviates`: one side of a proxied
    request breaks the contract.
    """
    if any(" deviates" in text for text in record.applied or ()):
        return "deviates"
    if any(not _KEEPS_RESPONSE.search(text) for text in record.applied or ()):
        return "forced"
    status = record.status
    if status is None or not record.is_whole or record.problem or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "failed"
    return "refused" if status >= HTTPStatus.BAD_REQUEST else "ok"


def why(record: Record, outcome: str) -> Any:
    """The reason of an outcome: the errors or the message of the response, or a sentence."""
    if outcome in _REASONS:
        return f"{_REASONS[outcome]}: {', '.join(record.applied or ())}."
    if record.problem:
        return f"The response is incomplete: {record.problem}."
    if record.status is None or not record.is_whole:
        return "The connection ended before the whole response was sent."
    content = content_of(record.response_body, record.response_headers).value
    if isinstance(content, dict):
        return redaction.value(content.get("errors") or content.get("message"))
    if isinstance(content, str) and (found := re.search(r'"message":\s*("(?:[^"\\]|\\.)*")', content)):
        return redaction.value(json.loads(found[1], strict=False))  # of a body that was cut
    return f"The status is {record.status}."


def query_of(record: Record, *, secret: bool = False) -> Json:
    """The query's parameters; a repeated one is a list. With `secret` also the values of secret ones."""
    query: Json = {}
    for name, value in parse_qsl(record.query if secret else query_text(record), keep_blank_values=True):
        if name not in query:
            query[name] = value
        elif isinstance(query[name], list):
            query[name].append(value)
        else:
            query[name] = [query[name], value]
    return query


def contains(record: Record, text: str) -> bool:
    """Is a text part of the path, the query or a body as they are shown, in any case."""
    wanted = text.casefold()
    if any(wanted in one.casefold() for one in (redaction.path(record.path), unquote_plus(query_text(record)))):
        return True
    found = [
        plain
        for body in (record.request_body, record.response_body)
        if wanted in (plain := _plain(body.content)).casefold()
    ]
    return any(wanted in redaction.body(plain).casefold() for plain in found)


def _plain(content: bytes) -> str:
    """A body as text; characters that JSON escapes are written out."""
    text = content.decode(errors="replace")
    return _ESCAPED.sub(lambda found: json.loads(f'"{found[0]}"'), text) if "\\u" in text else text


def query_text(record: Record) -> str:
    """The query as sent, with secrets redacted."""
    return redaction.query(record.query)


def header_pairs(headers: Headers, *, secret: bool = False) -> list[tuple[str, str]]:
    """Headers as text, in order; with `secret` also the values of secret ones."""
    pairs = ((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers)
    return [(name, value if secret else redaction.header(name, value)) for name, value in pairs]


def joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Headers by name; the values of a repeated one are joined."""
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _headers(headers: Headers) -> dict[str, str]:
    return joined(header_pairs(headers))


def _body(body: Body, headers: Headers) -> Json:
    content = content_of(body, headers)
    return {"body": redacted(content), "encoding": content.encoding, "size": body.size, "cut": body.is_cut}


def redacted(content: Content) -> Any:
    """The value of a body without secrets."""
    if content.encoding == "text":
        return redaction.body(content.value)
    return redaction.value(content.value) if content.encoding == "json" else content.value


def header(headers: Headers, name: bytes) -> str:
    """The value of a header; empty without one."""
    return next((value.decode("latin-1") for key, value in headers if key.lower() == name), "")


def content_of(body: Body, headers: Headers) -> Content:
    """The parsed body; JSON if it is complete and its media type is JSON or missing."""
    if not body.size:
        return Content(None, None)
    raw = bytes(body.content)
    kind = header(headers, b"content-type")
    if (not kind or "json" in kind.lower()) and not body.is_cut:
        try:
            return Content(_parsed(raw), "json")
        except (ValueError, RecursionError):
            pass
    return text_of(raw, is_cut=body.is_cut)


def _parsed(raw: bytes) -> Any:
    """Parse JSON with exact numbers; it can be serialized again. Raises ValueError."""
    value = orjson.loads(raw)
    if raw.count(b"[") + raw.count(b"{") > _MANY_BRACKETS:
        try:
            orjson.dumps([[[[[value]]]]])
        except TypeError as error:
            raise ValueError from error
    return json.loads(raw) if _LONG_NUMBER.search(raw) else value


def text_of(raw: bytes, *, is_cut: bool) -> Content:
    """Bytes as text if they are UTF-8, or else as base64; omits a last character that was cut."""
    try:
        return Content(raw.decode(), "text")
    except UnicodeDecodeError as error:
        if is_cut and error.start >= len(raw) - 3 and error.reason == "unexpected end of data":
            return Content(raw[: error.start].decode(), "text")
    return Content(base64.b64encode(raw).decode(), "base64")
