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
    """One user's value of one definition."""

    attribute_id: str
    value: Any
    updated_by: str = "platform"
    customer_overridden: bool = False


class DefinitionLookup(Protocol):
    """Finds definitions by id."""

    def get(self, definition_id: str) -> Record: ...


class Attributes:
    """One value per user and definition. Users are no resource of this API: a user exists by having a value."""

    def __init__(self, tenant: TenantName, new_id: Callable[[], str]) -> None:
        self._tenant = tenant
        self._new_id = new_id
        self._by_user: Table[str, dict[str, Value]] = Table()
        self._users_of: Table[str, dict[str, None]] = Table()
        self.writes = 0

    def fork(self, new_id: Callable[[], str]) -> "Attributes":
        """An independent copy; a write copies only what it changes."""
        other = Attributes(self._tenant, new_id)
        other._by_user, other._users_of = self._by_user.fork(), self._users_of.fork()
        return other

    def put(
        self, user_id: str, definition: Record, value: Any, *, attribute_id: str | None = None, **written: Any
    ) -> Record:
        """Create or replace a valid value; a replaced value keeps its `_id` and its place in the list.

        Args:
            user_id: the user.
            definition: the definition.
            value: the value; the caller has validated it.
            attribute_id: the `_id` of a new value, from a seed.
            written: `updated_by` and `customer_overridden`, from a seed.
        """
        self.writes += 1
        values = _writable(self._by_user, user_id)
        old = values.get(definition["_id"])
        new = Value(old.attribute_id if old else attribute_id or self._new_id(), value, **written)
        values[definition["_id"]] = new
        _writable(self._users_of, definition["_id"])[user_id] = None
        return self._record(user_id, definition, new)

    def get(self, user_id: str, definition: Record) -> Record:
        """The user's value of a definition. Raises Refusal 404."""
        stored = self._by_user.get(user_id, {}).get(definition["_id"])
        if stored is None:
            raise errors.unknown_attribute(user_id, definition["_id"])
        return self._record(user_id, definition, stored)

    def delete(self, user_id: str, definition_id: str) -> None:
        """Delete the user's value of a definition. Raises Refusal 404."""
        if definition_id not in self._by_user.get(user_id, {}):
            raise errors.unknown_attribute(user_id, definition_id)
        self.writes += 1
        self._delete(user_id, definition_id)
        del _writable(self._users_of, definition_id)[user_id]

    def delete_definition(self, definition_id: str) -> None:
        """Delete every user's value of a definition."""
        self.writes += 1
        for user_id in self._users_of.pop(definition_id, ()):
            self._delete(user_id, definition_id)

    def _delete(self, user_id: str, definition_id: str) -> None:
        values = _writable(self._by_user, user_id)
        del values[definition_id]
        if not values:
            del self._by_user[user_id]

    def __len__(self) -> int:
        return sum(map(len, self._by_user.values()))

    def every(self) -> Iterator[tuple[str, str, Value]]:
        """Every value, as (user id, definition id, value)."""
        for user_id, values in self._by_user.items():
            for definition_id, value in values.items():
                yield user_id, definition_id, value

    def values_of(self, definition_id: str) -> Iterator[tuple[str, Any]]:
        """Every user with a value of a definition, and the value."""
        for user_id in self._users_of.get(definition_id, ()):
            yield user_id, self._by_user[user_id][definition_id].value

    def page(
        self, user_id: str, definitions: DefinitionLookup, filters: Record, page_no: int, page_size: int
    ) -> tuple[list[Record], int]:
        """One page of a user's values, oldest first, and the number of all that match the filters.

        The filter `type` compares the definition's type, `name` searches in the definition's name, ignoring case.
        None as an argument matches everything.
        """
        values = self._by_user.get(user_id, {})
        matches: Collection[str] = values
        if any(argument is not None for argument in filters.values()):
            matches = [d for d in values if _matches(definitions.get(d), **filters)]
        start = (page_no - 1) * page_size
        on_page = islice(matches, start, start + page_size) if start < len(matches) else ()
        return [self._record(user_id, definitions.get(d), values[d]) for d in on_page], len(matches)

    def _record(self, user_id: str, definition: Record, stored: Value) -> Record:
        return {
            "_id": stored.attribute_id,
            "application_id": self._tenant.application_id,
            "user_id": user_id,
            "user_attribute_definition_id": definition["_id"],
            "attribute": {"key": definition["slug"], "value": stored.value},
            "type": definition["type"],
            "updated_by": stored.updated_by,
            "customer_overridden": stored.customer_overridden,
        }


T = TypeVar("T")


def _writable(table: Table[str, dict[str, T]], key: str) -> dict[str, T]:
    """The entry of a user or a definition, to be changed in place."""
    if key not in table:
        table[key] = {}
    return table.writable(key, dict)


def _matches(definition: Record, name: str | None = None, type: str | None = None) -> bool:  # noqa: A002
    return (type is None or definition["type"] == type) and (
        name is None or name.casefold() in definition["name"].casefold()
    )
