"""Records in creation order, with an index behind every filter: a page costs what the page costs."""

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

MAX_SEARCHES = 32
"""Answers to combinations of filters that are kept up to date."""
PIECE = 2_000
"""Records that a search looks at before it lets others in: about a millisecond."""
FilterKey = tuple[tuple[str, Any], ...]
"""The arguments that are not None, with the names of their filters."""


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
        return bool(self.sift([record], argument))

    def sift(self, records: Iterable[Record], argument: str) -> list[Record]:
        """Those of the records that it keeps."""
        needle = argument.casefold()
        return [record for record in records if needle in self.text(record).casefold()]


Filter = AnyOf | Part


def exactly(field: str, read: Callable[[Any], Hashable] = lambda argument: argument) -> AnyOf:
    """The filter that keeps the records whose field equals the argument as `read` gives it."""
    return AnyOf(lambda record: (record[field],), lambda argument: (read(argument),))


@dataclass
class _Search:
    """The places of the records that a combination of filters keeps, as far as they have been looked at."""

    found: BitMap = field(default_factory=BitMap)
    looked: int = 0
    """All places below this one have been looked at."""


class Collection:
    """Records by id and in creation order.

    A record is replaced, never changed in place: whoever holds one holds it as it was. Records have places,
    counted as they come. A filter of kind AnyOf is answered from its index: sets of places, as compressed
    bitmaps. What a combination or a Part keeps is searched for on first use and kept up to date by every write
    after.

    Args:
        filters: every filter that `page` understands, by name.
        unknown: the refusal for an id that is not here.
    """

    def __init__(self, filters: Mapping[str, Filter], unknown: Callable[[str], Refusal]) -> None:
        self._filters = filters
        self._unknown = unknown
        self._places: Table[str, int] = Table()
        self._records: Table[int, Record] = Table()
        self._order = BitMap()
        self._any_of = {name: kind for name, kind in filters.items() if isinstance(kind, AnyOf)}
        self._index: dict[str, Table[Hashable, int | BitMap]] = {name: Table() for name in self._any_of}
        """Filter -> value -> the place that bears it, or, once there were several, the places."""
        self._searches: OrderedDict[FilterKey, _Search] = OrderedDict()
        self._next = 0
        self.writes = 0

    def fork(self) -> "Collection":
        """A collection of the same records that goes its own way, made at no cost."""
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
        place, self._next = self._next, self._next + 1
        self._places[record["_id"]] = place
        self._order.add(place)
        self._write(place, None, record)

    def replace(self, record: Record) -> None:
        """Put a record in the place of the one with its `_id`."""
        place = self._places[record["_id"]]
        self._write(place, self._records[place], record)

    def remove(self, record_id: str) -> None:
        """Forget the record with this id.

        Raises:
            Refusal: 404.
        """
        record = self.get(record_id)
        place = self._places.pop(record_id)
        self._order.remove(place)
        self._write(place, record, None)

    def _write(self, place: int, old: Record | None, new: Record | None) -> None:
        """Carry one change into the records, the indexes and the searches."""
        self.writes += 1
        if new is None:
            del self._records[place]
        else:
            self._records[place] = new
        before, after = self._keys(old), self._keys(new)
        for name, value in before - after:
            _drop(self._index[name], value, place)
        for name, value in after - before:
            _enter(self._index[name], value, place)
        for key, search in self._searches.items():
            if place <= search.looked:
                search.looked = max(search.looked, place + 1)
                if new is not None and self._keeps(new, key):
                    search.found.add(place)
                else:
                    search.found.discard(place)

    def _keeps(self, record: Record, key: FilterKey) -> bool:
        return all(self._filters[name].keeps(record, argument) for name, argument in key)

    def _keys(self, record: Record | None) -> set[tuple[str, Hashable]]:
        if record is None:
            return set()
        return {(name, value) for name in self._index for value in self._any_of[name].values(record)}

    def values(self, name: str) -> list[Any]:
        """Every value that some record bears for an AnyOf filter, sorted."""
        values: Iterable[Any] = self._index[name]
        return sorted(values)

    def first(self, name: str, value: Hashable) -> Record | None:
        """The oldest record that bears a value for an AnyOf filter."""
        places = _places(self._index[name].get(value))
        return self._records[places[0]] if places else None

    def count(self, name: str, value: Hashable) -> int:
        """How many records bear a value."""
        return len(_places(self._index[name].get(value)))

    def page(self, filters: Filters, page_no: int, page_size: int) -> tuple[list[Record], int]:
        """One page of the records that all filters keep.

        Args:
            filters: arguments by filter name; one whose argument is None keeps everything.
            page_no: 1 or more.
            page_size: 1 or more.

        Returns:
            The page's records, oldest first, and the number of all that the filters keep.
        """
        key = _filter_key(filters)
        for _ in self._search(key):
            pass
        kept = self._searches[key].found if key in self._searches else self._indexed(key)
        start = (page_no - 1) * page_size
        if start >= len(kept):
            return [], len(kept)
        on_page = islice(kept.iter_equal_or_larger(kept[start]), page_size)
        return self._records.many(on_page), len(kept)

    def search(self, filters: Filters) -> Iterator[None]:
        """Do what `page` would have to do before its answer, a piece at a time: others may come in between."""
        return self._search(_filter_key(filters))

    def _search(self, key: FilterKey) -> Iterator[None]:
        """Look at all records that this search has not yet looked at; one that was given up goes on here."""
        if self._is_indexed(key):
            return
        search = self._searches.get(key)
        if search is None:
            search = self._searches[key] = _Search()
            self._forget_some()
        self._searches.move_to_end(key)
        if all(name in self._index for name, _ in key) and search.looked < self._next:
            search.found, search.looked = self._indexed(key), self._next
        while search.looked < self._next:
            among = self._indexed(key)
            piece = list(islice(among.iter_equal_or_larger(search.looked), PIECE))
            search.found.update(self._sifted(piece, key))
            search.looked = piece[-1] + 1 if len(piece) == PIECE else self._next
            if search.looked < self._next:
                yield

    def _is_indexed(self, key: FilterKey) -> bool:
        """Is the answer at hand, as all records or as those that bear one value."""
        return not key or (
            len(key) == 1
            and all(name in self._index and len([*self._any_of[name].wanted(argument)]) <= 1 for name, argument in key)
        )

    def _indexed(self, key: FilterKey) -> BitMap:
        """The places that the filters which have an index keep together."""
        sets = []
        for name, argument in key:
            if name in self._index:
                bearing = [_places(self._index[name].get(value)) for value in self._any_of[name].wanted(argument)]
                sets.append(reduce(or_, bearing) if bearing else BitMap())
        return reduce(and_, sets) if sets else self._order

    def _sifted(self, places: list[int], key: FilterKey) -> Iterator[int]:
        """Those of the places whose records all filters without an index keep."""
        records = self._records.many(places)
        for name, argument in key:
            kind = self._filters[name]
            if isinstance(kind, Part):
                records = kind.sift(records, argument)
        return (self._places[record["_id"]] for record in records)

    def _forget_some(self) -> None:
        """Where there are too many searches, forget those not used for longest, but none under way."""
        done = [key for key, search in self._searches.items() if search.looked == self._next]
        for key in done[: max(0, len(self._searches) - MAX_SEARCHES)]:
            del self._searches[key]


def _filter_key(filters: Filters) -> FilterKey:
    return tuple(sorted((name, argument) for name, argument in filters.items() if argument is not None))


def _places(held: int | BitMap | None) -> BitMap:
    """What an index holds for a value, as places."""
    if isinstance(held, BitMap):
        return held
    return BitMap() if held is None else BitMap((held,))


def _enter(index: Table[Hashable, int | BitMap], value: Hashable, place: int) -> None:
    mine = index.mine(value)
    if isinstance(mine, BitMap):
        mine.add(place)
        return
    held = index.get(value)
    if held is None:
        index[value] = place
    elif isinstance(held, int):
        index[value] = BitMap((held, place))
    else:
        _several(index, value).add(place)


def _drop(index: Table[Hashable, int | BitMap], value: Hashable, place: int) -> None:
    held = index[value]
    if len(_places(held)) == 1:
        del index[value]
    else:
        _several(index, value).remove(place)


def _several(index: Table[Hashable, int | BitMap], value: Hashable) -> BitMap:
    """The places of a value that has or had several, to be changed."""
    held = index.own(value, lambda held: _places(held).copy())
    assert isinstance(held, BitMap)
    return held
