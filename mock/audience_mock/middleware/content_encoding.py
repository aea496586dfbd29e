"""Decode a request body that was sent with Content-Encoding (RFC 9110, 8.4)."""

import asyncio
import gzip
import zlib
from io import BytesIO

from audience_mock import errors

ENCODINGS = ("gzip", "deflate")
_ALIASES = {"x-gzip": "gzip"}
_MOST = 3
"""Encodings of one body, one after the other."""
_SHORT = 2**14
"""Bytes that are decoded at once; more are decoded in a thread, because other requests would wait."""
_PIECE = 2**20
_RAW, _ZLIB = -zlib.MAX_WBITS, zlib.MAX_WBITS
_ZLIB_METHOD = 8
"""Lower half of the first byte of zlib's format (RFC 1950)."""


async def decoded(content: bytes | bytearray, header: bytes | None, limit: int) -> bytes | bytearray:
    """The body as it was before it was encoded.

    Args:
        content: the body as received.
        header: the value of Content-Encoding: the encodings in the order in which they were applied; None for none.
        limit: bytes that the result may have.

    Raises:
        Refusal: 415 for an encoding that is not known, 400 for a body that is not so encoded, 413.
    """
    listed = (header or b"").decode("latin-1")
    names = [name for part in listed.split(",") if (name := part.strip().lower()) not in {"", "identity"}]
    for name in names:
        if _ALIASES.get(name, name) not in ENCODINGS:
            raise errors.unsupported_encoding(name, ENCODINGS)
    if len(names) > _MOST:
        raise errors.unsupported_encoding(listed, ENCODINGS)
    for name in reversed(names):
        if content:
            work = (content, name, limit)
            content = _decode(*work) if len(content) <= _SHORT else await asyncio.to_thread(_decode, *work)
    return content


def _decode(content: bytes | bytearray, name: str, limit: int) -> bytes:
    try:
        return _gunzip(content, limit) if name != "deflate" else _inflate(content, limit)
    except (OSError, EOFError, zlib.error) as error:
        raise errors.undecodable_body(name, str(error)) from None


def _gunzip(content: bytes | bytearray, limit: int) -> bytes:
    parts, size = [], 0
    with gzip.GzipFile(fileobj=BytesIO(content)) as file:
        while part := file.read(_PIECE):
            parts.append(part)
            size += len(part)
            if size > limit:
                raise errors.body_too_large(limit)
    return b"".join(parts)


def _inflate(content: bytes | bytearray, limit: int) -> bytes:
    # Some clients send it without zlib's head.
    decoder = zlib.decompressobj(_ZLIB if content[0] & 0x0F == _ZLIB_METHOD else _RAW)
    result = decoder.decompress(content, limit + 1)
    if len(result) > limit:
        raise errors.body_too_large(limit)
    if not decoder.eof:
        raise EOFError("it ends too early")
    if decoder.unused_data:
        raise EOFError("something follows its end")
    return result
