"""What a run made, written down at once, so that it can be deleted by whoever is still there at the end.

Each worker keeps a file of its own in the run's folder. Once all have ended, however they ended, what the files still
name is deleted: a killed worker or a Ctrl-C leaves nothing behind.
"""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from audience_conformance.client.ledger import Created, Ledger, delete_all
from audience_conformance.client.target import Target, Unreachable
from audience_conformance.runner.leftovers import Leftover, leftovers, remove, tenants
from audience_conformance.settings.settings import Settings

_RUN, _MADE, _GONE = "run", "made", "gone"


class ResourceLog(Ledger):
    """A ledger that writes every entry to a file. Thread-safe."""

    def __init__(self, folder: Path, run_id: str) -> None:
        super().__init__()
        self._file = (folder / f"{run_id}.jsonl").open("w", encoding="utf-8")
        self._writing = threading.Lock()
        self._write(_RUN, run_id, str(os.getpid()))

    def add(self, made: Created) -> None:
        with self._writing:
            super().add(made)
            self._write(_MADE, *made.tenant, made.path)

    def forget(self, made: Created) -> None:
        with self._writing:
            super().forget(made)
            self._write(_GONE, *made.tenant, made.path)

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
    """The run ids of all workers, and what is still there of what they made."""
    run_ids: list[str] = []
    ledger = Ledger()
    for kind, *rest in _entries(folder):
        if kind == _RUN:
            run_ids.append(rest[0])
            continue
        made = Created((rest[0], rest[1]), rest[2])
        if kind == _MADE:
            ledger.add(made)
        else:
            ledger.forget(made)
    return run_ids, ledger


def pids_of(folder: Path) -> list[int]:
    """The processes of all workers."""
    return [int(rest[1]) for kind, *rest in _entries(folder) if kind == _RUN]


def clean_up(settings: Settings, folder: Path, *, search: bool) -> tuple[list[str], int]:
    """Delete what the workers' journals still name.

    Args:
        settings: of the run.
        folder: where the journals are.
        search: look in the lists too, for what was made and not entered: an answer was cut off by an interrupt, or was
            no proper one; or a delete said yes and did nothing.

    Returns:
        What stays, each as its URL and why; the number of requests sent.
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
    def found() -> dict[str, Leftover]:
        return {target.url(one.made.path, tenant=one.made.tenant): one for one in leftovers(target, where, run_ids)}

    where = tenants(settings)
    try:
        missed = {url: one for url, one in found().items() if url not in known}
        if not missed:
            return []
        left = remove(target, missed.values())
        refused = {line.partition(": ")[0] for line in left}
        still = [url for url in found() if url in missed and url not in refused]
        return [*left, *(f"{url}: its deletion was confirmed, and it is still listed" for url in still)]
    except Unreachable as unreachable:
        return [f"things of this run, perhaps: {unreachable}"]
