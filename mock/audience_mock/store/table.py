"""A dict that forks (copies) in constant time: copy-on-write layers."""

from collections.abc import Callable, Iterable, Iterator, MutableMapping
from typing import Any, TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")

_DELETED: Any = object()
"""Marks a key as deleted while a lower layer still has it."""


class Table(MutableMapping[K, V]):
    """A dict of layers: the top one belongs to this table, the lower ones are shared with forks and never change.

    None cannot be stored: it means a missing key.

    A fork freezes the top layer into a lower one of both tables. A layer that is not much smaller than the one
    below is merged into it first, so there are few layers and each key is copied seldom.
    """

    def __init__(self) -> None:
        self._top: dict[K, V] = {}
        self._below: tuple[dict[K, V], ...] = ()
        """Newest first."""
        self._size = 0

    def fork(self) -> "Table[K, V]":
        """An independent copy."""
        self._freeze()
        other: Table[K, V] = Table()
        other._below, other._size = self._below, self._size
        return other

    def _freeze(self) -> None:
        if not self._top:
            return
        layers = [self._top, *self._below]
        while len(layers) > 1 and 2 * len(layers[0]) > len(layers[1]):
            newer, older, *rest = layers
            merged = older | newer
            layers = [merged, *rest] if rest else [{k: v for k, v in merged.items() if v is not _DELETED}]
        self._below = tuple(layers)
        self._top = {}

    def _find(self, key: K) -> V:
        """The value of a key, or _DELETED."""
        value = self._top.get(key)
        if value is not None:
            return value
        for layer in self._below:
            if (value := layer.get(key)) is not None:
                return value
        found: V = _DELETED
        return found

    @overload
    def get(self, key: K, default: None = None, /) -> V | None: ...
    @overload
    def get(self, key: K, default: V | D, /) -> V | D: ...
    def get(self, key: K, default: Any = None, /) -> Any:
        value = self._find(key)
        return default if value is _DELETED else value

    def many(self, keys: Iterable[K]) -> list[Any]:
        """The value of each key; None for a missing one."""
        return list(map(self.get if self._below else self._top.get, keys))

    def __getitem__(self, key: K) -> V:
        value = self._find(key)
        if value is _DELETED:
            raise KeyError(key)
        return value

    def __contains__(self, key: object) -> bool:
        return self._find(key) is not _DELETED  # type: ignore[arg-type]

    def unshared(self, key: K) -> V | None:
        """The value of a key in the top layer, which may be changed in place; None or `_DELETED` if it has none."""
        return self._top.get(key)

    def writable(self, key: K, copy: Callable[[V], V]) -> V:
        """The value of a key, to be changed in place; copied first if a fork shares it."""
        value = self.unshared(key)
        if value is None or value is _DELETED:
            value = self._top[key] = copy(self[key])
        return value

    def add(self, key: K, value: V) -> None:
        """Set the value of a key that the table does not have: quicker than to look for it."""
        self._size += 1
        self._top[key] = value

    def __setitem__(self, key: K, value: V) -> None:
        self._size += key not in self
        self._top[key] = value

    def __delitem__(self, key: K) -> None:
        if key not in self:
            raise KeyError(key)
        self._size -= 1
        if any(key in layer for layer in self._below):
            self._top[key] = _DELETED
        else:
            del self._top[key]

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[K]:
        """The keys, oldest first."""
        return self._iterate_layers() if self._below else iter(self._top)

    def _iterate_layers(self) -> Iterator[K]:
        layers = [*reversed(self._below), self._top]
        for number, layer in enumerate(layers):
            for key in layer:
                if key in self and not any(key in older for older in layers[:number]):
                    yield key
