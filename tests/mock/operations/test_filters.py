"""The filters of the three lists, each alone and all together (contract.md, sections 2 and 3)."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.mock.conftest import Api, MakeApi
from tests.mock.helpers import DEFINITIONS, GROUPS, Json, a_definition, a_group, all_items, created, ids, seeded

Matches = Callable[[Json, str], bool]
TYPES = ("string", "number", "boolean", "date", "datetime", "list", "object")
FLAGS = ("customer_editable", "encrypted", "pinned", "is_locked")
NAMES = ("Hat size", "HAT colour", "Größe", "Straße", "Shoe")
NAME_PARTS = ("hat", "HAT S", "GRÖSSE", "strasse", "größe", "x", "", " ")


def exactly(field: str) -> Matches:
    return lambda record, argument: bool(str(record[field]) == argument)


def flag(field: str) -> Matches:
    return lambda record, argument: bool(record[field] is (argument == "true"))


def has_part(record: Json, argument: str) -> bool:
    return argument.casefold() in record["name"].casefold()


def has_a_tag(record: Json, argument: str) -> bool:
    return any(tag.strip() in record["tags"] for tag in argument.split(","))


def queries(alternatives: Mapping[str, tuple[str, ...]]) -> Iterator[dict[str, str]]:
    """Every argument of every filter alone, every two of different filters, and the first of all together."""
    single = [{name: argument} for name, arguments in alternatives.items() for argument in arguments]
    yield from single
    yield from ({**a, **b} for a, b in itertools.combinations(single, 2) if a.keys() != b.keys())
    yield {name: arguments[0] for name, arguments in alternatives.items()}


def check(api: Api, path: str, matches: Mapping[str, Matches], alternatives: Mapping[str, tuple[str, ...]]) -> None:
    """Compare every response with the whole list, filtered here."""
    everything = all_items(api, path)
    assert everything
    for query in queries(alternatives):
        expected = [r for r in everything if all(matches[name](r, argument) for name, argument in query.items())]
        answer = api.get(path, page_size=100, **query).json()
        assert ids(answer["items"]) == ids(expected), query
        assert answer["page"]["item_total"] == len(expected), query


# --- definitions ------------------------------------------------------------------------------------

OF_DEFINITIONS: dict[str, Matches] = {
    "name": has_part,
    "slug": exactly("slug"),
    "type": exactly("type"),
    **{name: flag(name) for name in FLAGS},
}


def test_definitions_match_every_filter_given(make_api: MakeApi, tmp_path: Path) -> None:
    """DEF-09, DEF-10, DEF-11, DEF-12, PAG-07."""
    definitions = [
        {
            "name": NAMES[number % 5],
            "slug": f"slug-{number}",
            "type": TYPES[number % 7],
            **{name: bool(number >> bit & 1) for bit, name in enumerate(FLAGS)},
        }
        for number in range(35)
    ]
    alternatives = {
        "name": NAME_PARTS,
        "slug": ("slug-0", "slug-5", "slug", "SLUG-5", ""),
        "type": ("string", "object", "nothing", ""),
        **dict.fromkeys(FLAGS, ("false", "true")),
    }
    check(seeded(make_api, tmp_path, definitions=definitions), DEFINITIONS, OF_DEFINITIONS, alternatives)


def test_every_combination_of_four_flags_finds_its_definition(make_api: MakeApi, tmp_path: Path) -> None:
    """DEF-11."""
    ways = list(itertools.product((False, True), repeat=4))
    definitions = [
        {"name": "n", "slug": f"s{n}", "type": "list", **dict(zip(FLAGS, way, strict=True))}
        for n, way in enumerate(ways)
    ]
    api = seeded(make_api, tmp_path, definitions=definitions)
    for number, way in enumerate(ways):
        query = {name: str(wanted).lower() for name, wanted in zip(FLAGS, way, strict=True)}
        assert [d["slug"] for d in all_items(api, DEFINITIONS, **query)] == [f"s{number}"]


def test_a_definition_leaves_and_enters_a_filter_with_every_write(api: Api) -> None:
    """DEF-10, DEF-11, DEF-12: no stale response comes from a cache."""
    queries: list[dict[str, str]] = [
        {"type": "list"},
        {"name": "wide"},
        {"customer_editable": "true", "type": "list", "name": "wide"},
    ]

    def found() -> list[bool]:
        return [record["_id"] in ids(all_items(api, DEFINITIONS, **query)) for query in queries]

    record = created(api.post(DEFINITIONS, a_definition()))
    path = f"{DEFINITIONS}/{record['_id']}"
    assert found() == [False, False, False]
    api.put(path, {"type": "list"})
    assert found() == [True, False, False]
    api.put(path, {"name": "Wide", "customer_editable": True})
    assert found() == [True, True, True]
    api.put(path, {"customer_editable": False})
    assert found() == [True, True, False]
    api.delete(path)
    assert found() == [False, False, False]


# --- a user's attributes ----------------------------------------------------------------------------


def test_attributes_match_every_filter_given(make_api: MakeApi, tmp_path: Path) -> None:
    """ATT-12, PAG-07: the type and the name are the definition's."""
    samples = ["a", 1, False, "2024-05-01", "2024-05-01T09:30:00Z", [], {}]
    definitions = [
        {"name": NAMES[number % 5], "slug": f"slug-{number}", "type": TYPES[number % 7]} for number in range(35)
    ]
    values = [
        {"user_id": user_id, "definition": d["slug"], "value": samples[number % 7]}
        for number, d in enumerate(definitions)
        for user_id in ("u1", "u2")
        if number % 3 or user_id == "u2"
    ]
    api = seeded(make_api, tmp_path, definitions=definitions, values=values)
    names = {d["slug"]: d["name"] for d in definitions}
    matches: dict[str, Matches] = {
        "name": lambda record, argument: has_part({"name": names[record["attribute"]["key"]]}, argument),
        "type": exactly("type"),
    }
    alternatives = {"name": NAME_PARTS, "type": (*TYPES, "nothing", "")}
    for user_id in ("u1", "u2"):
        check(api, f"/user_attribute/user/{user_id}", matches, alternatives)


