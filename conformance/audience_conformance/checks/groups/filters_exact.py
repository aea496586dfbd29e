"""GRP: which groups the exact filters of the list keep: status, type, category, group_uid."""

from collections.abc import Iterable
from itertools import combinations

from audience_conformance.checks.assertions import body, items, list_all
from audience_conformance.checks.groups.filter_oracle import (
    OPERATION,
    Filter,
    check_filters,
    check_some_filters,
    keeping,
    uid_text,
    values_of,
)
from audience_conformance.checks.groups.helpers import (
    CATEGORIES,
    COMPLETED,
    FAILED,
    UNREADABLE,
    becomes_true,
    create,
    file_of,
    group_body,
    settled,
)
from audience_conformance.checks.prerequisites import SOME_ITEMS
from audience_conformance.checks.registry import check
from audience_conformance.client.api import GROUPS, Api, JsonObject, csv_url, group_path
from audience_conformance.results.finding import Skip, expect

FIELDS = ("status", "type", "category")


@check("GRP-09", on=OPERATION, cases=FIELDS, read_only=True, needs=(SOME_ITEMS,))
def a_filter_keeps_all_that_match(api: Api, name: str) -> None:
    """Filter the list by every value that a group has, by parts of these, and by one that no group has."""
    if not list_all(api, GROUPS):
        raise Skip(SOME_ITEMS)
    values = _check_every_value(api, name)
    others = [f"no {name} like this", ",".join(values[:2])]
    for value in values:
        others += [value[:-1], value[1:], f"{value}x", value.upper(), value.title(), f" {value}", f"{value} "]
    unknown = [value for value in dict.fromkeys(others) if value and value not in values]
    check_some_filters(api, [keeping({name: value}) for value in unknown])


@check("GRP-09", on=f"{OPERATION} createUserGroup updateUserGroup", cases=FIELDS)
def a_filter_keeps_all_of_ours_that_match(api: Api, name: str) -> None:
    """Create groups of every category, some with an unreadable file, patch some, and filter by every value."""
    created = _create_groups(api)
    body(api.patch(group_path(created[1]["_id"]), {"name": api.unique("Renamed ")}))
    if name == "status":
        body(api.patch(group_path(created[0]["_id"]), {"file_url": csv_url([api.unique("u")])}))
        body(api.patch(group_path(created[2]["_id"]), {"file_url": UNREADABLE}))
        becomes_true(
            lambda: [settled(api, created[number]).get("status") for number in (0, 2)] == [COMPLETED, FAILED], 0.3
        )
    _check_every_value(api, name)


def _check_every_value(api: Api, name: str) -> list[str]:
    values = list(dict.fromkeys([*values_of(api, name), *(CATEGORIES if name == "category" else ())]))
    check_filters(api, *(keeping({name: value}) for value in values))
    return values


@check("GRP-09", on=f"{OPERATION} createUserGroup")
def filters_together_keep_what_passes_them_all(api: Api) -> None:
    """Combine the filters by status, type, category and group_uid, two by two and all at once."""
    created = _create_groups(api)
    for group in (created[0], created[-1]):
        read = settled(api, group)
        values = {name: read.get(name) for name in FIELDS}
        uid = uid_text(read)
        other = next(category for category in CATEGORIES if category != read.get("category"))
        queries: list[JsonObject] = [values, {**values, "group_uid": uid}, {**values, "category": other}]
        queries += [{one: values[one], two: values[two]} for one in FIELDS for two in FIELDS if one < two]
        queries += [{"group_uid": uid, name: value} for name, value in values.items()]
        queries.append({"group_uid": uid, "category": other})
        for one, two in combinations(FIELDS, 2):
            queries += [{one: values[one], two: f"no such {two}"}, {one: f"no such {one}", two: values[two]}]
        check_some_filters(api, [keeping(query) for query in queries])


def _create_groups(api: Api) -> list[JsonObject]:
    """Four groups of each category, one of them with an unreadable file."""
    created = []
    for number in range(12):
        url = file_of([api.unique("u")]) if number % 4 else UNREADABLE
        created.append(create(api, group_body(api, category=CATEGORIES[number % 3], file_url=url)))
    for group in created:
        settled(api, group)
    return created


def _by_uids(uids: Iterable[str]) -> list[Filter]:
    """A filter for each uid that is an integer in its usual spelling."""
    return [keeping({"group_uid": uid}) for uid in dict.fromkeys(uids) if uid.isdecimal() and uid == str(int(uid))]


@check("GRP-10", on=OPERATION, read_only=True, needs=(SOME_ITEMS,))
def group_uid_keeps_that_group(api: Api) -> None:
    """Filter the list by the uids of its groups, by longer and shorter ones, and by some that no group has."""
    uids = [uid_text(group) for group in list_all(api, GROUPS)]
    if not uids:
        raise Skip(SOME_ITEMS)
    chosen = [*uids[:5], *uids[-5:]]
    check_some_filters(api, _by_uids(chosen))
    check_some_filters(api, _by_uids([*(f"{uid}0" for uid in chosen[:3]), *(uid[:-1] for uid in chosen)]))
    check_filters(api, *_by_uids(["0", "999999999", "99999999999999999999"]))


@check("GRP-10", on=f"{OPERATION} createUserGroup deleteUserGroup updateUserGroup refreshUserGroupTotalUsers")
def group_uid_keeps_that_group_of_ours(api: Api) -> None:
    """Create groups, patch, refresh and delete some; filter by their uids, and by longer and shorter ones."""
    created = [create(api, group_body(api, category=CATEGORIES[number % 3])) for number in range(11)]
    body(api.patch(group_path(created[1]["_id"]), {"name": api.unique("Renamed ")}))
    body(api.patch(group_path(created[2]["_id"]), {"file_url": file_of([api.unique("u")])}))
    body(api.post(f"{group_path(created[3]['_id'])}/refresh"))
    body(api.delete(group_path(created[5]["_id"])))
    uids = [uid_text(group) for group in created]
    check_some_filters(api, _by_uids(uids))
    last = uids[-1]
    check_filters(api, *_by_uids([uids[5], f"{last}1", last[:-1], last[1:], last[-1:]]))
    for text in (f"x{last}", f"{last}x", "any"):
        answer = api.get(GROUPS, group_uid=text)
        expect(not answer.ok or items(answer) == [], f"no group in the list under group_uid={text}", str(answer))
    statuses = ("pending", "completed", "failed")
    check_some_filters(api, [keeping({"group_uid": last, "status": status}) for status in statuses])
