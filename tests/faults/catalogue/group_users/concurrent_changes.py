"""Faults of walking through the users of a group by cursor, also while its file changes (MEM-01, MEM-02, MEM-09)."""

from collections.abc import Callable
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, ignored, ignored_beside, parameter, wrap
from tests.faults.operators.lists import users_page
from tests.faults.patching import Exchange, Mock
from tests.faults.registry import Change, fault, faults

from audience_mock import errors
from audience_mock.store.members import Members, Page, PageQuery, _cursor

USERS = ops.LIST_USERS


def _user_is_gone(page: Callable[[Any, Any, PageQuery], Page]) -> Change:
    """Respond with `page(original, members, query)` at the cursor of a user who was removed."""

    def faulty(original: Any, self: Any, query: PageQuery) -> Page:
        is_gone = query.cursor in self._gone and query.cursor not in self._places
        found: Page = page(original, self, query) if is_gone else original(self, query)
        return found

    return wrap(faulty, Members, "page")


faults(
    "MEM-01",
    border_user_is_skipped=users_page(lambda p: p.has_next, next_cursor=lambda p: _cursor(p.ids[p.end])),
    border_user_comes_twice=users_page(
        lambda p: p.has_next and len(p.users) > 1, next_cursor=lambda p: _cursor(p.users[-2])
    ),
    last_page_is_not_reached=users_page(
        lambda p: p.users and 0 < len(p.ids) - p.end < p.query.page_size, next_cursor=None
    ),
    full_last_page_loses_its_last=users_page(
        lambda p: p.query.cursor and not p.back and not p.has_next and len(p.users) == p.query.page_size > 1,
        user_ids=lambda p: p.users[:-1],
    ),
    a_hundred_is_the_end=users_page(lambda p: p.query.page_size == 100, next_cursor=None),
    cursor_at_the_end=answer(
        lambda x: (
            x.json["page"].update(next_cursor=_cursor(x.json["items"][-1]["user_id"]))
            if x.json["items"] and not x.json["page"]["has_next"]
            else None
        ),
        USERS,
        status=200,
    ),
    cursor_forgets_the_blacklist=ignored_beside("blacklisted_users", "cursor", USERS),
    cursor_is_ignored=ignored("cursor", USERS),
    cursor_0_is_none=ignored("cursor", USERS, where=lambda x: x.query.get("cursor") == "0"),
    cursor_is_decoded_twice=parameter(lambda text: text.replace("+", " "), "cursor", USERS),
    cursor_of_a_gone_user_is_the_start=_user_is_gone(
        lambda page, self, query: page(self, query._replace(cursor=None, page_no=1))
    ),
    cursor_of_a_gone_user_is_the_end=_user_is_gone(
        lambda page, self, query: page(self, query)._replace(user_ids=[], next_cursor=None)
    ),
    one_late_without_page_size=answer(
        lambda x: x.json.update(
            items=x.json["items"][1:] if {"cursor", "page_size"} & x.query.keys() == {"cursor"} else x.json["items"]
        ),
        USERS,
        status=200,
    ),
)


@fault("MEM-01", wrap, Members, "_place")
def capitals_do_not_count(original: Any, self: Any, cursor: str) -> float:
    """Of two users whose ids differ in case only, a cursor leads to the first."""
    like = next((user_id for user_id in self._ids if user_id.lower() == cursor.lower()), cursor)
    return float(original(self, _cursor(like) if cursor in self._places else cursor))


@fault("MEM-01", wrap, Members, "page")
def greater_ids_behind_a_cursor(original: Any, self: Any, query: PageQuery) -> Page:
    """A page after a cursor holds the users whose ids are greater, in the file's order."""
    found: Page = original(self, query)
    if query.cursor not in self._places or query.direction == "prev":
        return found
    rest = [self._ids[place] for place in self._select(query) if self._ids[place] > query.cursor]
    chosen = rest[: query.page_size]
    return found._replace(user_ids=chosen, next_cursor=_cursor(chosen[-1]) if len(rest) > len(chosen) else None)


@fault("MEM-01", wrap, Members, "page")
def cursor_is_an_offset(original: Any, self: Any, query: PageQuery) -> Page:
    """When the file changes before the cursor, users are skipped or come again."""
    kept, size = [self._ids[place] for place in self._select(query)], query.page_size
    start = (query.page_no - 1) * size
    end = start + size
    if query.cursor is not None:
        if not query.cursor.startswith("offset-"):
            raise errors.unknown_cursor(query.cursor)
        at = int(query.cursor.removeprefix("offset-"))
        start, end = (at, at + size) if query.direction == "next" else (max(0, at - size), at)
    more = f"offset-{end}" if end < len(kept) else None
    return Page(kept[start:end], start // size + 1, more, f"offset-{start}" if start else None)


faults(
    "MEM-02",
    direction_is_ignored=ignored("direction", USERS),
    prev_page_is_reversed=users_page(lambda p: p.back, user_ids=lambda p: p.users[::-1]),
    prev_skips_the_border=users_page(lambda p: p.has_prev, prev_cursor=lambda p: _cursor(p.ids[p.begin - 1])),
    prev_begins_at_the_start=users_page(
        lambda p: p.back and p.users, user_ids=lambda p: p.ids[: min(p.end, p.query.page_size)], prev_cursor=None
    ),
    short_first_page_is_filled=users_page(
        lambda p: p.back and p.found.prev_cursor is None, user_ids=lambda p: p.ids[: p.query.page_size]
    ),
    no_way_back_from_a_gone_user=_user_is_gone(
        lambda page, self, query: (
            page(self, query)._replace(user_ids=[], prev_cursor=None)
            if query.direction == "prev"
            else page(self, query)
        )
    ),
)


@fault("MEM-02", wrap, Members, "page")
def back_in_fixed_pages(original: Any, self: Any, query: PageQuery) -> Page:
    """The page before a cursor is counted in pages of page_size from the first user."""
    found: Page = original(self, query)
    ids, size = [self._ids[place] for place in self._select(query)], query.page_size
    if query.direction != "prev" or query.cursor not in ids:
        return found
    start = max(0, (ids.index(query.cursor) // size - 1) * size)
    return found._replace(user_ids=ids[start : start + size], prev_cursor=_cursor(ids[start]) if start else None)


@fault("MEM-09")
def cursor_dies_with_its_file(mock: Mock) -> None:
    """A cursor is refused once its group has another file, whoever has left."""
    files: dict[tuple[str, str], str] = {}

    def remember(exchange: Exchange) -> None:
        for name in ("next_cursor", "prev_cursor"):
            cursor = exchange.json["page"].get(name)
            files[exchange.record_id, str(cursor)] = exchange.stored["file_url"]

    def refuse(exchange: Exchange) -> None:
        file_url = exchange.stored.get("file_url")
        if files.get((exchange.record_id, exchange.query.get("cursor", "")), file_url) != file_url:
            exchange.refuse(400)

    mock.request(refuse, USERS)
    mock.answer(remember, USERS, status=200)
