"""How a seed is loaded into a world. The same seed always gives the same ids and times."""

from datetime import UTC, datetime, timedelta
from typing import Any

from audience_mock import errors
from audience_mock.contract.document import TenantName
from audience_mock.errors import Refusal, show
from audience_mock.seeds.problems import Lines, Mistake, broken, no_lines
from audience_mock.store.accepted import Work
from audience_mock.store.collection import Record
from audience_mock.store.definitions import DEFAULTS
from audience_mock.store.groups import COMPLETED
from audience_mock.store.values import VALIDATIONS, instant
from audience_mock.store.world import Tenant, World, number_of_id, timestamp

Seed = dict[str, dict[str, Any]]

FIRST_DAY = datetime(2024, 1, 1, 9, tzinfo=UTC)
"""The created_at of the first seeded record; each further record is an hour later."""


class LocatedSeed(Seed):
    """A seed of a file.

    Args:
        content: the data.
        source: what it is, for messages, like "the seed shop.yaml".
        lines: finds the line of a path.
    """

    def __init__(self, content: Seed, source: str, lines: Lines) -> None:
        super().__init__(content)
        self.source = source
        self.lines = lines


def load_seed(world: World, seed: Seed, source: str) -> None:
    """Load a seed into an empty world.

    Args:
        world: an empty world.
        seed: a valid seed.
        source: the seed's name or path, for messages.

    Raises:
        SeedProblem: a duplicate slug, id or uid, or an invalid value.
    """
    mistakes = _load(world, seed, seed.lines if isinstance(seed, LocatedSeed) else no_lines)
    if mistakes:
        raise broken(seed.source if isinstance(seed, LocatedSeed) else f"the seed {source}", mistakes)


def load_what_fits(world: World, seed: Seed) -> None:
    """Load a seed into an empty world without what is wrong in it. Items that are None are left out."""
    _load(world, seed, no_lines)


def mistakes_of(seed: Seed, lines: Lines) -> list[Mistake]:
    """The mistakes that loading a seed would find. Items that are None are left out."""
    return _load(World(), seed, lines)


def _load(world: World, seed: Seed, lines: Lines) -> list[Mistake]:
    mistakes: list[Mistake] = []
    for name, parts in seed.items():
        tenant = world.tenant(*TenantName(*name.split("/", 1)))
        mistakes += _SeedLoader(world, tenant, lines).load_seed(parts)
    world.continue_ids(max(map(number_of_id, world.reserved_ids), default=0))
    return mistakes


