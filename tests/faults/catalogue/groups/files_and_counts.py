"""Faults of refreshing groups, and of reading their files (GRP-20 to GRP-22)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, no_field, records, status_is, wrap
from tests.faults.operators.store import failing
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import Change, fault, faults

from audience_mock.errors import FileProblem
from audience_mock.operations import groups as operations
from audience_mock.session import user_files
from audience_mock.store.groups import FAILED, Groups
from audience_mock.store.ids import timestamp
from audience_mock.store.members import Members

REFRESH = ops.REFRESH


def _uid(change: Callable[[Exchange], int]) -> Change:
    return answer(lambda x: x.json.update(uid=change(x)), REFRESH, status=202)


def _place_in_the_list(exchange: Exchange) -> int:
    groups = list(exchange.collection)
    return int(groups[0]["uid"]) + groups.index(exchange.stored)


faults(
    "GRP-20",
    refresh_is_200=status_is(200, REFRESH, instead_of=202),
    failed_group_is_refreshed_with_200=answer(
        lambda x: setattr(x, "status", 200) if x.stored["status"] == FAILED else None, REFRESH, status=202
    ),
    no_uid=no_field("uid", REFRESH, status=202),
    uid_counts_from_0=_uid(lambda x: x.json["uid"] - 1),
    uid_of_the_newest_group=_uid(lambda x: list(x.collection)[-1]["uid"]),
    uid_is_the_place_in_the_list=_uid(_place_in_the_list),
)


def _counted(count: Callable[[Groups, str, int], int]) -> Change:
    """Let a refresh count `count(groups, group id, count before)` users."""

    def refresh(original: Any, self: Groups, group_id: str) -> None:
        before = self.get(group_id)["total_users"]["count"] if group_id in self._records else 0
        original(self, group_id)
        if group_id in self._records:
            group = self._records.get(group_id)
            total = {**group["total_users"], "count": count(self, group_id, before)}
            self._records.replace({**group, "total_users": total})

    return wrap(refresh, Groups, "refresh")


def _users(groups: Groups, group_id: str) -> list[str]:
    return list(groups._members[group_id]._ids)


def _not_blacklisted(groups: Groups, group_id: str, _: int) -> int:
    return sum(user_id not in groups._directory.blacklisted for user_id in _users(groups, group_id))


def _in_india(time: str | None) -> str | None:
    """A time as a clock in India shows it, with the zone that it does not have."""
    return time and timestamp(datetime.fromisoformat(time) + timedelta(hours=5, minutes=30))


faults(
    "GRP-21",
    count_becomes_0=_counted(lambda groups, group_id, _: 0),
    one_less=_counted(lambda groups, group_id, _: max(0, len(_users(groups, group_id)) - 1)),
    count_of_the_first_page=_counted(lambda groups, group_id, _: min(10, len(_users(groups, group_id)))),
    without_the_blacklisted=_counted(_not_blacklisted),
    nobody_is_not_counted=wrap(
        lambda refresh, self, i: refresh(self, i) if i in self._records and len(self._members[i]) else None,
        Groups,
        "refresh",
    ),
    refreshed_at_is_local_time=records(
        lambda r: r["total_users"].update(refreshed_at=_in_india(r["total_users"]["refreshed_at"])), ops.GET_GROUP
    ),
    list_shows_the_old_count=records(
        lambda r: r.update(total_users={**r["total_users"], "count": 0}) if r["name"].startswith("acs-") else None,
        ops.LIST_GROUPS,
    ),
)


@fault("GRP-22", wrap, Groups, "complete")
def users_of_a_second_file_keep_their_places(original: Any, self: Groups, group_id: str, members: Members) -> None:
    """Those who stay come first, in the order that they had."""
    old, new = list(self._members[group_id]._ids), list(members._ids)
    ordered = [*(user for user in old if user in new), *(user for user in new if user not in old)]
    original(self, group_id, Members({user: place for place, user in enumerate(ordered)}, self._directory))


@fault("GRP-21")
def count_of_the_first_file(mock: Mock) -> None:
    """After a patch with another file, a refresh still counts the users of the first."""
    first: dict[str, int] = {}

    def complete(original: Any, self: Any, group_id: str, members: Any) -> None:
        original(self, group_id, members)
        first.setdefault(group_id, len(members))

    mock.wrap(complete, Groups, "complete")
    _counted(lambda groups, group_id, _: first.get(group_id, len(_users(groups, group_id))))(mock)


@fault("GRP-21")
def second_refresh_adds_up(mock: Mock) -> None:
    """From the second refresh on, the count is added to the count before."""
    refreshed: set[str] = set()

    def count(groups: Groups, group_id: str, before: int) -> int:
        added = before if group_id in refreshed else 0
        refreshed.add(group_id)
        return added + len(_users(groups, group_id))

    _counted(count)(mock)


def _content(change: Callable[[bytes], bytes]) -> Change:
    """Read `change(content)` of a file, or the file itself where that is invalid."""

    def parse(original: Any, content: bytes) -> Any:
        try:
            return original(change(content))
        except FileProblem:
            return original(content)

    return wrap(parse, user_files, "parse")


def _ids(change: Callable[[list[str]], list[str]]) -> Change:
    """Read `change(user ids)` from a file."""

    def parse(original: Any, content: bytes) -> dict[str, int]:
        return {user_id: place for place, user_id in enumerate(dict.fromkeys(change(list(original(content)))))}

    return wrap(parse, user_files, "parse")


faults(
    "GRP-22",
    stays_pending=wrap(lambda complete, self, group_id, members: None, Groups, "complete"),
    last_line_without_newline=_content(
        lambda content: content if content.endswith(b"\n") else content[: content.rfind(b"\n") + 1]
    ),
    first_user_is_a_header=_content(lambda content: content[:8] + content.partition(b"\n")[2].partition(b"\n")[2]),
    plus_is_a_blank=_content(lambda content: content.replace(b"+", b" ")),
    first_five_users=_ids(lambda ids: ids[:5]),
    first_thousand_lines=_ids(lambda ids: ids[:1000]),
    ids_are_numbers=_ids(lambda ids: [str(int(user_id)) if user_id.isdecimal() else user_id for user_id in ids]),
    na_is_nothing=_ids(lambda ids: [user_id for user_id in ids if user_id not in ("NA", "null", "nan", "None")]),
    capitals_make_no_other_user=_ids(
        lambda ids: list({user_id.lower(): user_id for user_id in reversed(ids)}.values())[::-1]
    ),
)


@fault("GRP-22", wrap, Groups, "complete")
def completed_without_users(original: Any, self: Any, group_id: str, members: Any) -> None:
    original(self, group_id, members)
    self._members[group_id] = Members({}, self._directory)


@fault("GRP-22")
def users_only_after_a_refresh(mock: Mock) -> None:
    waiting: dict[str, Any] = {}

    def complete(original: Any, self: Any, group_id: str, members: Any) -> None:
        completed_without_users(original, self, group_id, members)
        waiting[group_id] = members

    def refresh(original: Any, self: Any, group_id: str) -> None:
        if group_id in waiting and group_id in self._records:
            self._members[group_id] = waiting.pop(group_id)
        original(self, group_id)

    mock.wrap(complete, Groups, "complete")
    mock.wrap(refresh, Groups, "refresh")


@fault("GRP-22", wrap, Groups, "complete")
def one_group_for_each_user(original: Any, self: Any, group_id: str, members: Any) -> None:
    """A user who is read into a group leaves the groups that were read before."""
    for other, held in list(self._members.items()):
        left = [user_id for user_id in held._ids if user_id not in members._places]
        if other != group_id and len(left) < len(held._ids):
            self._members[other] = Members({user_id: place for place, user_id in enumerate(left)}, self._directory)
    original(self, group_id, members)


@fault("GRP-22")
def failed_is_final(mock: Mock) -> None:
    """After a file that could not be read, no other is read."""
    failed = failing(mock)
    mock.wrap(lambda read, at, group: None if group["_id"] in failed else read(at, group), operations, "_read_file")


@fault("GRP-22")
def same_file_is_read_once(mock: Mock) -> None:
    """A file that was read for one group is not read for another, which stays pending."""
    known: set[str] = set()

    def read(original: Any, at: Any, group: Record) -> None:
        if group["file_url"] not in known:
            original(at, group)
        known.add(group["file_url"])

    mock.wrap(read, operations, "_read_file")
