"""The initial data of a mock: the built-in seeds, and a seed file."""

from pathlib import Path
from typing import Any

import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.helpers import DEFINITIONS, GROUPS, a_group, all_items

from audience_mock.seeds import BUILT_IN, SeedProblem, load_seed, read_seed
from audience_mock.seeds import huge as huge_seed
from audience_mock.seeds.exporting import exported
from audience_mock.seeds.seed_file import validate
from audience_mock.store.world import World

TENANT = ("559", "64b000000000000000000001")


def everything(api: Api) -> dict[str, Any]:
    """All lists of a tenant."""
    found: dict[str, Any] = {path: all_items(api, path) for path in (DEFINITIONS, GROUPS)}
    for group in found[GROUPS]:
        found[group["_id"]] = api.get(f"{GROUPS}/{group['_id']}/users", page_size=50).json()
    found["values"] = all_items(api, "/user_attribute/user/64c000000000000000000001")
    return found


@pytest.mark.parametrize("seed", ["demo", "documents"])
def test_the_same_seed_gives_the_same_ids_and_times(make_api: MakeApi, seed: str) -> None:
    assert everything(make_api(seed=seed)) == everything(make_api(seed=seed))


@pytest.mark.parametrize("seed", ["demo", "documents", "empty"])
def test_a_built_in_seed_keeps_the_rules_for_seeds(seed: str) -> None:
    content = {
        tenant: {part: list(items) for part, items in parts.items()} for tenant, parts in read_seed(seed).items()
    }
    validate(f"the seed {seed}", content)


def test_the_demo_is_a_realistic_shop(make_api: MakeApi) -> None:
    api = make_api(seed="demo")
    definitions, groups = all_items(api, DEFINITIONS), all_items(api, GROUPS)
    assert len(definitions) >= 36
    assert {d["type"] for d in definitions} == {"string", "number", "boolean", "date", "datetime", "list", "object"}
    assert any(d["is_locked"] for d in definitions)
    assert any(d["encrypted"] for d in definitions)
    assert {v["type"] for d in definitions for v in d["validations"]} == {
        *("min", "max", "min_length", "max_length", "regex", "one_of")
    }
    assert {g["status"] for g in groups} == {"completed", "pending", "failed"}
    assert {g["category"] for g in groups} == {"l1", "l2", "l3"}
    assert max(g["total_users"]["count"] for g in groups) >= 2500
    assert any(len(g["name"]) > 90 for g in groups)
    assert any(not g["name"].isascii() for g in groups)
    for group in groups:
        assert group["total_users"]["count"] == len(api.backend.world.tenant(*TENANT).groups.members(group["_id"]))
    everyone = api.get(GROUPS, name="All customers").json()["items"][0]["_id"]
    page = api.get(f"{GROUPS}/{everyone}/users", blacklisted_users="true").json()
    assert len(page["items"]) == 10
    assert page["page"]["has_next"]


def test_an_empty_mock_is_empty(make_api: MakeApi) -> None:
    api = make_api(seed="empty")
    assert api.get("/user_group").json()["page"]["item_total"] == 0
    assert api.get("/user_attribute/definition").json()["page"]["item_total"] == 0
    assert api.get("/user_group/tags").json() == {"items": []}


def test_the_huge_seed_puts_all_its_users_into_one_group() -> None:
    assert BUILT_IN["huge"] is not None
    world = World()
    load_seed(world, {"/".join(TENANT): huge_seed.million(3000)})
    groups = world.tenant(*TENANT).groups
    everyone = groups.page({"name": "Everyone"}, 1, 1)[0][0]
    assert everyone["total_users"]["count"] == 3000
    assert len(groups.members(everyone["_id"])) == 3000
    assert len(world.tenant(*TENANT).users.blacklisted) == 3


def test_a_seed_file_fills_tenants_of_its_own(make_api: MakeApi, tmp_path: Path) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text(
        """
        7/shop:
          definitions: [{name: Since, slug: since, type: date, default_value: 2024-05-01, is_locked: true}]
          users: [{user_id: u1, emails: [{email: Ada@Example.com}], blacklisted: true}]
          values: [{user_id: u1, definition: since, value: 2024-05-01, updated_by: u1, customer_overridden: true}]
          groups: [{name: Walkers, category: l1, tags: [shoes], users: [u1, u2, u1]}]
        """
    )
    api = make_api(seed=str(seed))
    base = "//service/platform/user/v1.0/company/7/application/shop"
    definition = api.get(f"{base}/user_attribute/definition").json()["items"][0]
    assert (definition["default_value"], definition["is_locked"]) == ("2024-05-01", True)
    value = api.get(f"{base}/user_attribute/user/u1").json()["items"][0]
    assert (value["updated_by"], value["customer_overridden"]) == ("u1", True)
    group = api.get(f"{base}/user_group", tags="shoes").json()["items"][0]
    assert group["total_users"]["count"] == 2
    blacklisted = api.get(f"{base}/user_group/{group['_id']}/users", blacklisted_users="true", q="ada@").json()
    assert [user["emails"][0]["email"] for user in blacklisted["items"]] == ["Ada@Example.com"]
    assert api.get("/user_group").json()["page"]["item_total"] == 0


LAST = 2**53
A_GROUP = {"name": "A", "category": "l1"}


def loaded(seed: Any) -> World:
    """A world of a seed that was validated, as an import is."""
    validate("the seed", seed)
    world = World()
    load_seed(world, seed)
    return world


@pytest.mark.parametrize(
    "parts",
    [
        {"last": {"id": LAST}},
        {"last": {"uid": LAST}},
        {"last": {"id": LAST - 1, "uid": LAST - 1}},
        {"groups": [{**A_GROUP, "uid": LAST}]},
        {"groups": [{**A_GROUP, "uid": 2}, {**A_GROUP, "uid": LAST}, A_GROUP], "last": {"id": LAST}},
    ],
)
def test_what_goes_on_from_the_last_number_loads_again(parts: Any) -> None:
    seed: Any = {"/".join(TENANT): parts}
    for _ in range(3):
        world = loaded(seed)
        groups = world.tenant(*TENANT).groups
        created = [groups.create(a_group()) for _ in range(3)]
        groups.delete(created[0]["_id"])
        assert len({group["uid"] for group in groups}) == len({group["_id"] for group in groups}) == len(list(groups))
        seed = exported(world)
    assert len(seed["/".join(TENANT)]["groups"]) == len(parts.get("groups", [])) + 6


def test_a_number_after_the_last_is_refused() -> None:
    with pytest.raises(SeedProblem, match=f"uid is {LAST + 1}; send a whole number, 1 to {LAST}"):
        validate("the seed", {"/".join(TENANT): {"groups": [{**A_GROUP, "uid": LAST + 1}]}})
