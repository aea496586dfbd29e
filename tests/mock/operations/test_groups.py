"""Operations 11 to 18 and 20: the life of a group (contract.md, section 3)."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.helpers import (
    GROUPS,
    HeldFiles,
    Json,
    a_group,
    all_items,
    created,
    csv_of,
    ids,
    moment,
    refused,
    seeded,
    wait_until,
)

FREQUENT_BUYERS = f"{GROUPS}/64f111111111111111111111"
UNREADABLE = "data:text/csv,name%0AAda"


def create(api: Api, user_ids: Iterable[str] = (), **fields: Any) -> Json:
    return created(api.post(GROUPS, a_group(user_ids, **fields)))


def read(api: Api, group: Json) -> Json:
    answer = api.get(f"{GROUPS}/{group['_id']}")
    assert answer.status_code == 200
    record: Json = answer.json()
    return record


def patch(api: Api, group: Json, **changes: Any) -> Json:
    answer = api.patch(f"{GROUPS}/{group['_id']}", changes)
    assert answer.status_code == 200, answer.text
    record: Json = answer.json()
    return record


def users(api: Api, group: Json) -> list[str]:
    return [user["user_id"] for user in all_items(api, f"{GROUPS}/{group['_id']}/users")]


# --- creation ---------------------------------------------------------------------------------------


def test_a_new_group_is_pending_and_has_the_documented_defaults(api: Api) -> None:
    """GRP-01, GRP-18, FMT-11."""
    body = a_group(["u1"])
    group = create(api, ["u1"])
    assert group == {
        **body,
        "_id": group["_id"],
        "uid": 3,
        "application_id": "64b000000000000000000001",
        "type": "file",
        "status": "pending",
        "tags": [],
        "total_users": {"count": 0, "refreshed_at": None},
        "created_at": group["created_at"],
        "modified_at": group["created_at"],
        "is_active": True,
        "__v": 0,
    }
    assert moment(group["created_at"])
    assert len(group["_id"]) == 24


def test_a_new_groups_file_is_read(api: Api) -> None:
    """GRP-22, GRP-01, GRP-02: each user once, in the file's order."""
    group = create(api, ["b", "a", "b", "ü/ ", "a"])
    api.settle()
    now = read(api, group)
    assert now == {**group, "status": "completed", "total_users": now["total_users"]}
    assert now["total_users"]["count"] == 3
    assert moment(now["total_users"]["refreshed_at"]) >= moment(group["created_at"])
    assert users(api, group) == ["b", "a", "ü/"]
    assert now in all_items(api, GROUPS)


def test_a_group_whose_file_cannot_be_read_has_failed(api: Api) -> None:
    unreadable = [UNREADABLE, "https://files.example.com/a.csv", "http://127.0.0.1:9/", "data:text/csv;base64,!"]
    groups = [create(api, file_url=file_url) for file_url in unreadable]
    api.settle()
    for group in groups:
        now = read(api, group)
        assert (now["status"], now["total_users"]["count"], users(api, group)) == ("failed", 0, [])


def test_uids_count_up_and_are_not_given_again(api: Api) -> None:
    """GRP-03."""
    first, second = create(api), create(api)
    assert (first["uid"], second["uid"]) == (3, 4)
    assert first["_id"] != second["_id"]
    api.delete(f"{GROUPS}/{second['_id']}")
    assert create(api)["uid"] == 5


def test_unknown_properties_of_a_creation_are_ignored(api: Api) -> None:
    group = create(api, status="completed", uid=99, tags=["x"], is_active=False, __v=7, _id="mine")
    assert (group["status"], group["uid"], group["tags"], group["is_active"]) == ("pending", 3, [], True)
    assert group["__v"] == 0
    assert group["_id"] != "mine"


# --- patch ------------------------------------------------------------------------------------------


def test_a_patched_file_replaces_the_members_unless_it_cannot_be_read(api: Api) -> None:
    """The same file is read again, and a failed group completes with a better one."""
    group = create(api, ["u1", "u2"])
    api.settle()
    files = [["u3", "u2", "u4"], ["u3", "u2", "u4"], None, ["u1"]]
    members, completed = ["u1", "u2"], read(api, group)
    for user_ids in files:
        file_url = UNREADABLE if user_ids is None else csv_of(user_ids)
        pending = patch(api, group, file_url=file_url)
        assert (pending["status"], pending["file_url"]) == ("pending", file_url)
        api.settle()
        now = read(api, group)
        if user_ids is None:
            assert now == {**pending, "status": "failed", "total_users": completed["total_users"]}
        else:
            members, completed = user_ids, now
            assert now == {**pending, "status": "completed", "total_users": now["total_users"]}
        assert now["total_users"]["count"] == len(members)
        assert users(api, group) == members


