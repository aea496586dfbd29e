"""Records in creation order, with filters and pages. Page time does not depend on data size."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from itertools import islice
from operator import and_, or_
from typing import Any

from pyroaring import BitMap

from audience_mock.errors import Refusal
from audience_mock.store.table import Table

Record = dict[str, Any]
Filters = Mapping[str, Any]
"""Arguments by filter name; None as an argument matches everything."""

MAX_SEARCHES = 32
"""Cached results of filter combinations."""
LAST_NUMBER = 2**53
"""Of a sequence of ids or uids: the last that every reader of JSON takes exactly. After it, free ones come again."""
BATCH = 2_000
"""Records that a search examines before it yields to other requests: about a millisecond."""
FilterKey = tuple[tuple[str, Any], ...]
"""The names and arguments of the filters whose argument is not None."""


@dataclass(frozen=True)
class ValueFilter:
    """A filter that compares values exactly. Indexed.

    Args:
        values: the values of a record.
        requested: the values that an argument asks for; a record with any of them matches.
    """

    values: Callable[[Record], Iterable[Hashable]]
    requested: Callable[[Any], Iterable[Hashable]]

    def matches(self, record: Record, argument: Any) -> bool:
        return not set(self.requested(argument)).isdisjoint(self.values(record))


@dataclass(frozen=True)
class SubstringFilter:
    """A filter for records whose text contains the argument, ignoring case. Not indexed."""

    text: Callable[[Record], str]

    def matches(self, record: Record, argument: str) -> bool:
        return bool(self.select([record], argument))

    def select(self, records: Iterable[Record], argument: str) -> list[Record]:
        needle = argument.casefold()
        return [record for record in records if needle in self.text(record).casefold()]


Filter = ValueFilter | SubstringFilter


def equals(field: str) -> ValueFilter:
    """The filter for records whose field equals the argument."""
    return ValueFilter(lambda record: (record[field],), lambda argument: (argument,))


@dataclass
class _Search:
    """The cached result of one filter combination: the places of matching records."""

    matches: BitMap = field(default_factory=BitMap)
    examined: int = 0
    """All places below this one have been examined."""


class Collection:
    """Records by id and in creation order.

    A record is replaced, never changed in place, so a caller may keep the one it got. A record's place is its
    number in creation order. Each ValueFilter has an index: value -> compressed bitmap of places. The result of any
    other filter combination is searched for on first use, cached, and updated by every later write.

    Args:
        filters: every filter that `page` supports, by name.
        unknown: makes the refusal for an unknown id.
    """

    def __init__(self, filters: Mapping[str, Filter], unknown: Callable[[str], Refusal]) -> None:
        self._filters = filters
        self._unknown = unknown
        self._places: Table[str, int] = Table()
        self._records: Table[int, Record] = Table()
        self._order = BitMap()
        self._indexed = {name: kind for name, kind in filters.items() if isinstance(kind, ValueFilter)}
        self._index: dict[str, Table[Hashable, int | BitMap]] = {name: Table() for name in self._indexed}
        """Filter -> value -> the only place with this value, or a bitmap once there have been several."""
        self._searches: OrderedDict[FilterKey, _Search] = OrderedDict()
        self._next = 0
        self.writes = 0

    def fork(self) -> "Collection":
        """An independent copy; copies no records."""
        other = Collection(self._filters, self._unknown)
        other._places, other._records, other._order = self._places.fork(), self._records.fork(), self._order.copy()
        other._index = {name: index.fork() for name, index in self._index.items()}
        other._next = self._next
        return other

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Record]:
        return (self._records[place] for place in self._order)

    def __contains__(self, record_id: str) -> bool:
        return record_id in self._places

    def get(self, record_id: str) -> Record:
        """The record with this id. Raises Refusal 404."""
        place = self._places.get(record_id)
        if place is None:
            raise self._unknown(record_id)
        return self._records[place]

    def add(self, record: Record) -> None:
        """Append a record with a new `_id`."""
        place, self._next = self._next, self._next + 1
        self.writes += 1
        self._places.add(record["_id"], place)
        self._records.add(place, record)
        self._order.add(place)
        for name, kind in self._indexed.items():
            index = self._index[name]
            for value in kind.values(record):
                _add_place(index, value, place)
        self._update_searches(place, record)

    def replace(self, record: Record) -> None:
        """Replace the record with the same `_id`."""
        place = self._places[record["_id"]]
        self._write(place, self._records[place], record)

    def remove(self, record_id: str) -> None:
        """Remove the record with this id. Raises Refusal 404."""
        record = self.get(record_id)
        place = self._places.pop(record_id)
        self._order.remove(place)
        self._write(place, record, None)

    def _write(self, place: int, old: Record, new: Record | None) -> None:
        """Update the records, the indexes and the cached searches where a record is replaced or removed."""
        self.writes += 1
        if new is None:
            del self._records[place]
        else:
            self._records[place] = new
        before, after = self._keys(old), self._keys(new)
        for name, value in before - after:
            _remove_place(self._index[name], value, place)
        for name, value in after - before:
            _add_place(self._index[name], value, place)
        self._update_searches(place, new)

    def _update_searches(self, place: int, new: Record | None) -> None:
        for key, search in self._searches.items():
            if place <= search.examined:
                search.examined = max(search.examined, place + 1)
                if new is not None and self._matches(new, key):
                    search.matches.add(place)
                else:
                    search.matches.discard(place)

    def _matches(self, record: Record, key: FilterKey) -> bool:
        return all(self._filters[name].matches(record, argument) for name, argument in key)

    def _keys(self, record: Record | None) -> set[tuple[str, Hashable]]:
        if record is None:
            return set()
        return {(name, value) for name in self._index for value in self._indexed[name].values(record)}

    def values(self, name: str) -> list[Any]:
        """Every value that some record has for a ValueFilter, sorted."""
        values: Iterable[Any] = self._index[name]
        return sorted(values)

    def first(self, name: str, value: Hashable) -> Record | None:
        """The oldest record with a value for a ValueFilter."""
        places = self._index[name].get(value)
        if places is None:
            return None
        return self._records[places if isinstance(places, int) else places[0]]

    def count(self, name: str, value: Hashable) -> int:
        """The number of records with a value for a ValueFilter."""
        return len(_bitmap(self._index[name].get(value)))

    def page(self, filters: Filters, page_no: int, page_size: int) -> tuple[list[Record], int]:
        """One page of the records that match all filters, oldest first, and the number of all that match."""
        key = _filter_key(filters)
        for _ in self._search(key):
            pass
        matches = self._searches[key].matches if key in self._searches else self._candidates(key)
        start = (page_no - 1) * page_size
        if start >= len(matches):
            return [], len(matches)
        on_page = islice(matches.iter_equal_or_larger(matches[start]), page_size)
        return self._records.many(on_page), len(matches)

    def search(self, filters: Filters) -> Iterator[None]:
        """Do the searching that `page` needs, in batches; other requests may run between two of them."""
        return self._search(_filter_key(filters))

    def _search(self, key: FilterKey) -> Iterator[None]:
        """Examine all records that this search has not examined yet; continues an abandoned search."""
        if self._is_indexed(key):
            return
        search = self._searches.get(key)
        if search is None:
            search = self._searches[key] = _Search()
            self._evict()
        self._searches.move_to_end(key)
        if all(name in self._index for name, _ in key) and search.examined < self._next:
            search.matches, search.examined = self._candidates(key), self._next
        while search.examined < self._next:
            batch = list(islice(self._candidates(key).iter_equal_or_larger(search.examined), BATCH))
            search.matches.update(self._select(batch, key))
            search.examined = batch[-1] + 1 if len(batch) == BATCH else self._next
            if search.examined < self._next:
                yield

    def _is_indexed(self, key: FilterKey) -> bool:
        """Is the result all records, or one entry of an index."""
        return not key or (
            len(key) == 1
            and all(
                name in self._index and len([*self._indexed[name].requested(argument)]) <= 1 for name, argument in key
            )
        )

    def _candidates(self, key: FilterKey) -> BitMap:
        """The places that match all indexed filters."""
        sets = []
        for name, argument in key:
            if name in self._index:
                matching = [_bitmap(self._index[name].get(value)) for value in self._indexed[name].requested(argument)]
                sets.append(reduce(or_, matching) if matching else BitMap())
        return reduce(and_, sets) if sets else self._order

    def _select(self, places: list[int], key: FilterKey) -> Iterator[int]:
        """Those of the places whose records match all filters without an index."""
        records = self._records.many(places)
        for name, argument in key:
            kind = self._filters[name]
            if isinstance(kind, SubstringFilter):
                records = kind.select(records, argument)
        return (self._places[record["_id"]] for record in records)

    def _evict(self) -> None:
        """Drop the least recently used of too many searches; never one that is still running."""
        done = [key for key, search in self._searches.items() if search.examined == self._next]
        for key in done[: max(0, len(self._searches) - MAX_SEARCHES)]:
            del self._searches[key]


class Resources:
    """Read access to the records of one resource: the base of Definitions and Groups."""

    def __init__(self, records: Collection) -> None:
        self._records = records

    @property
    def writes(self) -> int:
        """The number of writes so far."""
        return self._records.writes

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records)

    def __contains__(self, record_id: str) -> bool:
        return record_id in self._records

    def get(self, record_id: str) -> Record:
        """The record with this id. Raises Refusal 404."""
        return self._records.get(record_id)

    def page(self, filters: Filters, page_no: int, page_size: int) -> tuple[list[Record], int]:
        """One page of the records that match all filters, and the number of all that match."""
        return self._records.page(filters, page_no, page_size)

    def search(self, filters: Filters) -> Iterator[None]:
        """Do the searching that `page` needs, in batches."""
        return self._records.search(filters)


def _filter_key(filters: Filters) -> FilterKey:
    return tuple(sorted((name, argument) for name, argument in filters.items() if argument is not None))


def _bitmap(places: int | BitMap | None) -> BitMap:
    """An index entry as a bitmap."""
    if isinstance(places, BitMap):
        return places
    return BitMap() if places is None else BitMap((places,))


def _add_place(index: Table[Hashable, int | BitMap], value: Hashable, place: int) -> None:
    unshared = index.unshared(value)
    if isinstance(unshared, BitMap):
        unshared.add(place)
        return
    places = index.get(value)
    if places is None:
        index.add(value, place)
    elif isinstance(places, int):
        index[value] = BitMap((places, place))
    else:
        _writable(index, value).add(place)


def _remove_place(index: Table[Hashable, int | BitMap], value: Hashable, place: int) -> None:
    if len(_bitmap(index[value])) == 1:
        del index[value]
    else:
        _writable(index, value).remove(place)


def _writable(index: Table[Hashable, int | BitMap], value: Hashable) -> BitMap:
    """The bitmap of a value with several places, to be changed in place."""
    places = index.writable(value, lambda entry: _bitmap(entry).copy())
    assert isinstance(places, BitMap)
    return places
