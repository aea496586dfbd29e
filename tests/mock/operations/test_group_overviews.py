"""Operations 11 to 13: tags, categories, and groups by category (contract.md, section 3)."""

from pathlib import Path

import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.helpers import GROUPS, Json, a_group, all_items, created, ids, seeded

SEED: list[Json] = [
    {"name": f"G{number}", "category": category, "tags": tags}
    for number, (category, tags) in enumerate(
        [("l1", ["vip", "a"]), ("l3", []), ("l1", ["a", "日本"]), ("l3", ["B", "vip"]), ("l1", [])]
    )
]


@pytest.fixture
def shop(make_api: MakeApi, tmp_path: Path) -> Api:
    return seeded(make_api, tmp_path, groups=SEED)


def totals(api: Api) -> dict[str, int]:
    return {item["key"]: item["total_groups"] for item in api.get(f"{GROUPS}/categories").json()["items"]}


def test_the_tags_of_all_groups_are_listed_once_and_sorted_until_their_last_group_is_deleted(shop: Api) -> None:
    """GRP-13."""
    first, third = (all_items(shop, GROUPS)[number]["_id"] for number in (0, 2))
    assert shop.get(f"{GROUPS}/tags").json() == {"items": ["B", "a", "vip", "日本"]}
    shop.delete(f"{GROUPS}/{first}")
    assert shop.get(f"{GROUPS}/tags").json()["items"] == ["B", "a", "vip", "日本"]
    shop.delete(f"{GROUPS}/{third}")
    assert shop.get(f"{GROUPS}/tags").json()["items"] == ["B", "vip"]


def test_the_categories_count_their_groups(shop: Api) -> None:
    items = shop.get(f"{GROUPS}/categories").json()["items"]
    assert [set(item) for item in items] == [{"key", "name", "total_groups"}] * 3
    assert totals(shop) == {"l1": 3, "l2": 0, "l3": 2}
    assert all(item["name"] for item in items)


def test_the_category_filter_finds_that_category_only(shop: Api) -> None:
    """GRP-14."""
    everything = shop.get(f"{GROUPS}/categories").json()["items"]
    for item in everything:
        assert shop.get(f"{GROUPS}/categories", category=item["key"]).json() == {"items": [item]}
    for unknown in ("l4", "L1", ""):
        assert shop.get(f"{GROUPS}/categories", category=unknown).json() == {"items": []}


def test_the_categorised_list_holds_every_group_once_under_its_own_category(shop: Api) -> None:
    """GRP-15."""
    by_category = shop.get(f"{GROUPS}/categorised").json()["user_groups"]
    everything = all_items(shop, GROUPS)
    for category, groups in by_category.items():
        assert groups == [group for group in everything if group["category"] == category]
    assert sorted(ids(g for groups in by_category.values() for g in groups)) == sorted(ids(everything))


def test_the_overviews_follow_every_write(shop: Api) -> None:
    """GRP-13, GRP-14, GRP-15."""
    group = created(shop.post(GROUPS, a_group(category="l2")))
    assert totals(shop) == {"l1": 3, "l2": 1, "l3": 2}
    shop.settle()
    shop.patch(f"{GROUPS}/{group['_id']}", {"name": "Renamed"})
    assert [g["name"] for g in shop.get(f"{GROUPS}/categorised").json()["user_groups"]["l2"]] == ["Renamed"]
    assert [g["status"] for g in shop.get(f"{GROUPS}/categorised").json()["user_groups"]["l2"]] == ["completed"]
    shop.delete(f"{GROUPS}/{group['_id']}")
    assert totals(shop) == {"l1": 3, "l2": 0, "l3": 2}
    assert shop.get(f"{GROUPS}/categorised").json()["user_groups"].get("l2", []) == []


def test_reading_groups_changes_nothing(shop: Api) -> None:
    """GET-01."""
    before = all_items(shop, GROUPS)
    for path in ("tags", "categories", "categorised", before[0]["_id"], f"{before[0]['_id']}/users"):
        assert shop.get(f"{GROUPS}/{path}").json() == shop.get(f"{GROUPS}/{path}").json()
    shop.get(GROUPS, name="G", tags="a")
    shop.settle()
    assert all_items(shop, GROUPS) == before
