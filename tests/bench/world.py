"""A process with one world of a given size, which times its own answers on request: python -m tests.bench.world.

The answers are timed inside, from the ASGI call to its last message: HTTP takes longer than most pages, and alike in
every world, so that it would hide what size costs.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.asgi import call
from tests.bench.scenarios import API

from audience_mock.app import Options, create_mock
from audience_mock.contract.document import DOCUMENTED_TENANT
from audience_mock.seeds.huge import million
from audience_mock.seeds.seed_file import BUILT_IN
from audience_mock.serve.protocol import config

CALLS = 200
"""Of each operation in a round."""
WALK = 50
"""Pages of a walk."""
GROUP_ID = "64f0000000000000000000ff"
TAGS = 40
BLACKLISTED = 50
"""Of so many users one is."""


def users_world(size: int) -> dict[str, Any]:
    """The seed `huge` in another size, with every 50th blacklisted: so the smallest too has a whole page of them."""
    parts = million(size)
    parts["groups"][0]["_id"] = GROUP_ID
    users = ({**user, "blacklisted": number % BLACKLISTED == 0} for number, user in enumerate(parts["users"]))
    return {**parts, "users": users}


def groups_world(size: int) -> dict[str, Any]:
    """Groups of three categories, with one of 40 tags each; every tenth has failed."""
    return {"groups": _groups(size)}


def _groups(size: int) -> Iterator[dict[str, Any]]:
    for number in range(size):
        yield {
            "_id": f"64d{number:021x}",
            "name": f"Group {number}",
            "category": f"l{number % 3 + 1}",
            "tags": [f"tag-{number % TAGS}"],
            "status": "failed" if number % 10 == 9 else "completed",
        }


def users_operations(size: int) -> tuple[dict[str, str], dict[str, Callable[[int], str]]]:
    """Paths that are requested repeatedly, and paths that are new each time."""
    users = f"{API}/user_group/{GROUP_ID}/users"
    middle = f"64e{size // 2 + 1:021x}"
    return {
        "first page": f"{users}?page_no=1",
        "middle page": f"{users}?page_no={size // 20}",
        "last page": f"{users}?page_no={(size - size // BLACKLISTED) // 10}",
        "next of a cursor": f"{users}?cursor={middle}",
        "previous of a cursor": f"{users}?cursor={middle}&direction=prev",
        "blacklisted": f"{users}?blacklisted_users=true",
        "q again": f"{users}?q=user7",
    }, {
        "q of one user": lambda number: f"{users}?q=user{number}@",
        "q of a hundredth": lambda number: f"{users}?q={number:02}@",
    }


def groups_operations(size: int) -> tuple[dict[str, str], dict[str, Callable[[int], str]]]:
    """The same of groups."""
    groups = f"{API}/user_group"
    return {
        "first page": f"{groups}?page_no=1",
        "middle page": f"{groups}?page_no={size // 20}",
        "last page": f"{groups}?page_no={size // 10}",
        "category": f"{groups}?category=l2&page_no={size // 60}",
        "category and status": f"{groups}?category=l2&status=completed&page_no={size // 100}",
        "name again": f"{groups}?name=group%201",
        "one tag": f"{groups}?tags=tag-7&page_no={size // (20 * TAGS)}",
        "two tags": f"{groups}?tags=tag-7,tag-8",
        "group_uid": f"{groups}?group_uid={size // 2}",
        "by id": f"{groups}/64d{size // 2:021x}",
        "tags": f"{groups}/tags",
        "categories": f"{groups}/categories",
    }, {
        "name": lambda number: f"{groups}?name=group%20{number + 20}",
        "two tags": lambda number: f"{groups}?tags=tag-{number % TAGS},tag-{(number + 9) % TAGS}",
        "category and tag": lambda number: f"{groups}?category=l1&tags=tag-{number % TAGS}",
    }


WORLDS = {"users": (users_world, users_operations), "groups": (groups_world, groups_operations)}


async def get(app: Any, target: str) -> bytes:
    """The body of a 200; anything else ends the process."""
    status, body = await call(app, "GET", target)
    if status != HTTPStatus.OK:
        raise SystemExit(f"GET {target} answered {status}: {body[:300].decode(errors='replace')}")
    return body


async def one_round(app: Any, kind: str, size: int, number: int) -> dict[str, dict[str, float]]:
    """Microseconds a page of every operation."""
    steady, first = WORLDS[kind][1](size)
    found: dict[str, dict[str, float]] = {"steady": {}, "first": {}}
    for name, target in steady.items():
        await _repeat(app, target, CALLS // 10)
        found["steady"][name] = median([await _repeat(app, target, CALLS // 10) for _ in range(10)])
    if kind == "users":
        found["steady"][f"walk of {WALK} pages"] = await _walk(app)
    for name, target_of in first.items():
        found["first"][name] = await _repeat(app, target_of(number), 1)
    return found


async def _repeat(app: Any, target: str, calls: int) -> float:
    """Microseconds a call."""
    started = time.perf_counter()
    for _ in range(calls):
        await get(app, target)
    return (time.perf_counter() - started) / calls * 1e6


async def _walk(app: Any) -> float:
    """Microseconds a page of walks from the first page on, by next_cursor."""
    users = f"{API}/user_group/{GROUP_ID}/users"
    pages, spent = 0, 0.0
    for _ in range(CALLS // WALK):
        target = users
        for _ in range(WALK):
            started = time.perf_counter()
            body = await get(app, target)
            spent += time.perf_counter() - started
            pages += 1
            target = f"{users}?cursor={json.loads(body)['page']['next_cursor']}"
    return spent / pages * 1e6


async def serve(app: Any, kind: str, size: int) -> None:
    """One round for each line that comes in, until there are no more."""
    for number, _ in enumerate(iter(sys.stdin.readline, "")):
        _tell(await one_round(app, kind, size, number))


def _tell(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main(kind: str, size: int) -> None:
    """Make the world, say what it took, then serve."""
    started = time.perf_counter()
    BUILT_IN["bench"] = lambda: {str(DOCUMENTED_TENANT): WORLDS[kind][0](size)}
    app = create_mock(Options(seed="bench"))
    loop_factory = config(app).get_loop_factory()
    _tell({"seconds": time.perf_counter() - started, "resident": _resident()})
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(serve(app, kind, size))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
