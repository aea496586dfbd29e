"""A bounded cache for the results of texts that come again: paths, query strings, parameters."""

from typing import TypeVar

K = TypeVar("K", str, bytes)
V = TypeVar("V")

MAX_ENTRIES, MAX_LENGTH = 4096, 256
"""Entries of one cache; length of a key."""


def store(cache: dict[K, V], key: K, value: V) -> None:
    """Store a value; a full cache is cleared first, a long key is not stored."""
    if len(key) <= MAX_LENGTH:
        if len(cache) >= MAX_ENTRIES:
            cache.clear()
        cache[key] = value
