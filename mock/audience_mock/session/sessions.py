"""Worlds of one's own: each session lives in a fork of the seed, and never sees another."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic

from audience_mock import errors
from audience_mock.session.backend import Backend
from audience_mock.session.clock import Clock
from audience_mock.session.fault_rules import Faults
from audience_mock.session.jobs import Jobs
from audience_mock.session.journal import Journal, MemoryBudget
from audience_mock.store.world import World

HEADER = "X-Mock-Session"
"""The request header that names a session."""
DEFAULT = "default"
"""The session of a request that names none."""
SESSION = "audience_mock.session"
"""Key of the ASGI scope: the session that a request is in."""
MOST = 10_000
"""Sessions at a time; the one that was not used for longest ends for a further one."""
IDLE = 1800.0
"""Seconds after which a session that nobody uses ends."""
LONGEST_NAME = 200


@dataclass
class Session:
    """One caller's world, and all that belongs to it.

    Args:
        name: as the header says it.
        backend: what operations work on.
        clock: the time that it lives in.
        snapshots: worlds that it was told to keep, by name.
        faults: how its answers are spoilt.
        journal: what it was asked, and what it answered.
        used: when it was used last, as `monotonic` has it.
        has_begun: it was used; until then its jobs rest.
    """

    name: str
    backend: Backend
    clock: Clock
    snapshots: dict[str, World] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(default_factory=Journal)
    used: float = field(default_factory=monotonic)
    has_begun: bool = False

    def switch_to(self, world: World) -> None:
        """Go on in a fork of a world; jobs that are still to come are cancelled."""
        self.backend.jobs.clear()
        self.backend.world = world.fork(self.clock.now)
        self.has_begun = True
        self.backend.resume()

    def restored(self, name: str) -> World:
        """The world of a snapshot. Raises Refusal 404."""
        if name not in self.snapshots:
            raise errors.unknown_snapshot(name, self.snapshots)
        return self.snapshots[name]


class Sessions:
    """Every session of a server, made on first use.

    Args:
        backend: of the session without a name; how it is now is how every other one begins.
        seeds: name -> what makes the world of that seed, with the applications that a given one serves.
    """

    def __init__(self, backend: Backend, seeds: dict[str, Callable[[World], World]] | None = None) -> None:
        self._origin = backend.world.fork()
        self._files = backend.files
        self._progression = backend.jobs.progression
        self._seeds = seeds or {}
        self._worlds: dict[str, World] = {}
        self._budget = MemoryBudget()
        self._default = Session(DEFAULT, backend, backend.jobs.clock, journal=Journal(self._budget))
        self._others: OrderedDict[str, Session] = OrderedDict()
        """The one that was not used for longest is the first."""

    def __iter__(self) -> Iterator[Session]:
        return iter([self._default, *self._others.values()])

    def get(self, name: str | None) -> Session:
        """The session of this name, made if there is none; without a name, the default one.

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
        self._others[name] = Session(name, backend, clock, journal=Journal(self._budget))
        return self._others[name]

    def _end_idle(self) -> None:
        long_ago = monotonic() - IDLE
        while self._others and (first := next(iter(self._others.values()))).used < long_ago:
            self.end(first.name)

    def end(self, name: str) -> None:
        """End a session: the next request that names it begins anew. Raises Refusal 404."""
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
        """The world of the seed, or of a seed or snapshot of this name.

        Raises:
            Refusal: 400 for a name that nothing has.
        """
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
        """End every stream of a journal: a server that stops would wait for them for ever."""
        for session in self:
            session.journal.close()

    async def stop(self) -> None:
        """Cancel every job of every session."""
        for session in self:
            await session.backend.jobs.stop()
