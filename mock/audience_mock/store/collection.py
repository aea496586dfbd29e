"""Records in creation order, with an index behind every filter: a page costs what the page costs."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sortedcontainers import SortedList

from audience_mock.errors import Refusal

Record = dict[str, Any]
Filters = Mapping[str, Any]

MAX_VIEWS = 32
"""Answers to filter combinations that are kept up to date."""


@dataclass(frozen=True)
class AnyOf:
    """A filter that keeps the records bearing any of the wanted values.

    Args:
        values: the values that a record bears.
        wanted: the values that a filter's argument asks for.
    """

    values: Callable[[Record], Iterable[Hashable]]
    wanted: Callable[[Any], Iterable[Hashable]]

    def keeps(self, record: Record, argument: Any) -> bool:
        return not set(self.wanted(argument)).isdisjoint(self.values(record))


@dataclass(frozen=True)
class Part:
    """A filter that keeps the records with the argument somewhere in a text, whatever the case."""

    text: Callable[[Record], str]

    def keeps(self, record: Record, argument: str) -> bool:
        return argument.casefold() in self.text(record).casefold()


Filter = AnyOf | Part


def exactly(field: str, read: Callable[[Any], Hashable] = lambda argument: argument) -> AnyOf:
    """The filter that keeps the records whose field equals the argument as `read` gives it."""
    return AnyOf(lambda record: (record[field],), lambda argument: (read(argument),))


class Collection:
    """Records by id and in creation order.

    A record is replaced, never changed in place: whoever holds one holds it as it was. A filter of kind AnyOf
    is answered from its index; a combination, or a Part, from a view that is made on first use and kept up to
    date by every write after.

    Args:
        filters: every filter that `page` understands, by name.
        unknown: the refusal for an id that is not here.
    """

    def __init__(self, filters: Mapping[str, Filter], unknown: Callable[[str], Refusal]) -> None:
        self._filters = filters
        self._unknown = unknown
        self._places: dict[str, int] = {}
        self._records: dict[int, Record] = {}
        self._order: SortedList[int] = SortedList()
        self._index: dict[str, dict[Hashable, SortedList[int]]] = {name: {} for name in filters}
        self._views: OrderedDict[tuple[tuple[str, Any], ...], SortedList[int]] = OrderedDict()
        self._next = 0
        self.writes = 0
        self._shared = False
        self._owned: set[tuple[str, Hashable]] | None = None

    def fork(self) -> "Collection":
        """A collection of the same records that goes its own way, made at no cost.

        Both share everything until one is written to; that one then takes copies of its tables, and of each
        index list that it changes.
        """
        other = Collection(self._filters, self._unknown)
        other._places, other._records, other._order = self._places, self._records, self._order
        other._index, other._next = self._index, self._next
        self._shared = other._shared = True
        return other

    def _take_copies(self) -> None:
        if self._shared:
            self._places, self._records = dict(self._places), dict(self._records)
            self._order = SortedList(self._order)
            self._index = {name: dict(lists) for name, lists in self._index.items()}
            self._owned = set()
            self._shared = False

    def _own_list(self, name: str, value: Hashable) -> "SortedList[int]":
        """The index list of a value, to be changed."""
        lists = self._index[name]
        if value not in lists:
            lists[value] = SortedList()
        elif self._owned is not None and (name, value) not in self._owned:
            lists[value] = SortedList(lists[value])
        if self._owned is not None:
            self._owned.add((name, value))
        return lists[value]

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        return (self._records[place] for place in self._order)

    def __contains__(self, record_id: str) -> bool:
        return record_id in self._places

    def get(self, record_id: str) -> Record:
        """The record with this id.

        Raises:
            Refusal: 404.
        """
        place = self._places.get(record_id)
        if place is None:
            raise self._unknown(record_id)
        return self._records[place]

    def add(self, record: Record) -> None:
        """Put a record, whose `_id` is new, behind all others."""
        self._take_copies()
        place, self._next = self._next, self._next + 1
        self._places[record["_id"]] = place
        self._order.add(place)
        self._write(place, None, record)

    def replace(self, record: Record) -> None:
        """Put a record in the place of the one with its `_id`."""
        self._take_copies()
        place = self._places[record["_id"]]
        self._write(place, self._records[place], record)

    def remove(self, record_id: str) -> None:
        """Forget the record with this id.

        Raises:
            Refusal: 404.
        """
        record = self.get(record_id)
        self._take_copies()
        place = self._places.pop(record_id)
        self._order.remove(place)
        self._write(place, record, None)

    def _write(self, place: int, old: Record | None, new: Record | None) -> None:
        """Carry one change into the records, the indexes and the views."""
        self.writes += 1
        if new is None:
            del self._records[place]
        else:
            self._records[place] = new
        before, after = self._keys(old), self._keys(new)
        for name, value in before - after:
            held = self._own_list(name, value)
            held.remove(place)
            if not held:
                del self._index[name][value]
        for name, value in after - before:
            self._own_list(name, value).add(place)
        for asked, view in self._views.items():
            was = old is not None and self._keeps(old, asked)
            now = new is not None and self._keeps(new, asked)
            if now and not was:
                view.add(place)
            elif was and not now:
                view.remove(place)

    def _keys(self, record: Record | None) -> set[tuple[str, Hashable]]:
        if record is None:
            return set()
        return {
            (name, value)
            for name, kind in self._filters.items()
            if isinstance(kind, AnyOf)
            for value in kind.values(record)
        }

    def _keeps(self, record: Record, asked: Iterable[tuple[str, Any]]) -> bool:
        return all(self._filters[name].keeps(record, argument) for name, argument in asked)

    def values(self, name: str) -> list[Any]:
        """Every value that some record bears for an AnyOf filter, sorted."""
        return sorted(self._index[name])

    def count(self, name: str, value: Hashable) -> int:
        """How many records bear a value."""
        return len(self._index[name].get(value, ()))

    def page(self, filters: Filters, page_no: int, page_size: int) -> tuple[list[Record], int]:
        """One page of the records that all filters keep.

        Args:
            filters: arguments by filter name; one whose argument is None keeps everything.
            page_no: 1 or more.
            page_size: 1 or more.

        Returns:
            The page's records, oldest first, and the number of all that the filters keep.
        """
        kept = self._kept(tuple(sorted((n, a) for n, a in filters.items() if a is not None)))
        start = (page_no - 1) * page_size
        if start >= len(kept):
            return [], len(kept)
        return [self._records[place] for place in kept.islice(start, start + page_size)], len(kept)

    def _kept(self, asked: tuple[tuple[str, Any], ...]) -> "SortedList[int]":
        if not asked:
            return self._order
        indexed = [lists for pair in asked if (lists := self._lists(pair)) is not None]
        if len(asked) == len(indexed) == 1 and len(indexed[0]) <= 1:
            return indexed[0][0] if indexed[0] else SortedList()
        view = self._views.get(asked)
        if view is None:
            start = min(indexed, key=lambda lists: sum(map(len, lists)), default=[self._order])
            places = set().union(*start) if len(start) != 1 else start[0]
            view = SortedList(place for place in places if self._keeps(self._records[place], asked))
            self._views[asked] = view
            if len(self._views) > MAX_VIEWS:
                self._views.popitem(last=False)
        self._views.move_to_end(asked)
        return view

    def _lists(self, pair: tuple[str, Any]) -> "list[SortedList[int]] | None":
        """The index lists whose union answers one filter; None where the filter has no index."""
        name, argument = pair
        kind = self._filters[name]
        if not isinstance(kind, AnyOf):
            return None
        index = self._index[name]
        return [index[value] for value in set(kind.wanted(argument)) if value in index]
