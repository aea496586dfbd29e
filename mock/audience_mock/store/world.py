"""Everything one server remembers: its tenants, its clock, its sequence of ids."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from audience_mock.contract.document import DOCUMENTED_TENANT, TenantName
from audience_mock.store.attributes import Attributes
from audience_mock.store.collection import Record
from audience_mock.store.definitions import Definitions
from audience_mock.store.groups import Groups
from audience_mock.store.users import Directory

Clock = Callable[[], datetime]


def real_time() -> datetime:
    return datetime.now(UTC)


class Tenant:
    """What one application of one company owns. Nothing in it is reachable from another."""

    def __init__(self, name: TenantName, world: "World") -> None:
        self.name = name
        self.attributes = Attributes(name, world.new_id)
        self.definitions = Definitions(world, self.attributes)
        self.users = Directory()
        self.groups = Groups(name, world, self.users)

    def fork(self, world: "World") -> "Tenant":
        """The same things in another world, going their own way. Users are shared until one is described anew."""
        other = Tenant(self.name, world)
        other.attributes = self.attributes.fork(world.new_id)
        other.definitions = self.definitions.fork(world, other.attributes)
        other.users = self.users
        other.groups = self.groups.fork(world, self.users)
        return other

    def describe(self, user_id: str, described: Record | None) -> None:
        """Say who a user is, as a seed does; None for a user without contacts."""
        users = self.users.fork()
        if described is None:
            users.forget(user_id)
        else:
            users.add(user_id, **described)
        self.users = users
        self.groups.know_from(users)


class World:
    """All tenants of a server.

    Args:
        tenants: the applications to serve beside the documented one.
        clock: where `created_at` and `modified_at` come from.
    """

    def __init__(self, tenants: Iterable[TenantName] = (), clock: Clock = real_time) -> None:
        served = [DOCUMENTED_TENANT, *tenants]
        self._companies = {name.company_id for name in served}
        self._applications = {name.application_id for name in served}
        self._clock = clock
        self._last_id = 0
        self._taken: set[str] = set()
        """Written only while a seed is planted, before any fork: forks share it."""
        self._tenants: dict[TenantName, Tenant] = {}

    def fork(self, clock: Clock | None = None) -> "World":
        """A world like this one, with its own clock and sequence of ids, made at no cost.

        What is written to one of the two from now on is not seen in the other.
        """
        other = World((), clock or self._clock)
        other._companies, other._applications = self._companies, self._applications
        other._last_id, other._taken = self._last_id, self._taken
        other._tenants = {name: tenant.fork(other) for name, tenant in self._tenants.items()}
        return other

    def tenant(self, company_id: str, application_id: str) -> Tenant:
        """The tenant of this name; one that is not served is empty and is forgotten after the request."""
        name = TenantName(company_id, application_id)
        tenant = self._tenants.get(name)
        if tenant is None:
            tenant = Tenant(name, self)
            if self.serves(name):
                self._tenants[name] = tenant
        return tenant

    def tenants(self) -> list[Tenant]:
        """Every tenant that was asked for or seeded."""
        return list(self._tenants.values())

    def counts(self) -> dict[str, dict[str, int]]:
        """How much each tenant holds."""
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
        """How often something was written in it."""
        parts = ((t.definitions, t.attributes, t.groups, t.users) for t in self._tenants.values())
        return sum(part.writes for tenant in parts for part in tenant)

    def empty(self) -> "World":
        """A world that serves the same applications and holds nothing."""
        other = World((), self._clock)
        other._companies, other._applications = self._companies, self._applications
        return other

    def serves(self, name: TenantName) -> bool:
        return name.company_id in self._companies and name.application_id in self._applications

    def new_id(self) -> str:
        """24 hex digits, never given before; the same sequence in every run."""
        while True:
            self._last_id += 1
            new_id = f"65{self._last_id:022x}"
            if new_id not in self._taken:
                return new_id

    def take_id(self, taken: str) -> None:
        """Never give this id, which a seed has brought along."""
        self._taken.add(taken)

    def now(self, after: str = "") -> str:
        """The time as RFC 3339 in UTC with milliseconds, at least a millisecond later than `after`."""
        stamp = timestamp(self._clock())
        if stamp <= after:
            stamp = timestamp(datetime.fromisoformat(after) + timedelta(milliseconds=1))
        return stamp


def timestamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).isoformat(timespec='milliseconds')[:-6]}Z"
