"""Assigns checks to workers: those that share requests go to the same worker, so that each request is sent once."""

from collections.abc import Mapping
from typing import Any

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from audience_conformance.checks.registry import Check
from audience_conformance.contract.document import operations
from audience_conformance.results.result import UNKNOWN_PATH, name_in

Item = tuple[Check, str | None]


def affinity_key(check: Check, case: str | None) -> str:
    """A key that is the same for all items that share requests.

    The rules of formats and errors share the requests to a path, the rules of pages share lists.
    """
    group = check.rules[0].partition("-")[0]
    if case == UNKNOWN_PATH or check.rules[0] == "FMT-10":
        return "requests to unknown paths"
    if group in {"FMT", "ERR"}:
        return f"requests to {operations()[case][1]}" if case in operations() else f"requests of {check.operations}"
    if group == "MEM":
        return "users of a group"
    if group == "PAG":
        return f"pages of {(case or '').partition(' ')[0]}"
    return f"{check.name} {case}"


class GroupScheduler(LoadScopeScheduling):  # type: ignore[misc]
    """Assigns all items of an affinity key to the next free worker.

    Args:
        items: by their names in pytest.
        config: of pytest.
        log: of pytest-xdist.
    """

    def __init__(self, items: Mapping[str, Item], config: Any, log: Any) -> None:
        super().__init__(config, log)
        self._items = items

    def _split_scope(self, nodeid: str) -> str:
        item = self._items.get(name_in(nodeid))
        return affinity_key(*item) if item else nodeid

    def remove_node(self, node: Any) -> str | None:
        """Remove a worker that died; return the item that it was running, which is not run again."""
        assigned = {nodeid: unit for unit in self.assigned_work[node].values() for nodeid in unit}
        crashed = next((nodeid for nodeid, unit in assigned.items() if not unit[nodeid]), None)
        if crashed is not None:
            assigned[crashed][crashed] = True
        super().remove_node(node)
        return crashed
