"""A file of every resource that a run created, so that all are deleted at the end, also after a crash.

Each worker writes its own file in the run's folder. When all workers have ended, for whatever reason, the resources
that the files still name are deleted: a killed worker or a Ctrl-C leaves nothing behind.
"""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from audience_conformance.client.ledger import Created, Ledger, delete_all
from audience_conformance.client.target import Target, Unreachable
from audience_conformance.runner.leftovers import Leftover, delete_leftovers, find_leftovers, tenants
from audience_conformance.settings.settings import Settings

_RUN, _CREATED, _DELETED = "run", "created", "deleted"


class ResourceLog(Ledger):
    """A ledger that writes every entry to a file. Thread-safe."""

    def __init__(self, folder: Path, run_id: str) -> None:
        super().__init__()
        self._file = (folder / f"{run_id}.jsonl").open("w", encoding="utf-8")
        self._file_lock = threading.Lock()
        self._write(_RUN, run_id, str(os.getpid()))

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
                continue  # the last line of a worker that was killed while it wrote


def read_logs(folder: Path) -> tuple[list[str], Ledger]:
    """The run ids of all workers, and the resources that they created and did not delete."""
    run_ids: list[str] = []
    ledger = Ledger()
    for kind, *rest in _entries(folder):
        if kind == _RUN:
            run_ids.append(rest[0])
        else:
            created = Created((rest[0], rest[1]), rest[2])
            (ledger.add if kind == _CREATED else ledger.forget)(created)
    return run_ids, ledger


def pids_of(folder: Path) -> list[int]:
    """The process ids of all workers."""
    return [int(rest[1]) for kind, *rest in _entries(folder) if kind == _RUN]


def clean_up(settings: Settings, folder: Path, *, search: bool) -> tuple[list[str], int]:
    """Delete the resources that the workers' logs still name.

    Args:
        settings: of the run.
        folder: of the logs.
        search: look in the lists too, for resources that were created and not logged, because the answer was cut off
            or invalid, and for resources whose deletion was confirmed and had no effect.

    Returns:
        What could not be deleted, each as URL and reason; the number of requests sent.
    """
    target = Target(settings.options())
    try:
        run_ids, ledger = read_logs(folder)
        left = delete_all(target, ledger)
        if search and run_ids:
            left += _search(target, settings, run_ids, known={line.partition(": ")[0] for line in left})
        return left, target.sent
    finally:
        target.close()


def _search(target: Target, settings: Settings, run_ids: list[str], known: set[str]) -> list[str]:
    def leftovers() -> dict[str, Leftover]:
        found = find_leftovers(target, tenants(settings), run_ids)
        return {target.url(one.created.path, tenant=one.created.tenant): one for one in found}

    try:
        missed = {url: leftover for url, leftover in leftovers().items() if url not in known}
        if not missed:
            return []
        left = delete_leftovers(target, missed.values())
        refused = {line.partition(": ")[0] for line in left}
        still_listed = [url for url in leftovers() if url in missed and url not in refused]
        return [*left, *(f"{url}: its deletion was confirmed, but it is still listed" for url in still_listed)]
    except Unreachable as unreachable:
        return [f"resources of this run, perhaps: {unreachable}"]
