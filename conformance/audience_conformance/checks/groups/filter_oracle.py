"""Compare the list of groups under a filter with the whole list: all groups that match, and no other."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from audience_conformance.checks.assertions import in_pages, list_all, subset, thorough
from audience_conformance.checks.groups.helpers import retry, tags_of, uid_of
from audience_conformance.client.api import GROUPS, Api, JsonObject
from audience_conformance.results.finding import Finding, expect, show

OPERATION = "getUserGroups"
MOST_VALUES, FEW_VALUES = 20, 6
"""The most values of a field that a check filters by; in smoke."""
Match = Callable[[JsonObject], bool]
Contains = Callable[[str, str], bool]
"""Is the second text part of the first, whatever the case."""
GroupsById = dict[Any, JsonObject]


class Filter(NamedTuple):
    """A query of the list, the groups that it must keep, and those that it may keep (by default the same)."""

    query: JsonObject
    must_keep: Match
    may_keep: Match | None = None


def check_filters(api: Api, *filters: Filter) -> None:
    """Read the list with each filter, in one page or in several: it has all groups that match, and no other.

    Others may write meanwhile: a filter with a wrong result is tried again, alone.
    """
    before = _by_id(list_all(api, GROUPS))
    results = [(one, number, _read(api, one, number)) for number, one in enumerate(filters)]
    after = _by_id(list_all(api, GROUPS))
    for one, number, listed in results:
        try:
            _compare(one, listed, before, after)
        except Finding:
            retry(partial(_check_again, api, one, number))


def check_some_filters(api: Api, filters: Sequence[Filter]) -> None:
    """As `check_filters`; in smoke for some of them."""
    check_filters(api, *subset(api, filters))


def _check_again(api: Api, one: Filter, number: int) -> None:
    before = _by_id(list_all(api, GROUPS))
    listed = _read(api, one, number)
    _compare(one, listed, before, _by_id(list_all(api, GROUPS)))


def _read(api: Api, one: Filter, number: int) -> list[JsonObject]:
    """The list under a filter, read in one page or, every few filters, in several."""
    read = list_all if number % (3 if thorough(api) else 4) else in_pages
    return read(api, GROUPS, **one.query)


def _compare(one: Filter, listed: list[JsonObject], before: GroupsById, after: GroupsById) -> None:
    may_keep, query = one.may_keep or one.must_keep, show(one.query)
    wrong = [item for item in listed if not may_keep(item)]
    expect(not wrong, f"no other groups in the list under {query}", wrong, operation=OPERATION)
    kept = _by_id(listed)
    missing = [
        item
        for group_id, item in before.items()
        if one.must_keep(item) and group_id in after and one.must_keep(after[group_id]) and group_id not in kept
    ]
    expect(not missing, f"all matching groups in the list under {query}", missing, operation=OPERATION)


def _by_id(groups: Iterable[JsonObject]) -> GroupsById:
    return {show(item.get("_id")): item for item in groups}


def values_of(api: Api, name: str) -> list[str]:
    """The texts that groups have in a field, the rarest first."""
    texts = [item[name] for item in list_all(api, GROUPS) if isinstance(item.get(name), str) and item[name]]
    most = MOST_VALUES if thorough(api) else FEW_VALUES
    return sorted(set(texts), key=lambda text: (texts.count(text), text))[:most]


def uid_text(group: JsonObject) -> str:
    """The group's uid as a value of the filter group_uid."""
    uid = uid_of(group)
    return str(int(uid)) if uid == int(uid) else str(uid)


def keeping(query: JsonObject) -> Filter:
    """The filter of a query, with the meaning that each parameter has: see `_passes`."""
    return Filter(query, partial(_passes, query, _agreed), partial(_passes, query, _possible))


def _passes(query: JsonObject, contains: Contains, group: JsonObject) -> bool:
    """Does a group match every parameter: name in part, tags any of them, the others exactly."""
    return all(_matches(name, value, contains, group) for name, value in query.items())


def _matches(name: str, value: Any, contains: Contains, group: JsonObject) -> bool:
    if name == "name":
        return contains(str(group.get("name")), value)
    if name == "tags":
        return bool({*value.split(",")} & {*tags_of(group)})
    return bool((uid_text(group) if name == "group_uid" else group.get(name)) == value)


def has_case_pair(char: str) -> bool:
    """Is a character the same in both cases, or one of a pair that every language and database turns into each other.

    Not of such a pair are ß (in capitals SS), İ, and the Greek sigma, whose small form depends on its place.
    """
    return char not in "Σσς" and {char.lower().upper(), char.upper().lower()} <= {char, char.lower(), char.upper()}


def _agreed(name: str, part: str) -> bool:
    """Does a name contain a part beyond doubt: other characters than those of pairs must be the same."""
    return not {*part} & {*"Σσς"} and _fold(part) in _fold(name)


def _fold(text: str) -> str:
    return "".join(char.lower() if has_case_pair(char) else char for char in text)


def _possible(name: str, part: str) -> bool:
    """Does a name contain a part in any reading of case."""
    return any(case(part) in case(name) for case in (str.lower, str.upper, str.casefold))
