"""A model of one tenant in plain lists, the filters to compare, and the comparison of pages."""

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from audience_mock.errors import Refusal
from audience_mock.store.collection import Record
from audience_mock.store.world import Tenant

USERS = ("u1", "u2")
VALUES: list[tuple[Any, set[str]]] = [
    ("red", {"string"}),
    ("", {"string"}),
    ("2024-05-01", {"string", "date"}),
    ("2024-05-01T09:30:00Z", {"string", "datetime"}),
    (0, {"number"}),
    (False, {"boolean"}),
    (["a"], {"list"}),
    ({}, {"object"}),
    (None, set()),
    ([1], set()),
]
"""Values, and the types that they fit."""
DEFINITIONS_ASKED: list[dict[str, Any]] = [
    {},
    {"name": "ALPHA", "type": None},
    {"slug": "s1"},
    {"type": "string"},
    {"is_locked": True},
    {"is_locked": False, "name": "b"},
    {"customer_editable": True, "type": "number"},
    {"pinned": True},
    {"encrypted": False, "pinned": False, "name": "SS"},
]
GROUPS_ASKED: list[dict[str, Any]] = [
    {},
    {"status": "completed"},
    {"status": "pending", "category": "l1"},
    {"type": "dynamic"},
    {"group_uid": "2"},
    {"group_uid": "2", "name": "a"},
    {"tags": "new"},
    {"tags": " vip, gone,,"},
    {"tags": ""},
    {"category": "l2", "name": "ALPHA", "tags": "new,vip"},
]


def matches(record: Record, query: dict[str, Any]) -> bool:
    """The meaning of the filters, written independently."""
    for field, wanted in query.items():
        if wanted is None:
            kept = True
        elif field == "name":
            kept = wanted.casefold() in record["name"].casefold()
        elif field == "group_uid":
            kept = wanted == str(record["uid"])
        elif field == "tags":
            kept = any(tag == part.strip() for part in wanted.split(",") for tag in record["tags"])
        else:
            kept = wanted == record[field]
        if not kept:
            return False
    return True


class Held(NamedTuple):
    """A user's value, and the types that it fits."""

    id: str
    value: Any
    fits: set[str]


class Model:
    """One tenant, in lists."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.definitions: list[Record] = []
        self.values: dict[str, dict[str, Held]] = {user: {} for user in USERS}
        self.groups: list[Record] = []
        self.members: dict[str, list[str]] = {}
        self.last_uid = 0

    def twin(self, tenant: Tenant) -> "Model":
        """The model of a fork of the tenant."""
        other = copy.deepcopy(self, {id(self.tenant): tenant})
        assert other.tenant is tenant
        return other

    def attributes(self, user: str) -> list[Record]:
        return [
            {
                "_id": held.id,
                "application_id": self.tenant.name.application_id,
                "user_id": user,
                "user_attribute_definition_id": definition_id,
                "attribute": {"key": definition["slug"], "value": held.value},
                "type": definition["type"],
                "updated_by": "platform",
                "customer_overridden": False,
            }
            for definition_id, held in self.values[user].items()
            if (definition := find(self.definitions, definition_id))
        ]


def find(records: list[Record], record_id: str) -> Record | None:
    return next((record for record in records if record["_id"] == record_id), None)


def refused(status: int, work: Callable[..., Any], *arguments: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        work(*arguments)
    assert refusal.value.status == status
    assert status != 400 or refusal.value.violations


def check_pages(page: Callable[[int, int], tuple[list[Record], int]], kept: list[Record]) -> None:
    for page_no in range(1, len(kept) // 3 + 2):
        assert page(page_no, 3) == (kept[3 * page_no - 3 : 3 * page_no], len(kept))