# --- readings that overlap --------------------------------------------------------------------------


def test_a_group_is_pending_and_keeps_its_members_until_the_new_file_is_read(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = HeldFiles(api, monkeypatch)
    later = csv_of(["u1"])
    patched = api.patch(FREQUENT_BUYERS, {"file_url": later}).json()
    assert patched["status"] == "pending"
    assert len(users(api, patched)) == 23
    patch(api, patched, name="Renamed meanwhile")
    files.let_go(later)
    api.settle()
    now = read(api, patched)
    assert (now["status"], now["name"], now["__v"]) == ("completed", "Renamed meanwhile", 2)
    assert users(api, patched) == ["u1"]


@pytest.mark.parametrize("older", [csv_of(["old"]), UNREADABLE])
@pytest.mark.parametrize("newer", [csv_of(["new"]), "data:text/csv,nothing"])
def test_the_newest_reading_wins_whatever_ends_last(
    api: Api, monkeypatch: pytest.MonkeyPatch, older: str, newer: str
) -> None:
    files = HeldFiles(api, monkeypatch)
    group = create(api, file_url=older)
    patch(api, group, file_url=newer)
    files.let_go(newer)
    wait_until(api, lambda: read(api, group)["status"] != "pending")
    after_newer = read(api, group), users(api, group)
    files.let_go(older)
    api.settle()
    assert (read(api, group), users(api, group)) == after_newer
    assert after_newer[0]["status"] == ("completed" if newer == csv_of(["new"]) else "failed")
    assert after_newer[1] == (["new"] if newer == csv_of(["new"]) else [])


def test_a_group_deleted_while_its_file_is_read_stays_deleted(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """GRP-07."""
    files = HeldFiles(api, monkeypatch)
    for file_url in (csv_of(["u1"]), UNREADABLE):
        group = create(api, file_url=file_url)
        api.post(f"{GROUPS}/{group['_id']}/refresh")
        api.delete(f"{GROUPS}/{group['_id']}")
        files.let_go(file_url)
        api.settle()
        refused(api.get(f"{GROUPS}/{group['_id']}"), 404)
        assert group["_id"] not in ids(all_items(api, GROUPS))
    assert "internal error" not in caplog.text


# --- deletion, and what is not there ----------------------------------------------------------------


def test_a_deleted_group_is_gone(api: Api) -> None:
    """GRP-07, GRP-17, GRP-13, GRP-15."""
    answer = api.delete(FREQUENT_BUYERS)
    assert answer.status_code == 200
    assert answer.json()["success"] is True
    assert "64f111111111111111111111" in answer.json()["message"]
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/users"), ("POST", "/refresh")):
        refused(api.request(method, f"{FREQUENT_BUYERS}{path}"), 404)
    refused(api.patch(FREQUENT_BUYERS, {"name": "New"}), 404)
    assert ids(all_items(api, GROUPS)) == ["64f555555555555555555555"]
    assert api.get(f"{GROUPS}/tags").json() == {"items": ["spring"]}
    assert api.get(f"{GROUPS}/categorised").json()["user_groups"].get("l1", []) == []
    assert len(api.get("/user_attribute/user/64f222222222222222222222").json()["items"]) == 2


# --- refresh ----------------------------------------------------------------------------------------


def test_a_refresh_counts_all_members(make_api: MakeApi, tmp_path: Path) -> None:
    """GRP-20, GRP-21: the blacklisted ones too."""
    members = [{"user_id": f"u{n}", "blacklisted": n % 2 == 0} for n in range(5)]
    seed = {
        "_id": "g",
        "name": "G",
        "category": "l1",
        "uid": 41,
        "users": [f"u{n}" for n in range(5)],
        "total_users": {"count": 99, "refreshed_at": "2024-01-01T00:00:00.000Z"},
    }
    api = seeded(make_api, tmp_path, users=members, groups=[seed])
    before = api.get(f"{GROUPS}/g").json()
    answer = api.post(f"{GROUPS}/g/refresh")
    assert answer.status_code == 202
    assert answer.json()["uid"] == 41
    assert answer.json()["message"]
    api.settle()
    after = api.get(f"{GROUPS}/g").json()
    assert after == {**before, "total_users": after["total_users"]}
    assert after["total_users"]["count"] == 5
    assert moment(after["total_users"]["refreshed_at"]) > moment("2024-01-01T00:00:00.000Z")
