"""Faults of the order of lists (PAG-10)."""

from collections.abc import Callable
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, operation
from tests.faults.operators.lists import EVERYTHING, cut, cut_page, repage
from tests.faults.operators.store import put_by
from tests.faults.patching import Record
from tests.faults.registry import Change, faults

from audience_mock.store.attributes import Attributes

Key = Callable[[Record], Any]


def _by(key: Key, operation_id: str, *names: str, reverse: bool = False) -> Change:
    """List by a key, where one of these filters is given, or always."""

    async def faulty(original: Any, at: Any, page_no: int, page_size: int, **filters: Any) -> Any:
        every = (await original(at, page_no=1, page_size=EVERYTHING, **filters))["items"]
        is_sorted = not names or any(filters.get(name) is not None for name in names)
        return cut_page(sorted(every, key=key, reverse=reverse) if is_sorted else every, page_no, page_size)

    return operation(faulty, operation_id)


def _categorised(key: Key, *, reverse: bool = False) -> Change:
    """List the groups of each category by a key."""
    return answer(
        lambda x: x.json.update(
            user_groups={
                category: sorted(groups, key=key, reverse=reverse) for category, groups in x.json["user_groups"].items()
            }
        ),
        ops.CATEGORISED,
        status=200,
    )


def _name(record: Record) -> str:
    return str(record["name"]).casefold()


def _modified(record: Record) -> str:
    return str(record["modified_at"])


def _created(record: Record) -> str:
    return str(record["created_at"])


def _put_last(attributes: Attributes, user_id: str, definition: Record, held: Any, value: Any) -> Any:
    """A value that is replaced is the newest."""
    if held:
        values = attributes._by_user[user_id]
        values[definition["_id"]] = values.pop(definition["_id"])
    return value


faults(
    "PAG-10",
    newest_first=repage(lambda every, no, size: cut(every[::-1], no, size), *ops.LISTS),
    definitions_newest_first=_by(_created, ops.LIST_DEFINITIONS, reverse=True),
    groups_newest_first=repage(lambda every, no, size: cut(every[::-1], no, size), ops.LIST_GROUPS),
    values_newest_first=repage(lambda every, no, size: cut(every[::-1], no, size), ops.LIST_ATTRIBUTES),
    each_page_is_turned=repage(lambda every, no, size: cut(every, no, size)[::-1], ops.LIST_DEFINITIONS),
    definitions_by_name=_by(_name, ops.LIST_DEFINITIONS),
    definitions_by_slug_under_a_type=_by(lambda r: str(r["slug"]), ops.LIST_DEFINITIONS, "type"),
    last_changed_definition_last=_by(_modified, ops.LIST_DEFINITIONS),
    groups_by_name_under_a_name=_by(_name, ops.LIST_GROUPS, "name"),
    groups_by_category=_by(lambda r: str(r["category"]), ops.LIST_GROUPS),
    last_patched_group_last=_by(_modified, ops.LIST_GROUPS),
    last_patched_group_last_under_a_status=_by(_modified, ops.LIST_GROUPS, "status"),
    categorised_newest_first=_categorised(lambda r: r["uid"], reverse=True),
    categorised_by_name=_categorised(_name),
    categorised_by_the_last_patch=_categorised(_modified),
    values_by_definition=_by(lambda r: str(r["user_attribute_definition_id"]), ops.LIST_ATTRIBUTES),
    values_by_key_under_a_name=_by(lambda r: str(r["attribute"]["key"]), ops.LIST_ATTRIBUTES, "name"),
    replaced_value_is_the_last=put_by(_put_last),
)
