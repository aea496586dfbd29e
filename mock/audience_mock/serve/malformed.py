"""Requests that the HTTP parser does not accept as they are: what is wrong with them, and what to do."""

import re
from collections.abc import Iterator

from audience_mock import errors
from audience_mock.errors import Refusal
from audience_mock.middleware.cors import METHODS

Headers = list[tuple[bytes, bytes]]

_LONGEST_METHOD = 64
_METHOD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A token (RFC 9110, 5.6.2)."""
_TARGET = re.compile(rb"[^ ]+ +([^ \r\n]+)")
_HOST = re.compile(rb"(?:[\w.~!$&'()*+,;=%-]*|\[[\w:.~%-]+\])(?::[0-9]*)?")
"""A host and a port (RFC 9110, 7.2); it may be empty."""
_NOT_PRINTABLE = re.compile(rb"[^!-~]+")
_SHOWN = 25
"""Bytes that are shown on each side of a wrong one."""
_HTTP_2 = b"PRI * HTTP/2"
"""The begin of a connection that speaks it without asking (RFC 9113, 3.4)."""
_UPGRADE = frozenset({b"upgrade", b"http2-settings"})


def unknown_method(head: bytes) -> bytes | None:
    """The method of a request line that this server does not know; it may go on if it is the whole head.

    None for a method that it knows, and for a line that does not begin with a method.
    """
    found = _METHOD.match(head)
    if (
        found is None
        or head.startswith(_HTTP_2)
        or found.end() > _LONGEST_METHOD
        or head[found.end() :][:1] not in {b"", b" "}
    ):
        return None
    return None if found[0].decode("ascii") in METHODS else found[0]


def problem(head: bytes, reason: str) -> Refusal:
    """400 for a head, with its target if that is the reason."""
    target = _TARGET.match(head)
    if target and (bad := _NOT_PRINTABLE.search(target[1])):
        around = target[1][max(0, bad.start() - _SHOWN) : bad.end() + _SHOWN]
        return errors.malformed_target(around.decode("utf-8", "replace"))
    line = head.partition(b"\n")[0].rstrip(b"\r")
    return errors.malformed_head(reason, line.decode("utf-8", "replace"))


def host_problem(headers: Headers, version: str) -> Refusal | None:
    """400 for a request without a Host header, with several, or with one that is no host (RFC 9112, 3.2)."""
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) != 1:
        return errors.wrong_hosts(len(hosts)) if hosts or version == "1.1" else None
    return None if _HOST.fullmatch(hosts[0]) else errors.malformed_host(hosts[0].decode("latin-1"))


def without_upgrade(headers: Headers) -> Iterator[tuple[bytes, bytes]]:
    """The headers of a request without its offer of another protocol."""
    for name, value in headers:
        if name == b"connection":
            kept = [option for option in value.split(b",") if option.strip().lower() not in _UPGRADE]
            if kept:
                yield name, b",".join(kept)
        elif name not in _UPGRADE:
            yield name, value


def cors_headers(headers: Headers) -> Headers:
    """The response headers with which a page of another origin may read a refusal (see middleware/cors.py)."""
    origin = dict(headers).get(b"origin")
    if not origin:
        return [(b"vary", b"Origin")]
    allowed = [(b"access-control-allow-origin", origin), (b"access-control-allow-credentials", b"true")]
    return [*allowed, (b"vary", b"Origin")]
