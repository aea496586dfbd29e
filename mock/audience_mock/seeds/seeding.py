"""How a seed is loaded into a world. The same seed always gives the same ids and times."""

from datetime import UTC, datetime, timedelta
from typing import Any

from audience_mock import errors
from audience_mock.contract.document import TenantName
from audience_mock.errors import Refusal, show
from audience_mock.seeds.seed_file import Seed, SeedProblem
from audience_mock.store.collection import Record
from audience_mock.store.definitions import DEFAULTS
from audience_mock.store.groups import COMPLETED
from audience_mock.store.values import VALIDATIONS
from audience_mock.store.world import Tenant, World, timestamp

FIRST_DAY = datetime(2024, 1, 1, 9, tzinfo=UTC)
"""The created_at of the first seeded record; each further record is an hour later."""


def load_seed(world: World, seed: Seed, source: str) -> None:
    """Load a seed into an empty world.

    Args:
        world: an empty world.
        seed: a valid seed.
        source: the seed's name or path, for messages.

    Raises:
        SeedProblem: a duplicate slug, id or uid, or an invalid value.
    """
    for name, parts in seed.items():
        tenant = world.tenant(*TenantName(*name.split("/", 1)))
        try:
            _SeedLoader(world, tenant).load_seed(parts)
        except Refusal as refusal:
            raise SeedProblem(f"the seed {source} breaks the contract: {refusal.message}") from None


class _SeedLoader:
    """Loads one tenant; counts the records to space their times."""

    def __init__(self, world: World, tenant: Tenant) -> None:
        self._world = world
        self._tenant = tenant
        self._loaded = 0
        self._used: set[tuple[str, str | int]] = set()

    def load_seed(self, parts: dict[str, Any]) -> None:
        for part, load in (
            ("definitions", self._definition),
            ("users", self._user),
            ("values", self._value),
            ("groups", self._group),
        ):
            for number, item in enumerate(parts.get(part, ())):
                try:
                    load(item)
                except Refusal as refusal:
                    raise errors.one(part, f"seed.{self._tenant.name}.{part}.{number}: {refusal.message}") from None

    def _record(self, item: Record, defaults: Record) -> Record:
        now = timestamp(FIRST_DAY + timedelta(hours=self._loaded))
        self._loaded += 1
        times = {"created_at": now, "modified_at": now}
        record_id = item["_id"] if "_id" in item else self._world.new_id()
        self._world.reserve_id(record_id)
        self._claim("_id", record_id)
        return {"_id": record_id, **defaults, **times, **item}

    def _claim(self, field: str, value: str | int) -> None:
        if (field, value) in self._used:
            raise _duplicate(field, value)
        self._used.add((field, value))

    def _definition(self, item: Record) -> None:
        record = self._record(item, {"name": "", "slug": "", "description": "", "type": "", **DEFAULTS})
        for validation in record["validations"]:
            if not VALIDATIONS[validation["type"]].accepts(validation["value"]):
                raise errors.one(
                    "validations", f"{show(validation)} is not a validation: its value has the wrong type."
                )
        default = record["default_value"]
        violations = [] if default is None else self._tenant.definitions.validate(record, default, "default_value")
        if violations:
            raise errors.invalid(violations)
        self._tenant.definitions.insert(record)

    def _user(self, item: Record) -> None:
        if item["user_id"] in self._tenant.users:
            raise _duplicate("user_id", item["user_id"])
        self._tenant.users.add(**item)

    def _value(self, item: Record) -> None:
        definition = self._tenant.definitions.by_slug(item["definition"])
        if definition is None:
            raise errors.invalid([errors.unknown_key("definition", item["definition"])])
        violations = self._tenant.definitions.validate(definition, item["value"], "value")
        if violations:
            raise errors.invalid(violations)
        written: Record = {key: item[key] for key in ("updated_by", "customer_overridden") if key in item}
        if "_id" in item:
            self._world.reserve_id(item["_id"])
            self._claim("_id", item["_id"])
            written["attribute_id"] = item["_id"]
        self._tenant.attributes.put(item["user_id"], definition, item["value"], **written)

    def _group(self, item: Record) -> None:
        user_ids = list(dict.fromkeys(item.get("users", [])))
        defaults = {
            "uid": self._tenant.groups.next_uid(),
            "name": "",
            "description": "",
            "file_url": "data:text/csv,user_id",
            "application_id": self._tenant.name.application_id,
            "type": "file",
            "status": COMPLETED,
            "category": "",
            "tags": [],
            "total_users": {"count": len(user_ids), "refreshed_at": timestamp(FIRST_DAY)},
        }
        fields = {key: value for key, value in item.items() if key not in {"users", "is_being_read"}}
        record = self._record(fields, defaults)
        record = {**record, "is_active": item.get("is_active", True), "__v": item.get("__v", 0)}
        self._claim("uid", record["uid"])
        self._tenant.groups.insert(record, user_ids)
        if item.get("is_being_read"):
            self._tenant.groups.begin_reading(record["_id"])


def _duplicate(field: str, value: str | int) -> Refusal:
    return errors.one(field, f"The {field} {show(value)} appears twice; give each record its own.")
