"""A dict that forks at no cost, so that a world of a million records does too."""

from collections.abc import Callable, Iterable, Iterator, MutableMapping
from typing import Any, TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")

_GONE: Any = object()
"""Stands in a layer for a key that a layer below still has."""


class Table(MutableMapping[K, V]):
    """What a dict is, in layers: the top one is this table's own, those below are shared and never change.

    None is no value: it stands for what is not there.

    A fork turns the top layer into one below, for both. A layer that is not much smaller than the one under it
    is merged into that first, so there are few, and each key is copied seldom.
    """

    def __init__(self) -> None:
        self._top: dict[K, V] = {}
        self._below: tuple[dict[K, V], ...] = ()
        """The newest first."""
        self._size = 0

    def fork(self) -> "Table[K, V]":
        """A table of the same that goes its own way."""
        self._settle()
        other: Table[K, V] = Table()
        other._below, other._size = self._below, self._size
        return other

    def _settle(self) -> None:
        if not self._top:
            return
        layers = [self._top, *self._below]
        while len(layers) > 1 and 2 * len(layers[0]) > len(layers[1]):
            newer, older, *rest = layers
            merged = older | newer
            layers = [merged, *rest] if rest else [{k: v for k, v in merged.items() if v is not _GONE}]
        self._below = tuple(layers)
        self._top = {}

    def _find(self, key: K) -> V:
        """The value of a key, or _GONE."""
        value = self._top.get(key)
        if value is not None:
            return value
        for layer in self._below:
            if (value := layer.get(key)) is not None:
                return value
        found: V = _GONE
        return found

    @overload
    def get(self, key: K, default: None = None, /) -> V | None: ...
    @overload
    def get(self, key: K, default: V | D, /) -> V | D: ...
    def get(self, key: K, default: Any = None, /) -> Any:
        """As of a dict."""
        value = self._find(key)
        return default if value is _GONE else value

    def many(self, keys: Iterable[K]) -> list[Any]:
        """The value of each key; None for one that is not there."""
        return list(map(self.get if self._below else self._top.get, keys))

    def __getitem__(self, key: K) -> V:
        value = self._find(key)
        if value is _GONE:
            raise KeyError(key)
        return value

    def __contains__(self, key: object) -> bool:
        return self._find(key) is not _GONE  # type: ignore[arg-type]

    def mine(self, key: K) -> V | None:
        """The value of a key where it is this table's own, and may be changed in place; a mark where it was deleted."""
        return self._top.get(key)

    def own(self, key: K, copy: Callable[[V], V]) -> V:
        """The value of a key, to be changed in place: a copy where it is shared with a fork."""
        value = self.mine(key)
        if value is None or value is _GONE:
            value = self._top[key] = copy(self[key])
        return value

    def __setitem__(self, key: K, value: V) -> None:
        self._size += key not in self
        self._top[key] = value

    def __delitem__(self, key: K) -> None:
        if key not in self:
            raise KeyError(key)
        self._size -= 1
        if any(key in layer for layer in self._below):
            self._top[key] = _GONE
        else:
            del self._top[key]

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[K]:
        """The keys, the oldest first."""
        return self._through_layers() if self._below else iter(self._top)

    def _through_layers(self) -> Iterator[K]:
        layers = [*reversed(self._below), self._top]
        for number, layer in enumerate(layers):
            for key in layer:
                if key in self and not any(key in older for older in layers[:number]):
                    yield key
