"""What all requests of one session share."""

from dataclasses import dataclass

from audience_mock.operations import groups
from audience_mock.operations.context import Context
from audience_mock.session.jobs import Jobs
from audience_mock.session.user_files import Files
from audience_mock.store.world import Tenant, World


@dataclass
class Backend:
    """What all operations of one session share. Its world may be exchanged for another."""

    world: World
    jobs: Jobs
    files: Files

    def resume(self) -> None:
        """Start the jobs that the world's groups still wait for."""
        groups.resume(map(self.context, self.world.tenants()))

    def context(self, tenant: Tenant) -> Context:
        """What an operation on this tenant works with."""
        return Context(tenant, self.world, self.jobs, self.files)
