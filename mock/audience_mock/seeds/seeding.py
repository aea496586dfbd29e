"""How a seed is loaded into a world. The same seed always gives the same ids and times."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from audience_mock import errors
from audience_mock.contract.document import TenantName
from audience_mock.errors import Refusal, Violation, show
from audience_mock.seeds.problems import Lines, Mistake, broken, no_lines
from audience_mock.store.accepted import Work
from audience_mock.store.collection import Record
from audience_mock.store.definitions import DEFAULTS
from audience_mock.store.groups import COMPLETED
from audience_mock.store.ids import number_of_id, timestamp
from audience_mock.store.members import places_of
from audience_mock.store.values import VALIDATIONS, instant
from audience_mock.store.world import Tenant, World

Seed = dict[str, dict[str, Any]]

FIRST_DAY = datetime(2024, 1, 1, 9, tzinfo=UTC)
"""The created_at of the first seeded record; each further record is an hour later."""


_NAMES = {"definitions": "slug", "groups": "_id"}
"""Part of a seed -> the field by which values and jobs refer to its items."""


class Gap(NamedTuple):
    """An item that breaks a schema; it is not loaded."""

    item: Any


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


def load_seed(world: World, seed: Seed) -> None:
    """Load a seed into an empty world.

    Args:
        world: an empty world.
        seed: a valid seed.

    Raises:
        SeedProblem: a duplicate slug, id or uid, or an invalid value.
    """
    located = seed if isinstance(seed, LocatedSeed) else LocatedSeed(seed, "the seed", no_lines)
    mistakes = _load(world, located, located.lines)
    if mistakes:
        raise broken(located.source, mistakes)


def load_what_fits(world: World, seed: Seed) -> None:
    """Load a seed into an empty world without what is wrong in it. Gaps are left out."""
    _load(world, seed, no_lines)


def mistakes_of(seed: Seed, lines: Lines) -> list[Mistake]:
    """The mistakes that loading a seed would find. Gaps are left out."""
    return _load(World(), seed, lines)


def _load(world: World, seed: Seed, lines: Lines) -> list[Mistake]:
    mistakes: list[Mistake] = []
    for name, parts in seed.items():
        tenant = world.tenant(*TenantName(*name.split("/", 1)))
        mistakes += _SeedLoader(world, tenant, lines).load_seed(parts)
    world.ids.continue_after(max(map(number_of_id, world.ids.reserved), default=0))
    return mistakes


class _SeedLoader:
    """Loads one tenant; counts the records to space their times."""

    def __init__(self, world: World, tenant: Tenant, lines: Lines) -> None:
        self._world = world
        self._tenant = tenant
        self._lines = lines
        self._loaded = 0
        self._used: set[tuple[str, str | int]] = set()
        self._left_out: set[tuple[str, str | None]] = set()
        """Part and name of the items that are not loaded; None for an unknown name."""

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
                if isinstance(item, Gap):
                    self._leave_out(part, item.item)
                    continue
                try:
                    load(item)
                except Refusal as refusal:
                    self._leave_out(part, item)
                    path = f"{self._tenant.name}.{part}.{number}"
                    mistakes += [
                        Mistake(self._lines(f"{path}.{field}"), f"seed.{path}: {message}")
                        for field, message in refusal.violations
                    ]
        self._finish(parts.get("last", {}))
        return mistakes

    def _leave_out(self, part: str, item: Any) -> None:
        """Note an item that is not loaded: what refers to it is no mistake."""
        if part in _NAMES:
            name = item.get(_NAMES[part]) if isinstance(item, dict) else None
            self._left_out.add((part, name if isinstance(name, str) else None))

    def _is_left_out(self, part: str, name: str) -> bool:
        """May this be the name of an item that is not loaded."""
        return not self._left_out.isdisjoint({(part, name), (part, None)})

    def _finish(self, last: dict[str, int]) -> None:
        """Continue the sequences, and accept the reading of files that older exports only mark at the group."""
        self._world.ids.continue_after(last.get("id", 0))
        self._tenant.groups.continue_uids(last.get("uid", 0))
        accepted = {work.subject for work in self._tenant.accepted if work.kind == "group file"}
        for group in self._tenant.groups.being_read():
            if group["_id"] not in accepted:
                self._tenant.accepted.add(Work("group file", group["_id"]))

    def _record(self, item: Record, defaults: Record) -> Record:
        now = timestamp(FIRST_DAY + timedelta(hours=self._loaded))
        self._loaded += 1
        times = {"created_at": now, "modified_at": now}
        record_id = item["_id"] if "_id" in item else self._world.ids.new_id()
        self._world.ids.reserve(record_id)
        self._claim("_id", record_id)
        return _in_utc({"_id": record_id, **defaults, **times, **item})

    def _claim(self, field: str, value: str | int) -> None:
        if (field, value) in self._used:
            raise _duplicate(field, value)
        self._used.add((field, value))

    def _definition(self, item: Record) -> None:
        record = self._record(item, {"name": "", "slug": "", "description": "", "type": "", **DEFAULTS})
        for validation in record["validations"]:
            kind = VALIDATIONS[validation["type"]]
            if not kind.accepts(validation["value"]):
                message = f"{show(validation)} is not a validation: its value must be {kind.wanted}."
                raise errors.one("validations", message)
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
            self._world.ids.reserve(item["_id"])
            self._claim("_id", item["_id"])
            written["attribute_id"] = item["_id"]
        self._tenant.attributes.put(item["user_id"], definition, item["value"], **written)

    def _definition_of(self, slug: str, field: str = "definition") -> Record | None:
        """The definition; None if it may be one that was left out. Raises Refusal 400 that names the field."""
        definition = self._tenant.definitions.by_slug(slug)
        if definition is None and not self._is_left_out("definitions", slug):
            raise errors.invalid([errors.unknown_key(field, slug)])
        return definition

    def _group(self, item: Record) -> None:
        user_ids = list(places_of(item.get("users", [])))
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

    def _job(self, item: Record) -> None:
        kind = item["kind"]
        if kind == "bulk update":
            self._bulk_update(item)
            return
        group_id = item.get("group", "")
        if group_id not in self._tenant.groups:
            if self._is_left_out("groups", group_id):
                return
            raise errors.one("group", f"The job of the kind {show(kind)} has no group {show(group_id)}; name one here.")
        if kind == "group file" and not self._tenant.groups.is_being_read(self._tenant.groups.get(group_id)):
            self._tenant.groups.begin_reading(group_id)
        self._tenant.accepted.add(Work(kind, group_id))

    def _bulk_update(self, item: Record) -> None:
        if "file_url" not in item:
            raise errors.one("file_url", "The bulk update has no file_url; send the URL of its file of users.")
        job_id = item["_id"] if "_id" in item else self._world.ids.new_id()
        self._world.ids.reserve(job_id)
        self._claim("_id", job_id)
        values: dict[str, Any] = {}
        violations: list[Violation] = []
        for number, value in enumerate(item.get("values", [])):
            try:
                definition = self._definition_of(value["definition"], f"values.{number}.definition")
            except Refusal as refusal:
                violations += refusal.violations
            else:
                if definition is not None:
                    values[definition["_id"]] = value["value"]
        if violations:
            raise errors.invalid(violations)
        self._tenant.accepted.add(Work("bulk update", job_id, item["file_url"], values))


def _in_utc(record: Record) -> Record:
    """The record with its times in UTC with milliseconds. Raises Refusal 400 for those that no calendar has."""
    violations: list[Violation] = []

    def normalized(field: str, holder: Record, way: str = "") -> Record:
        try:
            return {field: timestamp(instant(holder[field]))}
        except (AttributeError, OverflowError, ValueError):
            message = f"The {field} {show(holder[field])} is no time; send one like 2024-05-01T09:30:00.000Z."
            violations.append(Violation(f"{way}{field}", message))
            return {}

    times = {**normalized("created_at", record), **normalized("modified_at", record)}
    total = record.get("total_users")
    if total and total.get("refreshed_at"):
        times["total_users"] = {**total, **normalized("refreshed_at", total, "total_users.")}
    if violations:
        raise errors.invalid(violations)
    return {**record, **times}


def _duplicate(field: str, value: str | int) -> Refusal:
    return errors.one(field, f"The {field} {show(value)} appears twice; give each record its own.")
