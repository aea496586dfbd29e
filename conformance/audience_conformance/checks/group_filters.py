"""GRP: which groups the filters of the list keep."""

import random
from collections.abc import Callable, Iterable
from typing import Any

from hypothesis import strategies as st

from audience_conformance.api import GROUPS, Api, JsonObject
from audience_conformance.outcome import Lacking, expect, show
from audience_conformance.own_groups import (
    CATEGORIES,
    create,
    file_of,
    group_body,
    group_path,
    ids_of,
    settled,
    steadily,
    tags_of,
    uid_of,
)
from audience_conformance.registry import check
from audience_conformance.shapes import body, in_pages, listed

OPERATION = "getUserGroups"
MOST_VALUES = 20
"""Values of a field that are asked for, where the list has more."""
Keeps = Callable[[JsonObject], bool]


def _judge(api: Api, query: JsonObject, keeps: Keeps, *, may_keep: Keeps | None = None) -> None:
    """The list under `query` has all groups that are kept, in pages of any size, and no other."""

    def look() -> None:
        before = _by_id(listed(api, GROUPS))
        for read in (listed, in_pages):
            found = read(api, GROUPS, **query)
            after = _by_id(listed(api, GROUPS))
            wrong = [item for item in found if not (may_keep or keeps)(item)]
            expect(not wrong, f"no other groups in the list under {show(query)}", wrong, operation=OPERATION)
            there = _by_id(found)
            missing = [
                item
                for group_id, item in before.items()
                if keeps(item) and group_id in after and keeps(after[group_id]) and group_id not in there
            ]
            expect(not missing, f"all matching groups in the list under {show(query)}", missing, operation=OPERATION)

    steadily(look)


def _by_id(found: Iterable[JsonObject]) -> dict[Any, JsonObject]:
    return {show(item.get("_id")): item for item in found}


def _equals(name: str, value: Any) -> Keeps:
    return lambda item: bool(item.get(name) == value)


def _values(api: Api, name: str) -> list[str]:
    """The texts that groups have in a field, the rarest first."""
    seen = [item[name] for item in listed(api, GROUPS) if isinstance(item.get(name), str) and item[name]]
    return sorted(set(seen), key=lambda value: (seen.count(value), value))[:MOST_VALUES]


def _judge_field(api: Api, name: str, also: Iterable[str] = ()) -> None:
    values = list(dict.fromkeys([*_values(api, name), *also]))
    for value in values:
        _judge(api, {name: value}, _equals(name, value))
    strange = [f"no {name} like this", *(value[:-1] for value in values), *(f"{value}x" for value in values)]
    for value in dict.fromkeys(strange):
        if value:
            _judge(api, {name: value}, _equals(name, value))


# --- GRP-09 ---------------------------------------------------------------------------------------------


@check("GRP-09", on=OPERATION, cases=("status", "type", "category"), writes=False)
def a_filter_keeps_all_that_match(api: Api, name: str) -> None:
    """Filter the whole list by every value that some group has, by parts of these, and by one that none has."""
    if not listed(api, GROUPS):
        raise Lacking("groups in its list, or leave to make some (--write)")
    _judge_field(api, name, CATEGORIES if name == "category" else ())


@check("GRP-09", on=f"{OPERATION} createUserGroup", cases=("status", "type", "category"))
def a_filter_keeps_all_of_ours_that_match(api: Api, name: str) -> None:
    """Make groups of every category, some whose file cannot be read, and filter the list by every value."""
    _some_groups(api)
    _judge_field(api, name, CATEGORIES if name == "category" else ())


@check("GRP-09", on=f"{OPERATION} createUserGroup")
def filters_together_keep_what_passes_them_all(api: Api) -> None:
    """Combine the filters of status, type, category and group_uid, two by two and all at once."""
    made = _some_groups(api)
    for group in (made[0], made[-1]):
        seen = settled(api, group)
        whole = {name: seen.get(name) for name in ("status", "type", "category")}
        uid = _uid_text(seen)
        other = next(category for category in CATEGORIES if category != seen.get("category"))
        queries: list[JsonObject] = [{**whole}, {**whole, "group_uid": uid}, {**whole, "category": other}]
        queries += [{one: whole[one], two: whole[two]} for one in whole for two in whole if one < two]
        queries += [{"group_uid": uid, one: whole[one]} for one in whole] + [{"group_uid": uid, "category": other}]
        for query in queries:
            _judge(api, query, _passes(query))


