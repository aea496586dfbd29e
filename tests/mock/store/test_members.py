"""The users of a group: pages by number and by cursor equal those of a plain list."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audience_mock.errors import Refusal
from audience_mock.store.members import BATCH, CHUNK, MAX_SELECTIONS, Members, Page, PageQuery
from audience_mock.store.users import UserDirectory

quick = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])

USERS = st.lists(st.text("abcä1", min_size=1, max_size=3), unique=True, max_size=25)
SIZES = st.integers(1, 7)
SELECTIONS = st.tuples(st.sampled_from([None, "", "a", "C@", "1", "Ä", "nobody"]), st.booleans()).map(
    lambda selection: PageQuery(*selection)
)


def group(users: list[str]) -> Members:
    """Users whose email begins with their id; those with a "b" in it are blacklisted."""
    directory = UserDirectory()
    for user in users:
        directory.add(user, [{"email": f"{user}@mail"}], blacklisted="b" in user)
    return Members(places(users), directory)


def places(users: list[str]) -> dict[str, int]:
    return {user: place for place, user in enumerate(users)}


def kept(users: list[str], query: PageQuery) -> list[str]:
    return [u for u in users if ("b" in u) == query.blacklisted and (query.q or "").casefold() in f"{u}@mail"]


def by_number(users: list[str], query: PageQuery, page_no: int, page_size: int) -> tuple[list[str], bool, bool]:
    """The page of a plain list, and whether there are users after and before it."""
    chosen, start = kept(users, query), (page_no - 1) * page_size
    return chosen[start : start + page_size], start + page_size < len(chosen), bool(chosen[:start])


def walk(members: Members, query: PageQuery) -> Iterator[Page]:
    """The requested page, and those that its cursors lead to, in the requested direction."""
    while True:
        page = members.page(query)
        yield page
        cursor = page.next_cursor if query.direction == "next" else page.prev_cursor
        if cursor is None:
            return
        query = query._replace(cursor=cursor)


@quick
@given(users=USERS, query=SELECTIONS, page_no=st.integers(1, 9) | st.just(10**4000), size=SIZES)
def test_a_page_by_number_is_a_slice(users: list[str], query: PageQuery, page_no: int, size: int) -> None:
    page = group(users).page(query._replace(page_no=page_no, page_size=size))
    found = page.user_ids, page.next_cursor is not None, page.prev_cursor is not None
    assert found == by_number(users, query, page_no, size)
    assert page.current == page_no


@quick
@given(users=USERS, query=SELECTIONS, size=SIZES)
def test_a_walk_forward_visits_the_pages_by_number_and_ends(users: list[str], query: PageQuery, size: int) -> None:
    pages = list(walk(group(users), query._replace(page_size=size)))
    for page_no, page in enumerate(pages, start=1):
        found = page.user_ids, page.next_cursor is not None, page.prev_cursor is not None
        assert found == by_number(users, query, page_no, size)
        assert page.current == page_no
    assert [user for page in pages for user in page.user_ids] == kept(users, query)


@quick
@given(users=USERS, query=SELECTIONS, size=SIZES)
def test_a_walk_back_from_the_last_page_visits_the_same_pages(users: list[str], query: PageQuery, size: int) -> None:
    members = group(users)
    *earlier, last = [page.user_ids for page in walk(members, query._replace(page_size=size))]
    back = query._replace(page_size=size, page_no=len(earlier) + 1, direction="prev")
    assert [page.user_ids for page in walk(members, back)] == [last, *reversed(earlier)]


@quick
@given(users=USERS, query=SELECTIONS, size=SIZES, far=st.integers(0, 3))
def test_a_walk_back_from_past_the_end_visits_every_user(
    users: list[str], query: PageQuery, size: int, far: int
) -> None:
    past = len(users) // size + 2 + far
    empty, *pages = walk(group(users), query._replace(page_size=size, page_no=past, direction="prev"))
    assert (empty.user_ids, empty.next_cursor) == ([], None)
    assert [user for page in reversed(pages) for user in page.user_ids] == kept(users, query)
    assert all(len(page.user_ids) == size for page in pages[:-1])


@quick
@given(data=st.data(), users=USERS.filter(bool), query=SELECTIONS, size=SIZES)
def test_the_page_beside_any_user(data: st.DataObject, users: list[str], query: PageQuery, size: int) -> None:
    """Also beside a user whom `q` or `blacklisted` leave out."""
    members, place = group(users), data.draw(st.integers(0, len(users) - 1))
    for direction in ("next", "prev"):
        page = members.page(query._replace(cursor=users[place], direction=direction, page_size=size))
        before, after = kept(users[:place], query), kept(users[place + 1 :], query)
        at = kept(users[place : place + 1], query)
        if direction == "next":
            assert page.user_ids == after[:size]
            assert (page.next_cursor is not None) == (len(after) > size)
            assert (page.prev_cursor is not None) == bool(before + at)
        else:
            assert page.user_ids == before[-size:]
            assert (page.next_cursor is not None) == bool(at + after)
            assert (page.prev_cursor is not None) == (len(before) > size)


@quick
@given(users=USERS.filter(bool), size=SIZES)
def test_the_empty_page_before_all_leads_to_the_first(users: list[str], size: int) -> None:
    members, everyone = group(users), PageQuery(page_size=size)
    if kept(users, everyone):
        empty = members.page(everyone._replace(cursor=kept(users, everyone)[0], direction="prev"))
        assert (empty.user_ids, empty.prev_cursor) == ([], None)
        assert list(walk(members, everyone._replace(cursor=empty.next_cursor))) == list(walk(members, everyone))


@pytest.mark.parametrize(
    "cursor", ["", "e", "before:", "after:", "before:e", "after:e", "before:after:a", "at:", "at:e", "0"]
)
@pytest.mark.parametrize("direction", ["next", "prev"])
@pytest.mark.parametrize("users", [["a", "c", "d"], []], ids=["three", "none"])
def test_an_unknown_cursor_is_refused(users: list[str], direction: str, cursor: str) -> None:
    with pytest.raises(Refusal) as refusal:
        group(users).page(PageQuery(cursor=cursor, direction=direction))
    assert refusal.value.status == 400
    assert refusal.value.violations[0].field == "query.cursor"


@pytest.mark.parametrize(
    "users", [["after:d", "a", "d"], ["a", "d", "before:a"], ["before:after:a", "after:a", "before:a", "at:a", "a"]]
)
def test_a_user_may_be_named_like_a_cursor(users: list[str]) -> None:
    members = Members(places(users), UserDirectory())
    back = walk(members, PageQuery(page_size=1, page_no=9, direction="prev"))
    assert [user for page in back for user in page.user_ids] == [*reversed(users)]
    at_first = members.page(PageQuery(page_size=1)).next_cursor
    before_all = members.page(PageQuery(cursor=at_first, direction="prev"))
    forward = walk(members, PageQuery(cursor=before_all.next_cursor, page_size=1))
    assert [user for page in forward for user in page.user_ids] == users


def pieces(members: Members, query: PageQuery) -> int:
    """How often a search yields to other requests."""
    return sum(1 for _ in members.search(query))


def test_the_first_search_of_a_large_group_yields_to_others_and_may_be_abandoned() -> None:
    members, query = group([f"u{number}" for number in range(3 * BATCH)]), PageQuery(q="77")
    assert pieces(members, query) == 2
    assert pieces(members, query._replace(page_no=2)) == 0
    assert pieces(members, PageQuery(q="78")) == 2
    assert pieces(members, PageQuery(blacklisted=True)) == pieces(members, PageQuery()) == 0
    abandoned = PageQuery(q="u", page_size=1)
    next(members.search(abandoned))
    assert members.page(abandoned._replace(page_no=3 * BATCH)).user_ids == [f"u{3 * BATCH - 1}"]


def test_a_further_search_looks_only_at_those_near_what_it_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    members, looked = group([f"u{number}" for number in range(20 * CHUNK)]), 0
    members.page(PageQuery(q="nobody"))
    matching = UserDirectory.matching

    def counted(self: UserDirectory, needle: str, user_ids: list[str], places: list[int]) -> Iterable[int]:
        nonlocal looked
        looked += len(places)
        return matching(self, needle, user_ids, places)

    monkeypatch.setattr(UserDirectory, "matching", counted)
    assert members.page(PageQuery(q="U777@")).user_ids == ["u777"]
    assert looked == CHUNK


def test_a_group_caches_the_latest_searches_and_repeats_the_others() -> None:
    members = group(["b", *(f"u{number}" for number in range(2 * BATCH - 1))])
    searches = [PageQuery(q=f"U{number}@") for number in range(MAX_SELECTIONS + 1)]
    for _ in range(2):
        for number, query in enumerate(searches):
            assert members.page(query).user_ids == [f"u{number}"]
        assert [pieces(members, query) for query in reversed(searches)] == [*[0] * MAX_SELECTIONS, 1]
    assert members.page(searches[0]._replace(blacklisted=True)).user_ids == []


# --- a new file ------------------------------------------------------------------------------------


@st.composite
def replacements(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Users, and those of a new file: some removed, some added in between, the rest in the same order."""
    users = draw(st.lists(st.integers(0, 99), unique=True, max_size=12).map(sorted))
    new = draw(st.lists(st.integers(0, 99), unique=True, max_size=12).map(sorted))
    stay = draw(st.sets(st.sampled_from(users))) if users else set()
    return [f"u{number}" for number in users], [f"u{number}" for number in sorted({*new} - {*users} | stay)]


