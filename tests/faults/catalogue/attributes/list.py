"""Faults of the list of a user's values (ATT-06, ATT-12)."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import ignored_beside, operation, request
from tests.faults.operators.lists import Items, listed_as, refilter
from tests.faults.operators.store import first_values
from tests.faults.patching import Mock, Record
from tests.faults.registry import Change, fault, faults, operator

from audience_mock.operations.context import Context
from audience_mock.store.definitions import Definitions

LIST = ops.LIST_ATTRIBUTES


def _with_others(is_same: Callable[[str, str], bool], *, as_own: bool = False) -> Change:
    """List the values of all users for whom `is_same(id, requested id)`, perhaps as the requested user's."""

    def change(every: Items, at: Any, user_id: str, filters: Record) -> Items:
        for other in list(at.tenant.attributes._by_user):
            if other != user_id and is_same(other, user_id):
                found = at.tenant.attributes.page(other, at.tenant.definitions, {}, 1, 1000)[0]
                every = every + [{**record, "user_id": user_id} if as_own else record for record in found]
        return every

    return listed_as(change)


faults(
    "ATT-06",
    everybodys_values=_with_others(lambda other, user_id: True),
    users_whose_id_begins_so=_with_others(str.startswith),
    user_ids_without_case=_with_others(lambda other, user_id: other.lower() == user_id.lower()),
    long_user_ids_are_cut=_with_others(lambda other, user_id: other[:128] == user_id[:128], as_own=True),
    blanks_at_the_end_do_not_count=_with_others(lambda other, user_id: other.strip() == user_id.strip(), as_own=True),
    falsy_values_are_not_listed=listed_as(lambda every, *_: [r for r in every if r["attribute"]["value"]]),
)


@fault("ATT-06")
def put_is_not_listed(mock: Mock) -> None:
    """Only the values of the seed are listed."""
    seeded = {one.attribute_id for held in mock.tenant.attributes._by_user.values() for one in held.values()}
    listed_as(lambda every, *_: [r for r in every if r["_id"] in seeded])(mock)


@fault("ATT-06", listed_as)
def editable_ones_are_not_listed(every: Items, at: Any, user_id: str, filters: Record) -> Items:
    found = at.tenant.definitions
    return [r for r in every if not found.get(r["user_attribute_definition_id"])["customer_editable"]]


@fault("ATT-06", operation, ops.PUT_ATTRIBUTE)
async def puts_at_once_are_lost(original: Any, at: Context, user_id: str, definition_id: str, body: Record) -> Any:
    """A put writes back all values of the user as it read them some time before."""
    attributes = at.tenant.attributes
    before = set(attributes._by_user.get(user_id, {}))
    await asyncio.sleep(0.004)
    answer = await original(at, user_id=user_id, definition_id=definition_id, body=body)
    for other in set(attributes._by_user.get(user_id, {})) - before - {definition_id}:
        attributes.delete(user_id, other)
    return answer


@operator
def _by_name(mock: Mock, finds: Callable[[str, str], bool]) -> None:
    """Filter by `finds(the definition's name, text)`."""

    def keeps(record: Record, text: str) -> bool:
        definition_id = record["user_attribute_definition_id"]
        tenant = next(one for one in mock.world.tenants() if definition_id in one.definitions)
        return finds(tenant.definitions.get(definition_id)["name"], text)

    refilter(LIST, "name", keeps)(mock)


_by_type = partial(refilter, LIST, "type")

faults(
    "ATT-12",
    type_is_ignored=_by_type(lambda r, type_: True),
    date_finds_datetime=_by_type(lambda r, type_: r["type"].startswith(type_)),
    type_beside_a_name=ignored_beside("type", "name", LIST),
    case_counts=_by_name(lambda name, text: text in name),
    beginning_of_the_name=_by_name(lambda name, text: name.casefold().startswith(text.casefold())),
    name_is_looked_for_in_the_slug=refilter(
        LIST, "name", lambda r, text: text.casefold() in r["attribute"]["key"].casefold()
    ),
    backslash_finds_nothing=request(
        lambda x: x.query.update(name="\0 not there") if "\\" in x.query.get("name", "") else None, LIST
    ),
)


@fault("ATT-12")
def name_from_before_the_update(mock: Mock) -> None:
    first = first_values(mock, "name", Definitions, "update")

    def keeps(record: Record, text: str) -> bool:
        definition_id = record["user_attribute_definition_id"]
        tenant = next(one for one in mock.world.tenants() if definition_id in one.definitions)
        name = first.get(definition_id) or tenant.definitions.get(definition_id)["name"]
        return text.casefold() in name.casefold()

    refilter(LIST, "name", keeps)(mock)
