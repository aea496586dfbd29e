"""Judging the filters of the list of groups: each keeps all that match, in pages of any size, and no other."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from audience_conformance.checks.assertions import in_pages, list_all, subset, thorough
from audience_conformance.checks.groups.helpers import retry, uid_of
from audience_conformance.client.api import GROUPS, Api, JsonObject
from audience_conformance.results.finding import Finding, expect, show

OPERATION = "getUserGroups"
MOST_VALUES, FEW_VALUES = 20, 6
"""Values of a field that are asked for, where the list has more; in a quick run."""
Keeps = Callable[[JsonObject], bool]
Groups = dict[Any, JsonObject]


class Question(NamedTuple):
    """A query of the list, which groups it keeps for certain, and which it may keep."""

    query: JsonObject
    keeps: Keeps
    may_keep: Keeps


def question(query: JsonObject, keeps: Keeps, *, may_keep: Keeps | None = None) -> Question:
    return Question(query, keeps, may_keep or keeps)


def judge(api: Api, *questions: Question) -> None:
    """The list has all groups that a query keeps, whole and in pages, and no other.

    Others write meanwhile: a question whose answer was wrong is asked again, alone.
    """
    before = _by_id(list_all(api, GROUPS))
    answers = [(one, _ask(api, one, number)) for number, one in enumerate(questions)]
    after = _by_id(list_all(api, GROUPS))
    for number, (one, lists) in enumerate(answers):
        try:
            _compare(one, lists, before, after)
        except Finding:
            retry(lambda one=one, number=number: _again(api, one, number))  # type: ignore[misc]


def judge_some(api: Api, questions: Sequence[Question]) -> None:
    """Judge all, or in a quick run a part of them."""
    judge(api, *subset(api, questions))


def _again(api: Api, one: Question, number: int) -> None:
    before = _by_id(list_all(api, GROUPS))
    lists = _ask(api, one, number)
    _compare(one, lists, before, _by_id(list_all(api, GROUPS)))


def _ask(api: Api, one: Question, number: int) -> list[list[JsonObject]]:
    """What is listed, read in one page and in several; in a quick run in the one way or the other."""
    shortly = [in_pages if number % 4 == 0 else list_all]
    readers = [list_all, in_pages] if thorough(api) else shortly
    return [read(api, GROUPS, **one.query) for read in readers]


def _compare(one: Question, lists: Iterable[list[JsonObject]], before: Groups, after: Groups) -> None:
    asked = show(one.query)
    for found in lists:
        wrong = [item for item in found if not one.may_keep(item)]
        expect(not wrong, f"no other groups in the list under {asked}", wrong, operation=OPERATION)
        there = _by_id(found)
        missing = [
            item
            for group_id, item in before.items()
            if one.keeps(item) and group_id in after and one.keeps(after[group_id]) and group_id not in there
        ]
        expect(not missing, f"all matching groups in the list under {asked}", missing, operation=OPERATION)


def _by_id(found: Iterable[JsonObject]) -> Groups:
    return {show(item.get("_id")): item for item in found}


def values_of(api: Api, name: str) -> list[str]:
    """The texts that groups have in a field, the rarest first."""
    seen = [item[name] for item in list_all(api, GROUPS) if isinstance(item.get(name), str) and item[name]]
    most = MOST_VALUES if thorough(api) else FEW_VALUES
    return sorted(set(seen), key=lambda value: (seen.count(value), value))[:most]


def uid_text(group: JsonObject) -> str:
    """The uid as a filter takes it."""
    uid = uid_of(group)
    return str(int(uid)) if uid == int(uid) else str(uid)


def passes(query: JsonObject) -> Keeps:
    """Does a group have exactly these values."""
    return lambda item: all(
        uid_text(item) == value if name == "group_uid" else item.get(name) == value for name, value in query.items()
    )
