"""Faults of MEM-01 to MEM-03, MEM-07 and MEM-08: the users of a group by cursor."""

from typing import Any

from tests.faults.patching import LIST_USERS, Exchange, Mock
from tests.faults.registry import fault

from audience_mock.store.members import Members, Page, PageQuery, _cursor


def paging(mock: Mock, page: Any) -> None:
    """A page of users is `page(the mock's own, members, what is asked, all ids that the filters keep)`."""

    def faulty(original: Any, self: Any, asked: PageQuery) -> Page:
        ids = [self._ids[place] for place in self._select(asked)]
        found: Page = page(original(self, asked), self, asked, ids)
        return found

    mock.wrap(Members, "page", faulty)


# --- MEM-01 -------------------------------------------------------------------------------------------


@fault("MEM-01-border-user-is-skipped", rule="MEM-01", subtlety="subtle")
def border_user_is_skipped(mock: Mock) -> None:
    """next_cursor names the first user of the next page, which then begins after him."""

    def page(found: Page, members: Any, asked: PageQuery, ids: list[str]) -> Page:
        if found.next_cursor is None or not found.user_ids:
            return found
        return found._replace(next_cursor=_cursor(ids[ids.index(found.user_ids[-1]) + 1]))

    paging(mock, page)


@fault("MEM-01-border-user-comes-twice", rule="MEM-01", subtlety="plausible")
def border_user_comes_twice(mock: Mock) -> None:
    """The page after a cursor begins with the user that the page before ended with."""

    def page(found: Page, members: Any, asked: PageQuery, ids: list[str]) -> Page:
        if found.next_cursor is None or len(found.user_ids) < 2:
            return found
        return found._replace(next_cursor=_cursor(found.user_ids[-2]))

    paging(mock, page)


@fault("MEM-01-last-page-is-not-reached", rule="MEM-01", subtlety="plausible")
def last_page_is_not_reached(mock: Mock) -> None:
    """has_next is false on the last page but one, where the last is not full."""

    def page(found: Page, members: Any, asked: PageQuery, ids: list[str]) -> Page:
        rest = len(ids) - 1 - ids.index(found.user_ids[-1]) if found.user_ids else 0
        return found._replace(next_cursor=None) if 0 < rest < asked.page_size else found

    paging(mock, page)


@fault("MEM-01-cursor-at-the-end", rule="MEM-01", subtlety="subtle")
def cursor_at_the_end(mock: Mock) -> None:
    """The last page has has_next false and a next_cursor all the same."""

    def hook(exchange: Exchange) -> None:
        if exchange.json["items"] and not exchange.json["page"]["has_next"]:
            exchange.json["page"]["next_cursor"] = _cursor(exchange.json["items"][-1]["user_id"])

    mock.answer(hook, LIST_USERS, status=200)


@fault("MEM-01-cursor-forgets-the-blacklist", rule="MEM-01", subtlety="subtle")
def cursor_forgets_the_blacklist(mock: Mock) -> None:
    """The page after a cursor holds those who are not blacklisted, whatever blacklisted_users says."""

    def hook(exchange: Exchange) -> None:
        if "cursor" in exchange.query:
            exchange.query.pop("blacklisted_users", None)

    mock.request(hook, LIST_USERS)


@fault("MEM-01-cursor-is-ignored", rule="MEM-01", subtlety="obvious")
def cursor_is_ignored(mock: Mock) -> None:
    """The cursor is ignored: it is always the first page."""
    mock.request(lambda x: x.query.pop("cursor", None), LIST_USERS)


@fault("MEM-01-full-last-page-loses-its-last", rule="MEM-01", subtlety="subtle")
def full_last_page_loses_its_last(mock: Mock) -> None:
    """A last page that is full loses its last user."""

    def page(found: Page, members: Any, asked: PageQuery, ids: list[str]) -> Page:
        full = asked.cursor and found.next_cursor is None and len(found.user_ids) == asked.page_size > 1
        return found._replace(user_ids=found.user_ids[:-1]) if full and asked.direction == "next" else found

    paging(mock, page)


# --- MEM-02 -------------------------------------------------------------------------------------------


@fault("MEM-02-direction-is-ignored", rule="MEM-02", subtlety="obvious")
def direction_is_ignored(mock: Mock) -> None:
    """direction=prev goes forward."""
    mock.request(lambda x: x.query.pop("direction", None), LIST_USERS)


@fault("MEM-02-prev-page-is-reversed", rule="MEM-02", subtlety="plausible")
def prev_page_is_reversed(mock: Mock) -> None:
    """A page before a cursor holds its users backwards; the cursors are right."""
    paging(
        mock,
        lambda found, members, asked, ids: (
            found._replace(user_ids=found.user_ids[::-1]) if asked.cursor and asked.direction == "prev" else found
        ),
    )


@fault("MEM-02-prev-skips-the-border", rule="MEM-02", subtlety="subtle")
def prev_skips_the_border(mock: Mock) -> None:
    """prev_cursor names the last user of the page before, which then ends before him."""

    def page(found: Page, members: Any, asked: PageQuery, ids: list[str]) -> Page:
        if found.prev_cursor is None or not found.user_ids:
            return found
        return found._replace(prev_cursor=_cursor(ids[ids.index(found.user_ids[0]) - 1]))

    paging(mock, page)


@fault("MEM-02-prev-begins-at-the-start", rule="MEM-02", subtlety="plausible")
def prev_begins_at_the_start(mock: Mock) -> None:
    """The page before a cursor is the first of all users before it, not the last."""

    def page(found: Page, members: Any, asked: PageQuery, ids: list[str]) -> Page:
        if not asked.cursor or asked.direction != "prev" or not found.user_ids:
            return found
        end = ids.index(found.user_ids[-1]) + 1
        return found._replace(user_ids=ids[: min(end, asked.page_size)], prev_cursor=None)

    paging(mock, page)


