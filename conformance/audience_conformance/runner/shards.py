"""Splits a run over machines: the checks of one shard."""

import heapq

from audience_conformance.runner.estimate import estimate
from audience_conformance.runner.units import MANY_PROCESSES, Item, split
from audience_conformance.settings.settings import Settings


def of_shard(settings: Settings) -> list[Item]:
    """The checks of a run with their cases, or those of its shard, in the order of the run.

    Every check is in one shard. Checks that share many requests stay together, and all shards send about as many. The
    same options give the same shards; a shard may be empty.
    """
    items = settings.items()
    if settings.shard is None:
        return items
    number, of = settings.shard
    sizes = [(0, place) for place in range(1, of + 1)]
    chosen: set[tuple[str, str | None]] = set()
    for unit in split(items, settings.profile, MANY_PROCESSES):
        size, place = heapq.heappop(sizes)
        heapq.heappush(sizes, (size + estimate(unit, settings.profile)[0].requests, place))
        if place == number:
            chosen |= {(check.name, case) for check, case in unit}
    return [(check, case) for check, case in items if (check.name, case) in chosen]
