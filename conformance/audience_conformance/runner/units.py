"""Splits a run into units: checks that share many requests run in one process, so that each is sent once."""

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


def uses_schemathesis(unit: Unit) -> bool:
    """May its checks generate requests: those of formats and errors do."""
    return any(check.rules[0].startswith(("FMT", "ERR")) for check, _ in unit)
