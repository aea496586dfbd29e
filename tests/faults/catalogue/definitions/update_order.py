"""Faults of the place of an updated definition (DEF-22)."""

from collections.abc import Callable
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import operation, wrap
from tests.faults.operators.lists import EVERYTHING, cut_page
from tests.faults.patching import Mock, Record
from tests.faults.registry import Change, fault, faults

from audience_mock.store.definitions import Definitions


def _sorted_by(key: Callable[[Record], Any], *names: str) -> Change:
    """List definitions by a key, where one of these filters is given, or always."""

    async def faulty(original: Any, at: Any, page_no: int, page_size: int, **filters: Any) -> Any:
        every = (await original(at, page_no=1, page_size=EVERYTHING, **filters))["items"]
        is_sorted = not names or any(filters.get(name) is not None for name in names)
        return cut_page(sorted(every, key=key) if is_sorted else every, page_no, page_size)

    return operation(faulty, ops.LIST_DEFINITIONS)


@fault("DEF-22", wrap, Definitions, "update")
def updated_is_deleted_and_added(original: Any, self: Any, record_id: str, body: Record) -> Any:
    """An update takes the definition out and adds it at the end."""
    new = original(self, record_id, body)
    self._records.remove(record_id)
    self._records.add(new)
    return new


@fault("DEF-22", wrap, Definitions, "update")
def renamed_is_added_again(original: Any, self: Any, record_id: str, body: Record) -> Any:
    new = original(self, record_id, body)
    if "name" in body:
        self._records.remove(record_id)
        self._records.add(new)
    return new


@fault("DEF-22")
def editable_ones_in_the_order_in_which_they_became_so(mock: Mock) -> None:
    """The list under customer_editable is that of an index to which updates append."""
    became: dict[str, None] = {}

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        new = original(self, record_id, body)
        became.pop(record_id, None)
        became[record_id] = None
        return new

    mock.wrap(update, Definitions, "update")
    places = became.keys()
    _sorted_by(lambda r: [*places].index(r["_id"]) if r["_id"] in places else -1, "customer_editable")(mock)


faults(
    "DEF-22",
    last_changed_first=_sorted_by(lambda r: -int("".join(filter(str.isdigit, r["modified_at"])))),
    last_changed_last=_sorted_by(lambda r: str(r["modified_at"])),
    by_name=_sorted_by(lambda r: str(r["name"]).casefold()),
    by_name_under_a_filter=_sorted_by(lambda r: str(r["name"]).casefold(), "name"),
    by_type=_sorted_by(lambda r: str(r["type"])),
    last_changed_last_under_a_type=_sorted_by(lambda r: str(r["modified_at"]), "type"),
)
