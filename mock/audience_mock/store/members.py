"""The users of one group, in the order of its file, and the pages over them."""

import math
from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

from pyroaring import BitMap

from audience_mock import errors
from audience_mock.store.users import Directory

MAX_SELECTIONS = 16
"""Answers to (q, blacklisted_users) that a group keeps."""
STRIP = 500
"""Users whose contacts are searched as one text first."""
PIECE = 10 * STRIP
"""Users that a search looks at before it lets others in: about a millisecond."""
MAX_GONE = 10_000
"""Dropped users whose cursors outlive a further new file."""
_SHIFTS = {"at:": 0.0, "before:": -0.5, "after:": 0.5}


class PageQuery(NamedTuple):
    """What a page of users is asked for with."""

    q: str | None = None
    blacklisted: bool = False
    cursor: str | None = None
    direction: str = "next"
    page_no: int = 1
    page_size: int = 10


class Page(NamedTuple):
    """A page of user ids and the cursors to its neighbours; a cursor is None where there is none."""

    user_ids: list[str]
    current: int
    next_cursor: str | None
    prev_cursor: str | None


class Members:
    """Users of a group as one file gave them. Never changed: a new file makes new Members.

    A cursor is the id of the user beside whom the page begins or ends, so it holds while others come and go.
    At an empty page past either end there is no such user: there it says "before:" the first or "after:" the
    last. An id that itself begins so is written behind "at:".

    Args:
        places: user id -> place in the file, counted from 0, in the file's order.
        directory: the users' contacts.
        gone: users of earlier files -> the place between two users where they would stand.
    """

    def __init__(self, places: dict[str, int], directory: Directory, gone: dict[str, float] | None = None) -> None:
        self._places = places
        self._ids = list(places)
        self._directory = directory
        self._gone = gone or {}
        self._texts: dict[int, str] = {}
        """The first place of a strip of users that was searched -> all that is searched of them."""
        self._selections: OrderedDict[tuple[str | None, bool], BitMap] = OrderedDict()

    @property
    def user_ids(self) -> list[str]:
        """All of them, in the order of the file; not to be changed."""
        return self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def replaced_by(self, places: dict[str, int]) -> "Members":
        """The members of a new file; cursors at users whom it dropped go on from where these stood."""
        gone: dict[str, float] = {}
        anchor, anchors = -1, [-1]
        for user_id in self._ids:
            place = places.get(user_id)
            if place is None:
                gone[user_id] = anchor + 0.5
            else:
                anchor = place
            anchors.append(anchor)
        if len(self._gone) <= MAX_GONE:
            for user_id, between in self._gone.items():
                if user_id not in places:
                    gone[user_id] = anchors[int(between + 0.5)] + 0.5
        return Members(places, self._directory, gone)

    def known_from(self, directory: Directory) -> "Members":
        """The same users, known from another directory."""
        if directory is self._directory:
            return self
        other = Members({}, directory, self._gone)
        other._places, other._ids = self._places, self._ids
        return other

    def search(self, query: PageQuery) -> Iterator[None]:
        """Do what `page` would have to do before its answer, a piece at a time: others may come in between."""
        key = needle, blacklisted = self._key(query)
        if key in self._selections:
            return
        kept = self._parted(blacklisted)
        if needle is not None:
            among, kept = kept, BitMap()
            for start in range(0, len(self), STRIP):
                if start and start % PIECE == 0:
                    yield
                strip = among & BitMap(range(start, start + STRIP))
                if strip and needle in self._text(start):
                    kept.update(self._directory.having(needle, self._ids, list(strip)))
        self._selections[key] = kept
        if len(self._selections) > MAX_SELECTIONS:
            self._selections.popitem(last=False)

    def page(self, query: PageQuery) -> Page:
        """One page of those whom `q` and `blacklisted` keep.

        Raises:
            Refusal: 400 for a cursor that is not one of this group's.
        """
        kept = self._select(query)
        size, end = query.page_size, len(kept)
        if query.cursor is None:
            start = min((query.page_no - 1) * size, end)
            current = query.page_no
        else:
            place = self._place(query.cursor)
            if query.direction == "next":
                start = _up_to(kept, math.floor(place))
            else:
                end = _up_to(kept, math.ceil(place) - 1)
                start = max(0, end - size)
            current = start // size + 1
        chosen = [self._ids[place] for place in kept[start : min(end, start + size)]]
        has_next, has_prev = start + len(chosen) < len(kept), start > 0
        next_cursor = prev_cursor = None
        if has_next:
            next_cursor = _cursor(chosen[-1]) if chosen else f"before:{self._ids[kept[0]]}"
        if has_prev:
            prev_cursor = _cursor(chosen[0]) if chosen else f"after:{self._ids[kept[-1]]}"
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
        """The places of those whom `q` and `blacklisted` keep."""
        for _ in self.search(query):
            pass
        return self._selections[self._key(query)]

    def _text(self, start: int) -> str:
        """All that is searched of the users of the strip that begins at a place."""
        text = self._texts.get(start)
        if text is None:
            text = self._texts[start] = self._directory.text(self._ids[start : start + STRIP])
        return text

    def _parted(self, blacklisted: bool) -> BitMap:
        """The places of those who are blacklisted, or of those who are not."""
        listed = BitMap(place for u in self._directory.blacklisted if (place := self._places.get(u)) is not None)
        return listed if blacklisted else BitMap(range(len(self))) - listed


def _up_to(places: BitMap, last: int) -> int:
    """How many of `places` are at most `last`."""
    return places.rank(last) if last >= 0 else 0


def _cursor(user_id: str) -> str:
    return f"at:{user_id}" if user_id.startswith(tuple(_SHIFTS)) else user_id
