"""What a run has made and not deleted yet, and the deleting of it."""

import threading
from collections.abc import Container
from dataclasses import dataclass, field

from audience_conformance.client.target import Target

Tenant = tuple[str, str]
"""Company and application."""
MAX_UNANSWERED = 3
"""Requests without an answer, one after the other, after which a target counts as gone."""


@dataclass(frozen=True)
class Created:
    """Something that a run created: its path below its tenant."""

    tenant: Tenant
    path: str


@dataclass
class Ledger:
    """What a run created and has not deleted. Thread-safe.

    Args:
        made: all of it, in its order.
        lasting: what of it stays to the end of the run, for many checks to read.
    """

    made: dict[Created, None] = field(default_factory=dict)
    lasting: set[Created] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, made: Created) -> None:
        with self._lock:
            self.made[made] = None

    def forget(self, made: Created) -> None:
        with self._lock:
            self.made.pop(made, None)


def delete_all(target: Target, ledger: Ledger, *, spare: Container[Created] = ()) -> list[str]:
    """Delete all that the ledger holds, newest first, but for what is spared; give the URLs of what stays.

    A target that has stopped answering is not asked for each thing anew.
    """
    left = []
    silent = 0
    for made in reversed([one for one in ledger.made if one not in spare]):
        url = target.url(made.path, tenant=made.tenant)
        if silent >= MAX_UNANSWERED:
            left.append(f"{url}: not tried, the target does not answer")
            continue
        try:
            answer = target.send("DELETE", url, {}, None, None)
        except Exception as error:  # noqa: BLE001 (whatever it is, the rest is still to be deleted)
            silent += 1
            left.append(f"{url}: {error}")
            continue
        silent = 0
        if answer.ok or answer.status == 404:  # noqa: PLR2004
            ledger.forget(made)
        else:
            left.append(f"{url}: {answer.status}")
    return left
