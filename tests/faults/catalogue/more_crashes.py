"""More faults of FMT-04: requests that crash the server in some state."""

import re
from collections.abc import Callable

from tests.faults.catalogue.fmt_crashes import crash
from tests.faults.catalogue.more_refused import group_of
from tests.faults.patching import (
    BULK,
    CREATE_DEFINITION,
    CREATE_GROUP,
    DELETE_ATTRIBUTE,
    DELETE_DEFINITION,
    DELETE_GROUP,
    GET_ATTRIBUTE,
    GET_GROUP,
    LIST_DEFINITIONS,
    LIST_GROUPS,
    LIST_USERS,
    PATCH_GROUP,
    REFRESH,
    UPDATE_DEFINITION,
    Exchange,
    Mock,
)
from tests.faults.registry import fault


def crash_if(mock: Mock, holds: Callable[[Exchange], object], *operation_ids: str) -> None:
    """Answer 500 where something holds of an exchange."""
    mock.answer(lambda x: crash(x) if holds(x) else None, *operation_ids)


@fault("FMT-04-users-of-a-failed-group", rule="FMT-04", subtlety="subtle")
def users_of_a_failedgroup_of(mock: Mock) -> None:
    """The users of a group whose file could not be read are 500."""
    crash_if(mock, lambda x: group_of(mock, x).get("status") == "failed", LIST_USERS)


@fault("FMT-04-back-from-an-empty-group", rule="FMT-04", subtlety="subtle")
def back_from_an_emptygroup_of(mock: Mock) -> None:
    """Direction prev in a group without users is 500."""
    crash_if(
        mock,
        lambda x: x.status == 200 and x.query.get("direction") == "prev" and not x.json["page"]["item_total"],
        LIST_USERS,
    )


@fault("FMT-04-refresh-of-a-failed-group", rule="FMT-04", subtlety="subtle")
def refresh_of_a_failedgroup_of(mock: Mock) -> None:
    """The refresh of a group whose file could not be read is 500."""
    crash_if(mock, lambda x: group_of(mock, x).get("status") == "failed", REFRESH)


@fault("FMT-04-second-delete", rule="FMT-04", subtlety="subtle")
def second_delete(mock: Mock) -> None:
    """What was deleted before is 500 to delete."""
    gone: set[str] = set()

    def hook(exchange: Exchange) -> None:
        if exchange.status == 404 and exchange.path in gone:
            crash(exchange)
        if exchange.status == 200:
            gone.add(exchange.path)

    mock.answer(hook, DELETE_DEFINITION, DELETE_GROUP, DELETE_ATTRIBUTE)


@fault("FMT-04-read-of-what-was-deleted", rule="FMT-04", subtlety="subtle")
def read_of_what_was_deleted(mock: Mock) -> None:
    """A group that was deleted before is 500 to read; one that never was is 404."""
    gone: set[str] = set()
    mock.answer(lambda x: gone.add(x.path), DELETE_GROUP, status=200)
    crash_if(mock, lambda x: x.status == 404 and x.path in gone, GET_GROUP)


@fault("FMT-04-value-of-a-deleted-definition", rule="FMT-04", subtlety="subtle")
def value_of_a_deleted_definition(mock: Mock) -> None:
    """The value of a definition that was deleted is 500 to read."""
    gone: set[str] = set()
    mock.answer(lambda x: gone.add(x.ids["definition_id"]), DELETE_DEFINITION, status=200)
    crash_if(mock, lambda x: x.status == 404 and x.ids["definition_id"] in gone, GET_ATTRIBUTE)


@fault("FMT-04-two-filters-at-once", rule="FMT-04", subtlety="subtle")
def two_filters_at_once(mock: Mock) -> None:
    """Two flag filters together are 500."""
    flags = {"customer_editable", "encrypted", "pinned", "is_locked"}
    crash_if(mock, lambda x: len(flags & x.query.keys()) > 1, LIST_DEFINITIONS)


@fault("FMT-04-filter-that-keeps-nothing", rule="FMT-04", subtlety="subtle")
def filter_that_keeps_nothing(mock: Mock) -> None:
    """The list of groups divides by the number found: none is 500."""
    crash_if(mock, lambda x: x.status == 200 and not x.json["page"]["item_total"], LIST_GROUPS)


@fault("FMT-04-type-change-with-values", rule="FMT-04", subtlety="subtle")
def type_change_with_values(mock: Mock) -> None:
    """A type change that a stored value would not fit is 500."""
    crash_if(mock, lambda x: x.status == 400 and x.fields.keys() == {"type"}, UPDATE_DEFINITION)


@fault("FMT-04-file-that-cannot-be-decoded", rule="FMT-04", subtlety="subtle")
def file_that_cannot_be_decoded(mock: Mock) -> None:
    """A data: URL that says base64 and is none is 500."""
    crash_if(mock, lambda x: ";base64," in str(x.fields.get("file_url")), CREATE_GROUP, PATCH_GROUP, BULK)


@fault("FMT-04-taken-slug", rule="FMT-04", subtlety="plausible")
def taken_slug(mock: Mock) -> None:
    """A slug that is taken breaks the index: 500."""
    crash_if(
        mock,
        lambda x: x.status == 400 and re.fullmatch("[A-Za-z0-9][\\w-]*", x.fields.get("slug") or ""),
        CREATE_DEFINITION,
    )
