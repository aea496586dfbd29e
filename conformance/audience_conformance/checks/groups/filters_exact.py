"""GRP: which groups the exact filters of the list keep."""

from collections.abc import Iterable

from audience_conformance.checks.assertions import body, list_all
from audience_conformance.checks.groups.filter_oracle import (
    OPERATION,
    Question,
    judge,
    judge_some,
    passes,
    question,
    uid_text,
    values_of,
)
from audience_conformance.checks.groups.helpers import (
    CATEGORIES,
    COMPLETED,
    FAILED,
    comes,
    create,
    file_of,
    group_body,
    settled,
)
from audience_conformance.checks.prerequisites import SOME_ITEMS
from audience_conformance.checks.registry import check
from audience_conformance.client.api import GROUPS, Api, JsonObject, csv_url, group_path
from audience_conformance.results.finding import Skip

UNREADABLE = "data:text/csv,no_such_column%0A1"


# --- GRP-09 ---------------------------------------------------------------------------------------------


def _exactly(query: JsonObject) -> Question:
    return question(query, passes(query))


def _judge_field(api: Api, name: str, also: Iterable[str] = ()) -> None:
    values = list(dict.fromkeys([*values_of(api, name), *also]))
    judge(api, *(_exactly({name: value}) for value in values))
    strange = [f"no {name} like this", ",".join(values[:2])]
    for value in values:
        strange += [value[:-1], value[1:], f"{value}x", value.upper(), value.title()]
    unknown = [value for value in dict.fromkeys(strange) if value and value not in values]
    judge_some(api, [_exactly({name: value}) for value in unknown])


@check("GRP-09", on=OPERATION, cases=("status", "type", "category"), read_only=True, needs=(SOME_ITEMS,))
def a_filter_keeps_all_that_match(api: Api, name: str) -> None:
    """Filter the whole list by every value that some group has, by parts of these, and by one that none has."""
    if not list_all(api, GROUPS):
        raise Skip(SOME_ITEMS)
    _judge_field(api, name, CATEGORIES if name == "category" else ())


@check("GRP-09", on=f"{OPERATION} createUserGroup updateUserGroup", cases=("status", "type", "category"))
def a_filter_keeps_all_of_ours_that_match(api: Api, name: str) -> None:
    """Make groups of every category, read and not readable, patch some, and filter the list by every value."""
    made = _some_groups(api)
    body(api.patch(group_path(made[1]["_id"]), {"name": api.fresh("Renamed ")}))
    if name == "status":
        body(api.patch(group_path(made[0]["_id"]), {"file_url": csv_url([api.fresh("u")])}))
        body(api.patch(group_path(made[2]["_id"]), {"file_url": UNREADABLE}))
        comes(lambda: [settled(api, made[number]).get("status") for number in (0, 2)] == [COMPLETED, FAILED], 0.3)
    values = dict.fromkeys([*values_of(api, name), *(CATEGORIES if name == "category" else ())])
    judge(api, *(_exactly({name: value}) for value in values))


@check("GRP-09", on=f"{OPERATION} createUserGroup")
def filters_together_keep_what_passes_them_all(api: Api) -> None:
    """Combine the filters of status, type, category and group_uid, two by two and all at once."""
    made = _some_groups(api)
    for group in (made[0], made[-1]):
        seen = settled(api, group)
        whole = {name: seen.get(name) for name in ("status", "type", "category")}
        uid = uid_text(seen)
        other = next(category for category in CATEGORIES if category != seen.get("category"))
        queries: list[JsonObject] = [{**whole}, {**whole, "group_uid": uid}, {**whole, "category": other}]
        queries += [{one: whole[one], two: whole[two]} for one in whole for two in whole if one < two]
        queries += [{"group_uid": uid, one: whole[one]} for one in whole] + [{"group_uid": uid, "category": other}]
        for one, two in (("status", "type"), ("status", "category"), ("type", "category")):
            queries += [{one: whole[one], two: f"no such {two}"}, {one: f"no such {one}", two: whole[two]}]
        judge_some(api, [_exactly(query) for query in queries])


def _some_groups(api: Api) -> list[JsonObject]:
    """Four groups of each category, of which one cannot be read."""
    made = []
    for number in range(12):
        url = file_of([api.fresh("u")]) if number % 4 else UNREADABLE
        made.append(create(api, group_body(api, category=CATEGORIES[number % 3], file_url=url)))
    for group in made:
        settled(api, group)
    return made


# --- GRP-10 ---------------------------------------------------------------------------------------------


def _of_uids(uids: Iterable[str]) -> list[Question]:
    """A question for each uid that is written as a number is."""
    return [_exactly({"group_uid": uid}) for uid in dict.fromkeys(uids) if uid.isdecimal() and uid == str(int(uid))]


@check("GRP-10", on=OPERATION, read_only=True, needs=(SOME_ITEMS,))
def group_uid_keeps_that_group(api: Api) -> None:
    """Filter the list by the uids of groups in it, by parts of these, and by some that no group has."""
    uids = [uid_text(group) for group in list_all(api, GROUPS)]
    if not uids:
        raise Skip(SOME_ITEMS)
    chosen = [*uids[:5], *uids[-5:]]
    judge_some(api, _of_uids(chosen))
    judge_some(api, _of_uids([*(f"{uid}0" for uid in chosen[:3]), *(uid[:-1] for uid in chosen)]))
    judge(api, *_of_uids(["0", "999999999", "99999999999999999999"]))


@check("GRP-10", on=f"{OPERATION} createUserGroup deleteUserGroup updateUserGroup refreshUserGroupTotalUsers")
def group_uid_keeps_that_group_of_ours(api: Api) -> None:
    """Make groups, patch, refresh and delete some; filter by their uids, and by longer and shorter ones."""
    made = [create(api, group_body(api, category=CATEGORIES[number % 3])) for number in range(11)]
    body(api.patch(group_path(made[1]["_id"]), {"name": api.fresh("Renamed ")}))
    body(api.patch(group_path(made[2]["_id"]), {"file_url": file_of([api.fresh("u")])}))
    body(api.post(f"{group_path(made[3]['_id'])}/refresh"))
    body(api.delete(group_path(made[5]["_id"])))
    uids = [uid_text(group) for group in made]
    judge_some(api, _of_uids(uids))
    last = uids[-1]
    judge(api, *_of_uids([uids[5], f"{last}1", last[:-1], last[1:], last[-1:]]))
    judge_some(api, [_exactly({"group_uid": last, "status": status}) for status in ("pending", "completed", "failed")])
