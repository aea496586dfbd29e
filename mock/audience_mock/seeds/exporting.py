"""Export of a world as a seed, and import; an export also works with --seed."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

import orjson

from audience_mock.contract.document import TenantName
from audience_mock.seeds.problems import Lines, no_lines
from audience_mock.seeds.seed_file import SeedProblem, validate
from audience_mock.seeds.seeding import LocatedSeed, Seed, load_seed
from audience_mock.store.accepted import Work
from audience_mock.store.ids import number_of_id
from audience_mock.store.world import Tenant, World


def exported(world: World) -> Seed:
    """All data of a world as a seed, with ids, times and accepted work."""
    return {
        str(tenant.name): {
            part: list(items) if isinstance(items, Iterator) else items for part, items in parts(tenant, world).items()
        }
        for tenant in world.tenants()
    }


def parts(tenant: Tenant, world: World) -> dict[str, Any]:
    """The parts of a tenant's seed; records are iterators."""
    found: dict[str, Any] = {
        "definitions": iter(tenant.definitions),
        "users": (tenant.users.as_dict(user_id) for user_id in tenant.users),
        "values": (
            {
                "_id": stored.attribute_id,
                "user_id": user_id,
                "definition": tenant.definitions.get(definition_id)["slug"],
                "value": stored.value,
                "updated_by": stored.updated_by,
                "customer_overridden": stored.customer_overridden,
            }
            for user_id, definition_id, stored in tenant.attributes.every()
        ),
        "groups": (
            {
                **group,
                "users": tenant.groups.members(group["_id"]).user_ids,
                **({"is_being_read": True} if tenant.groups.is_being_read(group) else {}),
            }
            for group in tenant.groups
        ),
    }
    jobs = [
        _job(tenant, work) for work in tenant.accepted if work.kind == "bulk update" or work.subject in tenant.groups
    ]
    if jobs:
        found["jobs"] = jobs
    last = _last(tenant, world)
    if last:
        found["last"] = last
    return found


def _job(tenant: Tenant, work: Work) -> dict[str, Any]:
    if work.kind != "bulk update":
        return {"kind": work.kind, "group": work.subject}
    values = [
        {"definition": tenant.definitions.get(definition_id)["slug"], "value": value}
        for definition_id, value in work.values.items()
        if definition_id in tenant.definitions
    ]
    return {"kind": work.kind, "_id": work.subject, "file_url": work.file_url, "values": values}


def _last(tenant: Tenant, world: World) -> dict[str, int]:
    """The last number of each sequence, where deleted records had the last ones."""
    last = {}
    records = chain(tenant.definitions, tenant.groups)
    ids = chain(
        (record["_id"] for record in records),
        (stored.attribute_id for _, _, stored in tenant.attributes.every()),
        (work.subject for work in tenant.accepted if work.kind == "bulk update"),
    )
    if world.ids.last > max(map(number_of_id, ids), default=0):
        last["id"] = world.ids.last
    uid = tenant.groups.next_uid() - 1
    if uid > max((group["uid"] for group in tenant.groups), default=0):
        last["uid"] = uid
    return last


def json_lines(world: World) -> Iterator[bytes]:
    """The export as JSON, with one record a line; written in pieces, because a large call would block all requests."""
    yield b"{"
    for number, tenant in enumerate(world.tenants()):
        yield b"%s\n%s: {" % (b"," * bool(number), _dump(str(tenant.name)))
        for place, (part, items) in enumerate(parts(tenant, world).items()):
            yield b"%s\n %s: " % (b"," * bool(place), _dump(part))
            if isinstance(items, dict):
                yield _dump(items)
                continue
            separator = b"["
            for item in items:
                yield b"%s\n  %s" % (separator, _dump(item))
                separator = b","
            yield b"]" if separator == b"," else b"[]"
        yield b"\n}"
    yield b"\n}\n"


def _dump(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # an integer of more than 64 bits
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def imported(content: Any, like: World, lines: Lines = no_lines) -> World:
    """The world of a seed that is the body of a request.

    Args:
        content: the body.
        like: a world that serves the same applications.
        lines: finds the line of a path in the body's text.

    Raises:
        SeedProblem: not a seed, violates the contract, or has an application that is not served.
    """
    validate("the body", content, lines)
    world = like.empty()
    for name in content:
        if not world.serves(TenantName(*name.split("/", 1))):
            raise SeedProblem(f"the application {name} is not served; start the server with --tenant {name}")
    load_seed(world, LocatedSeed(content, "the body", lines))
    return world
