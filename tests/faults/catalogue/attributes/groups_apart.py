"""Faults of groups that touch the values of their users (ATT-17)."""

from collections.abc import Callable, Iterable
from typing import Any

from tests.faults.patching import Mock, Record
from tests.faults.registry import fault, faults, operator

from audience_mock.store.groups import COMPLETED, Groups
from audience_mock.store.members import Members
from audience_mock.store.world import Tenant

Touch = Callable[[Tenant, list[str]], Any]


def _tenant_of(mock: Mock, groups: Groups) -> Tenant:
    return next(tenant for tenant in mock.world.tenants() if tenant.groups is groups)


def _delete_values(tenant: Tenant, users: Iterable[str]) -> None:
    """Delete the values of users, as a cascade does."""
    for user_id in users:
        for definition_id in list(tenant.attributes._by_user.get(user_id, {})):
            tenant.attributes.delete(user_id, definition_id)


def _users(groups: Groups, group_id: str) -> list[str]:
    return list(groups._members[group_id]._ids) if group_id in groups._members else []


@operator
def _deleting(mock: Mock, touch: Touch, where: Callable[[Record], object] = lambda _: True) -> None:
    """`touch(tenant, users of the group)` after a delete, where something holds of the group."""

    def delete(original: Any, self: Groups, group_id: str) -> None:
        users = _users(self, group_id)
        group = self.get(group_id)
        original(self, group_id)
        if where(group):
            touch(_tenant_of(mock, self), users)

    mock.wrap(delete, Groups, "delete")


@operator
def _reading(mock: Mock, touch: Callable[[Tenant, list[str], list[str]], Any]) -> None:
    """`touch(tenant, users before, users now)` after the file of a group was read."""

    def complete(original: Any, self: Groups, group_id: str, members: Members) -> None:
        before = _users(self, group_id)
        original(self, group_id, members)
        touch(_tenant_of(mock, self), before, list(members._ids))

    mock.wrap(complete, Groups, "complete")


def _reset(tenant: Tenant, users: Iterable[str]) -> None:
    """The values lose who wrote them: a row is written again when its user joins."""
    for user_id in users:
        for held in tenant.attributes._by_user.get(user_id, {}).values():
            held.updated_by = "group"


def _renumber(tenant: Tenant, users: Iterable[str]) -> None:
    for user_id in users:
        for held in tenant.attributes._by_user.get(user_id, {}).values():
            held.attribute_id = tenant.attributes._new_id()


def _turn(tenant: Tenant, users: Iterable[str]) -> None:
    for user_id in users:
        values = tenant.attributes._by_user.get(user_id, {})
        for definition_id in list(values)[:-1]:
            values[definition_id] = values.pop(definition_id)


faults(
    "ATT-17",
    deleting_a_group_deletes_the_values_of_its_users=_deleting(_delete_values),
    deleting_a_read_group_deletes_the_last_users_values=_deleting(
        lambda tenant, users: _delete_values(tenant, users[-1:]), lambda group: group["status"] == COMPLETED
    ),
    users_who_leave_lose_their_values=_reading(
        lambda tenant, before, now: _delete_values(tenant, [one for one in before if one not in now])
    ),
    users_who_stay_lose_their_values=_reading(
        lambda tenant, before, now: _delete_values(tenant, [one for one in before if one in now])
    ),
    joining_says_who_wrote=_reading(lambda tenant, before, now: _reset(tenant, now)),
    joining_gives_new_ids=_reading(lambda tenant, before, now: _renumber(tenant, now)),
    joining_turns_the_order=_reading(lambda tenant, before, now: _turn(tenant, now)),
    first_user_of_a_deleted_group_is_deleted=_deleting(lambda tenant, users: _delete_values(tenant, users[:1])),
)


@fault("ATT-17")
def unreadable_file_deletes_the_values(mock: Mock) -> None:
    """A file that cannot be read is a file without users: all leave."""

    def fail(original: Any, self: Groups, group_id: str) -> None:
        original(self, group_id)
        _delete_values(_tenant_of(mock, self), _users(self, group_id))

    mock.wrap(fail, Groups, "fail")


@fault("ATT-17")
def refresh_empties_the_values(mock: Mock) -> None:
    """A refresh writes the values of its users anew, with the default."""

    def refresh(original: Any, self: Groups, group_id: str) -> None:
        original(self, group_id)
        for user_id in _users(self, group_id):
            for held in _tenant_of(mock, self).attributes._by_user.get(user_id, {}).values():
                held.value = None

    mock.wrap(refresh, Groups, "refresh")
