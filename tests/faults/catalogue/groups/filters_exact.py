"""Faults of the exact filters of the list of groups (GRP-09, GRP-10)."""

from functools import partial
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import ignored, ignored_beside
from tests.faults.operators.lists import refilter
from tests.faults.patching import Mock
from tests.faults.registry import fault, faults

from audience_mock.store.groups import COMPLETED, FAILED, Groups

LIST = ops.LIST_GROUPS
by_status = partial(refilter, LIST, "status")
by_category = partial(refilter, LIST, "category")
by_uid = partial(refilter, LIST, "group_uid")

faults(
    "GRP-09",
    status_is_ignored=by_status(lambda r, status: True),
    category_is_ignored=by_category(lambda r, category: True),
    type_is_ignored=refilter(LIST, "type", lambda r, type_: True),
    pending_finds_failed=by_status(
        lambda r, status: r["status"] != COMPLETED if status == "pending" else r["status"] == status
    ),
    l3_finds_nothing=by_category(lambda r, category: r["category"] == category != "l3"),
    capitals_do_not_count=by_status(lambda r, status: r["status"] == status.lower()),
    blanks_around_a_status_are_ignored=by_status(lambda r, status: r["status"] == status.strip()),
    blanks_around_a_category_are_ignored=by_category(lambda r, category: r["category"] == category.strip()),
    several_with_commas=by_category(lambda r, category: r["category"] in category.split(",")),
    category_beside_status_is_ignored=ignored_beside("category", "status", LIST),
    unknown_type_beside_a_status=ignored(
        "type", LIST, where=lambda x: "status" in x.query and x.query.get("type") not in ("file", "dynamic")
    ),
)


@fault("GRP-09")
def status_from_its_creation(mock: Mock) -> None:
    created = mock.noted(lambda x: x.json["_id"], ops.CREATE_GROUP, status=201)
    by_status(lambda r, status: ("pending" if r["_id"] in created else r["status"]) == status)(mock)


@fault("GRP-09")
def status_of_the_first_file(mock: Mock) -> None:
    """The status filter reads the status after the first file, whatever came of later ones."""
    first: dict[str, str] = {}

    def complete(original: Any, self: Any, group_id: str, members: Any) -> None:
        original(self, group_id, members)
        first.setdefault(group_id, COMPLETED)

    mock.wrap(complete, Groups, "complete")
    mock.wrap(lambda fail, self, i: first.setdefault(i, FAILED) and fail(self, i), Groups, "fail")
    by_status(lambda r, status: first.get(r["_id"], r["status"]) == status)(mock)


faults(
    "GRP-10",
    uid_is_ignored=by_uid(lambda r, uid: True),
    uid_by_its_beginning=by_uid(lambda r, uid: str(r["uid"]).startswith(uid)),
    uid_by_its_end=by_uid(lambda r, uid: str(r["uid"]) in uid),
    finds_pending_only=by_uid(lambda r, uid: str(r["uid"]) == uid and r["status"] == "pending"),
    a_uid_that_is_no_number_is_ignored=by_uid(lambda r, uid: str(r["uid"]) == uid or not uid.isdecimal()),
    letters_behind_a_uid_are_ignored=by_uid(lambda r, uid: str(r["uid"]) == uid.rstrip("abcdefghijklmnopqrstuvwxyz")),
    patched_is_not_found=by_uid(lambda r, uid: str(r["uid"]) == uid and not r["__v"]),
    _0_is_no_filter=ignored("group_uid", LIST, where=lambda x: x.query.get("group_uid") == "0"),
    uid_beside_a_status_is_ignored=ignored_beside("group_uid", "status", LIST),
)
