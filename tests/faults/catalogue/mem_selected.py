"""Faults of MEM-04 to MEM-06: the users of a group by number, searched and parted."""

from typing import Any

from pyroaring import BitMap
from tests.faults.catalogue.mem_pages import paging
from tests.faults.patching import LIST_USERS, Mock
from tests.faults.registry import fault

from audience_mock.store.members import Members, Page, PageQuery


def selecting(mock: Mock, keeps: Any) -> None:
    """Let `keeps(members, user_id, q, blacklisted)` select, in the file's order."""

    def search(original: Any, self: Any, asked: PageQuery) -> Any:
        key = self._key(asked)
        kept = BitMap(place for place, user_id in enumerate(self._ids) if keeps(self, user_id, *key))
        self._selections[key] = kept
        return iter(())

    mock.wrap(Members, "search", search)


def parted(members: Any, user_id: str, blacklisted: bool) -> bool:
    return (user_id in members._directory.blacklisted) == blacklisted


def contacts(members: Any, user_id: str) -> tuple[list[str], list[str]]:
    """A user's emails and phone numbers."""
    summary = members._directory.summary(user_id)
    return [e["email"] for e in summary["emails"]], [p["phone"] for p in summary["phone_numbers"]]


# --- MEM-04 -------------------------------------------------------------------------------------------


def by_number(mock: Mock, start: Any, order: Any = lambda _, ids: ids) -> None:
    """A page by number holds the users of `order(asked, ids)` from `start(asked)`."""

    def page(found: Page, members: Any, asked: PageQuery, ids: list[str]) -> Page:
        if asked.cursor is not None:
            return found
        begin = start(asked)
        return found._replace(user_ids=order(asked, ids)[begin : begin + asked.page_size])

    paging(mock, page)


@fault("MEM-04-sorted-by-id", rule="MEM-04", subtlety="plausible")
def sorted_by_id(mock: Mock) -> None:
    """Pages by number from the second on are cut from the users sorted by user_id, pages by cursor are not."""
    by_number(
        mock,
        lambda asked: (asked.page_no - 1) * asked.page_size,
        lambda asked, ids: sorted(ids) if asked.page_no > 1 else ids,
    )


@fault("MEM-04-page-no-is-an-offset", rule="MEM-04", subtlety="obvious")
def page_no_is_an_offset(mock: Mock) -> None:
    """page_no counts users: page 2 begins with the second."""
    by_number(mock, lambda asked: asked.page_no - 1)


@fault("MEM-04-page-2-begins-one-late", rule="MEM-04", subtlety="subtle")
def page_2_begins_one_late(mock: Mock) -> None:
    """Pages by number from the second on begin a user late."""
    by_number(mock, lambda asked: (asked.page_no - 1) * asked.page_size + (asked.page_no > 1))


@fault("MEM-04-page-no-stops-at-3", rule="MEM-04", subtlety="subtle")
def page_no_stops_at_3(mock: Mock) -> None:
    """Pages by number beyond the third are the third."""
    by_number(mock, lambda asked: (min(asked.page_no, 3) - 1) * asked.page_size)


# --- MEM-05 -------------------------------------------------------------------------------------------


def _searching(mock: Mock, finds: Any) -> None:
    """Let `finds(q, emails, phones, user_id)` decide whom q keeps; q comes casefolded."""
    selecting(
        mock,
        lambda members, user_id, q, blacklisted: (
            parted(members, user_id, blacklisted) and (q is None or finds(q, *contacts(members, user_id), user_id))
        ),
    )


@fault("MEM-05-q-is-ignored", rule="MEM-05", subtlety="obvious")
def q_is_ignored(mock: Mock) -> None:
    """`q` is ignored."""
    mock.request(lambda x: x.query.pop("q", None), LIST_USERS)


@fault("MEM-05-emails-only", rule="MEM-05", subtlety="plausible")
def emails_only(mock: Mock) -> None:
    """`q` looks at emails only."""
    _searching(mock, lambda q, emails, phones, _: any(q in email.casefold() for email in emails))


@fault("MEM-05-small-letters-only", rule="MEM-05", subtlety="subtle")
def small_letters_only(mock: Mock) -> None:
    """`q` is put in small letters, the emails are not: those with capitals are not found."""
    _searching(mock, lambda q, emails, phones, _: any(q in text for text in emails + phones))


@fault("MEM-05-beginning-only", rule="MEM-05", subtlety="plausible")
def beginning_only(mock: Mock) -> None:
    """`q` looks at the beginning of emails and phone numbers."""
    _searching(mock, lambda q, emails, phones, _: any(text.casefold().startswith(q) for text in emails + phones))


@fault("MEM-05-first-email-only", rule="MEM-05", subtlety="subtle")
def first_email_only(mock: Mock) -> None:
    """`q` looks at a user's first email and first phone number."""
    _searching(mock, lambda q, emails, phones, _: any(q in text.casefold() for text in emails[:1] + phones[:1]))


@fault("MEM-05-user-id-too", rule="MEM-05", subtlety="subtle")
def user_id_too(mock: Mock) -> None:
    """`q` finds what is in a user_id as well."""
    _searching(
        mock, lambda q, emails, phones, user_id: any(q in text.casefold() for text in [*emails, *phones, user_id])
    )


@fault("MEM-05-searches-the-first-twenty", rule="MEM-05", subtlety="subtle")
def searches_the_first_twenty(mock: Mock) -> None:
    """`q` is looked for among the first twenty users only."""
    selecting(
        mock,
        lambda members, user_id, q, blacklisted: (
            parted(members, user_id, blacklisted)
            and (
                q is None
                or (
                    members._places[user_id] < 20
                    and any(q in text.casefold() for part in contacts(members, user_id) for text in part)
                )
            )
        ),
    )


# --- MEM-06 -------------------------------------------------------------------------------------------


def _parting(mock: Mock, keeps: Any) -> None:
    """Let `keeps(is blacklisted, asked for)` part the users."""
    selecting(
        mock,
        lambda members, user_id, q, blacklisted: (
            keeps(user_id in members._directory.blacklisted, blacklisted)
            and (q is None or any(q in text.casefold() for part in contacts(members, user_id) for text in part))
        ),
    )


@fault("MEM-06-blacklist-is-ignored", rule="MEM-06", subtlety="obvious")
def blacklist_is_ignored(mock: Mock) -> None:
    """blacklisted_users is ignored: the blacklisted are never shown."""
    _parting(mock, lambda listed, asked: not listed)


@fault("MEM-06-true-shows-all", rule="MEM-06", subtlety="plausible")
def true_shows_all(mock: Mock) -> None:
    """blacklisted_users=true shows the blacklisted among the others."""
    _parting(mock, lambda listed, asked: asked or not listed)


@fault("MEM-06-false-shows-all", rule="MEM-06", subtlety="subtle")
def false_shows_all(mock: Mock) -> None:
    """blacklisted_users=false shows all."""
    _parting(mock, lambda listed, asked: listed or not asked)


@fault("MEM-06-some-are-in-neither", rule="MEM-06", subtlety="subtle")
def some_are_in_neither(mock: Mock) -> None:
    """Users without any contact are in neither part."""
    selecting(
        mock,
        lambda members, user_id, q, blacklisted: (
            parted(members, user_id, blacklisted)
            and (
                any(contacts(members, user_id))
                if q is None
                else any(q in text.casefold() for part in contacts(members, user_id) for text in part)
            )
        ),
    )
