"""The initial data of all sessions: a seed, which is read again when its file has changed."""

import asyncio
from pathlib import Path

from audience_mock.contract.document import TenantName
from audience_mock.seeds import BUILT_IN, SeedProblem, load_seed, read_seed
from audience_mock.store.world import World

Version = tuple[int, int, int] | None
"""Tells two contents of a file apart: time of change, size, inode; None without a file."""


def version_of(seed: str) -> Version:
    """The version of a seed file; None for a built-in seed and for a file that does not exist."""
    if seed in BUILT_IN:
        return None
    try:
        found = Path(seed).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


class SeedSource:
    """The world that sessions start from.

    Args:
        world: the world of the seed.
        seed: the name of a built-in seed, or the path of a file.
        version: of the file that was read; from before it was read, so that no later change is missed.
    """

    def __init__(self, world: World, seed: str = "empty", version: Version = None) -> None:
        self.world = world
        self.seed = seed
        self.is_file = seed not in BUILT_IN
        self._version = version
        self._lock = asyncio.Lock()

    async def refresh(self) -> None:
        """Replace the world if the seed's file has changed.

        Raises:
            SeedProblem: the file cannot be used; the world stays as it is.
        """
        if self.is_file and version_of(self.seed) != self._version:
            async with self._lock:
                version = version_of(self.seed)
                if version != self._version:
                    self.world = await asyncio.to_thread(self._read)
                    self._version = version

    def _read(self) -> World:
        content = read_seed(self.seed)
        world = self.world.empty()
        for name in content:
            if not world.serves(TenantName(*name.split("/", 1))):
                raise SeedProblem(
                    f"the seed {self.seed} now names the application {name}, which is not served; "
                    f"start the server again, or remove it from the file"
                )
        load_seed(world, content)
        return world
