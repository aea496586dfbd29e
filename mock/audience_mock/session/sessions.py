"""Sessions: each has its own fork of the seeded data, its own clock, jobs, fault rules and journal.

A reset replaces the whole Session: what is not kept on purpose cannot be left over.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from time import monotonic

from audience_mock import errors
from audience_mock.session.backend import Backend
from audience_mock.session.clock import Clock, Delays
from audience_mock.session.fault_rules import Faults
from audience_mock.session.jobs import Jobs
from audience_mock.session.journal import Journal, MemoryBudget
from audience_mock.session.seed_source import SeedSource
from audience_mock.store.world import World

HEADER = "X-Mock-Session"
"""The request header that names a session."""
DEFAULT = "default"
"""The session of a request that names none."""
SESSION = "audience_mock.session"
"""Key of the session of a request in the ASGI scope."""
MOST = 10_000
"""Sessions at a time; another one ends the least recently used."""
IDLE = 1800.0
"""Seconds after which an unused session ends."""
LONGEST_NAME = 200
KEEPABLE = ("journal", "faults", "clock", "jobs")
"""The parts of a session that a reset can keep; `jobs` are the progression and the list of ended jobs."""
MOST_SNAPSHOTS = 1_000


@dataclass
class Session:
    """One session.

    Args:
        name: the name in the header.
        backend: its world, jobs and files.
        clock: its clock.
        faults: its fault rules.
        journal: its requests and responses.
        delays: its delayed responses, and those of all other sessions.
        used: the time of its last request, by `monotonic`.
        has_begun: it has had a request; until then its jobs do not start.
        seed: the world of the server's seed that it started from; None after a switch to other data.
        has_ended: it was ended or reset; its delayed requests are answered at once.
    """

    name: str
    backend: Backend
    clock: Clock
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(default_factory=Journal)
    delays: Delays = field(default_factory=Delays)
    used: float = field(default_factory=monotonic)
    has_begun: bool = False
    seed: World | None = None
    has_ended: bool = False

    def switch_to(self, world: World) -> None:
        """Replace the data by a fork of this world, and cancel all jobs."""
        self.backend.jobs.clear()
        self.backend.world = world.fork(self.clock.now)
        self.seed = None
        self.begin()

    def begin(self) -> None:
        """Start the jobs that its data waits for."""
        self.has_begun = True
        self.backend.resume()

    def end(self) -> None:
        """Cancel its jobs, and answer its delayed requests at once."""
        self.has_ended = True
        self.backend.jobs.end()
        self.delays.check()


class Sessions:
    """All sessions of a server; a session is created on its first request.

    Args:
        backend: of the default session, with the data that it has at the start of the server.
        seeds: name -> makes the world of that seed, with the applications that the given world serves.
        source: the initial data of all other sessions, and of a reset; by default the backend's.
        is_kept: the data of the default session is kept across restarts, so that only a reset replaces it.
    """

    def __init__(
        self,
        backend: Backend,
        seeds: dict[str, Callable[[World], World]] | None = None,
        source: SeedSource | None = None,
        *,
        is_kept: bool = False,
    ) -> None:
        self.is_kept = is_kept
        self.began = monotonic()
        """The time of the server's start, by `monotonic`."""
        self.source = source or SeedSource(backend.world.fork())
        self.snapshots: dict[str, World] = {}
        """The snapshots of the server, by name: taken in one session, usable in all."""
        self._files = backend.files
        self._progression = backend.jobs.progression
        self._seeds = seeds or {}
        self._worlds: dict[str, World] = {}
        self._building = {name: asyncio.Lock() for name in self._seeds}
        self._budget = MemoryBudget()
        self._delays = Delays()
        self.default = Session(
            DEFAULT,
            backend,
            backend.jobs.clock,
            journal=Journal(self._budget),
            delays=self._delays,
            seed=self.source.world,
        )
        self._others: OrderedDict[str, Session] = OrderedDict()
        """Least recently used first."""

    def __iter__(self) -> Iterator[Session]:
        return iter([self.default, *self._others.values()])

    def get(self, name: str | None) -> Session:
        """The session of this name, created on first use; the default one for no name.

        Raises:
            Refusal: 400 for a name that is too long.
        """
        self._end_idle()
        name = name or DEFAULT
        session = self.find(name) or self._make(name)
        session.used = monotonic()
        if session is not self.default:
            self._others.move_to_end(name)
        if not session.has_begun:
            session.begin()
        return session

    def find(self, name: str) -> Session | None:
        """The session of this name, without creating or using it."""
        return self.default if name == DEFAULT else self._others.get(name)

    def _make(self, name: str) -> Session:
        if len(name) > LONGEST_NAME:
            raise errors.one(
                f"header.{HEADER}",
                f"The session's name {errors.show(name)} has {len(name)} characters; send {LONGEST_NAME} at most.",
            )
        if len(self._others) + 1 >= MOST:
            self.end(next(iter(self._others)))
        self._others[name] = self._new(name, self.source.world)
        return self._others[name]

    def _new(self, name: str, world: World, old: Session | None = None, keep: Collection[str] = ()) -> Session:
        """A session with a fork of a world, and with the parts of an old session that are kept."""
        clock = old.clock if old and "clock" in keep else Clock()
        if old and "jobs" in keep:
            jobs = old.backend.jobs.after_reset(clock)
        else:
            jobs = Jobs(0, clock)
            jobs.progression = self._progression
        return Session(
            name,
            Backend(world.fork(clock.now), jobs, self._files),
            clock,
            faults=old.faults if old and "faults" in keep else Faults(),
            journal=old.journal if old and "journal" in keep else Journal(self._budget),
            delays=self._delays,
            used=old.used if old else monotonic(),
            seed=world if world is self.source.world else None,
        )

    def _end_idle(self) -> None:
        long_ago = monotonic() - IDLE
        while self._others and (first := next(iter(self._others.values()))).used < long_ago:
            self.end(first.name)

    def reset(self, old: Session, world: World, keep: Collection[str] = ()) -> Session:
        """Start a session again from a fork of a world.

        A request that is still being delayed is answered at once, from the data before the reset.

        Args:
            old: a session of this server; the new one takes its place.
            world: its new data.
            keep: the parts of KEEPABLE to keep.
        """
        new = self._new(old.name, world, old, keep)
        if old is self.default:
            self.default = new
        else:
            self._others[old.name] = new
        old.end()
        if "journal" not in keep:
            old.journal.close()
        new.begin()
        return new

    def reseed(self) -> int:
        """Start all sessions again that have older data of the seed, and return their number; only data is replaced."""
        world = self.source.world
        found = [
            session
            for session in self
            if session.seed not in {None, world} and not (session is self.default and self.is_kept)
        ]
        for session in found:
            self.reset(session, world, KEEPABLE)
        return len(found)

    def end(self, name: str) -> None:
        """End a session; the next request with its name starts a new one. Raises Refusal 404."""
        session = self.find(name)
        if session is None:
            raise errors.unknown_session(name)
        if session is self.default:
            self.reset(session, self.source.world)
        else:
            del self._others[name]
            session.end()
            session.journal.close()

    async def origin(self, name: str | None) -> World:
        """The world of the server's seed, or of the seed or snapshot of this name. Raises Refusal 400."""
        if name is None:
            return self.source.world
        if name in self.snapshots:
            return self.snapshots[name]
        if name not in self._seeds:
            raise errors.unknown_origin(name, [*self._seeds, *self.snapshots])
        async with self._building[name]:
            if name not in self._worlds:
                self._worlds[name] = await asyncio.to_thread(self._seeds[name], self.source.world)
        return self._worlds[name]

    def take_snapshot(self, name: str, world: World) -> None:
        """Keep a fork of a world. Raises Refusal 400 for the name of a seed, and for too many snapshots."""
        if name in self._seeds:
            raise errors.one("path.name", f"{errors.show(name)} is the name of a seed; choose another name.")
        if name not in self.snapshots and len(self.snapshots) >= MOST_SNAPSHOTS:
            raise errors.one("path.name", f"There are {MOST_SNAPSHOTS} snapshots already; delete one first.")
        self.snapshots[name] = world.fork()

    def snapshot(self, name: str) -> World:
        """The world of a snapshot. Raises Refusal 404."""
        if name not in self.snapshots:
            raise errors.unknown_snapshot(name, self.snapshots)
        return self.snapshots[name]

    def close_streams(self) -> None:
        """End all event streams of journals, for which a stopping server would wait for ever."""
        for session in self:
            session.journal.close()

    def end_delays(self) -> None:
        """End the delays of responses, because the server stops."""
        self._delays.end()

    async def stop(self) -> None:
        """Cancel all jobs of all sessions."""
        for session in self:
            await session.backend.jobs.stop()
