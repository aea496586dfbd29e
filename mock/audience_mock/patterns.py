r"""Regular expressions and globs, matched in a time that grows no faster than the text.

A regular expression is of the dialect of OpenAPI's `pattern` (ECMA-262), without what would need backtracking:
lookahead, lookbehind and backreferences. There `\w`, `\d` and `\b` know ASCII only; `\p{L}` is a letter of any script.
The engine is the one of jsonschema-rs.
"""

from functools import lru_cache

import jsonschema_rs

LINEAR = jsonschema_rs.RegexOptions(size_limit=2**20, dfa_size_limit=2**20)
"""For every schema: the bytes of a compiled expression."""
LONGEST = 1_000
"""Characters of a regular expression or a glob that comes with a request or a seed."""


def is_regex(text: str) -> bool:
    """Can `found` search for it."""
    try:
        return len(text) <= LONGEST and bool(_compiled(text))
    except ValueError:
        return False


def found(regex: str, text: str) -> bool:
    """Is the regular expression found in the text. Raises ValueError for one that is none."""
    return _compiled(regex).is_valid(text)


@lru_cache(256)
def _compiled(regex: str) -> jsonschema_rs.Draft4Validator:
    return jsonschema_rs.Draft4Validator({"pattern": regex}, pattern_options=LINEAR)


def fits_glob(text: str, glob: str) -> bool:
    """Does the whole text match a pattern in which * is any text."""
    first, *others = glob.split("*")
    if not others:
        return text == glob
    *inner, last = others
    end = len(text) - len(last)
    if end < len(first) or not text.startswith(first) or not text.endswith(last):
        return False
    start = len(first)
    for part in inner:
        start = text.find(part, start, end)
        if start < 0:
            return False
        start += len(part)
    return True
