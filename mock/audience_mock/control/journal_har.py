"""The journal as an HTTP archive (HAR 1.2), which browsers and many tools can open."""

from datetime import UTC
from http import HTTPStatus
from urllib.parse import parse_qsl

from audience_mock import __version__
from audience_mock.control import redaction
from audience_mock.control.calls import Json
from audience_mock.control.journal_entries import header, header_pairs, outcome_of, query_text, redacted, text_of, why
from audience_mock.session.journal import Body, Headers, Record

_STATUSES = {status.value: status.phrase for status in HTTPStatus}


def archive(entries: list[Json]) -> Json:
    """An archive of entries."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "audience-mock", "version": __version__},
            "entries": entries,
        }
    }


def archived(record: Record) -> Json:
    """A record as an entry of an archive."""
    duration = round(record.duration * 1000, 3)
    entry: Json = {
        "startedDateTime": record.began.astimezone(UTC).isoformat(timespec="milliseconds"),
        "time": duration,
        "request": _request(record),
        "response": _response(record),
        "cache": {},
        "timings": {"send": 0, "wait": duration, "receive": 0},
        "_id": record.id,
        "_operation": record.operation,
    }
    outcome = outcome_of(record)
    if outcome != "ok":
        reason = why(record, outcome)
        if isinstance(reason, list):
            reason = " ".join(violation["message"] for violation in reason)
        entry["comment"] = f"{outcome}: {reason}"
    return entry


def _request(record: Record) -> Json:
    query = query_text(record)
    request: Json = {
        "method": record.method,
        "url": _url(record, query),
        "httpVersion": f"HTTP/{record.version}",
        "cookies": [],
        "headers": _pairs(header_pairs(record.headers)),
        "queryString": _pairs(parse_qsl(query, keep_blank_values=True)),
        "headersSize": -1,
        "bodySize": record.request_body.size,
    }
    if record.request_body.size:
        content = _content(record.request_body, record.headers)
        content.pop("size")
        if "encoding" in content:  # HAR 1.2 has it for responses only
            content["_encoding"] = content.pop("encoding")
        request["postData"] = content
    return request


def _response(record: Record) -> Json:
    """Without a response the status is 0, as in browsers' archives."""
    headers = record.response_headers
    return {
        "status": record.status or 0,
        "statusText": _STATUSES.get(record.status or 0, ""),
        "httpVersion": f"HTTP/{record.version}",
        "cookies": [],
        "headers": _pairs(header_pairs(headers)),
        "content": _content(record.response_body, headers),
        "redirectURL": redaction.text_with_urls(header(headers, b"location")),
        "headersSize": -1,
        "bodySize": record.response_body.size,
    }


def _url(record: Record, query: str) -> str:
    server = f"{record.server[0]}:{record.server[1]}" if record.server else "localhost"
    host = header(record.headers, b"host") or server
    return f"{record.scheme}://{host}{redaction.path(record.raw_path)}{f'?{query}' if query else ''}"


def _pairs(pairs: list[tuple[str, str]]) -> list[Json]:
    return [{"name": name, "value": value} for name, value in pairs]


def _content(body: Body, headers: Headers) -> Json:
    content: Json = {"size": body.size, "mimeType": header(headers, b"content-type")}
    if body.size:
        text = text_of(bytes(body.content), is_cut=body.is_cut)
        content["text"] = redacted(text)
        if text.encoding == "base64":
            content["encoding"] = "base64"
        if body.is_cut:
            content["comment"] = f"cut: the first {len(body.content)} of {body.size} bytes"
    return content
