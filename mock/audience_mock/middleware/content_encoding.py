"""Decode a request body that was sent with Content-Encoding (RFC 9110, 8.4)."""

import asyncio
import zlib

from audience_mock import errors

ENCODINGS = ("gzip", "deflate")
_ALIASES = {"x-gzip": "gzip"}
_MOST = 3
"""Encodings of one body, one after the other."""
_SHORT = 2**14
"""Bytes that are decoded at once; more are decoded in a thread, because other requests would wait."""
_RAW, _ZLIB, _GZIP = -zlib.MAX_WBITS, zlib.MAX_WBITS, zlib.MAX_WBITS + 16
_ZLIB_METHOD = 8
"""Lower half of the first byte of zlib's format (RFC 1950)."""


async def decoded(content: bytes, header: str, limit: int) -> bytes:
    """The body as it was before it was encoded.

    Args:
        content: the body as received.
        header: the value of Content-Encoding: the encodings in the order in which they were applied.
        limit: bytes that the result may have.

    Raises:
        Refusal: 415 for an encoding that is not known, 400 for a body that is not so encoded, 413.
    """
    names = [name for part in header.split(",") if (name := part.strip().lower()) not in {"", "identity"}]
    for name in names:
        if _ALIASES.get(name, name) not in ENCODINGS:
            raise errors.unsupported_encoding(name, ENCODINGS)
    if len(names) > _MOST:
        raise errors.unsupported_encoding(header, ENCODINGS)
    for name in reversed(names):
        if content:
            work = (content, name, limit)
            content = _decode(*work) if len(content) <= _SHORT else await asyncio.to_thread(_decode, *work)
    return content


def _decode(content: bytes, name: str, limit: int) -> bytes:
    window = _GZIP
    if name == "deflate":  # some clients send it without zlib's head
        window = _ZLIB if content[0] & 0x0F == _ZLIB_METHOD else _RAW
    parts, size = [], 0
    while content:  # gzip may have several members
        decoder = zlib.decompressobj(window)
        try:
            part = decoder.decompress(content, limit - size + 1)
        except zlib.error as error:
            raise errors.undecodable_body(name, str(error)) from None
        size += len(part)
        if size > limit:
            raise errors.body_too_large(limit)
        if not decoder.eof:
            raise errors.undecodable_body(name, "it ends too early")
        parts.append(part)
        content = decoder.unused_data
        if content and window != _GZIP:
            raise errors.undecodable_body(name, "something follows its end")
    return b"".join(parts)
