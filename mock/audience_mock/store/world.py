"""All data of one session: its tenants, its clock, its sequence of ids. A session is a fork of the seeded world."""

from collections.abc import Iterable

from audience_mock.contract.document import DOCUMENTED_TENANT, TenantName
from audience_mock.store.accepted import AcceptedWork
from audience_mock.store.attributes import Attributes
from audience_mock.store.collection import Record
from audience_mock.store.definitions import Definitions
from audience_mock.store.groups import Groups
from audience_mock.store.ids import Clock, IdSource, real_time
from audience_mock.store.users import UserDirectory


class Tenant:
    """The data of one application of one company, isolated from all others."""

    def __init__(self, name: TenantName, ids: IdSource) -> None:
        self.name = name
        self.attributes = Attributes(name, ids.new_id)
        self.definitions = Definitions(ids, self.attributes)
        self.users = UserDirectory()
        self.groups = Groups(name, ids, self.users)
        self.accepted = AcceptedWork()

    def fork(self, ids: IdSource) -> "Tenant":
        """An independent copy for another world. The user directory is shared until it changes."""
        other = Tenant(self.name, ids)
        other.attributes = self.attributes.fork(ids.new_id)
        other.definitions = self.definitions.fork(ids, other.attributes)
        other.users = self.users
        other.groups = self.groups.fork(ids, self.users)
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
        self.ids = IdSource(clock)
        self._tenants: dict[TenantName, Tenant] = {}

    def fork(self, clock: Clock | None = None) -> "World":
        """An independent copy with its own clock and sequence of ids, made in constant time."""
        other = World()
        other.served, other._companies, other._applications = self.served, self._companies, self._applications
        other.ids = self.ids.fork(clock)
        other._tenants = {name: tenant.fork(other.ids) for name, tenant in self._tenants.items()}
        return other

    def tenant(self, company_id: str, application_id: str) -> Tenant:
        """The tenant of this name; one that is not served is empty and lasts for one request only."""
        name = TenantName(company_id, application_id)
        tenant = self._tenants.get(name)
        if tenant is None:
            tenant = Tenant(name, self.ids)
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
        other = World((), self.ids.clock)
        other.served, other._companies, other._applications = self.served, self._companies, self._applications
        return other

    def serves(self, name: TenantName) -> bool:
        return name.company_id in self._companies and name.application_id in self._applications
