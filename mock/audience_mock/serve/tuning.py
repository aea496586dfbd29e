"""Settings of Python and of the C library for a process that only serves: short pauses, flat memory."""

import ctypes
import gc
import sys

_M_MMAP_THRESHOLD = -3
_LARGE_BLOCK = 2**17
"""Bytes: glibc's threshold at the start of a process."""


def tune_latency() -> None:
    """Avoid long pauses: the garbage collector skips all objects that exist now, and rarely scans the old ones.

    Records have no cycles, and a full scan of a million takes seconds. A thread that reads a file gives way more often
    than after Python's 5 ms.
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 1_000)
    gc.enable()
    sys.setswitchinterval(0.0005)


def return_large_blocks() -> None:
    """Give the memory of every large body back to the system at once, where the C library is glibc.

    By itself it raises its threshold with each large block that is freed: then large blocks share the heap with small
    ones that live long, and the heap grows without an end though what is used does not.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if set_option:
        set_option(_M_MMAP_THRESHOLD, _LARGE_BLOCK)
