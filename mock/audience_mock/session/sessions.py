"""Sessions: each has its own fork of the seeded data, its own clock, jobs, fault rules and journal."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic

from audience_mock import errors
from audience_mock.session.backend import Backend
from audience_mock.session.clock import Clock, Delays
from audience_mock.session.fault_rules import Faults
from audience_mock.session.jobs import Jobs
from audience_mock.session.journal import Journal, MemoryBudget
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


@dataclass
class Session:
    """One session.

    Args:
        name: the name in the header.
        backend: its world, jobs and files.
        clock: its clock.
        snapshots: its snapshots, by name.
        faults: its fault rules.
        journal: its requests and responses.
        delays: its delayed responses, and those of all other sessions.
        used: the time of its last request, by `monotonic`.
        has_begun: it has had a request; until then its jobs do not start.
    """

    name: str
    backend: Backend
    clock: Clock
    snapshots: dict[str, World] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(default_factory=Journal)
    delays: Delays = field(default_factory=Delays)
    used: float = field(default_factory=monotonic)
    has_begun: bool = False

    def switch_to(self, world: World) -> None:
        """Replace the world by a fork of this one, and cancel all jobs."""
        self.backend.jobs.clear()
        self.backend.world = world.fork(self.clock.now)
        self.has_begun = True
        self.backend.resume()

    def snapshot(self, name: str) -> World:
        """The world of a snapshot. Raises Refusal 404."""
        if name not in self.snapshots:
            raise errors.unknown_snapshot(name, self.snapshots)
        return self.snapshots[name]


class Sessions:
    """All sessions of a server; a session is created on its first request.

    Args:
        backend: of the default session; its current state is the initial state of all other sessions.
        seeds: name -> makes the world of that seed, with the applications that the given world serves.
    """

    def __init__(self, backend: Backend, seeds: dict[str, Callable[[World], World]] | None = None) -> None:
        self._origin = backend.world.fork()
        self._files = backend.files
        self._progression = backend.jobs.progression
        self._seeds = seeds or {}
        self._worlds: dict[str, World] = {}
        self._budget = MemoryBudget()
        self._delays = Delays()
        self._default = Session(
            DEFAULT, backend, backend.jobs.clock, journal=Journal(self._budget), delays=self._delays
        )
        self._others: OrderedDict[str, Session] = OrderedDict()
        """Least recently used first."""

    def __iter__(self) -> Iterator[Session]:
        return iter([self._default, *self._others.values()])

    def get(self, name: str | None) -> Session:
        """The session of this name, created on first use; the default one for no name.

        Raises:
            Refusal: 400 for a name that is too long.
        """
        self._end_idle()
        name = name or DEFAULT
        session = self._find(name) or self._make(name)
        session.used = monotonic()
        if session is not self._default:
            self._others.move_to_end(name)
        if not session.has_begun:
            session.has_begun = True
            session.backend.resume()
        return session

    def _find(self, name: str) -> Session | None:
        return self._default if name == DEFAULT else self._others.get(name)

    def _make(self, name: str) -> Session:
        if len(name) > LONGEST_NAME:
            raise errors.one(
                f"header.{HEADER}",
                f"The session's name {errors.show(name)} has {len(name)} characters; send {LONGEST_NAME} at most.",
            )
        if len(self._others) + 1 >= MOST:
            self.end(next(iter(self._others)))
        clock = Clock()
        jobs = Jobs(0, clock)
        jobs.progression = self._progression
        backend = Backend(self._origin.fork(clock.now), jobs, self._files)
        self._others[name] = Session(name, backend, clock, journal=Journal(self._budget), delays=self._delays)
        return self._others[name]

    def _end_idle(self) -> None:
        long_ago = monotonic() - IDLE
        while self._others and (first := next(iter(self._others.values()))).used < long_ago:
            self.end(first.name)

    def end(self, name: str) -> None:
        """End a session; the next request with its name starts a new one. Raises Refusal 404."""
        session = self._find(name)
        if session is None:
            raise errors.unknown_session(name)
        session.backend.jobs.clear()
        if name == DEFAULT:
            session.clock.reset()
            session.backend.jobs.progression = self._progression
            session.snapshots.clear()
            session.faults.clear()
            session.journal.clear()
            session.switch_to(self._origin)
        else:
            session.journal.close()
            del self._others[name]

    def origin(self, name: str | None, session: Session) -> World:
        """The initial world, or the one of a seed or snapshot of this name. Raises Refusal 400 for an unknown name."""
        if name is None:
            return self._origin
        if name in session.snapshots:
            return session.snapshots[name]
        if name not in self._seeds:
            raise errors.unknown_origin(name, [*self._seeds, *session.snapshots])
        if name not in self._worlds:
            self._worlds[name] = self._seeds[name](self._origin)
        return self._worlds[name]

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
