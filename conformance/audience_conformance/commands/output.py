"""Standard output and error of the commands: no text of a target, and no reader that goes away, breaks them."""

import io
import os
import sys
from typing import Any


class _PipeOut(io.RawIOBase):
    """A file descriptor; once its reader has gone, as with `| head`, what is written to it is dropped."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def write(self, data: Any, /) -> int:
        try:
            return os.write(self._descriptor, data)
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._descriptor)
            os.close(nowhere)
            return memoryview(data).nbytes


def prepare_output() -> None:
    """Replace characters that a terminal cannot print, and go on in silence where a reader has gone.

    A run must delete what it made, and its exit code is its verdict: neither depends on who reads its output.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not isinstance(stream, io.TextIOWrapper):
            continue
        if stream is getattr(sys, f"__{name}__"):
            stream = stoppable(stream)
            setattr(sys, name, stream)
        stream.reconfigure(errors="backslashreplace")


def stoppable(stream: io.TextIOWrapper) -> io.TextIOWrapper:
    """A text stream to the same file descriptor that does not fail when its reader has gone."""
    stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(_PipeOut(stream.fileno())),
        encoding=stream.encoding,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
