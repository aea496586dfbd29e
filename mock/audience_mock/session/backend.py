"""The world, the jobs and the files of one session."""

from dataclasses import dataclass

from audience_mock.operations import attributes, groups
from audience_mock.operations.context import Context
from audience_mock.session.jobs import Jobs
from audience_mock.session.user_files import Files
from audience_mock.store.world import Tenant, World


@dataclass
class Backend:
    """The world, the jobs and the files of one session. A reset or an import replaces the world."""

    world: World
    jobs: Jobs
    files: Files

    def resume(self) -> None:
        """Start what the world has accepted and not done, in the order given."""
        for at in map(self.context, self.world.tenants()):
            for work in at.tenant.accepted.take():
                if work.kind == "bulk update":
                    attributes.start_update(at, work)
                else:
                    groups.restart(at, work)

    def context(self, tenant: Tenant) -> Context:
        """The context of an operation on this tenant."""
        return Context(tenant, self.world, self.jobs, self.files)
