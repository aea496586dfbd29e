"""Users' values of attribute definitions (documents: Audience, operations 6 to 10)."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol, TypeVar

from audience_mock import errors
from audience_mock.contract.document import TenantName
from audience_mock.store.collection import Record
from audience_mock.store.table import Table


@dataclass(slots=True)
class Value:
    """What one user holds of one definition."""

    attribute_id: str
    value: Any
    updated_by: str = "platform"
    customer_overridden: bool = False


class ById(Protocol):
    """Where live definitions are found."""

    def get(self, definition_id: str) -> Record: ...


class Attributes:
    """One value per user and definition. A user is whoever holds a value: users are no resource of this API."""

    def __init__(self, tenant: TenantName, new_id: Callable[[], str]) -> None:
        self._tenant = tenant
        self._new_id = new_id
        self._by_user: Table[str, dict[str, Value]] = Table()
        self._users_of: Table[str, dict[str, None]] = Table()
        self.writes = 0

    def fork(self, new_id: Callable[[], str]) -> "Attributes":
        """The same values going their own way, made at no cost: a write takes copies of what it changes."""
        other = Attributes(self._tenant, new_id)
        other._by_user, other._users_of = self._by_user.fork(), self._users_of.fork()
        return other

    def put(
        self, user_id: str, definition: Record, value: Any, *, attribute_id: str | None = None, **written: Any
    ) -> Record:
        """Create or replace a value that fits; replacing keeps its `_id` and its place in the list.

        `written` holds `updated_by` and `customer_overridden`, where it was not this API that wrote; a seed may
        bring the `_id` along.
        """
        self.writes += 1
        values = _held(self._by_user, user_id)
        held = values.get(definition["_id"])
        new = Value(held.attribute_id if held else attribute_id or self._new_id(), value, **written)
        values[definition["_id"]] = new
        _held(self._users_of, definition["_id"])[user_id] = None
        return self._record(user_id, definition, new)

    def get(self, user_id: str, definition: Record) -> Record:
        """The user's value of a definition. Raises Refusal 404."""
        held = self._by_user.get(user_id, {}).get(definition["_id"])
        if held is None:
            raise errors.unknown_attribute(user_id, definition["_id"])
        return self._record(user_id, definition, held)

    def delete(self, user_id: str, definition_id: str) -> None:
        """Forget the user's value of a definition. Raises Refusal 404."""
        if definition_id not in self._by_user.get(user_id, {}):
            raise errors.unknown_attribute(user_id, definition_id)
        self.writes += 1
        self._forget(user_id, definition_id)
        del _held(self._users_of, definition_id)[user_id]

    def forget_definition(self, definition_id: str) -> None:
        """Forget every user's value of a definition."""
        self.writes += 1
        for user_id in self._users_of.pop(definition_id, ()):
            self._forget(user_id, definition_id)

    def _forget(self, user_id: str, definition_id: str) -> None:
        values = _held(self._by_user, user_id)
        del values[definition_id]
        if not values:
            del self._by_user[user_id]

    def __len__(self) -> int:
        return sum(map(len, self._by_user.values()))

    def every(self) -> Iterator[tuple[str, str, Value]]:
        """Every value there is: user id, definition id, value."""
        for user_id, values in self._by_user.items():
            for definition_id, held in values.items():
                yield user_id, definition_id, held

    def values_of(self, definition_id: str) -> Iterator[tuple[str, Any]]:
        """Every user who holds a value of a definition, with the value."""
        for user_id in self._users_of.get(definition_id, ()):
            yield user_id, self._by_user[user_id][definition_id].value

    def page(
        self, user_id: str, definitions: ById, filters: Record, page_no: int, page_size: int
    ) -> tuple[list[Record], int]:
        """One page of a user's values, oldest first, and the number of all that the filters keep.

        The filter `type` keeps those of that type, `name` those whose definition's name has it, whatever the
        case; None keeps all.
        """
        values = self._by_user.get(user_id, {})
        kept: Collection[str] = values
        if any(argument is not None for argument in filters.values()):
            kept = [d for d in values if _keeps(definitions.get(d), **filters)]
        start = (page_no - 1) * page_size
        on_page = islice(kept, start, start + page_size) if start < len(kept) else ()
        return [self._record(user_id, definitions.get(d), values[d]) for d in on_page], len(kept)

    def _record(self, user_id: str, definition: Record, held: Value) -> Record:
        return {
            "_id": held.attribute_id,
            "application_id": self._tenant.application_id,
            "user_id": user_id,
            "user_attribute_definition_id": definition["_id"],
            "attribute": {"key": definition["slug"], "value": held.value},
            "type": definition["type"],
            "updated_by": held.updated_by,
            "customer_overridden": held.customer_overridden,
        }


T = TypeVar("T")


def _held(table: Table[str, dict[str, T]], key: str) -> dict[str, T]:
    """What a table holds for a user or a definition, to be changed."""
    if key not in table:
        table[key] = {}
    return table.own(key, dict)


def _keeps(definition: Record, name: str | None = None, type: str | None = None) -> bool:  # noqa: A002
    return (type is None or definition["type"] == type) and (
        name is None or name.casefold() in definition["name"].casefold()
    )