def _passes(query: JsonObject) -> Keeps:
    def keeps(item: JsonObject) -> bool:
        seen = {**item, "group_uid": _uid_text(item)}
        return all(seen.get(name) == value for name, value in query.items())

    return keeps


def _some_groups(api: Api) -> list[JsonObject]:
    """Four groups of each category, of which one cannot be read."""
    made = []
    for number in range(12):
        url = file_of([api.fresh("u")]) if number % 4 else "data:text/csv,no_such_column%0A1"
        made.append(create(api, group_body(api, category=CATEGORIES[number % 3], file_url=url)))
    for group in made:
        settled(api, group)
    return made


# --- GRP-10 ---------------------------------------------------------------------------------------------


def _uid_text(group: JsonObject) -> str:
    uid = group.get("uid")
    return str(int(uid)) if isinstance(uid, float) and uid.is_integer() else str(uid)


def _judge_uid(api: Api, uid: str) -> None:
    _judge(api, {"group_uid": uid}, lambda item: _uid_text(item) == uid)


@check("GRP-10", on=OPERATION, writes=False)
def group_uid_keeps_that_group(api: Api) -> None:
    """Filter the list by the uids of groups in it, by parts of these, and by one that no group has."""
    uids = [_uid_text(group) for group in listed(api, GROUPS)]
    if not uids:
        raise Lacking("groups in its list, or leave to make some (--write)")
    chosen = [*uids[:5], *uids[-5:]]
    for uid in dict.fromkeys([*chosen, *(f"{uid}0" for uid in chosen[:3]), *(uid[:-1] for uid in chosen), "999999999"]):
        if uid.isdecimal() and uid == str(int(uid)):
            _judge_uid(api, uid)


@check("GRP-10", on=f"{OPERATION} createUserGroup deleteUserGroup")
def group_uid_keeps_that_group_of_ours(api: Api) -> None:
    """Make groups and filter the list by their uids, by longer and shorter ones, and by that of a deleted group."""
    made = [create(api, group_body(api, category=CATEGORIES[number % 3])) for number in range(11)]
    for group in made:
        uid = f"{uid_of(group):.0f}"
        _judge_uid(api, uid)
    for other in (f"{uid}1", uid[:-1], uid[1:], uid[-1:]):
        if other.isdecimal() and other == str(int(other)):
            _judge_uid(api, other)
    body(api.delete(group_path(made[5])))
    _judge_uid(api, _uid_text(made[5]))


# --- GRP-11 ---------------------------------------------------------------------------------------------


def _judge_name(api: Api, part: str, **more: str) -> None:
    passes = _passes(more)

    def keeps(item: JsonObject) -> bool:
        return part.lower() in str(item.get("name")).lower() and passes(item)

    def may_keep(item: JsonObject) -> bool:
        return part.casefold() in str(item.get("name")).casefold() and passes(item)

    _judge(api, {"name": part, **more}, keeps, may_keep=may_keep)


