"""Who the users of groups are: emails, phone numbers, and whether they are blacklisted."""

from collections.abc import Iterable
from typing import Any

_EMAIL, _PHONE, _CODE = "\x1e", "\x1f", "\x1d"
_EMAIL_FLAGS = ("primary", "verified", "active")
_PHONE_FLAGS = ("verified", "primary", "active")


class Directory:
    """The contacts of a tenant's users.

    A user takes one short string, not a tree of objects, so that a million of them fit in memory and are
    searched at the speed of `str.__contains__`. An email is written as mark, flags, address; a phone number
    as mark, flags, country code, mark, number.
    """

    def __init__(self) -> None:
        self._lines: dict[str, str] = {}
        self.blacklisted: set[str] = set()

    def add(
        self,
        user_id: str,
        emails: Iterable[dict[str, Any]] = (),
        phone_numbers: Iterable[dict[str, Any]] = (),
        *,
        blacklisted: bool = False,
    ) -> None:
        """Remember a user's contacts; `emails` and `phone_numbers` have the fields of Email and PhoneNumber."""
        parts = [f"{_EMAIL}{_pack(email, _EMAIL_FLAGS)}{email['email']}" for email in emails]
        for phone in phone_numbers:
            code = phone.get("country_code", "")
            parts.append(f"{_PHONE}{_pack(phone, _PHONE_FLAGS)}{code}{_CODE}{phone['phone']}")
        self._lines[user_id] = "".join(parts)
        if blacklisted:
            self.blacklisted.add(user_id)

    def summary(self, user_id: str) -> dict[str, Any]:
        """The UserSummary; a user whom nobody described has no contacts."""
        emails, phones = [], []
        for mark, flags, text in _parts(self._lines.get(user_id, "")):
            if mark == _EMAIL:
                emails.append({"email": text, **_unpack(flags, _EMAIL_FLAGS)})
            else:
                code, _, number = text.partition(_CODE)
                country = {"country_code": int(code)} if code else {}
                phones.append({"phone": number, **country, **_unpack(flags, _PHONE_FLAGS)})
        return {"user_id": user_id, "emails": emails, "phone_numbers": phones}

    def matches(self, user_id: str, needle: str) -> bool:
        """Has the user an email or phone number with `needle`, given casefolded, in it?"""
        line = self._lines.get(user_id, "")
        if needle not in line and needle not in line.casefold():
            return False
        texts = (text.partition(_CODE)[2] if mark == _PHONE else text for mark, _, text in _parts(line))
        return any(needle in text.casefold() for text in texts)


def _pack(contact: dict[str, Any], names: tuple[str, ...]) -> str:
    return str(sum(bool(contact.get(name, False)) << bit for bit, name in enumerate(names)))


def _unpack(flags: str, names: tuple[str, ...]) -> dict[str, bool]:
    return {name: bool(int(flags) >> bit & 1) for bit, name in enumerate(names)}


def _parts(line: str) -> Iterable[tuple[str, str, str]]:
    start = 0
    for end in range(1, len(line) + 1):
        if end == len(line) or line[end] in (_EMAIL, _PHONE):
            yield line[start], line[start + 1], line[start + 2 : end]
            start = end
