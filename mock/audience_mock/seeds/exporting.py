"""Export of a world as a seed, and import; an export also works with --seed."""

from typing import Any

from audience_mock.contract.document import TenantName
from audience_mock.seeds.seed_file import Seed, SeedProblem, validate
from audience_mock.seeds.seeding import load_seed
from audience_mock.store.world import Tenant, World


def exported(world: World) -> Seed:
    """All data of a world as a seed, with ids and times."""
    return {str(tenant.name): _parts(tenant) for tenant in world.tenants()}


def _parts(tenant: Tenant) -> dict[str, Any]:
    return {
        "definitions": list(tenant.definitions),
        "users": [tenant.users.as_dict(user_id) for user_id in tenant.users],
        "values": [
            {
                "_id": stored.attribute_id,
                "user_id": user_id,
                "definition": tenant.definitions.get(definition_id)["slug"],
                "value": stored.value,
                "updated_by": stored.updated_by,
                "customer_overridden": stored.customer_overridden,
            }
            for user_id, definition_id, stored in tenant.attributes.every()
        ],
        "groups": [
            {
                **group,
                "users": tenant.groups.members(group["_id"]).user_ids,
                **({"is_being_read": True} if tenant.groups.is_being_read(group) else {}),
            }
            for group in tenant.groups
        ],
    }


def imported(content: Any, like: World) -> World:
    """The world of a seed, with the applications that another world serves.

    Raises:
        SeedProblem: not a seed, violates the contract, or has an application that is not served.
    """
    validate("body", content)
    world = like.empty()
    for name in content:
        if not world.serves(TenantName(*name.split("/", 1))):
            raise SeedProblem(f"the application {name} is not served; start the server with --tenant {name}")
    load_seed(world, content, "body")
    return world
