"""The texts that a target takes: where its limits are smaller than the contract's, checks send what it takes.

A limit is a decision of the contract. A target with another one is told so by the check of FMT-14; the other checks
still see whether it keeps what is printed.
"""

import unicodedata
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, NamedTuple

from audience_conformance.client.api import DEFINITIONS, GROUPS, Api, JsonObject, csv_url

LONGEST = 255
"""Characters of the longest text of the contract."""
_LENGTHS = (LONGEST, 200, 191, 150, 128, 100)
"""The lengths that are tried; any target takes the last one."""
_WIDE_LENGTHS = (*_LENGTHS, 85, 63, 50)
"""The same of characters of several bytes."""
_USUAL = 50
"""Texts up to this length are sent as they are."""
_SHORTEST = 3
_WIDE, _ASTRAL, _SPECIAL = "漢", "👟", "a\n\x1b\u200b\ue000"
_SPECIAL_CATEGORIES = {"Cc", "Cf", "Cn", "Co"}
_TEXTS = ("name", "slug", "description")
_REFUSALS = {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}


class Limits(NamedTuple):
    """What a target takes.

    Args:
        length: characters of a text in ASCII.
        wide: characters of any other text.
        astral: it takes characters of four bytes.
        special: it takes control and other invisible characters.
        short: it takes a single character.
    """

    length: int = LONGEST
    wide: int = LONGEST
    astral: bool = True
    special: bool = True
    short: bool = True

    def fit(self, text: str) -> str:
        """The text, or the nearest one that the target takes."""
        if len(text) > LONGEST or not text:
            return text  # an invalid one
        kept = "".join(char if self._takes(char) else "x" for char in text)
        kept = kept[: self.length if kept.isascii() else self.wide]
        return kept if self.short or len(kept) > 1 else kept * _SHORTEST

    def _takes(self, char: str) -> bool:
        if char > "\uffff" and not self.astral:
            return False
        return self.special or unicodedata.category(char) not in _SPECIAL_CATEGORIES


def fit(api: Api, body: JsonObject, path: str = DEFINITIONS) -> JsonObject:
    """A valid body whose name, slug and description the target takes.

    Args:
        api: of the check.
        body: of a creation or an update.
        path: of the list, DEFINITIONS or GROUPS.
    """
    return {name: fit_text(api, value, path) if name in _TEXTS else value for name, value in body.items()}


def fit_text(api: Api, text: Any, path: str = DEFINITIONS) -> Any:
    """A text, or the nearest one that the target takes; another value as it is."""
    if not isinstance(text, str) or _is_usual(text):
        return text
    limits: Limits = api.once(("limits of texts", path), lambda: _limits(api, path))
    return limits.fit(text)


def _is_usual(text: str) -> bool:
    """Does any target take it: no request is needed to know."""
    return 1 < len(text) <= _USUAL and text.isascii() and text.isprintable()


def _limits(api: Api, path: str) -> Limits:
    trial = api.child()
    try:
        if not _takes(trial, path, "Plain"):
            return Limits()
        return Limits(
            _longest(trial, path, "x", _LENGTHS),
            _longest(trial, path, _WIDE, _WIDE_LENGTHS),
            _takes(trial, path, f"Four bytes {_ASTRAL}"),
            _takes(trial, path, _SPECIAL),
            _takes(trial, path, "x"),
        )
    finally:
        trial.cleanup()


def _longest(api: Api, path: str, char: str, lengths: Iterable[int]) -> int:
    """The first of these lengths that the target takes; the contract's if none, which is no matter of length."""
    return next((length for length in lengths if _takes(api, path, char * length)), LONGEST)


def _takes(api: Api, path: str, text: str) -> bool:
    """Does the target create something with this text; another answer than a refusal is no limit."""
    slug = api.unique("s")
    body: JsonObject = {"name": text, "description": text}
    if path == GROUPS:
        body |= {"category": "l1", "file_url": csv_url([api.unique("u")])}
    else:
        body |= {"slug": slug.ljust(len(text), "z") if text.isascii() else slug, "type": "string"}
    return api.post(path, body).status not in _REFUSALS