def test_an_attribute_follows_its_definition_into_a_filter(api: Api) -> None:
    """ATT-12, ATT-03."""
    record = created(api.post(DEFINITIONS, a_definition()))
    path = f"{DEFINITIONS}/{record['_id']}"
    created(api.put(f"{path}/user/u1", {"attribute": {"value": "2024-05-01"}}))
    assert len(all_items(api, "/user_attribute/user/u1", name="hat", type="string")) == 1
    api.put(path, {"name": "Cap", "type": "date"})
    assert all_items(api, "/user_attribute/user/u1", name="hat", type="string") == []
    found = all_items(api, "/user_attribute/user/u1", name="cap", type="date")
    assert [item["attribute"]["key"] for item in found] == ["hat-size"]


# --- groups -----------------------------------------------------------------------------------------

OF_GROUPS: dict[str, Matches] = {
    "status": exactly("status"),
    "type": exactly("type"),
    "category": exactly("category"),
    "group_uid": exactly("uid"),
    "name": has_part,
    "tags": has_a_tag,
}


def test_groups_match_every_filter_given(make_api: MakeApi, tmp_path: Path) -> None:
    """GRP-09, GRP-10, GRP-11, GRP-12, PAG-07."""
    tags = [[], ["a"], ["b"], ["a", "b"], ["ab"], ["日本", "a b"]]
    groups = [
        {
            "name": NAMES[number % 5],
            "category": f"l{number % 3 + 1}",
            "status": ("completed", "pending", "failed")[number % 4 % 3],
            "type": ("file", "dynamic")[number % 7 == 0],
            "tags": tags[number % 6],
        }
        for number in range(30)
    ]
    alternatives = {
        "status": ("completed", "failed", "COMPLETED", ""),
        "type": ("file", "dynamic", "nothing"),
        "category": ("l1", "l3", "L1", "l4", ""),
        "group_uid": ("1", "30", "31", "01", "1.0", "x", ""),
        "name": NAME_PARTS,
        "tags": ("a", "a,b", "b, a ,", "ab", "A", "日本", "a b", "x,日本", "x", "", ","),
    }
    check(seeded(make_api, tmp_path, groups=groups), GROUPS, OF_GROUPS, alternatives)


def test_a_group_leaves_and_enters_a_filter_with_every_write(api: Api) -> None:
    """GRP-09, GRP-11."""
    queries: list[dict[str, str]] = [{"status": "completed"}, {"name": "wide"}, {"status": "completed", "name": "wide"}]

    def found() -> list[bool]:
        return [group["_id"] in ids(all_items(api, GROUPS, **query)) for query in queries]

    group = created(api.post(GROUPS, a_group(["u1"])))
    path = f"{GROUPS}/{group['_id']}"
    api.settle()
    assert found() == [True, False, False]
    api.patch(path, {"name": "Wide"})
    assert found() == [True, True, True]
    api.patch(path, {"file_url": "data:text/csv,nothing"})
    api.settle()
    assert found() == [False, True, False]
    api.delete(path)
    assert found() == [False, False, False]
