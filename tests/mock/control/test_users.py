"""Contact data of users: set through the control API, and shown by the Audience API."""

from typing import Any

import pytest
from tests.mock.conftest import Api
from tests.mock.control.helpers import CONTROL, state
from tests.mock.helpers import DOCUMENTED, a_group, refused

USERS = f"{CONTROL}/users"
GROUP = "/user_group/64f111111111111111111111"
MEMBER = "64f222222222222222222222"
ADA: dict[str, Any] = {
    "emails": [{"email": "Ada@example.com", "primary": True, "verified": False, "active": True}],
    "phone_numbers": [{"phone": "555", "country_code": 44, "verified": True, "primary": True, "active": True}],
    "blacklisted": False,
}


def shown(api: Api, user_id: str = MEMBER, **query: Any) -> list[Any]:
    items = api.get(f"{GROUP}/users", page_size=100, **query).json()["items"]
    return [user for user in items if user["user_id"] == user_id]


def test_a_user_is_shown_as_described_in_every_group(api: Api) -> None:
    answer = api.put(f"{USERS}/{MEMBER}", ADA)
    assert answer.json() == {"user_id": MEMBER, **ADA}
    assert shown(api) == [{"user_id": MEMBER, "emails": ADA["emails"], "phone_numbers": ADA["phone_numbers"]}]
    assert shown(api, q="ADA@") == shown(api)
    assert api.get(USERS, q="ada@").json()["items"] == [answer.json()]


def test_a_repeated_search_sees_new_contact_data(api: Api) -> None:
    assert shown(api, q="nobody-yet@") == []
    api.put(f"{USERS}/{MEMBER}", {"emails": [{"email": "nobody-yet@example.com"}]})
    assert len(shown(api, q="nobody-yet@")) == 1


def test_a_user_can_be_blacklisted_and_back(api: Api) -> None:
    api.put(f"{USERS}/{MEMBER}", {"blacklisted": True})
    assert (len(shown(api)), len(shown(api, blacklisted_users=True))) == (0, 1)
    api.put(f"{USERS}/{MEMBER}", {"blacklisted": False})
    assert (len(shown(api)), len(shown(api, blacklisted_users=True))) == (1, 0)


def test_a_user_without_contact_data_stays_in_groups(api: Api) -> None:
    api.put(f"{USERS}/{MEMBER}", ADA)
    assert api.delete(f"{USERS}/{MEMBER}").json()["success"]
    assert shown(api) == [{"user_id": MEMBER, "emails": [], "phone_numbers": []}]
    assert api.delete(f"{USERS}/{MEMBER}").status_code == 404


def test_a_user_of_any_id_is_described_and_known_to_groups_that_come_later(api: Api) -> None:
    api.put(f"{USERS}/a%2Fb%20%C3%A9", ADA)
    made = api.post("/user_group", a_group(["a/b é"])).json()
    api.settle()
    (user,) = api.get(f"/user_group/{made['_id']}/users").json()["items"]
    assert (user["user_id"], user["emails"]) == ("a/b é", ADA["emails"])


def test_other_sessions_and_the_seed_do_not_change(api: Api) -> None:
    before = shown(api)
    headers = {"X-Mock-Session": "mine"}
    api.request("PUT", f"{USERS}/{MEMBER}", json=ADA, headers=headers)
    assert shown(api) == before
    api.put(f"{USERS}/{MEMBER}", {"emails": []})
    api.post(f"{CONTROL}/reset")
    assert shown(api) == before


def test_a_described_user_is_in_the_export(api: Api) -> None:
    api.put(f"{USERS}/{MEMBER}", ADA)
    exported = state(api)
    assert {"user_id": MEMBER, **ADA} in exported[DOCUMENTED]["users"]
    api.put(f"{CONTROL}/state", exported)
    assert api.get(USERS, q="ada@").json()["page"]["item_total"] == 1


def test_users_come_in_pages(api: Api) -> None:
    for number in range(25):
        api.put(f"{USERS}/paged-{number}", {})
    first, last = (api.get(USERS, q="PAGED-", page_no=page_no, page_size=10).json() for page_no in (1, 3))
    assert [user["user_id"] for user in first["items"]] == [f"paged-{number}" for number in range(10)]
    assert (len(last["items"]), last["page"]["item_total"], last["page"]["has_next"]) == (5, 25, False)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"emails": [{}]}, "body.emails.0.email"),
        ({"emails": "ada@example.com"}, "body.emails"),
        ({"phone_numbers": [{"phone": "1", "country_code": -1}]}, "body.phone_numbers.0.country_code"),
        ({"blacklisted": "no"}, "body.blacklisted"),
        ({"colour": "red"}, "body"),
    ],
)
def test_invalid_contact_data_is_refused_and_changes_nothing(shared_api: Api, body: Any, field: str) -> None:
    before = shown(shared_api)
    assert refused(shared_api.put(f"{USERS}/{MEMBER}", body)) == [field]
    assert shown(shared_api) == before


@pytest.mark.parametrize(
    "query", [{"page_no": 0}, {"page_size": 101}, {"page_no": "x"}, {"application": "a/b"}, {"application": "559"}]
)
def test_an_invalid_page_is_refused(shared_api: Api, query: Any) -> None:
    assert refused(shared_api.get(USERS, **query)) == [f"query.{next(iter(query))}"]
