"""Where the time of a request goes in ours, in process: python -m tests.bench.profiling.

What a request costs there is timed first; then it is profiled, and the profile's shares are given of that time. A
profiler makes small functions look dearer than they are, so the shares tell what is large, not by how much.
"""

import asyncio
import cProfile
import json
import pstats
import sys
import time
from collections import Counter
from typing import Any

from tests.bench.asgi import call
from tests.bench.scenarios import SCENARIOS, Scenario, new_definition

from audience_mock.app import Options, create_mock

CALLS, ROUNDS = 2_000, 5
PARTS = {
    "journal": ("session/journal.py", "middleware/recorder.py"),
    "routing, reading and validation": (
        *(
            "middleware/routing.py",
            "middleware/request_validation.py",
            "middleware/json_request.py",
            "middleware/request_headers.py",
        ),
        *("contract/schema.py", "jsonschema_rs"),
    ),
    "store and operation": ("/store/", "/operations/", "pyroaring"),
    "writing the answer": ("middleware/json_response.py", "middleware/dispatch.py", "orjson"),
    "control, session, CORS, faults, pages": (
        *("control/app.py", "middleware/session.py", "session/sessions.py", "session/clock.py"),
        *("middleware/cors.py", "middleware/fault_injection.py", "middleware/docs.py"),
    ),
    "Connexion": ("/connexion/",),
}
"""What a function belongs to, by its file."""
OTHER = "Python and the rest"


async def profiled(scenario: Scenario) -> tuple[float, dict[str, float]]:
    """Microseconds of one request, the least of several rounds, and the share of each part.

    Raises:
        RuntimeError: an answer has another status than it should.
    """
    app = create_mock(Options())
    numbers = iter(range(sys.maxsize))

    async def request() -> int:
        is_create = scenario.method == "POST"
        body = json.dumps(new_definition(f"profiled-{next(numbers)}")).encode() if is_create else b""
        return (await call(app, scenario.method, scenario.path, body))[0]

    least = float("inf")
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _ in range(CALLS):
            status = await request()
        least = min(least, (time.perf_counter() - begun) / CALLS)
        if status != scenario.status:
            raise RuntimeError(f"{scenario.title} was answered with {status}, not {scenario.status}.")
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(CALLS):
        await request()
    profile.disable()
    return least * 1e6, shares(pstats.Stats(profile).stats)  # type: ignore[attr-defined]


def shares(stats: dict[tuple[str, int, str], tuple[int, int, float, float, Any]]) -> dict[str, float]:
    """The share of each part in the functions' own time, this file's left out; the largest first."""
    spent: Counter[str] = Counter()
    for (file, _, name), (_, _, own, _, _) in stats.items():
        if file != __file__:
            spent[_part_of(f"{file} {name}")] += own  # type: ignore[assignment]
    return {part: own / sum(spent.values()) for part, own in spent.most_common()}


def _part_of(function: str) -> str:
    return next((part for part, marks in PARTS.items() if any(mark in function for mark in marks)), OTHER)


def measure_profile() -> dict[str, Any]:
    """Of every scenario: microseconds of one request, and each part's share of them."""
    found = {}
    for scenario in SCENARIOS:
        microseconds, parts = asyncio.run(profiled(scenario))
        found[scenario.name] = {"microseconds": round(microseconds, 1), "shares": parts}
    return found


def profile_lines(found: dict[str, Any]) -> str:
    """The profiles in lines."""
    lines = []
    for name, one in found.items():
        lines.append(f"  {name}: {one['microseconds']} us in process")
        lines += [
            f"    {share:4.0%}  {one['microseconds'] * share:5.1f} us  {part}" for part, share in one["shares"].items()
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(profile_lines(measure_profile()))
