"""Splits a run into units: checks that share requests go to the same process, so that each request is sent once."""

from collections.abc import Iterable

from audience_conformance.checks.registry import Check
from audience_conformance.contract.document import operations
from audience_conformance.results.result import UNKNOWN_PATH
from audience_conformance.runner.estimate import estimate

Item = tuple[Check, str | None]
Unit = list[Item]


def split(items: Iterable[Item], profile: str) -> list[Unit]:
    """The units of a run, those with the most requests first: at the end of a run no process waits long for another."""
    units: dict[str, Unit] = {}
    for item in items:
        units.setdefault(affinity_key(*item), []).append(item)
    return sorted(units.values(), key=lambda unit: -estimate(unit, profile)[0].requests)


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


def uses_schemathesis(unit: Unit) -> bool:
    """May its checks generate requests: those of formats and errors do."""
    return any(check.rules[0].startswith(("FMT", "ERR")) for check, _ in unit)
