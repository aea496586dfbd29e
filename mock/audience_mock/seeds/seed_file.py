"""How a seed is read: a built-in one, or a YAML or JSON file, which is validated against the contract.

A seed maps "COMPANY/APPLICATION" to the data of that tenant. Every part is optional, and so is every field with a
default:

    559/64b000000000000000000001:
      definitions: [{name: Shoe size, slug: shoe-size, type: number, pinned: true}]
      users: [{user_id: u1, emails: [{email: ada@example.com, primary: true}], blacklisted: false}]
      values: [{user_id: u1, definition: shoe-size, value: 41}]
      groups: [{name: Walkers, category: l1, tags: [shoes], users: [u1]}]
"""

import copy
import functools
import re
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from audience_mock.contract.document import DOCUMENTED_TENANT, JsonObject, load_contract, resolve
from audience_mock.contract.schema import Schema
from audience_mock.errors import MAX_JUDGED
from audience_mock.seeds import demo, huge
from audience_mock.seeds.problems import Lines, Mistake, SeedProblem, broken, no_lines
from audience_mock.seeds.reading import read_text
from audience_mock.seeds.seeding import Gap, LocatedSeed, Seed, mistakes_of
from audience_mock.store.collection import LAST_NUMBER
from audience_mock.store.groups import CATEGORIES, COMPLETED, FAILED, PENDING

__all__ = ["BUILT_IN", "Seed", "SeedProblem", "read_seed", "read_state", "validate"]

_TENANT = re.compile("[^/]+/[^/]+")
_SOME_TENANT = "a/b"
"""Stands for any tenant while a single item is judged."""
PARTS = ("definitions", "users", "values", "groups")
RECORDS = (*PARTS, "jobs")


def read_seed(seed: str) -> Seed:
    """The built-in seed of this name, or the YAML or JSON file at this path. Raises SeedProblem."""
    if seed in BUILT_IN:
        return BUILT_IN[seed]()
    path = Path(seed)
    source = f"the seed {path}"
    if not seed:
        raise _unknown(seed)
    try:
        text = _text(path, source)
    except FileNotFoundError as missing:
        if path.suffix in {".yaml", ".yml", ".json"}:
            raise _unreadable(source, missing) from None
        raise _unknown(seed) from None
    return _read(text, source, must_be_json=path.suffix == ".json")


def _unknown(seed: str) -> SeedProblem:
    known = ", ".join(BUILT_IN)
    return SeedProblem(f"there is no seed {seed!r}: use {known}, or the path of a YAML or JSON file")


def read_state(path: Path) -> Seed | None:
    """The state file at this path; None if it does not exist or is empty. Raises SeedProblem."""
    source = f"the state file {path}"
    try:
        text = _text(path, source)
    except FileNotFoundError:
        return None
    return _read(text, source, must_be_json=True) if text.strip() else None


def _text(path: Path, source: str) -> bytes:
    """The content of a file. Raises FileNotFoundError, and SeedProblem for any other error."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _unreadable(source, error) from None


def _unreadable(source: str, error: OSError) -> SeedProblem:
    return SeedProblem(f"{source} cannot be read: {error.strerror}; make it readable, or name another file")


def _read(text: bytes, source: str, *, must_be_json: bool) -> LocatedSeed:
    found = read_text(text, source, must_be_json=must_be_json)
    mistakes = list(found.mistakes)
    if found.content is None and not mistakes:
        raise SeedProblem(f"{source} is empty; write COMPANY/APPLICATION with its data, or {{}} for no data")
    if found.content is not None:
        mistakes += _mistakes(found.content, found.lines)
    if mistakes:
        raise broken(source, mistakes)
    return LocatedSeed(found.content, source, found.lines)


def _documents() -> Seed:
    return copy.deepcopy(_read_documents())


@functools.cache
def _read_documents() -> Seed:
    """The file, read once: each new session needs it, and that takes ten times as long as a copy."""
    path = Path(__file__).with_name("documents.yaml")
    return dict(read_text(path.read_bytes(), "the seed documents").content)


def _with_documents(parts: dict[str, Any]) -> Seed:
    """A seed that begins with the documents' examples, so that they are on the first page of every list."""
    tenant = str(DOCUMENTED_TENANT)
    documented = _documents()[tenant]
    return {tenant: {part: chain(documented.get(part, ()), parts.get(part, ())) for part in PARTS}}


BUILT_IN: dict[str, Callable[[], Seed]] = {
    "demo": lambda: _with_documents(demo.shop()),
    "documents": _documents,
    "empty": dict,
    "huge": lambda: _with_documents(huge.million()),
}


def validate(source: str, content: Any, lines: Lines = no_lines) -> None:
    """Validate a seed against the contract's schemas.

    Args:
        source: what it is, for messages, like "the seed demo".
        content: the data.
        lines: finds the line of a path.

    Raises:
        SeedProblem: all mistakes.
    """
    if mistakes := list(_mistakes(content, lines)):
        raise broken(source, mistakes)


