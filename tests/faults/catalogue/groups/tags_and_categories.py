"""Faults of the tags, the categories, and the groups by category (GRP-13 to GRP-15, GRP-28)."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, operation, wrap
from tests.faults.operators.lists import Items
from tests.faults.patching import Mock, Record
from tests.faults.registry import Change, fault, faults

from audience_mock.store.groups import Groups


def _tags(change: Callable[[Items], list[str]]) -> Change:
    """List `change(groups)` as tags."""

    async def tags(original: Any, at: Any) -> Any:
        return {"items": change(list(at.tenant.groups._records))}

    return operation(tags, ops.TAGS)


faults(
    "GRP-13",
    no_tags=_tags(lambda groups: []),
    tags_repeat=_tags(lambda groups: sorted(tag for group in groups for tag in group["tags"])),
    tags_in_small_letters=_tags(lambda groups: sorted({tag.lower() for group in groups for tag in group["tags"]})),
    first_tag_of_each_group=_tags(lambda groups: sorted({tag for group in groups for tag in group["tags"][:1]})),
    tags_of_the_first_page=_tags(lambda groups: sorted({tag for group in groups[:5] for tag in group["tags"]})),
    tags_of_active_groups=_tags(
        lambda groups: sorted({tag for group in groups if group["is_active"] for tag in group["tags"]})
    ),
)


def _categories(keeps: Callable[[Record, str], bool]) -> Change:
    """List the categories for which `keeps(category, key)`."""

    def categories(original: Any, self: Any, key: str | None = None) -> Any:
        return [one for one in original(self, None) if key is None or keeps(one, key)]

    return wrap(categories, Groups, "categories")


faults(
    "GRP-14",
    category_is_ignored=_categories(lambda one, key: True),
    category_and_its_neighbour=_categories(lambda one, key: one["key"] == key or (key, one["key"]) == ("l3", "l2")),
    category_by_its_name=_categories(lambda one, key: bool(one["name"] == key)),
    name_or_key=_categories(lambda one, key: key in (one["key"], one["name"])),
    several_with_commas=_categories(lambda one, key: one["key"] in key.split(",")),
)


@fault("GRP-14", wrap, Groups, "categories")
def filtered_counts_one_less(original: Any, self: Any, key: str | None = None) -> Any:
    less = 0 if key is None else 1
    return [{**one, "total_groups": max(0, one["total_groups"] - less)} for one in original(self, key)]


def _categorised(change: Callable[[dict[str, Items]], dict[str, Items]]) -> Change:
    """Respond with `change(category -> groups)`."""
    return answer(lambda x: x.json.update(user_groups=change(x.json["user_groups"])), ops.CATEGORISED, status=200)


def _each(change: Callable[[Items], Items]) -> Change:
    return _categorised(lambda found: {key: change(groups) for key, groups in found.items()})


faults(
    "GRP-15",
    everything_in_l1=_categorised(lambda found: {"l1": [group for groups in found.values() for group in groups]}),
    l3_is_missing=_categorised(lambda found: {key: groups for key, groups in found.items() if key != "l3"}),
    failed_is_left_out=_each(lambda groups: [group for group in groups if group["status"] != "failed"]),
    at_most_five_of_a_category=_each(lambda groups: groups[:5]),
    hundred_of_a_category=_each(lambda groups: groups[:100]),
    some_groups_twice=_each(lambda groups: [group for group in groups for _ in range(max(1, len(group["tags"])))]),
)


def _total(count: Callable[[Groups, str, int], int]) -> Change:
    """Let total_groups be `count(groups, category, correct number)`."""

    def categories(original: Any, self: Groups, key: str | None = None) -> Any:
        return [{**one, "total_groups": count(self, one["key"], one["total_groups"])} for one in original(self, key)]

    return wrap(categories, Groups, "categories")


def _counted(keeps: Callable[[Record], object]) -> Change:
    return _total(lambda groups, key, _: sum(one["category"] == key and bool(keeps(one)) for one in groups._records))


faults(
    "GRP-28",
    completed_groups_only=_counted(lambda group: group["status"] == "completed"),
    failed_groups_do_not_count=_counted(lambda group: group["status"] != "failed"),
    pending_groups_do_not_count=_counted(lambda group: group["status"] != "pending"),
    active_groups_only=_counted(lambda group: group["is_active"]),
    file_groups_only=_counted(lambda group: group["type"] == "file"),
    groups_without_tags_do_not_count=_counted(lambda group: group["tags"]),
    at_most_a_page=_total(lambda groups, key, number: min(number, 4)),
    hundred_at_most=_total(lambda groups, key, number: min(number, 100)),
    uid_of_the_last_group=_total(
        lambda groups, key, _: max((one["uid"] for one in groups._records if one["category"] == key), default=0)
    ),
    all_groups_in_every_category=_total(lambda groups, key, _: len(list(groups._records))),
    filtered_total_is_0=answer(
        lambda x: [one.update(total_groups=0) for one in x.json["items"]] if "category" in x.query else None,
        ops.CATEGORIES,
        status=200,
    ),
    last_category_is_left_out=answer(
        lambda x: x.json.update(items=[one for one in x.json["items"] if one["key"] != "l3"]),
        ops.CATEGORIES,
        status=200,
    ),
)


@fault("GRP-28")
def deleted_groups_still_count(mock: Mock) -> None:
    """A counter goes up with each creation, and never down."""
    gone: Counter[tuple[int, str]] = Counter()

    def delete(original: Any, self: Groups, group_id: str) -> None:
        category = self.get(group_id)["category"]
        original(self, group_id)
        gone[id(self), category] += 1

    mock.wrap(delete, Groups, "delete")
    _total(lambda groups, key, number: number + gone[id(groups), key])(mock)


@fault("GRP-28")
def counted_when_it_is_first_asked_for(mock: Mock) -> None:
    """The category list is cached."""
    first: dict[tuple[int, str], int] = {}
    _total(lambda groups, key, number: first.setdefault((id(groups), key), number))(mock)


@fault("GRP-28")
def groups_of_all_applications_count(mock: Mock) -> None:
    def count(groups: Groups, key: str, _: int) -> int:
        return sum(one["category"] == key for tenant in mock.world.tenants() for one in tenant.groups._records)

    _total(count)(mock)
