"""A bounded memory of texts that were judged good, so that they need not be judged again."""

from typing import TypeVar

K = TypeVar("K", str, bytes)
V = TypeVar("V")

MOST, LONGEST = 4096, 256
"""Texts in one memory, and the characters of the longest."""


def remember(memory: dict[K, V], text: K, value: V) -> None:
    """Keep what was found for a text; a memory that is full begins anew."""
    if len(text) <= LONGEST:
        if len(memory) >= MOST:
            memory.clear()
        memory[text] = value
