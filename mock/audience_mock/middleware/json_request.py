"""Parse the JSON of a request body: strictly, and so that it neither holds up others nor fills the memory.

A parser gives way to nobody until it has ended, and `{}` takes twenty times its size in memory. So the parts of a large
text are counted first, piece by piece; with more than a limit, or with a longer string, it is refused unparsed.
"""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import orjson

from audience_mock import errors
from audience_mock.errors import Violation

MAX_DEPTH = 64
"""Levels of lists and objects in a body; a response that nests deeper could not be serialized."""
MAX_PARTS = 200_000
"""Parts of a body (see `count_parts`): parsing so many takes some 20 ms, and at most some 50 MB."""
MAX_STRING = 8 * 2**20
"""Bytes of a string in a body: parsing and judging it takes some 40 ms."""

_LARGE = 2**18
"""Bytes from which on a text is parsed in a thread, because other requests would wait."""
_EXACT = 2.0**63
"""orjson parses integers from here on as floats."""
_MAY_BE_BIG = re.compile(rb"[0-9](?:[0-9]{18}|[eE])")  # one first set: three times as fast as two alternatives
"""Matches every JSON text with such a number."""
_SHORT = 4096
"""Bytes up to which it is faster to scan the text than the parsed value."""
_PIECE = 2**18
"""Bytes that are looked at without a pause."""
_TEXT = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
"""The rest of a string, up to its quote; possessive, so that nothing is read twice."""

T = TypeVar("T")
Body = bytes | bytearray


async def judged(content: Body, judge: Callable[[Body], T]) -> T:
    """The result of a function that parses a body; of a large one in a thread."""
    return await asyncio.to_thread(judge, content) if len(content) > _LARGE else judge(content)


def parse_json(content: Body, max_depth: int = MAX_DEPTH, max_parts: int = MAX_PARTS) -> tuple[Any, Violation | None]:
    """Parse strictly: UTF-8 only, no NaN, no lone surrogates; integers up to a double's largest stay exact.

    Args:
        content: the body.
        max_depth: levels of lists and objects that it may have.
        max_parts: see `count_parts`.
    """
    if len(content) > _LARGE and (problem := _too_costly(content, max_parts)):
        return None, problem
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        return None, errors.body_not_json(str(error))
    if len(content) <= _SHORT and _is_plain(content, max_depth):
        return body, None
    depth, has_big_number = _survey(body, max_depth)
    if depth > max_depth:
        return None, errors.body_too_deep(max_depth)
    if has_big_number:
        try:
            body = json.loads(content)
        except ValueError as error:  # more digits than Python converts
            return None, errors.body_not_json(str(error))
    return body, None


def _too_costly(content: Body, max_parts: int) -> Violation | None:
    parts = count_parts(content, max_parts)
    if parts.number > max_parts:
        return errors.body_too_many_parts(max_parts)
    return errors.body_string_too_long(MAX_STRING) if parts.longest > MAX_STRING else None


class Parts(NamedTuple):
    """How much there is to parse.

    Args:
        number: of the strings, and of the commas and opening brackets outside of strings: at least that of the values.
        longest: bytes of the longest string.
    """

    number: int
    longest: int


def count_parts(content: Body, most: int) -> Parts:
    """The parts of a text, which need not be JSON; counting ends soon after `most`, or in a string that is too long."""
    count = start = length = longest = 0
    in_string = False
    while start < len(content) and count <= most and longest <= MAX_STRING:
        end = start + _PIECE
        if in_string:
            found = _TEXT.match(content, start, end)
            end = found.end() if found else end
            length += end - start
            longest = max(longest, length)
            in_string = content[end : end + 1] != b'"'
            if in_string and end == start:
                break  # a backslash at the very end
            start = end + (not in_string)
        else:
            quote = content.find(b'"', start, end)
            end = end if quote < 0 else quote
            count += sum(content.count(mark, start, end) for mark in (b",", b"[", b"{"))
            in_string, length = quote >= 0, 0
            count += in_string
            start = end + in_string
    return Parts(count, longest)


def _is_plain(content: Body, max_depth: int) -> bool:
    """Does the text alone show that it is not too deep and that no number was rounded."""
    return content.count(b"[") + content.count(b"{") <= max_depth and not _MAY_BE_BIG.search(content)


def _survey(value: Any, max_depth: int) -> tuple[int, bool]:
    """The depth of `value`, and whether orjson may have rounded a number in it."""
    depth, has_big_number, level = 0, False, [value]
    while level and depth <= max_depth:
        has_big_number = has_big_number or any(isinstance(i, float) and abs(i) >= _EXACT for i in level)
        containers = [item for item in level if isinstance(item, dict | list)]
        level = [child for c in containers for child in (c.values() if isinstance(c, dict) else c)]
        depth += bool(containers)
    return depth, has_big_number