@check("GRP-11", on=OPERATION, writes=False)
def name_keeps_all_that_contain_it(api: Api) -> None:
    """Filter the list by parts of the names in it, in any case, and by what no name has."""
    names = [name for name in _values(api, "name") if name.strip() == name]
    if not names:
        raise Lacking("groups in its list, or leave to make some (--write)")
    for name in names[:5]:
        middle = name[len(name) // 3 : 2 * len(name) // 3 + 1].strip()
        for part in dict.fromkeys(
            (name, name.upper(), name.lower(), name[:3].strip(), name[-3:].strip(), middle.swapcase())
        ):
            if part:
                _judge_name(api, part)
    for part in ("no group is called so", "%", "_", ".*", "\\"):
        _judge_name(api, part)


@check("GRP-11", on=f"{OPERATION} createUserGroup updateUserGroup")
def name_keeps_all_of_ours_that_contain_it(api: Api) -> None:
    """Make groups with awkward names, rename one, and filter the list by parts of the names in any case."""
    token = f"{api.fresh('Find')}."
    names = (
        "Alpha BETA",
        "alpha beta gamma",
        "100% of_all",
        "1000 of all",
        "Größe ÉTÉ",
        "a.c",
        "abc",
        "Ω Жук",
        "x'y\"z\\",
    )
    made = [
        create(api, group_body(api, name=f"{token}{name}", category=CATEGORIES[number % 2]))
        for number, name in enumerate(names)
    ]
    create(api, group_body(api, description=f"{token}Alpha BETA"))
    body(api.patch(group_path(made[0]), {"name": f"{token}Renamed Delta"}))
    parts = (
        "",
        "Alpha B",
        "alpha b",
        "ALPHA BETA GAMMA",
        "renamed delta",
        "100%",
        "100_",
        "of_",
        "gröSSe"[:3],
        "éTé"[:1],
    )
    for part in parts:
        _judge_name(api, f"{token}{part}")
    for category in CATEGORIES:
        _judge_name(api, token, category=category)
    for part in (
        "LPHA BETA GAM",
        "GRÖ",
        "été",
        "ω жУК",
        "% of_",
        "a.c",
        'y"Z',
        "z\\",
        token.upper(),
        token[5:].swapcase(),
    ):
        _judge_name(api, part)


@check("GRP-11", on=f"{OPERATION} createUserGroup", generates=True)
def name_keeps_any_part_of_any_name(api: Api) -> None:
    """Make groups with generated names, and filter the list by a part of each in another case."""
    letters = st.characters(
        codec="utf-8", categories=("Ll", "Lu", "Nd"), max_codepoint=0x24F, exclude_characters="ßİıŉſ"
    )
    names = st.text(letters, min_size=3, max_size=40)

    def found(name: str, chance: random.Random) -> None:
        group = create(api, group_body(api, name=name))
        start = chance.randrange(len(name) - 2)
        part = name[start : chance.randrange(start + 3, len(name) + 1)]
        asked = chance.choice((part.upper, part.lower, part.swapcase))()
        there = ids_of(listed(api, GROUPS, name=asked))
        expect(group["_id"] in there, f"{name!r} in the list of names with {part!r} in any case", sorted(there))

    api.for_all(found, name=names, chance=st.randoms(use_true_random=False))


# --- GRP-12 ---------------------------------------------------------------------------------------------


def _judge_tags(api: Api, *tags: str, **more: str) -> None:
    def keeps(item: JsonObject) -> bool:
        return bool(set(tags) & set(tags_of(item))) and all(item.get(name) == value for name, value in more.items())

    _judge(api, {"tags": ",".join(tags), **more}, keeps)


@check("GRP-12", on=OPERATION, writes=False)
def tags_keep_all_with_any_of_them(api: Api) -> None:
    """Filter the list by one tag, two, an unknown one, a part of one, and beside a category. Needs groups with tags."""
    groups = [group for group in listed(api, GROUPS) if tags_of(group)]
    known = sorted({tag for group in groups for tag in tags_of(group) if tag == tag.strip() and "," not in tag and tag})
    if not known:
        raise Lacking("groups with tags (the API cannot set any)")
    unknown = "no-such-tag"
    chosen = known[:MOST_VALUES]
    for one, other in zip(chosen, [*chosen[1:], chosen[0]], strict=True):
        for tags in (
            (one,),
            (one, other),
            (other, one),
            (one, unknown),
            (unknown, one),
            (one, one),
            (one, other, unknown),
        ):
            _judge_tags(api, *tags)
        for part in (one[:-1], one[1:], f"{one}x"):
            if part.strip() == part and part:
                _judge_tags(api, part)
        for category in CATEGORIES:
            _judge_tags(api, one, other, category=category)
    _judge_tags(api, unknown)
    _judge_tags(api, *known)
