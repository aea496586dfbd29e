"""The users of one group, in the order of its file, with pages by number and by cursor."""

import math
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pyroaring import BitMap

from audience_mock import errors
from audience_mock.store.users import UserDirectory

MAX_SELECTIONS = 16
"""Cached results of (q, blacklisted_users), per group."""
CHUNK = 500
"""Users whose contacts are joined to one text, which is searched first."""
BATCH = 10 * CHUNK
"""Users that a search examines before it yields to other requests: about a millisecond."""
MAX_REMOVED = 10_000
"""Removed users whose cursors stay valid after another new file."""
_SHIFTS = {"at:": 0.0, "before:": -0.5, "after:": 0.5}


class PageQuery(NamedTuple):
    """The query parameters of a page of users."""

    q: str | None = None
    blacklisted: bool = False
    cursor: str | None = None
    direction: str = "next"
    page_no: int = 1
    page_size: int = 10


class Page(NamedTuple):
    """A page of user ids, and the cursors of the next and previous page, or None."""

    user_ids: list[str]
    current: int
    next_cursor: str | None
    prev_cursor: str | None


class Members:
    """The users of a group's file. Immutable: a new file makes new Members.

    A cursor is the id of the user before or after the page, so it stays valid while other users are added or
    removed. An empty page past either end has no such user: its cursor is "before:" and the first id, or "after:"
    and the last. An id that starts with one of these prefixes is written with the prefix "at:".

    Args:
        places: user id -> place in the file, counted from 0, in the file's order.
        directory: the users' contacts.
        gone: users of earlier files -> their place, between two users of this file.
    """

    def __init__(self, places: dict[str, int], directory: UserDirectory, gone: dict[str, float] | None = None) -> None:
        self._places = places
        self._ids = list(places)
        self._directory = directory
        self._gone = gone or {}
        self._texts: dict[int, str] = {}
        """The first place of a chunk of users -> their contacts as one text."""
        self._selections: OrderedDict[tuple[str | None, bool], BitMap] = OrderedDict()

    @property
    def user_ids(self) -> list[str]:
        """All user ids, in the order of the file; do not change this list."""
        return self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def with_file(self, places: dict[str, int]) -> "Members":
        """The members of a new file; cursors at removed users continue from the place where they were."""
        gone: dict[str, float] = {}
        anchor, anchors = -1, [-1]
        for user_id in self._ids:
            place = places.get(user_id)
            if place is None:
                gone[user_id] = anchor + 0.5
            else:
                anchor = place
            anchors.append(anchor)
        if len(self._gone) <= MAX_REMOVED:
            for user_id, between in self._gone.items():
                if user_id not in places:
                    gone[user_id] = anchors[int(between + 0.5)] + 0.5
        return Members(places, self._directory, gone)

    def with_directory(self, directory: UserDirectory) -> "Members":
        """The same users, with the contacts of another directory."""
        if directory is self._directory:
            return self
        other = Members({}, directory, self._gone)
        other._places, other._ids = self._places, self._ids
        return other

    def search(self, query: PageQuery) -> Iterator[None]:
        """Do the searching that `page` needs, in batches; other requests may run between two of them."""
        key = needle, blacklisted = self._key(query)
        if key in self._selections:
            return
        matches = self._by_blacklist(blacklisted)
        if needle is not None:
            candidates, matches = matches, BitMap()
            for start in range(0, len(self), CHUNK):
                if start and start % BATCH == 0:
                    yield
                chunk = candidates & BitMap(range(start, start + CHUNK))
                if chunk and needle in self._text(start):
                    matches.update(self._directory.matching(needle, self._ids, list(chunk)))
        self._selections[key] = matches
        if len(self._selections) > MAX_SELECTIONS:
            self._selections.popitem(last=False)

    def page(self, query: PageQuery) -> Page:
        """One page of the users that match `q` and `blacklisted`. Raises Refusal 400 for an unknown cursor."""
        matches = self._select(query)
        size, end = query.page_size, len(matches)
        if query.cursor is None:
            start = min((query.page_no - 1) * size, end)
            current = query.page_no
        else:
            place = self._place(query.cursor)
            if query.direction == "next":
                start = _up_to(matches, math.floor(place))
            else:
                end = _up_to(matches, math.ceil(place) - 1)
                start = max(0, end - size)
            current = start // size + 1
        chosen = [self._ids[place] for place in matches[start : min(end, start + size)]]
        has_next, has_prev = start + len(chosen) < len(matches), start > 0
        next_cursor = prev_cursor = None
        if has_next:
            next_cursor = _cursor(chosen[-1]) if chosen else f"before:{self._ids[matches[0]]}"
        if has_prev:
            prev_cursor = _cursor(chosen[0]) if chosen else f"after:{self._ids[matches[-1]]}"
        return Page(chosen, current, next_cursor, prev_cursor)

    def _place(self, cursor: str) -> float:
        shift = next((prefix for prefix in _SHIFTS if cursor.startswith(prefix)), "")
        user_id = cursor.removeprefix(shift)
        if user_id in self._places:
            return self._places[user_id] + _SHIFTS.get(shift, 0.0)
        if user_id in self._gone:
            return self._gone[user_id]
        raise errors.unknown_cursor(cursor)

    @staticmethod
    def _key(query: PageQuery) -> tuple[str | None, bool]:
        return query.q.casefold() if query.q else None, query.blacklisted

    def _select(self, query: PageQuery) -> BitMap:
        """The places of the users that match `q` and `blacklisted`."""
        for _ in self.search(query):
            pass
        return self._selections[self._key(query)]

    def _text(self, start: int) -> str:
        """The searchable text of the chunk of users that begins at a place."""
        text = self._texts.get(start)
        if text is None:
            text = self._texts[start] = self._directory.search_text(self._ids[start : start + CHUNK])
        return text

    def _by_blacklist(self, blacklisted: bool) -> BitMap:
        """The places of all users that are blacklisted, or of all that are not."""
        listed = BitMap(place for u in self._directory.blacklisted if (place := self._places.get(u)) is not None)
        return listed if blacklisted else BitMap(range(len(self))) - listed


def places_of(user_ids: Iterable[str]) -> dict[str, int]:
    """User id -> place, each once; in steps: dict.fromkeys of a million holds up all other threads."""
    places: dict[str, int] = {}
    for user_id in user_ids:
        if user_id not in places:
            places[user_id] = len(places)
    return places


def _up_to(places: BitMap, last: int) -> int:
    """The number of places up to `last`."""
    return places.rank(last) if last >= 0 else 0


def _cursor(user_id: str) -> str:
    return f"at:{user_id}" if user_id.startswith(tuple(_SHIFTS)) else user_id
