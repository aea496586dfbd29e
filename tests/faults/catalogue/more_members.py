"""More faults of MEM: cursors and pages of a group's users."""

from typing import Any

from tests.faults.catalogue.mem_pages import _with_one_more, paging
from tests.faults.catalogue.mem_selected import by_number
from tests.faults.patching import LIST_USERS, Exchange, Mock
from tests.faults.registry import fault

from audience_mock import errors
from audience_mock.store.members import Members, Page, PageQuery, _cursor

# --- MEM-01 -------------------------------------------------------------------------------------------


@fault("MEM-01-a-hundred-is-the-end", rule="MEM-01", subtlety="subtle")
def a_hundred_is_the_end(mock: Mock) -> None:
    """One user more than page_size is read to know of a next page, a hundred at most: at 100 there is none."""
    paging(mock, lambda found, m, asked, ids: found._replace(next_cursor=None) if asked.page_size == 100 else found)


@fault("MEM-01-cursor-0-is-none", rule="MEM-01", subtlety="subtle")
def cursor_0_is_none(mock: Mock) -> None:
    """The cursor 0 is taken for none: the first page comes again."""
    mock.request(lambda x: x.query.get("cursor") == "0" and x.query.pop("cursor"), LIST_USERS)


@fault("MEM-01-cursor-is-decoded-twice", rule="MEM-01", subtlety="subtle")
def cursor_is_decoded_twice(mock: Mock) -> None:
    """A plus sign in a cursor is read as a blank."""

    def hook(exchange: Exchange) -> None:
        if "+" in exchange.query.get("cursor", ""):
            exchange.query["cursor"] = exchange.query["cursor"].replace("+", " ")

    mock.request(hook, LIST_USERS)


@fault("MEM-01-capitals-do-not-count", rule="MEM-01", subtlety="subtle")
def capitals_do_not_count(mock: Mock) -> None:
    """A cursor is looked up whatever its capitals: of two such users the first is taken."""

    def place(original: Any, self: Any, cursor: str) -> float:
        like = next((user_id for user_id in self._ids if user_id.lower() == cursor.lower()), cursor)
        return float(original(self, _cursor(like) if cursor in self._places else cursor))

    mock.wrap(Members, "_place", place)


@fault("MEM-01-greater-ids-behind-a-cursor", rule="MEM-01", subtlety="plausible")
def greater_ids_behind_a_cursor(mock: Mock) -> None:
    """A page after a cursor holds the users whose ids are greater, in the file's order."""

    def page(found: Page, members: Any, asked: PageQuery, ids: list[str]) -> Page:
        if asked.cursor not in members._places or asked.direction == "prev":
            return found
        rest = [user_id for user_id in ids if user_id > str(asked.cursor)]
        chosen = rest[: asked.page_size]
        return found._replace(user_ids=chosen, next_cursor=_cursor(chosen[-1]) if len(rest) > len(chosen) else None)

    paging(mock, page)


def _gone(mock: Mock, answer: Any) -> None:
    """At the cursor of a user who is gone, `answer(original, members, asked)`."""

    def page(original: Any, self: Any, asked: PageQuery) -> Page:
        gone = asked.cursor in self._gone and asked.cursor not in self._places
        found: Page = answer(original, self, asked) if gone else original(self, asked)
        return found

    mock.wrap(Members, "page", page)


@fault("MEM-01-cursor-dies-with-its-user", rule="MEM-01", subtlety="subtle")
def cursor_dies_with_its_user(mock: Mock) -> None:
    """A cursor is unknown once the file no longer names its user."""

    def answer(original: Any, self: Any, asked: PageQuery) -> Page:
        raise errors.unknown_cursor(str(asked.cursor))

    _gone(mock, answer)


@fault("MEM-01-cursor-of-a-gone-user-is-the-start", rule="MEM-01", subtlety="subtle")
def cursor_of_a_gone_user_is_the_start(mock: Mock) -> None:
    """A walk whose user was taken out of the file begins again."""
    _gone(mock, lambda page, self, asked: page(self, asked._replace(cursor=None, page_no=1)))


@fault("MEM-01-cursor-of-a-gone-user-is-the-end", rule="MEM-01", subtlety="subtle")
def cursor_of_a_gone_user_is_the_end(mock: Mock) -> None:
    """A walk whose user was taken out of the file ends there."""
    _gone(mock, lambda page, self, asked: page(self, asked)._replace(user_ids=[], next_cursor=None))


@fault("MEM-01-second-file-forgets-the-gone", rule="MEM-01", subtlety="subtle")
def second_file_forgets_the_gone(mock: Mock) -> None:
    """A cursor outlives one new file without its user, not a second."""

    def replaced_by(original: Any, self: Any, places: dict[str, int]) -> Members:
        known, self._gone = self._gone, {}
        found: Members = original(self, places)
        self._gone = known
        return found

    mock.wrap(Members, "replaced_by", replaced_by)


