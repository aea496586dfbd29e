"""All data of one session: its tenants, its clock, its sequence of ids. A session is a fork of the seeded world."""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta

from audience_mock.contract.document import DOCUMENTED_TENANT, TenantName
from audience_mock.store.accepted import AcceptedWork
from audience_mock.store.attributes import Attributes
from audience_mock.store.collection import LAST_NUMBER, Record
from audience_mock.store.definitions import Definitions
from audience_mock.store.groups import Groups
from audience_mock.store.users import UserDirectory

Clock = Callable[[], datetime]
_GENERATED_ID = re.compile("65[0-9a-f]{22}")
_LARGEST = 2**40
"""Ids of a seed with a larger number are not of the sequence; they only look like it."""


def real_time() -> datetime:
    return datetime.now(UTC)


class Tenant:
    """The data of one application of one company, isolated from all others."""

    def __init__(self, name: TenantName, world: "World") -> None:
        self.name = name
        self.attributes = Attributes(name, world.new_id)
        self.definitions = Definitions(world, self.attributes)
        self.users = UserDirectory()
        self.groups = Groups(name, world, self.users)
        self.accepted = AcceptedWork()

    def fork(self, world: "World") -> "Tenant":
        """An independent copy in another world. The user directory is shared until it changes."""
        other = Tenant(self.name, world)
        other.attributes = self.attributes.fork(world.new_id)
        other.definitions = self.definitions.fork(world, other.attributes)
        other.users = self.users
        other.groups = self.groups.fork(world, self.users)
        other.accepted = self.accepted.fork()
        return other

    def describe(self, user_id: str, described: Record | None) -> None:
        """Set a user's contacts, in the form of a seed; None removes them."""
        users = self.users.fork()
        if described is None:
            users.remove(user_id)
        else:
            users.add(user_id, **described)
        self.users = users
        self.groups.use_directory(users)


class World:
    """All tenants of a server.

    Args:
        tenants: the applications to serve besides the documented one.
        clock: the source of `created_at` and `modified_at`.
    """

    def __init__(self, tenants: Iterable[TenantName] = (), clock: Clock = real_time) -> None:
        self.served = tuple(dict.fromkeys([DOCUMENTED_TENANT, *tenants]))
        """The applications that this server was told to serve."""
        self._companies = {name.company_id for name in self.served}
        self._applications = {name.application_id for name in self.served}
        self._clock = clock
        self._last_id = 0
        self._reserved: set[str] = set()
        """Changed only while a seed is loaded, before any fork: forks share it."""
        self._tenants: dict[TenantName, Tenant] = {}

    def fork(self, clock: Clock | None = None) -> "World":
        """An independent copy with its own clock and sequence of ids, made in constant time."""
        other = World((), clock or self._clock)
        other.served, other._companies, other._applications = self.served, self._companies, self._applications
        other._last_id, other._reserved = self._last_id, self._reserved
        other._tenants = {name: tenant.fork(other) for name, tenant in self._tenants.items()}
        return other

    def tenant(self, company_id: str, application_id: str) -> Tenant:
        """The tenant of this name; one that is not served is empty and lasts for one request only."""
        name = TenantName(company_id, application_id)
        tenant = self._tenants.get(name)
        if tenant is None:
            tenant = Tenant(name, self)
            if self.serves(name):
                self._tenants[name] = tenant
        return tenant

    def tenants(self) -> list[Tenant]:
        """Every tenant that was seeded or has had a request."""
        return list(self._tenants.values())

    def counts(self) -> dict[str, dict[str, int]]:
        """Numbers of records, by tenant."""
        return {
            str(name): {
                "definitions": len(tenant.definitions),
                "values": len(tenant.attributes),
                "groups": len(tenant.groups),
                "users": len(tenant.users),
            }
            for name, tenant in self._tenants.items()
        }

    @property
    def writes(self) -> int:
        """The number of writes so far."""
        parts = ((t.definitions, t.attributes, t.groups, t.users, t.accepted) for t in self._tenants.values())
        return sum(part.writes for tenant in parts for part in tenant)

    def empty(self) -> "World":
        """A world without data that serves the same applications."""
        other = World((), self._clock)
        other.served, other._companies, other._applications = self.served, self._companies, self._applications
        return other

    def serves(self, name: TenantName) -> bool:
        return name.company_id in self._companies and name.application_id in self._applications

    def new_id(self) -> str:
        """A new id of 24 hex digits; the sequence is the same in every run."""
        while True:
            self._last_id = self._last_id % LAST_NUMBER + 1
            new_id = f"65{self._last_id:022x}"
            if new_id not in self._reserved:
                return new_id

    def reserve_id(self, reserved: str) -> None:
        """Exclude an id of a seed from the sequence."""
        self._reserved.add(reserved)

    @property
    def reserved_ids(self) -> Collection[str]:
        """The ids of the seed."""
        return self._reserved

    @property
    def last_id(self) -> int:
        """The number of the last id of the sequence."""
        return self._last_id

    def continue_ids(self, after: int) -> None:
        """Continue the sequence after this number: the ids of deleted records are not reused."""
        self._last_id = max(self._last_id, after)

    def now(self, after: str = "") -> str:
        """The time as RFC 3339 in UTC with milliseconds, at least one millisecond later than `after`."""
        stamp = timestamp(self._clock())
        if stamp <= after:
            stamp = timestamp(datetime.fromisoformat(after) + timedelta(milliseconds=1))
        return stamp


def number_of_id(text: str) -> int:
    """The number of an id of the sequence; 0 for any other id."""
    number = int.from_bytes(bytes.fromhex(text[2:]), "big") if _GENERATED_ID.fullmatch(text) else 0
    return number if number <= _LARGEST else 0


def timestamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).isoformat(timespec='milliseconds')[:-6]}Z"
