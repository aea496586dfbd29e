"""What size costs: pages of small and large worlds, memory, and the loading of a large file."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from tests.bench.csv_load import measure_csv
from tests.bench.figures import ratios, spread
from tests.bench.large_bodies import measure_bodies
from tests.bench.scenarios import FOLDER, ROOT, Invalid

_BYTES_A_GROUP = 6_000
"""What a million groups may take while they are made; a world that does not fit into memory is left out."""


@dataclass(frozen=True)
class Sizes:
    """What is measured.

    Args:
        sizes: users, or groups, of each world, ascending.
        rounds: how often.
    """

    sizes: tuple[int, ...]
    rounds: int


class World:
    """A process that holds one world.

    Args:
        kind: of what there are so many: users or groups.
        size: how many.
    """

    def __init__(self, kind: str, size: int) -> None:
        self.name = f"{size:,} {kind}"
        self.size = size
        self._log = FOLDER / "logs" / f"world-{kind}-{size}.log"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.bench.world", kind, str(size)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def read(self) -> dict[str, Any]:
        """The next line that it tells. Raises Invalid where it has ended."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            log_tail = self._log.read_text(errors="replace")[-600:].strip()
            raise Invalid(f"the world of {self.name} ended with {self._process.wait()}: {log_tail}")
        return dict(json.loads(line))

    def round(self) -> dict[str, Any]:
        """Time every operation."""
        assert self._process.stdin is not None
        print("round", file=self._process.stdin, flush=True)
        return self.read()

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()


def measure_scale(plan: Sizes, say: Callable[[str], None]) -> dict[str, Any]:
    """Everything that depends on size, as plain data. Raises Invalid."""
    notes: list[str] = []
    worlds = {kind: _worlds(kind, plan, notes, say) for kind in ("users", "groups")}
    found: dict[str, Any] = {"rounds": plan.rounds, "worlds": worlds}
    users = worlds["users"]
    if len(users["sizes"]) > 1:
        small, large = users["sizes"][0], users["sizes"][-1]
        more = users["resident"][str(large)] - users["resident"][str(small)]
        found["bytes_a_user"] = round(more / (large - small), 1)
        notes.append(f"A user takes {found['bytes_a_user']:.0f} bytes; {_making(worlds)}.")
    found["csv"] = measure_csv(plan.sizes[-1], min(3, plan.rounds), say)
    found["bodies"] = measure_bodies(say)
    return {**found, "notes": notes}


def _making(worlds: dict[str, Any]) -> str:
    lines = [
        f"{part['sizes'][-1]:,} {kind} are made in {part['making'][str(part['sizes'][-1])]:.1f} s "
        f"and take {part['resident'][str(part['sizes'][-1])] / 1e6:,.0f} MB"
        for kind, part in worlds.items()
    ]
    return ", ".join(lines)


def _worlds(kind: str, plan: Sizes, notes: list[str], say: Callable[[str], None]) -> dict[str, Any]:
    """Worlds of one kind in all sizes, in turns."""
    sizes = [size for size in plan.sizes if _fits(kind, size, notes)]
    making: dict[str, float] = {}
    resident: dict[str, int] = {}
    rounds: dict[int, list[dict[str, Any]]] = {size: [] for size in sizes}
    with ExitStack() as stack:
        worlds = []
        for size in sizes:
            world = World(kind, size)
            stack.callback(world.stop)
            made = world.read()
            making[str(size)], resident[str(size)] = round(made["seconds"], 2), made["resident"]
            say(f"{world.name}: made in {made['seconds']:.1f} s, {made['resident'] / 1e6:,.0f} MB")
            world.round()  # nothing has been called yet: not counted
            worlds.append(world)
        for number in range(plan.rounds):
            for world in worlds:
                rounds[world.size].append(world.round())
            say(f"{kind}: round {number + 1} of {plan.rounds}")
    found: dict[str, Any] = {"sizes": sizes, "making": making, "resident": resident}
    return {**found, **{touch: _operations(rounds, touch) for touch in ("steady", "first")}}


def _fits(kind: str, size: int, notes: list[str]) -> bool:
    available = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if kind == "groups" and size * _BYTES_A_GROUP > available:
        notes.append(f"{size:,} groups do not fit into the {available / 1e9:.1f} GB that are free: left out.")
        return False
    return True


def _operations(rounds: dict[int, list[dict[str, Any]]], touch: str) -> dict[str, Any]:
    sizes = list(rounds)
    found = {}
    for name in rounds[sizes[0]][0][touch]:
        each = {size: [one[touch][name] for one in rounds[size]] for size in sizes}
        ratio = ratios(each[sizes[-1]], each[sizes[0]]).plain() if len(sizes) > 1 else None
        found[name] = {
            "microseconds": {str(size): spread(numbers).plain() for size, numbers in each.items()},
            "ratio": ratio,
        }
    return found
