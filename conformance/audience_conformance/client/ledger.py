"""The resources that a run has created and not deleted yet, and how to delete them."""

import threading
from collections.abc import Container
from dataclasses import dataclass, field
from http import HTTPStatus

from audience_conformance.client.target import Target

Tenant = tuple[str, str]
"""Company and application."""
MAX_UNANSWERED = 3
"""After so many requests without a response, no more are sent."""


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


def delete_all(target: Target, ledger: Ledger, *, spare: Container[Created] = ()) -> list[str]:
    """Delete the resources of the ledger, newest first, except those of `spare`.

    Returns:
        The URL of each resource that could not be deleted, and why. After some requests without a response the others
        are not tried.
    """
    left = []
    unanswered = 0
    for created in reversed([created for created in ledger.made if created not in spare]):
        url = target.url(created.path, tenant=created.tenant)
        if unanswered >= MAX_UNANSWERED:
            left.append(f"{url}: not tried, the target does not respond")
            continue
        try:
            answer = target.send("DELETE", url, {}, None, None)
        except Exception as error:  # noqa: BLE001 (the others must still be deleted)
            unanswered += 1
            left.append(f"{url}: {error}")
            continue
        unanswered = 0
        if answer.ok or answer.status == HTTPStatus.NOT_FOUND:
            ledger.forget(created)
        else:
            left.append(f"{url}: {answer.status}")
    return left