@fault("MEM-01-cursor-is-an-offset", rule="MEM-01", subtlety="subtle")
def cursor_is_an_offset(mock: Mock) -> None:
    """A cursor counts users: when the file changes before it, users are passed over or come again."""

    def page(original: Any, self: Any, asked: PageQuery) -> Page:
        kept = [self._ids[place] for place in self._select(asked)]
        if asked.cursor is None:
            start = (asked.page_no - 1) * asked.page_size
        elif not asked.cursor.startswith("offset-"):
            raise errors.unknown_cursor(asked.cursor)
        else:
            at = int(asked.cursor.removeprefix("offset-"))
            start = at if asked.direction == "next" else max(0, at - asked.page_size)
        end = start + asked.page_size
        if asked.direction == "prev" and asked.cursor is not None:
            end = min(end, int(asked.cursor.removeprefix("offset-")))
        more = f"offset-{end}" if end < len(kept) else None
        return Page(kept[start:end], start // asked.page_size + 1, more, f"offset-{start}" if start else None)

    mock.wrap(Members, "page", page)


@fault("MEM-01-one-late-without-page-size", rule="MEM-01", subtlety="subtle")
def one_late_without_page_size(mock: Mock) -> None:
    """Without page_size, the page after a cursor begins one user late."""

    def hook(exchange: Exchange) -> None:
        if "cursor" in exchange.query and "page_size" not in exchange.query:
            exchange.json["items"] = exchange.json["items"][1:]

    mock.answer(hook, LIST_USERS, status=200)


# --- MEM-02, MEM-03, MEM-04 ---------------------------------------------------------------------------


@fault("MEM-02-back-in-fixed-pages", rule="MEM-02", subtlety="subtle")
def back_in_fixed_pages(mock: Mock) -> None:
    """The page before a cursor is the one before its own, counted in pages of page_size from the first user."""

    def page(found: Page, members: Any, asked: PageQuery, ids: list[str]) -> Page:
        if asked.direction != "prev" or asked.cursor not in ids:
            return found
        start = max(0, (ids.index(asked.cursor) // asked.page_size - 1) * asked.page_size)
        chosen = ids[start : start + asked.page_size]
        return found._replace(user_ids=chosen, prev_cursor=_cursor(chosen[0]) if start else None)

    paging(mock, page)


@fault("MEM-02-no-way-back-from-a-gone-user", rule="MEM-02", subtlety="subtle")
def no_way_back_from_a_gone_user(mock: Mock) -> None:
    """A walk back whose user was taken out of the file ends there."""

    def answer(page: Any, self: Any, asked: PageQuery) -> Page:
        found: Page = page(self, asked)
        return found._replace(user_ids=[], prev_cursor=None) if asked.direction == "prev" else found

    _gone(mock, answer)


@fault("MEM-03-a-hundred-and-one", rule="MEM-03", subtlety="subtle")
def a_hundred_and_one(mock: Mock) -> None:
    """A page of a hundred holds the user too that is read to know of the next page."""
    paging(mock, lambda found, m, asked, ids: _with_one_more(found, ids) if asked.page_size == 100 else found)


@fault("MEM-03-search-is-not-cut", rule="MEM-03", subtlety="subtle")
def search_is_not_cut(mock: Mock) -> None:
    """With q, all whom it keeps are on the first page."""
    paging(mock, lambda found, m, asked, ids: found._replace(user_ids=ids) if asked.q and not asked.cursor else found)


@fault("MEM-03-two-at-least", rule="MEM-03", subtlety="subtle")
def two_at_least(mock: Mock) -> None:
    """Going back, a page holds two users at least."""

    def page(found: Page, members: Any, asked: PageQuery, ids: list[str]) -> Page:
        if asked.page_size != 1 or asked.direction != "prev" or found.prev_cursor is None:
            return found
        return found._replace(user_ids=[ids[ids.index(found.user_ids[0]) - 1], *found.user_ids])

    paging(mock, page)


@fault("MEM-04-numbers-end-at-a-hundred", rule="MEM-04", subtlety="subtle")
def numbers_end_at_a_hundred(mock: Mock) -> None:
    """Pages by number reach the first hundred users."""
    by_number(mock, lambda asked: (asked.page_no - 1) * asked.page_size, lambda asked, ids: ids[:100])


@fault("MEM-04-search-by-number-is-another", rule="MEM-04", subtlety="subtle")
def search_by_number_is_another(mock: Mock) -> None:
    """Pages by number of a search, from the second on, are in the order of the ids."""
    by_number(
        mock,
        lambda asked: (asked.page_no - 1) * asked.page_size,
        lambda asked, ids: sorted(ids) if asked.q and asked.page_no > 1 else ids,
    )
