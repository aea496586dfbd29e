"""A file of every resource that a run created: cleanup.py deletes what the files still name.

Each process writes its own file in the folder of the run, so that a killed process or a Ctrl-C leaves nothing behind.
"""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from audience_conformance.client.ledger import Created, Ledger

RUN_DIGITS = 6
"""Of the eight digits in the names of a process, those that all processes of a run share."""
_RUN, _CREATED, _DELETED = "run", "created", "deleted"


class ResourceLog(Ledger):
    """A ledger that writes every entry to a file. Thread-safe."""

    def __init__(self, folder: Path, run_id: str) -> None:
        super().__init__()
        self._file = (folder / f"{run_id}-{os.getpid()}.jsonl").open("a", encoding="utf-8")
        self._file_lock = threading.Lock()
        self._write(_RUN, run_id)

    def add(self, made: Created) -> None:
        with self._file_lock:
            super().add(made)
            self._write(_CREATED, *made.tenant, made.path)

    def forget(self, made: Created) -> None:
        with self._file_lock:
            super().forget(made)
            self._write(_DELETED, *made.tenant, made.path)

    def _write(self, *entry: str) -> None:
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def _entries(folder: Path) -> Iterator[list[str]]:
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                continue  # the last line of a process that was killed while it wrote


def read_logs(folder: Path) -> tuple[list[str], Ledger]:
    """The ids of the runs that wrote them, and the resources that they created and did not delete."""
    run_ids: dict[str, None] = {}
    ledger = Ledger()
    for kind, *rest in _entries(folder):
        if kind == _RUN:
            run_ids[rest[0][:RUN_DIGITS]] = None
        else:
            created = Created((rest[0], rest[1]), rest[2])
            (ledger.add if kind == _CREATED else ledger.forget)(created)
    return [*run_ids], ledger