@fault("MEM-02-short-first-page-is-filled", rule="MEM-02", subtlety="subtle")
def short_first_page_is_filled(mock: Mock) -> None:
    """Going back, a first page that would not be full repeats users of the page after it."""

    def page(found: Page, members: Any, asked: PageQuery, ids: list[str]) -> Page:
        short = asked.cursor and asked.direction == "prev" and found.prev_cursor is None
        return found._replace(user_ids=ids[: asked.page_size]) if short else found

    paging(mock, page)


# --- MEM-03 -------------------------------------------------------------------------------------------


@fault("MEM-03-page-size-is-ignored", rule="MEM-03", subtlety="obvious")
def page_size_is_ignored(mock: Mock) -> None:
    """A page holds ten users, whatever page_size says."""
    mock.request(lambda x: x.query.pop("page_size", None), LIST_USERS)


def _with_one_more(found: Page, ids: list[str]) -> Page:
    if found.next_cursor is None or not found.user_ids:
        return found
    return found._replace(user_ids=[*found.user_ids, ids[ids.index(found.user_ids[-1]) + 1]])


@fault("MEM-03-peeked-user-is-shown", rule="MEM-03", subtlety="plausible")
def peeked_user_is_shown(mock: Mock) -> None:
    """The user that is read to know of a next page is shown on this one too."""
    paging(mock, lambda found, members, asked, ids: _with_one_more(found, ids))


@fault("MEM-03-one-more-under-a-cursor", rule="MEM-03", subtlety="subtle")
def one_more_under_a_cursor(mock: Mock) -> None:
    """A page after a cursor holds one user too many."""
    paging(mock, lambda found, members, asked, ids: _with_one_more(found, ids) if asked.cursor else found)


@fault("MEM-03-all-blacklisted-at-once", rule="MEM-03", subtlety="subtle")
def all_blacklisted_at_once(mock: Mock) -> None:
    """With blacklisted_users=true all are on one page."""
    paging(
        mock, lambda found, members, asked, ids: found._replace(user_ids=ids) if asked.blacklisted and ids else found
    )


# --- MEM-07, MEM-08 -----------------------------------------------------------------------------------


@fault("MEM-07-has-prev-is-true", rule="MEM-07", subtlety="obvious")
def has_prev_is_true(mock: Mock) -> None:
    """Every page says has_prev true."""
    mock.pages(lambda page: page.update(has_prev=True), LIST_USERS)


@fault("MEM-07-prev-cursor-on-the-first-page", rule="MEM-07", subtlety="plausible")
def prev_cursor_on_the_first_page(mock: Mock) -> None:
    """The first page has a prev_cursor, and has_prev false."""

    def hook(exchange: Exchange) -> None:
        page = exchange.json["page"]
        if exchange.json["items"] and not page["has_prev"]:
            page["prev_cursor"] = _cursor(exchange.json["items"][0]["user_id"])

    mock.answer(hook, LIST_USERS, status=200)


@fault("MEM-07-has-prev-after-going-back", rule="MEM-07", subtlety="subtle")
def has_prev_after_going_back(mock: Mock) -> None:
    """A first page that is reached backwards has has_prev true and a prev_cursor."""
    paging(
        mock,
        lambda found, members, asked, ids: (
            found._replace(prev_cursor=_cursor(found.user_ids[0]))
            if asked.cursor and asked.direction == "prev" and found.user_ids
            else found
        ),
    )


@fault("MEM-07-has-prev-among-the-blacklisted", rule="MEM-07", subtlety="subtle")
def has_prev_among_the_blacklisted(mock: Mock) -> None:
    """The first page of the blacklisted has has_prev true: it is not the first of all."""
    paging(
        mock,
        lambda found, members, asked, ids: (
            found._replace(prev_cursor=_cursor(found.user_ids[0]))
            if asked.blacklisted and found.user_ids and found.prev_cursor is None
            else found
        ),
    )


@fault("MEM-08-unknown-cursor-is-the-first-page", rule="MEM-08", subtlety="plausible")
def unknown_cursor_is_the_first_page(mock: Mock) -> None:
    """An unknown cursor gives the first page."""

    def page(original: Any, self: Any, asked: PageQuery) -> Page:
        known = asked.cursor is None or asked.cursor in self._places or ":" in asked.cursor
        found: Page = original(self, asked if known else asked._replace(cursor=None))
        return found

    mock.wrap(Members, "page", page)


@fault("MEM-08-unknown-cursor-is-an-empty-page", rule="MEM-08", subtlety="plausible")
def unknown_cursor_is_an_empty_page(mock: Mock) -> None:
    """An unknown cursor gives an empty page."""
    page = {"type": "cursor", "current": 1, "size": 10, "has_next": False, "has_prev": False}
    empty = {"items": [], "page": {**page, "next_cursor": None, "prev_cursor": None}}
    mock.answer(lambda x: x.answer(200, empty) if "cursor" in x.query else None, LIST_USERS, status=400)


@fault("MEM-08-unknown-cursor-is-404", rule="MEM-08", subtlety="subtle")
def unknown_cursor_is_404(mock: Mock) -> None:
    """An unknown cursor is 404."""
    mock.answer(
        lambda x: x.refuse(404) if x.json["errors"][0]["field"] == "query.cursor" else None, LIST_USERS, status=400
    )
