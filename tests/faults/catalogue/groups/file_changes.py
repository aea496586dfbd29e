"""Faults of a group's users and their number after one file and after the next (GRP-25, GRP-27, GRP-29)."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, records, wrap
from tests.faults.operators.store import after_write, overwritten
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import Change, fault, faults

from audience_mock.errors import FileProblem
from audience_mock.operations import groups as operations
from audience_mock.session import user_files
from audience_mock.session.user_files import Files
from audience_mock.store.groups import COMPLETED, PENDING, Groups
from audience_mock.store.members import Members

A_WHILE = 0.1
"""Seconds that the server takes for what it does one after the other."""
_after = partial(after_write, owner=Groups, method="patch")


def _is_own(group: Record) -> bool:
    return bool(group["name"].startswith("acs-") and group["status"] == PENDING)


def _says_completed(*operation_ids: str) -> Change:
    return records(lambda group: group.update(status=COMPLETED) if _is_own(group) else None, *operation_ids)


def _completed(users: Callable[[list[str], list[str]], list[str]]) -> Change:
    """Give a group whose file has been read `users(those before, those of the file)`."""

    def complete(original: Any, self: Groups, group_id: str, members: Members) -> None:
        old = list(self._members[group_id]._ids)
        new = dict.fromkeys(users(old, list(members._ids)))
        original(self, group_id, Members({user: place for place, user in enumerate(new)}, self._directory))

    return wrap(complete, Groups, "complete")


faults(
    "GRP-25",
    status_stays_until_the_file_is_read=_after(lambda old, new, body: {"status": old["status"]}),
    renamed_group_stays_completed=_after(lambda old, new, body: {"status": old["status"]} if "name" in body else {}),
    response_says_completed=answer(
        lambda x: x.json.update(status=COMPLETED) if "file_url" in x.fields else None, ops.PATCH_GROUP, status=200
    ),
    group_says_completed_at_once=_says_completed(ops.GET_GROUP),
    categorised_list_says_completed=_says_completed(ops.CATEGORISED),
    categorised_list_says_pending=records(
        lambda r: r.update(status=PENDING) if r["__v"] and r["status"] == COMPLETED else None, ops.CATEGORISED
    ),
    list_says_pending=records(
        lambda r: r.update(status=PENDING) if r["__v"] and r["status"] == COMPLETED else None, ops.LIST_GROUPS
    ),
    old_users_stay=_completed(lambda old, new: [*new, *old]),
    refresh_makes_a_failed_one_completed=wrap(
        lambda refresh, self, i: overwritten(self._records, i, status=COMPLETED), Groups, "refresh"
    ),
    hundred_users_of_a_second_file=_completed(lambda old, new: new[:100] if old else new),
    unreadable_file_leaves_it_completed=wrap(
        lambda fail, self, i: self._records.replace({**self.get(i), "status": COMPLETED}), Groups, "fail"
    ),
)


@fault("GRP-25", wrap, Groups, "complete")
def completed_before_its_users_are_there(original: Any, self: Groups, group_id: str, members: Members) -> None:
    old = self._members[group_id]
    original(self, group_id, members)
    if len(old):
        self._members[group_id] = old
        later = asyncio.get_running_loop().call_later
        later(A_WHILE, lambda: self._members.__setitem__(group_id, members) if group_id in self._records else None)


@fault("GRP-25")
def filtered_list_is_cached(mock: Mock) -> None:
    """The first answer under status=completed is the answer to every such request."""
    known: dict[str, bytes] = {}

    def before(exchange: Exchange) -> None:
        if exchange.query.get("status") == COMPLETED and str(exchange.query) in known:
            exchange.answer(200, text=known[str(exchange.query)].decode())

    def behind(exchange: Exchange) -> None:
        if exchange.query.get("status") == COMPLETED:
            known.setdefault(str(exchange.query), exchange.sent())

    mock.request(before, ops.LIST_GROUPS)
    mock.answer(behind, ops.LIST_GROUPS, status=200)


@fault("GRP-25")
def users_are_cached(mock: Mock) -> None:
    """The first page of users is cached until a user asks for another one."""
    known: dict[str, bytes] = {}

    def before(exchange: Exchange) -> None:
        if exchange.path in known and "cursor" not in exchange.query and "blacklisted_users" not in exchange.query:
            exchange.answer(200, text=known[exchange.path].decode())

    def behind(exchange: Exchange) -> None:
        if exchange.json["items"] and exchange.query.keys() <= {"page_size"}:
            known.setdefault(exchange.path, exchange.sent())

    mock.request(before, ops.LIST_USERS)
    mock.answer(behind, ops.LIST_USERS, status=200)


def _counted(count: Callable[[int, int], int]) -> Change:
    """Let total_users.count of a group whose file has been read be `count(count before, correct number)`."""

    def complete(original: Any, self: Groups, group_id: str, members: Members) -> None:
        before = self.get(group_id)["total_users"]["count"]
        original(self, group_id, members)
        total = {**self.get(group_id)["total_users"], "count": count(before, len(members._ids))}
        overwritten(self._records, group_id, total_users=total)

    return wrap(complete, Groups, "complete")


def _lines(count: Callable[[bytes], int]) -> Change:
    """Let total_users.count be `count(content of the file)`."""

    def change(mock: Mock) -> None:
        numbers: dict[tuple[str, ...], int] = {}

        def parse(original: Any, content: bytes) -> Any:
            places = original(content)
            numbers[tuple(places)] = count(content)
            return places

        def complete(original: Any, self: Groups, group_id: str, members: Members) -> None:
            original(self, group_id, members)
            number = numbers.get(tuple(members._ids), len(members._ids))
            total = {**self.get(group_id)["total_users"], "count": number}
            overwritten(self._records, group_id, total_users=total)

        mock.wrap(parse, user_files, "parse")
        mock.wrap(complete, Groups, "complete")

    return change


faults(
    "GRP-27",
    count_stays_0_until_a_refresh=_counted(lambda before, number: 0),
    first_count_stays=_counted(lambda before, number: before or number),
    counts_add_up=_counted(lambda before, number: before + number),
    no_users_keep_the_count=_counted(lambda before, number: number or before),
    count_never_goes_down=_counted(max),
    hundred_at_most=_counted(lambda before, number: min(number, 100)),
    thousand_at_most=_counted(lambda before, number: min(number, 1000)),
    ten_thousand_at_most=_counted(lambda before, number: min(number, 10_000)),
    doubles_count_twice=_lines(lambda content: len([line for line in content.splitlines() if line.strip()]) - 1),
    blank_lines_count=_lines(lambda content: len({*content.splitlines()}) - 1),
    header_counts=_counted(lambda before, number: number + 1),
    list_shows_no_count=records(
        lambda r: r.update(total_users={**r["total_users"], "count": 0}) if r["name"].startswith("acs-") else None,
        ops.LIST_GROUPS,
    ),
)


@fault("GRP-27", wrap, Groups, "complete")
def blacklisted_users_do_not_count(original: Any, self: Groups, group_id: str, members: Members) -> None:
    original(self, group_id, members)
    plain = [user for user in members._ids if user not in self._directory.blacklisted]
    total = {**self.get(group_id)["total_users"], "count": len(plain)}
    overwritten(self._records, group_id, total_users=total)


@fault("GRP-27")
def categorised_list_shows_the_first_count(mock: Mock) -> None:
    first: dict[str, int] = {}

    def complete(original: Any, self: Groups, group_id: str, members: Members) -> None:
        original(self, group_id, members)
        first.setdefault(group_id, len(members._ids))

    mock.wrap(complete, Groups, "complete")
    mock.records(
        lambda r: r.update(total_users={**r["total_users"], "count": first[r["_id"]]}) if r["_id"] in first else None,
        ops.CATEGORISED,
    )


def _slow(seconds: Callable[[str, int], float]) -> Change:
    """Read a file in `seconds(file_url, number of users)`; an earlier file that is read later counts."""

    async def read(original: Any, self: Files, file_url: str) -> Any:
        try:
            places = await original(self, file_url)
        except FileProblem:
            await asyncio.sleep(seconds(file_url, 0))
            raise
        await asyncio.sleep(seconds(file_url, len(places)))
        return places

    def change(mock: Mock) -> None:
        mock.wrap(read, Files, "read")
        mock.wrap(lambda is_current, self, group_id, reading: group_id in self._records, Groups, "is_current")

    return change


faults(
    "GRP-29",
    last_to_finish_counts=_slow(lambda url, number: number / 2000),
    dead_url_fails_the_group_later=_slow(lambda url, number: A_WHILE if url.startswith("http:") else 0.0),
    success_hides_a_failure=_slow(lambda url, number: 0.0 if number == 0 else A_WHILE),
)


@fault("GRP-29", wrap, operations, "_read_file")
def file_is_ignored_while_one_is_read(original: Any, at: Any, group: Record) -> None:
    if not at.tenant.groups.is_being_read(group):
        original(at, group)


@fault("GRP-29")
def first_of_the_waiting_files_counts(mock: Mock) -> None:
    """While a file is read, the first that comes is kept for later, and any other is dropped."""
    given: dict[str, int] = {}

    def read(original: Any, at: Any, group: Record) -> None:
        group_id = group["_id"]
        given[group_id] = given.get(group_id, 0) + 1 if at.tenant.groups.is_being_read(group) else 1
        if given[group_id] <= 2:
            original(at, group)

    mock.wrap(read, operations, "_read_file")


@fault("GRP-29")
def users_of_both_files(mock: Mock) -> None:
    """The users of an earlier file that is still being read join those of the later one."""
    mock.wrap(lambda is_current, self, group_id, reading: group_id in self._records, Groups, "is_current")
    seen: dict[str, dict[str, None]] = {}

    def begin(original: Any, self: Groups, group_id: str) -> Any:
        if not self.is_being_read(self.get(group_id)):
            seen[group_id] = {}
        return original(self, group_id)

    def complete(original: Any, self: Groups, group_id: str, members: Members) -> None:
        every = seen.setdefault(group_id, {})
        every.update(dict.fromkeys(members._ids))
        original(self, group_id, Members({user: place for place, user in enumerate(every)}, self._directory))

    mock.wrap(begin, Groups, "begin_reading")
    mock.wrap(complete, Groups, "complete")
