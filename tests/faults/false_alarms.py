"""Every conforming server with many seeds: what a run reports of it, and should not."""

import multiprocessing
import os
from fnmatch import fnmatchcase

from tests.faults.alarms import Alarms, alarms
from tests.faults.matrix import quiet
from tests.faults.variants import VARIANTS


def _one(asked: tuple[str, str, int]) -> tuple[str, int, Alarms]:
    quiet()
    name, profile, chance = asked
    return name, chance, alarms(name, profile, chance)


def report(seeds: int, profile: str, workers: int, only: str = "*") -> int:
    """Run and print; 1 if there is a false alarm, or a broken SHOULD rule was missed."""
    chosen = [name for name in VARIANTS if any(fnmatchcase(name, pattern) for pattern in only.split(","))]
    asked = [(name, profile, chance) for chance in range(seeds) for name in chosen]
    wrong = 0
    with multiprocessing.get_context("spawn").Pool(workers or os.cpu_count() or 1, maxtasksperchild=4) as pool:
        for name, chance, found in pool.imap_unordered(_one, asked):
            is_wrong = bool(found.problems or found.missed)
            wrong += is_wrong
            print(f"{'WRONG' if is_wrong else 'ok   '} {name} seed {chance} {found.seconds:.0f} s", flush=True)
            for line in [*found.problems, *(f"missed: {rule}" for rule in found.missed)]:
                print(f"      {line[:1000]}", flush=True)
    print(f"{len(asked)} runs, {wrong} with a false alarm")
    return 1 if wrong else 0
