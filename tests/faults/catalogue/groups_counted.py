"""Faults of GRP-20 to GRP-22: groups refreshed, and read from their file."""

from typing import Any

from tests.faults.patching import (
    REFRESH,
    Exchange,
    Mock,
)
from tests.faults.registry import fault

from audience_mock.errors import FileProblem
from audience_mock.session import user_files as files
from audience_mock.store.groups import Groups
from audience_mock.store.members import Members

# --- GRP-20, GRP-21 -----------------------------------------------------------------------------------


@fault("GRP-20-refresh-is-200", rule="GRP-20", subtlety="obvious")
def refresh_is_200(mock: Mock) -> None:
    """A refresh answers 200."""
    mock.answer(lambda x: setattr(x, "status", 200), REFRESH, status=202)


@fault("GRP-20-no-uid", rule="GRP-20", subtlety="plausible")
def no_uid(mock: Mock) -> None:
    """A refresh answers without the uid."""
    mock.answer(lambda x: x.json.pop("uid"), REFRESH, status=202)


@fault("GRP-20-uid-of-the-newest-group", rule="GRP-20", subtlety="subtle")
def uid_of_the_newest_group(mock: Mock) -> None:
    """A refresh answers with the uid of the group that was created last."""

    def hook(exchange: Exchange) -> None:
        groups = list(mock.tenant_of(exchange).groups._records)
        exchange.json["uid"] = groups[-1]["uid"]

    mock.answer(hook, REFRESH, status=202)


@fault("GRP-20-uid-counts-from-0", rule="GRP-20", subtlety="subtle")
def uid_counts_from_0(mock: Mock) -> None:
    """A refresh answers with the uid less one."""
    mock.answer(lambda x: x.json.update(uid=x.json["uid"] - 1), REFRESH, status=202)


def _counting(mock: Mock, count: Any) -> None:
    """A refresh counts `count(groups, group id)` users."""

    def refresh(original: Any, self: Any, group_id: str) -> None:
        original(self, group_id)
        if group_id in self._records:
            group = self._records.get(group_id)
            total = {**group["total_users"], "count": count(self, group_id)}
            self._records.replace({**group, "total_users": total})

    mock.wrap(Groups, "refresh", refresh)


@fault("GRP-21-count-becomes-0", rule="GRP-21", subtlety="obvious")
def count_becomes_0(mock: Mock) -> None:
    """A refresh sets the count to 0."""
    _counting(mock, lambda groups, group_id: 0)


@fault("GRP-21-one-less", rule="GRP-21", subtlety="plausible")
def one_less(mock: Mock) -> None:
    """A refresh counts one user too few."""
    _counting(mock, lambda groups, group_id: max(0, len(groups._members[group_id]) - 1))


@fault("GRP-21-count-of-the-first-page", rule="GRP-21", subtlety="subtle")
def count_of_the_first_page(mock: Mock) -> None:
    """A refresh counts the users of the first page of ten."""
    _counting(mock, lambda groups, group_id: min(10, len(groups._members[group_id])))


@fault("GRP-21-count-of-the-first-file", rule="GRP-21", subtlety="subtle")
def count_of_the_first_file(mock: Mock) -> None:
    """After a patch names another file, a refresh still counts the users of the first."""
    first: dict[str, int] = {}

    def complete(original: Any, self: Any, group_id: str, members: Any) -> None:
        original(self, group_id, members)
        first.setdefault(group_id, len(members))

    mock.wrap(Groups, "complete", complete)
    _counting(mock, lambda groups, group_id: first.get(group_id, len(groups._members[group_id])))


@fault("GRP-21-without-the-blacklisted", rule="GRP-21", subtlety="subtle")
def without_the_blacklisted(mock: Mock) -> None:
    """A refresh does not count blacklisted users."""

    def count(groups: Any, group_id: str) -> int:
        return sum(user_id not in groups._directory.blacklisted for user_id in groups._members[group_id]._ids)

    _counting(mock, count)


# --- GRP-22 -------------------------------------------------------------------------------------------


@fault("GRP-22-stays-pending", rule="GRP-22", subtlety="obvious")
def stays_pending(mock: Mock) -> None:
    """A group's file is never read."""
    mock.wrap(Groups, "complete", lambda complete, self, group_id, members: None)


@fault("GRP-22-completed-without-users", rule="GRP-22", subtlety="plausible")
def completed_without_users(mock: Mock) -> None:
    """A group becomes completed and has no users."""

    def complete(original: Any, self: Any, group_id: str, members: Any) -> None:
        original(self, group_id, members)
        self._members[group_id] = Members({}, self._directory)

    mock.wrap(Groups, "complete", complete)


def _parsing(mock: Mock, change: Any) -> None:
    """A file is read as `change(content)` has it; what that cannot read is read as it is."""

    def parse(original: Any, content: bytes) -> Any:
        try:
            return original(change(content))
        except FileProblem:
            return original(content)

    mock.wrap(files, "parse", parse)


@fault("GRP-22-last-line-without-newline", rule="GRP-22", subtlety="subtle")
def last_line_without_newline(mock: Mock) -> None:
    """The last line of a file is lost where no newline ends it."""
    _parsing(mock, lambda content: content if content.endswith(b"\n") else content[: content.rfind(b"\n") + 1])


@fault("GRP-22-first-user-is-a-header", rule="GRP-22", subtlety="plausible")
def first_user_is_a_header(mock: Mock) -> None:
    """The line after the header is passed over."""
    _parsing(mock, lambda content: content[:8] + content.partition(b"\n")[2].partition(b"\n")[2])


@fault("GRP-22-first-five-users", rule="GRP-22", subtlety="plausible")
def first_five_users(mock: Mock) -> None:
    """The first five users of a file become the group's."""

    def parse(original: Any, content: bytes) -> dict[str, int]:
        return dict(list(original(content).items())[:5])

    mock.wrap(files, "parse", parse)


@fault("GRP-22-users-only-after-a-refresh", rule="GRP-22", subtlety="subtle")
def users_only_after_a_refresh(mock: Mock) -> None:
    """The users of a completed group are listed after a refresh only."""
    waiting: dict[str, Any] = {}

    def complete(original: Any, self: Any, group_id: str, members: Any) -> None:
        original(self, group_id, members)
        waiting[group_id] = members
        self._members[group_id] = Members({}, self._directory)

    def refresh(original: Any, self: Any, group_id: str) -> None:
        if group_id in waiting and group_id in self._records:
            self._members[group_id] = waiting.pop(group_id)
        original(self, group_id)

    mock.wrap(Groups, "complete", complete)
    mock.wrap(Groups, "refresh", refresh)
