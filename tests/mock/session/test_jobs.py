"""Background jobs: when they run, how they fail, and how they are stopped."""

import asyncio
import functools
import logging
import selectors
import tracemalloc
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from audience_mock.errors import FileProblem
from audience_mock.session.jobs import Job, Jobs

Work = Callable[[Job], Awaitable[None]]


class Waiting(selectors.SelectSelector):
    """Advances the clock instead of waiting."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += max(0.0, timeout or 0.0)
        return super().select(None if timeout is None else 0)


class Loop(asyncio.SelectorEventLoop):
    """An event loop with its own clock: seconds pass at once, and exactly."""

    def __init__(self) -> None:
        self.clock = Waiting()
        super().__init__(self.clock)

    def time(self) -> float:
        return self.clock.now


def in_virtual_time(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a test on such a loop."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(test(*args, **kwargs))

    return run


class Done(list[tuple[str, float]]):
    """The names of jobs, and the times at which they ran."""

    def note(self, name: str) -> Work:
        async def work(_: Job) -> None:
            self.append((name, asyncio.get_running_loop().time()))

        return work


def fail(error: Exception) -> Work:
    async def work(_: Job) -> None:
        raise error

    return work


@in_virtual_time
async def test_a_job_runs_when_its_delay_is_over() -> None:
    jobs, done = Jobs(5), Done()
    jobs.start("A", done.note("a"))
    await asyncio.sleep(4)
    assert done == []
    jobs.start("B", done.note("b"))
    await asyncio.sleep(2)
    assert done == [("a", 5)]
    await jobs.settled()
    assert done == [("a", 5), ("b", 9)]


@in_virtual_time
async def test_jobs_without_delay_run_in_order_but_not_before_their_answer() -> None:
    jobs, done = Jobs(0), Done()
    for name in "abcdef":
        jobs.start(name, done.note(name))
    assert done == []
    await jobs.settled()
    assert done == [(name, 0) for name in "abcdef"]


@in_virtual_time
async def test_settled_waits_for_jobs_and_for_those_that_they_start() -> None:
    jobs, done = Jobs(5), Done()

    async def first(_: Job) -> None:
        await asyncio.sleep(10)
        jobs.start("Second", done.note("second"))

    await jobs.settled()
    jobs.start("First", first)
    await jobs.settled()
    await jobs.settled()
    assert done == [("second", 20)]


@in_virtual_time
async def test_a_file_that_cannot_be_read_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    jobs = Jobs(0)
    jobs.start("Reading the file", fail(FileProblem("It has no column.")))
    await jobs.settled()
    (record,) = caplog.records
    assert (record.name, record.levelno, record.exc_info) == ("audience_mock.jobs", logging.WARNING, None)
    assert record.getMessage() == "Reading the file failed: It has no column."


@pytest.mark.parametrize("error", [ValueError("odd"), ExceptionGroup("several", [OSError()]), TimeoutError()], ids=repr)
@in_virtual_time
async def test_any_other_failure_is_logged_with_its_traceback_and_harms_no_other_job(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    jobs, done = Jobs(5), Done()
    jobs.start("Before", done.note("before"))
    jobs.start("Job 7", fail(error))
    jobs.start("After", done.note("after"))
    await jobs.settled()
    jobs.start("Later", done.note("later"))
    await jobs.settled()
    assert sorted(done) == [("after", 5), ("before", 5), ("later", 10)]
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage() == "Job 7 failed: internal error in the mock"
    assert record.exc_info
    assert record.exc_info[1] is error


@in_virtual_time
async def test_stop_cancels_what_waits_and_what_works(caplog: pytest.LogCaptureFixture) -> None:
    jobs, done = Jobs(5), Done()

    async def work(_: Job) -> None:
        try:
            await asyncio.sleep(100)
        finally:
            await asyncio.sleep(1)
            done.append(("tidied up", asyncio.get_running_loop().time()))

    await jobs.stop()
    jobs.start("Working", work)
    await asyncio.sleep(6)
    jobs.start("Waiting", done.note("waited"))
    await jobs.stop()
    assert done == [("tidied up", 7)]
    await jobs.settled()
    await asyncio.sleep(1000)
    assert done == [("tidied up", 7)]
    assert caplog.records == []


@in_virtual_time
async def test_stop_survives_a_job_that_fails_while_it_is_stopped(caplog: pytest.LogCaptureFixture) -> None:
    jobs = Jobs(0)

    async def work(_: Job) -> None:
        try:
            await asyncio.sleep(100)
        except asyncio.CancelledError:
            raise ValueError("odd") from None

    jobs.start("Stubborn", work)
    await asyncio.sleep(1)
    await jobs.stop()
    assert [record.getMessage() for record in caplog.records] == ["Stubborn failed: internal error in the mock"]


@in_virtual_time
async def test_nothing_sleeps_when_a_job_has_ended() -> None:
    jobs = Jobs(5)
    jobs.start("A", Done().note("a"))
    await asyncio.sleep(1)
    assert jobs.clock.has_sleepers
    await jobs.settled()
    assert len(jobs.list()) == 1
    assert not jobs.clock.has_sleepers


@in_virtual_time
async def test_an_ended_job_takes_less_than_a_kilobyte() -> None:
    async def work(_: Job) -> None: ...

    async def memory_of(jobs: Jobs) -> int:
        for _ in range(500):
            jobs.start("A", work)
        await jobs.settled()
        return tracemalloc.get_traced_memory()[0]

    jobs = Jobs(0.1)
    tracemalloc.start()
    try:
        before = await memory_of(jobs)
        assert await memory_of(jobs) - before < 500 * 1_000
        assert len(jobs.list()) == 1_000
    finally:
        tracemalloc.stop()
