"""How a seed is read: a built-in one, or a YAML file, which is validated against the contract.

A seed maps "COMPANY/APPLICATION" to the data of that tenant. Every part is optional, and so is every field with a
default:

    559/64b000000000000000000001:
      definitions: [{name: Shoe size, slug: shoe-size, type: number, pinned: true}]
      users: [{user_id: u1, emails: [{email: ada@example.com, primary: true}], blacklisted: false}]
      values: [{user_id: u1, definition: shoe-size, value: 41}]
      groups: [{name: Walkers, category: l1, tags: [shoes], users: [u1]}]
"""

import functools
import re
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

from audience_mock.contract.document import DOCUMENTED_TENANT, JsonObject, load_contract, resolve
from audience_mock.contract.schema import Schema
from audience_mock.seeds import demo, huge
from audience_mock.store.groups import CATEGORIES, COMPLETED, FAILED, PENDING

Seed = dict[str, dict[str, Any]]

_TENANT = re.compile("[^/]+/[^/]+")
PARTS = ("definitions", "users", "values", "groups")


class SeedProblem(Exception):
    """A seed that cannot be used; the message names the file, the place and the fix."""


def read_seed(seed: str) -> Seed:
    """The built-in seed of this name, or the YAML file at this path. Raises SeedProblem."""
    if seed in BUILT_IN:
        return BUILT_IN[seed]()
    path = Path(seed)
    if not path.exists() and path.suffix not in {".yaml", ".yml", ".json"}:
        raise SeedProblem(f"there is no seed {seed!r}: use {', '.join(BUILT_IN)}, or the path of a YAML file")
    content: Seed = _load(path)
    validate(seed, content)
    return content


def _load(path: Path) -> Any:
    try:
        return yaml.load(path.read_bytes(), _Loader)  # noqa: S506 (a safe loader)
    except OSError as error:
        raise SeedProblem(f"the seed {path} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise SeedProblem(f"the seed {path} is not YAML{where}: {getattr(error, 'problem', error)}") from None


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Dates stay text, as in JSON."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _documents() -> Seed:
    return dict(_load(Path(__file__).with_name("documents.yaml")))


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


def validate(seed: str, content: Any) -> None:
    """Validate a seed against the contract's schemas. Raises SeedProblem."""
    if isinstance(content, dict):
        for name in content:
            if not _TENANT.fullmatch(str(name)):
                raise SeedProblem(f"the seed {seed} names the tenant {name!r}; write it as COMPANY/APPLICATION")
    for violation in _compiled().violations(content, "seed"):
        raise SeedProblem(f"the seed {seed} breaks the contract: {violation.message}")


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
            "uid": {"type": "integer", "minimum": 1},
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
    items = {"definitions": definition, "users": user, "values": value, "groups": group}
    tenant = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            part: {"type": "array", "items": {**items[part], "additionalProperties": False}} for part in PARTS
        },
    }
    return {"type": "object", "additionalProperties": tenant}
