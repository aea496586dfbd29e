"""The contacts of users: emails, phone numbers, and whether a user is blacklisted."""

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


class UserDirectory:
    """The contacts of a tenant's users.

    Each user is one short string, so that a million users fit in memory and `in` can search them. A contact is
    written as a control character for its kind and flags, then the email or phone number, then for a phone number
    the country code in control characters. Neither contacts nor search terms may contain control characters.
    If the string has capitals, its casefolded form follows.
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
        """Add or replace a user; `emails` and `phone_numbers` have the fields of the schemas Email and PhoneNumber."""
        parts = [_encode_flags(_EMAIL, email, _EMAIL_FLAGS) + _strip_control(email["email"]) for email in emails]
        for phone in phone_numbers:
            mark = _encode_flags(_PHONE, phone, _PHONE_FLAGS)
            parts.append(mark + _strip_control(phone["phone"]) + _encode_code(phone.get("country_code")))
        line = "".join(parts)
        folded = line.casefold()
        self._lines[user_id] = line if line == folded else f"{line}{_FOLDED}{folded}"
        if blacklisted:
            self.blacklisted.add(user_id)
        else:
            self.blacklisted.discard(user_id)

    def summary(self, user_id: str) -> dict[str, Any]:
        """The UserSummary of a user; without contacts if the directory lacks the user."""
        emails: list[dict[str, Any]] = []
        phones: list[dict[str, Any]] = []
        line = self._lines.get(user_id, "").partition(_FOLDED)[0]
        for mark, text, code in _CONTACT.findall(line):
            flags = ord(mark)
            if flags < _PHONE:
                emails.append({"email": text, **_decode_flags(flags, _EMAIL_FLAGS)})
            else:
                country = {"country_code": _decode_code(code)} if code else {}
                phones.append({"phone": text, **country, **_decode_flags(flags, _PHONE_FLAGS)})
        return {"user_id": user_id, "emails": emails, "phone_numbers": phones}

    def __len__(self) -> int:
        return len(self._lines)

    def __contains__(self, user_id: str) -> bool:
        return user_id in self._lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def as_dict(self, user_id: str) -> dict[str, Any]:
        """A user in the form of a seed."""
        return {**self.summary(user_id), "blacklisted": user_id in self.blacklisted}

    def fork(self) -> "UserDirectory":
        """An independent copy."""
        other = UserDirectory()
        other._lines, other.blacklisted = self._lines.fork(), set(self.blacklisted)
        other.writes = self.writes + 1
        return other

    def remove(self, user_id: str) -> None:
        """Remove a user's contacts; a removed user is not blacklisted."""
        self._lines.pop(user_id, None)
        self.blacklisted.discard(user_id)

    def page(self, needle: str, page_no: int, page_size: int) -> tuple[list[dict[str, Any]], int]:
        """One page of the users with `needle` (casefolded) in their id or a contact, and the number of all of them."""
        if _CONTROL.search(needle):
            return [], 0
        matches: Collection[str] = self._lines
        if needle:
            users = list(self._lines)
            lines = zip(users, self._lines.many(users), strict=True)
            matches = [user for user, line in lines if (line and needle in line) or needle in user.casefold()]
        start = (page_no - 1) * page_size
        return [self.as_dict(user) for user in islice(matches, start, start + page_size)], len(matches)

    def matching(self, needle: str, user_ids: Sequence[str], places: Collection[int]) -> Iterable[int]:
        """Those of `places` in `user_ids` whose user has `needle` (casefolded) in an email or phone number."""
        if _CONTROL.search(needle):
            return ()
        lines = self._lines.many([user_ids[place] for place in places])
        return [place for place, line in zip(places, lines, strict=True) if line and needle in line]

    def search_text(self, user_ids: Iterable[str]) -> str:
        """The contacts of several users as one text: without a needle in it, none of the users matches."""
        return _FOLDED.join(filter(None, self._lines.many(user_ids)))


def _encode_flags(kind: int, contact: dict[str, Any], names: tuple[str, ...]) -> str:
    for bit, name in enumerate(names):
        if contact.get(name):
            kind |= 1 << bit
    return chr(kind)


def _decode_flags(mark: int, names: tuple[str, ...]) -> dict[str, bool]:
    return {name: bool(mark >> bit & 1) for bit, name in enumerate(names)}


def _strip_control(text: str) -> str:
    return _CONTROL.sub("", text)


def _encode_code(country_code: float | None) -> str:
    """A country code in base 15, lowest digit first; digit d is the control character d + 1."""
    text, rest = "", int(country_code or 0)
    while rest:
        rest, digit = divmod(rest, 15)
        text += chr(digit + 1)
    return text


def _decode_code(text: str) -> int:
    return sum((ord(digit) - 1) * 15**power for power, digit in enumerate(text))
