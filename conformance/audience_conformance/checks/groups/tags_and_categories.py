"""GRP: tags, categories, and the groups by category."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from audience_conformance.checks.assertions import body, field, items, list_all, subset, thorough
from audience_conformance.checks.groups.helpers import (
    CASES,
    CATEGORIES,
    GIVEN,
    OWN,
    UNREADABLE,
    categorised,
    create,
    group_body,
    retry,
    settled,
    tags_of,
)
from audience_conformance.checks.prerequisites import CATEGORY_KEYS, SOME_ITEMS, TAGGED_GROUPS
from audience_conformance.checks.registry import check
from audience_conformance.client.api import GROUPS, Api, JsonObject, group_path
from audience_conformance.results.finding import Skip, expect, fail, show

MANY, VERY_MANY = 12, 105
"""Groups in one category: more than a page holds by default, and at the most."""


def _tag_list(api: Api) -> list[str]:
    answer = api.get(f"{GROUPS}/tags")
    tags = field(body(answer, operation="getUserGroupTags"), "items")
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        fail("items to be a list of texts", str(answer), rule="FMT-02")
    valid: list[str] = tags
    return valid


def _tags_by_id(groups: Iterable[JsonObject]) -> dict[str, set[str]]:
    return {show(group.get("_id")): set(tags_of(group)) for group in groups}


@check("GRP-13", on="getUserGroupTags getUserGroups", read_only=True, needs=(TAGGED_GROUPS,))
def the_tag_list_holds_every_tag_once(api: Api) -> None:
    """Compare the tag list with the tags of all groups in the list: every tag once, and no other."""
    known: set[str] = set()

    def compare() -> None:
        before, tags, after = _tags_by_id(list_all(api, GROUPS)), _tag_list(api), _tags_by_id(list_all(api, GROUPS))
        lasting = set().union(*(before[group] & after[group] for group in before if group in after))
        ever = set().union(*before.values(), *after.values())
        twice = sorted({tag for tag in tags if tags.count(tag) > 1})
        expect(not twice, "every tag once", f"more than once: {show(twice)}", operation="getUserGroupTags")
        missing, wrong = sorted(lasting - set(tags)), sorted(set(tags) - ever)
        expect(not missing, "every tag of every group in the tag list", f"missing: {show(missing)}")
        expect(not wrong, "no tag in the tag list that no group has", f"no group has: {show(wrong)}")
        known.update(ever)

    retry(compare)
    if not known:
        raise Skip(TAGGED_GROUPS)


@check(
    "GRP-14",
    on="getUserGroupCategories createUserGroup",
    cases=CASES,
    read_only=(GIVEN,),
    needs=(CATEGORY_KEYS,),
)
def the_category_filter_keeps_that_category(api: Api, case: str) -> None:
    """Filter the category list by each category, by parts of its key, and by unknown ones: that category, and no other.

    Own: after groups of every category were created; each entry is then equal to that in the whole category list.
    """
    if case == OWN:
        for category in (*CATEGORIES, CATEGORIES[0]):
            create(api, group_body(api, category=category))
    categories = _categories(api)
    keys = [item["key"] for item in categories if isinstance(item.get("key"), str) and item["key"]]
    if not keys:
        raise Skip(CATEGORY_KEYS)
    others = [text for key in keys for text in (key[:-1], f"{key}0", key.upper(), key[1:])]
    names = [item["name"] for item in categories if isinstance(item.get("name"), str)]
    unknown = ["no such category", ",".join(keys), *names[:1], *subset(api, others)]
    for key in dict.fromkeys([*keys, *CATEGORIES, *filter(None, unknown)]):
        kept = _categories(api, category=key)
        wrong = [item for item in kept if item.get("key") != key]
        expect(not wrong, f"no other category in the category list under category={key}", kept)
        if key in keys:
            expect(len(kept) == 1, f"the category {key} in the category list under category={key}", kept)
    if case == OWN:
        retry(lambda: _compare_entries(api))


def _compare_entries(api: Api) -> None:
    for entry in _categories(api):
        if isinstance(entry.get("key"), str):
            kept = _categories(api, category=entry["key"])
            expected = f"the entry {show(entry)} of the whole list"
            again = [item for item in _categories(api) if item.get("key") == entry["key"]]
            expect(kept in ([entry], again), expected, kept)


def _categories(api: Api, **query: Any) -> list[JsonObject]:
    return items(api.get(f"{GROUPS}/categories", **query), operation="getUserGroupCategories")


@check(
    "GRP-28",
    on="getUserGroupCategories getUserGroups createUserGroup updateUserGroup deleteUserGroup",
    cases=CASES,
    read_only=(GIVEN,),
    needs=(CATEGORY_KEYS,),
)
def total_groups_is_the_number_of_groups(api: Api, case: str) -> None:
    """Compare total_groups of every category with its groups in the list, also under the category filter.

    Own: right after groups of every category were created, pending, completed and failed, patched and deleted, some of
    them in --other-application.
    """
    if case == GIVEN:
        if not _compare_totals(api, "", []):
            raise Skip(CATEGORY_KEYS)
        return
    created = [create(api, group_body(api, category=category)) for category in CATEGORIES]
    created += [create(api, group_body(api, category=category, file_url=UNREADABLE)) for category in CATEGORIES[1:]]
    if thorough(api):
        created += [create(api, group_body(api, category="l3")) for _ in range(VERY_MANY)]
    if api.options.other_application_id is not None:
        create(api, group_body(api, category="l1"), tenant=api.other_tenant)
    _compare_totals(api, "after creations", created)
    for group in created[: len(CATEGORIES) + 1]:
        settled(api, group)
    _compare_totals(api, "after their files were read", created)
    body(api.patch(group_path(created[0]["_id"]), {"name": api.unique("Patched "), "file_url": UNREADABLE}))
    for number in (1, -1):
        body(api.delete(group_path(created.pop(number)["_id"])))
    _compare_totals(api, "after a patch and deletes", created)


def _compare_totals(api: Api, after: str, own: list[JsonObject]) -> int:
    """Compare the category list with the whole list, and return the number of categories with a key.

    Others may write meanwhile: a number between those of the groups before and after it is right.
    """
    keys: set[str] = set()

    def compare() -> None:
        before, shown = _category_by_id(list_all(api, GROUPS)), _categories(api)
        keyed = {entry["key"]: entry for entry in shown if isinstance(entry.get("key"), str)}
        filtered = {key: _categories(api, category=key) for key in keyed if not own or key == own[0]["category"]}
        after_ = _category_by_id(list_all(api, GROUPS))
        least = Counter(category for group, category in before.items() if group in after_)
        most = Counter((before | after_).values())
        for category in {group.get("category") for group in own} - keyed.keys():
            fail(f"category {category}, which has groups, in the category list", shown)
        for entry in (*keyed.values(), *(one for found in filtered.values() for one in found)):
            number, key = entry.get("total_groups"), entry.get("key")
            is_number = isinstance(number, int | float) and not isinstance(number, bool)
            if not (is_number and least[key] <= float(number or 0) <= most[key]):
                expected = f"total_groups of {key} to be {least[key]}, the number of its groups {after}".strip()
                fail(expected, entry, operation="getUserGroupCategories")
        keys.update(keyed)

    retry(compare)
    return len(keys)


@check("GRP-15", on="getCategorisedUserGroups getUserGroups", read_only=True, needs=(SOME_ITEMS,))
def the_categorised_list_holds_every_group_once(api: Api) -> None:
    """Compare the categorised list with the whole list: every group once, under its own category, and no other."""
    if not _compare_categorised(api, []):
        raise Skip(SOME_ITEMS)


@check("GRP-15", on="getCategorisedUserGroups getUserGroups createUserGroup updateUserGroup deleteUserGroup")
def the_categorised_list_holds_all_of_ours(api: Api) -> None:
    """Create many groups, rename and delete some, and compare the categorised list with the list."""
    many = VERY_MANY if thorough(api) else MANY
    created = [create(api, group_body(api, category="l3")) for _ in range(many)]
    created += [create(api, group_body(api, category=category)) for category in CATEGORIES for _ in range(2)]
    _compare_categorised(api, created)
    body(api.patch(group_path(created[0]["_id"]), {"name": api.unique("Renamed ")}))
    for number in (-1, 1):
        body(api.delete(group_path(created.pop(number)["_id"])))
    _compare_categorised(api, created)


def _compare_categorised(api: Api, own: list[JsonObject]) -> int:
    """Compare the categorised list with the list, and return the number of groups in the list."""
    number = 0

    def compare() -> None:
        nonlocal number
        before, by_category = _category_by_id(list_all(api, GROUPS)), categorised(api)
        after = _category_by_id(list_all(api, GROUPS))
        places = [(category, group) for category, groups in by_category.items() for group in groups]
        for category, group in places:
            expect(group.get("category") == category, f"only groups of category {category} under it", group)
        ids = [show(group.get("_id")) for _, group in places]
        twice = sorted({group_id for group_id in ids if ids.count(group_id) > 1})
        expect(not twice, "every group once in the categorised list", f"more than once: {show(twice)}")
        lasting = before.keys() & after.keys()
        missing = sorted(lasting - set(ids))
        expect(not missing, "every group of the list in the categorised list", f"missing: {show(missing)}")
        wrong = sorted(set(ids) - before.keys() - after.keys())
        expect(not wrong, "no group in the categorised list that is not in the list", f"not in the list: {show(wrong)}")
        place = {show(group.get("_id")): category for category, group in places}
        for group_id in lasting:
            known = place[group_id] in (before[group_id], after[group_id])
            expect(known, f"group {group_id} under its category {before[group_id]}", place[group_id])
        for group in own:
            expected = f"group {group['_id']}, created by the suite, under its category"
            expect(place.get(show(group["_id"])) == group.get("category"), expected, group)
        number = len(before)

    retry(compare)
    return number


def _category_by_id(groups: Iterable[JsonObject]) -> dict[str, Any]:
    return {show(group.get("_id")): group.get("category") for group in groups}
