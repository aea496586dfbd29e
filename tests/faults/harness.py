"""Runs a mock in a thread, correct or faulty, and performs checks against it."""

import asyncio
import copy
import functools
import itertools
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.faults.patching import Mock
from tests.faults.registry import Change
from tests.faults.seed import GROUP_ID, LOCKED_ID, OTHER_TENANT, TEXT_ID, USERS_FILE, seed

from audience_conformance.checks.groups import helpers
from audience_conformance.checks.registry import Check, all_checks, items
from audience_conformance.client.ledger import delete_all
from audience_conformance.client.target import Options
from audience_conformance.results.result import Result
from audience_conformance.runner.cleanup import TIMEOUTS
from audience_conformance.runner.execute import Run
from audience_mock.app import create_app
from audience_mock.contract.document import load_contract
from audience_mock.seeds.seeding import load_seed
from audience_mock.serve.socket import listen
from audience_mock.session.backend import Backend
from audience_mock.session.jobs import Jobs
from audience_mock.session.sessions import HEADER, Sessions
from audience_mock.session.user_files import Files
from audience_mock.store.world import World

ASYNC_TIMEOUT = 2.0
"""Seconds for an asynchronous effect: a hundred times the mock's delay."""
JOB_DELAY = 0.02

_numbers = itertools.count()
_users_file = PlainTextResponse(USERS_FILE, media_type="text/csv")


class _Port:
    """One uvicorn in a thread for the whole process; the application behind it can change."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        config = uvicorn.Config(self._answer, interface="asgi3", log_level="critical", lifespan="off", access_log=False)
        self._server = uvicorn.Server(config)
        self._listener = listen("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._started = threading.Event()
        runner = asyncio.Runner(loop_factory=config.get_loop_factory())
        threading.Thread(target=lambda: runner.run(self._serve()), daemon=True).start()
        self._started.wait(10)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await (_users_file if scope["path"] == "/users.csv" else self.app)(scope, receive, send)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._started.set()
        await self._server.serve([self._listener])

    def within(self, work: Callable[[], Any]) -> Any:
        """Await something in the server's loop."""
        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(10)


_port = functools.cache(_Port)


@dataclass(frozen=True)
class Serving:
    """A mock that listens, and the settings of a run against it."""

    options: Options
    mock: Mock


@contextmanager
def serving(
    change: Change | None = None, *, job_delay: float = JOB_DELAY, pause: float | None = None, **settings: Any
) -> Iterator[Serving]:
    """Serve a freshly seeded mock with a change; `settings` are added to those of the run.

    `pause` is that of the checks' retries, by default none with a change: a fault is the same after any pause.
    """
    world = World([OTHER_TENANT])
    load_seed(world, copy.deepcopy(seed()))
    backend = Backend(world, Jobs(job_delay), Files())
    mock = Mock(backend)
    port = _port()
    usual_pause = helpers.PAUSE
    helpers.PAUSE = (0.0 if change else usual_pause) if pause is None else pause
    try:
        if change:
            change(mock)
        port.app = mock.around(create_app(load_contract([OTHER_TENANT]), Sessions(backend)))
        usual: dict[str, Any] = {
            "other_application_id": OTHER_TENANT.application_id,
            "group_id": GROUP_ID,
            "users_file_url": f"{port.url}/users.csv",
            "locked_definition_id": LOCKED_ID,
            "validated_definition_id": TEXT_ID,
            "async_timeout": ASYNC_TIMEOUT,
        }
        yield Serving(Options(port.url, **{**usual, **settings, **mock.options}), mock)
    finally:
        helpers.PAUSE = usual_pause
        port.within(backend.jobs.stop)
        mock.undo()


@functools.cache
def _correct_app() -> tuple[ASGIApp, Sessions]:
    world = World([OTHER_TENANT])
    load_seed(world, copy.deepcopy(seed()))
    sessions = Sessions(Backend(world, Jobs(JOB_DELAY), Files()))
    return create_app(load_contract([OTHER_TENANT]), sessions), sessions


@contextmanager
def correct() -> Iterator[str]:
    """Serve a freshly seeded correct mock, and yield its URL; quicker than `serving`: it is made once a process."""
    app, sessions = _correct_app()
    name = f"correct-{next(_numbers)}"
    header = (HEADER.lower().encode(), name.encode())

    async def in_session(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "headers": [*scope["headers"], header]}, receive, send)

    async def end() -> None:
        if sessions.find(name):
            sessions.end(name)

    port = _port()
    port.app = in_session
    try:
        yield port.url
    finally:
        port.within(end)


def checks_of(rule_id: str) -> list[Check]:
    """The checks that a rule owns."""
    return [check for check in all_checks() if check.rules[0] == rule_id]


def names(result: Result, rule_id: str) -> bool:
    """Is this a finding of that rule."""
    return result.status == "failed" and result.rule == rule_id


def perform(
    options: Options,
    checks: Iterable[Check],
    profile: str = "standard",
    *,
    chance: int = 0,
    only: Collection[tuple[str, str]] | None = None,
    note: Callable[[Result], object] = lambda _: None,
) -> tuple[list[Result], Run, list[str]]:
    """Perform checks one by one, `note` each result, and clean up: results, the run, and what could not be deleted.

    `only` limits them to some names of checks with their cases ("" for a check without cases).
    """
    run = Run(options, profile, chance)
    results = []
    for check, case in items(checks):
        if only is not None and (check.name, case or "") not in only:
            continue
        results.append(run.perform(check, case))
        note(results[-1])
    left = delete_all(run.target, run.ledger, patience=TIMEOUTS * options.timeout)
    run.target.close()
    return results, run, left


def state(mock: Mock) -> dict[str, Any]:
    """All that a mock holds: "tenant kind id" -> record."""
    found: dict[str, Any] = {}
    for tenant in mock.world.tenants():
        name = tenant.name
        for kind, records in (("definition", tenant.definitions._records), ("group", tenant.groups._records)):
            found |= {f"{name} {kind} {record['_id']}": record for record in records}
        for user_id, values in tenant.attributes._by_user.items():
            for definition_id, held in values.items():
                found[f"{name} value {user_id} {definition_id}"] = (held.attribute_id, held.value)
        for group_id, members in tenant.groups._members.items():
            found[f"{name} users of {group_id}"] = list(members._ids)
    return found


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, int]:
    """How many records are left behind, changed, and lost."""
    common = before.keys() & after.keys()
    return {
        "left": len(after.keys() - before.keys()),
        "changed": sum(before[key] != after[key] for key in common),
        "lost": len(before.keys() - after.keys()),
    }
