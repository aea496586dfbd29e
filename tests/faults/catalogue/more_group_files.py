"""More faults of GRP: what becomes of a group's file."""

from typing import Any

from tests.faults.catalogue.groups_counted import _parsing
from tests.faults.catalogue.more_groups_gone import failing
from tests.faults.patching import LIST_GROUPS, REFRESH, Exchange, Mock, Record
from tests.faults.registry import fault

from audience_mock.operations import groups as operations
from audience_mock.session import user_files as files
from audience_mock.store.groups import FAILED, Groups
from audience_mock.store.members import Members

# --- GRP-20 to GRP-22 ---------------------------------------------------------------------------------


@fault("GRP-20-failed-group-is-refreshed-with-200", rule="GRP-20", subtlety="subtle")
def failed_group_is_refreshed_with_200(mock: Mock) -> None:
    """The refresh of a group whose file could not be read has nothing to queue, and is 200."""

    def hook(exchange: Exchange) -> None:
        if mock.tenant_of(exchange).groups.get(exchange.ids["group_id"])["status"] == FAILED:
            exchange.status = 200

    mock.answer(hook, REFRESH, status=202)


@fault("GRP-20-uid-is-the-place-in-the-list", rule="GRP-20", subtlety="subtle")
def uid_is_the_place_in_the_list(mock: Mock) -> None:
    """A refresh answers with the group's place in the list: right until one is deleted."""

    def hook(exchange: Exchange) -> None:
        groups = list(mock.tenant_of(exchange).groups._records)
        place = [group["_id"] for group in groups].index(exchange.ids["group_id"])
        exchange.json["uid"] = groups[0]["uid"] + place

    mock.answer(hook, REFRESH, status=202)


@fault("GRP-21-second-refresh-adds-up", rule="GRP-21", subtlety="subtle")
def second_refresh_adds_up(mock: Mock) -> None:
    """From the second refresh on, the count is added to the count before."""
    times: dict[str, int] = {}

    def refresh(original: Any, self: Any, group_id: str) -> None:
        before = self.get(group_id)["total_users"]["count"] if group_id in self._records else 0
        original(self, group_id)
        times[group_id] = times.get(group_id, 0) + 1
        if group_id in self._records and times[group_id] > 1:
            group = self.get(group_id)
            total = {**group["total_users"], "count": before + group["total_users"]["count"]}
            self._records.replace({**group, "total_users": total})

    mock.wrap(Groups, "refresh", refresh)


@fault("GRP-21-nobody-is-not-counted", rule="GRP-21", subtlety="subtle")
def nobody_is_not_counted(mock: Mock) -> None:
    """A refresh of a group without users does nothing: refreshed_at stays."""
    mock.wrap(
        Groups,
        "refresh",
        lambda refresh, self, i: refresh(self, i) if i in self._records and len(self._members[i]) else None,
    )


@fault("GRP-21-list-shows-the-old-count", rule="GRP-21", subtlety="subtle")
def list_shows_the_old_count(mock: Mock) -> None:
    """The list shows 0 users for each group that was made."""
    mock.records(
        "group",
        lambda r: r.update(total_users={**r["total_users"], "count": 0}) if r["name"].startswith("acs-") else None,
        LIST_GROUPS,
    )


def _ids(mock: Mock, change: Any) -> None:
    """A file's users are what `change(ids)` makes of them."""

    def parse(original: Any, content: bytes) -> dict[str, int]:
        return {user_id: place for place, user_id in enumerate(dict.fromkeys(change(list(original(content)))))}

    mock.wrap(files, "parse", parse)


@fault("GRP-22-ids-are-numbers", rule="GRP-22", subtlety="subtle")
def ids_are_numbers(mock: Mock) -> None:
    """Ids of digits alone are read as numbers: 007 is 7."""
    _ids(mock, lambda ids: [str(int(user_id)) if user_id.isdecimal() else user_id for user_id in ids])


@fault("GRP-22-na-is-nothing", rule="GRP-22", subtlety="subtle")
def na_is_nothing(mock: Mock) -> None:
    """Ids that the reader of tables takes for a missing value are lost."""
    _ids(mock, lambda ids: [user_id for user_id in ids if user_id not in ("NA", "null", "nan", "None")])


@fault("GRP-22-capitals-make-no-other-user", rule="GRP-22", subtlety="subtle")
def capitals_make_no_other_user(mock: Mock) -> None:
    """Of ids that differ in capitals only, the first is kept."""
    _ids(mock, lambda ids: list({user_id.lower(): user_id for user_id in reversed(ids)}.values())[::-1])


@fault("GRP-22-first-thousand-lines", rule="GRP-22", subtlety="subtle")
def first_thousand_lines(mock: Mock) -> None:
    """The first thousand users of a file become the group's."""
    _ids(mock, lambda ids: ids[:1000])


@fault("GRP-22-plus-is-a-blank", rule="GRP-22", subtlety="subtle")
def plus_is_a_blank(mock: Mock) -> None:
    """A plus sign in a file is read as a blank, as in a query."""
    _parsing(mock, lambda content: content.replace(b"+", b" "))


@fault("GRP-22-one-group-for-each-user", rule="GRP-22", subtlety="subtle")
def one_group_for_each_user(mock: Mock) -> None:
    """A user who is read into a group leaves the groups that were read before."""

    def complete(original: Any, self: Any, group_id: str, members: Any) -> None:
        for other, held in list(self._members.items()):
            if other != group_id and any(user_id in members._places for user_id in held._ids):
                left = [user_id for user_id in held._ids if user_id not in members._places]
                self._members[other] = Members({u: place for place, u in enumerate(left)}, self._directory)
        original(self, group_id, members)

    mock.wrap(Groups, "complete", complete)


@fault("GRP-22-failed-is-final", rule="GRP-22", subtlety="subtle")
def failed_is_final(mock: Mock) -> None:
    """Once a file could not be read, a new one is not."""
    failed: set[str] = set()
    failing(mock, failed)

    def read(original: Any, at: Any, group: Record) -> None:
        if group["_id"] not in failed:
            original(at, group)

    mock.wrap(operations, "_read_file", read)


@fault("GRP-22-same-file-is-read-once", rule="GRP-22", subtlety="subtle")
def same_file_is_read_once(mock: Mock) -> None:
    """A file that another group was made of is not read again: the second group stays pending."""
    known: set[str] = set()

    def read(original: Any, at: Any, group: Record) -> None:
        if group["file_url"] not in known:
            original(at, group)
        known.add(group["file_url"])

    mock.wrap(operations, "_read_file", read)
