"""Requests a second, latency, start-up and memory of all servers, side by side in alternating rounds."""

import json
import shlex
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from tests.bench import fragment
from tests.bench.figures import spread
from tests.bench.load import fire, probe
from tests.bench.processes import Cores, Running
from tests.bench.scenarios import FOLDER, ROOT, SCENARIOS, Invalid, Scenario
from tests.bench.servers import SERVERS, Server, install

STARTS = 5
"""How often each server is started; the last start stays for the load."""
OWN = "ours"


@dataclass(frozen=True)
class Plan:
    """How long it takes.

    Args:
        rounds: measurements of each server and scenario.
        seconds: of each.
        warm_up: seconds of load for each server and scenario before the first round, for compilers at run time.
    """

    rounds: int
    seconds: float
    warm_up: float


@dataclass
class Row:
    """What is known of one server.

    Args:
        server: which.
        not_run: why it did not run here.
        invalid: why what was measured counts not.
        ready: seconds from each start to the first answer.
        memory: in MB, once it was ready and after the load.
        rounds: what wrk saw, by scenario.
    """

    server: Server
    not_run: str | None = None
    invalid: str | None = None
    ready: list[float] = field(default_factory=list)
    memory: dict[str, float] = field(default_factory=dict)
    rounds: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {one.name: [] for one in SCENARIOS})

    @property
    def counts(self) -> bool:
        return not (self.not_run or self.invalid)

    def plain(self) -> dict[str, Any]:
        about = {"name": self.server.name, "title": self.server.title, "about": self.server.about}
        if not self.counts:
            return {**about, "not_run": self.not_run, "invalid": self.invalid}
        figures = {
            name: {key: spread([one[key] for one in rounds]).plain() for key in ("per_second", "p50", "p99")}
            for name, rounds in self.rounds.items()
        }
        return {
            **about,
            "version": self.server.version(),
            "command": command_line(self.server),
            "ready": {**spread(self.ready).plain(), "each": self.ready},
            "memory": self.memory,
            "figures": figures,
            "rounds": self.rounds,
        }


def command_line(server: Server) -> str:
    """How it was started, for a person to repeat it."""
    command = shlex.join(server.command(4010)).replace(f"{ROOT}/", "")
    return f"cd {FOLDER.relative_to(ROOT)} && {command}" if server.folder != ROOT else command


def measure(names: list[str], plan: Plan, cores: Cores, say: Callable[[str], None]) -> list[Row]:
    """Measure servers.

    Args:
        names: of the servers, or nothing for all.
        plan: how long.
        cores: where.
        say: called with a line for every step.

    Raises:
        Invalid: ours, which gives all others their answers, does not run.
    """
    rows = [Row(server) for server in SERVERS if not names or server.name in names]
    problem = install([row.server for row in rows])
    for row in rows:
        row.not_run = row.server.missing() or (problem if row.server.is_from_npm else None)
    _can_answers(cores)
    with ExitStack() as stack:
        running = _start_all(rows, cores, stack, say)
        for row in rows:
            for scenario in SCENARIOS:
                _run(row, running, lambda one, s=scenario: _warm(one, s, plan, cores))  # type: ignore[misc]
        for number in range(plan.rounds):
            for row in rows:
                for scenario in SCENARIOS:
                    _run(row, running, lambda one, r=row, s=scenario: _round(one, r, s, plan, cores))  # type: ignore[misc]
                if row.counts:
                    say(f"round {number + 1} of {plan.rounds}: {row.server.name} {_told(row)}")
        for row in rows:
            if row.counts:
                row.memory["loaded"] = running[row.server.name].memory()
    return rows


def _can_answers(cores: Cores) -> None:
    """Ask ours what it answers, for the others to answer the same."""
    ours = Running(next(server for server in SERVERS if server.name == OWN), cores)
    try:
        ours.ready()
        fragment.write({scenario.name: json.loads(probe(ours.port, scenario)) for scenario in SCENARIOS})
    finally:
        ours.stop()


def _start_all(rows: list[Row], cores: Cores, stack: ExitStack, say: Callable[[str], None]) -> dict[str, Running]:
    """Start every server several times, in turns; the last ones stay, paused."""
    running: dict[str, Running] = {}
    for number in range(STARTS + 1):  # the first only fills the caches of the disk
        for row in rows:
            if not row.counts:
                continue
            one = Running(row.server, cores)
            stack.callback(one.stop)
            try:
                seconds = one.ready()
            except Invalid as problem:
                row.not_run = str(problem)
                one.stop()
                continue
            if number:
                row.ready.append(round(seconds, 3))
            if number < STARTS:
                one.stop()
            else:
                row.memory["ready"] = one.memory()
                one.pause()
                running[row.server.name] = one
                say(f"{row.server.name} is ready after {spread(row.ready).median:.2f} s")
    return running


def _run(row: Row, running: dict[str, Running], step: Callable[[Running], None]) -> None:
    """One step of a server, which only then may work; what goes wrong ends its part and no other's."""
    if not row.counts:
        return
    one = running[row.server.name]
    one.resume()
    try:
        step(one)
    except Invalid as problem:
        row.invalid = f"{problem}{one.ended()}"
        one.stop()
    else:
        one.pause()


def _warm(one: Running, scenario: Scenario, plan: Plan, cores: Cores) -> None:
    """Load it, with both cores to itself: compilers at run time need a minute of one core to come to their end."""
    one.bind(cores.both)
    probe(one.port, scenario)
    fire(one.port, scenario, plan.warm_up, cores.loading())
    one.bind([] if cores.server is None else [cores.server])


def _round(one: Running, row: Row, scenario: Scenario, plan: Plan, cores: Cores) -> None:
    fire(one.port, scenario, 1, cores.loading())  # it has been paused
    figures = fire(one.port, scenario, plan.seconds, cores.loading())
    probe(one.port, scenario)
    row.rounds[scenario.name].append(figures.plain())


def _told(row: Row) -> str:
    return ", ".join(f"{name} {rounds[-1]['per_second']:,.0f}/s" for name, rounds in row.rounds.items())
