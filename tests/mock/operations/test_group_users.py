"""Operation 19: the users of a group, by cursor and by number (contract.md, section 3)."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.mock.conftest import Api
from tests.mock.helpers import GROUPS, Json, a_group, created, csv_of, one_mock, refused, seed_file

ALL = [f"u{number:02}" for number in range(37)]
SIZES = (1, 3, 10, 36, 37, 38, 100)
SEED: list[Json] = [
    {
        "user_id": user_id,
        "blacklisted": number % 5 == 4,
        "emails": [{"email": f"Person{number}@Example.com"}, {"email": f"{number}@straße.de"}] if number % 2 else [],
        "phone_numbers": [{"phone": f"555{number:03}", "country_code": 49}] if number % 3 else [],
    }
    for number, user_id in enumerate(ALL[:20])
]
LISTED = [user_id for number, user_id in enumerate(ALL[:20]) if number % 5 == 4]


class Group:
    """A group made from a file, on its own mock, and the ways through its users."""

    def __init__(self, api: Api, user_ids: list[str]) -> None:
        self.api = api
        self.id = created(api.post(GROUPS, a_group(user_ids)))["_id"]
        api.settle()

    def ask(self, **query: Any) -> Json:
        answer = self.api.get(f"{GROUPS}/{self.id}/users", **query)
        assert answer.status_code == 200, answer.text
        page: Json = answer.json()
        return page

    def page(self, **query: Any) -> list[str]:
        return [user["user_id"] for user in self.ask(**query)["items"]]

    def forward(self, **query: Any) -> list[Json]:
        """The pages from the first on, by next_cursor."""
        pages = [self.ask(**query)]
        while (cursor := pages[-1]["page"]["next_cursor"]) is not None:
            pages.append(self.ask(**{**query, "cursor": cursor, "direction": "next"}))
            assert len(pages) < 100
        return pages

    def backward(self, last: Json, **query: Any) -> list[Json]:
        """The pages before `last`, by prev_cursor, the nearest first."""
        pages = [last]
        while (cursor := pages[-1]["page"]["prev_cursor"]) is not None:
            pages.append(self.ask(**{**query, "cursor": cursor, "direction": "prev"}))
            assert len(pages) < 100
        return pages[1:]

    def patch(self, user_ids: list[str]) -> None:
        assert self.api.patch(f"{GROUPS}/{self.id}", {"file_url": csv_of(user_ids)}).status_code == 200
        self.api.settle()


def users(pages: list[Json]) -> list[str]:
    return [user["user_id"] for page in pages for user in page["items"]]


@pytest.fixture(scope="module")
def group() -> Iterator[Group]:
    with one_mock() as api:
        yield Group(api, ALL)


@pytest.fixture
def patched(api: Api) -> Group:
    """The group again, for a test that changes it."""
    return Group(api, ALL)


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Group]:
    """The group again, where the first 20 users have contacts and every fifth of them is blacklisted."""
    with one_mock(seed=str(seed_file(tmp_path_factory.mktemp("seed"), users=SEED))) as api:
        yield Group(api, ALL)


# --- pages ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_next_cursors_visit_every_user_once(group: Group, size: int) -> None:
    """MEM-01, MEM-03, MEM-07."""
    pages = group.forward(page_size=size)
    assert users(pages) == ALL
    assert [len(page["items"]) for page in pages[:-1]] == [size] * (len(pages) - 1)
    for number, page in enumerate(pages, start=1):
        info = page["page"]
        assert (info["type"], info["size"], info["current"]) == ("cursor", size, number)
        assert info["has_next"] is (info["next_cursor"] is not None) is (number < len(pages))
        assert info["has_prev"] is (info["prev_cursor"] is not None) is (number > 1)


@pytest.mark.parametrize("size", SIZES)
def test_prev_cursors_visit_the_same_pages_in_reverse(group: Group, size: int) -> None:
    """MEM-02."""
    pages = group.forward(page_size=size)
    back = group.backward(pages[-1], page_size=size)
    assert [page["items"] for page in back] == [page["items"] for page in reversed(pages[:-1])]
    assert back == list(reversed(pages[:-1]))


@pytest.mark.parametrize("size", SIZES)
def test_pages_by_number_are_the_pages_by_cursor(group: Group, size: int) -> None:
    """MEM-04."""
    by_cursor = group.forward(page_size=size)
    assert [group.ask(page_no=number + 1, page_size=size) for number in range(len(by_cursor))] == by_cursor


def test_without_parameters_it_is_the_first_page_of_ten(group: Group) -> None:
    """MEM-07, like PAG-05."""
    page = group.ask()
    assert page == group.ask(page_no=1, page_size=10)
    assert users([page]) == ALL[:10]
    assert page["items"][0] == {"user_id": "u00", "emails": [], "phone_numbers": []}


def test_a_cursor_counts_more_than_page_no(group: Group) -> None:
    cursor = group.ask()["page"]["next_cursor"]
    assert group.page(cursor=cursor, page_no=1) == group.page(cursor=cursor, page_no=4) == ALL[10:20]


def test_a_direction_alone_changes_nothing(group: Group) -> None:
    assert group.ask(page_no=2, direction="prev") == group.ask(page_no=2)


def test_the_size_may_change_on_the_way(group: Group) -> None:
    cursor = group.ask(page_size=5)["page"]["next_cursor"]
    assert group.page(cursor=cursor, page_size=20) == ALL[5:25]
    assert group.page(cursor=cursor, page_size=3, direction="prev") == ALL[1:4]


@pytest.mark.parametrize("page_no", [5, 2**63 - 1])
def test_a_page_past_the_end_is_empty_and_leads_back(group: Group, page_no: int) -> None:
    page = group.ask(page_no=page_no)
    info = page["page"]
    assert (page["items"], info["has_next"], info["next_cursor"], info["has_prev"]) == ([], False, None, True)
    assert group.page(cursor=info["prev_cursor"], direction="prev", page_size=10) == ALL[-10:]


def test_going_back_from_the_first_user_is_empty_and_leads_on(group: Group) -> None:
    first = group.ask(cursor=ALL[0], direction="prev")
    info = first["page"]
    assert (first["items"], info["has_prev"], info["prev_cursor"], info["has_next"]) == ([], False, None, True)
    assert group.page(cursor=info["next_cursor"], direction="next") == ALL[:10]


def test_an_empty_group_has_one_empty_page(api: Api) -> None:
    """MEM-07."""
    empty = Group(api, [])
    for query in ({}, {"page_no": 3}, {"direction": "prev"}, {"q": "x"}, {"blacklisted_users": True}):
        page = empty.ask(**query)
        assert page["items"] == []
        assert (page["page"]["has_next"], page["page"]["next_cursor"]) == (False, None)
        assert (page["page"]["has_prev"], page["page"]["prev_cursor"]) == (False, None)


def test_users_whose_ids_look_like_cursors_are_walked_like_others(api: Api) -> None:
    """MEM-01, MEM-02."""
    odd = ["after:a", "a", "before:a", "before:before:a", "b", "after:", "before:", "%41", "a,b", "0", "☂"]
    group = Group(api, [f'"{user_id}"' for user_id in odd])
    for size in (1, 2, 4):
        pages = group.forward(page_size=size)
        assert users(pages) == odd
        assert group.backward(pages[-1], page_size=size) == list(reversed(pages[:-1]))


def test_an_unknown_cursor_is_refused(group: Group) -> None:
    """MEM-08."""
    other = Group(group.api, ["v1", "v2"]).ask(page_size=1)["page"]["next_cursor"]
    for cursor in ("nope", "", " u01", "U01", "before:nope", "after:", "u37", "null", other):
        for direction in ("next", "prev"):
            answer = group.api.get(f"{GROUPS}/{group.id}/users", cursor=cursor, direction=direction)
            assert refused(answer) == ["query.cursor"], cursor


def test_an_unknown_direction_is_refused_and_so_are_all_wrong_parameters(group: Group) -> None:
    """FMT-06, like PAG-08."""
    answer = group.api.get(f"{GROUPS}/{group.id}/users", direction="up", page_no=0, page_size=101, blacklisted_users=1)
    assert sorted(refused(answer)) == [
        "query.blacklisted_users",
        "query.direction",
        "query.page_no",
        "query.page_size",
    ]


# --- q and blacklisted_users ------------------------------------------------------------------------


def test_blacklisted_users_are_listed_alone_or_left_out(described: Group) -> None:
    """MEM-06."""
    others = [user_id for user_id in ALL if user_id not in LISTED]
    assert described.page(blacklisted_users=True, page_size=100) == LISTED
    assert described.page(blacklisted_users=False, page_size=100) == others
    assert described.ask(page_size=100) == described.ask(blacklisted_users=False, page_size=100)
    assert users(described.forward(blacklisted_users=True, page_size=3)) == LISTED
    assert users(described.forward(page_size=3)) == others


def texts(user: Json) -> list[str]:
    contacts = [contact["email"] for contact in user["emails"]]
    return [*contacts, *(contact["phone"] for contact in user["phone_numbers"])]


@pytest.mark.parametrize(
    "q", ["person1", "PERSON1", "@example.COM", "STRASSE", "555", "555001", "49", "u0", "1@", "nobody", "", " ", "\x1e"]
)
def test_q_finds_users_by_email_or_phone(described: Group, q: str) -> None:
    """MEM-05, MEM-06, MEM-01: ignoring case, and in no other field."""
    for blacklisted in (False, True):
        members = [user_id for user_id in ALL if (user_id in LISTED) is blacklisted]
        known = {user["user_id"]: texts(user) for user in SEED}
        expected = [u for u in members if not q or any(q.casefold() in t.casefold() for t in known.get(u, []))]
        query = {"q": q, "blacklisted_users": blacklisted}
        assert described.page(page_size=100, **query) == expected
        pages = described.forward(page_size=2, **query)
        assert users(pages) == expected
        assert described.backward(pages[-1], page_size=2, **query) == list(reversed(pages[:-1]))


def test_a_users_contacts_are_listed(described: Group) -> None:
    by_id = {user["user_id"]: user for user in described.ask(page_size=100)["items"]}
    email = {"primary": False, "verified": False, "active": False}
    phone = {"country_code": 49, "verified": False, "primary": False, "active": False}
    assert by_id["u01"] == {
        "user_id": "u01",
        "emails": [{"email": "Person1@Example.com", **email}, {"email": "1@straße.de", **email}],
        "phone_numbers": [{"phone": "555001", **phone}],
    }


def test_a_cursor_of_one_search_is_a_place_in_another(described: Group) -> None:
    cursor = described.ask(page_size=10)["page"]["next_cursor"]
    listed = described.page(cursor=cursor, blacklisted_users=True, page_size=100)
    assert listed == [user_id for user_id in LISTED if user_id > cursor]


# --- while another patches the file -----------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 4, 10])
def test_a_walk_visits_all_who_stay_once_while_the_file_is_patched(patched: Group, size: int) -> None:
    """MEM-01: users come and go between two pages, the one at the cursor too."""
    seen, members, cursor = [], list(ALL), None
    for step in range(100):
        page = patched.ask(page_size=size, **({"cursor": cursor} if cursor else {}))
        seen += users([page])
        cursor = page["page"]["next_cursor"]
        if cursor is None:
            break
        gone = members.index(cursor)
        members = [f"new{step}", *members[:gone], *members[gone + 1 :], f"tail{step}"] if step < 6 else members
        patched.patch(members)
    assert len(seen) == len(set(seen))
    assert set(seen) >= set(members) - {f"new{step}" for step in range(6)}
    assert [user_id for user_id in seen if user_id in ALL] == ALL


def test_a_cursor_at_a_user_who_has_gone_leads_on_and_back(patched: Group) -> None:
    """MEM-01, MEM-02."""
    patched.patch(["x", *ALL[:9], *ALL[12:], "y"])
    for cursor in ALL[9:12]:
        assert patched.page(cursor=cursor, page_size=2) == ALL[12:14]
        assert patched.page(cursor=cursor, direction="prev", page_size=2) == ALL[7:9]
    patched.patch([])
    page = patched.ask(cursor=ALL[20])
    assert (page["items"], page["page"]["has_next"], page["page"]["has_prev"]) == ([], False, False)
