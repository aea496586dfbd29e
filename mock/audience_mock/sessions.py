"""Worlds of one's own: each session lives in a fork of the seed, and never sees another."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from audience_mock import errors
from audience_mock.clock import Clock
from audience_mock.operations import groups
from audience_mock.operations.context import Backend
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
        used: when it was used last, as `time.monotonic` has it.
    """

    name: str
    backend: Backend
    clock: Clock
    snapshots: dict[str, World] = field(default_factory=dict)
    used: float = field(default_factory=time.monotonic)

    def become(self, world: World) -> None:
        """Go on in a fork of a world; jobs that are still to come are cancelled."""
        self.backend.jobs.clear()
        self.backend.world = world.fork(self.clock.now)
        groups.resume(self.backend)

    def restored(self, name: str) -> World:
        """The world of a snapshot. Raises Refusal 404."""
        if name not in self.snapshots:
            raise errors.unknown_snapshot(name, self.snapshots)
        return self.snapshots[name]


class Sessions:
    """Every session of a server, made on first use.

    Args:
        backend: of the session without a name; how it is now is how every other one begins.
        seeds: name -> what makes the world of that seed.
    """

    def __init__(self, backend: Backend, seeds: dict[str, Callable[[], World]] | None = None) -> None:
        self._origin = backend.world.fork()
        self._files = backend.files
        self._first_jobs = backend.jobs
        self._seeds = seeds or {}
        self._worlds: dict[str, World] = {}
        self._sessions = {DEFAULT: Session(DEFAULT, backend, backend.jobs.clock)}

    def __iter__(self) -> Iterator[Session]:
        return iter(self._sessions.values())

    def get(self, name: str | None) -> Session:
        """The session of this name, made if there is none; without a name, the default one.

        Raises:
            Refusal: 400 for a name that is too long.
        """
        session = self._sessions.get(name or DEFAULT)
        if session is None:
            session = self._make(name or DEFAULT)
        session.used = time.monotonic()
        return session

    def _make(self, name: str) -> Session:
        if len(name) > LONGEST_NAME:
            raise errors.one(f"header.{HEADER}", f"The session's name is longer than {LONGEST_NAME} characters.")
        self._end_idle()
        clock = Clock()
        backend = Backend(self._origin.fork(clock.now), self._first_jobs.fork(clock), self._files)
        self._sessions[name] = Session(name, backend, clock)
        return self._sessions[name]

    def _end_idle(self) -> None:
        now = time.monotonic()
        others = sorted((one for one in self._sessions.values() if one.name != DEFAULT), key=lambda one: one.used)
        surplus = max(0, len(others) + 1 - MOST)
        for place, session in enumerate(others):
            if place >= surplus and now - session.used <= IDLE:
                break
            self.end(session.name)

    def end(self, name: str) -> None:
        """End a session: the next request that names it begins anew. Raises Refusal 404."""
        session = self._sessions.get(name)
        if session is None:
            raise errors.unknown_session(name)
        session.backend.jobs.clear()
        if name == DEFAULT:
            session.clock.reset()
            session.snapshots.clear()
            session.become(self._origin)
        else:
            del self._sessions[name]

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
            self._worlds[name] = self._seeds[name]()
        return self._worlds[name]

    async def stop(self) -> None:
        """Cancel every job of every session."""
        for session in self._sessions.values():
            await session.backend.jobs.stop()
