"""Many requests at once (CON-01, CON-02): nothing is lost, doubled or mixed up."""

from collections import Counter
from typing import Any

import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.helpers import (
    DEFINITIONS,
    GROUPS,
    Json,
    a_definition,
    a_group,
    all_items,
    created,
    csv_of,
    ids,
    refused,
)

Request = tuple[str, str, dict[str, Any]]
CREATIONS: dict[str, list[Json]] = {
    DEFINITIONS: [a_definition(f"slug-{number}") for number in range(100)],
    GROUPS: [a_group([f"u{number}"], name=f"Group {number}") for number in range(100)],
}


@pytest.mark.parametrize("path", CREATIONS)
def test_a_hundred_creations_at_once_all_succeed_and_are_listed(api: Api, path: str) -> None:
    """CON-01, GRP-03, GRP-22: each group has its own uid and members."""
    before = ids(all_items(api, path))
    requests: list[Request] = [("POST", path, {"json": body}) for body in CREATIONS[path]]
    records = [created(answer) for answer in api.gather(*requests)]
    assert len(set(ids(records))) == 100
    assert [record["name"] for record in records] == [body["name"] for body in CREATIONS[path]]
    api.settle()
    listed = ids(all_items(api, path))
    assert sorted(listed) == sorted([*before, *ids(records)])
    for record in records:
        assert api.get(f"{path}/{record['_id']}").json()["name"] == record["name"]
    if path == GROUPS:
        assert len({record["uid"] for record in records}) == 100
        assert {api.get(f"{path}/{record['_id']}").json()["status"] for record in records} == {"completed"}
        members = [api.get(f"{path}/{record['_id']}/users").json()["items"] for record in records]
        assert [[user["user_id"] for user in users] for users in members] == [[f"u{number}"] for number in range(100)]


def test_of_fifty_creations_with_one_slug_exactly_one_wins(api: Api) -> None:
    """DEF-13, DEF-16."""
    before = ids(all_items(api, DEFINITIONS))
    requests: list[Request] = [("POST", DEFINITIONS, {"json": a_definition(name=f"No. {n}")}) for n in range(50)]
    answers = api.gather(*requests)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 400: 49}
    assert {field for a in answers if a.status_code == 400 for field in refused(a)} == {"body.slug"}
    winner = next(answer.json() for answer in answers if answer.status_code == 201)
    assert ids(all_items(api, DEFINITIONS)) == [*before, winner["_id"]]
    assert api.get(f"{DEFINITIONS}/{winner['_id']}").json() == winner


def test_puts_of_one_attribute_at_once_leave_one(api: Api) -> None:
    """CON-02, ATT-04, ATT-05."""
    path = f"{DEFINITIONS}/64f888888888888888888888/user/u1"
    requests: list[Request] = [("PUT", path, {"json": {"attribute": {"value": n}}}) for n in range(50)]
    records = [created(answer) for answer in api.gather(*requests)]
    assert [record["attribute"]["value"] for record in records] == list(range(50))
    assert len(set(ids(records))) == 1
    held = all_items(api, "/user_attribute/user/u1")
    assert len(held) == 1
    assert held[0] in records


def test_a_deletion_at_once_with_puts_leaves_all_or_nothing(api: Api) -> None:
    """DEF-17: no value without its definition."""
    definition = created(api.post(DEFINITIONS, a_definition()))
    path = f"{DEFINITIONS}/{definition['_id']}"
    puts: list[Request] = [("PUT", f"{path}/user/u{n}", {"json": {"attribute": {"value": "x"}}}) for n in range(20)]
    answers = api.gather(*puts[:10], ("DELETE", path, {}), *puts[10:])
    assert answers[10].status_code == 200
    assert {answer.status_code for answer in (*answers[:10], *answers[11:])} <= {201, 404}
    for number in range(20):
        assert all_items(api, f"/user_attribute/user/u{number}") == []


