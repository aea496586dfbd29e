"""Entries of a HAR file (HTTP Archive 1.2): a line of JSON for each request, without secrets."""

import base64
import json
import os
import re
import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from audience_conformance.client.exchange import Answer

MAX_BODY = 64 * 1024
"""Maximum bytes of a body that are kept."""
HIDDEN = "(hidden)"
SUFFIX = ".har-entries"
_SECRET_NAME = re.compile("token|secret|key|password|session|sig|auth|cookie|credential", re.IGNORECASE)
_SHORTEST_SECRET = 4


class HarLog:
    """Writes the requests of one target into a file of its own. Thread-safe.

    Args:
        folder: where the file is made.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{os.getpid()}-{id(self)}{SUFFIX}"
        self._lock = threading.Lock()

    def add(
        self,
        request: tuple[str, str, Iterable[tuple[str, str]], bytes | None],
        answer: Answer | None,
        seconds: float,
        secrets: Iterable[tuple[str, str]],
    ) -> None:
        """Write a request, as method, URL, headers and body, and its answer, None for none.

        Args:
            request: the request that was sent.
            answer: what came back.
            seconds: the time from sending to the last byte.
            secrets: headers whose values must not be written, wherever they occur.
        """
        entry = _entry(request, answer, seconds, {name.lower() for name, _ in secrets})
        line = json.dumps(entry)
        for text in {part for _, value in secrets for part in (value, value.rpartition(" ")[2])}:
            if len(text) >= _SHORTEST_SECRET:
                line = line.replace(json.dumps(text)[1:-1], HIDDEN)
        with self._lock, self._path.open("a", encoding="ascii") as file:
            file.write(f"{line}\n")


def read_entries(folder: Path) -> list[str]:
    """All entries in a folder, each as JSON, in the order of their requests."""
    lines = [line for path in folder.glob(f"*{SUFFIX}") for line in path.read_text("ascii").splitlines()]
    return sorted(lines)  # each begins with its time


def _entry(
    request: tuple[str, str, Iterable[tuple[str, str]], bytes | None],
    answer: Answer | None,
    seconds: float,
    secret: set[str],
) -> dict[str, Any]:
    method, url, headers, body = request
    milliseconds = round(seconds * 1000, 3)
    started = datetime.fromtimestamp(time.time() - seconds, UTC).isoformat(timespec="microseconds")
    entry: dict[str, Any] = {
        "startedDateTime": started.replace("+00:00", "Z"),
        "time": milliseconds,
        "request": {
            "method": method,
            "url": url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _headers(headers, secret),
            "queryString": [
                {"name": name, "value": value} for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True)
            ],
            "headersSize": -1,
            "bodySize": len(body or b""),
        },
        "response": _response(answer, secret),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
    }
    if body:
        entry["request"]["postData"] = {"mimeType": _media_type(headers), **_text(body)}
    if answer is None:
        entry["comment"] = "no answer came"
    return entry


def _response(answer: Answer | None, secret: set[str]) -> dict[str, Any]:
    content = answer.content if answer else b""
    headers = list(answer.headers.items()) if answer else []
    shown: dict[str, Any] = {"size": len(content), "mimeType": _media_type(headers)}
    if content:
        try:
            shown |= _text(content, strict=True)
        except UnicodeDecodeError:
            shown |= {"text": base64.b64encode(content[:MAX_BODY]).decode(), "encoding": "base64"}
    status = answer.status if answer else 0
    return {
        "status": status,
        "statusText": HTTPStatus(status).phrase if status in list(HTTPStatus) else "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(headers, secret),
        "content": shown,
        "redirectURL": answer.headers.get("Location", "") if answer else "",
        "headersSize": -1,
        "bodySize": -1,
    }


def _headers(headers: Iterable[tuple[str, str]], secret: set[str]) -> list[dict[str, str]]:
    return [
        {"name": name, "value": HIDDEN if name.lower() in secret or _SECRET_NAME.search(name) else value}
        for name, value in headers
    ]


def _media_type(headers: Iterable[tuple[str, str]]) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), "x-unknown")


def _text(body: bytes, *, strict: bool = False) -> dict[str, str]:
    """The body as text, cut to MAX_BODY; not `strict`, bytes that are no UTF-8 are replaced."""
    cut = len(body) > MAX_BODY
    text = body[:MAX_BODY].decode("utf-8", "strict" if strict and not cut else "replace")
    return {"text": text, **({"comment": f"cut to {MAX_BODY} of {len(body)} bytes"} if cut else {})}
