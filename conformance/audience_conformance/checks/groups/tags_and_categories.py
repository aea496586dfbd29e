"""GRP: tags, categories, and the groups by category."""

from collections.abc import Iterable
from typing import Any

from audience_conformance.checks.assertions import body, field, items, list_all, subset, thorough
from audience_conformance.checks.groups.helpers import CATEGORIES, categorised, create, group_body, retry, tags_of
from audience_conformance.checks.prerequisites import CATEGORY_KEYS, SOME_ITEMS, TAGGED_GROUPS
from audience_conformance.checks.registry import check
from audience_conformance.client.api import GROUPS, Api, JsonObject, group_path
from audience_conformance.results.finding import Skip, expect, fail, show

MANY, VERY_MANY = 12, 105
"""Groups in one category: more than a page holds by default, and at the most."""


# --- GRP-13 ---------------------------------------------------------------------------------------------


def _tag_list(api: Api) -> list[str]:
    answer = api.get(f"{GROUPS}/tags")
    found = field(body(answer, operation="getUserGroupTags"), "items")
    if not isinstance(found, list) or not all(isinstance(tag, str) for tag in found):
        fail("items to be a list of texts", str(answer), rule="FMT-02")
    tags: list[str] = found
    return tags


def _tags_of(groups: Iterable[JsonObject]) -> dict[str, set[str]]:
    """Id -> tags of the group."""
    return {show(group.get("_id")): set(tags_of(group)) for group in groups}


@check("GRP-13", on="getUserGroupTags getUserGroups", read_only=True, needs=(TAGGED_GROUPS,))
def the_tag_list_holds_every_tag_once(api: Api) -> None:
    """Compare the tag list with the tags of all groups in the list. Needs groups with tags."""
    borne: set[str] = set()

    def look() -> None:
        before, tags, after = _tags_of(list_all(api, GROUPS)), _tag_list(api), _tags_of(list_all(api, GROUPS))
        lasting = set().union(*(before[group] & after[group] for group in before if group in after))
        ever = set().union(*before.values(), *after.values())
        twice = sorted({tag for tag in tags if tags.count(tag) > 1})
        expect(not twice, "every tag once", f"more than once: {twice}", operation="getUserGroupTags")
        missing, wrong = sorted(lasting - set(tags)), sorted(set(tags) - ever)
        expect(not missing, "every tag of every group in the tag list", f"missing: {missing}")
        expect(not wrong, "no tag that no group bears in the tag list", f"borne by none: {wrong}")
        borne.update(ever)

    retry(look)
    if not borne:
        raise Skip(TAGGED_GROUPS)


# --- GRP-14 ---------------------------------------------------------------------------------------------


def _categories(api: Api, **query: Any) -> list[JsonObject]:
    return items(api.get(f"{GROUPS}/categories", **query), operation="getUserGroupCategories")


def _judge_categories(api: Api) -> None:
    every = _categories(api)
    keys = [item["key"] for item in every if isinstance(item.get("key"), str) and item["key"]]
    if not keys:
        raise Skip(CATEGORY_KEYS)
    for key in dict.fromkeys([*keys, *CATEGORIES]):
        _judge_category(api, key, known=key in keys)
    others = [word for key in keys for word in (key[:-1], f"{key}0", key.upper(), key[1:])]
    names = [item["name"] for item in every if isinstance(item.get("name"), str)]
    for key in dict.fromkeys(["no such category", ",".join(keys), *names[:1], *subset(api, others)]):
        if key and key not in keys:
            _judge_category(api, key, known=False)


def _judge_category(api: Api, key: str, *, known: bool) -> None:
    kept = _categories(api, category=key)
    wrong = [item for item in kept if item.get("key") != key]
    expect(not wrong, f"no other category in the category list under category={key}", kept)
    if known:
        expect(len(kept) == 1, f"the category {key} in the category list under category={key}", kept)


