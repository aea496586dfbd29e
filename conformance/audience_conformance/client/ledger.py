"""The resources that a run has created and not deleted yet, and how to delete them."""

import threading
import time
from collections.abc import Container
from dataclasses import dataclass, field
from http import HTTPStatus

from audience_conformance.client.target import Target
from audience_conformance.client.trouble import PAUSES, Unreachable

Tenant = tuple[str, str]
"""Company and application."""
MAX_UNANSWERED = 3
"""After so many requests without a response, no more are sent in this turn."""


@dataclass(frozen=True)
class Created:
    """A resource that a run created: its tenant, and its path below the application."""

    tenant: Tenant
    path: str


@dataclass
class Ledger:
    """The resources that a run has created and not deleted. Thread-safe.

    Args:
        made: all of them, in the order of creation.
        lasting: those that are kept until the end of the run, because several checks read them.
    """

    made: dict[Created, None] = field(default_factory=dict)
    lasting: set[Created] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, created: Created) -> None:
        with self._lock:
            self.made[created] = None

    def forget(self, created: Created) -> None:
        with self._lock:
            self.made.pop(created, None)


def delete_all(target: Target, ledger: Ledger, *, spare: Container[Created] = (), patience: float = 0.0) -> list[str]:
    """Delete the resources of the ledger, newest first, except those of `spare`.

    While something on the way prevents it, the rest is tried again with growing pauses, until nothing was deleted for
    `patience` seconds.

    Returns:
        The URL of each resource that could not be deleted, and why.
    """
    left: dict[Created, str] = {}
    waiting = list(reversed([created for created in ledger.made if created not in spare]))
    pauses = iter(PAUSES)
    last = time.monotonic()
    while waiting:
        stuck = _delete_in_turn(target, ledger, waiting, left)
        if not stuck or len(stuck) < len(waiting):
            last, pauses = time.monotonic(), iter(PAUSES)
        waiting = stuck
        pause = next(pauses, PAUSES[-1])
        if target.refuses_all:
            break
        if not waiting or time.monotonic() + pause > last + patience:
            break
        time.sleep(pause)
    return [f"{target.url(created.path, tenant=created.tenant)}: {why}" for created, why in left.items()]


def _delete_in_turn(target: Target, ledger: Ledger, waiting: list[Created], left: dict[Created, str]) -> list[Created]:
    """Delete each resource; return those that trouble on the way kept, all of them in `left` with the reason.

    After some in a row the others of this turn are not tried.
    """
    stuck: list[Created] = []
    in_a_row = 0
    why = ""
    for created in waiting:
        if in_a_row < MAX_UNANSWERED:
            try:
                answer = target.send("DELETE", target.url(created.path, tenant=created.tenant), {}, None, None)
            except Exception as error:  # noqa: BLE001 (the others must still be deleted)
                in_a_row += 1
                why = error.kind if isinstance(error, Unreachable) else str(error)
            else:
                in_a_row = 0
                left.pop(created, None)
                if answer.ok or answer.status == HTTPStatus.NOT_FOUND:
                    ledger.forget(created)
                else:
                    left[created] = str(answer.status)
                continue
        left[created] = why
        stuck.append(created)
    return stuck
