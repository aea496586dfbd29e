"""Faults of what patches and refreshes of a group must leave as it is (GRP-23, GRP-24, GRP-26)."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, operation, records, refuse_if, wrap
from tests.faults.operators.lists import Items, filters, repage
from tests.faults.operators.store import after_create, after_write, overwritten
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import Change, fault, faults

from audience_mock.store.groups import PATCHABLE, Groups
from audience_mock.store.members import Members

PATCH = ops.PATCH_GROUP


def _taken(*names: str) -> Change:
    """Let a patch also change these fields, by values of their own type."""

    def patch(original: Any, self: Groups, group_id: str, body: Record) -> Record:
        new: Record = original(self, group_id, body)
        changes = {
            name: body[name] for name in names if name in body and type(body[name]) is type(new.get(name, body[name]))
        }
        if changes:
            new = {**new, **changes}
            self._records.replace(new)
        return new

    return wrap(patch, Groups, "patch")


def _is_other(exchange: Exchange) -> bool:
    """Has the body fields that a patch does not take."""
    return bool(exchange.fields.keys() - {*PATCHABLE})


faults(
    "GRP-23",
    category_is_taken=_taken("category"),
    tags_are_taken=_taken("tags"),
    uid_is_taken=_taken("uid"),
    status_is_taken=_taken("status"),
    type_and_is_active_are_taken=_taken("type", "is_active"),
    application_id_is_taken=_taken("application_id"),
    count_is_taken=_taken("total_users"),
    created_at_is_taken=_taken("created_at"),
    modified_at_is_taken=_taken("modified_at"),
    v_is_taken=_taken("__v"),
    unknown_fields_are_stored=_taken("acs_unknown", "users", "user_ids"),
    everything_is_taken=_taken(
        *("category", "tags", "uid", "status", "type", "is_active", "total_users", "created_at", "modified_at", "__v")
    ),
    response_shows_what_was_sent=answer(lambda x: x.json.update(x.fields), PATCH, status=200),
    other_fields_are_refused=refuse_if(_is_other, PATCH),
    category_must_be_valid=refuse_if(lambda x: x.fields.get("category", "l1") not in {"l1", "l2", "l3"}, PATCH),
)


@fault("GRP-23", operation, PATCH)
async def id_in_the_body_counts(original: Any, at: Any, group_id: str, body: Record) -> Any:
    """The group whose _id is in the body is patched as well."""
    if body.get("_id") in at.tenant.groups:
        await original(at, group_id=body["_id"], body=body)
    return await original(at, group_id=group_id, body=body)


@fault("GRP-23", wrap, Groups, "patch")
def users_are_taken(original: Any, self: Groups, group_id: str, body: Record) -> Any:
    new = original(self, group_id, body)
    if isinstance(body.get("users"), list):
        self._members[group_id] = Members({user: place for place, user in enumerate(body["users"])}, self._directory)
    return new


def _moves(method: str) -> Change:
    """Move a group to the end of its list."""

    def moving(original: Any, self: Groups, group_id: str, *arguments: Any) -> Any:
        new = original(self, group_id, *arguments)
        if group_id in self._records:
            record = self._records.get(group_id)
            self._records.remove(group_id)
            self._records.add(record)
        return new

    return wrap(moving, Groups, method)


def _sorted_by(field: str, *, back: bool = False) -> Callable[[Items], Items]:
    return lambda every: sorted(every, key=lambda group: str(group[field]), reverse=back)


def _listed(order: Callable[[Items], Items]) -> Change:
    return repage(lambda every, no, size: order(every)[(no - 1) * size : no * size], ops.LIST_GROUPS)


def _filtered_by_time(exchange: Exchange) -> None:
    if filters(exchange):
        exchange.json["items"].sort(key=lambda group: str(group["modified_at"]))


def _categorised(order: Callable[[Items], Items]) -> Change:
    return answer(
        lambda x: x.json.update(user_groups={key: order(found) for key, found in x.json["user_groups"].items()}),
        ops.CATEGORISED,
        status=200,
    )


def _refreshed(users: Callable[[Groups, list[str]], list[str]]) -> Change:
    """Let a refresh leave `users(groups, users before)`."""

    def refresh(original: Any, self: Groups, group_id: str) -> None:
        original(self, group_id)
        if group_id in self._records:
            left = users(self, list(self._members[group_id]._ids))
            self._members[group_id] = Members({user: place for place, user in enumerate(left)}, self._directory)

    return wrap(refresh, Groups, "refresh")


faults(
    "GRP-24",
    patched_is_last=_moves("patch"),
    refreshed_is_last=_moves("refresh"),
    group_with_a_new_file_is_last=_moves("complete"),
    list_is_by_name=_listed(_sorted_by("name")),
    list_is_by_the_last_change=_listed(_sorted_by("modified_at", back=True)),
    list_is_by_the_count=_listed(lambda every: sorted(every, key=lambda group: -group["total_users"]["count"])),
    filtered_list_is_by_the_last_change=answer(_filtered_by_time, ops.LIST_GROUPS, status=200),
    categorised_list_is_by_name=_categorised(_sorted_by("name")),
    refresh_sorts_the_users=_refreshed(lambda groups, users: sorted(users)),
    refresh_turns_the_users=_refreshed(lambda groups, users: users[::-1]),
    refresh_drops_the_blacklisted=_refreshed(
        lambda groups, users: [user for user in users if user not in groups._directory.blacklisted]
    ),
    refresh_keeps_ten_users=_refreshed(lambda groups, users: users[:10]),
)


@fault("GRP-24")
def refresh_brings_back_the_first_file(mock: Mock) -> None:
    first: dict[str, Members] = {}

    def complete(original: Any, self: Groups, group_id: str, members: Members) -> None:
        original(self, group_id, members)
        first.setdefault(group_id, members)

    def refresh(original: Any, self: Groups, group_id: str) -> None:
        if group_id in self._records and group_id in first:
            self._members[group_id] = first[group_id]
        original(self, group_id)

    mock.wrap(complete, Groups, "complete")
    mock.wrap(refresh, Groups, "refresh")


_after = partial(after_write, owner=Groups, method="patch")


def _counts(method: str) -> Change:
    """Add 1 to __v where something else happens to a group."""

    def counting(original: Any, self: Groups, group_id: str, *arguments: Any) -> Any:
        new = original(self, group_id, *arguments)
        if group_id in self._records:
            group = self._records.get(group_id)
            overwritten(self._records, group_id, __v=group["__v"] + 1)
        return new

    return wrap(counting, Groups, method)


def _counts_if(where: Callable[[Record], object]) -> Change:
    """Count also patches that change nothing, where `where(body)`."""

    def patch(original: Any, self: Groups, group_id: str, body: Record) -> Any:
        new = original(self, group_id, body)
        if not body.keys() & {*PATCHABLE} and where(body):
            new = {**new, "__v": new["__v"] + 1}
            self._records.replace(new)
        return new

    return wrap(patch, Groups, "patch")


faults(
    "GRP-26",
    v_never_counts=_after(lambda old, new, body: {"__v": old["__v"]}),
    v_is_at_most_1=_after(lambda old, new, body: {"__v": 1}),
    v_counts_fields=_after(lambda old, new, body: {"__v": old["__v"] + len(body)}),
    v_counts_names_only=_after(lambda old, new, body: {} if "name" in body else {"__v": old["__v"]}),
    v_counts_new_files_twice=_after(lambda old, new, body: {"__v": old["__v"] + 2} if "file_url" in body else {}),
    v_counts_the_file_that_is_read=_counts("complete"),
    v_counts_refreshes=_counts("refresh"),
    v_counts_empty_patches=_counts_if(lambda body: not body),
    v_counts_ignored_fields=_counts_if(lambda body: body),
    v_counts_refused_patches=answer(lambda x: x.overwrite(__v=x.stored.get("__v", 0) + 1), PATCH, status=400),
    v_begins_with_1=after_create(lambda store, record: {"__v": 1}, Groups),
    response_shows_the_v_of_before=answer(
        lambda x: x.json.update(__v=x.json["__v"] - 1) if x.fields else None, PATCH, status=200
    ),
    list_shows_no_change=records(lambda r: r.update(__v=0), ops.LIST_GROUPS),
    categorised_list_shows_no_change=records(lambda r: r.update(__v=0), ops.CATEGORISED),
)


@fault("GRP-26", wrap, Groups, "patch")
def v_of_all_groups_counts(original: Any, self: Groups, group_id: str, body: Record) -> Any:
    """One counter for all groups of an application."""
    new = original(self, group_id, body)
    if body.keys() & {*PATCHABLE}:
        for group in [one for one in self._records if one["_id"] != group_id]:
            self._records.replace({**group, "__v": group["__v"] + 1})
    return new


@fault("GRP-26", operation, PATCH)
async def patches_at_once_count_as_one(original: Any, at: Any, group_id: str, body: Record) -> Any:
    """__v is read some time before it is written."""
    before = at.tenant.groups.get(group_id)["__v"]
    await asyncio.sleep(0.05)
    new = await original(at, group_id=group_id, body=body)
    if new["__v"] > before + 1:
        new = {**new, "__v": before + 1}
        at.tenant.groups._records.replace(new)
    return new
