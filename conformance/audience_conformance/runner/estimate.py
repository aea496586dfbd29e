"""How many requests a run sends, and how long it takes: the sum of what `make measure` counted for its checks."""

import functools
import json
from collections import Counter
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from audience_conformance.checks.registry import Check
from audience_conformance.results.result import item_id

PREFLIGHT = 1
"""The request before the first check."""
DATA = Path(__file__).with_name("requests.json")


class Estimate(NamedTuple):
    """The number of requests, and the seconds that the suite is busy or waits besides."""

    requests: int
    busy: float

    def alone(self, latency: float) -> float:
        """The seconds that it takes on one connection if each request takes `latency` seconds."""
        return self.requests * latency + self.busy


def side_by_side(parts: Iterable[Estimate], latency: float, rate: float | None, connections: int) -> float:
    """The seconds that parts of a run take on several connections, with a rate limit or None."""
    every = list(parts)
    each = [part.alone(latency) for part in every]
    limited = sum(part.requests for part in every) / rate if rate else 0.0
    return max(sum(each) / connections, *each, limited)


def estimate(items: Iterable[tuple[Check, str | None]], profile: str) -> tuple[Estimate, int]:
    """The sum for these checks and cases, and how many of them were never measured.

    For a profile that was not measured it is that of `standard`, which sends fewer requests than `deep`.
    """
    measured = _measured(profile)
    names = [item_id(check.name, case, check.rules) for check, case in items]
    known = [measured["items"][name] for name in names if name in measured["items"]]
    units = _used(measured, (number for _, _, used in known for number in used))
    parts = [*known, *(measured["units"][number] for number in units)]
    total = Estimate(PREFLIGHT + sum(part[0] for part in parts), sum(part[1] for part in parts) / 1000)
    return total, len(names) - len(known)


def shared_by(names: Iterable[str], profile: str) -> Counter[tuple[str, str]]:
    """The requests that two checks share, by the names of both."""
    measured = _measured(profile)
    users: dict[int, list[str]] = {}
    for name in names:
        _, _, used = measured["items"].get(name, (0, 0, ()))
        for number in _used(measured, used):
            users.setdefault(number, []).append(name)
    shared: Counter[tuple[str, str]] = Counter()
    for number, sharing in users.items():
        for pair in combinations(sharing, 2):
            shared[pair] += measured["units"][number][0]
    return shared


def _used(measured: dict[str, Any], numbers: Iterable[int]) -> set[int]:
    """These shared requests, by number, and those that they use themselves."""
    found: set[int] = set()
    waiting = [*numbers]
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting += measured["units"][number][2]
    return found


def _measured(profile: str) -> dict[str, Any]:
    measured: dict[str, Any] = _data()[profile if is_measured(profile) else "standard"]
    return measured


def is_measured(profile: str) -> bool:
    return profile in _data()


@functools.cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(DATA.read_text("utf-8"))
    return data
