"""Who the users of groups are: emails, phone numbers, and whether they are blacklisted."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from audience_mock.store.table import Table

_EMAIL_FLAGS = ("primary", "verified", "active")
_PHONE_FLAGS = ("verified", "primary", "active")
_EMAIL, _PHONE = 0x10, 0x18
_FOLDED = "\0"
_CONTACT = re.compile("([\x10-\x1f])([^\x00-\x1f]*)([\x01-\x0f]*)")
_CONTROL = re.compile("[\x00-\x1f]")


class Directory:
    """The contacts of a tenant's users.

    A user takes one short string, not a tree of objects, so that a million of them fit in memory and are
    searched at the speed of `in`. All but the addresses and numbers themselves is written in control
    characters, which neither they nor what is searched for may have: a mark for the kind of contact and its
    flags, the text, for a phone number its country code. Where a text has capitals, the folded line follows.
    """

    def __init__(self) -> None:
        self._lines: Table[str, str] = Table()
        self.blacklisted: set[str] = set()
        self.writes = 0

    def add(
        self,
        user_id: str,
        emails: Iterable[dict[str, Any]] = (),
        phone_numbers: Iterable[dict[str, Any]] = (),
        *,
        blacklisted: bool = False,
    ) -> None:
        """Remember a user's contacts; `emails` and `phone_numbers` have the fields of Email and PhoneNumber."""
        parts = [_mark(_EMAIL, email, _EMAIL_FLAGS) + _clean(email["email"]) for email in emails]
        for phone in phone_numbers:
            mark = _mark(_PHONE, phone, _PHONE_FLAGS)
            parts.append(mark + _clean(phone["phone"]) + _write(phone.get("country_code")))
        line = "".join(parts)
        folded = line.casefold()
        self._lines[user_id] = line if line == folded else f"{line}{_FOLDED}{folded}"
        if blacklisted:
            self.blacklisted.add(user_id)
        else:
            self.blacklisted.discard(user_id)

    def summary(self, user_id: str) -> dict[str, Any]:
        """The UserSummary; a user whom nobody described has no contacts."""
        emails: list[dict[str, Any]] = []
        phones: list[dict[str, Any]] = []
        line = self._lines.get(user_id, "").partition(_FOLDED)[0]
        for mark, text, code in _CONTACT.findall(line):
            flags = ord(mark)
            if flags < _PHONE:
                emails.append({"email": text, **_flags(flags, _EMAIL_FLAGS)})
            else:
                country = {"country_code": _read(code)} if code else {}
                phones.append({"phone": text, **country, **_flags(flags, _PHONE_FLAGS)})
        return {"user_id": user_id, "emails": emails, "phone_numbers": phones}

    def __len__(self) -> int:
        return len(self._lines)

    def __contains__(self, user_id: str) -> bool:
        return user_id in self._lines

    def __iter__(self) -> Iterator[str]:
        """Every user who was described."""
        return iter(self._lines)

    def described(self, user_id: str) -> dict[str, Any]:
        """A user as a seed describes one."""
        return {**self.summary(user_id), "blacklisted": user_id in self.blacklisted}

    def fork(self) -> "Directory":
        """The same users, to be described otherwise."""
        other = Directory()
        other._lines, other.blacklisted = self._lines.fork(), set(self.blacklisted)
        other.writes = self.writes + 1
        return other

    def forget(self, user_id: str) -> None:
        """Let a user have no contacts, and not be blacklisted."""
        self._lines.pop(user_id, None)
        self.blacklisted.discard(user_id)

    def page(self, needle: str, page_no: int, page_size: int) -> tuple[list[dict[str, Any]], int]:
        """One page of those with `needle`, casefolded, in their id or a contact, and the number of all of them."""
        if _CONTROL.search(needle):
            return [], 0
        kept: Collection[str] = self._lines
        if needle:
            users = list(self._lines)
            lines = zip(users, self._lines.many(users), strict=True)
            kept = [user for user, line in lines if (line and needle in line) or needle in user.casefold()]
        start = (page_no - 1) * page_size
        return [self.described(user) for user in islice(kept, start, start + page_size)], len(kept)

    def having(self, needle: str, user_ids: Sequence[str], places: Collection[int]) -> Iterable[int]:
        """Those of `places` in `user_ids` whose user has an email or phone number with `needle` in it.

        `needle` is given casefolded.
        """
        if _CONTROL.search(needle):
            return ()
        lines = self._lines.many([user_ids[place] for place in places])
        return [place for place, line in zip(places, lines, strict=True) if line and needle in line]

    def text(self, user_ids: Iterable[str]) -> str:
        """All that is searched of some users: what has a needle in none of it, has it in nobody's."""
        return _FOLDED.join(filter(None, self._lines.many(user_ids)))


def _mark(kind: int, contact: dict[str, Any], names: tuple[str, ...]) -> str:
    for bit, name in enumerate(names):
        if contact.get(name):
            kind |= 1 << bit
    return chr(kind)


def _flags(mark: int, names: tuple[str, ...]) -> dict[str, bool]:
    return {name: bool(mark >> bit & 1) for bit, name in enumerate(names)}


def _clean(text: str) -> str:
    return _CONTROL.sub("", text)


def _write(country_code: float | None) -> str:
    """A country code in base 15, lowest digit first, each digit the control character above it."""
    text, rest = "", int(country_code or 0)
    while rest:
        rest, digit = divmod(rest, 15)
        text += chr(digit + 1)
    return text


def _read(text: str) -> int:
    return sum((ord(digit) - 1) * 15**power for power, digit in enumerate(text))