def _mistakes(content: Any, lines: Lines) -> Iterator[Mistake]:
    """Every mistake of a seed that breaks a schema; of one that breaks none, nothing: `load_seed` checks the rest."""
    names = list(content) if isinstance(content, dict) else []
    wrong = [name for name in names if not isinstance(name, str) or not _TENANT.fullmatch(name)]
    for name in wrong:
        yield Mistake(lines(str(name)), f"it names the tenant {name!r}; write it as COMPANY/APPLICATION")
    violations = _compiled().violations(content, "seed")
    for violation in violations:
        yield Mistake(lines(violation.field.partition(".")[2]), violation.message)
    if isinstance(content, dict) and (wrong or violations) and len(violations) < MAX_JUDGED:
        # What is valid is loaded, to find the other mistakes: those that no schema shows.
        yield from mistakes_of({name: _valid(content[name]) for name in names if name not in wrong}, lines)


def _valid(parts: Any) -> dict[str, Any]:
    """The items of a tenant; an invalid one is marked as a gap, so that the others keep their numbers."""
    if not isinstance(parts, dict):
        return {}
    schema = _compiled()
    return {
        part: [item if schema.is_valid({_SOME_TENANT: {part: [item]}}) else Gap(item) for item in parts[part]]
        for part in RECORDS
        if isinstance(parts.get(part), list)
    }


def without_misfits(parts: dict[str, Any]) -> dict[str, Any]:
    """The parts of a tenant without the fields that break the contract; an item that needs one is marked as a gap."""
    return _valid({part: [_fitting(part, item) for item in items] for part, items in parts.items()})


def _fitting(part: str, item: dict[str, Any]) -> dict[str, Any]:
    """An item without its wrong fields."""
    item = {field: value for field, value in item.items() if field in _fields()[part]}
    violations = _compiled().violations({_SOME_TENANT: {part: [item]}}, "")
    wrong = {violation.field.removeprefix(f".{_SOME_TENANT}.{part}.0.").partition(".")[0] for violation in violations}
    return {field: value for field, value in item.items() if field not in wrong}


@functools.cache
def _fields() -> dict[str, frozenset[str]]:
    """The fields of the items of each part."""
    parts = _schema()["additionalProperties"]["properties"]
    return {part: frozenset(parts[part]["items"]["properties"]) for part in RECORDS}


@functools.cache
def _compiled() -> Schema:
    return Schema(_schema())


def _schema() -> JsonObject:
    """The schema of a seed: the contract's, with fields that have a default made optional."""
    contract = load_contract()
    schemas = {name: resolve(contract, s) for name, s in contract["components"]["schemas"].items()}
    created = schemas["CreateUserAttributeDefinition"]["properties"]
    definition = {
        **schemas["UserAttributeDefinition"],
        "required": ["name", "slug", "type"],
        "properties": {
            **schemas["UserAttributeDefinition"]["properties"],
            **{field: created[field] for field in ("name", "slug", "type")},
        },
    }
    definition["properties"]["validations"]["items"]["required"] = ["type", "value"]
    group = {
        **schemas["UserGroup"],
        "required": ["name", "category"],
        "properties": {
            **schemas["UserGroup"]["properties"],
            "uid": {"type": "integer", "minimum": 1, "maximum": LAST_NUMBER},
            "category": {"enum": list(CATEGORIES)},
            "status": {"enum": [PENDING, COMPLETED, FAILED]},
            "users": {"type": "array", "items": {"type": "string", "minLength": 1}},
            "is_being_read": {"type": "boolean"},
        },
    }
    user = {
        **schemas["UserSummary"],
        "properties": {**schemas["UserSummary"]["properties"], "blacklisted": {"type": "boolean"}},
    }
    user["properties"]["emails"]["items"]["required"] = ["email"]
    phone = user["properties"]["phone_numbers"]["items"]
    phone["required"] = ["phone"]
    phone["properties"]["country_code"] = {"type": "integer", "minimum": 1}
    value = {
        "type": "object",
        "required": ["user_id", "definition", "value"],
        "properties": {
            "user_id": {"type": "string", "minLength": 1},
            "definition": {"type": "string"},
            "value": schemas["AttributeValue"],
            "updated_by": {"type": "string"},
            "customer_overridden": {"type": "boolean"},
            "_id": {"type": "string", "minLength": 1},
        },
    }
    text = {"type": "string", "minLength": 1}
    job = {
        "type": "object",
        "required": ["kind"],
        "properties": {
            "kind": {"enum": ["group file", "refresh", "bulk update"]},
            "group": text,
            "_id": text,
            "file_url": text,
            "values": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["definition", "value"],
                    "additionalProperties": False,
                    "properties": {"definition": text, "value": schemas["AttributeValue"]},
                },
            },
        },
    }
    number = {"type": "integer", "minimum": 0, "maximum": LAST_NUMBER}
    last = {"type": "object", "additionalProperties": False, "properties": {"id": number, "uid": number}}
    items = {"definitions": definition, "users": user, "values": value, "groups": group, "jobs": job}
    tenant = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **{part: {"type": "array", "items": {**items[part], "additionalProperties": False}} for part in RECORDS},
            "last": last,
        },
    }
    return {"type": "object", "additionalProperties": tenant}
