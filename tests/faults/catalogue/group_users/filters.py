"""Faults of q and blacklisted_users in the users of a group (MEM-05, MEM-06)."""

from collections.abc import Callable
from typing import Any

from pyroaring import BitMap
from tests.faults import operations as ops
from tests.faults.operators.http import ignored, parameter
from tests.faults.patching import Mock
from tests.faults.registry import Change, faults, operator

from audience_mock.store.members import Members, PageQuery


def _contacts(members: Any, user_id: str) -> tuple[list[str], list[str]]:
    """A user's emails and phone numbers."""
    summary = members._directory.summary(user_id)
    return [e["email"] for e in summary["emails"]], [p["phone"] for p in summary["phone_numbers"]]


def _texts(members: Any, user_id: str) -> list[str]:
    """A user's emails and phone numbers, casefolded."""
    return [text.casefold() for part in _contacts(members, user_id) for text in part]


def _is_found(members: Any, user_id: str, q: str | None) -> bool:
    return q is None or any(q in text for text in _texts(members, user_id))


def _is_in_part(members: Any, user_id: str, blacklisted: bool) -> bool:
    return (user_id in members._directory.blacklisted) == blacklisted


@operator
def _selected(mock: Mock, keeps: Callable[[Any, str, str | None, bool], object]) -> None:
    """Select the users for which `keeps(members, user_id, q, blacklisted)`; q is casefolded."""

    def search(original: Any, self: Any, query: PageQuery) -> Any:
        key = self._key(query)
        self._selections[key] = BitMap(i for i, user_id in enumerate(self._ids) if keeps(self, user_id, *key))
        return iter(())

    mock.wrap(search, Members, "search")


def _searched(finds: Callable[[Any, str, str, bool], bool]) -> Change:
    """Search by `finds(members, user_id, q, blacklisted)`."""
    return _selected(lambda m, user, q, part: _is_in_part(m, user, part) and (q is None or finds(m, user, q, part)))


def _searched_in(texts: Callable[[list[str], list[str]], list[str]]) -> Change:
    """Search in `texts(emails, phones)`."""
    return _searched(lambda m, user, q, _: any(q in text for text in texts(*_contacts(m, user))))


faults(
    "MEM-05",
    q_is_ignored=ignored("q", ops.LIST_USERS),
    emails_only=_searched_in(lambda emails, phones: [email.casefold() for email in emails]),
    small_letters_only=_searched_in(lambda emails, phones: emails + phones),
    first_email_only=_searched_in(lambda emails, phones: [text.casefold() for text in emails[:1] + phones[:1]]),
    beginning_only=_searched(lambda m, user, q, _: any(text.startswith(q) for text in _texts(m, user))),
    end_is_not_looked_at=_searched(lambda m, user, q, _: any(q in text[:-1] for text in _texts(m, user))),
    user_id_too=_searched(lambda m, user, q, _: any(q in text for text in [*_texts(m, user), user.casefold()])),
    searches_the_first_twenty=_searched(lambda m, user, q, _: m._places[user] < 20 and _is_found(m, user, q)),
    short_q_is_ignored=_searched(lambda m, user, q, _: len(q) < 3 or _is_found(m, user, q)),
    contacts_are_joined=_searched(lambda m, user, q, _: q in " ".join(_texts(m, user))),
    not_among_the_blacklisted=_searched(lambda m, user, q, part: part or _is_found(m, user, q)),
)


def _parted(keeps: Callable[[bool, bool], bool]) -> Change:
    """Show the users for which `keeps(is blacklisted, blacklisted_users)`."""
    return _selected(lambda m, user, q, part: keeps(_is_in_part(m, user, True), part) and _is_found(m, user, q))


faults(
    "MEM-06",
    blacklist_is_ignored=_parted(lambda listed, part: not listed),
    true_shows_all=_parted(lambda listed, part: part or not listed),
    false_shows_all=_parted(lambda listed, part: listed or not part),
    false_is_true=parameter(lambda text: "true", "blacklisted_users=false", ops.LIST_USERS),
    some_are_in_neither=_selected(
        lambda m, user, q, part: (
            _is_in_part(m, user, part) and (any(_contacts(m, user)) if q is None else _is_found(m, user, q))
        )
    ),
    unknown_users_are_in_both=_selected(
        lambda m, user, q, part: (
            (_is_in_part(m, user, part) or (part and not any(_contacts(m, user)))) and _is_found(m, user, q)
        )
    ),
)