@check("GRP-14", on="getUserGroupCategories", read_only=True, needs=(CATEGORY_KEYS,))
def the_category_filter_keeps_that_category(api: Api) -> None:
    """Ask the category list for each category, for a part of its key, and for one that there is not."""
    _judge_categories(api)


@check("GRP-14", on="getUserGroupCategories createUserGroup", needs=(CATEGORY_KEYS,))
def the_category_filter_keeps_the_category_as_it_was(api: Api) -> None:
    """Make groups of every category, ask for each, and compare its entry with that in the whole category list."""
    for category in (*CATEGORIES, CATEGORIES[0]):
        create(api, group_body(api, category=category))
    _judge_categories(api)

    def look() -> None:
        for entry in _categories(api):
            if isinstance(entry.get("key"), str):
                kept = _categories(api, category=entry["key"])
                expect(
                    kept in ([entry], _again(api, entry)), f"the entry {show(entry)} as it is in the whole list", kept
                )

    retry(look)


def _again(api: Api, entry: JsonObject) -> list[JsonObject]:
    return [item for item in _categories(api) if item.get("key") == entry["key"]]


# --- GRP-15 ---------------------------------------------------------------------------------------------


def _judge_categorised(api: Api, made: Iterable[JsonObject] = ()) -> int:
    """Compare the categorised list with the list, and give the number of groups."""
    seen: dict[str, str] = {}

    def look() -> None:
        before, under = _category_of(list_all(api, GROUPS)), categorised(api)
        after = _category_of(list_all(api, GROUPS))
        places = [(category, group) for category, held in under.items() for group in held]
        for category, group in places:
            expect(group.get("category") == category, f"only groups of category {category} under it", group)
        ids = [show(group.get("_id")) for _, group in places]
        twice = sorted({group_id for group_id in ids if ids.count(group_id) > 1})
        expect(not twice, "every group once in the categorised list", f"more than once: {twice}")
        there = set(ids)
        missing = sorted((before.keys() & after.keys()) - there)
        expect(not missing, "every group of the list in the categorised list", f"missing: {show(missing)}")
        wrong = sorted(there - before.keys() - after.keys())
        expect(not wrong, "no group in the categorised list that is not in the list", f"not in the list: {show(wrong)}")
        where = {show(group.get("_id")): category for category, group in places}
        for group_id in before.keys() & after.keys():
            same = where[group_id] in (before[group_id], after[group_id])
            expect(same, f"group {group_id} under its category {before[group_id]}", where[group_id])
        for group in made:
            expect(where.get(show(group["_id"])) == group.get("category"), "our groups under their categories", group)
        seen.update(before)

    retry(look)
    return len(seen)


def _category_of(groups: Iterable[JsonObject]) -> dict[str, Any]:
    return {show(group.get("_id")): group.get("category") for group in groups}


@check("GRP-15", on="getCategorisedUserGroups getUserGroups", read_only=True, needs=(SOME_ITEMS,))
def the_categorised_list_holds_every_group_once(api: Api) -> None:
    """Compare the categorised list with the whole list: every group once, under its own category, and no other."""
    if not _judge_categorised(api):
        raise Skip(SOME_ITEMS)


@check("GRP-15", on="getCategorisedUserGroups getUserGroups createUserGroup updateUserGroup deleteUserGroup")
def the_categorised_list_holds_all_of_ours(api: Api) -> None:
    """Make many groups, rename and delete some, and compare the categorised list with the list."""
    many = VERY_MANY if thorough(api) else MANY
    made = [create(api, group_body(api, category="l3")) for _ in range(many)]
    made += [create(api, group_body(api, category=category)) for category in CATEGORIES for _ in range(2)]
    _judge_categorised(api, made)
    body(api.patch(group_path(made[0]["_id"]), {"name": api.fresh("Renamed ")}))
    for number in (-1, 1):
        body(api.delete(group_path(made.pop(number)["_id"])))
    _judge_categorised(api, made)
