"""Splits a run into units: checks that share many requests run in one process, so that each is sent once."""

import math
from collections import deque
from collections.abc import Iterable

from audience_conformance.checks.registry import Check
from audience_conformance.results.result import item_id
from audience_conformance.runner.estimate import estimate, shared_by

Item = tuple[Check, str | None]
Unit = list[Item]
FEW, MANY = 3, 20
"""Requests that two checks must share to run in one process, of few or of many: where there are many of them, what a
check waits for lasts longer than to send some requests again."""
MANY_PROCESSES = 8
GENERATING_SHARE = 4
"""One of so many processes runs what generates requests."""


def split(items: Iterable[Item], profile: str, processes: int) -> list[Unit]:
    """The units of a run, those with the most requests first: at the end of a run no process waits long for another.

    The checks of a unit have the order of the run. What they share is known from `make measure`; a check that was
    never measured shares nothing.
    """
    named = {item_id(check.name, case, check.rules): (check, case) for check, case in items}
    leaders = {name: name for name in named}

    def leader(name: str) -> str:
        while leaders[name] != name:
            name = leaders[name]
        return name

    for (one, other), requests in shared_by(named, profile).items():
        if requests >= (MANY if processes >= MANY_PROCESSES else FEW):
            leaders[leader(other)] = leader(one)
    units: dict[str, Unit] = {}
    for name, item in named.items():
        units.setdefault(leader(name), []).append(item)
    return sorted(units.values(), key=lambda unit: -estimate(unit, profile)[0].requests)


class Queue:
    """The units that no process has begun.

    Where there are many processes, only some of them run what generates requests, before all else: what Schemathesis
    makes up for that stays in their memory.

    Args:
        units: in the order in which they shall begin.
        processes: how many there are.
    """

    def __init__(self, units: Iterable[Unit], processes: int) -> None:
        self._generators = math.ceil(processes / GENERATING_SHARE) if processes >= MANY_PROCESSES else processes
        self._plain, self._generating = deque[Unit](), deque[Unit]()
        for unit in units:
            self._of(unit).append(unit)

    def __len__(self) -> int:
        return len(self._plain) + len(self._generating)

    def take(self, place: int) -> Unit | None:
        """The next unit for the process with this place, from 0; None if there is no more for it."""
        queues = (self._generating, self._plain) if place < self._generators else (self._plain,)
        return next((queue.popleft() for queue in queues if queue), None)

    def put_back(self, unit: Unit) -> None:
        """Put a unit, or the rest of one, first."""
        self._of(unit).appendleft(unit)

    def clear(self) -> list[Unit]:
        """Remove and return all units."""
        left = [*self._plain, *self._generating]
        self._plain.clear()
        self._generating.clear()
        return left

    def _of(self, unit: Unit) -> deque[Unit]:
        generates = any(check.generates for check, _ in unit) and uses_schemathesis(unit)
        return self._generating if generates else self._plain


def uses_schemathesis(unit: Unit) -> bool:
    """May its checks generate requests: those of formats and errors do."""
    return any(check.rules[0].startswith(("FMT", "ERR")) for check, _ in unit)
