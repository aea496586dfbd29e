"""More faults of MEM-05 to MEM-08: searches of a group's users, first pages, unknown cursors."""

from typing import Any

from tests.faults.catalogue.mem_pages import paging
from tests.faults.catalogue.mem_selected import contacts, parted, selecting
from tests.faults.patching import LIST_USERS, Exchange, Mock
from tests.faults.registry import fault

from audience_mock.store.members import Members, Page, PageQuery, _cursor

# --- MEM-05 to MEM-08 ---------------------------------------------------------------------------------


def _searching(mock: Mock, finds: Any) -> None:
    """Let `finds(q, contacts, blacklisted)` decide whom q keeps; q comes casefolded."""

    def keeps(members: Any, user_id: str, q: str | None, blacklisted: bool) -> bool:
        texts = [text.casefold() for part in contacts(members, user_id) for text in part]
        return parted(members, user_id, blacklisted) and (q is None or bool(finds(q, texts, blacklisted)))

    selecting(mock, keeps)


@fault("MEM-05-short-q-is-ignored", rule="MEM-05", subtlety="subtle")
def short_q_is_ignored(mock: Mock) -> None:
    """A q of fewer than three characters is ignored."""
    _searching(mock, lambda q, texts, _: len(q) < 3 or any(q in text for text in texts))


@fault("MEM-05-contacts-are-joined", rule="MEM-05", subtlety="subtle")
def contacts_are_joined(mock: Mock) -> None:
    """`q` is looked for in all contacts of a user, one behind the other with a blank between."""
    _searching(mock, lambda q, texts, _: q in " ".join(texts))


@fault("MEM-05-not-among-the-blacklisted", rule="MEM-05", subtlety="subtle")
def not_among_the_blacklisted(mock: Mock) -> None:
    """Among the blacklisted, q is ignored."""
    _searching(mock, lambda q, texts, blacklisted: blacklisted or any(q in text for text in texts))


@fault("MEM-05-end-is-not-looked-at", rule="MEM-05", subtlety="subtle")
def end_is_not_looked_at(mock: Mock) -> None:
    """`q` does not look at the last character of emails and phone numbers."""
    _searching(mock, lambda q, texts, _: any(q in text[:-1] for text in texts))


@fault("MEM-06-false-is-true", rule="MEM-06", subtlety="subtle")
def false_is_true(mock: Mock) -> None:
    """blacklisted_users=false is a text that is not empty, and so is true."""

    def hook(exchange: Exchange) -> None:
        if exchange.query.get("blacklisted_users") == "false":
            exchange.query["blacklisted_users"] = "true"

    mock.request(hook, LIST_USERS)


@fault("MEM-06-unknown-users-are-in-both", rule="MEM-06", subtlety="subtle")
def unknown_users_are_in_both(mock: Mock) -> None:
    """Users of whom nothing is known are in both parts."""
    selecting(
        mock,
        lambda members, user_id, q, blacklisted: (
            (parted(members, user_id, blacklisted) or (blacklisted and not any(contacts(members, user_id))))
            and (q is None or any(q in text.casefold() for part in contacts(members, user_id) for text in part))
        ),
    )


@fault("MEM-07-short-first-page-has-a-way-back", rule="MEM-07", subtlety="subtle")
def short_first_page_has_a_way_back(mock: Mock) -> None:
    """A first page that is reached backwards, and is not full, has has_prev true."""

    def page(found: Page, members: Any, asked: PageQuery, ids: list[str]) -> Page:
        short = asked.cursor and asked.direction == "prev" and 0 < len(found.user_ids) < asked.page_size
        return found._replace(prev_cursor=_cursor(found.user_ids[0])) if short else found

    paging(mock, page)


@fault("MEM-07-whole-list-on-one-page", rule="MEM-07", subtlety="subtle")
def whole_list_on_one_page(mock: Mock) -> None:
    """Where one page holds all users exactly, has_prev is true."""

    def page(found: Page, members: Any, asked: PageQuery, ids: list[str]) -> Page:
        whole = not asked.cursor and asked.page_no == 1 and len(found.user_ids) == asked.page_size == len(ids)
        return found._replace(prev_cursor=_cursor(ids[0])) if whole else found

    paging(mock, page)


def _unknown(mock: Mock, known: Any) -> None:
    """An unknown cursor is, where `known(asked, members)`, the first page."""

    def page(original: Any, self: Any, asked: PageQuery) -> Page:
        strange = asked.cursor is not None and asked.cursor not in self._places and ":" not in asked.cursor
        found: Page = original(self, asked._replace(cursor=None) if strange and known(asked, self) else asked)
        return found

    mock.wrap(Members, "page", page)


@fault("MEM-08-beginning-of-a-cursor-will-do", rule="MEM-08", subtlety="subtle")
def beginning_of_a_cursor_will_do(mock: Mock) -> None:
    """A cursor of which the server has issued a longer one is accepted."""
    _unknown(mock, lambda asked, members: any(user_id.startswith(asked.cursor) for user_id in members._ids))


@fault("MEM-08-unknown-among-the-blacklisted", rule="MEM-08", subtlety="subtle")
def unknown_among_the_blacklisted(mock: Mock) -> None:
    """Among the blacklisted, an unknown cursor gives the first page."""
    _unknown(mock, lambda asked, members: asked.blacklisted)


@fault("MEM-08-unknown-going-back", rule="MEM-08", subtlety="subtle")
def unknown_going_back(mock: Mock) -> None:
    """Going back, an unknown cursor gives the first page."""
    _unknown(mock, lambda asked, members: asked.direction == "prev")
