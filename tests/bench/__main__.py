"""`make bench`: our speed compared with other servers, the cost of data size, and that of a distant target."""

import json
import os
import signal
import sys
from typing import Any

import click
from tests.bench import goals, tables
from tests.bench.distance import measure_distance
from tests.bench.figures import aligned, markdown
from tests.bench.load import ensure_wrk
from tests.bench.machine import machine, machine_lines
from tests.bench.plot import plot
from tests.bench.processes import beside_the_load, cores
from tests.bench.profiling import measure_profile, profile_lines
from tests.bench.publish import between, publish
from tests.bench.scale import Sizes, measure_scale
from tests.bench.scenarios import FOLDER, ROOT, Invalid
from tests.bench.servers import SERVERS
from tests.bench.speed import Plan, Row, command_line, measure

FORMAT = 1
"""The version of bench.json."""
NAMES = [server.name for server in SERVERS]
README = ROOT / "mock" / "README.md"
_INVALID = 2
_INTERRUPTED = 130


def _servers(_: click.Context, __: click.Parameter, value: str) -> list[str]:
    names = [name for name in value.split(",") if name]
    for name in names:
        if name not in NAMES:
            raise click.BadParameter(f"no server is called {name!r}; there are {', '.join(NAMES)}.")
    return names


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--speed", is_flag=True, help="Only the comparison with other servers.")
@click.option("--scale", is_flag=True, help="Only the cost of large worlds.")
@click.option("--distance", is_flag=True, help="Only runs of the suite, against a mock that is 50 and 200 ms away.")
@click.option("--rounds", default=5, type=click.IntRange(1), help="Measurements of each; the median counts.")
@click.option("--seconds", default=2, type=click.IntRange(1), help="Length of each measurement under load.")
@click.option(
    "--warm-up", default=8, type=click.IntRange(1), help="Seconds of load for each server and scenario before that."
)
@click.option("--only", default="", metavar="NAMES", callback=_servers, help=f"Of the servers {', '.join(NAMES)}.")
@click.option("--most", default=1_000_000, type=click.IntRange(1_000), help="Users and groups of the largest world.")
@click.option(
    "--publish", "published", is_flag=True, help="Put the results into mock/README.md and tests/bench/scale.svg."
)
def main(
    *, rounds: int, seconds: int, warm_up: int, only: list[str], most: int, published: bool, **parts: bool
) -> None:
    """Measure requests a second, latency, start-up, memory, scale and distance; write .cache/bench/bench.json.

    Nothing is asserted: the exit code is 0 also where a goal is not met, 2 where a measurement counts not.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_INTERRUPTED))
    os.chdir(ROOT)
    try:
        sys.exit(_bench(Plan(rounds, seconds, warm_up), only, most, published=published, **parts))
    except Invalid as problem:
        print(f"bench: {problem}", file=sys.stderr)
        sys.exit(_INVALID)
    except KeyboardInterrupt:
        print("Stopped; no server is left running.")
        sys.exit(_INTERRUPTED)


def _bench(plan: Plan, only: list[str], most: int, *, published: bool, speed: bool, scale: bool, distance: bool) -> int:
    place = cores()
    whole = not (speed or scale or distance)
    if published:  # rather than after a quarter of an hour
        for name in (name for name, wanted in (("speed", speed), ("scale", scale)) if wanted or whole):
            between(README.read_text("utf-8"), name, "")
    if speed or whole:
        ensure_wrk()
    document: dict[str, Any] = {"format": FORMAT, "machine": machine(place)}
    print("\n".join(machine_lines(document["machine"])), flush=True)
    reached: list[goals.Goal] = []
    rows: list[Row] = []
    if speed or whole:
        with beside_the_load(place):
            rows = measure(only, plan, place, _say)
        _print_speed(rows)
        reached += goals.speed_goals(rows)
        document["speed"] = {"plan": vars(plan), "servers": [row.plain() for row in rows]}
        with beside_the_load(place):
            document["profile"] = measure_profile()
        print(f"\nWhere the time of a request goes in ours\n{profile_lines(document['profile'])}")
    if scale or whole:
        sizes = tuple(dict.fromkeys(min(size, most) for size in (1_000, 100_000, most)))
        document["scale"] = measure_scale(Sizes(sizes, plan.rounds), _say)
        _print_scale(document["scale"])
        reached += goals.scale_goals(document["scale"])
        (FOLDER / "scale.svg").write_text(plot(document["scale"]), "utf-8")
    if distance or whole:
        measured = measure_distance(_say)
        document["distance"] = [one.plain() for one in measured]
        reached += goals.distance_goals(measured)
    document["goals"] = [goal.plain() for goal in reached]
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "bench.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"\n{aligned(tables.goal_table(reached), left=4)}\n")
    print(f"All figures: {(FOLDER / 'bench.json').relative_to(ROOT)}")
    if published:
        publish(README, _published(document, rows), FOLDER / "scale.svg")
    return _INVALID if any(row.invalid for row in rows) else 0


def _say(text: str) -> None:
    print(f"  {text}", flush=True)


def _print_speed(rows: list[Row]) -> None:
    print("\nHow each was started, on its core")
    for row in rows:
        if row.counts:
            print(f"  {row.server.title} ({row.server.version()}): {row.server.about}\n    {command_line(row.server)}")
    print(f"\nMedians, 16 connections\n\n{aligned(tables.speed_table(rows))}")
    if (ratios := tables.ratio_table(rows))[1:]:
        print(f"\nRatios of the same round: median (least to most)\n\n{aligned(ratios)}")
    if absent := tables.absent(rows):
        print("\nWithout figures\n  " + "\n  ".join(absent))


def _print_scale(scale: dict[str, Any]) -> None:
    for kind, part in scale["worlds"].items():
        for touch in ("steady", "first"):
            print(f"\n{aligned(tables.scale_table(kind, part, touch))}")
    for note in scale["notes"]:
        print(f"  {note}")


def _published(document: dict[str, Any], rows: list[Row]) -> dict[str, str]:
    """What goes between the markers of the README, by the markers' names."""
    found = {}
    if any(row.counts for row in rows):
        notes = [f"{line}." for line in tables.absent(rows)]
        found["speed"] = "\n\n".join([markdown(tables.published_speed(rows)), *notes])
    if "scale" in document:
        worlds = document["scale"]["worlds"]
        shown = [markdown(tables.published_scale(kind, part)) for kind, part in worlds.items()]
        found["scale"] = "\n\n".join(shown)
    return found


if __name__ == "__main__":
    main()
