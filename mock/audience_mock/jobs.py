"""Work that goes on after its request was answered with 201 or 202."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from audience_mock.files import FileProblem

logger = logging.getLogger("audience_mock.jobs")


class Jobs:
    """Runs jobs in the background, each after a delay.

    Args:
        delay: seconds between the answer and the work.
    """

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._running: set[asyncio.Task[None]] = set()

    def start(self, title: str, work: Callable[[], Awaitable[None]]) -> None:
        """Begin `work` after the delay; a failure is logged under `title` and harms nothing else."""
        task = asyncio.create_task(self._run(title, work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, title: str, work: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(self._delay)
        try:
            await work()
        except FileProblem as problem:
            logger.warning("%s failed: %s", title, problem)
        except Exception:
            logger.exception("%s failed: this is a fault of the mock", title)

    async def settled(self) -> None:
        """Wait until no job is running."""
        while self._running:
            await asyncio.wait(self._running)

    async def stop(self) -> None:
        """Cancel what is still running."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
