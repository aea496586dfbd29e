"""What the command sets for its process."""

import ctypes
import subprocess
import sys

import pytest

HEAP_SHARE = """
import ctypes, sys
from audience_mock.serve.tuning import return_large_blocks

fields = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
Info = type("Info", (ctypes.Structure,), {"_fields_": [(name, ctypes.c_size_t) for name in fields.split()]})
library = ctypes.CDLL(None)
library.mallinfo2.restype = Info
if sys.argv[1] == "tuned":
    return_large_blocks()
del (large := bytearray(20_000_000))[:]  # a body that has been read
del large
before = library.mallinfo2().hblks
kept = bytearray(5_000_000)
print(library.mallinfo2().hblks - before)
"""
"""Prints 1 if a block that follows a larger one, which is freed, stands outside the heap."""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="the C library is not glibc")
@pytest.mark.parametrize(("mode", "blocks"), [("as usual", 0), ("tuned", 1)])
def test_a_large_block_does_not_share_the_heap(mode: str, blocks: int) -> None:
    ran = subprocess.run([sys.executable, "-c", HEAP_SHARE, mode], capture_output=True, text=True, check=True)
    assert int(ran.stdout) == blocks