class _SeedLoader:
    """Loads one tenant; counts the records to space their times."""

    def __init__(self, world: World, tenant: Tenant, lines: Lines) -> None:
        self._world = world
        self._tenant = tenant
        self._lines = lines
        self._loaded = 0
        self._used: set[tuple[str, str | int]] = set()
        self._has_gaps = False

    def load_seed(self, parts: dict[str, Any]) -> list[Mistake]:
        """Load what is right, and return the mistakes of the rest."""
        mistakes = []
        for part, load in (
            ("definitions", self._definition),
            ("users", self._user),
            ("values", self._value),
            ("groups", self._group),
            ("jobs", self._job),
        ):
            for number, item in enumerate(parts.get(part, ())):
                if item is None:
                    self._has_gaps = True
                    continue
                try:
                    load(item)
                except Refusal as refusal:
                    self._has_gaps = True
                    path = f"{self._tenant.name}.{part}.{number}"
                    mistakes.append(Mistake(self._lines(path), f"seed.{path}: {refusal.message}"))
        self._finish(parts.get("last", {}))
        return mistakes

    def _finish(self, last: dict[str, int]) -> None:
        """Continue the sequences, and accept the reading of files that older exports only mark at the group."""
        self._world.continue_ids(last.get("id", 0))
        self._tenant.groups.continue_uids(last.get("uid", 0))
        accepted = {work.subject for work in self._tenant.accepted if work.kind == "group file"}
        for group in self._tenant.groups.being_read():
            if group["_id"] not in accepted:
                self._tenant.accepted.add(Work("group file", group["_id"]))

    def _record(self, item: Record, defaults: Record) -> Record:
        now = timestamp(FIRST_DAY + timedelta(hours=self._loaded))
        self._loaded += 1
        times = {"created_at": now, "modified_at": now}
        record_id = item["_id"] if "_id" in item else self._world.new_id()
        self._world.reserve_id(record_id)
        self._claim("_id", record_id)
        record = {"_id": record_id, **defaults, **times, **item}
        return {**record, **{field: _normalized(record[field]) for field in times}}

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
        # An export may have one that no longer fits: an update can change the type, but not the default.
        violations = (
            []
            if default is None or "modified_at" in item
            else self._tenant.definitions.validate(record, default, "default_value")
        )
        if violations:
            raise errors.invalid(violations)
        self._tenant.definitions.insert(record)

    def _user(self, item: Record) -> None:
        if item["user_id"] in self._tenant.users:
            raise _duplicate("user_id", item["user_id"])
        self._tenant.users.add(**item)

    def _value(self, item: Record) -> None:
        definition = self._definition_of(item["definition"])
        if definition is None:
            return
        violations = self._tenant.definitions.validate(definition, item["value"], "value")
        if violations:
            raise errors.invalid(violations)
        written: Record = {key: item[key] for key in ("updated_by", "customer_overridden") if key in item}
        if "_id" in item:
            self._world.reserve_id(item["_id"])
            self._claim("_id", item["_id"])
            written["attribute_id"] = item["_id"]
        self._tenant.attributes.put(item["user_id"], definition, item["value"], **written)

    def _definition_of(self, slug: str) -> Record | None:
        """The definition; None if it may be one that was left out. Raises Refusal 400."""
        definition = self._tenant.definitions.by_slug(slug)
        if definition is None and not self._has_gaps:
            raise errors.invalid([errors.unknown_key("definition", slug)])
        return definition

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
        total = record["total_users"]
        if total.get("refreshed_at"):
            record["total_users"] = {**total, "refreshed_at": _normalized(total["refreshed_at"])}
        self._claim("uid", record["uid"])
        self._tenant.groups.insert(record, user_ids)
        if item.get("is_being_read"):
            self._tenant.groups.begin_reading(record["_id"])

    def _job(self, item: Record) -> None:
        kind = item["kind"]
        if kind == "bulk update":
            self._bulk_update(item)
            return
        group_id = item.get("group", "")
        if group_id not in self._tenant.groups:
            if self._has_gaps:
                return
            raise errors.one("group", f"The job of the kind {show(kind)} has no group {show(group_id)}; name one here.")
        if kind == "group file" and not self._tenant.groups.is_being_read(self._tenant.groups.get(group_id)):
            self._tenant.groups.begin_reading(group_id)
        self._tenant.accepted.add(Work(kind, group_id))

    def _bulk_update(self, item: Record) -> None:
        if "file_url" not in item:
            raise errors.one("file_url", "The bulk update has no file_url; send the URL of its file of users.")
        job_id = item["_id"] if "_id" in item else self._world.new_id()
        self._world.reserve_id(job_id)
        self._claim("_id", job_id)
        found = [(self._definition_of(value["definition"]), value["value"]) for value in item.get("values", [])]
        values = {definition["_id"]: value for definition, value in found if definition is not None}
        self._tenant.accepted.add(Work("bulk update", job_id, item["file_url"], values))


def _normalized(moment: str) -> str:
    """A time in UTC with milliseconds. Raises Refusal 400 for one that no calendar has."""
    try:
        return timestamp(instant(moment))
    except (AttributeError, OverflowError, ValueError):
        raise errors.one(
            "created_at", f"The time {show(moment)} is none; send one like 2024-05-01T09:30:00.000Z."
        ) from None


def _duplicate(field: str, value: str | int) -> Refusal:
    return errors.one(field, f"The {field} {show(value)} appears twice; give each record its own.")