@pytest.mark.parametrize("cursor", ["", "before:", "after:"], ids=["at", "before", "after"])
@quick
@given(lists=replacements(), size=SIZES)
def test_cursors_hold_when_a_new_file_comes(cursor: str, lists: tuple[list[str], list[str]], size: int) -> None:
    """One at a user who has gone stands behind the nearest user before him who has stayed."""
    old, new = lists
    members = group(old).with_file(places(new))
    for place, user in enumerate(old):
        beside = next((u for u in reversed(old[: place + 1]) if u in new), None)
        end = new.index(beside) + 1 if beside else 0
        before, after = new[: end - (beside == user)], new[end:]
        if cursor == "before:" and beside == user:
            after = new[end - 1 :]
        if cursor == "after:" and beside == user:
            before = new[:end]
        query = PageQuery(cursor=f"{cursor}{user}", page_size=size)
        assert members.page(query).user_ids == after[:size]
        assert members.page(query._replace(direction="prev")).user_ids == before[-size:]


@pytest.mark.parametrize("direction", ["next", "prev"])
@quick
@given(data=st.data(), lists=replacements(), size=SIZES)
def test_a_walk_during_a_replacement_visits_who_stays_once(
    direction: str, data: st.DataObject, lists: tuple[list[str], list[str]], size: int
) -> None:
    old, new = lists
    members = group(old)
    query = PageQuery(page_size=size, page_no=1 if direction == "next" else 99, direction=direction)
    change_after = data.draw(st.integers(1, 4))
    visited: list[str] = []
    while True:
        page = members.page(query)
        visited += page.user_ids
        cursor = page.next_cursor if direction == "next" else page.prev_cursor
        if cursor is None:
            break
        query = query._replace(cursor=cursor)
        change_after -= 1
        if change_after == 0:
            members = members.with_file(places(new))
    assert len(visited) == len(set(visited))
    if change_after <= 0:
        assert set(old) & set(new) <= set(visited) <= set(old) | set(new)