def test_of_many_deletions_at_once_one_succeeds(api: Api) -> None:
    """DEF-19, GRP-17, ATT-09."""
    for path in (
        f"{DEFINITIONS}/64f999999999999999999999/user/64f222222222222222222222",
        f"{DEFINITIONS}/64f777777777777777777777",
        f"{GROUPS}/64f555555555555555555555",
    ):
        requests: list[Request] = [("DELETE", path, {})] * 20
        assert Counter(answer.status_code for answer in api.gather(*requests)) == {200: 1, 404: 19}


def test_patches_at_once_all_count(api: Api) -> None:
    """GRP-06: `__v` counts every one, and no two have the same time."""
    path = f"{GROUPS}/64f111111111111111111111"
    requests: list[Request] = [("PATCH", path, {"json": {"name": f"Name {n}"}}) for n in range(50)]
    groups = [answer.json() for answer in api.gather(*requests)]
    assert sorted(group["__v"] for group in groups) == list(range(1, 51))
    assert len({group["modified_at"] for group in groups}) == 50
    assert api.get(path).json() in groups


def test_of_many_files_at_once_the_last_one_sent_wins(api: Api) -> None:
    path = f"{GROUPS}/64f111111111111111111111"
    requests: list[Request] = [("PATCH", path, {"json": {"file_url": csv_of([f"u{n}"] * 50)}}) for n in range(30)]
    last = max((answer.json() for answer in api.gather(*requests)), key=lambda group: int(group["__v"]))
    api.settle()
    group = api.get(path).json()
    assert (group["status"], group["file_url"], group["total_users"]["count"]) == ("completed", last["file_url"], 1)
    assert csv_of([u["user_id"] for u in api.get(f"{path}/users").json()["items"]] * 50) == last["file_url"]


def test_walking_pages_while_others_insert_and_delete(make_api: MakeApi) -> None:
    """PAG-01, PAG-02: each page is complete and right, and no item that stays is missed."""
    api = make_api(seed="empty")
    for number in range(30):
        created(api.post(DEFINITIONS, a_definition(f"old-{number}")))
    everything = all_items(api, DEFINITIONS)
    doomed = ids(everything[20:])
    seen: list[str] = []
    number = 1
    while True:
        page, new, gone = api.gather(
            ("GET", DEFINITIONS, {"params": {"page_no": number, "page_size": 3}}),
            ("POST", DEFINITIONS, {"json": a_definition(f"new-{number}")}),
            ("DELETE", f"{DEFINITIONS}/{doomed[-number] if number <= 10 else 'x'}", {}),
        )
        assert new.status_code == 201
        assert gone.status_code == (200 if number <= 10 else 404)
        info = page.json()["page"]
        seen += ids(page.json()["items"])
        assert len(page.json()["items"]) == 3 or not info["has_next"]
        assert info["has_next"] is (number * 3 < info["item_total"])
        number += 1
        if not info["has_next"] or number > 40:
            break
    assert len(seen) == len(set(seen))
    assert set(ids(everything[:20])) <= set(seen)


def test_a_walk_by_cursor_while_the_file_is_patched(api: Api) -> None:
    """MEM-01: at once with the patches, not between them."""
    stay = [f"u{number:02}" for number in range(40)]
    group = created(api.post(GROUPS, a_group(stay)))
    api.settle()
    path = f"{GROUPS}/{group['_id']}"
    seen: list[str] = []
    query: dict[str, Any] = {"page_size": 7}
    for step in range(20):
        file_url = csv_of([f"before{step}", *stay, f"after{step}"])
        page, patch = api.gather(
            ("GET", f"{path}/users", {"params": query}), ("PATCH", path, {"json": {"file_url": file_url}})
        )
        assert (page.status_code, patch.status_code) == (200, 200)
        api.settle()
        seen += [user["user_id"] for user in page.json()["items"]]
        query["cursor"] = page.json()["page"]["next_cursor"]
        if query["cursor"] is None:
            break
    assert [user_id for user_id in seen if user_id in stay] == stay
    assert len(seen) == len(set(seen))
