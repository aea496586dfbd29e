"""How many requests a run sends, and how long it takes: the sum of what `make measure` counted for its checks."""

import functools
import json
from collections.abc import Iterable
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
    measured = _data()[profile if is_measured(profile) else "standard"]
    names = [item_id(check.name, case, check.rules) for check, case in items]
    known = [measured["items"][name] for name in names if name in measured["items"]]
    units: set[int] = set()
    waiting = [number for _, _, used in known for number in used]
    while waiting:
        number = waiting.pop()
        if number not in units:
            units.add(number)
            waiting += measured["units"][number][2]
    parts = [*known, *(measured["units"][number] for number in units)]
    total = Estimate(PREFLIGHT + sum(part[0] for part in parts), sum(part[1] for part in parts) / 1000)
    return total, len(names) - len(known)


def is_measured(profile: str) -> bool:
    return profile in _data()


@functools.cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(DATA.read_text("utf-8"))
    return data