# --- a million -------------------------------------------------------------------------------------


class Watched(Sequence[Any]):
    """A sequence that counts the items it gives out and cannot be gone through."""

    def __init__(self, items: Sequence[Any]) -> None:
        self.items = items
        self.given = 0

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, place: Any) -> Any:
        found = self.items[place]
        self.given += len(found) if isinstance(place, slice) else 1
        return found

    def __iter__(self) -> Iterator[Any]:
        raise AssertionError("all users were gone through")


@pytest.mark.parametrize("blacklisted", [(), range(999, 1_000_000, 1000)], ids=["none", "1000"])
def test_a_page_of_a_million_looks_at_a_page(blacklisted: Sequence[int]) -> None:
    directory, count = UserDirectory(), 1_000_000
    directory.blacklisted.update(f"u{number}" for number in blacklisted)
    members = Members({f"u{number}": number for number in range(count)}, directory)
    members.page(PageQuery())
    ids = members._ids = Watched(members._ids)  # type: ignore[assignment]
    for start in (0, 1, count // 2, count - 25):
        for direction in ("next", "prev"):
            page = members.page(PageQuery(cursor=f"u{start}", direction=direction, page_size=10))
            assert len(page.user_ids) == (min(start, 10) if direction == "prev" else 10)
    members.page(PageQuery(page_no=count // 20, page_size=10))
    pages = 9
    assert ids.given <= pages * 12


def test_a_cursor_outlives_one_new_file_after_another() -> None:
    members = group(["a", "b", "c", "d"]).with_file(places(["a", "c", "d"])).with_file(places(["a", "d"]))
    assert members.page(PageQuery(cursor="b")).user_ids == ["d"]
    assert members.page(PageQuery(cursor="c")).user_ids == ["d"]
    assert members.page(PageQuery(cursor="b", direction="prev")).user_ids == ["a"]
